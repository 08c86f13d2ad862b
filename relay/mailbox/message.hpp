#pragma once
// What the mailbox knows about a message beside its bytes. The bytes themselves stay exactly as
// the client sent them: what a delivering server would prepend (Return-Path, Received) is kept here.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "smtpscope/base/json.hpp"
#include "smtpscope/session/rules.hpp"

namespace smtpscope::mailbox {

enum class greeting_verb : std::uint8_t { helo, ehlo };

// The session's part of a message (RFC 5321 §2.3.1) and how the session stood when it ended.
struct envelope {
  std::string from;             // reverse-path's mailbox; "" for the null reverse-path
  std::vector<std::string> to;  // forward-paths' mailboxes, in the client's order
  session::link_security link = session::link_security::plain;
  std::string authenticated_as;  // "" without AUTH
  std::string client_name;       // argument of EHLO or HELO; "" when none was given on this link
  greeting_verb greeted_with = greeting_verb::ehlo;
};

struct stored_message {
  std::string id;  // letters, digits, ".", "-", "_": fit for a path of a URL and a file name
  std::chrono::system_clock::time_point received;
  std::uint64_t octets = 0;  // of the content, dots unstuffed
  std::string subject;       // UTF-8, decoded, at most max_subject_octets; "" when there is none
  mailbox::envelope envelope;
};

inline constexpr std::size_t max_subject_octets = 1000;

// The transmission type of RFC 3848: "SMTP", "ESMTP", "ESMTPS", "ESMTPA" or "ESMTPSA".
[[nodiscard]] std::string_view transmission_type(const envelope& e) noexcept;

// "2026-01-31T12:00:00.123Z".
[[nodiscard]] std::string utc_text(std::chrono::system_clock::time_point when);

// {"id","octets","from","to":[…],"received","subject","tls","authenticated_as","with","client_name"}.
[[nodiscard]] json to_json(const stored_message& m);
// The inverse, for what a store wrote. Error: invalid_json.
[[nodiscard]] result<stored_message> stored_message_from_json(const json& value);

// Collects the beginning of a message, as far as it is its header and within 64 KiB, to find the
// subject without holding the message.
class header_collector {
 public:
  void add(std::string_view content);
  // The first Subject field, encoded words decoded (RFC 2047).
  [[nodiscard]] std::string subject() const;

 private:
  std::string header_;
  bool complete_ = false;
};

}  // namespace smtpscope::mailbox
