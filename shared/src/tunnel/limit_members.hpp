#pragma once
// The limits as members of JSON: one list for writing and reading them.

#include <cstdint>

#include "smtpscope/tunnel/limits.hpp"

namespace smtpscope::tunnel {

struct duration_member {
  const char* key;
  milliseconds limits::*value;
};
struct count_limit {
  const char* key;
  std::uint64_t limits::*value;
};

inline constexpr duration_member duration_members[] = {
    {"handshake_ms", &limits::handshake},
    {"open_ms", &limits::open},
    {"resolve_ms", &limits::resolve},
    {"connect_ms", &limits::connect},
    {"tls_ms", &limits::tls},
    {"idle_ms", &limits::idle},
    {"session_ms", &limits::session},
    {"half_closed_ms", &limits::half_closed},
};

inline constexpr count_limit count_limits[] = {
    {"bytes_up", &limits::bytes_up},
    {"bytes_down", &limits::bytes_down},
    {"header", &limits::header},
    {"data_frame", &limits::data_frame},
    {"frames_per_second", &limits::frames_per_second},
    {"fragments_per_second", &limits::fragments_per_second},
    {"connections", &limits::connections},
    {"connections_per_address", &limits::connections_per_address},
    {"connections_per_destination", &limits::connections_per_destination},
    {"new_per_minute", &limits::new_per_minute},
};

}  // namespace smtpscope::tunnel
