#include "relay/mailbox/maildir_store.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

namespace smtpscope::mailbox {

namespace fs = std::filesystem;
namespace errc = boost::system::errc;
using boost::system::error_code;
using std::chrono::system_clock;

namespace {

constexpr std::array directories = {"tmp", "new", "cur"};
constexpr const char* envelopes = "smtpscope-envelopes";
constexpr std::size_t max_envelope_octets = 1024 * 1024;  // 100 recipients take under 40 KiB
constexpr std::size_t header_octets = 64 * 1024;
constexpr std::chrono::hours leftover_age{36};  // the Maildir convention
constexpr mode_t private_mode = 0600;

error directory_error(const fs::path& directory, const std::string& what) {
  return {smtpscope::errc::invalid_argument,
          "The mailbox directory " + directory.string() + " " + what + ". Correct it, or name another one"};
}

// In a Maildir the name up to the colon stays, whatever a reader does with the message; some
// programs put sizes behind a comma before it.
std::string id_of(const std::string& file_name) { return file_name.substr(0, file_name.find_first_of(":,")); }

// Seconds at the beginning of a Maildir name; other names count as oldest.
std::uint64_t seconds_of(const std::string& id) {
  std::uint64_t seconds = 0;
  for (const char c : id) {
    if (c < '0' || c > '9' || seconds > UINT64_MAX / 20) break;
    seconds = seconds * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return seconds;
}

// Fit for a URL and a JSON text; other names are no messages of which we could speak.
bool is_listable(const std::string& id) {
  return !id.empty() && id.size() <= 200 && id.front() != '.' && std::all_of(id.begin(), id.end(), [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' || c == '-' ||
           c == '_';
  });
}

template <class Visit>
void for_each_name(const fs::path& directory, Visit visit) {
  std::error_code failed;
  for (fs::directory_iterator it(directory, failed), end; !failed && it != end; it.increment(failed))
    visit(it->path().filename().string());
}

system_clock::time_point modified_at(const struct stat& about) {
  return system_clock::time_point(std::chrono::seconds(about.st_mtim.tv_sec) +
                                  std::chrono::microseconds(about.st_mtim.tv_nsec / 1000));
}

void remove_if_old(const fs::path& file) {
  struct stat about {};
  if (::lstat(file.c_str(), &about) == 0 && S_ISREG(about.st_mode) &&
      system_clock::now() - modified_at(about) > leftover_age)
    ::unlink(file.c_str());
}

}  // namespace

class maildir_store::writer final : public message_writer {
 public:
  writer(const maildir_store& store, std::string id, file_descriptor file)
      : store_(store), id_(std::move(id)), file_(std::move(file)) {}
  ~writer() override {
    if (!id_.empty()) ::unlink(temporary().c_str());
  }

  error_code append(std::string_view content) override {
    header_.add(content);
    octets_ += content.size();
    return write_all(file_, content);
  }

  io_result<stored_message> commit(const envelope& e, system_clock::time_point received) override {
    if (const error_code unsynced = sync_file(file_)) return unsynced;
    file_.reset();
    stored_message about{id_, received, octets_, header_.subject(), e};
    const fs::path beside = store_.envelope_file(id_);
    error_code failed = write_durably(beside, private_mode, to_string(to_json(about)) + "\n");
    if (!failed) failed = publish();
    if (failed) {
      ::unlink(beside.c_str());
      return failed;
    }
    id_.clear();
    return about;
  }

 private:
  [[nodiscard]] fs::path temporary() const { return store_.directory_ / "tmp" / id_; }

  error_code publish() const {
    const fs::path place = store_.directory_ / "new";
    if (::rename(temporary().c_str(), (place / id_).c_str()) != 0) return last_system_error();
    const error_code failed = sync_directory(place);
    // What is not certain to be kept may not be listed: its sender is told to come again.
    if (failed) ::unlink((place / id_).c_str());
    return failed;
  }

