#include "smtpscope/trace/replay.hpp"

#include <gtest/gtest.h>

#include "smtpscope/trace/entry_data.hpp"
#include "support/trace_checks.hpp"
#include "unit/trace/sessions.hpp"

namespace smtpscope::trace {
namespace {

using test::entries_of;
using test::simulated;

std::size_t index_of(const std::vector<entry>& entries, std::string_view stage, int code, int nth = 0) {
  for (std::size_t i = 0; i < entries.size(); ++i)
    if (text_of(entries[i].data, "stage") == stage && number_of(entries[i].data, "code") == code && nth-- == 0)
      return i;
  ADD_FAILURE() << "no reply " << code << " at " << stage;
  return 0;
}

TEST(Replay, OfNothingIsTheBeginning) {
  const snapshot s = replay({}, 0);
  EXPECT_EQ(to_string(to_json(s)),
            R"({"connection":"none","client":"idle","server":"idle","chapter":"resolve","authenticated":false,)"
            R"("recipients":[],"contentOctets":0})");
}

TEST(Replay, LooksAtThePrefixOnly) {
  for (const auto tls : {session::tls_policy::implicit, session::tls_policy::starttls_required}) {
    const auto entries = entries_of(simulated(tls));
    for (std::size_t n = 0; n <= entries.size(); ++n) {
      const std::vector<entry> prefix(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(n));
      EXPECT_EQ(to_json(replay(entries, n)), to_json(replay(prefix, n))) << n;
    }
    EXPECT_EQ(to_json(replay(entries, entries.size() + 100)), to_json(replay(entries, entries.size())));
  }
}

TEST(Replay, FollowsTheConnection) {
  const auto entries = entries_of(simulated());
  EXPECT_EQ(replay(entries, 1).connection, connection::resolving);
  EXPECT_EQ(replay(entries, 1).host, "mail.example");
  EXPECT_EQ(replay(entries, 1).port, 587);
  EXPECT_EQ(replay(entries, 3).connection, connection::open);
  EXPECT_EQ(replay(entries, 3).address, "192.0.2.25");
  EXPECT_FALSE(replay(entries, 3).tls);
  const snapshot end = replay(entries, entries.size());
  EXPECT_EQ(end.connection, connection::closed);
  EXPECT_EQ(end.client, "closed");
  EXPECT_EQ(text_of(*end.tls, "version"), "TLSv1.3");
}

TEST(Replay, ForgetsCapabilitiesWhenTlsStands) {
  const auto entries = entries_of(simulated());
  const std::size_t ehlo = index_of(entries, "ehlo", 250);
  EXPECT_FALSE(replay(entries, ehlo).capabilities);
  ASSERT_TRUE(replay(entries, ehlo + 1).capabilities);
  EXPECT_EQ(replay(entries, ehlo + 1).capabilities->at(4), "STARTTLS");
  const entry* tls = test::last_of(entries, kind::tls_established);
  EXPECT_FALSE(replay(entries, tls->sequence + 1).capabilities);
  EXPECT_TRUE(replay(entries, index_of(entries, "ehlo", 250, 1) + 1).capabilities);
}

TEST(Replay, FollowsTheTransaction) {
  const auto entries = entries_of(simulated());
  const std::size_t auth = index_of(entries, "auth", 235);
  EXPECT_FALSE(replay(entries, auth).authenticated);
  EXPECT_TRUE(replay(entries, auth + 1).authenticated);
  EXPECT_EQ(replay(entries, auth + 1).mechanism, "PLAIN");
  const std::size_t mail = index_of(entries, "mail", 250);
  EXPECT_EQ(replay(entries, mail + 1).reverse_path, "user@gmail.example");
  const std::size_t accepted = index_of(entries, "rcpt", 250);
  ASSERT_EQ(replay(entries, accepted).recipients.size(), 1U);
  EXPECT_EQ(replay(entries, accepted).recipients[0].state, recipient_state::answer::asked);
  EXPECT_EQ(replay(entries, accepted + 1).recipients[0].state, recipient_state::answer::accepted);
  const std::size_t refused = index_of(entries, "rcpt", 550);
  const snapshot s = replay(entries, refused + 1);
  ASSERT_EQ(s.recipients.size(), 2U);
  EXPECT_EQ(s.recipients[1].path, "bob@mail.example");
  EXPECT_EQ(s.recipients[1].state, recipient_state::answer::refused);
  EXPECT_EQ(s.recipients[1].code, 550);
  const entry* content = test::last_of(entries, kind::content);
  EXPECT_EQ(replay(entries, content->sequence + 1).content_octets, content->bytes.size());
}

TEST(Replay, ARefusedSenderIsNone) {
  sim::setup s = simulated();
  s.server.max_message_octets = 1;
  const auto entries = entries_of(std::move(s));
  const std::size_t mail = index_of(entries, "mail", 552);
  EXPECT_TRUE(replay(entries, mail).reverse_path);
  EXPECT_FALSE(replay(entries, mail + 1).reverse_path);
}

TEST(Replay, HostileEntriesDoNoHarm) {
  // Entries that contradict each other, as a file from elsewhere may hold.
  std::vector<entry> entries;
  for (const kind k : {kind::reply, kind::command, kind::closed, kind::greeting, kind::result, kind::tls_established,
                       kind::content, kind::connected, kind::reply})
    for (const char* data :
         {"{}", R"({"stage":"rcpt","code":250,"recipient":"nobody"})", R"({"stage":"ehlo","code":250,"lines":7})",
          R"({"verb":"RCPT"})", R"({"verb":1,"code":"x","stage":[]})"}) {
      entry e;
      e.sequence = entries.size();
      e.kind = k;
      e.data = *parse_json(data);
      entries.push_back(std::move(e));
    }
  for (std::size_t n = 0; n <= entries.size(); ++n) EXPECT_FALSE(to_string(to_json(replay(entries, n))).empty());
}

}  // namespace
}  // namespace smtpscope::trace
