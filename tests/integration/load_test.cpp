// Many at once: tunnels that stand idle, and whole mail sessions with TLS through the tunnel to the embedded mailbox,
// each of whose messages arrives exactly once and as it was sent.

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <fstream>
#include <map>
#include <mutex>
#include <thread>

#include <gmock/gmock.h>
#include <openssl/bio.h>
#include <sys/resource.h>

#include "integration/serve_process.hpp"
#include "integration/tunnel_fixture.hpp"
#include "integration/tunnel_raw_page.hpp"

namespace smtpscope::testing {
namespace {

using ::testing::HasSubstr;

// As far as it goes; gives how many this process, and those it starts, may open then.
std::size_t raise_descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

// A relay with a mailbox on ports of its own, none of whose limits is below `count`.
class wide_relay {
 public:
  explicit wide_relay(int count)
      : relay_({}, [&](app::serve_options& o) {
          const auto most = static_cast<std::size_t>(count);
          o.mailbox = app::with_mailbox::yes;
          o.smtp.port(0);
          o.smtps.port(0);
          o.state_dir = directory_.path() / "state";
          o.mailbox_dir = directory_.path() / "mail";
          o.mailbox_connections = most;
          o.tunnel_limits.connections = std::max<std::uint64_t>(most, o.tunnel_limits.connections);
          o.tunnel_limits.connections_per_destination = o.tunnel_limits.connections;
          o.http_limits.connections = std::max(most + 10, o.http_limits.connections);
        }) {}
  [[nodiscard]] running_relay& relay() noexcept { return relay_; }
  [[nodiscard]] std::filesystem::path messages() const { return directory_.path() / "mail" / "new"; }

 private:
  temporary_directory directory_;
  running_relay relay_;
};

std::string octets_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// A mail session whose STARTTLS is done here, so that the tunnel carries ciphertext.
class mail_session {
 public:
  mail_session(std::uint16_t relay, std::uint16_t server) : page_(relay) { page_.connect(server); }
  mail_session(const mail_session&) = delete;
  mail_session& operator=(const mail_session&) = delete;
  ~mail_session() { SSL_free(tls_); }

  void secure() {
    expect("220");
    say("EHLO client.example", "250");
    say("STARTTLS", "220");
    static SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
    tls_ = SSL_new(context);
    in_ = BIO_new(BIO_s_mem());
    out_ = BIO_new(BIO_s_mem());
    SSL_set_bio(tls_, in_, out_);
    SSL_set_connect_state(tls_);
    while (SSL_do_handshake(tls_) != 1) more();
    say("EHLO client.example", "250");
  }
  void deliver(const std::string& content) {
    say("MAIL FROM:<alice@example.org>", "250");
    say("RCPT TO:<bob@example.org>", "250");
    say("DATA", "354");
    say(content + ".", "250");
    say("QUIT", "221");
  }

 private:
  void say(const std::string& line, const std::string& code) {
    const std::string octets = line + "\r\n";
    if (tls_ == nullptr)
      page_.send_frame(2, octets);
    else
      SSL_write(tls_, octets.data(), static_cast<int>(octets.size()));
    expect(code);
  }
  void expect(const std::string& code) {
    for (;;) {
      const auto end = unread_.find("\r\n");
      if (end == std::string::npos) {
        read_some();
        continue;
      }
      const std::string line = unread_.substr(0, end);
      unread_.erase(0, end + 2);
      if (line.substr(0, 3) != code) throw std::runtime_error(code + " was expected, not " + line);
      if (line.size() < 4 || line[3] != '-') return;
    }
  }
  void read_some() {
    if (tls_ == nullptr) {
      unread_ += next_payload();
      return;
    }
    char buffer[4096];
    int n = SSL_read(tls_, buffer, sizeof buffer);
    while (n <= 0) {
      more();
      n = SSL_read(tls_, buffer, sizeof buffer);
    }
    unread_.append(buffer, static_cast<std::size_t>(n));
  }
  // Sends what TLS wants to send, and takes what comes.
  void more() {
    flush();
    const std::string octets = next_payload();
    BIO_write(in_, octets.data(), static_cast<int>(octets.size()));
  }
  void flush() {
    char* octets = nullptr;
    const long size = BIO_get_mem_data(out_, &octets);
    if (size > 0) page_.send_frame(2, {octets, static_cast<std::size_t>(size)});
    static_cast<void>(BIO_reset(out_));
  }
  std::string next_payload() {
    for (;;) {
      auto frame = page_.read_frame();
      if (frame.opcode == 2) return std::move(frame.payload);
      if (frame.opcode == -1 || frame.opcode == 8) throw std::runtime_error("the tunnel ended");
      if (frame.opcode == 1) throw std::runtime_error(frame.payload);
    }
  }

