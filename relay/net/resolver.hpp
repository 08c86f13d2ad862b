#pragma once
// Names to addresses. An interface, so that tests say what a name stands for.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "smtpscope/tunnel/codes.hpp"
#include "smtpscope/tunnel/ip_address.hpp"

namespace smtpscope::net {

struct resolution {
  std::vector<tunnel::ip_address> addresses;  // in the order of preference, without duplicates
  std::optional<tunnel::code> failure;        // name_not_found or unreachable, where there are none
};

class resolver {
 public:
  using answer = std::function<void(resolution)>;

  resolver() = default;
  resolver(const resolver&) = delete;
  resolver& operator=(const resolver&) = delete;
  virtual ~resolver() = default;

  // Asks once; `done` is called once, on any thread, at any later time, but not after the resolver
  // is gone. It must not block and not throw.
  virtual void resolve(std::string host, answer done) = 0;
};

// The system's name service. It blocks as long as it likes, so it has a few threads of its own;
// the destructor does not wait for them.
[[nodiscard]] std::unique_ptr<resolver> make_system_resolver();

}  // namespace smtpscope::net
