#pragma once
// One message to be delivered: what it needs of a server, which variant of its content goes, and the
// arguments of its MAIL and RCPT.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "smtpscope/base/result.hpp"
#include "smtpscope/session/client_choices.hpp"
#include "smtpscope/session/client_content.hpp"
#include "smtpscope/session/client_options.hpp"
#include "smtpscope/wire/capabilities.hpp"
#include "smtpscope/wire/parameters.hpp"

namespace smtpscope::session {

// What the server can do and how far it may be used.
struct server_view {
  const wire::capabilities& can;
  link_security link;
  const client_options& options;
};

class client_message {
 public:
  // Errors: invalid_argument (no recipient, parameters that do not fit the recipients or cannot be
  // written, content with a bare CR or LF or a NUL), line_too_long (over 998 octets); and those of
  // wire::format_mail_parameters.
  [[nodiscard]] static result<client_message> create(submission mail);

  [[nodiscard]] const submission& mail() const noexcept { return mail_; }
  // Facts for before_mail(), but for mail_limit_reached.
  [[nodiscard]] message_facts facts(const server_view& server) const;
  // The content that goes to this server; the view lives as long as the message.
  [[nodiscard]] std::string_view content(const server_view& server) const;
  // Whether a missing CRLF at its end is added.
  [[nodiscard]] last_line end_of(const server_view& server) const;
  // Whether that is the variant in seven bits.
  [[nodiscard]] bool uses_seven_bit(const server_view& server) const;
  // BDAT and not DATA.
  [[nodiscard]] bool in_chunks(const server_view& server) const;

  // "FROM:<…> SIZE=…" and "TO:<…> …", and what was asked for and is not offered. Errors: those of
  // the wire's writers.
  struct argument {
    std::string text;
    wire::utf8 beyond_ascii = wire::utf8::refused;
    std::vector<std::string_view> left_out;
  };
  [[nodiscard]] result<argument> mail_argument(const server_view& server) const;
  [[nodiscard]] result<argument> rcpt_argument(const server_view& server, std::size_t recipient) const;

 private:
  explicit client_message(submission mail);
  [[nodiscard]] bool is_binary() const noexcept { return mail_.parameters.body == wire::body_type::binarymime; }

  submission mail_;
  bool eight_bit_;       // octets over 127 in the content
  bool utf8_envelope_;   // octets over 127 in a path
  bool needs_smtputf8_;  // and A-labels do not help, or the header needs it
};

}  // namespace smtpscope::session
