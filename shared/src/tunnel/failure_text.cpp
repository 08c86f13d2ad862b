#include "smtpscope/tunnel/failure_text.hpp"

#include "smtpscope/tunnel/host_name.hpp"

namespace smtpscope::tunnel {
namespace {

std::string seconds_of(milliseconds limit) {
  const auto count = limit.count();
  if (count % 1000 == 0) return std::to_string(count / 1000) + (count == 1000 ? " second" : " seconds");
  return std::to_string(count) + " milliseconds";
}

std::string timeout_text(stage at, const attempt& to, const std::string& where, const limits& bounds) {
  switch (at) {
    case stage::resolve:
      return "The name service did not say within " + seconds_of(bounds.resolve) + " where " + std::string(to.host) +
             " is. Try again.";
    case stage::connect:
      return where + " did not answer within " + seconds_of(bounds.connect) +
             ". A firewall or the network's provider may block this port" +
             (to.port == 25 ? ", as most do with port 25: use 587 or 465."
                            : ": try the other one of 587 and 465, or another network.");
    case stage::tls:
      return where + " did not finish the TLS handshake within " + seconds_of(bounds.tls) +
             (to.tls == tls_mode::implicit ? ". If it is a STARTTLS port, it waits for plain text: choose STARTTLS."
                                           : ". Try again.");
    case stage::policy:
    case stage::stream: break;
  }
  return where + " did not answer in time. Try again.";
}

std::string name_mismatch_text(const attempt& to, const certificate* shown) {
  std::string text = "The certificate is not for " + std::string(to.host);
  if (shown != nullptr && !shown->names.empty()) {
    text += " but for ";
    constexpr std::size_t enough = 3;
    for (std::size_t i = 0; i < shown->names.size() && i < enough; ++i) {
      if (i > 0) text += ", ";
      for (const char c : shown->names[i]) text += (c > ' ' && c <= '~') ? c : '?';
    }
    if (shown->names.size() > enough) text += " and others";
  }
  return text +
         ". Write the host as the certificate names it; if it is right as it is, somebody else answered in its place.";
}

std::string verify_text(tls_reason reason, const attempt& to, const certificate* shown) {
  const std::string of = "The certificate of " + std::string(to.host);
  switch (reason) {
    case tls_reason::expired:
      return of + " has expired" + (shown != nullptr ? " on " + shown->not_after.substr(0, 10) : "") +
             ". Its owner has to renew it; also check this machine's clock.";
    case tls_reason::not_yet_valid:
      return of + " is not valid yet" + (shown != nullptr ? ", it begins on " + shown->not_before.substr(0, 10) : "") +
             ". Check this machine's clock.";
    case tls_reason::self_signed:
      return of +
             " is signed by itself, so nobody vouches for it. If the server is yours, name that certificate with "
             "--ca-file.";
    case tls_reason::unknown_authority:
      return of +
             " is signed by an authority this machine does not know. If you trust it, name the authority's "
             "certificate with --ca-file.";
    case tls_reason::incomplete_chain:
      return of +
             " was issued by an intermediate authority whose own certificate the server did not send. Its owner has to "
             "add that to the chain (such as fullchain.pem in place of cert.pem).";
    case tls_reason::name_mismatch: return name_mismatch_text(to, shown);
    case tls_reason::no_host_names:
      return of +
             " names no host in its subjectAltName, and the common name no longer counts. Its owner has to get one "
             "that does.";
    case tls_reason::revoked: return of + " has been revoked. Do not send anything to this server.";
    case tls_reason::weak: return of + " has a key or signature too weak to trust. Its owner has to replace it.";
    case tls_reason::other:
    case tls_reason::not_tls:
    case tls_reason::no_common_terms:
    case tls_reason::alert:
    case tls_reason::broken: break;
  }
  return of + " could not be verified. Its owner has to repair it.";
}

std::string protocol_text(tls_reason reason, const attempt& to, const std::string& where) {
  switch (reason) {
    case tls_reason::not_tls:
      if (to.tls == tls_mode::implicit)
        return where +
               " answered in plain text, not in TLS (OpenSSL calls it \"wrong version number\"). Choose STARTTLS for "
               "this port, or use port 465.";
      return where + " agreed to STARTTLS, then did not speak TLS. Try implicit TLS on port 465.";
    case tls_reason::no_common_terms:
      return where +
             " offers no version or cipher of TLS that the relay accepts; TLS 1.2 is the least. Its owner has to "
             "update it.";
    case tls_reason::alert: return where + " refused the TLS handshake with an alert. Its log says why.";
    case tls_reason::expired:
    case tls_reason::not_yet_valid:
    case tls_reason::self_signed:
    case tls_reason::unknown_authority:
    case tls_reason::incomplete_chain:
    case tls_reason::name_mismatch:
    case tls_reason::no_host_names:
    case tls_reason::revoked:
    case tls_reason::weak:
    case tls_reason::other:
    case tls_reason::broken: break;
  }
  return "The TLS handshake with " + where + " broke down. Try again; if it stays, the server is at fault.";
}

}  // namespace

std::string failure_text(stage at, code what, const attempt& to, const limits& bounds) {
  const std::string where = format_host_and_port(to.host, to.port);
  switch (what) {
    case code::name_not_found: return "There is no host called " + std::string(to.host) + ". Check the spelling.";
    case code::refused:
      return "Nothing answers at " + where + ": the connection was refused. Check host and port, or start the server.";
    case code::timeout: return timeout_text(at, to, where, bounds);
    case code::unreachable:
      if (at == stage::resolve)
        return "The name service cannot be reached, so nobody can say where " + std::string(to.host) +
               " is. Is this machine online?";
      return "There is no way from this machine to " + where + ". Is it online?";
    case code::reset:
      if (at == stage::tls)
        return where + " hung up during the TLS handshake. Try again, or choose the other kind of TLS.";
      return where + " hung up without a word. Try again; its log may say why.";
    case code::throttled:
      return "This relay has as many connections to " + where + " as it makes at once. Try again in a minute.";
    case code::bad_message:
    case code::not_allowed:
    case code::blocked_address:
    case code::tls_verify:
    case code::tls_protocol:
    case code::starttls_plaintext:
    case code::quota:
    case code::too_slow:
    case code::token_required:
    case code::token_refused:
    case code::draining: break;
  }
  return "The connection to " + where + " failed (" + std::string(name(what)) + ").";
}

std::string tls_failure_text(code what, std::optional<tls_reason> reason, const attempt& to, const certificate* shown) {
  if (what == code::starttls_plaintext)
    return "Unencrypted bytes followed the server's answer to STARTTLS. Somebody on the way may be injecting commands, "
           "so nothing was "
           "sent. Use implicit TLS (port 465), or another network.";
  const std::string where = format_host_and_port(to.host, to.port);
  const tls_reason why = reason.value_or(tls_reason::broken);
  return what == code::tls_verify ? verify_text(why, to, shown) : protocol_text(why, to, where);
}

}  // namespace smtpscope::tunnel
