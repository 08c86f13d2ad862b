#include "smtpscope/tls/terms.hpp"

#include <array>

namespace smtpscope::tls {
namespace {

constexpr reason last_reason = reason::broken;
constexpr std::array content_types = {content_type::change_cipher_spec, content_type::alert, content_type::handshake,
                                      content_type::application_data};

}  // namespace

std::string_view name(direction d) noexcept { return d == direction::client_to_server ? "c2s" : "s2c"; }

std::string_view name(content_type t) noexcept {
  switch (t) {
    case content_type::change_cipher_spec: return "change_cipher_spec";
    case content_type::alert: return "alert";
    case content_type::handshake: return "handshake";
    case content_type::application_data: return "application_data";
  }
  return "unknown";
}

std::string_view name(code c) noexcept {
  switch (c) {
    case code::tls_verify: return "tls_verify";
    case code::tls_protocol: return "tls_protocol";
    case code::reset: return "reset";
  }
  return "unknown";
}

std::string_view name(reason r) noexcept {
  switch (r) {
    case reason::expired: return "expired";
    case reason::not_yet_valid: return "not_yet_valid";
    case reason::self_signed: return "self_signed";
    case reason::unknown_authority: return "unknown_authority";
    case reason::incomplete_chain: return "incomplete_chain";
    case reason::no_host_names: return "no_host_names";
    case reason::name_mismatch: return "name_mismatch";
    case reason::weak: return "weak";
    case reason::other: return "other";
    case reason::not_tls: return "not_tls";
    case reason::no_common_terms: return "no_common_terms";
    case reason::alert: return "alert";
    case reason::broken: return "broken";
  }
  return "unknown";
}

std::optional<direction> direction_named(std::string_view text) noexcept {
  if (text == "c2s") return direction::client_to_server;
  if (text == "s2c") return direction::server_to_client;
  return std::nullopt;
}

std::optional<content_type> content_type_named(std::string_view text) noexcept {
  for (const content_type t : content_types)
    if (name(t) == text) return t;
  return std::nullopt;
}

std::optional<reason> reason_named(std::string_view text) noexcept {
  for (int i = 0; i <= static_cast<int>(last_reason); ++i)
    if (name(static_cast<reason>(i)) == text) return static_cast<reason>(i);
  return std::nullopt;
}

}  // namespace smtpscope::tls
