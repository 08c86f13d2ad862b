// The relay's HTTP: page, health, API, and what it refuses.

#include <fstream>

#include <gmock/gmock.h>

#include "integration/tunnel_fixture.hpp"
#include "integration/tunnel_raw_page.hpp"
#include "smtpscope/tls/pem.hpp"
#include "support/tls_dialer.hpp"
#include "support/tls_identity.hpp"

namespace smtpscope::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class Http : public ::testing::Test {
 protected:
  Http() {
    put("index.html", "<!doctype html><title>page</title>");
    put("core.wasm", std::string("\0asm", 4));
    put("roots.pem", "-----BEGIN CERTIFICATE-----");
    put("assets/main-1a2b3c.js", "export {};");
    put("assets/main-1a2b3c.js.gz", "(gzip)");
    put("docs/index.html", "docs");
    put(".secret", "hidden");
    put("picture.svg", "<svg/>");
    std::ofstream(outside_.path() / "outside.txt") << "outside";
    std::filesystem::create_symlink(outside_.path() / "outside.txt", site_.path() / "link.txt");
    relay_ = std::make_unique<running_relay>(std::vector<std::uint16_t>{}, [&](app::serve_options& o) {
      o.web_dir = site_.path();
      o.tunnel_limits.handshake = milliseconds(300);
      o.http_limits.idle = milliseconds(300);
    });
  }

  void put(const std::string& name, const std::string& content) {
    const auto file = site_.path() / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
  }

  // The whole answer to a request, which is the only one of its connection.
  std::string ask(const std::string& line, const header_list& headers = {}) {
    raw_page client(relay_->port());
    std::string request = line + "\r\nHost: " + relay_->host() + "\r\nConnection: close\r\n";
    for (const auto& [name, value] : headers) request.append(name).append(": ").append(value).append("\r\n");
    client.send(request + "\r\n");
    return client.read_to_end();
  }
  std::string get(const std::string& path, const header_list& headers = {}) {
    return ask("GET " + path + " HTTP/1.1", headers);
  }
  std::string send_raw(const std::string& octets) {
    raw_page client(relay_->port());
    client.send(octets);
    return client.read_to_end();
  }
  static std::string field(const std::string& answer, const std::string& name) {
    const auto at = answer.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    const auto begin = at + name.size() + 4;
    return answer.substr(begin, answer.find("\r\n", begin) - begin);
  }
  static std::string body(const std::string& answer) { return answer.substr(answer.find("\r\n\r\n") + 4); }

  temporary_directory site_;
  temporary_directory outside_;
  std::unique_ptr<running_relay> relay_;
};

