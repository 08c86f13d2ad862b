#pragma once
// The functions of smtpscope-tls.d.ts, as plain C++: engines behind integer handles, each call leaves its
// result (JSON, or octets) in last_result(). An unknown handle is an error, and changes nothing.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "smtpscope/base/json.hpp"
#include "smtpscope/base/result.hpp"
#include "smtpscope/tls/engine.hpp"

namespace smtpscope::api {

// Calls return 1, or -1 with an error as the result; those that return a handle, 0 with an error.
// `now` is in seconds since 1970.
class tls_api {
 public:
  // Valid until the next call.
  [[nodiscard]] std::string_view last_result() const noexcept { return result_; }

  int version();
  // Whether there is randomness.
  int ready();
  // How many certificates of the PEM text are trusted from now on, or -1.
  int roots(std::string_view pem);
  std::uint32_t open(std::string_view setup);
  int receive(std::uint32_t handle, std::string_view octets, double now);
  int write(std::uint32_t handle, std::string_view octets);
  int close(std::uint32_t handle);
  int peer_closed(std::uint32_t handle);
  // 0 when there is no event.
  int next(std::uint32_t handle);
  int take(std::uint32_t handle);
  int release(std::uint32_t handle);

 private:
  struct connection {
    tls::engine engine;
    std::string octets{};  // of the event that next() gave last
    enum class held : std::uint8_t { nothing, octets } holds = held::nothing;
  };

  connection* find(std::uint32_t handle);  // null, with an error as the result, when there is none
  int answer(const json& value);
  int fail(std::string_view code, std::string_view detail);  // -1
  int fail(const error& why);

  tls::trust roots_;
  std::vector<std::pair<std::uint32_t, std::unique_ptr<connection>>> connections_;  // a handful at a time
  std::uint32_t next_handle_ = 1;
  std::string result_;
};

}  // namespace smtpscope::api
