// What the relay sees of a session whose TLS is the page's: every octet that passes it on both sides is kept, and
// neither password nor message is in them in any form.

#include <gmock/gmock.h>

#include "integration/recording_proxy.hpp"
#include "integration/tunnel_sealed_page.hpp"
#include "relay/mailbox/memory_store.hpp"
#include "smtpscope/text/base64.hpp"

namespace smtpscope::testing {
namespace {

using ::testing::StartsWith;

enum class secured { from_the_start, by_starttls };

// A mail with an attachment, and all that must be seen of it nowhere.
struct mail {
  std::string attachment;
  std::string encoded;
  std::string content;

  mail() {
    for (int i = 0; i < 100'000; ++i) attachment += static_cast<char>(i * 31 + i / 251);
    text::append_base64_lines(encoded, attachment);
    content =
        "From: alice@example.org\r\nTo: alice@example.org\r\nSubject: Unmistakable subject\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/mixed; boundary=edge\r\n\r\n--edge\r\n\r\nNobody on the way may read this.\r\n"
        "--edge\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
        encoded + "--edge--\r\n";
  }
};

struct forbidden {
  const char* what;
  std::string octets;
};

std::vector<forbidden> secrets_of(const mail& sent) {
  const std::string user(mailbox::demo.name);
  const std::string password(mailbox::demo.password);
  std::vector<forbidden> all = {
      {"the password", password},
      {"the password in base64, as LOGIN has it", base64(password)},
      {"the response of PLAIN", plain_response(user, password)},
      {"the response of PLAIN, unencoded", '\0' + user + '\0' + password},
      {"the user in base64, as LOGIN has it", base64(user)},
      {"the command AUTH", "AUTH PLAIN"},
      {"the reverse-path", "MAIL FROM"},
      {"the subject", "Unmistakable subject"},
      {"the text", "Nobody on the way"},
      {"the header of the attachment", "Content-Transfer-Encoding"},
      {"the attachment", sent.attachment.substr(5000, 12)},
      {"the attachment's first line", sent.encoded.substr(0, 40)},
      {"a line in the attachment's middle", sent.encoded.substr(sent.encoded.size() / 2, 24)},
  };
  // Base64 has three forms of the same octets, by where they stand in what is encoded.
  for (const std::size_t shift : {1U, 2U}) {
    const std::string moved = base64(std::string(shift, 'x') + password);
    all.push_back({"the password in base64, moved", moved.substr(4, moved.size() - 8)});
  }
  return all;
}

// Logs in by PLAIN, and once more on a connection of its own by LOGIN; sends the mail.
void whole_session(sealed_page& by, secured how, std::string_view mechanism, const mail& sent) {
  if (how == secured::from_the_start) {
    ASSERT_TRUE(by.begin()) << by.failure().message;
  }
  EXPECT_THAT(by.reply(), StartsWith("220"));
  EXPECT_THAT(by.say("EHLO page.example"), StartsWith("250"));
  if (how == secured::by_starttls) {
    ASSERT_THAT(by.say("STARTTLS"), StartsWith("220"));
    ASSERT_TRUE(by.begin()) << by.failure().message;
    EXPECT_THAT(by.say("EHLO page.example"), StartsWith("250"));
  }
  EXPECT_TRUE(by.agreed().verified);
  const std::string user(mailbox::demo.name);
  const std::string password(mailbox::demo.password);
  if (mechanism == "PLAIN") {
    EXPECT_THAT(by.say("AUTH PLAIN " + plain_response(user, password)), StartsWith("235"));
  } else {
    EXPECT_THAT(by.say("AUTH LOGIN"), StartsWith("334"));
    EXPECT_THAT(by.say(base64(user)), StartsWith("334"));
    EXPECT_THAT(by.say(base64(password)), StartsWith("235"));
  }
  EXPECT_THAT(by.say("MAIL FROM:<alice@example.org>"), StartsWith("250"));
  EXPECT_THAT(by.say("RCPT TO:<alice@example.org>"), StartsWith("250"));
  EXPECT_THAT(by.say("DATA"), StartsWith("354"));
  by.send(sent.content);
  EXPECT_THAT(by.say("."), StartsWith("250"));
  EXPECT_THAT(by.say("QUIT"), StartsWith("221"));
  by.end();
}

// As pages know the relay that stands behind a recording proxy.
std::string origin_of(const recording_proxy& proxy) { return "http://127.0.0.1:" + std::to_string(proxy.port()); }

running_relay::change behind(const recording_proxy& proxy) {
  return [origin = origin_of(proxy)](app::serve_options& o) { o.origins.push_back(*web::origin::parse(origin)); };
}

test::websocket_client::wish recorded_page(const recording_proxy& by) {
  return {
      "ws://127.0.0.1:" + std::to_string(by.port()) + "/tunnel", {"smtpscope.tunnel.v1"}, {{"Origin", origin_of(by)}}};
}

class RelayView : public ::testing::TestWithParam<secured> {
 protected:
  RelayView()
      : mailbox_(store_),
        server_side_(GetParam() == secured::from_the_start ? mailbox_.smtps().port() : mailbox_.smtp().port()),
        relay_({server_side_.port()}, behind(page_side_)) {
    page_side_.lead_to(relay_.port());
  }

