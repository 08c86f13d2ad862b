#pragma once
// An embedded mailbox in this process, and a client that talks to it with blocking calls. Each
// wait has a deadline of 20 s, after which the client throws.

#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "relay/mailbox/accounts.hpp"
#include "relay/mailbox/server.hpp"
#include "relay/mailbox/store.hpp"
#include "relay/net/certificate.hpp"
#include "relay/net/context_pool.hpp"

namespace smtpscope::testing {

// A directory that is gone at the end of the test.
class temporary_directory {
 public:
  temporary_directory();
  ~temporary_directory();
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

// Certificates made once for the whole test program.
[[nodiscard]] const net::server_identity& test_identity();

// The codes of the replies to come, as "250 550 354".
class smtp_client {
 public:
  explicit smtp_client(const net::tcp::endpoint& server);
  ~smtp_client();
  smtp_client(const smtp_client&) = delete;
  smtp_client& operator=(const smtp_client&) = delete;

  void send(std::string_view bytes);
  // One whole reply with its CRLFs; "" when the server has ended the connection.
  std::string reply();
  // A line (CRLF is added) and the reply to it.
  std::string say(std::string_view line);
  // The codes of the next `count` replies, joined by spaces; "closed" for the end.
  std::string codes(int count);
  // A handshake that verifies the certificate for `host` against the test's CA.
  // False when the server refuses or hangs up.
  bool start_tls(const std::string& host = "localhost");
  // EHLO, STARTTLS, TLS, EHLO.
  void secure();
  // True when the server has closed and sent nothing more.
  bool ended();
  // True when nothing has come for so long, false as soon as something has, or the end.
  [[nodiscard]] bool hears_nothing_for(milliseconds time);
  // Octets on the socket itself, below TLS where that stands. False when the server has ended the connection.
  bool send_below_tls(std::string_view octets);
  // Cuts the connection without a word.
  void hang_up();
  // Makes the kernel keep little for us, to be a client that takes nothing.
  void shrink_receive_buffer();

 private:
  std::string line();
  std::string more();

  int socket_;
  SSL_CTX* context_ = nullptr;
  SSL* tls_ = nullptr;
  std::string unread_;
};

// "AHVzZXIAc2VjcmV0" for AUTH PLAIN, and base64 in general.
[[nodiscard]] std::string plain_response(std::string_view user, std::string_view password);
[[nodiscard]] std::string base64(std::string_view octets);

// A server on free ports with the demo user, until stop() or the end of the test.
class running_mailbox {
 public:
  explicit running_mailbox(mailbox::message_store& store, mailbox::server_options options = {});
  ~running_mailbox();
  running_mailbox(const running_mailbox&) = delete;
  running_mailbox& operator=(const running_mailbox&) = delete;

  [[nodiscard]] net::tcp::endpoint smtp() const { return server_->smtp(); }
  [[nodiscard]] net::tcp::endpoint smtps() const { return server_->smtps(); }
  [[nodiscard]] mailbox::server& server() noexcept { return *server_; }
  // Returns when all sessions are over.
  void stop(milliseconds grace = milliseconds{3000});
  // Starts to stop and returns; join() waits for the end.
  void begin_stop(milliseconds grace);
  void join();

 private:
  net::context_pool threads_{2};
  std::unique_ptr<mailbox::server> server_;
  std::future<void> stopped_;
  bool over_ = false;  // begin_stop() was called
};

// Waits for what another thread will bring about; false after 20 s.
[[nodiscard]] bool eventually(const std::function<bool()>& condition);

// The content of the only message in the store; "" and a failure where there is another number.
[[nodiscard]] std::string only_message(mailbox::message_store& store);

}  // namespace smtpscope::testing
