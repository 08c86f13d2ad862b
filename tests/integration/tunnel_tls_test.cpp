// TLS by the relay: implicit and by STARTTLS, what it reports, whom it trusts, what it refuses.

#include <gmock/gmock.h>

#include "integration/tunnel_trusting_relay.hpp"
#include "smtpscope/text/base64.hpp"

namespace smtpscope::testing {
namespace {

using ::testing::HasSubstr;

// Under TLS 1.3.
bool encrypted(std::string_view type) {
  return type != "client_hello" && type != "server_hello" && type != "change_cipher_spec";
}

// Each has its own: later than the one before, and not all that of the end.
void expect_times(const json& messages) {
  int before = 0;
  for (const json& message : messages) {
    EXPECT_GE(message.value("us", -1), before) << message.value("type", "");
    before = message.value("us", -1);
  }
  EXPECT_LT(messages.front().value("us", -1), messages.back().value("us", -1));
}

void expect_report(const json& tls) {
  EXPECT_EQ(tls.value("version", ""), "TLSv1.3");
  EXPECT_THAT(tls.value("suite", ""), HasSubstr("TLS_"));
  EXPECT_EQ(tls.value("group", ""), "X25519");
  EXPECT_EQ(tls.value("verified", false), true);
  EXPECT_GT(tls.value("us", 0), 0);
  ASSERT_EQ(tls["chain"].size(), 2U) << "the server's certificate and the authority's";
  EXPECT_EQ(text::base64_decode(tls["chain"][0].get<std::string>())->front(), '\x30') << "DER begins with a SEQUENCE";
  ASSERT_EQ(tls["certificates"].size(), 2U);
  EXPECT_EQ(tls["certificates"][0]["names"], json::array({"mail.test", "127.0.0.1"}));
  EXPECT_EQ(tls["certificates"][0]["issuer"], tls["certificates"][1]["subject"]);
  EXPECT_EQ(tls["anchor"], tls["certificates"][1]["subject"]);
  EXPECT_EQ(tls["certificates"][0].value("notAfter", "").size(), std::string("2026-01-01T00:00:00Z").size());
  std::vector<std::string> types;
  for (const json& message : tls["messages"]) {
    types.push_back(message.value("type", "") + " " + message.value("dir", ""));
    EXPECT_GT(message.value("length", 0), 0);
    EXPECT_EQ(text::base64_decode(message.value("base64", ""))->size(), message.value("length", 0U));
    EXPECT_EQ(message.value("encrypted", false), encrypted(message.value("type", "")));
    if (message.value("contentType", "") == "handshake") {
      EXPECT_EQ(message["fields"][0], json::array({0, 4, "handshake_header", -1}));
    }
  }
  EXPECT_THAT(types,
              ::testing::IsSupersetOf({"client_hello c2s", "server_hello s2c", "encrypted_extensions s2c",
                                       "certificate s2c", "certificate_verify s2c", "finished s2c", "finished c2s"}));
  EXPECT_EQ(types.front(), "client_hello c2s");
  expect_times(tls["messages"]);
  EXPECT_LE(tls["messages"].back().value("us", 0), tls.value("us", 0));
}

TEST(TunnelTls, ImplicitIsReportedBeforeAnyData) {
  const tls_identity shown = good_identity();
  scripted_server server([&](peer& p) {
    if (!p.start_tls(shown)) return;
    p.send("220 secure\r\n");
    p.send(p.read(6));
    p.end_sending();
    p.read_to_end();
  });
  const trusting_relay relay(server.port(), shown);
  page one(relay);
  one.open("mail.test", server.port(), "implicit");
  one.expect("resolved");
  one.expect("connected");
  expect_report(one.expect("tls"));
  EXPECT_EQ(one.read(12), "220 secure\r\n");
  one.send("EHLO\r\n");
  EXPECT_EQ(one.read(6), "EHLO\r\n");
  one.expect("eof");
  one.say({{"op", "eof"}});
  EXPECT_EQ(one.expect("closed").value("bytes_up", 0), 6);
}

TEST(TunnelTls, StarttlsBeginsInPlace) {
  const tls_identity shown = good_identity();
  scripted_server server([&](peer& p) {
    p.send("220 plain\r\n");
    p.read_until("STARTTLS\r\n");
    p.send("220 go\r\n");
    if (!p.start_tls(shown)) return;
    p.send(p.read(6));
    p.read_to_end();
  });
  const trusting_relay relay(server.port(), shown);
  page one(relay);
  one.connect(server.port());
  EXPECT_EQ(one.read(11), "220 plain\r\n");
  one.send("STARTTLS\r\n");
  EXPECT_EQ(one.read(8), "220 go\r\n");
  one.say({{"op", "start_tls"}});
  expect_report(one.expect("tls"));
  one.send("EHLO\r\n");
  EXPECT_EQ(one.read(6), "EHLO\r\n");
}

TEST(TunnelTls, Tls12IsSpokenAndItsGroupNamed) {
  tls_identity shown = good_identity();
  shown.highest_version = TLS1_2_VERSION;
  scripted_server server([&](peer& p) {
    p.start_tls(shown);
    p.read_to_end();
  });
  const trusting_relay relay(server.port(), shown);
  page one(relay);
  one.open("mail.test", server.port(), "implicit");
  one.expect("resolved");
  one.expect("connected");
  const json tls = one.expect("tls");
  EXPECT_EQ(tls.value("version", ""), "TLSv1.2");
  EXPECT_EQ(tls.value("group", ""), "X25519");
}

TEST(TunnelTls, AnAddressIsVerifiedAsAnAddress) {
  const tls_identity shown = good_identity();
  scripted_server server([&](peer& p) {
    p.start_tls(shown);
    p.read_to_end();
  });
  const trusting_relay relay(server.port(), shown);
  page one(relay);
  one.open("127.0.0.1", server.port(), "implicit");
  one.expect("resolved");
  one.expect("connected");
  EXPECT_EQ(one.expect("tls").value("verified", false), true);
}

TEST(TunnelTls, MuchDataStaysWhole) {
  const tls_identity shown = good_identity();
  std::string all(300'000, '\0');
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<char>(i * 31 >> 3);
  scripted_server server([&](peer& p) {
    if (!p.start_tls(shown)) return;
    p.send(p.read(all.size()));
    p.read_to_end();
  });
  const trusting_relay relay(server.port(), shown);
  page one(relay);
  one.connect(server.port(), "implicit");
  one.say({{"op", "credit"}, {"bytes", 1'000'000}});
  for (std::size_t i = 0; i < all.size(); i += 50'000) one.send(all.substr(i, 50'000));
  EXPECT_TRUE(one.read(all.size()) == all);
}

struct bad_certificate {
  const char* name;
  tls_identity (*make)();
  bool trusted;  // its authority is given by --ca-file
  const char* reason;
  const char* part_of_message;
  int failing = 0;  // which of the certificates that were sent
};

// As TLS 1.3 has it: what the server said until its certificate was looked at, and the client's alert.
void expect_handshake_until_refusal(const json& messages) {
  std::vector<std::string> types;
  for (const json& message : messages)
    if (message.value("type", "") != "change_cipher_spec") types.push_back(message.value("type", ""));
  EXPECT_THAT(types,
              ::testing::ElementsAre("client_hello", "server_hello", "encrypted_extensions", "certificate", "alert"));
  expect_times(messages);
  const json& alert = messages.back();
  EXPECT_EQ(alert.value("dir", ""), "c2s");
  EXPECT_EQ(alert["data"].value("level", ""), "fatal");
  EXPECT_EQ(text::base64_decode(alert.value("base64", ""))->size(), 2U);
}

class TunnelCertificate : public ::testing::TestWithParam<bad_certificate> {};

TEST_P(TunnelCertificate, IsRefusedWithItsReason) {
  const tls_identity shown = GetParam().make();
  const tls_identity other = good_identity();
  std::atomic<bool> established{true};
  {  // the server has seen the end before it is asked what it saw
    scripted_server server([&](peer& p) {
      if (!p.start_tls(shown) || p.read(1).empty()) established = false;
    });
    const trusting_relay relay(server.port(), GetParam().trusted ? shown : other);
    page one(relay);
    one.open("mail.test", server.port(), "implicit");
    one.expect("resolved");
    one.expect("connected");
    const json error = one.expect_error("tls", "tls_verify", 1011);
    EXPECT_EQ(error.value("reason", ""), GetParam().reason);
    EXPECT_THAT(error.value("message", ""), HasSubstr(GetParam().part_of_message));
    EXPECT_EQ(error.value("retryable", true), false);
    ASSERT_GE(error["certificates"].size(), 1U) << "the evidence";
    EXPECT_FALSE(error["certificates"][0].value("subject", "").empty());
    EXPECT_EQ(error.value("failing", 99), GetParam().failing);
    expect_handshake_until_refusal(error["messages"]);
  }
  EXPECT_FALSE(established);
}

INSTANTIATE_TEST_SUITE_P(
    Faults, TunnelCertificate,
    ::testing::Values(
        bad_certificate{"expired", expired_identity, true, "expired", "has expired"},
        bad_certificate{"not_yet_valid", future_identity, true, "not_yet_valid", "not valid yet"},
        bad_certificate{"other_name", other_name_identity, true, "name_mismatch", "other.test"},
        bad_certificate{"self_signed", self_signed_identity, false, "self_signed", "signed by itself"},
        bad_certificate{"unknown_authority", good_identity, false, "unknown_authority", "does not know"},
        bad_certificate{"unknown_root", intermediate_identity, false, "unknown_authority", "--ca-file", 1},
        bad_certificate{"expired_intermediate", expired_intermediate_identity, true, "expired",
                        "Certificate 2 of those that mail.test sent, that of CN=", 1},
        bad_certificate{"of_a_client", clients_identity, true, "other", "could not be verified"},
        bad_certificate{"no_intermediate", without_intermediate_identity, true, "incomplete_chain", "fullchain.pem"},
        bad_certificate{"common_name_only", common_name_identity, true, "no_host_names", "subjectAltName"}),
    [](const auto& i) { return i.param.name; });

TEST(TunnelTls, APlainServerIsToldFromABrokenOne) {
  scripted_server server([](peer& p) {
    p.send("220 mail.test ESMTP\r\n");
    p.read_to_end();
  });
  const running_relay relay({server.port()});
  page one(relay);
  one.open("mail.test", server.port(), "implicit");
  one.expect("resolved");
  one.expect("connected");
  const json error = one.expect_error("tls", "tls_protocol", 1011);
  EXPECT_EQ(error.value("reason", ""), "not_tls");
  EXPECT_THAT(error.value("message", ""), HasSubstr("wrong version number"));
  EXPECT_THAT(error.value("message", ""), HasSubstr("STARTTLS"));
}

TEST(TunnelTls, OldTlsIsNotSpoken) {
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    tls_identity shown = good_identity();
    shown.highest_version = version;
    scripted_server server([&](peer& p) { p.start_tls(shown); });
    const trusting_relay relay(server.port(), shown);
    page one(relay);
    one.open("mail.test", server.port(), "implicit");
    one.expect("resolved");
    one.expect("connected");
    const json error = one.expect_error("tls", "tls_protocol", 1011);
    EXPECT_EQ(error.value("reason", ""), "no_common_terms");
    EXPECT_THAT(error.value("message", ""), HasSubstr("TLS 1.2"));
  }
}

TEST(TunnelTls, AWholeChainIsFollowed) {
  const tls_identity shown = intermediate_identity();
  scripted_server server([&](peer& p) {
    p.start_tls(shown);
    p.read_to_end();
  });
  const trusting_relay relay(server.port(), shown);
  page one(relay);
  one.open("mail.test", server.port(), "implicit");
  one.expect("resolved");
  one.expect("connected");
  EXPECT_EQ(one.expect("tls")["chain"].size(), 3U);
}

TEST(TunnelTls, ACertificateForAnotherAddressIsForAnotherName) {
  const tls_identity shown = other_address_identity();
  scripted_server server([&](peer& p) { p.start_tls(shown); });
  const trusting_relay relay(server.port(), shown);
  page one(relay);
  one.open("127.0.0.1", server.port(), "implicit");
  one.expect("resolved");
  one.expect("connected");
  EXPECT_EQ(one.expect_error("tls", "tls_verify", 1011).value("reason", ""), "name_mismatch");
}

TEST(TunnelTls, HalfAHandshakeEndsOrTimesOut) {
  const std::string half("\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03", 11);  // of a ServerHello
  for (const bool stays : {false, true}) {
    scripted_server server([&](peer& p) {
      p.read(1);
      p.send(half);
      if (stays) p.read_to_end();
    });
    const running_relay relay({server.port()}, [](app::serve_options& o) { o.tunnel_limits.tls = milliseconds(200); });
    page one(relay);
    one.open("mail.test", server.port(), "implicit");
    one.expect("resolved");
    one.expect("connected");
    one.expect_error("tls", stays ? "timeout" : "reset", 1011);
  }
}

TEST(TunnelTls, AServerThatLeavesWithoutGoodbyeHasLeft) {  // no close_notify: as many mail servers do
  const tls_identity shown = good_identity();
  scripted_server server([&](peer& p) {
    if (p.start_tls(shown)) p.send("220 cut o");
  });
  const trusting_relay relay(server.port(), shown);
  page one(relay);
  one.connect(server.port(), "implicit");
  EXPECT_EQ(one.read(9), "220 cut o");
  one.expect("eof");
}

TEST(TunnelTls, ServerThatHangsUpInTheHandshake) {
  scripted_server server([](peer& p) { p.read(1); });
  const running_relay relay({server.port()});
  page one(relay);
  one.open("mail.test", server.port(), "implicit");
  one.expect("resolved");
  one.expect("connected");
  one.expect_error("tls", "reset", 1011);
}

TEST(TunnelTls, ServerThatNeverAnswersTheHandshake) {
  scripted_server server([](peer& p) { p.read_to_end(); });
  const running_relay relay({server.port()}, [](app::serve_options& o) { o.tunnel_limits.tls = milliseconds(100); });
  page one(relay);
  one.open("mail.test", server.port(), "implicit");
  one.expect("resolved");
  one.expect("connected");
  one.expect_error("tls", "timeout", 1011);
}

// --- plaintext behind the answer to STARTTLS (RFC 3207 §6) ---

TEST(TunnelStarttls, RefusesPlaintextInTheSameSegment) {
  std::string after;
  {
    scripted_server server([&](peer& p) {
      p.read_until("STARTTLS\r\n");
      p.send("220 go\r\n250 injected\r\n");
      after = p.read_to_end();
    });
    const running_relay relay({server.port()});
    page one(relay);
    one.connect(server.port());
    one.send("STARTTLS\r\n");
    EXPECT_EQ(one.read(22), "220 go\r\n250 injected\r\n");
    one.say({{"op", "start_tls"}});
    one.expect_error("tls", "starttls_plaintext", 1011);
  }
  EXPECT_EQ(after, "") << "not one octet of a handshake";
}

TEST(TunnelStarttls, RefusesPlaintextThatComesLater) {
  scripted_server server([&](peer& p) {
    p.read_until("STARTTLS\r\n");
    p.send("220 go\r\n");
    p.read_until("!");  // an octet no SMTP client sends here, so that the test knows the order of things
    p.send("250 injected\r\n250 again\r\n");
    p.read_to_end();
  });
  const running_relay relay({server.port()});
  page one(relay);
  one.connect(server.port());
  one.send("STARTTLS\r\n");
  EXPECT_EQ(one.read(8), "220 go\r\n");
  one.send("!");
  EXPECT_EQ(one.read(25), "250 injected\r\n250 again\r\n");
  one.say({{"op", "start_tls"}});
  one.expect_error("tls", "starttls_plaintext", 1011);
}

TEST(TunnelStarttls, RefusesPlaintextThatWaitsUnreadInTheSocket) {
  constexpr std::size_t credit = 256 * 1024;
  scripted_server server([&](peer& p) {
    const std::string reply = "220 " + std::string(credit - 6, 'g') + "\r\n";  // takes all the credit there is
    p.send(reply + "250 injected\r\n");
    p.read_to_end();
  });
  const running_relay relay({server.port()});
  page one(relay);
  one.connect(server.port());
  EXPECT_EQ(one.read(credit).size(), credit);
  one.say({{"op", "start_tls"}});
  one.expect_error("tls", "starttls_plaintext", 1011);
}

TEST(TunnelStarttls, RefusesAHalfLine) {
  scripted_server server([&](peer& p) {
    p.send("220 go");
    p.read_to_end();
  });
  const running_relay relay({server.port()});
  page one(relay);
  one.connect(server.port());
  EXPECT_EQ(one.read(6), "220 go");
  one.say({{"op", "start_tls"}});
  one.expect_error("tls", "starttls_plaintext", 1011);
}

TEST(TunnelStarttls, PlaintextAfterTheSwitchIsNoTls) {
  scripted_server server([&](peer& p) {
    p.send("220 go\r\n");
    p.read(1);  // the ClientHello has begun
    p.send("250 injected\r\n");
    p.read_to_end();
  });
  const running_relay relay({server.port()});
  page one(relay);
  one.connect(server.port());
  EXPECT_EQ(one.read(8), "220 go\r\n");
  one.say({{"op", "start_tls"}});
  EXPECT_EQ(one.expect_error("tls", "tls_protocol", 1011).value("reason", ""), "not_tls");
}

}  // namespace
}  // namespace smtpscope::testing
