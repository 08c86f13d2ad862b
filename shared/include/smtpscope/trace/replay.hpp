#pragma once
// The state of a session at an entry: a pure function of the entries up to it.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "smtpscope/trace/entry.hpp"

namespace smtpscope::trace {

enum class connection : std::uint8_t { none, resolving, open, closed };

struct recipient_state {
  std::string path;
  enum class answer : std::uint8_t { asked, accepted, refused } state = answer::asked;
  int code = 0;
};

struct snapshot {
  trace::connection connection = trace::connection::none;
  std::string host;
  int port = 0;
  std::string address;
  std::optional<json> tls;      // TlsInfo, once TLS stands
  std::string client = "idle";  // names of session/state.hpp
  std::string server = "idle";
  trace::chapter chapter = trace::chapter::resolve;
  std::optional<std::vector<std::string>> capabilities;
  std::string mechanism;
  bool authenticated = false;
  std::optional<std::string> reverse_path;
  std::vector<recipient_state> recipients;
  std::uint64_t content_octets = 0;  // as sent, dots stuffed
  std::string outcome;               // "" until known
};

// State after the first `count` entries; count beyond the end means all.
[[nodiscard]] snapshot replay(const std::vector<entry>& entries, std::size_t count);

[[nodiscard]] json to_json(const snapshot& s);

}  // namespace smtpscope::trace
