#include "smtpscope/trace/explain.hpp"

#include <gtest/gtest.h>

#include "texts/native_texts.hpp"
#include "unit/trace/sessions.hpp"

namespace smtpscope::trace {
namespace {

entry of(kind k, const json& data) {
  entry e;
  e.kind = k;
  e.data = data;
  return e;
}

TEST(Explain, KnowsEveryCommand) {
  for (const char* verb :
       {"EHLO", "HELO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "RSET", "NOOP", "QUIT", "VRFY", "HELP"}) {
    const explanation x = explain(of(kind::command, {{"verb", verb}, {"mechanism", "PLAIN"}}), native_texts());
    EXPECT_NE(x.title, "A command") << verb;
    EXPECT_FALSE(x.text.empty()) << verb;
    EXPECT_EQ(x.rfc.substr(0, 4), "RFC ") << verb;
  }
  EXPECT_EQ(explain(of(kind::command, {{"verb", "?"}}), native_texts()).title, "A command");
}

TEST(Explain, KnowsEveryClassOfReplyAtEveryStage) {
  for (const char* stage : {"ehlo", "helo", "starttls", "auth", "mail", "rcpt", "data", "content", "quit"})
    for (const int code : {220, 250, 334, 354, 421, 450, 451, 452, 454, 500, 501, 502,
                           503, 504, 530, 534, 535, 538, 550, 552, 553, 554, 555}) {
      const explanation x =
          explain(of(kind::reply, {{"stage", stage}, {"code", code}, {"recipient", "a@b"}}), native_texts());
      EXPECT_FALSE(x.title.empty()) << stage << code;
      EXPECT_NE(x.title, "reply") << stage << code;
      EXPECT_FALSE(x.text.empty()) << stage << code;
      EXPECT_EQ(x.text.find('{'), std::string::npos) << x.text;
      EXPECT_EQ(x.rfc.substr(0, 4), "RFC ") << stage << code;
    }
}

TEST(Explain, A421IsTheSameEverywhere) {
  for (const char* stage : {"ehlo", "helo", "starttls", "auth", "mail", "rcpt", "data", "content", "quit"})
    EXPECT_EQ(explain(of(kind::reply, {{"stage", stage}, {"code", 421}}), native_texts()).title,
              "The server is closing the connection");
  EXPECT_EQ(explain(of(kind::greeting, {{"stage", "greeting"}, {"code", 421}}), native_texts()).title,
            "The server is closing the connection");
}

TEST(Explain, KnowsEveryMessageOfTls) {
  for (const char* type :
       {"client_hello", "server_hello", "hello_retry_request", "encrypted_extensions", "certificate",
        "certificate_request", "certificate_status", "certificate_verify", "server_key_exchange", "server_hello_done",
        "client_key_exchange", "change_cipher_spec", "finished", "new_session_ticket", "key_update", "hello_request"}) {
    const explanation x = explain(of(kind::tls_message, {{"type", type}}), native_texts());
    EXPECT_NE(x.title.substr(0, 5), "TLS: ") << type;
    EXPECT_FALSE(x.text.empty()) << type;
    EXPECT_EQ(x.rfc.substr(0, 4), "RFC ") << type;
  }
  // An alert by what it says.
  const json expired = {{"type", "alert"}, {"level", "fatal"}, {"description", "certificate_expired"}};
  EXPECT_EQ(explain(of(kind::tls_message, expired), native_texts()).title, "Alert certificate_expired: out of date");
  const json rare = {{"type", "alert"}, {"level", "fatal"}, {"description", "record_overflow"}};
  EXPECT_EQ(explain(of(kind::tls_message, rare), native_texts()).title, "TLS: alert record_overflow");
}

TEST(Explain, KnowsEveryTransportError) {
  for (const char* code : {"not_allowed", "blocked_address", "name_not_found", "refused", "timeout", "unreachable",
                           "reset", "tls_verify", "tls_protocol", "starttls_plaintext", "relay_unreachable",
                           "relay_refused", "relay_closed", "relay_false", "tls_not_loaded", "tls_broken"})
    EXPECT_NE(explain(of(kind::transport_error, {{"code", code}}), native_texts()).title, "The connection failed")
        << code;
  EXPECT_EQ(explain(of(kind::transport_error, {{"code", "new"}, {"message", "what it says"}}), native_texts()).text,
            "what it says");
}

TEST(Explain, KnowsEveryKindOfEntry) {
  for (int i = 0; i <= static_cast<int>(kind::note); ++i) {
    const auto k = static_cast<kind>(i);
    if (k == kind::reply || k == kind::note) continue;  // need their data
    const explanation x = explain(
        of(k, {{"title", "t"}, {"cause", "c"}, {"host", "h"}, {"address", "a"}, {"message", "m"}}), native_texts());
    EXPECT_NE(x.title, name(k)) << "explained by nothing but its name";
  }
}

TEST(Explain, FillsInWhatTheEntrySays) {
  EXPECT_EQ(explain(of(kind::resolving, {{"host", "mail.example"}}), native_texts()).title, "Looking up mail.example");
  EXPECT_EQ(explain(of(kind::connected, {{"address", "192.0.2.1"}, {"port", 465}}), native_texts()).title,
            "Connected to 192.0.2.1, port 465");
  EXPECT_EQ(explain(of(kind::resolving, {{"host", "{port}"}, {"port", 1}}), native_texts()).title, "Looking up {port}")
      << "what came from outside is not filled in again";
  EXPECT_EQ(explain(of(kind::resolving, {{"host", 7}}), native_texts()).title, "Looking up 7");
  EXPECT_EQ(explain(of(kind::resolving, {{"host", json::array()}}), native_texts()).title, "Looking up ");
}

bool covers(const explanation_row& earlier, const explanation_row& later) {
  // A greeting's stage is always "greeting", a challenge's always "auth".
  const bool same_key =
      earlier.key.empty() || earlier.key == later.key ||
      (later.key.empty() && (earlier.key == "greeting" || earlier.key == "auth") && earlier.kind != kind::reply);
  const bool same_code = earlier.code == 0 || earlier.code == later.code || earlier.code == later.code / 100;
  return earlier.kind == later.kind && same_key && same_code;
}

TEST(Explain, NoRowIsHiddenBehindAnEarlierOne) {
  const std::vector<explanation_row>& explanations = native_texts().explanations();
  for (std::size_t later = 0; later < explanations.size(); ++later)
    for (std::size_t earlier = 0; earlier < later; ++earlier)
      EXPECT_FALSE(covers(explanations[earlier], explanations[later]))
          << explanations[earlier].title << " hides " << explanations[later].title;
}

TEST(Explain, RowsAreSentencesWithSources) {
  for (const explanation_row& row : native_texts().explanations()) {
    EXPECT_FALSE(row.title.empty());
    EXPECT_LE(row.title.size(), 60U) << row.title;
    EXPECT_TRUE(row.text.empty() || row.text.back() == '.' || row.text.back() == '}') << row.text;
    EXPECT_TRUE(row.rfc.empty() || row.rfc.substr(0, 4) == "RFC ") << row.rfc;
  }
}

}  // namespace
}  // namespace smtpscope::trace
