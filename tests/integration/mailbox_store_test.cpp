// The two stores of the embedded mailbox.

#include <fstream>

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <utime.h>

#include "integration/mailbox_fixture.hpp"
#include "relay/mailbox/maildir_store.hpp"
#include "relay/mailbox/memory_store.hpp"

namespace smtpscope::testing {
namespace {

namespace fs = std::filesystem;
using mailbox::maildir_store;
using std::chrono::system_clock;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

mailbox::envelope example_envelope() {
  mailbox::envelope e;
  e.from = "alice@example.org";
  e.to = {"bob@example.org", "carol@example.org"};
  e.link = session::link_security::tls;
  e.authenticated_as = "alice@example.org";
  e.client_name = "client.example";
  return e;
}

std::string put(mailbox::message_store& store, std::string_view content,
                system_clock::time_point received = system_clock::now()) {
  auto writer = store.begin();
  EXPECT_TRUE(writer);
  // In pieces, as content comes.
  for (std::size_t at = 0; at < content.size(); at += 1000) EXPECT_FALSE((*writer)->append(content.substr(at, 1000)));
  const auto stored = (*writer)->commit(example_envelope(), received);
  EXPECT_TRUE(stored);
  return stored ? stored->id : std::string{};
}

std::vector<std::string> subjects(mailbox::message_store& store) {
  std::vector<std::string> all;
  for (const auto& m : store.list()) all.push_back(m.subject);
  return all;
}

void write_file(const fs::path& path, std::string_view bytes) { std::ofstream(path, std::ios::binary) << bytes; }

std::string read_all(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::size_t files_in(const fs::path& directory) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
}

// ------------------------------------------------------------------------------------- memory

TEST(MemoryStore, DropsTheOldestBeyondItsCount) {
  mailbox::memory_store store({.max_messages = 3, .max_octets = 1'000'000});
  for (int i = 0; i < 5; ++i) put(store, "Subject: " + std::to_string(i) + "\r\n\r\n");
  EXPECT_THAT(subjects(store), ElementsAre("2", "3", "4"));
}

TEST(MemoryStore, DropsTheOldestBeyondItsOctets) {
  mailbox::memory_store store({.max_messages = 100, .max_octets = 10'000});
  const std::string first = put(store, "Subject: 0\r\n\r\n" + std::string(4000, 'x'));
  put(store, "Subject: 1\r\n\r\n" + std::string(4000, 'x'));
  EXPECT_TRUE(store.content(first));
  put(store, "Subject: 2\r\n\r\n" + std::string(4000, 'x'));
  EXPECT_THAT(subjects(store), ElementsAre("1", "2"));
  EXPECT_EQ(store.content(first).error(), boost::system::errc::no_such_file_or_directory);
}

TEST(MemoryStore, BoundsWhatIsOnItsWayIn) {
  mailbox::memory_store store({.max_messages = 100, .max_octets = 10'000});
  auto one = store.begin();
  auto two = store.begin();
  EXPECT_FALSE((*one)->append(std::string(6000, 'x')));
  const auto full = (*two)->append(std::string(6000, 'x'));
  EXPECT_TRUE(mailbox::is_full(full)) << full.message();
  one->reset();  // its sender hung up
  auto three = store.begin();
  EXPECT_FALSE((*three)->append(std::string(6000, 'x')));
  EXPECT_TRUE(store.list().empty());
}

TEST(MemoryStore, HandsOutContentThatOutlivesIt) {
  mailbox::memory_store store({.max_messages = 1, .max_octets = 10'000});
  const auto content = store.content(put(store, "kept"));
  put(store, "another");
  ASSERT_TRUE(content);
  EXPECT_EQ(**content, "kept");
}

// ------------------------------------------------------------------------------------ records

TEST(StoredMessage, SurvivesJson) {
  mailbox::stored_message m;
  m.id = "1.M2P3.host";
  m.received = system_clock::time_point(std::chrono::milliseconds(1'700'000'000'123));
  m.octets = 42;
  m.subject = "Grüße \"zitiert\"";
  m.envelope = example_envelope();
  const auto parsed = parse_json(to_string(mailbox::to_json(m)));
  ASSERT_TRUE(parsed);
  const auto back = mailbox::stored_message_from_json(*parsed);
  ASSERT_TRUE(back);
  EXPECT_EQ(mailbox::to_json(*back), mailbox::to_json(m));
  EXPECT_EQ(mailbox::to_json(m)["received"], "2023-11-14T22:13:20.123Z");
  EXPECT_EQ(mailbox::to_json(m)["with"], "ESMTPSA");
}

TEST(StoredMessage, RefusesEveryIncompleteRecord) {
  const json whole = mailbox::to_json({"id", {}, 1, "", example_envelope()});
  for (const auto& [key, value] : whole.items()) {
    json broken = whole;
    broken[key] = json::array({1});
    EXPECT_EQ(mailbox::stored_message_from_json(broken).has_value(), key == "received") << key;
  }
  EXPECT_FALSE(mailbox::stored_message_from_json(json("text")));
}

TEST(HeaderCollector, FindsSubjectsHoweverTheyArrive) {
  const std::string message = "To: x\r\nSUBJECT: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n and more\r\n\r\nSubject: not this\r\n";
  for (std::size_t piece = 1; piece <= message.size(); ++piece) {
    mailbox::header_collector header;
    for (std::size_t at = 0; at < message.size(); at += piece) header.add(std::string_view(message).substr(at, piece));
    EXPECT_EQ(header.subject(), "Grüße and more") << "in pieces of " << piece;
  }
  mailbox::header_collector none;
  none.add("\r\nSubject: in the body\r\n");
  EXPECT_EQ(none.subject(), "");
  mailbox::header_collector endless;
  for (int i = 0; i < 100'000; ++i) endless.add("X-Filler: 0123456789\r\n");
  endless.add("Subject: too late\r\n");
  EXPECT_EQ(endless.subject(), "");
}

// ------------------------------------------------------------------------------------ Maildir

class Maildir : public ::testing::Test {
 protected:
  [[nodiscard]] std::unique_ptr<maildir_store> open() const {
    auto opened = maildir_store::open(mail);
    EXPECT_TRUE(opened) << (opened ? "" : opened.why().detail);
    return opened ? std::move(*opened) : nullptr;
  }
  const temporary_directory directory;
  const fs::path mail = directory.path() / "deep" / "mail";
};

TEST_F(Maildir, KeepsMessagesAsFilesExactly) {
  const auto store = open();
  std::string content = "Subject: exact\r\n\r\n";
  for (int i = 0; i < 100'000; ++i) content += static_cast<char>(i * 7);
  const std::string id = put(*store, content);
  EXPECT_EQ(read_all(mail / "new" / id), content);
  EXPECT_TRUE(fs::is_empty(mail / "tmp"));
  EXPECT_EQ(**store->content(id), content);
  struct stat about {};
  ASSERT_EQ(::stat((mail / "new" / id).c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600U) << "mail is nobody else's business";
  ASSERT_EQ(::stat(mail.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0700U);
}

TEST_F(Maildir, SurvivesARestart) {
  const auto received = system_clock::time_point(std::chrono::milliseconds(1'700'000'000'123));
  std::string id;
  json before;
  {
    const auto store = open();
    id = put(*store, "Subject: first\r\n\r\n", received);
    put(*store, "Subject: second\r\n\r\n", received + seconds{1});
    before = mailbox::to_json(store->list().front());
  }
  const auto store = open();
  EXPECT_THAT(subjects(*store), ElementsAre("first", "second"));
  EXPECT_EQ(mailbox::to_json(store->list().front()), before);
  EXPECT_EQ(**store->content(id), "Subject: first\r\n\r\n");
}

TEST_F(Maildir, LeavesNothingOfAMessageThatWasNotCommitted) {
  const auto store = open();
  {
    auto writer = store->begin();
    ASSERT_TRUE(writer);
    EXPECT_FALSE((*writer)->append("half"));
    EXPECT_EQ(files_in(mail / "tmp"), 1U);
  }
  EXPECT_TRUE(fs::is_empty(mail / "tmp"));
  EXPECT_TRUE(store->list().empty());
}

TEST_F(Maildir, ListsOnlyWhatWasCommitted) {
  const auto store = open();
  auto writer = store->begin();
  EXPECT_FALSE((*writer)->append("Subject: under way\r\n\r\n"));
  EXPECT_TRUE(store->list().empty());
  EXPECT_TRUE((*writer)->commit(example_envelope(), system_clock::now()));
  EXPECT_THAT(subjects(*store), ElementsAre("under way"));
}

TEST_F(Maildir, FollowsOtherMailPrograms) {
  const auto store = open();
  const std::string kept = put(*store, "Subject: read\r\n\r\n");
  const std::string gone = put(*store, "Subject: deleted\r\n\r\n");
  EXPECT_EQ(store->list().size(), 2U);
  fs::rename(mail / "new" / kept, mail / "cur" / (kept + ":2,S"));
  fs::remove(mail / "new" / gone);
  write_file(mail / "new" / "1700000000.M1P2.elsewhere", "Subject: foreign\r\n\r\nbody");
  write_file(mail / "new" / ".hidden", "no message");
  const auto all = store->list();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_THAT(subjects(*store), ::testing::UnorderedElementsAre("read", "foreign"));
  EXPECT_EQ(**store->content(kept), "Subject: read\r\n\r\n");
  fs::rename(mail / "new/1700000000.M1P2.elsewhere", mail / "cur/1700000000.M1P2.elsewhere,S=24:2,");
  EXPECT_EQ(**store->content("1700000000.M1P2.elsewhere"), "Subject: foreign\r\n\r\nbody");
  EXPECT_EQ(store->content(gone).error(), boost::system::errc::no_such_file_or_directory);
}

TEST_F(Maildir, ListsMessagesWhoseEnvelopeIsBroken) {
  std::string id;
  {
    const auto store = open();
    id = put(*store, "Subject: still here\r\n\r\n");
  }
  write_file(mail / "smtpscope-envelopes" / (id + ".json"), "{\"id\":");
  const auto store = open();
  EXPECT_THAT(subjects(*store), ElementsAre("still here"));
  EXPECT_EQ(store->list().front().envelope.from, "");
}

TEST_F(Maildir, GivesNoOtherFileAway) {
  write_file(directory.path() / "secret", "secret");
  const auto store = open();
  const std::string id = put(*store, "x");
  for (const std::string& wanted :
       {std::string("../../../secret"), std::string("../new/") + id, std::string(""), std::string("."), id + ":2,S",
        std::string("../smtpscope-envelopes/") + id + ".json"})
    EXPECT_FALSE(store->content(wanted)) << wanted;
}

TEST_F(Maildir, RemovesOldLeftovers) {
  { const auto store = open(); }
  const utimbuf two_days_ago{::time(nullptr) - 48 * 3600, ::time(nullptr) - 48 * 3600};
  for (const char* name : {"tmp/old", "smtpscope-envelopes/old.json"}) {
    write_file(mail / name, "left");
    ::utime((mail / name).c_str(), &two_days_ago);
  }
  write_file(mail / "tmp/young", "perhaps of another program");
  const auto store = open();
  EXPECT_FALSE(fs::exists(mail / "tmp/old"));
  EXPECT_FALSE(fs::exists(mail / "smtpscope-envelopes/old.json"));
  EXPECT_TRUE(fs::exists(mail / "tmp/young"));
}

TEST_F(Maildir, RefusesADirectoryOfSomethingElse) {
  fs::create_directories(mail);
  write_file(mail / "thesis.txt", "years of work");
  const auto opened = maildir_store::open(mail);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.why().detail, HasSubstr(mail.string()));
  EXPECT_THAT(opened.why().detail, HasSubstr("no Maildir"));
  EXPECT_FALSE(fs::exists(mail / "new"));
  const auto file = maildir_store::open(mail / "thesis.txt");
  ASSERT_FALSE(file);
  EXPECT_THAT(file.why().detail, HasSubstr("thesis.txt"));
}

TEST_F(Maildir, ServesAcrossARestartOfTheServer) {
  {
    const auto store = open();
    running_mailbox mailbox(*store);
    smtp_client client(mailbox.smtp());
    client.secure();
    client.send("MAIL FROM:<alice@example.org>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n");
    EXPECT_EQ(client.codes(3), "250 250 354");
    EXPECT_EQ(client.say("Subject: durable\r\n\r\n.").substr(0, 3), "250");
    // From here the mail is ours, whatever happens: nothing is said good-bye to.
    EXPECT_EQ(files_in(mail / "new"), 1U);
    EXPECT_EQ(files_in(mail / "smtpscope-envelopes"), 1U);
  }
  const auto store = open();
  running_mailbox mailbox(*store);
  EXPECT_EQ(only_message(*store), "Subject: durable\r\n\r\n");
  EXPECT_EQ(mailbox::transmission_type(store->list().front().envelope), "ESMTPS");
}

}  // namespace
}  // namespace smtpscope::testing
