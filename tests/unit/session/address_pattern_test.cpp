#include "smtpscope/session/address_pattern.hpp"

#include <gtest/gtest.h>

#include <string>

namespace smtpscope::session {
namespace {

TEST(AddressPattern, MeansMailboxes) {
  struct row {
    const char* pattern;
    const char* mailbox;
    bool meant;
  };
  const row rows[] = {
      {"", "a@b.example", true},
      {"*", "a@b.example", true},
      {"a@b.example", "a@B.Example", true},
      {"a@b.example", "A@b.example", false},
      {"*@slow.example", "any.body@SLOW.example", true},
      {"*@slow.example", "a@slow.example.org", false},
      {"*@*.example", "a@x.y.example", true},
      {"*@*.example", "a@example", false},
      {"b?b@*", "bob@x.example", true},
      {"b?b@*", "bb@x.example", false},
      {"bob", "bob@anywhere.example", true},
      {"bob", "bobby@anywhere.example", false},
      {"*bob*", "xbobx@y.example", true},
      {"a*b*c", "aXbYbZc@y.example", true},
      {"a*b*c", "aXbYbZ@y.example", false},
      {"<>", "", true},
      {"<>", "a@b.example", false},
      {"*", "", false},
      {"postmaster", "postmaster", true},
      {"*@*", "postmaster", true},
      {"*", "\"a@b\"@c.example", true},
      {"\"a@b\"@c.example", "\"a@b\"@c.example", true},
  };
  for (const row& r : rows) EXPECT_EQ(means(r.pattern, r.mailbox), r.meant) << r.pattern << " " << r.mailbox;
}

TEST(AddressPattern, TakesItsTimeWithoutBlowingUp) {
  std::string pattern;
  for (int i = 0; i < 100; ++i) pattern += "*a";
  EXPECT_FALSE(means(pattern + "b", std::string(5000, 'a')));
}

}  // namespace
}  // namespace smtpscope::session
