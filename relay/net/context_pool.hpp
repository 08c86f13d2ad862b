#pragma once
// Threads that each serve an I/O context of their own: whatever lives on one of them needs neither strand
// nor lock, and wakes no other thread.

#include <deque>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "relay/net/asio.hpp"

namespace smtpscope::net {

class context_pool {
 public:
  // `threads`: 1 or more. They run from run() on.
  explicit context_pool(int threads);
  context_pool(const context_pool&) = delete;
  context_pool& operator=(const context_pool&) = delete;
  // Ends what runs, as stop(), and lets go of what still waits there; that may refer to any of the contexts.
  ~context_pool();

  void run();
  // Returns when no thread runs any more; not on one of them.
  void stop();

  // One for each thread.
  [[nodiscard]] std::vector<asio::any_io_executor> executors();

 private:
  class context : public asio::io_context {
   public:
    context() : io_context(1) {}
    // Destroys all that waits, while the context itself can still be referred to.
    void let_go() { shutdown(); }
  };

  std::deque<context> contexts_;
  std::vector<asio::executor_work_guard<asio::io_context::executor_type>> work_;
  std::vector<std::thread> threads_;
};

}  // namespace smtpscope::net
