// A profile as the members of a policy document; the other way is server_profile.cpp.

#include <utility>

#include "profile_members.hpp"
#include "profile_rules.hpp"
#include "profile_words.hpp"
#include "smtpscope/session/server_profile.hpp"

namespace smtpscope::session {

namespace {

json write_limits(const server_options& o) {
  json l = json::object();
  set(l, "messageOctets", o.max_message_octets);
  set(l, "recipients", o.max_recipients);
  const auto put = [&l](const char* key, const std::optional<std::uint32_t>& n) {
    set(l, key, n ? json(*n) : json(nullptr));
  };
  put("mailmax", o.limits_line.mailmax);
  put("rcptmax", o.limits_line.rcptmax);
  put("rcptdomainmax", o.limits_line.rcptdomainmax);
  return l;
}

json write_users(const server_policy& policy, passwords secrets) {
  json users = json::array();
  for (const user& u : policy.users) {
    json one = json::object();
    set(one, "name", u.name);
    if (secrets == passwords::written) set(one, "password", u.password.reveal());
    users.push_back(std::move(one));
  }
  return users;
}

json write_lists(const server_policy& policy) {
  json lists = json::array();
  for (const mailing_list& l : policy.lists) {
    json one = json::object();
    set(one, "address", l.address);
    set(one, "members", to_json(l.members));
    lists.push_back(std::move(one));
  }
  return lists;
}

template <class Enum, std::size_t Count>
std::string_view word(Enum value, const std::array<std::string_view, Count>& words) {
  return words[static_cast<std::size_t>(value)];
}

void write_options(json& out, const server_options& o) {
  json extensions = json::array();
  for (const extension e : o.extensions.in_order()) extensions.push_back(name(e));
  set(out, "extensions", std::move(extensions));
  set(out, "ehlo", o.extended_hello == offer::yes);
  set(out, "mechanisms", to_json(o.announced_mechanisms.empty() ? o.mechanisms : o.announced_mechanisms));
  const int login = o.auth_on_plain_link == offer::yes ? 2 : o.challenges_on_plain_link == offer::yes ? 1 : 0;
  set(out, "logins", word(login, login_words));
  json require = json::object();
  set(require, "tls", o.tls_before_mail == requirement::yes);
  set(require, "auth", o.auth_before_mail == requirement::yes);
  set(require, "helloAfterTls", o.hello_after_tls == requirement::yes);
  set(out, "require", std::move(require));
  set(out, "vrfy", word(o.vrfy, lookup_words));
  set(out, "limits", write_limits(o));
  json content = json::object();
  set(content, "bareNewlines", word(o.content.newlines, newline_words));
  set(content, "nul", word(o.content.nul, odd_content_words));
  set(content, "longLines", word(o.content.long_lines, odd_content_words));
  set(out, "content", std::move(content));
  set(out, "earlyInput", word(o.early, early_words));
  set(out, "dataWithoutRecipients", word(o.no_recipients, no_recipients_words));
  json replies = json::object();
  for (const reply_texts::entry& e : o.replies.all()) replies[std::string{name(e.key)}] = write_reply(e.reply);
  set(out, "replies", std::move(replies));
}

}  // namespace

json write_profile(const server_profile& profile, passwords secrets) {
  json out = json::object();
  set(out, "smtpscope", "policy");
  set(out, "version", 1);
  set(out, "name", profile.name);
  set(out, "about", profile.about);
  set(out, "hostName", profile.options.host_name);
  set(out, "sessionId", profile.options.session_id);
  write_options(out, profile.options);
  set(out, "users", write_users(profile.policy, secrets));
  set(out, "mailboxes", to_json(profile.policy.mailboxes));
  set(out, "lists", write_lists(profile.policy));
  set(out, "anonymousLogins", word(profile.policy.anonymous, verdict_words));
  write_rules(out, profile.rules);
  return out;
}

}  // namespace smtpscope::session