  [[nodiscard]] std::vector<std::pair<const char*, std::string>> all_octets() const {
    const std::string from_page = page_side_.up();
    return {{"from the page, as it came", from_page},
            {"from the page, unmasked", unmasked(from_page)},
            {"to the page", page_side_.down()},
            {"to the server", server_side_.up()},
            {"from the server", server_side_.down()}};
  }

  [[nodiscard]] tls::client_options trusting_mailbox() const {
    tls::client_options options;
    options.host = "localhost";
    options.where = tls::place::page;
    options.roots = *tls::trust::from_pem(test_identity().ca_pem);
    options.suites = tls::suite_order::chacha20_first;
    return options;
  }

  mailbox::memory_store store_;
  running_mailbox mailbox_;
  recording_proxy server_side_;
  recording_proxy page_side_;
  running_relay relay_;
};

INSTANTIATE_TEST_SUITE_P(Ports, RelayView, ::testing::Values(secured::from_the_start, secured::by_starttls),
                         [](const auto& i) { return i.param == secured::from_the_start ? "Implicit" : "Starttls"; });

TEST_P(RelayView, HasNeitherPasswordNorMessageInIt) {
  const mail sent;
  for (const char* mechanism : {"PLAIN", "LOGIN"}) {
    page through(relay_, recorded_page(page_side_));
    through.connect(server_side_.port());
    sealed_page by(through, trusting_mailbox());
    whole_session(by, GetParam(), mechanism, sent);
  }
  ASSERT_EQ(store_.list().size(), 2U);
  const auto views = all_octets();
  for (const auto& [where, octets] : views) {
    // Both messages passed here, or their replies, and nothing was missed.
    EXPECT_GT(octets.size(), 1000U) << where;
    for (const forbidden& f : secrets_of(sent))
      EXPECT_EQ(octets.find(f.octets), std::string::npos) << f.what << " " << where;
  }
  EXPECT_GT(views[1].second.size(), 2 * sent.content.size());
  EXPECT_GT(views[3].second.size(), 2 * sent.content.size());
}

// The same search in the same place finds what a page says without TLS.
TEST(RelayViewOfCleartext, HasAllOfItInIt) {
  const mail sent;
  const std::string user(mailbox::demo.name);
  const std::string password(mailbox::demo.password);
  const std::string said = "AUTH PLAIN " + plain_response(user, password) + "\r\n" + base64(user) + "\r\n" +
                           base64(password) + "\r\nMAIL FROM:<" + user + ">\r\n" + sent.content + password;
  scripted_server server([&](peer& p) {
    p.read(said.size());
    p.send("221 Bye\r\n");
    p.read_to_end();
  });
  const recording_proxy server_side(server.port());
  recording_proxy page_side;
  const running_relay relay({server_side.port()}, behind(page_side));
  page_side.lead_to(relay.port());
  page through(relay, recorded_page(page_side));
  through.connect(server_side.port());
  for (std::size_t at = 0; at < said.size(); at += 30'000) through.send(said.substr(at, 30'000));
  EXPECT_EQ(through.read(9), "221 Bye\r\n");
  for (const std::string& octets : {unmasked(page_side.up()), server_side.up()}) {
    std::vector<std::string> missed;
    for (const forbidden& f : secrets_of(sent))
      if (octets.find(f.octets) == std::string::npos) missed.emplace_back(f.what);
    // What this page did not say in that form.
    EXPECT_THAT(missed, ::testing::ElementsAre("the response of PLAIN, unencoded", "the attachment",
                                               "the password in base64, moved"));
  }
}

}  // namespace
}  // namespace smtpscope::testing
