// The embedded mailbox when the disk is full and when the program ends.

#include <condition_variable>
#include <csignal>
#include <mutex>

#include <gmock/gmock.h>
#include <sys/resource.h>

#include "integration/mailbox_fixture.hpp"
#include "relay/mailbox/maildir_store.hpp"
#include "relay/mailbox/memory_store.hpp"

namespace smtpscope::testing {
namespace {

using boost::system::error_code;
using ::testing::StartsWith;

void greet(smtp_client& client) {
  EXPECT_EQ(client.codes(1), "220");
  EXPECT_THAT(client.say("EHLO client.example"), StartsWith("250"));
}

void begin_content(smtp_client& client) {
  EXPECT_THAT(client.say("MAIL FROM:<alice@example.org>"), StartsWith("250"));
  EXPECT_THAT(client.say("RCPT TO:<bob@example.org>"), StartsWith("250"));
  EXPECT_THAT(client.say("DATA"), StartsWith("354"));
}

// A store in memory that can be told to fail, or to wait in commit().
class obstinate_store final : public mailbox::message_store {
 public:
  error_code on_begin, on_append, on_commit;

  void hold() {
    const std::scoped_lock lock(mutex_);
    held_ = true;
  }
  void let_go() {
    const std::scoped_lock lock(mutex_);
    held_ = false;
    changed_.notify_all();
  }
  [[nodiscard]] bool somebody_waits() {
    const std::scoped_lock lock(mutex_);
    return waits_;
  }

  io_result<std::unique_ptr<mailbox::message_writer>> begin() override {
    if (on_begin) return on_begin;
    auto inner = memory_.begin();
    return std::unique_ptr<mailbox::message_writer>(std::make_unique<writer>(*this, std::move(*inner)));
  }
  std::vector<mailbox::stored_message> list() override { return memory_.list(); }
  io_result<std::shared_ptr<const std::string>> content(std::string_view id) override { return memory_.content(id); }

 private:
  class writer final : public mailbox::message_writer {
   public:
    writer(obstinate_store& of, std::unique_ptr<mailbox::message_writer> inner) : of_(of), inner_(std::move(inner)) {}
    error_code append(std::string_view content) override {
      return of_.on_append ? of_.on_append : inner_->append(content);
    }
    io_result<mailbox::stored_message> commit(const mailbox::envelope& e,
                                              std::chrono::system_clock::time_point received) override {
      of_.wait_while_held();
      if (of_.on_commit) return of_.on_commit;
      return inner_->commit(e, received);
    }

   private:
    obstinate_store& of_;
    std::unique_ptr<mailbox::message_writer> inner_;
  };

  void wait_while_held() {
    std::unique_lock lock(mutex_);
    waits_ = held_;
    changed_.wait(lock, [this] { return !held_; });
  }