  const maildir_store& store_;
  std::string id_;
  file_descriptor file_;
  header_collector header_;
  std::uint64_t octets_ = 0;
};

result<std::unique_ptr<maildir_store>> maildir_store::open(const fs::path& directory) {
  if (const error_code failed = make_private_directory(directory))
    return directory_error(directory, "cannot be used: " + failed.message());
  bool empty = true;
  for_each_name(directory, [&empty](const std::string&) { empty = false; });
  const bool maildir = std::all_of(directories.begin(), directories.end(), [&directory](const char* name) {
    std::error_code ignored;
    return fs::is_directory(directory / name, ignored);
  });
  if (!empty && !maildir) return directory_error(directory, "holds other files and is no Maildir (cur, new, tmp)");
  for (const char* name : directories)
    if (const error_code failed = make_private_directory(directory / name))
      return directory_error(directory, "cannot be written: " + failed.message());
  if (const error_code failed = make_private_directory(directory / envelopes))
    return directory_error(directory, "cannot be written: " + failed.message());
  if (::access((directory / "tmp").c_str(), W_OK) != 0)
    return directory_error(directory, "cannot be written: " + last_system_error().message());
  if (const error_code failed = sync_directory(directory))
    return directory_error(directory, "cannot be synced: " + failed.message());

  std::unique_ptr<maildir_store> store(new maildir_store(directory));  // NOLINT: private constructor
  store->remove_leftovers();
  const std::scoped_lock lock(store->mutex_);
  store->refresh();
  return store;
}

io_result<std::unique_ptr<message_writer>> maildir_store::begin() {
  std::string id = make_message_id(system_clock::now());
  auto file = create_new(directory_ / "tmp" / id, private_mode);
  if (!file) return file.error();
  return std::unique_ptr<message_writer>(std::make_unique<writer>(*this, std::move(id), std::move(*file)));
}

std::vector<stored_message> maildir_store::list() {
  const std::scoped_lock lock(mutex_);
  refresh();
  std::vector<stored_message> all;
  all.reserve(entries_.size());
  for (const auto& [id, e] : entries_) all.push_back(e.about);
  std::stable_sort(all.begin(), all.end(),
                   [](const stored_message& a, const stored_message& b) { return a.received < b.received; });
  return all;
}

io_result<std::shared_ptr<const std::string>> maildir_store::content(std::string_view id) {
  const std::scoped_lock lock(mutex_);
  refresh();
  // A reader may move the file between our looking and our opening: look once more then.
  for (int attempt = 0;; ++attempt) {
    const auto found = entries_.find(id);
    if (found == entries_.end()) return make_error_code(errc::no_such_file_or_directory);
    auto bytes = read_file(directory_ / found->second.file, max_readable_octets);
    if (bytes) return std::make_shared<const std::string>(std::move(*bytes));
    if (bytes.error() != errc::no_such_file_or_directory || attempt > 0) return bytes.error();
    scan();
  }
}

maildir_store::change_times maildir_store::last_changes() const {
  std::error_code ignored;
  return {fs::last_write_time(directory_ / "new", ignored), fs::last_write_time(directory_ / "cur", ignored)};
}

void maildir_store::refresh() {
  const change_times now = last_changes();
  // Times of files are coarse: two changes within a tick look like one.
  const bool settled = fs::file_time_type::clock::now() - std::max(now.fresh, now.current) > std::chrono::seconds(2);
  if (settled && now == seen_) return;
  scan();
  seen_ = settled ? now : change_times{};
}

void maildir_store::scan() {
  struct candidate {
    std::uint64_t seconds;
    std::string id;
    std::string file;
  };
  std::vector<candidate> found;
  for (const char* place : {"new", "cur"})
    for_each_name(directory_ / place, [&found, place](const std::string& name) {
      std::string id = id_of(name);
      if (is_listable(id)) found.push_back({seconds_of(id), std::move(id), std::string(place) + "/" + name});
    });
  if (found.size() > max_listed_messages) {
    std::nth_element(found.begin(), found.begin() + max_listed_messages, found.end(),
                     [](const candidate& a, const candidate& b) { return a.seconds > b.seconds; });
    found.resize(max_listed_messages);
  }
  std::map<std::string, entry, std::less<>> next;
  for (candidate& c : found) {
    const auto known = entries_.find(c.id);
    entry e = known != entries_.end() ? std::move(known->second) : examine(c.id, c.file);
    e.file = std::move(c.file);
    next.insert_or_assign(std::move(c.id), std::move(e));
  }
  entries_ = std::move(next);
}

maildir_store::entry maildir_store::examine(const std::string& id, const std::string& file) const {
  const fs::path path = directory_ / file;
  entry e;
  if (const auto record = read_file(envelope_file(id), max_envelope_octets))
    if (const auto value = parse_json(*record))
      if (auto about = stored_message_from_json(*value); about && about->id == id) e.about = std::move(*about);
  struct stat about {};
  const bool exists = ::stat(path.c_str(), &about) == 0;
  if (e.about.id.empty()) {  // of another program, or its envelope is lost
    e.about.id = id;
    if (exists) e.about.received = modified_at(about);
    if (const auto beginning = read_file(path, header_octets, reading::first_octets_only)) {
      header_collector header;
      header.add(*beginning);
      e.about.subject = header.subject();
    }
  }
  if (exists) e.about.octets = static_cast<std::uint64_t>(about.st_size);
  return e;
}

fs::path maildir_store::envelope_file(std::string_view id) const {
  return directory_ / envelopes / (std::string(id) + ".json");
}

void maildir_store::remove_leftovers() const {
  for_each_name(directory_ / "tmp", [this](const std::string& name) { remove_if_old(directory_ / "tmp" / name); });
  std::set<std::string> present;
  for (const char* place : {"new", "cur"})
    for_each_name(directory_ / place, [&present](const std::string& name) { present.insert(id_of(name) + ".json"); });
  for_each_name(directory_ / envelopes, [this, &present](const std::string& name) {
    if (!present.contains(name)) remove_if_old(directory_ / envelopes / name);
  });
}

}  // namespace smtpscope::mailbox
