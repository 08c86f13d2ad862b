#pragma once
// A relay in this process on ports of its own, with a name service that the test answers for, and a
// page that speaks to it through websocketpp.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "integration/mailbox_fixture.hpp"
#include "integration/tunnel_peer.hpp"
#include "relay/app/relay.hpp"
#include "smtpscope/base/json.hpp"
#include "support/websocket_client.hpp"

namespace smtpscope::testing {

// mail.test is at 127.0.0.1, and what a test adds; other names do not exist. Names that begin with
// "slow" are never answered.
class stub_resolver final : public net::resolver {
 public:
  using table = std::map<std::string, net::resolution>;
  explicit stub_resolver(table more);
  void resolve(std::string host, answer done) override;

 private:
  table names_;
};

[[nodiscard]] tunnel::ip_address address(std::string_view text);

class running_relay {
 public:
  using change = std::function<void(app::serve_options&)>;
  // With mail.test:PORT and 127.0.0.1:PORT allowed for each of the ports, private addresses too, and no
  // mailbox. `adjust` may change all that.
  explicit running_relay(const std::vector<std::uint16_t>& ports, const change& adjust = {},
                         stub_resolver::table names = {});
  // With these options as they are.
  running_relay(app::serve_options options, std::unique_ptr<net::resolver> names);
  running_relay(const running_relay&) = delete;
  running_relay& operator=(const running_relay&) = delete;
  ~running_relay();

  [[nodiscard]] std::uint16_t port() const { return relay_->port(); }
  [[nodiscard]] std::string host() const { return "127.0.0.1:" + std::to_string(port()); }
  [[nodiscard]] std::string origin() const { return (ca_file_.empty() ? "http://" : "https://") + host(); }
  // The authority of its certificate, with served_certificate; "" for HTTP in the clear.
  [[nodiscard]] const std::string& ca_file() const noexcept { return ca_file_; }
  [[nodiscard]] app::relay& itself() { return *relay_; }
  // Ends it and waits for the end.
  void end();

 private:
  void begin(app::serve_options options, std::unique_ptr<net::resolver> names);

  std::unique_ptr<app::relay> relay_;
  std::thread thread_;
  std::string ca_file_;
};

// A certificate for a relay's own listener, in files.
class served_certificate {
 public:
  explicit served_certificate(const tls_identity& shown) { write(shown); }
  // Writes other files in their place.
  void write(const tls_identity& shown) const;
  [[nodiscard]] net::certificate_files files() const { return {file("server.pem"), file("key.pem")}; }
  [[nodiscard]] std::filesystem::path ca_file() const { return file("ca.pem"); }

 private:
  [[nodiscard]] std::filesystem::path file(const char* name) const { return directory_.path() / name; }
  temporary_directory directory_;
};

// A page with a tunnel. Its waits end after 20 s with a failure of the test.
class page {
 public:
  // Connects as the relay's own page would, and takes its hello.
  explicit page(const running_relay& relay);
  // … or as another would.
  page(const running_relay& relay, const test::websocket_client::wish& wanted);

  void open(const std::string& host, std::uint16_t port, const std::string& tls = "none");
  void send(const std::string& octets) { client_.send_binary(octets); }
  void say(const json& frame) { client_.send_text(to_string(frame)); }
  // The next frame that is no tls_messages; nothing at the end.
  [[nodiscard]] std::optional<test::websocket_client::message> receive();
  // The next such frame, which must be that event.
  json expect(const std::string& event);
  // Everything up to and with `connected`.
  void connect(std::uint16_t port, const std::string& tls = "none");
  // The next frame must be that error, and the close code that one.
  json expect_error(const std::string& stage, const std::string& code, int close);
  // Octets from the server, until so many have come.
  std::string read(std::size_t octets);
  // What tls_messages has brought so far.
  [[nodiscard]] const std::vector<json>& late_messages() const { return late_; }
  [[nodiscard]] std::optional<int> close_code() { return client_.close_code(); }

  [[nodiscard]] test::websocket_client& client() { return client_; }
  [[nodiscard]] const json& hello() const { return hello_; }

 private:
  test::websocket_client client_;
  json hello_;
  std::vector<json> late_;
};

// The wish of the relay's own page.
[[nodiscard]] test::websocket_client::wish own_page(const running_relay& relay);

}  // namespace smtpscope::testing
