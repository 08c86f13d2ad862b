// What the mailbox has said 250 to is on the disk, whatever happens next.

#include <array>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstdio>
#include <fstream>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "integration/mailbox_fixture.hpp"
#include "integration/serve_process.hpp"
#include "relay/mailbox/maildir_store.hpp"

namespace smtpscope::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::StartsWith;

// Sees every fsync() and rename() of this process, below a directory; can make fsync() wait or fail.
class disk_watch {
 public:
  static disk_watch& instance() {
    static disk_watch one;
    return one;
  }
  void begin(const fs::path& below) {
    const std::scoped_lock lock(mutex_);
    below_ = below.string();
    seen_.clear();
  }
  void end() {
    const std::scoped_lock lock(mutex_);
    below_.clear();
    fail_with_ = 0;
    hold_ = false;
    changed_.notify_all();
  }
  void hold() {
    const std::scoped_lock lock(mutex_);
    hold_ = true;
  }
  void let_go() {
    const std::scoped_lock lock(mutex_);
    hold_ = false;
    changed_.notify_all();
  }
  [[nodiscard]] bool somebody_waits() {
    const std::scoped_lock lock(mutex_);
    return waiting_ > 0;
  }
  void fail(int error, std::string in) {
    const std::scoped_lock lock(mutex_);
    fail_with_ = error;
    fail_in_ = std::move(in);
  }
  [[nodiscard]] std::vector<std::string> seen() {
    const std::scoped_lock lock(mutex_);
    return seen_;
  }

  // 0, or the error that the call is to have.
  int notice(const std::string& what, const std::string& path) {
    std::unique_lock lock(mutex_);
    if (below_.empty() || path.rfind(below_, 0) != 0) return 0;
    const std::string name = what + " " + place_of(path.substr(below_.size()));
    ++waiting_;
    changed_.wait(lock, [this] { return !hold_; });
    --waiting_;
    if (fail_with_ != 0 && name == fail_in_) return fail_with_;
    seen_.push_back(name);
    return 0;
  }

 private:
  // "/tmp/17…" is "tmp/*", and the directory itself "tmp".
  static std::string place_of(const std::string& path) {
    const auto second = path.find('/', 1);
    return second == std::string::npos ? path.substr(std::min<std::size_t>(1, path.size()))
                                       : path.substr(1, second) + "*";
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::string below_;
  std::vector<std::string> seen_;
  bool hold_ = false;
  int waiting_ = 0;
  int fail_with_ = 0;
  std::string fail_in_;
};

std::string read_all(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::size_t files_in(const fs::path& directory) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
}

class MailboxDurability : public ::testing::Test {
 protected:
  MailboxDurability() : store_(*mailbox::maildir_store::open(mail_)), mailbox_(*store_) {
    disk_watch::instance().begin(mail_);
  }
  ~MailboxDurability() override { disk_watch::instance().end(); }

  void offer(smtp_client& client, const std::string& content) {
    EXPECT_EQ(client.codes(1), "220");
    client.send("EHLO client.example\r\nMAIL FROM:<alice@example.org>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n");
    EXPECT_EQ(client.codes(4), "250 250 250 354");
    client.send(content + ".\r\n");
  }

