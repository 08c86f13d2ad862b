#include "relay/net/context_pool.hpp"

namespace smtpscope::net {

context_pool::context_pool(int threads) {
  for (int i = 0; i < threads; ++i) work_.push_back(asio::make_work_guard(contexts_.emplace_back()));
}

context_pool::~context_pool() {
  stop();
  for (context& c : contexts_) c.let_go();
}

void context_pool::run() {
  for (context& c : contexts_) threads_.emplace_back([&c] { c.run(); });
}

void context_pool::stop() {
  for (context& c : contexts_) c.stop();
  for (std::thread& t : threads_) t.join();
  threads_.clear();
}

std::vector<asio::any_io_executor> context_pool::executors() {
  std::vector<asio::any_io_executor> all;
  for (context& c : contexts_) all.emplace_back(c.get_executor());
  return all;
}

}  // namespace smtpscope::net
