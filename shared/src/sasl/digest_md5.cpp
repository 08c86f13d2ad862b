#include "smtpscope/sasl/digest_md5.hpp"

#include <algorithm>
#include <utility>

#include "smtpscope/base/limits.hpp"
#include "smtpscope/sasl/directives.hpp"
#include "smtpscope/sasl/prepare.hpp"
#include "smtpscope/sasl/scram_message.hpp"
#include "smtpscope/text/ascii.hpp"
#include "smtpscope/text/concat.hpp"
#include "smtpscope/text/digest.hpp"
#include "smtpscope/text/utf8.hpp"

namespace smtpscope::sasl {

namespace {

constexpr std::string_view count_one = "00000001";  // nc: each nonce serves once
constexpr std::size_t message_octets = 4096;        // RFC 2831 §2.1.2: a response stays below

result<std::string> distrust(std::string_view why) { return client_fails(errc::invalid_encoding, why); }
result<server_step> malformed(std::string_view why) { return server_fails(errc::invalid_encoding, why); }

std::string md5_hex(std::string_view octets) { return text::to_hex(text::digest(text::digest_kind::md5, octets)); }

// RFC 2831 §2.1.2.1: names and password are hashed as ISO 8859-1 where they can be written in it.
std::string as_hashed(std::string_view utf8) {
  std::string latin;
  for (std::string_view rest = utf8; !rest.empty();) {
    const text::code_point next = text::first_code_point(rest);
    if (next.state == text::code_point::kind::invalid || next.value > 0xFF) return std::string{utf8};
    latin += static_cast<char>(next.value);
    rest.remove_prefix(next.octets);
  }
  return latin;
}

// Whether a comma-separated list such as qop="auth,auth-int" holds `token`.
bool lists(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    std::string_view one = list.substr(0, comma);
    while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
    while (!one.empty() && one.back() == ' ') one.remove_suffix(1);
    if (text::iequals(one, token)) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

}  // namespace

digest_md5_values digest_md5(const digest_md5_inputs& in, std::string_view password) {
  const secret first{text::digest(text::digest_kind::md5, text::concat({in.user, ":", in.realm, ":", password}))};
  const std::string_view colon = in.authorization.empty() ? "" : ":";
  const secret whole{text::concat({first.reveal(), ":", in.nonce, ":", in.client_nonce, colon, in.authorization})};
  const std::string key = md5_hex(whole.reveal());
  const auto value = [&](std::string_view method) {
    const std::string asked = md5_hex(text::concat({method, ":", in.uri}));
    return md5_hex(text::concat({key, ":", in.nonce, ":", count_one, ":", in.client_nonce, ":auth:", asked}));
  };
  return {value("AUTHENTICATE"), value("")};
}

// -------------------------------------------------------------------------------------- client

result<client_mechanism> digest_md5_client::create(client_setup setup) {
  if (!is_nonce(setup.nonce)) return error{errc::invalid_argument, "DIGEST-MD5 needs randomness for its nonce"};
  if (setup.host.empty())
    return error{errc::invalid_argument, "DIGEST-MD5 needs the server's name, to which the answer is bound"};
  if (auto user = prepare(setup.authentication_identity, "the user name"); !user) return user.why();
  if (auto password = prepare(setup.password.reveal(), "the password"); !password) return password.why();
  return client_mechanism{new digest_md5_client{std::move(setup)}};
}

result<std::string> digest_md5_client::respond(std::string_view challenge) {
  switch (state_) {
    case state::start: return answer(challenge);
    case state::answered: return check_server(challenge);
    case state::proven:
    case state::over: break;
  }
  return client_fails(errc::misuse, "DIGEST-MD5 is over, and the server asked again");
}

result<std::string> digest_md5_client::answer(std::string_view challenge) {
  state_ = state::over;
  const auto all = parse_directives(challenge);
  if (!all) return all.why();
  const std::string* nonce = only(*all, "nonce");
  const std::string* algorithm = only(*all, "algorithm");
  if (nonce == nullptr || nonce->empty()) return distrust("the server's DIGEST-MD5 challenge has no single nonce");
  if (algorithm == nullptr || !text::iequals(*algorithm, "md5-sess"))
    return distrust("the server's DIGEST-MD5 challenge does not name the one algorithm there is, md5-sess");
  const std::string* qop = only(*all, "qop");
  if (count(*all, "qop") > 0 && (qop == nullptr || !lists(*qop, "auth")))  // RFC 2831 §2.1.1: none means auth
    return distrust("the server demands a security layer, which DIGEST-MD5 has no place for in SMTP with TLS");
  const bool utf8 = count(*all, "charset") == 1 && text::iequals(*only(*all, "charset"), "utf-8");
  if (!utf8 && !(text::all_ascii(setup_.authentication_identity) && text::all_ascii(setup_.password.reveal())))
    return distrust("the server does not take UTF-8, and the user name or the password is not ASCII");

  digest_md5_inputs in;
  const auto realm = std::find_if(all->begin(), all->end(), [](const directive& d) { return d.key == "realm"; });
  if (realm != all->end()) in.realm = realm->value;  // of several the first
  in.user = as_hashed(setup_.authentication_identity);
  in.nonce = *nonce;
  in.client_nonce = setup_.nonce;
  in.uri = "smtp/" + setup_.host;
  in.authorization = setup_.authorization_identity;
  std::string out = text::concat({utf8 ? "charset=utf-8," : "", "username=", quoted(setup_.authentication_identity)});
  if (realm != all->end()) out += ",realm=" + quoted(in.realm);
  in.realm = as_hashed(in.realm);
  const secret password{as_hashed(setup_.password.reveal())};
  digest_md5_values values = digest_md5(in, password.reveal());
  out += text::concat({",nonce=", quoted(in.nonce), ",nc=", count_one, ",cnonce=", quoted(in.client_nonce),
                       ",digest-uri=", quoted(in.uri), ",response=", values.response, ",qop=auth"});
  if (!in.authorization.empty()) out += ",authzid=" + quoted(in.authorization);
  if (out.size() >= message_octets) return distrust("the server's DIGEST-MD5 challenge is too long to be answered");
  response_auth_ = std::move(values.response_auth);
  state_ = state::answered;
  return out;
}

result<std::string> digest_md5_client::check_server(std::string_view challenge) {
  state_ = state::over;
  const auto all = parse_directives(challenge);
  if (!all) return all.why();
  const std::string* offered = only(*all, "rspauth");
  if (offered == nullptr || !text::equal_in_constant_time(text::to_lower(*offered), response_auth_))
    return distrust("the server could not prove that it knows the password: it may be somebody else's");
  state_ = state::proven;
  return std::string{};
}

// -------------------------------------------------------------------------------------- server

server_step digest_md5_server::start() {
  return challenge{text::concat({"realm=", quoted(setup_.host), ",nonce=", quoted(setup_.nonce),
                                 ",qop=\"auth\",charset=utf-8,algorithm=md5-sess"})};
}

result<server_step> digest_md5_server::step(std::string_view response) {
  switch (state_) {
    case state::start: return take_answer(response);
    case state::proof_sent:
      state_ = state::over;
      if (!response.empty()) return malformed("DIGEST-MD5 ends with an empty response");
      return server_ends(proof::right);
    case state::asked:
    case state::over: break;
  }
  return server_fails(errc::misuse, "DIGEST-MD5 expects no response now");
}

result<server_step> digest_md5_server::take_answer(std::string_view response) {
  state_ = state::over;
  if (response.size() >= message_octets) return malformed("A DIGEST-MD5 response has fewer than 4096 octets");
  const auto all = parse_directives(response);
  if (!all) return all.why();
  const auto value = [&all](std::string_view key) {
    const std::string* found = only(*all, key);
    return found == nullptr ? std::string{} : *found;
  };
  for (const char* key : {"username", "nonce", "cnonce", "nc", "digest-uri", "response"})
    if (value(key).empty()) return malformed(text::concat({"DIGEST-MD5 needs one directive ", key}));
  if (count(*all, "qop") > 0 && value("qop") != "auth") return malformed("DIGEST-MD5 here knows qop=auth only");
  if (count(*all, "realm") > 1 || count(*all, "authzid") > 1) return malformed("A DIGEST-MD5 directive is repeated");
  // Clients know the server by other names than it does itself: only the service is checked.
  if (!text::istarts_with(value("digest-uri"), "smtp/")) return malformed("The digest-uri must begin with smtp/");
  if (value("nonce") != setup_.nonce || value("nc") != count_one) return server_ends(proof::wrong);
  offered_ = text::to_lower(value("response"));
  const std::string user = value("username");
  inputs_ = {as_hashed(user), as_hashed(value("realm")), setup_.nonce,
             value("cnonce"), value("digest-uri"),       value("authzid")};
  state_ = state::asked;
  return server_asks(inputs_.authorization, user);
}

result<server_step> digest_md5_server::use_secret(const std::optional<secret>& password) {
  if (state_ != state::asked) return server_fails(errc::misuse, "DIGEST-MD5 asked for no secret");
  const secret used{as_hashed(password ? password->reveal() : std::string_view{setup_.salt_key})};
  const digest_md5_values values = digest_md5(inputs_, used.reveal());
  state_ = state::over;
  if (!text::equal_in_constant_time(offered_, values.response) || !password) return server_ends(proof::wrong);
  state_ = state::proof_sent;
  return server_says("rspauth=" + values.response_auth);
}

}  // namespace smtpscope::sasl
