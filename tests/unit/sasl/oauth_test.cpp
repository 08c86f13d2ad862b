#include "smtpscope/sasl/oauth.hpp"

#include <gtest/gtest.h>

#include "unit/sasl/setups.hpp"

namespace smtpscope::sasl {
namespace {

using test::initial_response;
using test::refusal;
using test::respond;
using test::server_proven;
using test::step;

using namespace std::string_literals;

const std::string rfc7628 =
    "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9NTg3AWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRjMk52YjNSbG"
    "NrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB";
const std::string google =
    "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2cBA"
    "Q==";

TEST(SaslOauth, OauthbearerOfRfc7628) {
  client_setup s = test::client_of("user@example.com", "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==");
  s.host = "server.example.com";
  client_mechanism m = test::client("OAUTHBEARER", s);
  EXPECT_EQ(text::base64_encode(*initial_response(m)), rfc7628);
  EXPECT_EQ(*respond(m, R"({"status":"invalid_token","schemes":"bearer mac","scope":"https://mail.example.com/"})"),
            "\x01")
      << "RFC 7628 §3.2.3";
  EXPECT_FALSE(server_proven(m));
  EXPECT_EQ(respond(m, "").why().code, errc::misuse);
}

TEST(SaslOauth, Xoauth2OfGoogle) {
  client_mechanism m =
      test::client("XOAUTH2", test::client_of("someuser@example.com", "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"));
  EXPECT_EQ(text::base64_encode(*initial_response(m)), google);
  EXPECT_EQ(*respond(m, R"({"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"})"), "");
  EXPECT_EQ(respond(m, "").why().code, errc::misuse);
}

TEST(SaslOauth, HostAndPortAreLeftOutWhereUnknown) {
  client_setup s = test::client_of("a=b,c", "t");
  s.host.clear();
  s.port = 0;
  client_mechanism m = test::client("OAUTHBEARER", s);
  EXPECT_EQ(*respond(m, ""),
            "n,a=a=3Db=2Cc,\x01"
            "auth=Bearer t\x01\x01");
}

TEST(SaslOauth, AForgedTokenCannotAddPairs) {
  for (const char* name : {"XOAUTH2", "OAUTHBEARER"}) {
    for (const std::string& token : {""s, "a b"s, "a\x01host=evil"s, "a\r\nb"s, "t\0x"s})
      EXPECT_EQ(make_client(name, test::client_of("u", token)).why().code, errc::forbidden_character);
    EXPECT_EQ(make_client(name, test::client_of("u\x01"
                                                "auth=Bearer x",
                                                "t"))
                  .why()
                  .code,
              errc::forbidden_character);
  }
}

TEST(SaslOauth, ServerTakesTheMessageApart) {
  const struct {
    const char* mechanism;
    std::string message;
    const char* user;
    const char* token;
  } table[] = {
      {"OAUTHBEARER", *text::base64_decode(rfc7628), "user@example.com", "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="},
      {"XOAUTH2", *text::base64_decode(google), "someuser@example.com",
       "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"},
      {"XOAUTH2",
       "user=u\x01"
       "auth=bearer  t\x01\x01",
       "u", "t"},
      {"OAUTHBEARER",
       "y,a=u=2Cv,\x01"
       "auth=Bearer t\x01\x01",
       "u,v", "t"},
  };
  for (const auto& row : table) {
    server_mechanism m = test::server(row.mechanism, test::server_of());
    const auto got = step(m, row.message);
    ASSERT_TRUE(got) << row.message;
    const auto& offered = std::get<offered_credentials>(*got);
    EXPECT_EQ(offered.authentication_identity, row.user);
    EXPECT_EQ(offered.password.reveal(), row.token);
  }
}

TEST(SaslOauth, ServerRefusesOtherForms) {
  const struct {
    const char* mechanism;
    std::string message;
  } table[] = {
      {"XOAUTH2", ""},
      {"XOAUTH2", "\x01"},
      {"XOAUTH2",
       "user=u\x01"
       "auth=Bearer t\x01"},
      {"XOAUTH2",
       "user=u\x01"
       "auth=Bearer t"},
      {"XOAUTH2", "user=u\x01\x01"},
      {"XOAUTH2",
       "user=u\x01"
       "auth=Basic t\x01\x01"},
      {"XOAUTH2",
       "user=u\x01"
       "auth=Bearer \x01\x01"},
      {"XOAUTH2", "auth=Bearer t\x01\x01"},
      {"XOAUTH2",
       "user=u\x01"
       "auth=Bearer t\x01\x01more"},
      {"OAUTHBEARER",
       "user=u\x01"
       "auth=Bearer t\x01\x01"},
      {"OAUTHBEARER",
       "p=tls-exporter,a=u,\x01"
       "auth=Bearer t\x01\x01"},
      {"OAUTHBEARER",
       "n,,\x01"
       "auth=Bearer t\x01\x01"},
      {"OAUTHBEARER",
       "n,a=u=x,\x01"
       "auth=Bearer t\x01\x01"},
      {"OAUTHBEARER", "n,a=u,auth=Bearer t\x01\x01"},
  };
  for (const auto& row : table) {
    server_mechanism m = test::server(row.mechanism, test::server_of());
    const auto got = step(m, row.message);
    ASSERT_FALSE(got) << row.mechanism << " " << row.message;
    EXPECT_EQ(got.why().code, errc::invalid_encoding);
  }
}

TEST(SaslOauth, ARefusalIsToldBeforeItCounts) {
  for (const char* name : {"XOAUTH2", "OAUTHBEARER"}) {
    client_mechanism c = test::client(name, test::client_of("u", "t"));
    server_mechanism s = test::server(name, test::server_of());
    ASSERT_TRUE(test::converse(c, s, std::nullopt).offered) << name;
    const auto why = refusal(s);
    ASSERT_TRUE(why) << name;
    EXPECT_EQ(why->octets.substr(0, 11), "{\"status\":\"") << name;
    EXPECT_EQ(std::get<proof>(*step(s, *respond(c, why->octets))), proof::wrong);
  }
  server_mechanism plain = test::server("PLAIN", test::server_of());
  EXPECT_FALSE(refusal(plain));
}

}  // namespace
}  // namespace smtpscope::sasl