  raw_page page_;
  SSL* tls_ = nullptr;
  BIO* in_ = nullptr;  // these two belong to tls_
  BIO* out_ = nullptr;
  std::string unread_;
};

// Lets nobody through before all have come.
class gate {
 public:
  explicit gate(int awaited) : awaited_(awaited) {}
  void pass() {
    std::unique_lock lock(mutex_);
    if (--awaited_ <= 0) open_.notify_all();
    open_.wait(lock, [this] { return awaited_ <= 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable open_;
  int awaited_;
};

std::string message(int number) {
  const std::string name = "message-" + std::to_string(number);
  std::string text = "Subject: " + name + "\r\n\r\n";
  for (int i = 0; i < number % 50; ++i) text += name + " line " + std::to_string(i) + "\r\n";
  return text;
}

// Usually 100 sessions at once; SMTPSCOPE_CONCURRENT_SESSIONS says otherwise.
TEST(Load, WholeMailSessionsAtOnceDeliverEachMessageOnce) {
  raise_descriptor_limit();
  const int count = size_from_environment("SMTPSCOPE_CONCURRENT_SESSIONS", 100);
  wide_relay wide(count);
  running_relay& relay = wide.relay();
  gate all_stand(count);
  std::atomic<int> failed{0};
  std::deque<std::thread> threads;
  for (int i = 0; i < count; ++i)
    threads.emplace_back([&, i] {
      try {
        mail_session session(relay.port(), relay.itself().smtp_port());
        session.secure();
        all_stand.pass();
        session.deliver(message(i));
      } catch (const std::exception& e) {
        ADD_FAILURE() << "session " << i << ": " << e.what();
        ++failed;
        all_stand.pass();
      }
    });
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(failed, 0);
  std::map<std::string, int> found;
  for (const auto& file : std::filesystem::directory_iterator(wide.messages())) ++found[octets_of(file.path())];
  EXPECT_EQ(found.size(), static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) EXPECT_EQ(found[message(i)], 1) << "message " << i;
}

// Usually 300 tunnels; SMTPSCOPE_IDLE_TUNNELS says otherwise. The mailbox behind them is a process of its own, and so
// are the relays, as many as it takes where one may not open two descriptors for each of so many.
TEST(Load, IdleTunnelsStandAndAreAllStillThere) {
  constexpr std::size_t others = 200;  // descriptors of a process for anything else
  const std::size_t descriptors = raise_descriptor_limit();
  const int count = size_from_environment("SMTPSCOPE_IDLE_TUNNELS", 300);
  ASSERT_LT(static_cast<std::size_t>(count) + others, descriptors) << "the pages are all of this process: ulimit -n";
  const temporary_directory directory;
  const std::string many = std::to_string(count);
  const serve_process mailbox(directory.path() / "mailbox", {"--mailbox-connections", many});
  const auto relay_takes = static_cast<int>((descriptors - others) / 2);
  std::deque<serve_process> relays;
  std::deque<raw_page> pages;
  for (int i = 0; i < count; ++i) {
    if (i % relay_takes == 0)
      relays.emplace_back(
          directory.path() / "relay",
          std::vector<std::string>{"--allow", "127.0.0.1:" + std::to_string(mailbox.smtp_port()), "--allow-private",
                                   "--max-connections", many, "--max-connections-per-destination", many});
    pages.emplace_back(relays.back().port()).connect(mailbox.smtp_port());
    EXPECT_THAT(pages.back().read_frame().payload, HasSubstr("220 "));
  }
  for (raw_page& page : pages) page.send_frame(2, "NOOP\r\n");
  for (raw_page& page : pages) EXPECT_THAT(page.read_frame().payload, HasSubstr("250 "));
  std::printf("%d idle tunnels through %zu relays\n", count, relays.size());
}

}  // namespace
}  // namespace smtpscope::testing
