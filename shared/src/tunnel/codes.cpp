#include "smtpscope/tunnel/codes.hpp"

namespace smtpscope::tunnel {
namespace {

// The last enumerators, where a search by name ends.
constexpr stage last_stage = stage::stream;
constexpr code last_code = code::draining;

template <class Enum>
std::optional<Enum> named(std::string_view text, Enum last) noexcept {
  for (int i = 0; i <= static_cast<int>(last); ++i)
    if (name(static_cast<Enum>(i)) == text) return static_cast<Enum>(i);
  return std::nullopt;
}

}  // namespace

std::string_view name(stage s) noexcept {
  switch (s) {
    case stage::policy: return "policy";
    case stage::resolve: return "resolve";
    case stage::connect: return "connect";
    case stage::tls: return "tls";
    case stage::stream: return "stream";
  }
  return "unknown";
}

std::string_view name(code c) noexcept {
  switch (c) {
    case code::bad_message: return "bad_message";
    case code::not_allowed: return "not_allowed";
    case code::blocked_address: return "blocked_address";
    case code::name_not_found: return "name_not_found";
    case code::refused: return "refused";
    case code::timeout: return "timeout";
    case code::unreachable: return "unreachable";
    case code::reset: return "reset";
    case code::tls_verify: return "tls_verify";
    case code::tls_protocol: return "tls_protocol";
    case code::starttls_plaintext: return "starttls_plaintext";
    case code::throttled: return "throttled";
    case code::quota: return "quota";
    case code::too_slow: return "too_slow";
    case code::token_required: return "token_required";
    case code::token_refused: return "token_refused";
    case code::draining: return "draining";
  }
  return "unknown";
}

std::optional<stage> stage_named(std::string_view text) noexcept { return named(text, last_stage); }
std::optional<code> code_named(std::string_view text) noexcept { return named(text, last_code); }
std::optional<tls_reason> tls_reason_named(std::string_view text) noexcept { return tls::reason_named(text); }

close_code closes_with(code c) noexcept {
  switch (c) {
    case code::bad_message:
    case code::not_allowed:
    case code::blocked_address:
    case code::quota:
    case code::token_required:
    case code::token_refused:
    case code::too_slow: return close_code::policy;
    case code::name_not_found:
    case code::refused:
    case code::timeout:
    case code::unreachable:
    case code::reset:
    case code::tls_verify:
    case code::tls_protocol:
    case code::starttls_plaintext: return close_code::internal;
    case code::throttled: return close_code::try_later;
    case code::draining: return close_code::restart;
  }
  return close_code::internal;
}

retry retry_after(code c) noexcept {
  switch (c) {
    case code::refused:
    case code::timeout:
    case code::unreachable:
    case code::reset:
    case code::throttled:
    case code::too_slow:
    case code::draining: return retry::yes;
    case code::bad_message:
    case code::not_allowed:
    case code::blocked_address:
    case code::name_not_found:
    case code::tls_verify:
    case code::tls_protocol:
    case code::starttls_plaintext:
    case code::token_required:
    case code::token_refused:
    case code::quota: return retry::no;
  }
  return retry::no;
}

}  // namespace smtpscope::tunnel