  temporary_directory directory_;
  fs::path mail_ = directory_.path() / "mail";
  std::unique_ptr<mailbox::maildir_store> store_;
  running_mailbox mailbox_;
};

TEST_F(MailboxDurability, FilesAndDirectoriesAreSyncedBeforeThe250) {
  smtp_client client(mailbox_.smtp());
  offer(client, "Subject: kept\r\n\r\n");
  EXPECT_THAT(client.reply(), StartsWith("250"));
  EXPECT_THAT(disk_watch::instance().seen(),
              ::testing::ElementsAre("fsync tmp/*", "fsync smtpscope-envelopes/*", "rename smtpscope-envelopes/*",
                                     "fsync smtpscope-envelopes", "rename tmp/*", "fsync new"));
}

TEST_F(MailboxDurability, NothingIsSaidWhileTheDiskHasNotAnswered) {
  disk_watch::instance().hold();
  smtp_client client(mailbox_.smtp());
  offer(client, "Subject: kept\r\n\r\n");
  EXPECT_TRUE(eventually([] { return disk_watch::instance().somebody_waits(); }));
  EXPECT_EQ(files_in(mail_ / "new"), 0U);
  smtp_client other(mailbox_.smtp());
  EXPECT_EQ(other.codes(1), "220") << "others are served meanwhile";
  disk_watch::instance().let_go();
  EXPECT_THAT(client.reply(), StartsWith("250"));
  EXPECT_EQ(files_in(mail_ / "new"), 1U);
}

struct refusal_of_disk {
  const char* name;
  const char* where;
  int error;
  const char* reply;
};

class MailboxDiskError : public MailboxDurability, public ::testing::WithParamInterface<refusal_of_disk> {};

TEST_P(MailboxDiskError, IsToldAndNothingIsKept) {
  disk_watch::instance().fail(GetParam().error, GetParam().where);
  smtp_client client(mailbox_.smtp());
  offer(client, "Subject: lost\r\n\r\n");
  EXPECT_THAT(client.reply(), StartsWith(GetParam().reply));
  EXPECT_EQ(files_in(mail_ / "new"), 0U);
  EXPECT_EQ(files_in(mail_ / "tmp"), 0U);
  EXPECT_EQ(files_in(mail_ / "smtpscope-envelopes"), 0U);
  EXPECT_TRUE(store_->list().empty());
  disk_watch::instance().fail(0, "");
  client.send("MAIL FROM:<alice@example.org>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n");
  EXPECT_EQ(client.codes(3), "250 250 354");
  EXPECT_THAT(client.say("Subject: kept\r\n\r\n."), StartsWith("250"));
  EXPECT_EQ(only_message(*store_), "Subject: kept\r\n\r\n");
}

INSTANTIATE_TEST_SUITE_P(
    Everywhere, MailboxDiskError,
    ::testing::Values(refusal_of_disk{"FullAtTheMessage", "fsync tmp/*", ENOSPC, "452 4.3.1"},
                      refusal_of_disk{"QuotaAtTheMessage", "fsync tmp/*", EDQUOT, "452 4.3.1"},
                      refusal_of_disk{"BrokenAtTheMessage", "fsync tmp/*", EIO, "451 4.3.0"},
                      refusal_of_disk{"FullAtTheEnvelope", "fsync smtpscope-envelopes/*", ENOSPC, "452 4.3.1"},
                      refusal_of_disk{"FullAtTheEnvelopesDirectory", "fsync smtpscope-envelopes", ENOSPC, "452 4.3.1"},
                      refusal_of_disk{"BrokenAtTheRename", "rename tmp/*", EIO, "451 4.3.0"},
                      refusal_of_disk{"FullAtTheDirectory", "fsync new", ENOSPC, "452 4.3.1"},
                      refusal_of_disk{"BrokenAtTheDirectory", "fsync new", EIO, "451 4.3.0"}),
    [](const auto& i) { return i.param.name; });

// --- killed ---

struct acknowledged {
  std::mutex mutex;
  std::set<std::string> texts;
  std::atomic<std::uint64_t> count{0};
};

std::string text_of(int round, int client, int number) {
  const std::string name = std::to_string(round) + "-" + std::to_string(client) + "-" + std::to_string(number);
  return "Subject: " + name + "\r\n\r\n" + std::string(static_cast<std::size_t>(number % 7) * 3000, 'x') + name +
         "\r\n";
}

// Sends until the server is gone.
void send_on(const net::tcp::endpoint& to, int round, int number_of_client, acknowledged& into) {
  try {
    smtp_client client(to);
    if (client.codes(1) != "220") return;
    client.send("EHLO client.example\r\n");
    if (client.codes(1) != "250") return;
    for (int i = 0;; ++i) {
      const std::string text = text_of(round, number_of_client, i);
      client.send("MAIL FROM:<alice@example.org>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n");
      if (client.codes(3) != "250 250 354") return;
      client.send(text + ".\r\n");
      if (client.codes(1) != "250") return;
      {
        const std::scoped_lock lock(into.mutex);
        into.texts.insert(text);
      }
      ++into.count;
    }
  } catch (const std::exception&) {  // killed while we sent
  }
}

// Usually 12 times; SMTPSCOPE_KILLS says otherwise.
TEST(MailboxKilled, LosesNothingThatItHasAcknowledged) {
  const int kills = size_from_environment("SMTPSCOPE_KILLS", 12);
  const temporary_directory directory;
  const fs::path mail = directory.path() / "mail";
  std::mt19937 chance(4711);  // NOLINT(cert-msc51-cpp): the same moments every time, as far as that goes
  std::uint64_t total = 0;
  for (int round = 0; round < kills; ++round) {
    acknowledged all;
    serve_process server(directory.path() / "state", {"--mailbox-dir", mail.string()});
    const net::tcp::endpoint at(net::asio::ip::make_address("127.0.0.1"), server.smtp_port());
    std::vector<std::thread> clients;
    for (int c = 0; c < 4; ++c) clients.emplace_back([&, c] { send_on(at, round, c, all); });
    const std::uint64_t enough = 1 + chance() % 60;
    EXPECT_TRUE(eventually([&] { return all.count >= enough; }));
    for (auto spin = chance() % 20'000; spin > 0; --spin) std::atomic_signal_fence(std::memory_order_seq_cst);
    server.kill();
    for (std::thread& c : clients) c.join();
    std::map<std::string, int> found;
    for (const auto& file : fs::directory_iterator(mail / "new")) ++found[read_all(file.path())];
    for (const std::string& text : all.texts)
      EXPECT_EQ(found[text], 1) << "of an acknowledged message: " << text.substr(0, 24);
    for (const auto& [text, times] : found) {
      EXPECT_LE(times, 1) << text.substr(0, 24);
      // What was not acknowledged may be there, but whole.
      const std::string name = text.substr(9, text.find("\r\n") - 9);
      EXPECT_EQ(text.substr(text.size() - name.size() - 2), name + "\r\n") << "a part of a message is listed";
    }
    total += all.texts.size();
    for (const char* place : {"new", "smtpscope-envelopes", "tmp"})
      for (const auto& file : fs::directory_iterator(mail / place)) fs::remove(file.path());
  }
  RecordProperty("acknowledged", std::to_string(total));
  std::printf("%d kills, %llu messages acknowledged\n", kills, static_cast<unsigned long long>(total));
}

}  // namespace

// What the watch says about a call, before the system makes it.
int watched(const std::string& what, const std::string& path) { return disk_watch::instance().notice(what, path); }

}  // namespace smtpscope::testing

// These stand before the C library's for the whole test program.
extern "C" int fsync(int file) {
  std::array<char, 4096> path{};
  const ssize_t size = ::readlink(("/proc/self/fd/" + std::to_string(file)).c_str(), path.data(), path.size());
  const int error = smtpscope::testing::watched("fsync", {path.data(), size > 0 ? static_cast<std::size_t>(size) : 0});
  if (error == 0) return static_cast<int>(::syscall(SYS_fsync, file));
  errno = error;
  return -1;
}

extern "C" int rename(const char* from, const char* to) noexcept {
  const int error = smtpscope::testing::watched("rename", from);
  if (error == 0) return static_cast<int>(::syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
  errno = error;
  return -1;
}
