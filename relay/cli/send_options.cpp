#include "relay/cli/send_options.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "relay/base/random.hpp"
#include "relay/net/certificate.hpp"
#include "smtpscope/sasl/mechanism.hpp"
#include "smtpscope/session/nonce.hpp"
#include "smtpscope/text/ascii.hpp"
#include "smtpscope/tunnel/host_name.hpp"

namespace smtpscope::cli {
namespace {

constexpr std::uint16_t submissions_port = 465;  // RFC 8314 §7.3: implicit TLS

error wrong(const std::string& option, const std::string& value, const std::string& why) {
  return {errc::invalid_argument, option + " " + value + ": " + why};
}

result<session::tls_policy> read_tls(const std::string& typed, std::uint16_t port) {
  using session::tls_policy;
  if (typed.empty()) return port == submissions_port ? tls_policy::implicit : tls_policy::starttls_required;
  if (typed == "implicit") return tls_policy::implicit;
  if (typed == "starttls") return tls_policy::starttls_required;
  if (typed == "opportunistic") return tls_policy::opportunistic;
  if (typed == "never") return tls_policy::never;
  return wrong("--tls", typed, "write implicit, starttls, opportunistic or never");
}

// Whether all of the named mechanisms do without a secret.
bool needs_no_secret(const std::vector<std::string>& mechanisms) {
  for (const std::string& name : mechanisms) {
    const sasl::mechanism_traits* known = sasl::find_mechanism(name);
    if (known == nullptr || (known->by != sasl::proof_by::nothing && known->by != sasl::proof_by::certificate))
      return false;
  }
  return !mechanisms.empty();
}

result<session::credentials> read_credentials(const typed_send& typed, const std::vector<std::string>& mechanisms) {
  session::credentials who{typed.user, secret(), session::secret_kind::password, typed.act_as};
  if (typed.password.named() && typed.token.named())
    return error{errc::invalid_argument, "a password and a token: give one of them"};
  if (!typed.password.named() && !typed.token.named() && needs_no_secret(mechanisms)) return who;
  if (typed.token.named()) who.kind = session::secret_kind::token;
  auto read = typed.token.named()      ? read_secret(typed.token, "--token")
              : typed.password.named() ? read_secret(typed.password, "--password")
                                       : ask_password(typed.user);
  if (!read) return read.why();
  who.password = std::move(*read);
  return who;
}

status read_login(const typed_send& typed, session::client_options& options) {
  if (typed.user.empty()) {
    if (typed.password.named() || typed.token.named())
      return error{errc::invalid_argument, "a secret without a name: add --user NAME"};
    if (!typed.mechanisms.empty()) return error{errc::invalid_argument, "--auth without a name: add --user NAME"};
    if (!typed.act_as.empty()) return error{errc::invalid_argument, "--act-as without a name: add --user NAME"};
    return {};
  }
  options.mechanisms.clear();
  for (const std::string& mechanism : typed.mechanisms) options.mechanisms.push_back(text::to_upper(mechanism));
  auto who = read_credentials(typed, options.mechanisms);
  if (!who) return who.why();
  options.auth = std::move(*who);
  if (typed.auth_without_tls) options.without_tls = session::cleartext_auth::allowed_by_name;
  if (typed.no_initial_response) options.ir = session::initial_response::withheld;
  return {};
}

status read_manner(const typed_send& typed, session::client_options& options) {
  if (typed.no_pipelining) options.groups = session::pipelining::never;
  constexpr std::string_view known[] = {
      "8BITMIME", "AUTH",       "BINARYMIME", "CHUNKING", "DSN",      "ENHANCEDSTATUSCODES",
      "LIMITS",   "PIPELINING", "REQUIRETLS", "SIZE",     "SMTPUTF8", "STARTTLS"};
  for (const std::string& extension : typed.without) {
    options.without.push_back(text::to_upper(extension));
    if (std::find(std::begin(known), std::end(known), options.without.back()) == std::end(known))
      return wrong("--without", extension,
                   fmt::format("write one of {}, as the server's answer to EHLO names it", fmt::join(known, ", ")));
  }
  if (typed.chunking == "never")
    options.chunks = session::chunking::never;
  else if (typed.chunking == "if-binary")
    options.chunks = session::chunking::if_binary;
  else if (typed.chunking == "when-offered")
    options.chunks = session::chunking::when_offered;
  else
    return wrong("--chunking", typed.chunking, "write never, if-binary or when-offered");
  return {};
}

// RFC 3461 §4.1: never, or any of the three with commas.
result<wire::notify_request> read_notify(const std::string& typed) {
  wire::notify_request asked;
  const std::pair<std::string_view, bool wire::notify_request::*> words[] = {
      {"success", &wire::notify_request::success},
      {"failure", &wire::notify_request::failure},
      {"delay", &wire::notify_request::delay},
      {"never", &wire::notify_request::never},
  };
  std::string_view rest = typed;
  while (!rest.empty()) {
    const std::string_view word = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    bool known = false;
    for (const auto& [name, member] : words)
      if (text::iequals(word, name)) known = asked.*member = true;
    if (!known) asked = {true, true, false, false};  // which is wrong in itself
  }
  if (asked.never && (asked.success || asked.failure || asked.delay))
    return wrong("--notify", typed, "write never, or some of success,failure,delay");
  return asked;
}

status read_notifications(const typed_send& typed, std::vector<session::submission>& mails) {
  const auto notify = read_notify(typed.notify);
  if (!notify) return notify.why();
  wire::ret_type ret = wire::ret_type::none;
  if (typed.ret == "full")
    ret = wire::ret_type::full;
  else if (typed.ret == "headers")
    ret = wire::ret_type::hdrs;
  else if (!typed.ret.empty())
    return wrong("--return", typed.ret, "write full or headers");
  for (session::submission& mail : mails) {
    mail.parameters.ret = ret;
    if (!typed.envelope_id.empty()) mail.parameters.envid = typed.envelope_id;
    mail.parameters.requiretls = typed.require_tls;
    if (!notify->any()) continue;
    for (const wire::forward_path& path : mail.to) {
      const char* const type = path.needs_smtputf8() ? "utf-8" : "rfc822";  // RFC 6533 §3
      mail.recipient_parameters.push_back({*notify, wire::original_recipient{type, path.mailbox_text()}});
    }
  }
  return {};
}

status read_patience(const std::string& typed, session::client_options& options) {
  if (typed != "interactive" && typed != "rfc5321")
    return wrong("--patience", typed, "write interactive (a minute or so for most replies) or rfc5321 (minutes)");
  options.wait = typed == "rfc5321" ? session::patience::rfc5321 : session::patience::interactive;
  return {};
}

}  // namespace

result<send_plan> make_plan(const typed_send& typed) {
  send_plan plan;
  const auto server = tunnel::parse_host_and_port(typed.server, tunnel::port_zero::refused);
  if (!server)
    return wrong("--server", typed.server, server.why().detail + "; write HOST:PORT, such as mail.example:587");
  plan.host = server->host.text();
  plan.port = server->port;
  plan.options.server_name = plan.host;
  plan.options.server_port = plan.port;
  plan.options.random = random_octets(session::random_octets);
  const auto tls = read_tls(typed.tls, plan.port);
  if (!tls) return tls.why();
  plan.options.tls = *tls;
  plan.options.ehlo_name = typed.ehlo_name.empty() ? net::local_host_name() : typed.ehlo_name;
  if (!wire::is_domain_or_literal(plan.options.ehlo_name))
    return wrong("--ehlo", typed.ehlo_name, "write a domain such as laptop.example or an address such as [192.0.2.1]");
  if (const status ok = read_patience(typed.patience, plan.options); !ok) return ok.why();
  if (const status ok = read_manner(typed, plan.options); !ok) return ok.why();
  auto mails = make_submissions(typed.message, plan.options.ehlo_name);
  if (!mails) return mails.why();
  plan.mails = std::move(mails->mails);
  plan.only_in_eight_bits = std::move(mails->only_in_eight_bits);
  if (const status ok = read_notifications(typed, plan.mails); !ok) return ok.why();
  if (const status ok = read_login(typed, plan.options); !ok) return ok.why();
  plan.ca_files.assign(typed.ca_files.begin(), typed.ca_files.end());
  return plan;
}

}  // namespace smtpscope::cli
