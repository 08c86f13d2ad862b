#include "relay/net/resolver.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace smtpscope::net {
namespace {

constexpr int most_threads = 4;

tunnel::code failure_of(int status) {
  switch (status) {
    case EAI_NONAME:
#ifdef EAI_NODATA
    case EAI_NODATA:
#endif
      return tunnel::code::name_not_found;
    default: return tunnel::code::unreachable;
  }
}

std::optional<tunnel::ip_address> address_of(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    const auto* octets =
        reinterpret_cast<const unsigned char*>(&reinterpret_cast<const sockaddr_in&>(address).sin_addr);
    return tunnel::ip_address::v4({octets[0], octets[1], octets[2], octets[3]});
  }
  if (address.sa_family != AF_INET6) return std::nullopt;
  tunnel::ip_address out;
  const auto* octets = reinterpret_cast<const sockaddr_in6&>(address).sin6_addr.s6_addr;
  std::copy(octets, octets + out.octets.size(), out.octets.begin());
  return out;
}

resolution look_up(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  if (const int status = ::getaddrinfo(host.c_str(), nullptr, &hints, &list); status != 0)
    return {{}, failure_of(status)};
  resolution found;
  for (const addrinfo* item = list; item != nullptr; item = item->ai_next) {
    const auto address = address_of(*item->ai_addr);
    if (address && std::find(found.addresses.begin(), found.addresses.end(), *address) == found.addresses.end())
      found.addresses.push_back(*address);
  }
  ::freeaddrinfo(list);
  if (found.addresses.empty()) found.failure = tunnel::code::name_not_found;
  return found;
}

struct question {
  std::string host;
  resolver::answer done;
};

// Shared by the resolver and its threads: a thread that still waits for the name service when the
// resolver goes finds `ended` and answers nobody.
struct work {
  std::mutex mutex;
  std::condition_variable more;
  std::deque<question> questions;
  int threads = 0;
  int idle = 0;
  bool ended = false;
};

void serve(const std::shared_ptr<work>& shared) {
  std::unique_lock lock(shared->mutex);
  for (;;) {
    ++shared->idle;
    shared->more.wait(lock, [&] { return shared->ended || !shared->questions.empty(); });
    --shared->idle;
    if (shared->ended) return;
    question q = std::move(shared->questions.front());
    shared->questions.pop_front();
    lock.unlock();
    resolution found = look_up(q.host);
    lock.lock();
    if (shared->ended) return;
    q.done(std::move(found));
  }
}

class system_resolver final : public resolver {
 public:
  void resolve(std::string host, answer done) override {
    const std::lock_guard lock(work_->mutex);
    work_->questions.push_back({std::move(host), std::move(done)});
    if (work_->idle == 0 && work_->threads < most_threads) {
      ++work_->threads;
      std::thread(serve, work_).detach();
    }
    work_->more.notify_one();
  }

  ~system_resolver() override {
    const std::lock_guard lock(work_->mutex);
    work_->ended = true;
    work_->questions.clear();
    work_->more.notify_all();
  }

 private:
  std::shared_ptr<work> work_ = std::make_shared<work>();
};

}  // namespace

std::unique_ptr<resolver> make_system_resolver() { return std::make_unique<system_resolver>(); }

}  // namespace smtpscope::net
