#include "relay/mailbox/memory_store.hpp"

#include <algorithm>
#include <utility>

namespace smtpscope::mailbox {

namespace errc = boost::system::errc;

class memory_store::writer final : public message_writer {
 public:
  explicit writer(memory_store& store) noexcept : store_(store) {}
  ~writer() override { store_.release(reserved_); }

  boost::system::error_code append(std::string_view content) override {
    if (const auto failed = store_.reserve(content.size())) return failed;
    reserved_ += content.size();
    header_.add(content);
    content_ += content;
    return {};
  }

  io_result<stored_message> commit(const envelope& e, std::chrono::system_clock::time_point received) override {
    stored_message about{make_message_id(received), received, content_.size(), header_.subject(), e};
    store_.release(std::exchange(reserved_, 0));
    content_.shrink_to_fit();  // growth has doubled it
    store_.keep({about, std::make_shared<const std::string>(std::move(content_))});
    return about;
  }

 private:
  memory_store& store_;
  std::uint64_t reserved_ = 0;
  header_collector header_;
  std::string content_;
};

io_result<std::unique_ptr<message_writer>> memory_store::begin() {
  return std::unique_ptr<message_writer>(std::make_unique<writer>(*this));
}

boost::system::error_code memory_store::reserve(std::uint64_t octets) {
  const std::scoped_lock lock(mutex_);
  if (octets > limits_.max_octets - incoming_) return make_error_code(errc::no_space_on_device);
  incoming_ += octets;
  return {};
}

void memory_store::release(std::uint64_t octets) {
  const std::scoped_lock lock(mutex_);
  incoming_ -= octets;
}

void memory_store::keep(entry e) {
  const std::scoped_lock lock(mutex_);
  stored_ += e.about.octets;
  entries_.push_back(std::move(e));
  // The newest always stays: it was promised to its sender just now.
  while (entries_.size() > 1 && (entries_.size() > limits_.max_messages || stored_ > limits_.max_octets)) {
    stored_ -= entries_.front().about.octets;
    entries_.pop_front();
  }
}

std::vector<stored_message> memory_store::list() {
  const std::scoped_lock lock(mutex_);
  std::vector<stored_message> all;
  all.reserve(entries_.size());
  for (const entry& e : entries_) all.push_back(e.about);
  return all;
}

io_result<std::shared_ptr<const std::string>> memory_store::content(std::string_view id) {
  const std::scoped_lock lock(mutex_);
  const auto found = std::find_if(entries_.begin(), entries_.end(), [id](const entry& e) { return e.about.id == id; });
  if (found == entries_.end()) return make_error_code(errc::no_such_file_or_directory);
  return found->content;
}

}  // namespace smtpscope::mailbox
