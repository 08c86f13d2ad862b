#include "smtpscope/trace/recorder.hpp"

#include <gtest/gtest.h>

#include "smtpscope/text/base64.hpp"
#include "smtpscope/trace/entry_data.hpp"
#include "smtpscope/trace/json_codec.hpp"
#include "support/trace_checks.hpp"
#include "unit/trace/sessions.hpp"
#include "unit/wire/field_text.hpp"

namespace smtpscope::trace {
namespace {

using session::sent;
using test::entries_of;
using test::sample_identity;
using test::sample_password;
using test::simulated;

session::send_bytes command(std::string bytes, std::string mechanism = {}) {
  session::send_bytes s;
  s.verb = wire::parse_command(bytes).what;
  s.bytes = std::move(bytes);
  s.mechanism = std::move(mechanism);
  return s;
}

session::send_bytes response(std::string_view octets, std::string mechanism, int step) {
  session::send_bytes s;
  s.bytes = text::base64_encode(octets) + "\r\n";
  s.what = sent::sasl_response;
  s.verb = wire::verb::auth;
  s.mechanism = std::move(mechanism);
  s.sasl_step = step;
  return s;
}

const entry* find(const std::vector<entry>& entries, kind k, int nth = 0) {
  for (const entry& e : entries)
    if (e.kind == k && nth-- == 0) return &e;
  return nullptr;
}

const entry* auth_of(const std::vector<entry>& entries) {
  for (const entry& e : entries)
    if (e.kind == kind::command && text_of(e.data, "verb") == "AUTH") return &e;
  return nullptr;
}

TEST(RecorderMasks, PlainWithInitialResponse) {
  const auto entries = entries_of(simulated());
  const entry* auth = auth_of(entries);
  ASSERT_NE(auth, nullptr);
  EXPECT_EQ(auth->bytes, "AUTH PLAIN ********\r\n");
  EXPECT_EQ(auth->masked, (std::vector<std::pair<std::uint32_t, std::uint32_t>>{{11, 19}}));
  EXPECT_EQ(test::field_text(auth->fields, auth->bytes),
            (std::vector<std::string>{"line=AUTH PLAIN ********\r\n", " verb=AUTH", " argument=PLAIN ********",
                                      " crlf=\r\n", "  mechanism=PLAIN", "  initial_response=********"}));
  const json& parts = auth->data.at("decoded");
  EXPECT_EQ(parts[0].at("value"), "");
  EXPECT_EQ(parts[1].at("value"), sample_identity) << "the name is no secret";
  EXPECT_TRUE(parts[2].at("value").is_null());
  test::check_hidden(entries, sample_identity, sample_password);
}

TEST(RecorderMasks, PlainAfterItsChallenge) {
  const auto entries =
      entries_of(simulated(session::tls_policy::implicit, "PLAIN", session::initial_response::withheld));
  const entry* e = find(entries, kind::sasl_response);
  ASSERT_NE(e, nullptr);
  EXPECT_EQ(e->bytes, "********\r\n");
  EXPECT_EQ(test::field_text(e->fields, e->bytes),
            (std::vector<std::string>{"line=********\r\n", " sasl_response=********", " crlf=\r\n"}));
  test::check_hidden(entries, sample_identity, sample_password);
}

TEST(RecorderMasks, OnlyTheSecondLineOfLogin) {
  for (const auto ir : {session::initial_response::sent, session::initial_response::withheld}) {
    const auto entries = entries_of(simulated(session::tls_policy::implicit, "LOGIN", ir));
    const std::string name = text::base64_encode(sample_identity);
    const bool first = ir == session::initial_response::sent;
    EXPECT_EQ(auth_of(entries)->bytes, first ? "AUTH LOGIN " + name + "\r\n" : "AUTH LOGIN\r\n");
    if (!first) {
      EXPECT_EQ(find(entries, kind::sasl_response, 0)->bytes, name + "\r\n");
    }
    const entry* password = test::last_of(entries, kind::sasl_response);
    EXPECT_EQ(password->bytes, "********\r\n");
    EXPECT_TRUE(password->data.at("decoded")[0].at("value").is_null());
    test::check_hidden(entries, sample_identity, sample_password);
  }
}

TEST(RecorderMasks, EveryResponseOfAMechanismItDoesNotKnow) {
  recorder r;
  r.record(command("AUTH XOAUTH2 dXNlcj1tZQFhdXRoPUJlYXJlciB0b2tlbgEB\r\n", "XOAUTH2"), session_time{0});
  r.record(response("more secrets", "XOAUTH2", 1), session_time{0});
  r.record(response("still more", "XOAUTH2", 2), session_time{0});
  EXPECT_EQ(r.entries()[0].bytes, "AUTH XOAUTH2 ********\r\n");
  EXPECT_EQ(r.entries()[1].bytes, "********\r\n");
  EXPECT_EQ(r.entries()[2].bytes, "********\r\n");
  test::check_hidden(r.entries(), "me", "more secrets");
}

TEST(RecorderMasks, ARetryWithAnotherMechanismStartsAfresh) {
  recorder r;
  r.record(command("AUTH LOGIN\r\n", "LOGIN"), session_time{0});
  r.record(response("me", "LOGIN", 1), session_time{0});
  r.record(response("hunter2-hunter2", "LOGIN", 2), session_time{0});
  r.record(command("AUTH PLAIN\r\n", "PLAIN"), session_time{0});
  r.record(response(std::string{"\0me\0hunter2-hunter2", 19}, "PLAIN", 1), session_time{0});
  r.record(command("AUTH LOGIN " + text::base64_encode("me") + "\r\n", "LOGIN"), session_time{0});
  r.record(response("hunter2-hunter2", "LOGIN", 1), session_time{0});
  std::vector<std::string> lines;
  for (const entry& e : r.entries()) lines.push_back(e.bytes);
  EXPECT_EQ(lines, (std::vector<std::string>{"AUTH LOGIN\r\n", "bWU=\r\n", "********\r\n", "AUTH PLAIN\r\n",
                                             "********\r\n", "AUTH LOGIN bWU=\r\n", "********\r\n"}));
  test::check_hidden(r.entries(), "me", "hunter2-hunter2");
}

TEST(RecorderMasks, NothingOfACancelledLogin) {
  recorder r;
  session::send_bytes star = response("", "PLAIN", 1);
  star.bytes = "*\r\n";
  r.record(star, session_time{0});
  EXPECT_EQ(r.entries()[0].bytes, "*\r\n");
  EXPECT_TRUE(r.entries()[0].data.at("cancelled").get<bool>());
}

TEST(RecorderMasks, NotWhatIsMakeBelieve) {
  sim::setup s = simulated();
  s.secrets = secrets::shown;
  const auto entries = entries_of(std::move(s));
  EXPECT_TRUE(auth_of(entries)->masked.empty());
  EXPECT_EQ(auth_of(entries)->data.at("decoded")[2].at("value"), sample_password);
}

TEST(Recorder, TimeNeverRunsBack) {
  recorder r;
  r.resolving("mail.example", 587, "starttls", milliseconds{5});
  r.resolved({"192.0.2.1"}, milliseconds{3});
  r.connected("192.0.2.1", 587, milliseconds{9});
  EXPECT_EQ(r.entries()[1].time, milliseconds{5});
  EXPECT_EQ(r.entries()[2].time, milliseconds{9});
  test::check_trace(r.entries());
}

TEST(Recorder, MarksWhatWentInsideTls) {
  for (const entry& e : entries_of(simulated())) {
    const bool smtp = e.layer == layer::smtp;
    if (e.kind == kind::greeting) {
      EXPECT_FALSE(e.secure);
    }
    if (smtp && text_of(e.data, "verb") == "MAIL") {
      EXPECT_TRUE(e.secure);
    }
    if (!smtp && e.kind != kind::tls_established) {
      EXPECT_FALSE(e.secure) << name(e.kind);
    }
  }
}

TEST(Recorder, ContentTellsHeaderBodyAndStuffedDots) {
  const auto entries = entries_of(simulated());
  const entry* content = find(entries, kind::content);
  ASSERT_NE(content, nullptr);
  EXPECT_EQ(content->bytes, "Subject: Hi\r\n\r\n..dot\r\nx\r\n");
  EXPECT_EQ(test::field_text(content->fields, content->bytes),
            (std::vector<std::string>{"header_section=Subject: Hi\r\n\r\n", "body=..dot\r\nx\r\n", " stuffed_dot=."}));
  const entry* end = find(entries, kind::end_of_content);
  EXPECT_EQ(end->bytes, ".\r\n");
  EXPECT_EQ(number_of(end->data, "octets"), static_cast<int>(content->bytes.size()));
}

TEST(Recorder, BigContentIsSeveralEntriesThatJoin) {
  sim::setup s = simulated();
  s.mail.content = "Subject: big\r\n\r\n";
  while (s.mail.content.size() < 200000) s.mail.content += ".. line\r\n";
  const auto entries = entries_of(s);
  std::uint64_t offset = 0;
  std::uint64_t part = 0;
  for (const entry& e : entries) {
    if (e.kind != kind::content) continue;
    EXPECT_EQ(e.data.at("offset"), offset);
    EXPECT_EQ(e.data.at("part"), part++);
    EXPECT_EQ(e.data.at("octets"), e.bytes.size());
    offset += e.bytes.size();
  }
  EXPECT_GE(part, 4U);
  test::check_trace(entries);
}

TEST(Recorder, PeerClosesOnce) {
  recorder r;
  r.peer_closed(session_time{0});
  r.peer_closed(session_time{0});
  EXPECT_EQ(r.entries().size(), 1U);
  EXPECT_EQ(text_of(r.entries()[0].data, "by"), "server");
}

TEST(Recorder, TransportErrorsBelongToTheirLayerAndChapter) {
  const struct {
    const char* stage;
    layer where;
    chapter when;
  } table[] = {{"resolve", layer::dns, chapter::resolve},
               {"policy", layer::tcp, chapter::connect},
               {"connect", layer::tcp, chapter::connect},
               {"tls", layer::tls, chapter::secure}};
  for (const auto& row : table) {
    recorder r;
    r.transport_error({row.stage, "tls_verify", "no", "expired"}, session_time{0});
    EXPECT_EQ(r.entries()[0].layer, row.where);
    EXPECT_EQ(r.entries()[0].chapter, row.when);
    EXPECT_EQ(text_of(r.entries()[0].data, "reason"), "expired");
  }
}

constexpr const char* client_hello =
    R"({"what":"tls_message","dir":"c2s","type":"client_hello","contentType":"handshake","encrypted":false,)"
    R"("base64":"AQAAAA==","fields":[[0,4,"handshake_header",-1],[0,1,"msg_type",0]],"data":{"server_name":"a.example"}})";

TEST(Recorder, MessagesOfTlsAreTold) {
  recorder r{secrets::masked, native_texts()};
  r.tls_started(session_time{0});
  ASSERT_TRUE(r.tls_message(*parse_json(client_hello), session_time{5}));
  const entry& e = r.entries().at(1);
  EXPECT_EQ(e.kind, kind::tls_message);
  EXPECT_EQ(e.layer, layer::tls);
  EXPECT_EQ(e.chapter, chapter::secure);
  EXPECT_EQ(e.direction, direction::client_to_server);
  EXPECT_EQ(e.bytes, (std::string{"\x01\0\0\0", 4}));
  EXPECT_EQ(test::field_text(e.fields, e.bytes).size(), 2U);
  EXPECT_FALSE(e.secure);
  EXPECT_EQ(text_of(e.data, "type"), "client_hello");
  EXPECT_EQ(text_of(e.data, "content_type"), "handshake");
  EXPECT_EQ(text_of(e.data, "server_name"), "a.example");
  EXPECT_EQ(e.data.at("encrypted"), false);
  json finished = *parse_json(client_hello);
  finished["type"] = "finished";
  finished["encrypted"] = true;
  ASSERT_TRUE(r.tls_message(finished, session_time{6}));
  EXPECT_TRUE(r.entries().back().secure);
  test::check_trace(r.entries());
}

TEST(Recorder, AMessageOfTlsThatCannotBeReadLeavesNothing) {
  const struct {
    const char* name;
    const char* member;
    json value;
  } rows[] = {{"no direction", "dir", nullptr},
              {"another direction", "dir", "up"},
              {"no octets", "base64", ""},
              {"no base64", "base64", "?"},
              {"a field outside", "fields", json::array({json::array({0, 5, "x", -1})})},
              {"a field outside its parent", "fields",
               json::array({json::array({0, 1, "x", -1}), json::array({0, 2, "y", 0})})},
              {"data that is no object", "data", 7}};
  for (const auto& row : rows) {
    recorder r;
    json told = *parse_json(client_hello);
    if (row.value.is_null())
      told.erase(row.member);
    else
      told[row.member] = row.value;
    const status s = r.tls_message(told, session_time{0});
    ASSERT_FALSE(s) << row.name;
    EXPECT_EQ(s.why().code, errc::invalid_json) << row.name;
    EXPECT_TRUE(r.entries().empty()) << row.name;
  }
}

TEST(Recorder, TlsInfoThatIsNoObjectIsNone) {
  recorder r;
  r.tls_established(json::array({1, 2}), session_time{0});
  EXPECT_TRUE(r.entries()[0].data.is_object());
}

}  // namespace
}  // namespace smtpscope::trace
