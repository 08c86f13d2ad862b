// Tokens: who has none, a wrong one, one that has ended or is for other pages, is turned away before anything
// else is looked at.

#include <fstream>

#include <gmock/gmock.h>

#include "integration/tunnel_fixture.hpp"
#include "integration/tunnel_raw_page.hpp"

namespace smtpscope::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* good = "good-0123456789abcdef";
constexpr const char* ended = "ended-0123456789abcdef";
constexpr const char* elsewhere = "elsewhere-0123456789abcdef";
constexpr const char* fresh = "fresh-0123456789abcdef";

class TunnelToken : public ::testing::Test {
 protected:
  TunnelToken() {
    write("");
    relay_ = std::make_unique<running_relay>(std::vector{server_.port()}, [this](app::serve_options& o) {
      o.token_file = file();
      o.origins.push_back(*web::origin::parse("https://mail.example"));
      o.mailbox = app::with_mailbox::yes;
      o.smtp.port(0);
      o.smtps.port(0);
      o.state_dir = directory_.path() / "state";
    });
  }
  [[nodiscard]] std::filesystem::path file() const { return directory_.path() / "tokens"; }
  void write(const std::string& more) const {
    std::ofstream(file()) << "anna " << good << " 2999-01-01T00:00:00Z https://mail.example\n"
                          << "bob " << ended << " 2020-01-01T00:00:00Z https://mail.example\n"
                          << "carl " << elsewhere << " 2999-01-01T00:00:00Z https://other.example\n"
                          << more;
    std::filesystem::permissions(file(), std::filesystem::perms::owner_all);
  }
  test::websocket_client::wish listed_page() {
    auto wish = own_page(*relay_);
    wish.headers = {{"Origin", "https://mail.example"}};
    return wish;
  }
  std::string messages(const std::string& header) {
    raw_page client(relay_->port());
    client.send("GET /api/messages HTTP/1.1\r\nHost: " + relay_->host() + "\r\nConnection: close\r\n" + header +
                "\r\n");
    return client.read_to_end();
  }

  temporary_directory directory_;
  scripted_server server_{[](peer& p) { p.send(p.read(3)); }};
  std::unique_ptr<running_relay> relay_;
};

TEST_F(TunnelToken, GoodOneOpensTheTunnel) {
  page one(*relay_, listed_page());
  EXPECT_EQ(one.hello().value("auth", false), true);
  one.say({{"op", "auth"}, {"token", good}});
  one.connect(server_.port());
  one.send("abc");
  EXPECT_EQ(one.read(3), "abc");
}

TEST_F(TunnelToken, WithoutOneNothingIsLookedAt) {
  page one(*relay_, listed_page());
  one.open("not.allowed.example", 1);
  EXPECT_THAT(one.expect_error("policy", "token_required", 1008).value("message", ""), HasSubstr("token"));
  EXPECT_EQ(server_.connections(), 0);
}

TEST_F(TunnelToken, WrongEndedAndForeignOnesAreToldApart) {
  for (const auto& [token, says] :
       std::vector<std::pair<std::string, const char*>>{{"good-0123456789abcdeF", "does not know"},
                                                        {"", "does not know"},
                                                        {ended, "has expired"},
                                                        {elsewhere, "not for this page"}}) {
    page one(*relay_, listed_page());
    one.say({{"op", "auth"}, {"token", token}});
    const json error = one.expect_error("policy", "token_refused", 1008);
    EXPECT_THAT(error.value("message", ""), HasSubstr(says));
    EXPECT_EQ(error.value("retryable", true), false);
    EXPECT_EQ(to_string(error).find("0123456789"), std::string::npos) << "it is not said back";
  }
}

TEST_F(TunnelToken, IsBoundToItsOrigin) {
  page one(*relay_);  // of the relay's own page
  one.say({{"op", "auth"}, {"token", good}});
  one.expect_error("policy", "token_refused", 1008);
}

TEST_F(TunnelToken, IsShownOnce) {
  page one(*relay_, listed_page());
  one.say({{"op", "auth"}, {"token", good}});
  one.say({{"op", "auth"}, {"token", good}});
  one.expect_error("policy", "bad_message", 1008);
}

TEST_F(TunnelToken, NewOnesCountAfterReload) {
  write("dora " + std::string(fresh) + " 2999-01-01T00:00:00Z " + "https://mail.example\n");
  EXPECT_TRUE(relay_->itself().reload_tokens());
  page one(*relay_, listed_page());
  one.say({{"op", "auth"}, {"token", fresh}});
  one.connect(server_.port());
  std::ofstream(file()) << "broken\n";
  const status reloaded = relay_->itself().reload_tokens();
  ASSERT_FALSE(reloaded);
  EXPECT_THAT(reloaded.why().detail, HasSubstr("tokens: line 1: write NAME TOKEN UNTIL ORIGIN"));
  page other(*relay_, listed_page());
  other.say({{"op", "auth"}, {"token", fresh}});
  other.connect(server_.port());
}

TEST_F(TunnelToken, GuardsTheMailboxsMessagesToo) {
  const std::string none = messages("");
  EXPECT_THAT(none, StartsWith("HTTP/1.1 401 "));
  EXPECT_THAT(none, HasSubstr("WWW-Authenticate: Bearer"));
  EXPECT_THAT(none, HasSubstr("token_required"));
  EXPECT_THAT(messages("Authorization: Bearer nonsense\r\n"), HasSubstr("token_refused"));
  EXPECT_THAT(messages("Authorization: Bearer " + std::string(ended) + "\r\n"), StartsWith("HTTP/1.1 401 "));
  EXPECT_THAT(messages("Authorization: Bearer " + std::string(good) + "\r\n"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(messages("Origin: https://mail.example\r\nAuthorization: Bearer " + std::string(elsewhere) + "\r\n"),
              StartsWith("HTTP/1.1 401 "));
}

TEST(TokenFile, ThatIsWrongStopsTheStart) {
  const temporary_directory directory;
  const auto file = directory.path() / "tokens";
  const auto start = [&] {
    app::serve_options options;
    options.listen.port(0);
    options.mailbox = app::with_mailbox::no;
    options.token_file = file;
    const auto created = app::relay::create(std::move(options));
    return created ? std::string() : created.why().detail;
  };
  EXPECT_THAT(start(), HasSubstr("--token-file"));
  EXPECT_THAT(start(), HasSubstr("No such file"));
  std::ofstream(file) << "anna " << good << " 2999-01-01T00:00:00Z -\n";
  std::filesystem::permissions(file, std::filesystem::perms::others_read, std::filesystem::perm_options::add);
  EXPECT_THAT(start(), HasSubstr("chmod o="));
  std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  EXPECT_EQ(start(), "");
}

}  // namespace
}  // namespace smtpscope::testing
