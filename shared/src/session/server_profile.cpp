#include "smtpscope/session/server_profile.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "profile_members.hpp"
#include "profile_rules.hpp"
#include "profile_words.hpp"
#include "smtpscope/sasl/mechanism.hpp"
#include "smtpscope/text/ascii.hpp"
#include "smtpscope/wire/address.hpp"

namespace smtpscope::session {

namespace {

constexpr std::size_t most_name_octets = 100;
constexpr std::size_t most_about_octets = 1000;
constexpr std::size_t most_users = 1000;
constexpr std::size_t most_mailboxes = 10'000;
constexpr std::size_t most_lists = 100;
constexpr std::size_t most_members = 1000;
constexpr std::size_t most_mechanisms = 40;
constexpr std::size_t most_address_octets = 512;  // with a person's name
constexpr std::size_t most_password_octets = 1000;
constexpr std::uint32_t most_limit = 999'999;  // RFC 9422 §4
constexpr std::uint64_t most_octets = std::numeric_limits<std::int64_t>::max();
constexpr std::uint32_t most_recipients = 100'000;

void read_head(profile_members& m, server_profile& p) {
  std::string kind;
  m.text("smtpscope", kind, most_name_octets);
  if (kind != "policy") m.fail("smtpscope", "\"policy\": this document is no policy");
  std::uint32_t version = 0;
  m.number("version", version, 1, 1);
  if (version != 1) m.fail("version", "1");
  m.text("name", p.name, most_name_octets);
  m.text("about", p.about, most_about_octets);
  m.text("hostName", p.options.host_name, most_about_octets);
  if (m.find("hostName") != nullptr && !wire::is_domain_or_literal(p.options.host_name))
    m.fail("hostName", "a domain or an address literal, such as mail.example");
  m.text("sessionId", p.options.session_id, most_name_octets);
  for (const char c : p.options.session_id)
    if (!text::is_alnum(c) && c != '-' && c != '.') return m.fail("sessionId", "letters, digits, \"-\" and \".\" only");
}

void read_extensions(profile_members& m, server_options& o) {
  std::vector<std::string> names;
  if (m.find("extensions") == nullptr) return;
  m.texts("extensions", names, extension_count, most_name_octets);
  extension_list list;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto e = extension_named(names[i]);
    if (!e || list.offers(*e))
      return m.fail_at(m.at("extensions", i),
                       e ? "each extension once"
                         : "PIPELINING, SIZE, 8BITMIME, ENHANCEDSTATUSCODES, STARTTLS, AUTH, CHUNKING, BINARYMIME, "
                           "SMTPUTF8, DSN, REQUIRETLS, LIMITS, VRFY, EXPN or HELP, without values");
    list.add(*e);
  }
  o.extensions = std::move(list);
}

// Names that nobody here can carry out may be announced all the same, as Gmail does.
void read_mechanisms(profile_members& m, server_options& o) {
  std::vector<std::string> names;
  if (m.find("mechanisms") == nullptr) return;
  m.texts("mechanisms", names, most_mechanisms, 20);  // RFC 4422 §3.1
  o.mechanisms.clear();
  o.announced_mechanisms.clear();
  for (std::size_t i = 0; i < names.size(); ++i) {
    for (const char c : names[i])
      if (!text::is_digit(c) && !(c >= 'A' && c <= 'Z') && c != '-' && c != '_')
        return m.fail_at(m.at("mechanisms", i), "a SASL mechanism in capital letters, such as PLAIN");
    if (sasl::find_mechanism(names[i]) != nullptr) o.mechanisms.push_back(names[i]);
  }
  if (o.mechanisms.size() != names.size()) o.announced_mechanisms = std::move(names);
}

void read_login(profile_members& m, server_options& o) {
  std::uint8_t when = o.auth_on_plain_link == offer::yes ? 2 : o.challenges_on_plain_link == offer::yes ? 1 : 0;
  m.choice("logins", when, login_words);
  o.auth_on_plain_link = when == 2 ? offer::yes : offer::no;
  o.challenges_on_plain_link = when == 1 ? offer::yes : offer::no;
}

void read_requirements(profile_members& m, server_options& o) {
  const json* value = m.find("require");
  if (value == nullptr) return;
  profile_members r{*value, m.at("require"), m.problem()};
  r.yes_or_no("tls", o.tls_before_mail);
  r.yes_or_no("auth", o.auth_before_mail);
  r.yes_or_no("helloAfterTls", o.hello_after_tls);
  r.done();
}

void read_limits(profile_members& m, server_options& o) {
  const json* value = m.find("limits");
  if (value == nullptr) return;
  profile_members l{*value, m.at("limits"), m.problem()};
  l.number("messageOctets", o.max_message_octets, 1, most_octets);
  auto recipients = static_cast<std::uint32_t>(o.max_recipients);
  l.number("recipients", recipients, 1, most_recipients);
  o.max_recipients = recipients;
  l.optional_number("mailmax", o.limits_line.mailmax, 1, most_limit);
  l.optional_number("rcptmax", o.limits_line.rcptmax, 1, most_limit);
  l.optional_number("rcptdomainmax", o.limits_line.rcptdomainmax, 1, most_limit);
  l.done();
}

void read_content(profile_members& m, server_options& o) {
  const json* value = m.find("content");
  if (value == nullptr) return;
  profile_members c{*value, m.at("content"), m.problem()};
  c.choice("bareNewlines", o.content.newlines, newline_words);
  c.choice("nul", o.content.nul, odd_content_words);
  c.choice("longLines", o.content.long_lines, odd_content_words);
  c.done();
}

// Success must stay success, and a refusal a refusal: the words never say what is not so.
bool same_sense(const wire::reply& r, reply_key key) {
  const int own_class = own(key).code / 100;
  const int given = r.code / 100;
  return own_class >= 4 ? given >= 4 : given == own_class;
}

void read_replies(profile_members& m, reply_texts& texts) {
  const json* value = m.find("replies");
  if (value == nullptr) return;
  profile_members inner{*value, m.at("replies"), m.problem()};
  if (!value->is_object()) return;
  for (const auto& [key, written] : value->items()) {
    const auto known = reply_key_named(key);
    if (!known) {
      std::string detail = inner.at(key) + ": no such reply; known are";
      for (const own_reply& one : own_replies) detail.append(" ").append(one.name);
      return inner.refuse(std::move(detail));
    }
    const auto r = read_reply(written, inner.at(key), m.problem());
    if (!r) return;
    if (!same_sense(*r, *known))
      return inner.fail(key, own(*known).code >= 400 ? "a refusal" : "a reply of the class that success has here");
    texts.set(*known, *r);
  }
}

void read_users(profile_members& m, server_policy& policy) {
  const json* list = m.array("users", most_users);
  if (list == nullptr) return;
  policy.users.clear();
  for (const json& one : *list) {
    profile_members u{one, m.at("users", policy.users.size()), m.problem()};
    user who;
    std::string password;
    u.text("name", who.name, most_address_octets);
    u.text("password", password, most_password_octets);
    const auto odd = [](char c) { return text::is_control(c); };
    if (who.name.empty() || std::any_of(who.name.begin(), who.name.end(), odd))
      u.fail("name", "a name without control characters");
    if (password.empty() || password.find('\0') != std::string::npos) u.fail("password", "a password without NUL");
    who.password = secret{std::move(password)};
    if (const status ok = check_user(who); !ok) m.refuse(m.at("users", policy.users.size()) + ": " + ok.why().detail);
    u.done();
    policy.users.push_back(std::move(who));
  }
}

// "a@b", "Name <a@b>", "@b" or "*".
bool is_mailbox_entry(const std::string& entry) {
  if (entry == "*") return true;
  if (entry.front() == '@') return wire::is_domain_or_literal(std::string_view{entry}.substr(1), wire::utf8::allowed);
  const std::size_t open = entry.rfind('<');
  if (open == std::string::npos || entry.back() != '>') return bool{wire::mailbox::parse(entry, wire::utf8::allowed)};
  return bool{wire::mailbox::parse(entry.substr(open + 1, entry.size() - open - 2), wire::utf8::allowed)};
}

void read_entries(profile_members& m, const char* key, std::vector<std::string>& out, std::size_t most) {
  if (m.find(key) == nullptr) return;
  m.texts(key, out, most, most_address_octets);
  for (std::size_t i = 0; i < out.size(); ++i)
    if (!is_mailbox_entry(out[i]))
      return m.fail_at(m.at(key, i), "an address, \"Name <address>\", \"@domain\" for all of a domain, or \"*\"");
}

void read_lists(profile_members& m, server_policy& policy) {
  const json* lists = m.array("lists", most_lists);
  if (lists == nullptr) return;
  policy.lists.clear();
  for (const json& one : *lists) {
    profile_members l{one, m.at("lists", policy.lists.size()), m.problem()};
    mailing_list list;
    l.text("address", list.address, most_address_octets);
    if (!wire::mailbox::parse(list.address, wire::utf8::allowed))
      l.fail("address", "an address, such as list@mail.example");
    read_entries(l, "members", list.members, most_members);
    l.done();
    policy.lists.push_back(std::move(list));
  }
}

// What members want of each other, whichever document they came from.
void check_together(profile_members& m, const server_options& o) {
  if (o.extensions.offers(extension::binarymime) && !o.extensions.offers(extension::chunking))
    m.fail("extensions", "CHUNKING beside BINARYMIME (RFC 3030 §3)");
  if (o.extensions.offers(extension::smtputf8) && !o.extensions.offers(extension::eight_bit_mime))
    m.fail("extensions", "8BITMIME beside SMTPUTF8 (RFC 6531 §3.1)");
  const session_limits& l = o.limits_line;
  if (o.extensions.offers(extension::limits) && !l.mailmax && !l.rcptmax && !l.rcptdomainmax)
    m.fail("limits", "mailmax, rcptmax or rcptdomainmax for LIMITS to name");
}

}  // namespace

