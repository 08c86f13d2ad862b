#include "smtpscope/wire/parameters.hpp"

#include <algorithm>
#include <array>

#include "smtpscope/base/limits.hpp"
#include "smtpscope/text/ascii.hpp"
#include "smtpscope/text/utf8.hpp"
#include "smtpscope/text/xtext.hpp"
#include "smtpscope/wire/address.hpp"

namespace smtpscope::wire {
namespace {

error bad(std::string detail) { return {errc::invalid_argument, std::move(detail)}; }
error not_offered(std::string detail) { return {errc::unsupported, std::move(detail)}; }

bool comes_again(const std::vector<parameter>& given, std::size_t index) noexcept {
  const auto end = given.begin() + static_cast<std::ptrdiff_t>(index);
  return std::any_of(given.begin(), end,
                     [&](const parameter& earlier) { return text::iequals(earlier.keyword, given[index].keyword); });
}

// Printable ASCII with blanks: what a notification can repeat (RFC 3461 §4.2, §4.4).
bool is_printable(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 127; });
}

// ---- MAIL ---------------------------------------------------------------------------------------

status read_size(mail_parameters& out, std::string_view value) {
  // RFC 1870 §3: 1*20DIGIT. Such a number may be larger than 64 bits hold.
  if (value.empty() || value.size() > 20 || !std::all_of(value.begin(), value.end(), text::is_digit))
    return bad("SIZE must be a number of octets");
  std::uint64_t octets = 0;
  for (const char digit : value) {
    const auto d = static_cast<std::uint64_t>(digit - '0');
    octets = octets > (UINT64_MAX - d) / 10 ? UINT64_MAX : octets * 10 + d;
  }
  out.size = octets;
  return {};
}

status read_body(mail_parameters& out, std::string_view value, const offered_parameters& offered) {
  if (text::iequals(value, "7BIT"))
    out.body = body_type::seven_bit;
  else if (text::iequals(value, "8BITMIME"))
    out.body = body_type::eight_bit_mime;
  else if (text::iequals(value, "BINARYMIME"))
    out.body = body_type::binarymime;
  else
    return bad("BODY must be 7BIT, 8BITMIME or BINARYMIME");
  if (out.body == body_type::binarymime && !offered.binarymime)
    return not_offered("BODY=BINARYMIME is not offered here");
  if (out.body == body_type::eight_bit_mime && !offered.eight_bit_mime)
    return not_offered("BODY=8BITMIME is not offered here");
  return {};
}

// RFC 4954 §5: "<>", or a mailbox as xtext.
status read_auth(mail_parameters& out, std::string_view value) {
  out.auth.emplace();
  if (value == "<>") return {};
  if (value.size() > limits::auth_parameter_octets) return bad("AUTH= is longer than 500 octets");
  auto decoded = text::xtext_decode(value);
  if (!decoded) return bad("AUTH= is no xtext");
  if (!mailbox::parse(*decoded, out.smtputf8 ? utf8::allowed : utf8::refused))
    return bad("AUTH= is neither <> nor an address");
  out.auth = std::move(*decoded);
  return {};
}

status read_ret(mail_parameters& out, std::string_view value) {
  if (text::iequals(value, "FULL"))
    out.ret = ret_type::full;
  else if (text::iequals(value, "HDRS"))
    out.ret = ret_type::hdrs;
  else
    return bad("RET must be FULL or HDRS");
  return {};
}

status read_envid(mail_parameters& out, std::string_view value) {
  if (value.empty() || value.size() > limits::envid_octets) return bad("ENVID must have 1 to 100 octets");
  auto decoded = text::xtext_decode(value);
  if (!decoded) return bad("ENVID is no xtext");
  if (!is_printable(*decoded)) return bad("ENVID must encode printable ASCII");
  out.envid = std::move(*decoded);
  return {};
}

status read_flag(bool& out, const parameter& p) {
  if (p.value) return bad("SMTPUTF8 and REQUIRETLS take no value");
  out = true;
  return {};
}

status read_mail_parameter(mail_parameters& out, const parameter& p, const offered_parameters& offered) {
  const auto is = [&](std::string_view known) { return text::iequals(p.keyword, known); };
  const std::string_view value = p.value ? std::string_view(*p.value) : std::string_view();
  if (is("SIZE") && offered.size) return read_size(out, value);
  if (is("BODY") && (offered.eight_bit_mime || offered.binarymime)) return read_body(out, value, offered);
  if (is("SMTPUTF8") && offered.smtputf8) return read_flag(out.smtputf8, p);
  if (is("AUTH") && offered.auth) return read_auth(out, value);
  if (is("RET") && offered.dsn) return read_ret(out, value);
  if (is("ENVID") && offered.dsn) return read_envid(out, value);
  if (is("REQUIRETLS") && offered.requiretls) return read_flag(out.requiretls, p);
  return not_offered("MAIL has a parameter that is not known or not offered here");
}

