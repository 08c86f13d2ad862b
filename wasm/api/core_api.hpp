#pragma once
// What the page can ask of the core: the functions of smtpscope-core.d.ts without their C dress.
// Kept apart from the exports so that native tests run the very same code.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "setup.hpp"
#include "smtpscope/trace/json_codec.hpp"
#include "smtpscope/trace/recorded_client.hpp"

namespace smtpscope::api {

// Values of Action in smtpscope-core.d.ts.
enum class action : int {
  nothing = 0,
  send = 1,
  start_tls = 2,
  arm_timer = 3,
  finished = 4,
  close = 5,
  command_ready = 6
};

class core_api {
 public:
  // JSON or octets that the last call left; valid until the next one.
  [[nodiscard]] const std::string& last_result() const noexcept { return result_; }

  // Each returns what its export returns: a handle, a count or 1; 0 or -1 on failure, when the
  // result is {"code","detail"}.
  int version();
  int use_texts(std::string_view json);
  std::uint32_t blob_new(std::string_view octets);
  int blob_bytes(std::uint32_t blob);
  std::uint32_t compose(std::string_view draft);
  int addresses(std::string_view typed);
  int message_read(std::uint32_t blob);
  int message_part(std::uint32_t blob, std::uint32_t part);
  std::uint32_t client_new(std::string_view setup);
  int client_tell(std::uint32_t client, std::string_view happening, session_time now);
  int client_receive(std::uint32_t client, std::string_view octets);
  int client_next(std::uint32_t client, session_time now);
  int client_take(std::uint32_t client);
  int simulate(std::string_view setup);
  std::uint32_t trace_read(std::string_view json_lines);
  std::uint32_t trace_new(std::string_view header_and_entries);
  int trace_append(std::uint32_t trace, std::string_view entries);
  int trace_state(std::uint32_t trace, std::uint32_t count);
  int trace_write(std::uint32_t trace);
  std::uint32_t trace_message(std::uint32_t trace);
  int rules();
  int release(std::uint32_t handle);

 private:
  struct client {
    trace::recorded_client session;
    std::size_t taken = 0;
  };
  using object = std::variant<std::string, client, trace::file>;

  // Null when there is none.
  [[nodiscard]] object* at(std::uint32_t handle) const;
  template <class T>
  T* find(std::uint32_t handle, const char* what);
  std::uint32_t keep(object o);
  int answer(const json& value);
  int fail(const error& why);              // -1
  std::uint32_t refuse(const error& why);  // 0, for calls that return handles
  [[nodiscard]] blob_lookup blobs();
  int perform(const session::client_event& event);

  trace::texts words_;                                                      // before the objects, which refer to it
  std::vector<std::pair<std::uint32_t, std::unique_ptr<object>>> objects_;  // a handful at a time
  std::uint32_t next_handle_ = 1;
  std::string result_;
};

}  // namespace smtpscope::api
