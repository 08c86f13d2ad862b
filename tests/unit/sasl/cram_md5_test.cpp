#include "smtpscope/sasl/cram_md5.hpp"

#include <gtest/gtest.h>

#include "unit/sasl/setups.hpp"

namespace smtpscope::sasl {
namespace {

using test::initial_response;
using test::respond;
using test::start;
using test::step;
using test::use_secret;

TEST(SaslCramMd5, ClientOfRfc2195) {
  const struct {
    const char* user;
    const char* challenge;
    const char* response;  // base64
  } table[] = {
      {"tim", "PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+",
       "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw"},
      {"joe", "PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UuZXhhbXBsZS5uZXQ+",
       "am9lIDNkYmM4OGYwNjI0Nzc2YTczN2IzOTA5M2Y2ZWI2NDI3"},
  };
  for (const auto& row : table) {
    client_mechanism m = test::client("CRAM-MD5", test::client_of(row.user, "tanstaaftanstaaf"));
    EXPECT_FALSE(initial_response(m)) << "the server begins";
    EXPECT_EQ(text::base64_encode(*respond(m, *text::base64_decode(row.challenge))), row.response);
    EXPECT_EQ(respond(m, "<again>").why().code, errc::misuse);
  }
}

TEST(SaslCramMd5, ServerOfRfc2195) {
  server_setup setup = test::server_of("1896.697170952");
  setup.host = "postoffice.reston.mci.net";
  for (const std::string digest : {"b913a602c7eda7a495b4e6e7334d3890", "B913A602C7EDA7A495B4E6E7334D3890"}) {
    server_mechanism m = test::server("CRAM-MD5", setup);
    EXPECT_EQ(test::challenge_of(start(m)), "<1896.697170952@postoffice.reston.mci.net>");
    const auto asked = step(m, "tim " + digest);
    ASSERT_TRUE(asked);
    EXPECT_EQ(std::get<secret_wanted>(*asked).authentication_identity, "tim");
    EXPECT_EQ(std::get<proof>(*use_secret(m, secret{"tanstaaftanstaaf"})), proof::right);
  }
  for (const auto& known : {std::optional<secret>{}, std::optional<secret>{secret{"other"}}}) {
    server_mechanism m = test::server("CRAM-MD5", setup);
    (void)step(m, "tim b913a602c7eda7a495b4e6e7334d3890");
    EXPECT_EQ(std::get<proof>(*use_secret(m, known)), proof::wrong);
  }
}

TEST(SaslCramMd5, ResponseOfRfc4954IsOfTheForm) {
  server_mechanism m = test::server("CRAM-MD5", test::server_of());
  const auto asked = step(m, *text::base64_decode("cmpzMyBlYzNhNTlmZWQzOTVhYmExZWM2MzY3YzRmNGI0MWFjMA=="));
  ASSERT_TRUE(asked);
  EXPECT_EQ(std::get<secret_wanted>(*asked).authentication_identity, "rjs3");
}

TEST(SaslCramMd5, AnEmptyChallengeIsRefused) {  // its answer could be used again anywhere
  client_mechanism m = test::client("CRAM-MD5", test::client_of("tim", "p"));
  EXPECT_EQ(respond(m, "").why().code, errc::invalid_encoding);
  EXPECT_EQ(respond(m, "<challenge>").why().code, errc::misuse) << "and it is over";
}

TEST(SaslCramMd5, ServerRefusesOtherForms) {
  for (const std::string response :
       {"", "tim", " b913a602c7eda7a495b4e6e7334d3890", "tim b913", "tim  ", "timb913a602c7eda7a495b4e6e7334d3890"}) {
    server_mechanism m = test::server("CRAM-MD5", test::server_of());
    EXPECT_EQ(step(m, response).why().code, errc::invalid_encoding) << response;
  }
}

TEST(SaslCramMd5, ANameMayHoldSpaces) {
  server_mechanism m = test::server("CRAM-MD5", test::server_of());
  EXPECT_EQ(std::get<secret_wanted>(*step(m, "tim the man 3dbc88f0624776a737b39093f6eb6427")).authentication_identity,
            "tim the man");
}

}  // namespace
}  // namespace smtpscope::sasl