// ---- RCPT ---------------------------------------------------------------------------------------

status read_notify(rcpt_parameters& out, std::string_view value) {
  notify_request& n = out.notify;
  for (bool more = true; more;) {
    const std::size_t comma = value.find(',');
    const std::string_view word = value.substr(0, comma);
    bool* asked = text::iequals(word, "NEVER")     ? &n.never
                  : text::iequals(word, "SUCCESS") ? &n.success
                  : text::iequals(word, "FAILURE") ? &n.failure
                  : text::iequals(word, "DELAY")   ? &n.delay
                                                   : nullptr;
    if (asked == nullptr || *asked) return bad("NOTIFY must be NEVER, or SUCCESS, FAILURE and DELAY each at most once");
    *asked = true;
    more = comma != std::string_view::npos;
    if (more) value.remove_prefix(comma + 1);
  }
  if (n.never && (n.success || n.failure || n.delay)) return bad("NOTIFY=NEVER must stand alone");
  return {};
}

// An atom (RFC 3461 §4.2) that stands before the semicolon.
bool is_address_type(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return text::is_alnum(c) || std::string_view("!#$%&'*-/?^_`{|}~").find(c) != std::string_view::npos;
  });
}

status read_orcpt(rcpt_parameters& out, std::string_view value, utf8 beyond_ascii) {
  const std::size_t semicolon = std::min(value.find(';'), value.size());
  original_recipient r{std::string(value.substr(0, semicolon)), {}};
  const std::string_view address = value.substr(std::min(semicolon + 1, value.size()));
  if (status ok = check_orcpt(r.type, address); !ok) return ok;
  const bool unicode = text::iequals(r.type, "utf-8");
  if (!text::all_ascii(address) && (!unicode || beyond_ascii == utf8::refused))
    return bad("ORCPT holds a character outside ASCII");
  auto decoded = unicode ? text::unitext_decode(address) : text::xtext_decode(address);
  if (!decoded) return bad("ORCPT is not encoded as its type demands");
  if (!unicode && !is_printable(*decoded)) return bad("ORCPT must encode printable ASCII");
  r.address = std::move(*decoded);
  out.orcpt = std::move(r);
  return {};
}

status read_rcpt_parameter(rcpt_parameters& out, const parameter& p, const offered_parameters& offered,
                           utf8 beyond_ascii) {
  const std::string_view value = p.value ? std::string_view(*p.value) : std::string_view();
  if (text::iequals(p.keyword, "NOTIFY") && offered.dsn) return read_notify(out, value);
  if (text::iequals(p.keyword, "ORCPT") && offered.dsn) return read_orcpt(out, value, beyond_ascii);
  return not_offered("RCPT has a parameter that is not known or not offered here");
}

}  // namespace

status check_orcpt(std::string_view type, std::string_view encoded_address) {
  if (type.size() + 1 + encoded_address.size() > limits::orcpt_octets) return bad("ORCPT is longer than 500 octets");
  if (!is_address_type(type) || encoded_address.empty())
    return bad("ORCPT must be a type, a semicolon and an address, as in rfc822;name@domain");
  return {};
}

offered_parameters offered_parameters::of(const capabilities& c) noexcept {
  offered_parameters o;
  o.size = c.size.has_value();
  o.eight_bit_mime = c.eight_bit_mime;
  o.binarymime = c.binarymime;
  o.smtputf8 = c.smtputf8;
  o.auth = !c.auth.empty();
  o.dsn = c.dsn;
  o.requiretls = c.requiretls;
  return o;
}

result<mail_parameters> parse_mail_parameters(const std::vector<parameter>& given, const offered_parameters& offered) {
  mail_parameters out;
  // Known before AUTH= is read, wherever it stands.
  out.smtputf8 = offered.smtputf8 && std::any_of(given.begin(), given.end(), [](const parameter& p) {
                   return text::iequals(p.keyword, "SMTPUTF8");
                 });
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (status ok = read_mail_parameter(out, given[i], offered); !ok) return ok.why();
    if (comes_again(given, i)) return bad("a parameter of MAIL stands twice");
  }
  return out;
}

result<rcpt_parameters> parse_rcpt_parameters(const std::vector<parameter>& given, const offered_parameters& offered,
                                              utf8 beyond_ascii) {
  rcpt_parameters out;
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (comes_again(given, i)) return bad("a parameter of RCPT stands twice");
    if (status ok = read_rcpt_parameter(out, given[i], offered, beyond_ascii); !ok) return ok.why();
  }
  return out;
}

reply refusal_of_parameters(const error& why) {
  const int code = why.code == errc::unsupported ? 555 : 501;
  return {code, enhanced_code{5, 5, 4}, {why.detail}};
}

}  // namespace smtpscope::wire
