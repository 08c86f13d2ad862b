// The private certificate authority and server certificate, from the first start on.

#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "integration/mailbox_fixture.hpp"
#include "relay/mailbox/accounts.hpp"
#include "relay/net/x509.hpp"

namespace smtpscope::testing {
namespace {

namespace fs = std::filesystem;
using std::chrono::days;
using std::chrono::system_clock;
using ::testing::HasSubstr;
using ::testing::Not;

class Certificate : public ::testing::Test {
 protected:
  [[nodiscard]] result<net::server_identity> load(system_clock::time_point now = system_clock::now(),
                                                  const std::string& host = "mail.example.org") const {
    return net::load_or_create_identity({state, host, now});
  }
  [[nodiscard]] net::key_pair server() const {
    auto read = net::parse_key_pair(slurp("server.pem"));
    EXPECT_TRUE(read);
    return std::move(*read);
  }
  [[nodiscard]] net::key_pair authority() const {
    auto read = net::parse_key_pair(slurp("ca-private.pem"));
    EXPECT_TRUE(read);
    return std::move(*read);
  }
  [[nodiscard]] std::string slurp(const char* name) const {
    std::ifstream file(state / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void spoil(const char* name, std::string_view bytes) const {
    std::ofstream(state / name, std::ios::binary | std::ios::trunc) << bytes;
  }
  [[nodiscard]] mode_t mode(const fs::path& path) const {
    struct stat about {};
    EXPECT_EQ(::stat(path.c_str(), &about), 0) << path;
    return about.st_mode & 07777;
  }

  const temporary_directory directory;
  const fs::path state = directory.path() / "deep" / "state";
};

TEST_F(Certificate, IsMadeAtTheFirstStart) {
  const auto identity = load();
  ASSERT_TRUE(identity) << identity.why().detail;
  EXPECT_EQ(identity->ca_file, state / "ca.pem");
  EXPECT_EQ(identity->ca_pem, slurp("ca.pem"));
  EXPECT_THAT(identity->ca_pem, Not(HasSubstr("KEY")));
  EXPECT_TRUE(net::make_server_context(*identity));

  const net::key_pair leaf = server();
  EXPECT_TRUE(net::signed_by(*leaf.certificate, authority()));
  for (const char* name : {"localhost", "mail.example.org"}) EXPECT_TRUE(net::covers_name(*leaf.certificate, name));
  for (const char* address : {"127.0.0.1", "::1"}) EXPECT_TRUE(net::covers_address(*leaf.certificate, address));
  EXPECT_FALSE(net::covers_name(*leaf.certificate, "elsewhere.example.org"));
  const auto now = system_clock::now();
  EXPECT_TRUE(net::valid_between(*leaf.certificate, now, now + net::server_lifetime - days{1}));
  EXPECT_FALSE(net::valid_between(*leaf.certificate, now, now + net::server_lifetime + days{1}));
  EXPECT_TRUE(net::valid_between(*authority().certificate, now, now + net::ca_lifetime - days{1}));
}

TEST_F(Certificate, KeysAreForTheirOwnerOnly) {
  ASSERT_TRUE(load());
  EXPECT_EQ(mode(state), 0700U);
  EXPECT_EQ(mode(state / "ca-private.pem"), 0600U);
  EXPECT_EQ(mode(state / "server.pem"), 0600U);
  EXPECT_EQ(mode(state / "ca.pem"), 0644U);
  for (const auto& entry : fs::directory_iterator(state))
    EXPECT_THAT(entry.path().filename().string(), Not(HasSubstr(".new"))) << "nothing half-made is left";
}

TEST_F(Certificate, StaysTheSame) {
  ASSERT_TRUE(load());
  const std::string ca = slurp("ca.pem");
  const std::string leaf = slurp("server.pem");
  ASSERT_TRUE(load());
  EXPECT_EQ(slurp("ca.pem"), ca);
  EXPECT_EQ(slurp("server.pem"), leaf);
}

TEST_F(Certificate, IsRenewedBeforeItEnds) {
  const auto start = system_clock::now() - days{500};
  ASSERT_TRUE(load(start));
  const std::string ca = slurp("ca.pem");
  const std::string leaf = slurp("server.pem");
  ASSERT_TRUE(load(start + net::server_lifetime - net::renewal_margin - days{1}));
  EXPECT_EQ(slurp("server.pem"), leaf) << "31 days before its end it is kept";
  ASSERT_TRUE(load(start + net::server_lifetime - net::renewal_margin + days{1}));
  EXPECT_NE(slurp("server.pem"), leaf) << "29 days before its end it is renewed";
  EXPECT_EQ(slurp("ca.pem"), ca) << "whoever trusts the authority need do nothing";
  EXPECT_TRUE(net::signed_by(*server().certificate, authority()));

  const std::string second = slurp("server.pem");
  ASSERT_TRUE(load(start + days{1500}));
  EXPECT_NE(slurp("server.pem"), second) << "also long after its end";
}

TEST_F(Certificate, FollowsTheHostName) {
  ASSERT_TRUE(load());
  const std::string ca = slurp("ca.pem");
  ASSERT_TRUE(load(system_clock::now(), "other.example.org"));
  EXPECT_TRUE(net::covers_name(*server().certificate, "other.example.org"));
  EXPECT_EQ(slurp("ca.pem"), ca);
}

TEST_F(Certificate, RefusesNamesThatAreNone) {
  for (const char* host : {"", "a b", "x,DNS:evil.example", "evil\n", "-"}) {
    const auto identity = load(system_clock::now(), host);
    ASSERT_FALSE(identity) << host;
    EXPECT_THAT(identity.why().detail, HasSubstr("host name"));
  }
}

TEST_F(Certificate, NewAuthorityNeedsANewCertificate) {
  ASSERT_TRUE(load());
  const std::string leaf = slurp("server.pem");
  fs::remove(state / "ca-private.pem");
  const auto identity = load();
  ASSERT_TRUE(identity) << identity.why().detail;
  EXPECT_NE(slurp("server.pem"), leaf);
  EXPECT_TRUE(net::signed_by(*server().certificate, authority()));
  EXPECT_EQ(slurp("ca.pem"), net::to_pem(*authority().certificate));
}

TEST_F(Certificate, RestoresTheCopyForOthers) {
  ASSERT_TRUE(load());
  const std::string ca = slurp("ca.pem");
  spoil("ca.pem", "something else");
  ASSERT_TRUE(load());
  EXPECT_EQ(slurp("ca.pem"), ca);
}

struct damage {
  const char* file;
  std::function<std::string(const std::string&)> spoiled;
};

TEST_F(Certificate, NamesTheFileThatIsBroken) {
  const std::vector<damage> cases = {
      {"ca-private.pem", [](const std::string&) { return ""; }},
      {"ca-private.pem", [](const std::string&) { return "nonsense"; }},
      {"ca-private.pem", [](const std::string& whole) { return whole.substr(0, whole.size() / 2); }},
      {"ca-private.pem",
       [this](const std::string& whole) {
         return whole.substr(0, whole.find("-----BEGIN CERT")) + net::to_pem(*server().certificate);
       }},
      {"server.pem", [](const std::string&) { return "nonsense"; }},
      {"server.pem", [](const std::string& whole) { return whole.substr(0, 300); }},
      {"server.pem", [](const std::string&) { return std::string(100'000, 'x'); }},
  };
  ASSERT_TRUE(load());
  for (const damage& d : cases) {
    const std::string whole = slurp(d.file);
    spoil(d.file, d.spoiled(whole));
    const auto identity = load();
    ASSERT_FALSE(identity) << d.file;
    EXPECT_THAT(identity.why().detail, HasSubstr((state / d.file).string()));
    EXPECT_THAT(identity.why().detail, ::testing::AnyOf(HasSubstr("delete it"), HasSubstr("--state-dir")));
    EXPECT_THAT(identity.why().detail, Not(HasSubstr("PRIVATE"))) << "errors are shown to people";
    spoil(d.file, whole);
    EXPECT_TRUE(load());
  }
}

TEST_F(Certificate, RefusesKeysThatOthersMayRead) {
  ASSERT_TRUE(load());
  ASSERT_EQ(::chmod((state / "server.pem").c_str(), 0644), 0);
  const auto identity = load();
  ASSERT_FALSE(identity);
  EXPECT_THAT(identity.why().detail, HasSubstr("chmod 600"));
}

TEST_F(Certificate, RefusesAnAuthorityThatHasExpired) {
  ASSERT_TRUE(load(system_clock::now() - net::ca_lifetime));
  const auto identity = load();
  ASSERT_FALSE(identity);
  EXPECT_THAT(identity.why().detail, HasSubstr("ca-private.pem"));
  EXPECT_THAT(identity.why().detail, HasSubstr("delete it"));
}

TEST_F(Certificate, RefusesAFileWhereTheDirectoryShouldBe) {
  fs::create_directories(state.parent_path());
  spoil("", "");
  std::ofstream(state) << "a file";
  const auto identity = load();
  ASSERT_FALSE(identity);
  EXPECT_THAT(identity.why().detail, HasSubstr(state.string()));
}

TEST_F(Certificate, ConcurrentFirstStartsAgree) {
  std::vector<result<net::server_identity>> made(8, error{errc::misuse, "not run"});
  std::vector<std::thread> starts;
  for (auto& slot : made) starts.emplace_back([this, &slot] { slot = load(); });
  for (std::thread& t : starts) t.join();
  for (const auto& identity : made) {
    ASSERT_TRUE(identity) << identity.why().detail;
    EXPECT_EQ(identity->ca_pem, made.front()->ca_pem);
    EXPECT_EQ(identity->chain_and_key_pem, made.front()->chain_and_key_pem);
  }
}

// ----------------------------------------------------------------------------------- accounts

TEST(Accounts, ReadUsers) {
  const auto plain = mailbox::parse_user("eve@example.org:se:cret");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->name, "eve@example.org");
  EXPECT_TRUE(plain->password.equals("se:cret"));
  for (const char* wrong : {"", "eve", "eve:", ":secret", "e\tve:secret", "eve:secret\xF0\x9F\x94\x91"}) {
    const auto refused = mailbox::parse_user(wrong);
    ASSERT_FALSE(refused) << wrong;
    EXPECT_THAT(refused.why().detail, Not(HasSubstr("secret")));
  }
}

TEST(Accounts, EveryUserHasAMailbox) {
  std::vector<session::user> users;
  users.push_back({"eve@example.net", secret(std::string("x"))});
  users.push_back({"frank", secret(std::string("y"))});
  const session::server_policy policy = mailbox::make_policy(std::move(users));
  const auto takes = [&policy](const std::string& address) {
    const auto path = wire::forward_path::parse("<" + address + ">");
    EXPECT_TRUE(path) << address;
    return policy.decide(session::forward_path_offered{*path, {}, {}}).what == session::verdict::accept;
  };
  for (const char* known : {"eve@example.net", "frank@example.org", "frank@localhost", "alice@example.org",
                            "bob@example.org", "carol@localhost"})
    EXPECT_TRUE(takes(known)) << known;
  EXPECT_FALSE(takes("eve@example.org"));
  EXPECT_FALSE(takes("mallory@example.org"));
  EXPECT_EQ(policy.users.size(), 2U) << "the demo user is there only where no other is";
  EXPECT_EQ(mailbox::make_policy({}).users.front().name, mailbox::demo.name);
}

}  // namespace
}  // namespace smtpscope::testing
