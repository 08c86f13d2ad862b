// What a transaction leaves behind at the server: nothing, however it ended.

#include <gtest/gtest.h>

#include "session/server_script.hpp"

namespace smtpscope::test {
namespace {

using session::extension;
using session::server_state;

const std::string first_envelope =
    "MAIL FROM:<amy@mail.example> BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=one\r\n"
    "RCPT TO:<amy@mail.example> NOTIFY=NEVER\r\nRCPT TO:<carol@mail.example>\r\n";

server_case with_everything() {
  server_case c = sample_server("", "");
  c.options.extensions = session::all_extensions();
  c.options.max_message_octets = 20;
  return c;
}

server_driver in_a_transaction() {
  server_driver d{with_everything()};
  d.connected();
  d.receive("EHLO client.example\r\n" + first_envelope);
  (void)d.take_sent();
  EXPECT_EQ(d.session().state(), server_state::expect_rcpt_or_data);
  return d;
}

// RFC 5321 §4.1.1.2 to §4.1.1.5, §4.1.4: sender, recipients, parameters and content are forgotten.
TEST(ServerTransactions, LeaveNothingToTheNext) {
  const struct {
    const char* name;
    std::string said;
    session::verdict message;  // of the host
  } table[] = {
      {"kept", "DATA\r\nfirst\r\n.\r\n", session::verdict::accept},
      {"refused by the host", "DATA\r\nfirst\r\n.\r\n", session::verdict::reject},
      {"too large", "DATA\r\nfar, far too large a message\r\n.\r\n", session::verdict::accept},
      {"with a bare newline", "DATA\r\nfirst\n\r\n.\r\n", session::verdict::accept},
      {"kept in chunks", "BDAT 7\r\nfirst\r\nBDAT 0 LAST\r\n", session::verdict::accept},
      {"a chunk too large", "BDAT 30\r\nfar, far too large a message\r\n", session::verdict::accept},
      {"reset before the content", "RSET\r\n", session::verdict::accept},
      {"reset between chunks", "BDAT 7\r\nfirst\r\nRSET\r\n", session::verdict::accept},
      {"EHLO", "EHLO again.example\r\n", session::verdict::accept},
      {"EHLO between chunks", "BDAT 7\r\nfirst\r\nEHLO again.example\r\n", session::verdict::accept},
  };
  for (const auto& row : table) {
    SCOPED_TRACE(row.name);
    server_driver d = in_a_transaction();
    if (row.message == session::verdict::reject) d.message_answer = session::decision{row.message};
    d.receive(row.said);
    d.message_answer.reset();
    EXPECT_EQ(d.session().state(), server_state::expect_mail);
    (void)d.take_sent();
    d.receive("RCPT TO:<carol@mail.example>\r\nDATA\r\n");
    EXPECT_EQ(d.take_sent(), "503 5.5.1 Send MAIL first\r\n503 5.5.1 Send MAIL first\r\n");
    const std::size_t kept = d.messages().size();
    d.receive("MAIL FROM:<>\r\nDATA\r\nRCPT TO:<bob@mail.example>\r\nDATA\r\nsecond\r\n.\r\n");
    EXPECT_NE(d.take_sent().find("503 5.5.1 Send RCPT first"), std::string::npos);
    ASSERT_EQ(d.messages().size(), kept + 1);
    EXPECT_EQ(d.messages().back().from, "");
    EXPECT_EQ(d.messages().back().to, std::vector<std::string>{"bob@mail.example"});
    EXPECT_EQ(d.messages().back().content, "second\r\n");
    const session::message_offered& offered = d.offers().back();
    EXPECT_EQ(offered.parameters.body, wire::body_type::none);
    EXPECT_EQ(offered.parameters.ret, wire::ret_type::none);
    EXPECT_FALSE(offered.parameters.envid || offered.parameters.smtputf8);
    EXPECT_FALSE(offered.to[0].parameters.notify.any());
    EXPECT_EQ(offered.octets, 8U);
  }
}

// RFC 5321 §4.1.1.10: QUIT and a lost link cancel what is under way.
TEST(ServerTransactions, EndWithTheSession) {
  const struct {
    const char* name;
    std::string said;
    int discarded;
  } table[] = {
      {"before the content", "", 0},
      {"inside the content", "DATA\r\nhalf a mess", 1},
      {"before the last dot's line end", "DATA\r\nfirst\r\n.\r", 1},
      {"between chunks", "BDAT 7\r\nfirst\r\n", 1},
      {"inside a chunk", "BDAT 7 LAST\r\nfirst", 1},
  };
  for (const auto& row : table) {
    SCOPED_TRACE(row.name);
    server_driver lost = in_a_transaction();
    lost.receive(row.said);
    lost.client_closes();
    EXPECT_TRUE(lost.messages().empty() && lost.offers().empty());
    EXPECT_EQ(lost.discarded(), row.discarded);
  }
  for (const char* before : {"", "BDAT 7\r\nfirst\r\n"}) {
    server_driver quits = in_a_transaction();
    quits.receive(before + std::string{"QUIT\r\n"});
    EXPECT_TRUE(quits.closed());
    EXPECT_TRUE(quits.messages().empty() && quits.offers().empty());
  }
}

// RFC 2920 §3.1: a server that has not seen in time that nobody is left may say so after the final dot.
TEST(ServerTransactions, NobodyIsLeftMayBeToldAfterTheDot) {
  server_case c = with_everything();
  c.options.no_recipients = session::data_without_recipients::refused_after_content;
  for (const char* content : {".\r\n", "a message for nobody\r\n.\r\n"}) {
    server_driver d{c};
    d.connected();
    d.receive("EHLO client.example\r\n");
    (void)d.take_sent();
    d.receive("MAIL FROM:<amy@mail.example>\r\nRCPT TO:<nobody@mail.example>\r\nDATA\r\n");
    EXPECT_EQ(d.take_sent(),
              "250 2.1.0 Sender OK\r\n550 5.1.1 No such user here: <nobody@mail.example>\r\n"
              "354 Start mail input; end with <CRLF>.<CRLF>\r\n");
    d.receive(content);
    EXPECT_EQ(d.take_sent(), "554 5.5.1 No valid recipients\r\n");
    EXPECT_TRUE(d.messages().empty() && d.offers().empty());
    EXPECT_EQ(d.session().state(), server_state::expect_mail);
  }
}

}  // namespace
}  // namespace smtpscope::test
