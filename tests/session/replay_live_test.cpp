// A trace is all that anybody needs: at each moment it tells what the live session knows.

#include <gtest/gtest.h>

#include "session/client_script.hpp"
#include "session/samples.hpp"
#include "smtpscope/trace/replay.hpp"

namespace smtpscope::test {
namespace {

TEST(Replay, IsTheStateOfTheLiveSession) {
  client_case c;
  c.options = login_options(session::tls_policy::starttls_required, "LOGIN");
  c.mail = submission_to({"a@b.example", "c@d.example"}, "x\r\n");
  client_driver d{c};
  const auto expect_same = [&d] {
    const trace::snapshot s = trace::replay(d.entries(), d.entries().size());
    EXPECT_EQ(s.client, name(d.session().phase()));
    if (s.capabilities) {
      EXPECT_EQ(*s.capabilities, d.session().capabilities().lines);
    } else {
      EXPECT_TRUE(d.session().capabilities().lines.empty());
    }
  };
  expect_same();
  d.connected();
  expect_same();
  for (const char* reply : {"220 x\r\n", "250-x\r\n250 STARTTLS\r\n", "220 go\r\n"}) {
    d.receive(reply);
    expect_same();
  }
  d.tls_established();
  expect_same();
  for (const char* reply : {"250-x\r\n250-AUTH LOGIN\r\n250 SIZE 1000\r\n", "334 UGFzc3dvcmQ6\r\n", "235 ok\r\n",
                            "250 ok\r\n", "250 ok\r\n", "550 no\r\n", "354 go\r\n", "250 ok\r\n", "221 bye\r\n"}) {
    d.receive(reply);
    expect_same();
  }
  EXPECT_EQ(trace::replay(d.entries(), d.entries().size()).outcome, "partly");
}

}  // namespace
}  // namespace smtpscope::test
