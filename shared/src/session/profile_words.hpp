#pragma once
// The words of a policy document for enumerators, in the order of the enumerators.

#include <array>
#include <string_view>

namespace smtpscope::session {

inline constexpr std::array<std::string_view, 3> newline_words = {"reject", "normalize", "accept"};
inline constexpr std::array<std::string_view, 2> odd_content_words = {"reject", "accept"};
inline constexpr std::array<std::string_view, 3> lookup_words = {"answered", "hidden", "notImplemented"};
inline constexpr std::array<std::string_view, 2> early_words = {"tolerated", "refused"};
inline constexpr std::array<std::string_view, 2> no_recipients_words = {"refusedAtOnce", "refusedAfterContent"};
inline constexpr std::array<std::string_view, 3> login_words = {"insideTls", "challengesBeforeTls", "beforeTls"};
inline constexpr std::array<std::string_view, 2> verdict_words = {"accept", "reject"};
inline constexpr std::array<std::string_view, 4> certificate_words = {"own", "expired", "wrongName", "selfSigned"};
inline constexpr std::array<std::string_view, 2> counted_words = {"session", "server"};
inline constexpr std::array<std::string_view, 2> per_words = {"client", "user"};

}  // namespace smtpscope::session
