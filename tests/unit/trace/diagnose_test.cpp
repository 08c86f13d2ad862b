#include "smtpscope/trace/diagnose.hpp"

#include <gtest/gtest.h>

#include "smtpscope/trace/entry_data.hpp"
#include "smtpscope/trace/recorder.hpp"
#include "support/trace_checks.hpp"
#include "texts/native_texts.hpp"
#include "unit/trace/sessions.hpp"

namespace smtpscope::trace {
namespace {

struct story {
  std::vector<entry> entries;
  entry& add(kind k, json data) {
    entry e;
    e.sequence = entries.size();
    e.kind = k;
    e.data = std::move(data);
    return entries.emplace_back(std::move(e));
  }
};

// The least trace that a row speaks of.
std::vector<entry> trace_for(const diagnosis_row& row) {
  story s;
  const char* host = row.provider == "gmail"       ? "smtp.gmail.com"
                     : row.provider == "microsoft" ? "smtp.office365.com"
                                                   : "mail.example";
  s.add(kind::resolving, {{"host", host}, {"port", 587}});
  const std::string transport{row.transport};
  if (row.failure == "transport") {
    const std::size_t slash = transport.find('/');
    json data = {{"stage", row.stage.empty() ? "policy" : row.stage},
                 {"code", transport.empty() ? "something_new" : transport.substr(0, slash)}};
    if (slash != std::string::npos) data["reason"] = transport.substr(slash + 1);
    s.add(kind::transport_error, std::move(data));
  }
  const std::string stage{row.stage.empty() ? "helo" : row.stage};
  if (row.failure == "refused") {
    s.add(kind::command, {{"verb", "MAIL"}});
    const int code = row.code == 0 ? 559 : row.code < 10 ? row.code * 100 + 59 : row.code;
    json data = {{"stage", stage}, {"code", code}};
    data["lines"] = json::array({" https://support.google.com/mail/?p=" + std::string{row.token} + " x"});
    if (!row.enhanced.empty()) data["enhanced"] = row.enhanced;
    s.add(kind::reply, std::move(data));
  }
  json failure = {{"kind", row.failure}, {"stage", stage}, {"detail", "d"}};
  s.add(kind::result, {{"outcome", row.outcome.empty() ? "failed" : row.outcome}, {"failure", std::move(failure)}});
  return s.entries;
}

TEST(Diagnose, EveryRowSpeaksForItsOwnTrace) {
  for (const diagnosis_row& row : native_texts().diagnoses()) {
    const auto d = diagnose(trace_for(row), native_texts());
    ASSERT_TRUE(d) << row.key;
    EXPECT_EQ(d->key, row.key) << "an earlier row takes its place";
    EXPECT_EQ(d->title, row.title);
    EXPECT_EQ(d->again, row.again);
  }
}

TEST(Diagnose, KeysAreUniqueAndEveryRowSaysWhatToDo) {
  const std::vector<diagnosis_row>& diagnoses = native_texts().diagnoses();
  for (std::size_t i = 0; i < diagnoses.size(); ++i) {
    const diagnosis_row& row = diagnoses[i];
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(row.key, diagnoses[j].key);
    EXPECT_FALSE(row.title.empty()) << row.key;
    EXPECT_FALSE(row.cause.empty()) << row.key;
    EXPECT_FALSE(row.fix.empty()) << row.key;
    for (const std::string& step : row.fix) EXPECT_FALSE(step.empty()) << row.key;
    EXPECT_NE(row.title.back(), '.') << row.key;
    EXPECT_TRUE(row.cause.back() == '.') << row.key;
  }
}

// What the tunnel or the page reports, and what the person reads.
TEST(Diagnose, TransportErrors) {
  const struct {
    transport_problem problem;
    const char* key;
  } table[] = {
      {{"connect", "relay_unreachable", "m", ""}, "relay.unreachable"},
      {{"connect", "relay_refused", "m", ""}, "relay.refused"},
      {{"stream", "relay_false", "m", ""}, "relay.false"},
      {{"tls", "tls_not_loaded", "m", "not_taken"}, "tls.not_taken"},
      {{"policy", "not_allowed", "m", ""}, "policy.not_allowed"},
      {{"policy", "blocked_address", "m", ""}, "policy.blocked_address"},
      {{"resolve", "name_not_found", "m", ""}, "resolve.name_not_found"},
      {{"connect", "refused", "m", ""}, "connect.refused"},
      {{"connect", "timeout", "m", ""}, "connect.timeout"},
      {{"connect", "unreachable", "m", ""}, "connect.unreachable"},
      {{"tls", "tls_protocol", "m", ""}, "tls.protocol"},
      {{"tls", "tls_protocol", "m", "not_tls"}, "tls.protocol"},
      {{"tls", "tls_protocol", "m", "no_common_terms"}, "tls.no_common_terms"},
      {{"tls", "tls_protocol", "m", "alert"}, "tls.alert"},
      {{"tls", "tls_verify", "m", "weak"}, "tls.weak"},
      {{"tls", "tls_verify", "m", "self_signed"}, "tls.self_signed"},
      {{"tls", "tls_verify", "m", "untrusted"}, "tls.untrusted"},
      {{"tls", "tls_verify", "m", "name_mismatch"}, "tls.name_mismatch"},
      {{"tls", "tls_verify", "m", "incomplete_chain"}, "tls.incomplete_chain"},
      {{"tls", "tls_verify", "m", "no_host_names"}, "tls.no_host_names"},
      {{"tls", "tls_verify", "m", "expired"}, "tls.expired"},
      {{"tls", "tls_not_loaded", "m", ""}, "tls.not_loaded"},
      {{"stream", "tls_broken", "m", "broken"}, "tls.broken"},
      {{"tls", "timeout", "m", ""}, "transport.timeout"},
      {{"tls", "reset", "m", ""}, "transport.reset_tls"},
      {{"data", "reset", "m", ""}, "transport.reset"},
      {{"data", "quota", "m", ""}, "transport.quota"},
      {{"data", "unheard_of", "m", ""}, "transport.other"},
  };
  for (const auto& row : table) {
    auto made =
        session::client_session::create(test::plain_options(session::tls_policy::implicit), test::sample_mail());
    session::client_session s = std::move(*made);
    recorder r{secrets::masked, native_texts()};
    r.resolving("mail.example", 465, "implicit", session_time{0});
    r.transport_error(row.problem, session_time{1});
    s.transport_failed(row.problem.message);
    while (const auto event = s.next()) r.record(*event, session_time{2});
    r.nothing_more(session_time{2});
    test::check_trace(r.entries());
    EXPECT_EQ(test::diagnosis_key(r.entries()), row.key);
    const auto d = diagnose(r.entries(), native_texts());
    ASSERT_EQ(d->evidence.size(), 1U);
    EXPECT_EQ(r.entries()[d->evidence[0]].kind, kind::transport_error);
  }
}

// The evidence is the line that shows it.
TEST(Diagnose, EvidenceIsTheRefusal) {
  const struct {
    const char* name;
    void (*change)(sim::setup&);
    const char* key;
    int code;
    std::size_t evidence;
  } table[] = {
      {"535", [](sim::setup& s) { s.client.auth->password = secret{"no"}; }, "auth.535", 535, 1},
      {"550", [](sim::setup&) {}, "rcpt.550", 550, 1},
      {"two 550", [](sim::setup& s) { s.policy.mailboxes = {}; }, "rcpt.550", 550, 2},
      {"552", [](sim::setup& s) { s.server.max_message_octets = 1; }, "mail.552", 552, 1},
  };
  for (const auto& row : table) {
    SCOPED_TRACE(row.name);
    sim::setup s = test::simulated();
    row.change(s);
    const auto entries = test::entries_of(std::move(s));
    const auto d = diagnose(entries, native_texts());
    ASSERT_TRUE(d);
    EXPECT_EQ(d->key, row.key);
    ASSERT_EQ(d->evidence.size(), row.evidence);
    for (const std::uint64_t e : d->evidence) EXPECT_EQ(number_of(entries.at(e).data, "code"), row.code);
  }
}

TEST(Diagnose, EvidenceOfSilenceIsTheCommandAndHowItWasSeen) {
  sim::setup s = test::simulated();
  s.fault = sim::hang_up{wire::verb::mail, false};
  const auto entries = test::entries_of(std::move(s));
  const auto d = diagnose(entries, native_texts());
  ASSERT_TRUE(d);
  EXPECT_EQ(d->key, "hangup");
  ASSERT_EQ(d->evidence.size(), 2U);
  EXPECT_EQ(text_of(entries.at(d->evidence[0]).data, "verb"), "MAIL");
  EXPECT_EQ(entries.at(d->evidence[1]).kind, kind::closed);
}

TEST(Diagnose, EvidenceOfAMissingOfferIsTheAnswerToEhlo) {
  sim::setup s = test::simulated();
  s.server.extensions.remove(session::extension::starttls);
  const auto entries = test::entries_of(std::move(s));
  const auto d = diagnose(entries, native_texts());
  ASSERT_TRUE(d);
  EXPECT_EQ(d->key, "policy.starttls_not_offered");
  EXPECT_EQ(text_of(entries.at(d->evidence.at(0)).data, "stage"), "ehlo");
}

TEST(Diagnose, KnowsProvidersByTheirNames) {
  for (const char* host :
       {"smtp.gmail.com", "gmail.com", "SMTP.GMAIL.COM", "smtp.googlemail.com", "aspmx.l.google.com"})
    EXPECT_EQ(provider_of(host), "gmail") << host;
  for (const char* host : {"smtp.office365.com", "smtp-mail.outlook.com"})
    EXPECT_EQ(provider_of(host), "microsoft") << host;
  for (const char* host : {"", "com", "notgmail.com", "gmail.com.evil.example", "smtp.gmail.com.", "mail.example"})
    EXPECT_EQ(provider_of(host), "") << host;
}

TEST(Diagnose, SaysNothingWithoutAFailure) {
  EXPECT_FALSE(diagnose({}, native_texts()));
  story s;
  s.add(kind::note, json::object());
  EXPECT_FALSE(diagnose(s.entries, native_texts()));
  s.add(kind::result, {{"outcome", "delivered"}});
  EXPECT_FALSE(diagnose(s.entries, native_texts()));
}

TEST(Diagnose, AFailureFromTheFutureIsTold) {
  story s;
  s.add(kind::result, {{"outcome", "failed"}, {"failure", {{"kind", "invented_later"}, {"detail", "so it is"}}}});
  const auto d = diagnose(s.entries, native_texts());
  ASSERT_TRUE(d);
  EXPECT_EQ(d->key, "unknown");
  EXPECT_EQ(d->cause, "so it is");
}

}  // namespace
}  // namespace smtpscope::trace
