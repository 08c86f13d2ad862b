#include "smtpscope/session/client_message.hpp"

#include <algorithm>

#include "smtpscope/base/limits.hpp"
#include "smtpscope/text/ascii.hpp"

namespace smtpscope::session {

namespace {

// RFC 5321 §2.3.8 and §4.5.3.1.6; RFC 5322 §2.1.1. The composer keeps all this; other callers may not.
status check_content(std::string_view content) {
  std::size_t line_start = 0;
  const auto fits = [&](std::size_t end) { return end - line_start <= limits::text_line_octets - 2; };
  for (std::size_t i = text::find_up_to_cr(content, 0); i < content.size(); i = text::find_up_to_cr(content, i + 1)) {
    const char octet = content[i];
    if (octet != '\r' && octet != '\n' && octet != '\0') continue;
    if (octet != '\r' || i + 1 == content.size() || content[i + 1] != '\n')
      return error{errc::invalid_argument, "the message has a CR or LF alone, or a NUL, at octet " + std::to_string(i) +
                                               "; lines must end with CRLF"};
    if (!fits(i)) break;
    line_start = ++i + 1;
  }
  if (fits(content.size())) return {};
  return error{errc::line_too_long, "the message's line at octet " + std::to_string(line_start) +
                                        " is longer than 998 octets; encode that part"};
}

constexpr wire::offered_parameters everything{true, true, true, true, true, true, true};

// What may be written to a server that offers all can be written: no value injects anything.
status check_parameters(const submission& mail) {
  if (!mail.recipient_parameters.empty() && mail.recipient_parameters.size() != mail.to.size())
    return error{errc::invalid_argument, "there must be as many recipient parameters as recipients, or none"};
  if (const auto written = wire::format_mail_parameters(mail.parameters, everything); !written) return written.why();
  for (const wire::rcpt_parameters& one : mail.recipient_parameters)
    if (const auto written = wire::format_rcpt_parameters(one, everything, wire::utf8::allowed); !written)
      return written.why();
  return {};
}

// The path's mailbox in ASCII, where only its domain was not (RFC 6531 §3.2).
result<std::string> in_ascii(const std::string& mailbox_text) {
  if (text::all_ascii(mailbox_text)) return mailbox_text;
  const auto parsed = wire::mailbox::parse(mailbox_text, wire::utf8::allowed);
  if (!parsed) return parsed.why();
  const auto ascii = parsed->to_ascii();
  if (!ascii) return ascii.why();
  return ascii->text();
}

bool only_smtputf8_helps(const submission& mail) {
  return mail.parameters.smtputf8 || !in_ascii(mail.from.mailbox_text()) ||
         std::any_of(mail.to.begin(), mail.to.end(),
                     [](const wire::forward_path& p) { return !in_ascii(p.mailbox_text()); });
}

wire::offered_parameters offered(const server_view& server) {
  wire::offered_parameters o = wire::offered_parameters::of(server.can);
  o.requiretls = o.requiretls && server.link == link_security::tls;  // RFC 8689 §2
  return o;
}

}  // namespace

result<client_message> client_message::create(submission mail) {
  if (mail.to.empty()) return error{errc::invalid_argument, "the message has no recipient"};
  if (status s = check_parameters(mail); !s) return s.why();
  if (mail.parameters.body != wire::body_type::binarymime)
    if (status s = check_content(mail.content); !s) return s.why();
  if (status s = check_content(mail.seven_bit_content); !s) return s.why();
  if (!text::all_ascii(mail.seven_bit_content))
    return error{errc::invalid_argument, "the variant in seven bits has octets over 127"};
  return client_message{std::move(mail)};
}

client_message::client_message(submission mail)
    : mail_(std::move(mail)),
      eight_bit_(!text::all_ascii(mail_.content)),
      utf8_envelope_(mail_.from.needs_smtputf8() ||
                     std::any_of(mail_.to.begin(), mail_.to.end(),
                                 [](const wire::forward_path& p) { return p.needs_smtputf8(); })),
      needs_smtputf8_(only_smtputf8_helps(mail_)) {}

message_facts client_message::facts(const server_view& server) const {
  const bool seven = uses_seven_bit(server);
  message_facts f;
  f.content_is_binary = is_binary() && !seven;
  f.binary_possible = server.can.binarymime && server.options.chunks != chunking::never;
  f.content_is_eight_bit = eight_bit_ && !is_binary() && !seven;
  f.eight_bit_offered = server.can.eight_bit_mime;
  f.needs_smtputf8 = needs_smtputf8_;
  f.smtputf8_offered = server.can.smtputf8;
  f.needs_requiretls = mail_.parameters.requiretls;
  f.requiretls_possible = offered(server).requiretls;
  const std::uint64_t most = server.can.size.value_or(0);  // RFC 1870 §4: 0 is no fixed limit
  f.too_large =
      server.options.size == size_check::here && most != 0 && octets_of(content(server), end_of(server)) > most;
  return f;
}

bool client_message::uses_seven_bit(const server_view& server) const {
  if (mail_.seven_bit_content.empty()) return false;
  if (is_binary()) return !server.can.binarymime || server.options.chunks == chunking::never;
  return eight_bit_ && !server.can.eight_bit_mime;
}

std::string_view client_message::content(const server_view& server) const {
  return uses_seven_bit(server) ? mail_.seven_bit_content : mail_.content;
}

last_line client_message::end_of(const server_view& server) const {
  return is_binary() && !uses_seven_bit(server) ? last_line::as_it_is : last_line::completed;
}

bool client_message::in_chunks(const server_view& server) const {
  if (is_binary() && !uses_seven_bit(server)) return true;  // RFC 3030 §3
  return server.options.chunks == chunking::when_offered && server.can.chunking;
}

result<client_message::argument> client_message::mail_argument(const server_view& server) const {
  wire::mail_parameters p = mail_.parameters;
  if (server.can.size) p.size = octets_of(content(server), end_of(server));
  if (uses_seven_bit(server)) p.body = wire::body_type::none;
  if (eight_bit_ && !is_binary() && !uses_seven_bit(server)) p.body = wire::body_type::eight_bit_mime;  // RFC 6152 §3
  p.smtputf8 = needs_smtputf8_ || (utf8_envelope_ && server.can.smtputf8);
  const auto written = wire::format_mail_parameters(p, offered(server));
  if (!written) return written.why();
  result<std::string> path =
      p.smtputf8 ? result<std::string>{mail_.from.mailbox_text()} : in_ascii(mail_.from.mailbox_text());
  if (!path) return path.why();
  return argument{"FROM:<" + *path + ">" + written->text, p.smtputf8 ? wire::utf8::allowed : wire::utf8::refused,
                  written->left_out};
}

result<client_message::argument> client_message::rcpt_argument(const server_view& server, std::size_t recipient) const {
  const bool utf8 = needs_smtputf8_ || (utf8_envelope_ && server.can.smtputf8);
  const wire::utf8 beyond = utf8 ? wire::utf8::allowed : wire::utf8::refused;
  wire::written_parameters written;
  if (!mail_.recipient_parameters.empty()) {
    auto made = wire::format_rcpt_parameters(mail_.recipient_parameters[recipient], offered(server), beyond);
    if (!made) return made.why();
    written = std::move(*made);
  }
  const std::string& text = mail_.to[recipient].mailbox_text();
  result<std::string> path = utf8 ? result<std::string>{text} : in_ascii(text);
  if (!path) return path.why();
  return argument{"TO:<" + *path + ">" + written.text, beyond, written.left_out};
}

}  // namespace smtpscope::session
