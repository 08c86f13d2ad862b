// HTTPS and WSS on the relay's own listener: what stands, what is refused, and certificates exchanged
// while it runs.

#include <fstream>

#include <gmock/gmock.h>

#include "integration/tunnel_fixture.hpp"
#include "integration/tunnel_raw_page.hpp"
#include "integration/tunnel_tls_page.hpp"

namespace smtpscope::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

running_relay::change with(const served_certificate& shown) {
  return [&shown](app::serve_options& o) { o.tls = shown.files(); };
}

class TunnelWss : public ::testing::Test {
 protected:
  served_certificate shown_{good_identity()};
  scripted_server server_{[](peer& p) {
    p.send("220\r\n");
    for (;;) {
      const std::string some = p.read(1000);
      if (some.empty()) return;
      p.send(some);
    }
  }};
  running_relay relay_{{server_.port()}, [this](app::serve_options& o) {
                         o.tls = shown_.files();
                         o.tunnel_limits.handshake = milliseconds(500);
                       }};
  std::string get(const std::string& path, const std::string& host) {
    tls_page client(relay_.port(), shown_.ca_file());
    client.send("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
    return client.read_to_end();
  }
};

TEST_F(TunnelWss, CarriesBytesBothWaysUnchanged) {
  std::string all(600'000, '\0');
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<char>(i * 31 >> 3);
  page one(relay_);
  one.connect(server_.port());
  EXPECT_EQ(one.read(5), "220\r\n");
  one.say({{"op", "credit"}, {"bytes", 1'000'000}});
  for (std::size_t at = 0, size = 1; at < all.size(); at += size, size = std::min<std::size_t>(size * 3, 65536))
    one.send(all.substr(at, size));
  EXPECT_TRUE(one.read(all.size()) == all);
  one.client().close();
  EXPECT_EQ(one.close_code(), 1000);
}

TEST_F(TunnelWss, ManyStandSideBySide) {
  std::vector<std::unique_ptr<page>> pages;
  for (int i = 0; i < 20; ++i) pages.push_back(std::make_unique<page>(relay_));
  for (const auto& one : pages) EXPECT_TRUE(one->hello().contains("limits"));
}

TEST_F(TunnelWss, ServesPageAndApi) {
  EXPECT_THAT(get("/healthz", relay_.host()), HasSubstr("\r\n\r\nok\n"));
  EXPECT_THAT(get("/api/config", relay_.host()), StartsWith("HTTP/1.1 200 "));
}

TEST_F(TunnelWss, NamesOfTheCertificateAreServed) {
  EXPECT_THAT(get("/healthz", "mail.test:" + std::to_string(relay_.port())), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(get("/healthz", "other.test:" + std::to_string(relay_.port())), StartsWith("HTTP/1.1 421 "));
}

TEST_F(TunnelWss, APageInTheClearIsAnotherOrigin) {
  auto wish = own_page(relay_);
  wish.headers = {{"Origin", "http://" + relay_.host()}};
  test::websocket_client client(wish);
  EXPECT_FALSE(client.opened());
  EXPECT_EQ(client.status(), 403);
}

TEST_F(TunnelWss, ARequestInTheClearIsToldSo) {
  raw_page client(relay_.port());
  client.send("GET / HTTP/1.1\r\nHost: " + relay_.host() + "\r\n\r\n");
  const std::string answer = client.read_to_end();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(answer, HasSubstr("https_required"));
  EXPECT_THAT(answer, HasSubstr("https://"));
}

TEST_F(TunnelWss, WhoNeverFinishesTheHandshakeIsLetGo) {
  raw_page silent(relay_.port());
  raw_page half(relay_.port());
  half.send(std::string("\x16\x03\x01\x02\x00\x01\x00", 7));
  EXPECT_TRUE(silent.ended());
  EXPECT_TRUE(half.ended());
  tls_page no_request(relay_.port(), shown_.ca_file());
  EXPECT_THAT(no_request.read_to_end(), ::testing::AnyOf("", StartsWith("HTTP/1.1 408 ")));
}

TEST_F(TunnelWss, GarbageEndsTheConnection) {
  raw_page client(relay_.port());
  client.send(std::string(600, '\xff'));
  client.read_to_end();
  EXPECT_THAT(get("/healthz", relay_.host()), StartsWith("HTTP/1.1 200 ")) << "and nobody else's";
}

TEST_F(TunnelWss, SpeaksTls12AndNothingOlder) {
  EXPECT_TRUE(tls_page(relay_.port(), shown_.ca_file(), TLS1_2_VERSION).stands());
  EXPECT_FALSE(tls_page(relay_.port(), shown_.ca_file(), TLS1_1_VERSION).stands());
}

TEST_F(TunnelWss, ANewCertificateIsShownAfterReloadAndTunnelsStay) {
  page before(relay_);
  before.connect(server_.port());
  EXPECT_EQ(before.read(5), "220\r\n");
  const served_certificate other{good_identity()};
  std::filesystem::copy_file(other.files().certificate, shown_.files().certificate,
                             std::filesystem::copy_options::overwrite_existing);
  std::filesystem::copy_file(other.files().key, shown_.files().key, std::filesystem::copy_options::overwrite_existing);
  EXPECT_TRUE(relay_.itself().reload_certificate());
  EXPECT_TRUE(tls_page(relay_.port(), other.ca_file()).stands());
  EXPECT_FALSE(tls_page(relay_.port(), shown_.ca_file()).stands()) << "its authority signed the old one";
  before.send(std::string(1000, 'x'));
  EXPECT_EQ(before.read(1000), std::string(1000, 'x'));
}

struct bad_files {
  const char* name;
  void (*spoil)(const served_certificate&);
  const char* says;
};

class CertificateFiles : public ::testing::TestWithParam<bad_files> {};

TEST_P(CertificateFiles, ThatAreWrongAreToldAndLeaveTheOldInUse) {
  const served_certificate shown{good_identity()};
  running_relay relay({}, with(shown));
  const served_certificate before{good_identity()};
  std::filesystem::copy_file(shown.ca_file(), before.ca_file(), std::filesystem::copy_options::overwrite_existing);
  GetParam().spoil(shown);
  const status reloaded = relay.itself().reload_certificate();
  ASSERT_FALSE(reloaded);
  EXPECT_THAT(reloaded.why().detail, HasSubstr(GetParam().says));
  EXPECT_TRUE(tls_page(relay.port(), before.ca_file()).stands());

  app::serve_options options;
  options.listen.port(0);
  options.mailbox = app::with_mailbox::no;
  options.tls = shown.files();
  const auto created = app::relay::create(std::move(options));
  ASSERT_FALSE(created) << "nor does a relay start with them";
  EXPECT_THAT(created.why().detail, StartsWith("--tls-"));
  EXPECT_THAT(created.why().detail, HasSubstr(GetParam().says));
}

void put(const std::filesystem::path& file, const std::string& text) { std::ofstream(file) << text; }

INSTANTIATE_TEST_SUITE_P(
    Faults, CertificateFiles,
    ::testing::Values(
        bad_files{"missing", [](const served_certificate& c) { std::filesystem::remove(c.files().certificate); },
                  "server.pem: No such file"},
        bad_files{"key_missing", [](const served_certificate& c) { std::filesystem::remove(c.files().key); },
                  "key.pem: No such file"},
        bad_files{"no_pem", [](const served_certificate& c) { put(c.files().certificate, "hello\n"); },
                  "server.pem: it holds no certificate in PEM"},
        bad_files{"damaged",
                  [](const served_certificate& c) {
                    put(c.files().certificate, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
                  },
                  "server.pem: certificate 1 in it is damaged"},
        bad_files{"no_key", [](const served_certificate& c) { put(c.files().key, ""); },
                  "key.pem: it holds no private key"},
        bad_files{"encrypted_key",
                  [](const served_certificate& c) {
                    put(c.files().key,
                        "-----BEGIN ENCRYPTED PRIVATE KE"
                        "Y-----\nAAAA\n-----END ENCRYPTED PRIVATE KE"
                        "Y-----\n");
                  },
                  "key.pem: the key is encrypted"},
        bad_files{"other_key",
                  [](const served_certificate& c) { put(c.files().key, net::to_pem(*good_identity().own.key)); },
                  "does not belong to the certificate"},
        bad_files{"open_to_all",
                  [](const served_certificate& c) {
                    std::filesystem::permissions(c.files().key, std::filesystem::perms::others_read,
                                                 std::filesystem::perm_options::add);
                  },
                  "chmod o="},
        bad_files{"expired", [](const served_certificate& c) { c.write(expired_identity()); }, "renew it"},
        bad_files{"not_yet_valid", [](const served_certificate& c) { c.write(future_identity()); },
                  "which is not now"}),
    [](const auto& i) { return i.param.name; });

}  // namespace
}  // namespace smtpscope::testing
