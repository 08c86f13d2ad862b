#include "smtpscope/tls/failure_text.hpp"

namespace smtpscope::tls {
namespace {

std::string where_of(const attempt& to) {
  std::string host(to.host);
  if (to.port == 0) return host;
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return host + ":" + std::to_string(to.port);
}

// What a certificate says of itself, fit to be printed: from `least` on; a space has no place in the name of a host.
std::string printable(std::string_view text, char least) {
  constexpr std::size_t enough = 100;
  std::string out(text.substr(0, enough));
  for (char& c : out)
    if (c < least || c > '~') c = '?';
  return text.size() > enough ? out + "..." : out;
}

std::string name_mismatch_text(const attempt& to, const certificate& shown) {
  std::string text = "The certificate is not for " + std::string(to.host);
  constexpr std::size_t enough = 3;
  for (std::size_t i = 0; i < shown.names.size() && i < enough; ++i)
    text += (i == 0 ? " but for " : ", ") + printable(shown.names[i], '!');
  if (shown.names.size() > enough) text += " and others";
  return text +
         ". Write the host as the certificate names it; if it is right as it is, somebody else answered in its place.";
}

// The certificate at fault: most often the server's own, else one between it and the authority, or the authority's.
std::string at_fault(const refusal& refused, const attempt& to) {
  const std::string host(to.host);
  if (refused.failing == 0U || refused.at_fault.subject.empty()) return "The certificate of " + host;
  const std::string whose = printable(refused.at_fault.subject, ' ');
  if (!refused.failing) return "The certificate of " + whose + ", on which that of " + host + " rests,";
  return "Certificate " + std::to_string(*refused.failing + 1) + " of those that " + host + " sent, that of " + whose +
         ",";
}

std::string_view clock_of(place where) {
  switch (where) {
    case place::program: return "this machine's clock";
    case place::page: return "the clock of the device that shows this page";
  }
  return {};
}

// "2026-05-28", after `before`; nothing where the certificate is not known.
std::string day(std::string_view before, const std::string& date) {
  return date.empty() ? "" : std::string(before) + date.substr(0, 10);
}

}  // namespace

std::string verification_text(const refusal& refused, const attempt& to) {
  const std::string of = "The certificate of " + std::string(to.host);
  const bool in_page = to.where == place::page;
  switch (refused.why) {
    case reason::expired:
      return at_fault(refused, to) + " has expired" + day(" on ", refused.at_fault.not_after) +
             ". Its owner has to renew it; also check " + std::string(clock_of(to.where)) + ".";
    case reason::not_yet_valid:
      return at_fault(refused, to) + " is not valid yet" + day(", it begins on ", refused.at_fault.not_before) +
             ". Check " + std::string(clock_of(to.where)) + ".";
    case reason::self_signed:
      return of + " is signed by itself, so nobody vouches for it. If the server is yours, " +
             (in_page ? "add that certificate to those this page trusts." : "name that certificate with --ca-file.");
    case reason::unknown_authority:
      return of + " is signed by an authority " + (in_page ? "this page" : "this machine") +
             " does not know. If you trust it, " +
             (in_page ? "add the authority's certificate to those this page trusts."
                      : "name the authority's certificate with --ca-file.");
    case reason::incomplete_chain:
      return of +
             " was issued by an intermediate authority whose own certificate the server did not send. Its owner has to "
             "add that to the chain (such as fullchain.pem in place of cert.pem).";
    case reason::name_mismatch: return name_mismatch_text(to, refused.at_fault);
    case reason::no_host_names:
      return of +
             " names no host in its subjectAltName, and the common name no longer counts. Its owner has to get one "
             "that does.";
    case reason::weak:
      return at_fault(refused, to) + " has a key or signature too weak to trust. Its owner has to replace it.";
    case reason::other:
    case reason::not_tls:
    case reason::no_common_terms:
    case reason::alert:
    case reason::broken: break;
  }
  return at_fault(refused, to) + " could not be verified. Its owner has to repair it.";
}

namespace {

std::string protocol_text(reason why, const attempt& to, const std::string& where) {
  switch (why) {
    case reason::not_tls:
      if (to.begun == beginning::at_once)
        return where +
               " answered in plain text, not in TLS (OpenSSL calls it \"wrong version number\"). Choose STARTTLS for "
               "this port, or use port 465.";
      return where + " agreed to STARTTLS, then did not speak TLS. Try implicit TLS on port 465.";
    case reason::no_common_terms:
      return where + " offers no version or cipher of TLS that " +
             (to.where == place::page ? "this page" : "the relay") +
             " accepts; TLS 1.2 is the least. Its owner has to update it.";
    case reason::alert:
      if (to.at == phase::session) return where + " ended the TLS connection with an alert. Its log says why.";
      return where + " refused the TLS handshake with an alert. Its log says why.";
    case reason::expired:
    case reason::not_yet_valid:
    case reason::self_signed:
    case reason::unknown_authority:
    case reason::incomplete_chain:
    case reason::name_mismatch:
    case reason::no_host_names:
    case reason::weak:
    case reason::other:
    case reason::broken: break;
  }
  if (to.at == phase::session)
    return "Bytes from " + where + " were changed on the way or are not TLS, so the connection is not safe and was " +
           "ended. Try again, or use another network.";
  return "The TLS handshake with " + where + " broke down. Try again; if it stays, the server is at fault.";
}

}  // namespace

std::string failure_text(code what, std::optional<reason> why, const attempt& to) {
  const std::string where = where_of(to);
  switch (what) {
    case code::tls_verify: return verification_text({why.value_or(reason::other), {}, {}}, to);
    case code::tls_protocol: return protocol_text(why.value_or(reason::broken), to, where);
    case code::reset: break;
  }
  return where + " hung up during the TLS handshake. Try again, or choose the other kind of TLS.";
}

}  // namespace smtpscope::tls
