// SCRAM: the vectors of RFC 5802 and RFC 7677, and every way in which a peer may cheat.
#include "smtpscope/sasl/scram.hpp"

#include <gtest/gtest.h>

#include "smtpscope/sasl/scram_message.hpp"
#include "unit/sasl/setups.hpp"

namespace smtpscope::sasl {
namespace {

using test::initial_response;
using test::respond;
using test::server_proven;
using test::step;
using test::use_secret;

using namespace std::string_literals;
using test::challenge_of;
using test::client_of;
using test::server_of;
using text::digest_kind;

struct vector {
  const char* mechanism;
  const char* client_nonce;
  const char* server_nonce;
  const char* salt;
  const char* proof;
  const char* signature;
};
const vector vectors[] = {
    {"SCRAM-SHA-1", "fyko+d2lbbFgONRv9qkxdawL", "3rfcNHYJY1ZVvWVs7j", "QSXCR+Q6sek8bf92",
     "v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=", "rmF9pqV8S7suAoZWja4dJRkFsKQ="},
    {"SCRAM-SHA-256", "rOprNGfwEbeRWgbNEkqO", "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0", "W22ZaJ0SNY7soEsUEjb6gQ==",
     "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=", "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="},
    {"SCRAM-SHA-512", "rOprNGfwEbeRWgbNEkqO", "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0", "W22ZaJ0SNY7soEsUEjb6gQ==",
     "gMGXRcevScNtxZ6/8lQYpGtnsNAc3mGcmNomv+xnoOMw+3R2xNJdMNnzMlTN8PPC6wdp6dybEmDYXYTxwnYPJQ==",
     "ZQnYEgWQMFmmsM8aQMF0nDDCy/AgCzkwk8CmMZYcMg0vSVlKDanekLtifDSeVGT4+5ZxXnJq199RVG2rR7N7Zw=="},
};

std::string server_first(const vector& v) {
  return "r="s + v.client_nonce + v.server_nonce + ",s=" + v.salt + ",i=4096";
}

TEST(SaslScram, ClientOfTheVectors) {
  for (const vector& v : vectors) {
    client_mechanism m = test::client(v.mechanism, client_of("user", "pencil", v.client_nonce));
    EXPECT_EQ(initial_response(m), "n,,n=user,r="s + v.client_nonce) << v.mechanism;
    EXPECT_EQ(*respond(m, server_first(v)), "c=biws,r="s + v.client_nonce + v.server_nonce + ",p=" + v.proof);
    EXPECT_FALSE(server_proven(m));
    EXPECT_EQ(*respond(m, "v="s + v.signature), "");
    EXPECT_TRUE(server_proven(m));
    EXPECT_EQ(respond(m, "").why().code, errc::misuse) << "and nothing more";
  }
}

TEST(SaslScram, ServerOfTheVectors) {
  for (const vector& v : vectors) {
    server_setup setup = server_of(v.server_nonce);
    setup.salt = *text::base64_decode(v.salt);
    server_mechanism m = test::server(v.mechanism, setup);
    const auto asked = step(m, "n,,n=user,r="s + v.client_nonce);
    ASSERT_TRUE(asked && std::holds_alternative<secret_wanted>(*asked)) << v.mechanism;
    EXPECT_EQ(std::get<secret_wanted>(*asked).authentication_identity, "user");
    EXPECT_EQ(challenge_of(use_secret(m, secret{"pencil"})), server_first(v));
    EXPECT_EQ(challenge_of(step(m, "c=biws,r="s + v.client_nonce + v.server_nonce + ",p=" + v.proof)),
              "v="s + v.signature);
    EXPECT_EQ(std::get<proof>(*step(m, "")), proof::right);
    EXPECT_FALSE(step(m, "")) << "and nothing more";
  }
}

TEST(SaslScram, KeysOfTheVectors) {
  const struct {
    digest_kind digest;
    const char* salt;
    const char* salted;
    const char* stored;
    const char* server;
  } table[] = {
      {digest_kind::sha1, "QSXCR+Q6sek8bf92", "1d96ee3a529b5a5f9e47c01f229a2cb8a6e15f7d",
       "6dlGYMOdZcOPutkcNY8U2g7vK9Y=", "D+CSWLOshSulAsxiupA+qs2/fTE="},
      {digest_kind::sha256,
       "W22ZaJ0SNY7soEsUEjb6gQ==", "c4a49510323ab4f952cac1fa99441939e78ea74d6be81ddf7096e87513dc615d",
       "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=", "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="},
  };
  for (const auto& row : table) {
    const std::string salted = text::pbkdf2(row.digest, "pencil", *text::base64_decode(row.salt), 4096);
    EXPECT_EQ(text::to_hex(salted), row.salted);
    const std::string client_key = text::hmac(row.digest, salted, "Client Key");
    EXPECT_EQ(text::base64_encode(text::digest(row.digest, client_key)), row.stored);
    EXPECT_EQ(text::base64_encode(text::hmac(row.digest, salted, "Server Key")), row.server);
  }
}

TEST(SaslScram, MayWaitForTheEmptyChallenge) {
  client_mechanism m = test::client("SCRAM-SHA-1", client_of("user", "pencil"));
  EXPECT_EQ(*respond(m, ""), "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL");
  EXPECT_TRUE(respond(m, server_first(vectors[0])));
}

TEST(SaslScram, NamesAreEscaped) {
  client_setup s = client_of("a=b,c", "pencil");
  s.authorization_identity = "boss,=";
  client_mechanism m = test::client("SCRAM-SHA-1", s);
  EXPECT_EQ(initial_response(m), "n,a=boss=2C=3D,n=a=3Db=2Cc,r=fyko+d2lbbFgONRv9qkxdawL");
  EXPECT_EQ(*unescape_name("a=3Db=2Cc"), "a=b,c");
  for (const char* wrong : {"=", "=2", "=2c", "=3d", "a=b", "=3E"}) EXPECT_FALSE(unescape_name(wrong)) << wrong;
}

// What a hostile server may say first, and that the client then says nothing that helps it.
TEST(SaslScram, ClientRefusesAServerFirstThat) {
  const std::string r = "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j";
  const struct {
    const char* name;
    std::string message;
  } table[] = {
      {"has another nonce", "r=0123456789012345678901234xyz,s=QSXCR+Q6sek8bf92,i=4096"},
      {"adds nothing to the nonce", "r=fyko+d2lbbFgONRv9qkxdawL,s=QSXCR+Q6sek8bf92,i=4096"},
      {"cuts the nonce", "r=fyko+d2lbbFgONRv9qkxdaw,s=QSXCR+Q6sek8bf92,i=4096"},
      {"puts ours behind", "r=xfyko+d2lbbFgONRv9qkxdawL,s=QSXCR+Q6sek8bf92,i=4096"},
      {"has a nonce that cannot be shown", "r=fyko+d2lbbFgONRv9qkxdawL\x01\x02,s=QSXCR+Q6sek8bf92,i=4096"},
      {"demands an extension", "m=ext," + r + ",s=QSXCR+Q6sek8bf92,i=4096"},
      {"wants 4294967295 iterations", r + ",s=QSXCR+Q6sek8bf92,i=4294967295"},
      {"wants 4294967296 and more", r + ",s=QSXCR+Q6sek8bf92,i=99999999999999999999999"},
      {"wants one more than we do", r + ",s=QSXCR+Q6sek8bf92,i=100001"},
      {"wants too few", r + ",s=QSXCR+Q6sek8bf92,i=4095"},
      {"wants one", r + ",s=QSXCR+Q6sek8bf92,i=1"},
      {"wants none", r + ",s=QSXCR+Q6sek8bf92,i=0"},
      {"has a negative count", r + ",s=QSXCR+Q6sek8bf92,i=-4096"},
      {"has a count with a zero before it", r + ",s=QSXCR+Q6sek8bf92,i=04096"},
      {"has a count that is none", r + ",s=QSXCR+Q6sek8bf92,i=many"},
      {"has no count", r + ",s=QSXCR+Q6sek8bf92"},
      {"has no salt", r + ",s=,i=4096"},
      {"has a salt that is not base64", r + ",s=A,i=4096"},
      {"leaves the salt out", r + ",i=4096"},
      {"changes the order", "s=QSXCR+Q6sek8bf92," + r + ",i=4096"},
      {"is an error", "e=unknown-user"},
      {"is empty", ""},
      {"is rubbish", "Rubbish"},
      {"is already the end", "v=rmF9pqV8S7suAoZWja4dJRkFsKQ="},
  };
  for (const auto& row : table) {
    client_mechanism m = test::client("SCRAM-SHA-1", client_of("user", "pencil"));
    (void)initial_response(m);
    const auto answer = respond(m, row.message);
    ASSERT_FALSE(answer) << row.name;
    EXPECT_EQ(answer.why().code, errc::invalid_encoding) << row.name;
    EXPECT_FALSE(respond(m, server_first(vectors[0]))) << row.name << ": it is over";
    EXPECT_FALSE(server_proven(m));
  }
}

TEST(SaslScram, ClientRefusesAServerFinalThat) {
  const struct {
    const char* name;
    const char* message;
  } table[] = {
      {"is forged", "v=AAAAAAAAAAAAAAAAAAAAAAAAAAA="},
      {"is shorter", "v=rmF9pqV8S7suAoZWja4dJRkF"},
      {"is empty", ""},
      {"has an empty proof", "v="},
      {"is not base64", "v=!!!!"},
      {"is an error", "e=invalid-proof"},
      {"is ours again", "c=biws"},
  };
  for (const auto& row : table) {
    client_mechanism m = test::client("SCRAM-SHA-1", client_of("user", "pencil"));
    (void)initial_response(m);
    ASSERT_TRUE(respond(m, server_first(vectors[0])));
    EXPECT_FALSE(respond(m, row.message)) << row.name;
    EXPECT_FALSE(server_proven(m)) << row.name;
  }
}

TEST(SaslScram, ClientTakesUnknownExtensionsAtTheEnd) {  // RFC 5802 §5.1
  client_mechanism m = test::client("SCRAM-SHA-1", client_of("user", "pencil"));
  (void)initial_response(m);
  EXPECT_TRUE(respond(m, server_first(vectors[0]) + ",x=more"));
}

TEST(SaslScram, EndlessChallengesEnd) {
  client_mechanism m = test::client("SCRAM-SHA-1", client_of("user", "pencil"));
  (void)initial_response(m);
  EXPECT_FALSE(respond(m, ""));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(respond(m, "").why().code, errc::misuse);
}

TEST(SaslScram, ServerRefusesAClientFirstThat) {
  const struct {
    const char* name;
    std::string message;
    errc code;
  } table[] = {
      {"is empty", "", errc::invalid_encoding},
      {"has no header", "n=user,r=abc", errc::invalid_encoding},
      {"has half a header", "n,n=user,r=abc", errc::invalid_encoding},
      {"has another flag", "x,,n=user,r=abc", errc::invalid_encoding},
      {"binds without -PLUS", "p=tls-exporter,,n=user,r=abc", errc::invalid_encoding},
      {"demands an extension", "n,,m=ext,n=user,r=abc", errc::unsupported},
      {"has no name", "n,,r=abc", errc::invalid_encoding},
      {"has an empty name", "n,,n=,r=abc", errc::invalid_encoding},
      {"has a name of which nothing is left", "n,,n=\xC2\xAD,r=abc", errc::invalid_encoding},
      {"escapes wrongly", "n,,n=us=er,r=abc", errc::invalid_encoding},
      {"has a control character", "n,,n=us\x01"s + "er,r=abc", errc::forbidden_character},
      {"has no nonce", "n,,n=user", errc::invalid_encoding},
      {"has an empty nonce", "n,,n=user,r=", errc::invalid_encoding},
      {"has a nonce with a space", "n,,n=user,r=a b", errc::invalid_encoding},
  };
  for (const auto& row : table) {
    server_mechanism m = test::server("SCRAM-SHA-256", server_of());
    const auto got = step(m, row.message);
    ASSERT_FALSE(got) << row.name;
    EXPECT_EQ(got.why().code, row.code) << row.name;
    EXPECT_FALSE(step(m, "n,,n=user,r=abc")) << row.name << ": it is over";
  }
}

TEST(SaslScram, ServerRefusesAClientFinalThat) {
  const vector& v = vectors[0];
  const std::string r = "r="s + v.client_nonce + v.server_nonce;
  const struct {
    const char* name;
    std::string message;
    bool malformed;
  } table[] = {
      {"is forged", "c=biws," + r + ",p=AAAAAAAAAAAAAAAAAAAAAAAAAAA=", false},
      {"has another nonce", "c=biws,r=other,p="s + v.proof, false},
      {"has another header", "c=eSws," + r + ",p=" + v.proof, false},
      {"has no proof", "c=biws," + r, true},
      {"has a proof that is not base64", "c=biws," + r + ",p=???", true},
      {"has no binding", r + ",p=" + v.proof, true},
      {"is empty", "", true},
  };
  for (const auto& row : table) {
    server_setup setup = server_of(v.server_nonce);
    setup.salt = *text::base64_decode(v.salt);
    server_mechanism m = test::server(v.mechanism, setup);
    ASSERT_TRUE(step(m, "n,,n=user,r="s + v.client_nonce));
    ASSERT_TRUE(use_secret(m, secret{"pencil"}));
    const auto got = step(m, row.message);
    EXPECT_EQ(!got, row.malformed) << row.name;
    if (got) {
      EXPECT_EQ(std::get<proof>(*got), proof::wrong) << row.name;
    }
    EXPECT_FALSE(step(m, "")) << row.name << ": it is over";
  }
}

TEST(SaslScram, AnUnknownUserLooksLikeAKnownOne) {
  const auto first_of = [](const std::optional<secret>& known) {
    server_mechanism m = test::server("SCRAM-SHA-256", server_of());
    (void)step(m, "n,,n=nobody,r=abc");
    return challenge_of(use_secret(m, known));
  };
  EXPECT_EQ(first_of(std::nullopt), first_of(secret{"pencil"})) << "salt and count tell nothing";
  client_mechanism c = test::client("SCRAM-SHA-256", client_of("nobody", "pencil"));
  server_mechanism s = test::server("SCRAM-SHA-256", server_of());
  EXPECT_EQ(test::converse(c, s, std::nullopt).ended, proof::wrong);
}

TEST(SaslScram, EveryUserHasASaltOfHisOwn) {
  const auto salt_of = [](const std::string& user) {
    server_mechanism m = test::server("SCRAM-SHA-256", server_of());
    (void)step(m, "n,,n=" + user + ",r=abc");
    const std::string first = challenge_of(use_secret(m, secret{"x"}));
    return first.substr(first.find(",s="));
  };
  EXPECT_EQ(salt_of("amy"), salt_of("amy"));
  EXPECT_NE(salt_of("amy"), salt_of("bob"));
}

TEST(SaslScram, AWrongPasswordIsRefused) {
  for (const mechanism_traits& m : mechanisms) {
    if (m.name.substr(0, 6) != "SCRAM-" || m.binding == scram_binding::plus) continue;
    client_mechanism c = test::client(m.name, client_of("user", "wrong"));
    server_mechanism s = test::server(m.name, server_of());
    EXPECT_EQ(test::converse(c, s, secret{"pencil"}).ended, proof::wrong) << m.name;
    EXPECT_FALSE(server_proven(c));
  }
}

// ----------------------------------------------------------------------------- channel binding

TEST(SaslScramPlus, BindsToTheStrongerType) {
  client_setup c = client_of("user", "pencil");
  server_setup s = server_of();
  c.binding = {std::string(32, 'e'), std::string(32, 'p')};
  s.binding = c.binding;
  client_mechanism exporter = test::client("SCRAM-SHA-256-PLUS", c);
  server_mechanism one = test::server("SCRAM-SHA-256-PLUS", s);
  test::talk t = test::converse(exporter, one, secret{"pencil"});
  EXPECT_EQ(t.ended, proof::right);
  EXPECT_EQ(t.messages[0], "p=tls-exporter,,n=user,r=fyko+d2lbbFgONRv9qkxdawL");
  c.binding.exporter.clear();
  client_mechanism end_point = test::client("SCRAM-SHA-512-PLUS", c);
  server_mechanism two = test::server("SCRAM-SHA-512-PLUS", s);
  t = test::converse(end_point, two, secret{"pencil"});
  EXPECT_EQ(t.ended, proof::right);
  EXPECT_EQ(t.messages[0].substr(0, 24), "p=tls-server-end-point,,");
}

TEST(SaslScramPlus, AnotherTlsConnectionIsRefused) {  // somebody in the middle has two
  client_setup c = client_of("user", "pencil");
  server_setup s = server_of();
  c.binding.exporter = std::string(32, 'a');
  s.binding.exporter = std::string(32, 'b');
  client_mechanism m = test::client("SCRAM-SHA-1-PLUS", c);
  server_mechanism n = test::server("SCRAM-SHA-1-PLUS", s);
  EXPECT_EQ(test::converse(m, n, secret{"pencil"}).ended, proof::wrong);
}

TEST(SaslScramPlus, NeedsABindingThatBothHave) {
  EXPECT_EQ(make_client("SCRAM-SHA-256-PLUS", client_of("user", "pencil")).why().code, errc::invalid_argument);
  client_setup c = client_of("user", "pencil");
  c.binding.server_end_point = "x";
  server_setup s = server_of();
  s.binding.exporter = "y";
  client_mechanism m = test::client("SCRAM-SHA-256-PLUS", c);
  server_mechanism n = test::server("SCRAM-SHA-256-PLUS", s);
  EXPECT_NE(test::converse(m, n, secret{"pencil"}).server_refusal, "");
  server_mechanism unbound = test::server("SCRAM-SHA-256-PLUS", s);
  EXPECT_FALSE(step(unbound, "n,,n=user,r=abc"));
  server_mechanism other = test::server("SCRAM-SHA-256-PLUS", s);
  EXPECT_FALSE(step(other, "p=tls-unique,,n=user,r=abc"));
}

TEST(SaslScramPlus, AStrippedOfferIsNoticed) {  // RFC 5802 §6
  client_setup c = client_of("user", "pencil");
  c.binding.exporter = "x";
  c.support = binding_support::unused;
  server_setup s = server_of();
  s.support = binding_support::unused;
  client_mechanism m = test::client("SCRAM-SHA-256", c);
  server_mechanism n = test::server("SCRAM-SHA-256", s);
  const test::talk t = test::converse(m, n, secret{"pencil"});
  EXPECT_EQ(t.messages[0].substr(0, 3), "y,,");
  EXPECT_NE(t.server_refusal, "");
  s.support = binding_support::none;  // the server has none to offer: all is well
  client_mechanism again = test::client("SCRAM-SHA-256", c);
  server_mechanism plain = test::server("SCRAM-SHA-256", s);
  EXPECT_EQ(test::converse(again, plain, secret{"pencil"}).ended, proof::right);
}

}  // namespace
}  // namespace smtpscope::sasl