TEST_F(Http, ServesThePage) {
  const std::string answer = get("/");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_EQ(field(answer, "Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(field(answer, "Cache-Control"), "no-cache");
  EXPECT_EQ(body(answer), "<!doctype html><title>page</title>");
  EXPECT_EQ(body(get("/index.html?query")), body(answer));
  EXPECT_EQ(body(get("/docs/")), "docs");
  EXPECT_EQ(body(get("/%69ndex.html")), body(answer));
}

TEST_F(Http, NamesEachKindOfFile) {
  EXPECT_EQ(field(get("/core.wasm"), "Content-Type"), "application/wasm");
  EXPECT_EQ(field(get("/roots.pem"), "Content-Type"), "application/x-pem-file");
  EXPECT_EQ(field(get("/assets/main-1a2b3c.js"), "Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(field(get("/picture.svg"), "Content-Type"), "image/svg+xml");
}

TEST_F(Http, ConfinesWhatThePageMayDo) {
  for (const char* path : {"/", "/nothing", "/healthz", "/api/config", "/tunnel"}) {
    const std::string answer = get(path);
    const std::string policy = field(answer, "Content-Security-Policy");
    EXPECT_THAT(policy, StartsWith("default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self';"))
        << path;
    EXPECT_THAT(policy, HasSubstr("object-src 'none'; base-uri 'none'")) << path;
    EXPECT_THAT(policy, Not(HasSubstr("unsafe-inline"))) << path;
    EXPECT_EQ(field(answer, "X-Content-Type-Options"), "nosniff") << path;
    EXPECT_EQ(field(answer, "Referrer-Policy"), "no-referrer") << path;
    EXPECT_EQ(field(answer, "Cross-Origin-Opener-Policy"), "same-origin") << path;
  }
}

TEST_F(Http, SendsAnUnchangedFileOnce) {
  const std::string tag = field(get("/"), "ETag");
  ASSERT_THAT(tag, ::testing::MatchesRegex("\"[0-9a-f]+\""));
  for (const std::string& sent : {tag, "W/" + tag, "\"other\", " + tag, std::string("*")}) {
    const std::string answer = get("/", {{"If-None-Match", sent}});
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 304 ")) << sent;
    EXPECT_EQ(body(answer), "") << sent;
    EXPECT_EQ(field(answer, "ETag"), tag);
  }
  EXPECT_THAT(get("/", {{"If-None-Match", "\"other\""}}), StartsWith("HTTP/1.1 200 "));
}

TEST_F(Http, SendsTheCompressedFileWhereItIsTaken) {
  const std::string path = "/assets/main-1a2b3c.js";
  for (const char* accepted : {"gzip", "br, gzip", "GZIP;q=0.5", "*"}) {
    const std::string answer = get(path, {{"Accept-Encoding", accepted}});
    EXPECT_EQ(field(answer, "Content-Encoding"), "gzip") << accepted;
    EXPECT_EQ(body(answer), "(gzip)") << accepted;
    EXPECT_EQ(field(answer, "Vary"), "Accept-Encoding");
    EXPECT_EQ(field(answer, "Cache-Control"), "public, max-age=31536000, immutable");
    EXPECT_EQ(field(answer, "Content-Type"), "text/javascript; charset=utf-8");
  }
  for (const char* accepted : {"", "br", "gzip;q=0", "gzip;q=0.000", "xgzip"}) {
    const std::string answer = get(path, {{"Accept-Encoding", accepted}});
    EXPECT_EQ(field(answer, "Content-Encoding"), "") << accepted;
    EXPECT_EQ(body(answer), "export {};") << accepted;
    EXPECT_EQ(field(answer, "Vary"), "Accept-Encoding") << "a cache must keep both";
  }
  EXPECT_NE(field(get(path), "ETag"), field(get(path, {{"Accept-Encoding", "gzip"}}), "ETag"));
  EXPECT_THAT(get("/assets/main-1a2b3c.js.gz"), StartsWith("HTTP/1.1 404 "));
}

TEST_F(Http, LeadsNowhereElse) {
  for (const char* path : {"/../outside.txt", "/%2e%2e/outside.txt", "/..%2foutside.txt", "//etc/passwd",
                           "/./index.html", "/.secret", "/link.txt", "/docs", "/docs/../index.html", "/INDEX.HTML",
                           "/index.html/", "/assets/", "/nothing", "/index.html%20", "/..\\outside.txt"}) {
    const std::string answer = get(path);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 404 ")) << path;
    EXPECT_EQ(field(answer, "Content-Type"), "text/plain; charset=utf-8") << path;
    EXPECT_THAT(body(answer), HasSubstr("The page is at /")) << path;
  }
}

TEST_F(Http, RefusesTargetsThatAreNoPaths) {
  for (const char* target : {"/%", "/%4", "/%zz", "/%00", "/a%00b", "*", "http://127.0.0.1/", "index.html"})
    EXPECT_THAT(get(target), StartsWith("HTTP/1.1 400 ")) << target;
}

TEST_F(Http, AnswersHeadLikeGetWithoutBody) {
  const std::string whole = get("/");
  const std::string head = ask("HEAD / HTTP/1.1");
  EXPECT_EQ(head, whole.substr(0, whole.size() - body(whole).size()));
}

TEST_F(Http, IsHealthy) { EXPECT_EQ(body(get("/healthz")), "ok\n"); }

TEST_F(Http, SaysWhatThePageMayOffer) {
  const std::string answer = get("/api/config");
  EXPECT_EQ(field(answer, "Content-Type"), "application/json");
  EXPECT_EQ(field(answer, "Cache-Control"), "no-store");
  const auto config = parse_json(body(answer));
  ASSERT_TRUE(config);
  EXPECT_EQ(config->value("version", ""), "0.1.0");
  EXPECT_EQ((*config)["limits"].value("bytes_up", 0), 62'914'560);
  EXPECT_EQ((*config)["destinations"][0], json({{"host", "smtp.gmail.com"}, {"port", 465}}));
  EXPECT_TRUE((*config)["mailbox"].is_null());
}

TEST_F(Http, UnknownPathsOfTheApiAreJson) {
  for (const char* path : {"/api", "/api/", "/api/nothing", "/api/messages/x", "/api/configx"}) {
    const std::string answer = get(path);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 404 ")) << path;
    EXPECT_THAT(body(answer), HasSubstr(R"("code":"not_found")")) << path;
  }
}

TEST_F(Http, ServesGetAndHeadOnly) {
  for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"}) {
    const std::string answer = ask(std::string(method) + " /api/config HTTP/1.1");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 405 ")) << method;
    EXPECT_EQ(field(answer, "Allow"), "GET, HEAD") << method;
  }
  EXPECT_THAT(send_raw("POST / HTTP/1.1\r\nHost: " + relay_->host() + "\r\nContent-Length: 5\r\n\r\nhello"),
              StartsWith("HTTP/1.1 405 "));
}

TEST_F(Http, RefusesHostsThatAreNotItsOwn) {
  for (const char* path : {"/", "/api/config", "/api/messages", "/healthz"}) {
    const std::string answer =
        send_raw(std::string("GET ") + path + " HTTP/1.1\r\nHost: evil.example:" + std::to_string(relay_->port()) +
                 "\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 421 ")) << path;
    EXPECT_THAT(body(answer), HasSubstr("host_not_served"));
  }
  EXPECT_THAT(send_raw("GET / HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.0 421 "));
}

TEST_F(Http, RefusesForeignPagesAtTheApi) {
  EXPECT_THAT(get("/api/messages", {{"Origin", "https://evil.example"}}), StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(get("/api/messages", {{"Origin", "null"}}), StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(get("/api/config", {{"Origin", relay_->origin()}}), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(field(get("/api/config", {{"Origin", relay_->origin()}}), "Access-Control-Allow-Origin"), "");
}

TEST_F(Http, ATunnelNeedsAnUpgrade) {
  const std::string answer = get("/tunnel", {{"Origin", relay_->origin()}});
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 426 "));
  EXPECT_EQ(field(answer, "Upgrade"), "websocket");
}

TEST_F(Http, RefusesWhatIsNoRequest) {
  for (const std::string& octets :
       {std::string("hello\r\n\r\n"), std::string("GET\r\n\r\n"), std::string("GET / HTTP/9.9\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nno colon\r\n\r\n"),
        std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n", 13)})
    EXPECT_THAT(send_raw(octets), StartsWith("HTTP/1.")) << octets;
}

TEST_F(Http, TakesAHeaderOfEightKibibytesAndNoMore) {
  EXPECT_THAT(get("/", {{"X-Padding", std::string(7000, 'x')}}), StartsWith("HTTP/1.1 200 "));
  const std::string answer = get("/", {{"X-Padding", std::string(9000, 'x')}});
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 431 "));
}

TEST_F(Http, DoesNotWaitForSlowRequests) {
  raw_page client(relay_->port());
  client.send("GET / HTTP/1.1\r\nHost: ");
  EXPECT_THAT(client.read_to_end(), ::testing::AnyOf(StartsWith("HTTP/1.1 408 "), ""));
}

TEST_F(Http, DoesNotKeepSilentConnections) {
  raw_page silent(relay_->port());
  silent.read_to_end();
  raw_page served_once(relay_->port());
  served_once.send("GET /healthz HTTP/1.1\r\nHost: " + relay_->host() + "\r\n\r\n");
  EXPECT_THAT(served_once.read_to_end(), HasSubstr("\r\n\r\nok\n"));
}

TEST_F(Http, AnswersOneRequestAfterTheOtherOnOneConnection) {
  raw_page client(relay_->port());
  const std::string request = "GET /healthz HTTP/1.1\r\nHost: " + relay_->host() + "\r\n\r\n";
  for (int i = 0; i < 3; ++i) {
    client.send(request);
    EXPECT_THAT(client.read_until("ok\n"), StartsWith("HTTP/1.1 200 "));
  }
  client.send(request + request);  // two at once
  client.read_until("ok\n");
  EXPECT_THAT(client.read_until("ok\n"), StartsWith("HTTP/1.1 200 "));
}

TEST(HttpSite, MissingPageIsAnError) {
  const temporary_directory empty;
  app::serve_options options;
  options.listen.port(0);
  options.mailbox = app::with_mailbox::no;
  options.web_dir = empty.path();
  const auto created = app::relay::create(std::move(options));
  ASSERT_FALSE(created);
  EXPECT_THAT(created.why().detail, HasSubstr("--web-dir"));
  EXPECT_THAT(created.why().detail, HasSubstr("index.html"));
}

// --- the embedded mailbox behind the API and the tunnel ---

class HttpMailbox : public ::testing::Test {
 protected:
  temporary_directory state_;
  running_relay relay_{{}, [&](app::serve_options& o) {
                         o.mailbox = app::with_mailbox::yes;
                         o.smtp.port(0);
                         o.smtps.port(0);
                         o.state_dir = state_.path();
                         o.private_addresses = tunnel::private_addresses::refused;
                       }};
  json api(const std::string& path) {
    const std::string answer = raw(path);
    const auto parsed = parse_json(answer.substr(answer.find("\r\n\r\n") + 4));
    return parsed ? *parsed : json();
  }
  std::string raw(const std::string& path) {
    raw_page client(relay_.port());
    client.send("GET " + path + " HTTP/1.1\r\nHost: " + relay_.host() + "\r\nConnection: close\r\n\r\n");
    return client.read_to_end();
  }
};

TEST_F(HttpMailbox, IsOfferedWithItsRealPortsAndTheDemoUser) {
  const json mailbox = api("/api/config")["mailbox"];
  EXPECT_EQ(mailbox.value("smtp_port", 0), relay_.itself().smtp_port());
  EXPECT_EQ(mailbox.value("smtps_port", 0), relay_.itself().smtps_port());
  EXPECT_EQ(mailbox["users"][0], json({{"name", "alice@example.org"}, {"password", "wonderland"}}));
}

// A page that trusts what stands there, and nobody else, can speak TLS with the mailbox.
TEST_F(HttpMailbox, ShowsTheAuthorityOfItsCertificate) {
  const std::string authority = api("/api/config")["mailbox"].value("certificate", "");
  const auto certificates = tls::parse_certificates(authority);
  ASSERT_TRUE(certificates) << authority;
  EXPECT_EQ(certificates->size(), 1U);
  EXPECT_EQ(authority.find("KEY"), std::string::npos);
  for (const std::string& trusted : {authority, test::test_authority().certificate}) {
    test::tls_dialer by(relay_.itself().smtps_port());
    tls::client_options options;
    options.host = "localhost";
    options.roots = *tls::trust::from_pem(trusted);
    EXPECT_EQ(by.begin(options), trusted == authority);
    if (trusted == authority)
      EXPECT_THAT(by.read_until("\r\n"), StartsWith("220 "));
    else
      EXPECT_EQ(by.last<tls::failed>()->why, tls::reason::unknown_authority);
  }
}

TEST_F(HttpMailbox, ReceivesThroughTheTunnelOverItsOwnAuthority) {
  const std::string message = "Subject: through the tunnel\r\n\r\nhello\r\n";
  page one(relay_);
  one.open("localhost", relay_.itself().smtps_port(), "implicit");
  one.expect("resolved");
  one.expect("connected");
  EXPECT_EQ(one.expect("tls").value("verified", false), true);
  const auto reply = [&](const std::string& code) {
    std::string all;
    do {
      const auto piece = one.receive();
      ASSERT_TRUE(piece.has_value()) << all;
      all += piece->octets;
    } while (all.find("\r\n" + code + " ") == std::string::npos && all.rfind(code + " ", 0) != 0);
  };
  reply("220");
  for (const auto& [line, code] :
       std::vector<std::pair<std::string, std::string>>{{"EHLO test", "250"},
                                                        {"MAIL FROM:<bob@example.org>", "250"},
                                                        {"RCPT TO:<alice@example.org>", "250"},
                                                        {"DATA", "354"},
                                                        {message + ".", "250"},
                                                        {"QUIT", "221"}}) {
    one.send(line + "\r\n");
    ASSERT_NO_FATAL_FAILURE(reply(code)) << line;
  }
  const json messages = api("/api/messages")["messages"];
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0].value("octets", 0U), message.size());
  const std::string answer = raw("/api/messages/" + messages[0].value("id", ""));
  EXPECT_THAT(answer, HasSubstr("Content-Type: message/rfc822\r\n"));
  EXPECT_EQ(answer.substr(answer.find("\r\n\r\n") + 4), message) << "byte for byte";
}

TEST_F(HttpMailbox, OtherPortsOfThisMachineStayClosed) {
  page one(relay_);
  one.open("127.0.0.1", relay_.port());
  one.expect_error("policy", "not_allowed", 1008);
}

TEST_F(HttpMailbox, UnknownMessagesAreNotFound) {
  for (const char* id : {"x", "..", "%2e%2e%2fetc", "a/b", ".hidden", "%00"})
    EXPECT_THAT(raw(std::string("/api/messages/") + id), ::testing::AnyOf(HasSubstr(" 404 "), HasSubstr(" 400 ")))
        << id;
}

}  // namespace
}  // namespace smtpscope::testing
