#pragma once
// What a server does beyond its words, as data: faults, greylisting, rates. policy_engine.hpp carries
// it out, server_profile.hpp reads it from JSON.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smtpscope/base/time.hpp"
#include "smtpscope/session/decision.hpp"
#include "smtpscope/wire/reply.hpp"

namespace smtpscope::session {

// Where in a session a fault strikes: instead of the greeting, at a command that is legal and on
// offer, or at the answer to a whole message.
enum class fault_point : std::uint8_t {
  connect,
  ehlo,
  helo,
  starttls,
  auth,
  mail,
  rcpt,
  data,
  bdat,
  content,
  rset,
  noop,
  vrfy,
  expn,
  help,
  quit,
  any,
};
inline constexpr std::array<std::string_view, 17> fault_point_words = {
    "CONNECT", "EHLO", "HELO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "BDAT",
    "CONTENT", "RSET", "NOOP", "VRFY",     "EXPN", "HELP", "QUIT", "*"};

// Which of the commands that match are struck; they are numbered from 1.
enum class occurrence : std::uint8_t { each, nth, every, from };
// Where the numbers begin anew: with each session, or never while the server runs.
enum class counted_per : std::uint8_t { session, server };

struct fault {
  // When:
  fault_point at = fault_point::any;
  // MAIL, RCPT, VRFY, EXPN, CONTENT (any of the message's addresses); "" for all. "*" and "?" stand
  // for what they do in file names; domains compare without case. Without "@": any domain.
  std::string address;
  occurrence when = occurrence::each;
  std::uint32_t number = 1;  // of nth, every, from
  counted_per counted = counted_per::session;
  std::uint32_t percent = 100;  // 1 to 100; drawn from policy_rules::seed
  // What: one or several of these. A reply of the class that success has (3yz for DATA and AUTH, else
  // 2yz) replaces the words alone; with any other the command is not carried out. At AUTH one that ends a
  // login (ends_login) is said when the login is over, any other at once.
  std::optional<wire::reply> reply;
  afterwards then = afterwards::go_on;
  std::string garbage;
  std::optional<std::uint64_t> drop_after;                   // DATA, BDAT
  certificate_choice certificate = certificate_choice::own;  // STARTTLS; a handshake before the greeting counts as one
  milliseconds delay{0};
};

// A first attempt from a client, reverse-path and forward-path not seen before is put off with a
// 4yz; whoever comes again after `delay` is let through, and remembered. Who logged in is not asked.
struct greylisting {
  seconds delay{300};
  seconds remember{seconds{36 * 3600}};  // since it was seen last
  std::uint32_t triplets = 10'000;       // then the one that was not seen for longest is forgotten
  std::optional<wire::reply> reply;      // else 450 4.7.1
};

enum class rate_of : std::uint8_t { connections, failed_logins, messages, recipients };
inline constexpr std::array<std::string_view, 4> rate_of_words = {"connections", "failedLogins", "messages",
                                                                  "recipients"};
// The client's address, or who has logged in (messages and recipients only).
enum class rate_per : std::uint8_t { client, user };

// More than `most` within `window`, which begins with the first, are refused with a 4yz: CONNECT 421,
// AUTH 454 (RFC 4954 §6), MAIL and RCPT 450.
struct rate_limit {
  rate_of what = rate_of::messages;
  rate_per per = rate_per::client;
  std::uint32_t most = 1;
  seconds window{60};
  std::optional<wire::reply> reply;
};

struct policy_rules {
  std::uint64_t seed = 1;
  std::vector<fault> faults;  // the first that strikes counts
  std::optional<greylisting> greylist;
  std::vector<rate_limit> rates;

  [[nodiscard]] bool empty() const noexcept { return faults.empty() && !greylist && rates.empty(); }
};

// Bounds of a document, so that no rule can hold a server up or fill it.
inline constexpr std::size_t most_faults = 100;
inline constexpr std::size_t most_rates = 20;
inline constexpr std::size_t most_garbage_octets = 64 * 1024;
inline constexpr milliseconds longest_fault_delay{600'000};  // RFC 5321 §4.5.3.2.6: no client waits longer
inline constexpr std::uint32_t most_triplets = 100'000;
inline constexpr std::size_t most_rate_windows = 10'000;  // clients and users that are counted at a time
inline constexpr seconds longest_window{30 * 24 * 3600};

}  // namespace smtpscope::session
