#include "relay/mailbox/store.hpp"

#include <atomic>
#include <random>

#include <unistd.h>

#include "relay/net/certificate.hpp"

namespace smtpscope::mailbox {

bool is_full(const boost::system::error_code& why) noexcept {
  namespace errc = boost::system::errc;
  return why == errc::no_space_on_device || why == errc::file_too_large ||
         why == boost::system::error_code(EDQUOT, boost::system::system_category());
}

std::string make_message_id(std::chrono::system_clock::time_point now) {
  using std::chrono::microseconds;
  static std::atomic<std::uint64_t> count{0};
  static const std::string random = std::to_string(std::random_device{}());
  static const std::string host = net::local_host_name();
  const auto since = std::chrono::floor<microseconds>(now.time_since_epoch()).count();
  return std::to_string(since / 1'000'000) + ".M" + std::to_string(since % 1'000'000) + "P" +
         std::to_string(::getpid()) + "Q" + std::to_string(++count) + "R" + random + "." + host;
}

}  // namespace smtpscope::mailbox
