#include "smtpscope/base/limits.hpp"
#include "smtpscope/text/ascii.hpp"
#include "smtpscope/text/utf8.hpp"
#include "smtpscope/text/xtext.hpp"
#include "smtpscope/wire/address.hpp"
#include "smtpscope/wire/parameters.hpp"

namespace smtpscope::wire {
namespace {

error bad(std::string detail) { return {errc::invalid_argument, std::move(detail)}; }

// Encoding would hide a line break on the wire and let it out again in a notification.
status check_controls(std::string_view text, const char* where) {
  for (const char c : text)
    if (text::is_control(c))
      return error{errc::forbidden_character, std::string("a control character stands in ") + where};
  return {};
}

status check_printable(std::string_view text, const char* where) {
  if (status ok = check_controls(text, where); !ok) return ok;
  if (!text::all_ascii(text)) return bad(std::string("a character outside ASCII stands in ") + where);
  return {};
}

class writer {
 public:
  void add(std::string_view keyword, std::string_view value = {}) {
    out.text += ' ';
    out.text += keyword;
    if (value.empty()) return;
    out.text += '=';
    out.text += value;
  }
  // Adds what is offered, notes what is not.
  void add_if(bool offered, std::string_view keyword, std::string_view value) {
    if (offered)
      add(keyword, value);
    else
      out.left_out.push_back(keyword);
  }
  written_parameters out;
};

status write_body(writer& w, body_type body, const offered_parameters& offered) {
  switch (body) {
    case body_type::none: return {};
    case body_type::seven_bit: w.add_if(offered.eight_bit_mime || offered.binarymime, "BODY", "7BIT"); return {};
    case body_type::eight_bit_mime:
      if (!offered.eight_bit_mime)
        return error{errc::unsupported, "the server does not take 8-bit text (8BITMIME); convert the message first"};
      w.add("BODY", "8BITMIME");
      return {};
    case body_type::binarymime:
      if (!offered.binarymime)
        return error{errc::unsupported, "the server does not take binary text (BINARYMIME); convert the message first"};
      w.add("BODY", "BINARYMIME");
      return {};
  }
  return bad("there is no such BODY");
}

status write_auth(writer& w, const std::string& mailbox_text, const offered_parameters& offered, utf8 beyond_ascii) {
  std::string value = "<>";
  if (!mailbox_text.empty()) {
    auto m = mailbox::parse(mailbox_text, beyond_ascii);
    if (!m) return m.why();
    value = text::xtext_encode(m->text());
  }
  if (value.size() > limits::auth_parameter_octets) return bad("AUTH= is longer than 500 octets");
  w.add_if(offered.auth, "AUTH", value);
  return {};
}

status write_envid(writer& w, const std::string& envid, const offered_parameters& offered) {
  if (status ok = check_printable(envid, "ENVID"); !ok) return ok;
  const std::string value = text::xtext_encode(envid);
  if (value.empty() || value.size() > limits::envid_octets) return bad("ENVID must have 1 to 100 octets when encoded");
  w.add_if(offered.dsn, "ENVID", value);
  return {};
}

status write_notify(writer& w, const notify_request& n, const offered_parameters& offered) {
  if (n.never && (n.success || n.failure || n.delay)) return bad("NOTIFY=NEVER must stand alone");
  std::string value;
  const auto word = [&value](bool asked, std::string_view name) {
    if (!asked) return;
    if (!value.empty()) value += ',';
    value += name;
  };
  word(n.never, "NEVER");
  word(n.success, "SUCCESS");
  word(n.failure, "FAILURE");
  word(n.delay, "DELAY");
  if (!value.empty()) w.add_if(offered.dsn, "NOTIFY", value);
  return {};
}

status write_orcpt(writer& w, const original_recipient& r, const offered_parameters& offered, utf8 beyond_ascii) {
  const bool unicode = text::iequals(r.type, "utf-8");
  if (status ok = check_printable(r.type, "the type of ORCPT"); !ok) return ok;
  if (!unicode) {
    if (status ok = check_printable(r.address, "ORCPT, whose type is not utf-8"); !ok) return ok;
  } else {
    if (status ok = check_controls(r.address, "ORCPT"); !ok) return ok;
    if (!text::is_utf8(r.address)) return bad("ORCPT is not UTF-8");
  }
  const std::string address =
      unicode ? text::unitext_encode(r.address,
                                     beyond_ascii == utf8::allowed ? text::unitext::utf8 : text::unitext::seven_bit)
              : text::xtext_encode(r.address);
  if (status ok = check_orcpt(r.type, address); !ok) return ok;
  w.add_if(offered.dsn, "ORCPT", r.type + ";" + address);
  return {};
}

}  // namespace

result<written_parameters> format_mail_parameters(const mail_parameters& wanted, const offered_parameters& offered) {
  writer w;
  if (wanted.size) w.add_if(offered.size, "SIZE", std::to_string(*wanted.size));
  if (status ok = write_body(w, wanted.body, offered); !ok) return ok.why();
  if (wanted.smtputf8) {
    if (!offered.smtputf8)
      return error{errc::unsupported, "the server does not take addresses and headers in UTF-8 (SMTPUTF8)"};
    w.add("SMTPUTF8");
  }
  if (wanted.auth) {
    const utf8 beyond_ascii = wanted.smtputf8 ? utf8::allowed : utf8::refused;
    if (status ok = write_auth(w, *wanted.auth, offered, beyond_ascii); !ok) return ok.why();
  }
  if (wanted.ret != ret_type::none) w.add_if(offered.dsn, "RET", wanted.ret == ret_type::full ? "FULL" : "HDRS");
  if (wanted.envid)
    if (status ok = write_envid(w, *wanted.envid, offered); !ok) return ok.why();
  if (wanted.requiretls) {
    if (!offered.requiretls)
      return error{errc::unsupported, "the server does not promise TLS on the whole way (REQUIRETLS)"};
    w.add("REQUIRETLS");
  }
  return std::move(w.out);
}

result<written_parameters> format_rcpt_parameters(const rcpt_parameters& wanted, const offered_parameters& offered,
                                                  utf8 beyond_ascii) {
  writer w;
  if (status ok = write_notify(w, wanted.notify, offered); !ok) return ok.why();
  if (wanted.orcpt)
    if (status ok = write_orcpt(w, *wanted.orcpt, offered, beyond_ascii); !ok) return ok.why();
  return std::move(w.out);
}

}  // namespace smtpscope::wire
