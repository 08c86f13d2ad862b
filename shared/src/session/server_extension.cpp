#include "smtpscope/session/server_extension.hpp"

#include <array>

#include "smtpscope/text/ascii.hpp"

namespace smtpscope::session {

namespace {
constexpr std::array<std::string_view, extension_count> keywords = {
    "PIPELINING", "SIZE",     "8BITMIME", "ENHANCEDSTATUSCODES", "STARTTLS", "AUTH", "CHUNKING",
    "BINARYMIME", "SMTPUTF8", "DSN",      "REQUIRETLS",          "LIMITS",   "VRFY", "EXPN",
    "HELP"};
}  // namespace

std::string_view name(extension e) noexcept {
  const auto i = static_cast<std::size_t>(e);
  return i < keywords.size() ? keywords[i] : std::string_view{};
}

std::optional<extension> extension_named(std::string_view keyword) noexcept {
  for (std::size_t i = 0; i < keywords.size(); ++i)
    if (text::iequals(keyword, keywords[i])) return static_cast<extension>(i);
  return std::nullopt;
}

extension_list all_extensions() {
  using e = extension;
  return {e::pipelining,
          e::size,
          e::eight_bit_mime,
          e::enhanced_status_codes,
          e::starttls,
          e::auth,
          e::chunking,
          e::binarymime,
          e::smtputf8,
          e::dsn,
          e::help};
}

}  // namespace smtpscope::session