  mailbox::memory_store memory_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
  bool waits_ = false;
};

struct trouble {
  const char* name;
  error_code obstinate_store::*where;
  boost::system::errc::errc_t what;
  const char* reply;
};

class MailboxDisk : public ::testing::TestWithParam<trouble> {};

TEST_P(MailboxDisk, FailureIsTemporaryAndTheServerGoesOn) {
  obstinate_store store;
  store.*GetParam().where = make_error_code(GetParam().what);
  running_mailbox mailbox(store);
  smtp_client client(mailbox.smtp());
  greet(client);
  begin_content(client);
  client.send(std::string(50'000, 'x'));
  client.send("\r\n");
  EXPECT_THAT(client.say("."), StartsWith(GetParam().reply));
  EXPECT_TRUE(store.list().empty());

  store.*GetParam().where = {};
  begin_content(client);
  EXPECT_THAT(client.say("room again\r\n."), StartsWith("250"));
  EXPECT_EQ(only_message(store), "room again\r\n");
}

using boost::system::errc::io_error;
using boost::system::errc::no_space_on_device;
INSTANTIATE_TEST_SUITE_P(
    Everywhere, MailboxDisk,
    ::testing::Values(trouble{"FullAtTheBeginning", &obstinate_store::on_begin, no_space_on_device, "452 4.3.1"},
                      trouble{"FullInBetween", &obstinate_store::on_append, no_space_on_device, "452 4.3.1"},
                      trouble{"FullAtTheEnd", &obstinate_store::on_commit, no_space_on_device, "452 4.3.1"},
                      trouble{"BrokenAtTheEnd", &obstinate_store::on_commit, io_error, "451 4.3.0"}),
    [](const auto& instance) { return instance.param.name; });

// Files of this process may not grow beyond so many octets, for as long as this lives.
class file_size_limit {
 public:
  explicit file_size_limit(rlim_t octets) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit now{octets, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &now);
  }
  ~file_size_limit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  file_size_limit(const file_size_limit&) = delete;
  file_size_limit& operator=(const file_size_limit&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST(MailboxDisk, MaildirWithoutRoomSays452AndLeavesNothing) {
  const temporary_directory directory;
  auto store = mailbox::maildir_store::open(directory.path() / "mail");
  ASSERT_TRUE(store);
  running_mailbox mailbox(**store);
  smtp_client client(mailbox.smtp());
  greet(client);
  begin_content(client);
  {
    const file_size_limit small(64 * 1024);
    for (int i = 0; i < 2000; ++i) client.send(std::string(98, 'x') + "\r\n");
    EXPECT_THAT(client.say("."), StartsWith("452 4.3.1"));
  }
  EXPECT_TRUE((*store)->list().empty());
  EXPECT_TRUE(std::filesystem::is_empty(directory.path() / "mail/tmp"));
  begin_content(client);
  EXPECT_THAT(client.say("room again\r\n."), StartsWith("250"));
  EXPECT_EQ(only_message(**store), "room again\r\n");
}

TEST(MailboxShutdown, TellsIdleClientsAndTakesNoNewOnes) {
  mailbox::memory_store store;
  running_mailbox mailbox(store);
  smtp_client plain(mailbox.smtp());
  greet(plain);
  smtp_client secured(mailbox.smtp());
  secured.secure();
  smtp_client silent(mailbox.smtps());  // its handshake never comes
  EXPECT_TRUE(eventually([&] { return mailbox.server().connections() == 3; }));
  const auto port = mailbox.smtp();
  mailbox.begin_stop(milliseconds{5000});
  EXPECT_THAT(plain.reply(), StartsWith("421 4.3.2"));
  EXPECT_TRUE(plain.ended());
  EXPECT_THAT(secured.reply(), StartsWith("421 4.3.2"));
  EXPECT_TRUE(secured.ended());
  EXPECT_TRUE(silent.ended());
  plain.hang_up();
  secured.hang_up();
  mailbox.join();
  EXPECT_EQ(mailbox.server().connections(), 0U);
  EXPECT_THROW(smtp_client{port}, std::system_error);
}

TEST(MailboxShutdown, KeepsNothingOfAMessageThatIsUnderWay) {
  mailbox::memory_store store;
  running_mailbox mailbox(store);
  smtp_client client(mailbox.smtp());
  greet(client);
  begin_content(client);
  client.send("Subject: half\r\n");
  mailbox.begin_stop(milliseconds{5000});
  EXPECT_EQ(client.codes(2), "421 closed");
  client.hang_up();
  mailbox.join();
  EXPECT_TRUE(store.list().empty());
}

TEST(MailboxShutdown, FinishesWhatIsBeingStored) {
  obstinate_store store;
  store.hold();
  running_mailbox mailbox(store);
  smtp_client client(mailbox.smtp());
  greet(client);
  begin_content(client);
  client.send("kept\r\n.\r\n");
  EXPECT_TRUE(eventually([&] { return store.somebody_waits(); }));
  mailbox.begin_stop(milliseconds{10'000});
  store.let_go();
  EXPECT_EQ(client.codes(3), "250 421 closed");
  client.hang_up();
  mailbox.join();
  EXPECT_EQ(only_message(store), "kept\r\n");
}

TEST(MailboxShutdown, CutsAClientThatDoesNotLeave) {
  mailbox::memory_store store;
  mailbox::server_options options;
  options.limits.goodbye = minutes{5};
  running_mailbox mailbox(store, std::move(options));
  smtp_client client(mailbox.smtp());
  greet(client);
  mailbox.stop(milliseconds{100});  // the client neither reads nor closes
  EXPECT_EQ(mailbox.server().connections(), 0U);
}

TEST(MailboxStart, NamesThePortThatIsTaken) {
  mailbox::memory_store store;
  running_mailbox mailbox(store);
  net::context_pool threads(1);
  mailbox::server_options options;
  options.host_name = "localhost";
  options.smtp = mailbox.smtp();
  options.smtps = {boost::asio::ip::make_address("127.0.0.1"), 0};
  const auto second = mailbox::server::start(threads.executors(), std::move(options), test_identity(), store);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.why().detail, ::testing::HasSubstr("port " + std::to_string(mailbox.smtp().port())));
  EXPECT_THAT(second.why().detail, ::testing::HasSubstr("--smtp"));
}

}  // namespace
}  // namespace smtpscope::testing
