#include "smtpscope/tunnel/failure_text.hpp"

#include "smtpscope/tls/failure_text.hpp"
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
      if (at == stage::tls) return tls::failure_text(tls::code::reset, std::nullopt, {to.host, to.port});
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

std::string tls_failure_text(code what, const tls::refusal& why, const attempt& to) {
  if (what == code::starttls_plaintext)
    return "Unencrypted bytes followed the server's answer to STARTTLS. Somebody on the way may be injecting commands, "
           "so nothing was "
           "sent. Use implicit TLS (port 465), or another network.";
  const auto begun = to.tls == tls_mode::implicit ? tls::beginning::at_once : tls::beginning::after_starttls;
  const tls::attempt tried{to.host, to.port, begun, tls::place::program, tls::phase::handshake};
  return what == code::tls_verify ? tls::verification_text(why, tried)
                                  : tls::failure_text(tls::code::tls_protocol, why.why, tried);
}

}  // namespace smtpscope::tunnel