result<server_profile> read_profile(std::string_view text, server_profile base) {
  if (text.size() > most_profile_octets)
    return error{errc::invalid_argument,
                 "the document: expected at most " + std::to_string(most_profile_octets) + " octets"};
  const auto document = parse_json(text);
  if (!document) return error{document.why().code, "the document: " + document.why().detail};
  return read_profile_document(*document, std::move(base));
}

result<server_profile> read_profile_document(const json& document, server_profile base) {
  profile_problem problem;
  profile_members m{document, "", problem};
  server_options& o = base.options;
  read_head(m, base);
  read_extensions(m, o);
  m.yes_or_no("ehlo", o.extended_hello);
  read_mechanisms(m, o);
  read_login(m, o);
  read_requirements(m, o);
  m.choice("vrfy", o.vrfy, lookup_words);
  read_limits(m, o);
  read_content(m, o);
  m.choice("earlyInput", o.early, early_words);
  m.choice("dataWithoutRecipients", o.no_recipients, no_recipients_words);
  read_replies(m, o.replies);
  read_users(m, base.policy);
  read_entries(m, "mailboxes", base.policy.mailboxes, most_mailboxes);
  read_lists(m, base.policy);
  m.choice("anonymousLogins", base.policy.anonymous, verdict_words);
  read_rules(m, base.rules);
  m.done();
  check_together(m, o);
  if (problem) return *problem;
  return base;
}

}  // namespace smtpscope::session
