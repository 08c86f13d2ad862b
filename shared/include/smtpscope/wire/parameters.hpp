#pragma once
// The parameters of MAIL and RCPT as values: SIZE (RFC 1870), BODY (RFC 6152, RFC 3030), SMTPUTF8
// (RFC 6531), AUTH (RFC 4954 §5), RET, ENVID, NOTIFY, ORCPT (RFC 3461 §4) and REQUIRETLS (RFC 8689).
//
// A server parses them, a client formats them; both say which extensions are offered, and what is
// not offered is neither taken nor sent.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smtpscope/base/result.hpp"
#include "smtpscope/wire/capabilities.hpp"
#include "smtpscope/wire/command.hpp"
#include "smtpscope/wire/domain.hpp"
#include "smtpscope/wire/reply.hpp"

namespace smtpscope::wire {

// The extensions that bring parameters along.
struct offered_parameters {
  bool size = false;
  bool eight_bit_mime = false;
  bool binarymime = false;
  bool smtputf8 = false;
  bool auth = false;
  bool dsn = false;
  bool requiretls = false;  // offered only inside TLS (RFC 8689 §2)

  [[nodiscard]] static offered_parameters of(const capabilities& c) noexcept;
};

enum class body_type : std::uint8_t { none, seven_bit, eight_bit_mime, binarymime };
// What of the message a notification of failure returns.
enum class ret_type : std::uint8_t { none, full, hdrs };

struct mail_parameters {
  std::optional<std::uint64_t> size;  // octets with CRLFs, without stuffed dots; the largest number for any larger
  body_type body = body_type::none;
  bool smtputf8 = false;
  std::optional<std::string> auth;  // decoded: a mailbox, or "" for <>
  ret_type ret = ret_type::none;
  std::optional<std::string> envid;  // decoded: printable ASCII
  bool requiretls = false;
};

// NOTIFY: nothing asked, or never, or any of the three.
struct notify_request {
  bool never = false;
  bool success = false;
  bool failure = false;
  bool delay = false;
  [[nodiscard]] bool any() const noexcept { return never || success || failure || delay; }
};

// The recipient as the author wrote it.
struct original_recipient {
  std::string type = "rfc822";  // an atom; "utf-8" for an address outside ASCII (RFC 6533 §3)
  std::string address;          // decoded
};

struct rcpt_parameters {
  notify_request notify;
  std::optional<original_recipient> orcpt;
};

// Whether ORCPT may carry an address of this type (RFC 3461 §4.2), the address encoded already. Error:
// invalid_argument.
[[nodiscard]] status check_orcpt(std::string_view type, std::string_view encoded_address);

// Reads the parameters of MAIL. Errors: invalid_argument (a value that is not legal, a parameter
// that comes twice), unsupported (a parameter, or a BODY, that is not known or not offered).
[[nodiscard]] result<mail_parameters> parse_mail_parameters(const std::vector<parameter>& given,
                                                            const offered_parameters& offered);
// Reads the parameters of RCPT. With utf8::allowed (the transaction uses SMTPUTF8) ORCPT may hold
// UTF-8. Errors as above.
[[nodiscard]] result<rcpt_parameters> parse_rcpt_parameters(const std::vector<parameter>& given,
                                                            const offered_parameters& offered,
                                                            utf8 beyond_ascii = utf8::refused);
// The reply that such an error earns: 555 5.5.4 for what is not offered, else 501 5.5.4
// (RFC 5321 §4.1.1.11, RFC 5248).
[[nodiscard]] reply refusal_of_parameters(const error& why);

// What a client adds behind the path: "" or " KEYWORD=value KEYWORD…".
struct written_parameters {
  std::string text;
  // Keywords that were asked for and left out, as the server does not offer them and the message may
  // go without: SIZE, AUTH, BODY=7BIT, RET, ENVID, NOTIFY, ORCPT.
  std::vector<std::string_view> left_out;
};

// Errors: unsupported (without SMTPUTF8, BODY=8BITMIME, BODY=BINARYMIME or REQUIRETLS the message must
// not go, and the server does not offer it), forbidden_character (a control character in a value),
// invalid_address (AUTH), invalid_argument (a value that cannot be written).
[[nodiscard]] result<written_parameters> format_mail_parameters(const mail_parameters& wanted,
                                                                const offered_parameters& offered);
[[nodiscard]] result<written_parameters> format_rcpt_parameters(const rcpt_parameters& wanted,
                                                                const offered_parameters& offered,
                                                                utf8 beyond_ascii = utf8::refused);

}  // namespace smtpscope::wire
