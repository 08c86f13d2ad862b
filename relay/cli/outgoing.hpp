#pragma once
// The message that `send` sends: composed of what was typed, or read from a file as it is.

#include <string>
#include <vector>

#include "smtpscope/base/result.hpp"
#include "smtpscope/session/client_session.hpp"

namespace smtpscope::cli {

struct typed_message {
  std::string from;             // "a@b", "Name <a@b>"; "<>" with eml only
  std::vector<std::string> to;  // each a list of such
  std::string subject;
  std::string text;              // the text itself …
  std::string text_file;         // … or where it stands; "-": standard input
  std::vector<std::string> eml;  // or whole messages, one after another; "-": standard input
};

struct outgoing {
  std::vector<session::submission> mails;
  // Why there is no variant of them in seven bits, where they would need one: "--eml FILE: …".
  std::vector<std::string> only_in_eight_bits;
};

// Reads or composes them; a message of octets over 127 gets its variant in seven bits. `ehlo_name` is the right side of
// the Message-ID. Lines of a file may end in LF or CRLF. Errors: invalid_argument and the codes of mime::compose(); the
// text names the option.
[[nodiscard]] result<outgoing> make_submissions(const typed_message& typed, const std::string& ehlo_name);

}  // namespace smtpscope::cli
