#include "mail.hpp"

#include <chrono>

#include <openssl/bio.h>
#include <poll.h>

#include "delay_line.hpp"

namespace load {
namespace {

using clock = std::chrono::steady_clock;
constexpr int line_delay = 20;  // milliseconds, one way

void pause(int milliseconds) { ::poll(nullptr, 0, milliseconds); }

// The client's side of a session, whose TLS, once it stands, goes through the route as it is.
class mail_link {
 public:
  explicit mail_link(route& over) : over_(over) {}
  mail_link(const mail_link&) = delete;
  mail_link& operator=(const mail_link&) = delete;
  ~mail_link() { SSL_free(tls_); }

  void start_tls() {
    tls_ = SSL_new(context());
    in_ = BIO_new(BIO_s_mem());
    out_ = BIO_new(BIO_s_mem());
    SSL_set_bio(tls_, in_, out_);
    SSL_set_connect_state(tls_);
    while (SSL_do_handshake(tls_) != 1) exchange();
    flush();
  }
  void send(std::string_view octets) {
    if (tls_ == nullptr) return over_.send(octets);
    if (SSL_write(tls_, octets.data(), static_cast<int>(octets.size())) <= 0) fail("cannot write through TLS");
    flush();
  }
  // One whole reply, whose last line begins with `code`.
  void expect(std::string_view code) {
    for (;;) {
      const auto end = unread_.find("\r\n");
      if (end == std::string::npos) {
        more();
        continue;
      }
      const std::string line = unread_.substr(0, end);
      unread_.erase(0, end + 2);
      if (line.substr(0, 3) != code) fail("the server said " + line);
      if (line.size() < 4 || line[3] != '-') return;
    }
  }

 private:
  static SSL_CTX* context() {
    static SSL_CTX* const made = SSL_CTX_new(TLS_client_method());
    return made;
  }
  void flush() {
    char* octets = nullptr;
    const long size = BIO_get_mem_data(out_, &octets);
    if (size > 0) over_.send({octets, static_cast<std::size_t>(size)});
    static_cast<void>(BIO_reset(out_));
  }
  void exchange() {
    flush();
    const auto piece = over_.receive();
    if (piece.empty()) fail("the server ended during TLS");
    BIO_write(in_, piece.data(), static_cast<int>(piece.size()));
  }
  void more() {
    if (tls_ == nullptr) {
      const auto piece = over_.receive();
      if (piece.empty()) fail("the server ended");
      unread_ += piece;
      return;
    }
    char buffer[4096];
    for (;;) {
      const int n = SSL_read(tls_, buffer, sizeof buffer);
      if (n > 0) {
        unread_.append(buffer, static_cast<std::size_t>(n));
        return;
      }
      exchange();
    }
  }

  route& over_;
  SSL* tls_ = nullptr;
  BIO* in_ = nullptr;  // these two belong to tls_
  BIO* out_ = nullptr;
  std::string unread_;
};

std::string message() {
  std::string text = "From: alice@example.org\r\nTo: bob@example.org\r\nSubject: Measured\r\n\r\n";
  while (text.size() < 4000) text += "Seventy octets of prose in each line, as in most mail, are about this.\r\n";
  return text + ".\r\n";
}

// The session behind the greeting.
void converse(mail_link& server) {
  static const std::string content = message();
  server.send("EHLO client.example\r\n");
  server.expect("250");
  server.send("STARTTLS\r\n");
  server.expect("220");
  server.start_tls();
  server.send("EHLO client.example\r\n");
  server.expect("250");
  server.send("MAIL FROM:<alice@example.org>\r\n");
  server.expect("250");
  server.send("RCPT TO:<bob@example.org>\r\n");
  server.expect("250");
  server.send("DATA\r\n");
  server.expect("354");
  server.send(content);
  server.expect("250");
  server.send("QUIT\r\n");
  server.expect("221");
}

}  // namespace

void send_mail(const target& to) {
  route through(to);
  mail_link server(through);
  server.expect("220");
  converse(server);
}

mail_trips count_round_trips(const target& to) {
  const delay_line line(to.port, line_delay);
  target delayed = to;
  delayed.port = line.port();
  delayed.served_port = to.port;
  send_mail(to);  // what only the first session does is no round trip
  const auto begin = clock::now();
  const auto trips = [begin] {
    return std::chrono::duration<double, std::milli>(clock::now() - begin).count() / (2 * line_delay);
  };
  // The line takes the connection at once; to a client far away, that takes a round trip.
  route through(delayed, 1, [] { pause(2 * line_delay); });
  mail_link server(through);
  server.expect("220");
  const double first = trips();
  converse(server);
  return {first, trips()};
}

}  // namespace load
