#include "smtpscope/sasl/digest_md5.hpp"

#include <gtest/gtest.h>

#include "smtpscope/sasl/directives.hpp"
#include "unit/sasl/setups.hpp"

namespace smtpscope::sasl {
namespace {

using test::initial_response;
using test::respond;
using test::server_proven;
using test::step;

using namespace std::string_literals;

const std::string sample_challenge =
    "realm=\"elwood.innosoft.com\",nonce=\"OA6MG9tEQGm2hh\",qop=\"auth\",algorithm=md5-sess,charset=utf-8";

client_mechanism chris() { return test::client("DIGEST-MD5", test::client_of("chris", "secret", "OA6MHXh6VqTrRk")); }

std::string value_of(const std::string& message, std::string_view key) {
  const auto all = parse_directives(message);
  const std::string* found = all ? only(*all, key) : nullptr;
  return found == nullptr ? "(none)" : *found;
}

TEST(SaslDigestMd5, ValuesOfRfc2831) {
  const struct {
    const char* nonce;
    const char* client_nonce;
    const char* uri;
    const char* response;
    const char* response_auth;
  } table[] = {
      {"OA6MG9tEQGm2hh", "OA6MHXh6VqTrRk", "imap/elwood.innosoft.com", "d388dad90d4bbd760a152321f2143af7",
       "ea40f60335c427b5527b84dbabcdfffd"},
      {"OA9BSXrbuRhWay", "OA9BSuZWMSpW8m", "acap/elwood.innosoft.com", "6084c6db3fede7352c551284490fd0fc",
       "2f0b3d7c3c2e486600ef710726aa2eae"},
      {"OA6MG9tEQGm2hh", "OA6MHXh6VqTrRk", "smtp/elwood.innosoft.com", "52ff44907f72314481b5c098c708ebf3",
       "84106ee5cb85c426e7ef928db0e49bfa"},
  };
  for (const auto& row : table) {
    const auto values =
        digest_md5({"chris", "elwood.innosoft.com", row.nonce, row.client_nonce, row.uri, ""}, "secret");
    EXPECT_EQ(values.response, row.response);
    EXPECT_EQ(values.response_auth, row.response_auth);
  }
}

TEST(SaslDigestMd5, ClientAnswersAndChecksTheServer) {
  client_mechanism m = chris();
  EXPECT_FALSE(initial_response(m));
  const std::string answer = *respond(m, sample_challenge);
  EXPECT_EQ(answer,
            "charset=utf-8,username=\"chris\",realm=\"elwood.innosoft.com\",nonce=\"OA6MG9tEQGm2hh\",nc=00000001,"
            "cnonce=\"OA6MHXh6VqTrRk\",digest-uri=\"smtp/elwood.innosoft.com\","
            "response=52ff44907f72314481b5c098c708ebf3,qop=auth");
  EXPECT_FALSE(server_proven(m));
  EXPECT_EQ(*respond(m, "rspauth=84106ee5cb85c426e7ef928db0e49bfa"), "");
  EXPECT_TRUE(server_proven(m));
  EXPECT_EQ(respond(m, "").why().code, errc::misuse);
}

TEST(SaslDigestMd5, ChallengeOfMailKit) {
  client_mechanism m = chris();
  const auto challenge = text::base64_decode(
      "cmVhbG09ImVsd29vZC5pbm5vc29mdC5jb20iLG5vbmNlPSJPQTZNRzl0RVFHbTJoaCIscW9wPSJhdXRoIixhbGdvcml0aG09bWQ1LXNlc3MsY2hh"
      "cnNldD11dGYtOA==");
  EXPECT_EQ(value_of(*respond(m, *challenge), "response"), "52ff44907f72314481b5c098c708ebf3");
}

TEST(SaslDigestMd5, ForgedRspauthIsRefused) {
  for (const std::string& forged :
       {"rspauth="s + std::string(32, 'f'), "rspauth="s, "rspauth=84106ee5"s, ""s,
        "rspauth=84106ee5cb85c426e7ef928db0e49bfa,rspauth=84106ee5cb85c426e7ef928db0e49bfa"s, sample_challenge}) {
    client_mechanism m = chris();
    ASSERT_TRUE(respond(m, sample_challenge));
    EXPECT_FALSE(respond(m, forged)) << forged;
    EXPECT_FALSE(server_proven(m));
  }
}

TEST(SaslDigestMd5, QuotationMarksAreEscaped) {  // in a realm and a user name, as servers and people may have them
  client_setup setup = test::client_of("us\"er", "se\\cret", "cnonce");
  client_mechanism m = test::client("DIGEST-MD5", setup);
  const std::string answer = *respond(m, "realm=\"cu\\\"rl\",nonce=\"n\\\\once\",algorithm=md5-sess,charset=utf-8");
  EXPECT_NE(answer.find("username=\"us\\\"er\",realm=\"cu\\\"rl\",nonce=\"n\\\\once\""), std::string::npos) << answer;
  EXPECT_EQ(value_of(answer, "realm"), "cu\"rl");
  const auto values = digest_md5({"us\"er", "cu\"rl", "n\\once", "cnonce", "smtp/elwood.innosoft.com", ""}, "se\\cret");
  EXPECT_EQ(value_of(answer, "response"), values.response) << "hashed without the backslashes";
}

TEST(SaslDigestMd5, VectorOfCurl) {  // its test 907: a quotation mark in the realm and in the user name
  const auto values = digest_md5({"us\"er", "cu\"rl", "5300d17a1d695bd411e4cdf96f9548c23ced6175",
                                  "34333231353332313633323137333231", "smtp/127.0.0.1", ""},
                                 "secret");
  EXPECT_EQ(values.response, "53d3347e1b559d23be78934ae4a78488");
  EXPECT_EQ(values.response_auth, "10e46a05e3ac0781486c2a4eb09cf1cb");
}

TEST(SaslDigestMd5, NamesAreHashedAsLatin1WherePossible) {  // RFC 2831 §2.1.2.1
  client_mechanism m = test::client("DIGEST-MD5", test::client_of("J\xC3\xBCrgen", "p\xC3\xA4ss", "cnonce"));
  const std::string answer = *respond(m, "nonce=\"n\",algorithm=md5-sess,charset=utf-8");
  EXPECT_NE(answer.find("username=\"J\xC3\xBCrgen\",nonce"), std::string::npos) << "no realm, none sent";
  const auto values = digest_md5({"J\xFCrgen", "", "n", "cnonce", "smtp/elwood.innosoft.com", ""}, "p\xE4ss");
  EXPECT_EQ(value_of(answer, "response"), values.response);
  client_mechanism other = test::client("DIGEST-MD5", test::client_of("J\xC3\xBCrgen", "p", "cnonce"));
  EXPECT_FALSE(respond(other, "nonce=\"n\",algorithm=md5-sess")) << "the server takes no UTF-8";
}

TEST(SaslDigestMd5, ClientRefusesAChallengeThat) {
  const struct {
    const char* name;
    std::string challenge;
  } table[] = {
      {"is empty", ""},
      {"is rubbish", "Rubbish"},
      {"has no nonce", "realm=\"x\",algorithm=md5-sess"},
      {"has an empty nonce", "nonce=\"\",algorithm=md5-sess"},
      {"has two nonces", "nonce=\"a\",nonce=\"b\",algorithm=md5-sess"},
      {"has no algorithm", "nonce=\"a\""},
      {"has another algorithm", "nonce=\"a\",algorithm=md5"},
      {"demands a security layer", "nonce=\"a\",qop=\"auth-conf\",algorithm=md5-sess"},
      {"has a quotation that does not end", "nonce=\"a,algorithm=md5-sess"},
      {"ends in a backslash", "algorithm=md5-sess,nonce=\"a\\"},
      {"is longer than can be answered", "nonce=\"" + std::string(4000, 'n') + "\",algorithm=md5-sess"},
  };
  for (const auto& row : table) {
    client_mechanism m = chris();
    EXPECT_FALSE(respond(m, row.challenge)) << row.name;
    EXPECT_EQ(respond(m, sample_challenge).why().code, errc::misuse) << row.name << ": it is over";
  }
}

TEST(SaslDigestMd5, TakesTheFirstOfSeveralRealmsAndAListOfQops) {
  client_mechanism m = chris();
  const std::string answer = *respond(
      m, "realm=\"one\", realm=\"two\" , ,nonce=\"n\",qop=\"auth-int, AUTH\",algorithm=MD5-SESS,stale=true,maxbuf=100");
  EXPECT_EQ(value_of(answer, "realm"), "one");
  EXPECT_EQ(value_of(answer, "qop"), "auth");
  EXPECT_EQ(value_of(answer, "charset"), "(none)");
}

TEST(SaslDigestMd5, BothSidesMeet) {
  for (const std::string authorization : {"", "boss"}) {
    client_setup setup = test::client_of("chris", "secret");
    setup.authorization_identity = authorization;
    client_mechanism c = test::client("DIGEST-MD5", setup);
    server_mechanism s = test::server("DIGEST-MD5", test::server_of());
    EXPECT_EQ(test::converse(c, s, secret{"secret"}).ended, proof::right);
    EXPECT_TRUE(server_proven(c));
    for (const auto& known : {std::optional<secret>{}, std::optional<secret>{secret{"other"}}}) {
      client_mechanism again = test::client("DIGEST-MD5", setup);
      server_mechanism fresh = test::server("DIGEST-MD5", test::server_of());
      EXPECT_EQ(test::converse(again, fresh, known).ended, proof::wrong);
      EXPECT_FALSE(server_proven(again));
    }
  }
}

TEST(SaslDigestMd5, ServerRefusesAnAnswerThat) {
  const std::string good =
      "username=\"chris\",realm=\"r\",nonce=\"3rfcNHYJY1ZVvWVs7j\",nc=00000001,cnonce=\"c\",digest-uri=\"smtp/"
      "x\",response=00000000000000000000000000000000,qop=auth";
  const auto without = [&good](const std::string& part) {
    std::string other = good;
    return other.erase(other.find(part), part.size());
  };
  const struct {
    const char* name;
    std::string answer;
  } table[] = {
      {"is empty", ""},
      {"is rubbish", "=,="},
      {"has no name", without("username=\"chris\",")},
      {"has two names", good + ",username=\"amy\""},
      {"has no nonce", without("nonce=\"3rfcNHYJY1ZVvWVs7j\",")},
      {"has no count", without("nc=00000001,")},
      {"has no response", without("response=00000000000000000000000000000000,")},
      {"is for another service",
       "username=\"chris\",nonce=\"3rfcNHYJY1ZVvWVs7j\",nc=00000001,cnonce=\"c\","
       "digest-uri=\"imap/x\",response=00"},
      {"wants a security layer", without(",qop=auth") + ",qop=auth-conf"},
      {"has two realms", good + ",realm=\"s\""},
      {"is too long", good + ",x=\"" + std::string(4096, 'x') + "\""},
  };
  for (const auto& row : table) {
    server_mechanism m = test::server("DIGEST-MD5", test::server_of());
    EXPECT_FALSE(step(m, row.answer)) << row.name;
  }
  server_mechanism replayed = test::server("DIGEST-MD5", test::server_of("another"));
  EXPECT_EQ(std::get<proof>(*step(replayed, good)), proof::wrong) << "an old nonce";
}

TEST(SaslDirectives, ReadsAndWrites) {
  const auto all = parse_directives(" A=b ,, C = \"d\\\"e,f\" ,g=\"\"");
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 3U);
  EXPECT_EQ((*all)[0].key, "a");
  EXPECT_EQ((*all)[1].value, "d\"e,f");
  EXPECT_EQ((*all)[2].value, "");
  EXPECT_EQ(quoted("a\"b\\c"), "\"a\\\"b\\\\c\"");
  for (const char* wrong : {"a", "a=", "=b", "a=b c=d", "a=\"b\"c", "a=\"b", "\"a\"=b"})
    EXPECT_FALSE(parse_directives(wrong)) << wrong;
}

}  // namespace
}  // namespace smtpscope::sasl
