// Our client against our server with every combination of what one offers and the other uses: each
// recipient gets each message exactly once, octet for octet.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "session/samples.hpp"
#include "session/server_script.hpp"

namespace smtpscope::test {
namespace {

using session::client_options;
using session::extension;
using session::outcome;
using session::tls_policy;

struct both {
  client_options client;
  session::server_options server;
  std::vector<session::submission> mails;
};

struct ended {
  session::finished result;
  std::vector<taken_message> taken;
  int waits = 0;  // times the client had to hear the server before it could say more
};

// The two sessions joined directly; `piece` octets travel at a time.
ended run(const both& b, std::size_t piece) {
  server_case sc = sample_server("", "");
  sc.options = b.server;
  sc.options.host_name = "mail.example";
  server_driver server{sc};
  auto client = session::client_session::create(b.client, b.mails);
  EXPECT_TRUE(client);
  ended out;
  server.connected();
  client->connected();
  const auto in_pieces = [piece](std::string_view bytes, auto give) {
    for (std::size_t at = 0; at < bytes.size(); at += piece) give(bytes.substr(at, piece));
  };
  std::string to_server;
  const auto drain = [&] {
    while (const auto event = client->next()) {
      if (const auto* sent = std::get_if<session::send_bytes>(&*event)) to_server += sent->bytes;
      if (const auto* end = std::get_if<session::finished>(&*event)) out.result = *end;
    }
  };
  for (int turn = 0; turn < 1000 && !client->over(); ++turn) {
    const std::string replies = server.take_sent();
    out.waits += replies.empty() ? 0 : 1;
    in_pieces(replies, [&](std::string_view bytes) {
      client->receive(bytes);
      drain();
    });
    in_pieces(std::exchange(to_server, {}), [&](std::string_view bytes) { server.receive(bytes); });
  }
  EXPECT_TRUE(client->over());
  out.taken = server.messages();
  return out;
}

both sample(unsigned offered, unsigned used) {
  const auto bit = [](unsigned bits, unsigned n) { return (bits >> n & 1U) != 0; };
  both b;
  b.client = plain_options(tls_policy::never);
  b.client.groups = bit(used, 0) ? session::pipelining::when_offered : session::pipelining::never;
  b.client.chunks = bit(used, 1) ? session::chunking::when_offered : session::chunking::if_binary;
  b.client.quit = bit(used, 2) ? session::farewell::in_last_group : session::farewell::after_recipients;
  b.client.chunk_octets = bit(used, 3) ? 7 : 100000;
  b.server.extensions = {};
  const extension all[] = {
      extension::pipelining, extension::chunking, extension::size,   extension::eight_bit_mime,
      extension::smtputf8,   extension::dsn,      extension::limits, extension::enhanced_status_codes};
  for (unsigned i = 0; i < std::size(all); ++i)
    if (bit(offered, i) && (all[i] != extension::smtputf8 || bit(offered, 3))) b.server.extensions.add(all[i]);
  if (bit(offered, 6)) b.server.limits_line.rcptmax = 2;
  const std::vector<std::string> to = {"amy@mail.example", "bob@mail.example", "carol@other.example"};
  b.mails = {submission_to(to, "Subject: 1\r\n\r\n.\r\n..two\r\n.\r\nQUIT\r\n"), submission_to(to,
                                                                                               "Gr\xC3\xBC\xC3\x9F"
                                                                                               "e, no end")};
  b.mails[1].seven_bit_content = "=47\r\n";
  b.mails[0].parameters.ret = wire::ret_type::hdrs;
  return b;
}

// Every offer meets four uses, every use 64 offers; octet by octet, the fewest and the most.
TEST(BothExtensions, EveryOfferWithManyUsesDelivers) {
  for (unsigned offered = 0; offered < 256; ++offered)
    for (const unsigned used : {0U, 15U, offered % 16U, (offered / 16U + 5U) % 16U}) {
      SCOPED_TRACE("offered " + std::to_string(offered) + ", used " + std::to_string(used));
      both b = sample(offered, used);
      const std::string second = (offered & 8U) != 0 ? b.mails[1].content + "\r\n" : b.mails[1].seven_bit_content;
      for (const std::size_t piece : {std::size_t{1000000}, std::size_t{1}}) {
        if (piece == 1 && (used % 15 != 0 || offered % 8 != 3)) continue;
        const ended e = run(b, piece);
        ASSERT_EQ(e.result.result, outcome::delivered);
        std::map<std::pair<std::string, std::string>, int> got;  // content, recipient
        for (const taken_message& m : e.taken)
          for (const std::string& to : m.to) ++got[{m.content, to}];
        EXPECT_EQ(got.size(), 6U);
        for (const auto& [what, times] : got) {
          EXPECT_EQ(times, 1) << what.second;
          EXPECT_TRUE(what.first == b.mails[0].content || what.first == second) << what.first;
        }
        for (const session::recipient_result& r : e.result.recipients) EXPECT_EQ(r.end, session::fate::delivered);
        if (testing::Test::HasFailure()) return;
      }
    }
}

// RFC 2920's way of counting: greeting and QUIT included.
TEST(BothExtensions, GroupsSaveRoundTrips) {
  const struct {
    std::vector<extension> offered;
    session::chunking chunks;
    session::farewell quit;
    int waits_of_1;
    int waits_of_3;
  } table[] = {
      {{}, session::chunking::if_binary, session::farewell::after_recipients, 7, 9},
      {{extension::chunking}, session::chunking::when_offered, session::farewell::after_recipients, 6, 8},
      {{extension::pipelining}, session::chunking::if_binary, session::farewell::after_recipients, 4, 4},
      {{extension::pipelining, extension::chunking},
       session::chunking::when_offered,
       session::farewell::in_last_group,
       3,
       3},
  };
  for (const auto& row : table)
    for (const bool one : {true, false}) {
      both b = sample(0, 1);
      b.client.chunks = row.chunks;
      b.client.quit = row.quit;
      for (const extension e : row.offered) b.server.extensions.add(e);
      b.mails.pop_back();
      if (one) b.mails[0].to.resize(1, *wire::forward_path::parse("<amy@mail.example>"));
      EXPECT_EQ(run(b, 1000000).waits, one ? row.waits_of_1 : row.waits_of_3);
    }
}

// A server that takes fewer recipients than there are, in groups and without.
TEST(BothExtensions, EveryRecipientIsReachedOverSeveralTransactions) {
  for (std::size_t most = 1; most <= 4; ++most)
    for (unsigned used = 0; used < 16; ++used) {
      SCOPED_TRACE("at most " + std::to_string(most) + ", used " + std::to_string(used));
      both b = sample(0x83 | 0x08, used & ~4U);  // QUIT in the last group gives up what is left over
      b.server.max_recipients = most;
      const ended e = run(b, 1000000);
      EXPECT_EQ(e.result.result, outcome::delivered);
      std::size_t given = 0;
      for (const taken_message& m : e.taken) given += m.to.size();
      EXPECT_EQ(given, 6U);
    }
}

TEST(BothExtensions, BinaryContentArrivesAsItIs) {
  std::string content;
  for (int i = 0; i < 100000; ++i) content += static_cast<char>(i * 7 % 256);
  for (unsigned used = 0; used < 16; used += 2) {
    both b = sample(0x83, used);
    b.server.extensions.add(extension::binarymime);
    b.client.groups = session::pipelining::when_offered;
    b.client.chunk_octets = (used & 8U) != 0 ? 997 : 60000;
    b.mails = {submission_to({"amy@mail.example"}, content)};
    b.mails[0].parameters.body = wire::body_type::binarymime;
    const ended e = run(b, 4096);
    EXPECT_EQ(e.result.result, outcome::delivered);
    ASSERT_EQ(e.taken.size(), 1U);
    EXPECT_TRUE(e.taken[0].content == content);
  }
}

}  // namespace
}  // namespace smtpscope::test
