#pragma once
// A policy document: all that makes a server of ours what it is, in one JSON text. Personalities are
// such documents (shared/personalities), and so is what a user writes; shared/policy.schema.json is
// their schema, shared/README.md their manual.
//
// A document is laid over a profile: what it leaves out stays as it was.

#include <cstddef>
#include <string>
#include <string_view>

#include "smtpscope/base/json.hpp"
#include "smtpscope/base/result.hpp"
#include "smtpscope/session/policy_rules.hpp"
#include "smtpscope/session/server_options.hpp"
#include "smtpscope/session/server_policy.hpp"

namespace smtpscope::session {

struct server_profile {
  std::string name;   // of a personality
  std::string about;  // a sentence for people
  // The host's own are link, random, asks and client_address: no document sets them.
  server_options options;
  server_policy policy;
  policy_rules rules;
};

inline constexpr std::size_t most_profile_octets = 1024 * 1024;

// Lays the document `text` over `base`. `base` is to be a profile that server_session::create() takes.
// Errors: invalid_json (no JSON), invalid_argument; the detail begins with the JSON pointer (RFC 6901)
// of the member that is wrong and says what is expected. No password stands in it.
[[nodiscard]] result<server_profile> read_profile(std::string_view text, server_profile base = {});
// The same for a document that is parsed already.
[[nodiscard]] result<server_profile> read_profile_document(const json& document, server_profile base = {});

// Whether users' passwords are written. A document without them is refused when it is read.
enum class passwords : std::uint8_t { left_out, written };

// Every member of a document: laid over a server_profile{}, it makes the same profile again.
[[nodiscard]] json write_profile(const server_profile& profile, passwords secrets = passwords::left_out);

}  // namespace smtpscope::session
