#include "integration/mailbox_fixture.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <system_error>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "smtpscope/text/base64.hpp"

namespace smtpscope::testing {

namespace {

constexpr int patience_seconds = 20;

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error("smtp_client: " + what); }

void trust(SSL_CTX* context, const std::string& pem) {
  BIO* const bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  X509* const ca = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
  X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca);
  X509_free(ca);
  BIO_free(bio);
}

}  // namespace

temporary_directory::temporary_directory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "smtpscope-test-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::system_error(errno, std::generic_category(), "mkdtemp");
  path_ = pattern;
}
temporary_directory::~temporary_directory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

const net::server_identity& test_identity() {
  static const net::server_identity identity = [] {
    const temporary_directory state;
    auto made = net::load_or_create_identity({state.path(), "localhost"});
    if (!made) throw std::runtime_error(made.why().detail);
    return *made;
  }();
  return identity;
}

smtp_client::smtp_client(const net::tcp::endpoint& server)
    : socket_(::socket(server.protocol().family(), SOCK_STREAM, 0)) {
  const timeval patience{patience_seconds, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (::connect(socket_, server.data(), static_cast<socklen_t>(server.size())) != 0) {
    ::close(socket_);
    throw std::system_error(errno, std::generic_category(), "connect");
  }
}

smtp_client::~smtp_client() {
  SSL_free(tls_);
  SSL_CTX_free(context_);
  if (socket_ >= 0) ::close(socket_);
}

void smtp_client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = tls_ != nullptr ? SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size()))
                                   : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) fail("cannot send");
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

std::string smtp_client::more() {
  std::array<char, 4096> buffer{};
  errno = 0;
  const auto n = tls_ != nullptr ? SSL_read(tls_, buffer.data(), static_cast<int>(buffer.size()))
                                 : ::recv(socket_, buffer.data(), buffer.size(), 0);
  if (n > 0) return {buffer.data(), static_cast<std::size_t>(n)};
  if (errno == EAGAIN || errno == EWOULDBLOCK) fail("nothing came within the deadline");
  return {};
}

std::string smtp_client::line() {
  for (;;) {
    const std::size_t end = unread_.find("\r\n");
    if (end != std::string::npos) {
      std::string found = unread_.substr(0, end + 2);
      unread_.erase(0, end + 2);
      return found;
    }
    const std::string bytes = more();
    if (bytes.empty()) return {};
    unread_ += bytes;
  }
}

std::string smtp_client::reply() {
  std::string all;
  for (;;) {
    const std::string l = line();
    if (l.empty()) return all;
    all += l;
    if (l.size() < 4 || l[3] != '-') return all;
  }
}

std::string smtp_client::say(std::string_view line) {
  send(std::string(line) + "\r\n");
  return reply();
}

std::string smtp_client::codes(int count) {
  std::string all;
  for (int i = 0; i < count; ++i) {
    const std::string r = reply();
    all += (i > 0 ? " " : "") + (r.empty() ? std::string("closed") : r.substr(0, 3));
  }
  return all;
}

bool smtp_client::start_tls(const std::string& host) {
  context_ = SSL_CTX_new(TLS_client_method());
  trust(context_, test_identity().ca_pem);
  SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, nullptr);
  tls_ = SSL_new(context_);
  SSL_set1_host(tls_, host.c_str());
  SSL_set_tlsext_host_name(tls_, host.c_str());
  SSL_set_fd(tls_, socket_);
  return SSL_connect(tls_) == 1;
}

void smtp_client::secure() {
  if (codes(1) != "220" || say("EHLO client.example").substr(0, 3) != "250" || say("STARTTLS").substr(0, 3) != "220" ||
      !start_tls() || say("EHLO client.example").substr(0, 3) != "250")
    fail("no TLS by STARTTLS");
}

bool smtp_client::ended() { return unread_.empty() && more().empty(); }

bool smtp_client::hears_nothing_for(milliseconds time) {
  if (!unread_.empty() || (tls_ != nullptr && SSL_pending(tls_) > 0)) return false;
  pollfd entry{socket_, POLLIN, 0};
  return ::poll(&entry, 1, static_cast<int>(time.count())) == 0;
}

bool smtp_client::send_below_tls(std::string_view octets) {
  return ::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(octets.size());
}

void smtp_client::hang_up() {
  const linger at_once{1, 0};  // a reset: the least polite of ends
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(socket_);
  socket_ = -1;
}

void smtp_client::shrink_receive_buffer() {
  const int octets = 1024;
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets);
}

std::string base64(std::string_view octets) { return text::base64_encode(octets); }

std::string plain_response(std::string_view user, std::string_view password) {
  return base64(std::string(1, '\0') + std::string(user) + std::string(1, '\0') + std::string(password));
}

running_mailbox::running_mailbox(mailbox::message_store& store, mailbox::server_options options) {
  const auto loopback = boost::asio::ip::make_address("127.0.0.1");
  options.smtp = {loopback, options.smtp.port()};
  options.smtps = {loopback, options.smtps.port()};
  options.host_name = "localhost";
  if (options.policy.users.empty()) options.policy = mailbox::make_policy({});
  auto started = mailbox::server::start(threads_.executors(), std::move(options), test_identity(), store);
  if (!started) throw std::runtime_error(started.why().detail);
  server_ = std::make_unique<mailbox::server>(std::move(*started));
  // As the program does: the logger is made before there are threads, whose first words would make it. ThreadSanitizer
  // does not see how its library keeps them apart.
  static_cast<void>(spdlog::default_logger_raw());
  threads_.run();
}

running_mailbox::~running_mailbox() { stop(); }

void running_mailbox::begin_stop(milliseconds grace) {
  over_ = true;
  stopped_ = boost::asio::co_spawn(threads_.executors().back(), server_->stop(grace), boost::asio::use_future);
}

void running_mailbox::join() {
  stopped_.get();
  EXPECT_EQ(server_->connections(), 0U);
  threads_.stop();
}

void running_mailbox::stop(milliseconds grace) {
  if (over_) return;
  begin_stop(grace);
  join();
}

bool eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(patience_seconds);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

std::string only_message(mailbox::message_store& store) {
  const auto all = store.list();
  EXPECT_EQ(all.size(), 1U);
  if (all.size() != 1) return {};
  const auto content = store.content(all.front().id);
  return content ? **content : std::string{};
}

}  // namespace smtpscope::testing
