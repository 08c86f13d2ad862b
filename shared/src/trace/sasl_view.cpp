#include "smtpscope/trace/sasl_view.hpp"

#include <string>

#include "smtpscope/sasl/directives.hpp"
#include "smtpscope/sasl/scram_message.hpp"
#include "smtpscope/text/ascii.hpp"

namespace smtpscope::trace {

namespace {

using sasl::take_attribute;

// What a message is, as far as the view tells them apart.
enum class family : std::uint8_t { plain, login, cram, digest, scram, oauth, nameless, unknown };

family family_of(std::string_view mechanism) {
  if (mechanism == "PLAIN") return family::plain;
  if (mechanism == "LOGIN") return family::login;
  if (mechanism == "CRAM-MD5") return family::cram;
  if (mechanism == "DIGEST-MD5") return family::digest;
  if (mechanism.substr(0, 6) == "SCRAM-") return family::scram;
  if (mechanism == "XOAUTH2" || mechanism == "OAUTHBEARER") return family::oauth;
  if (mechanism == "EXTERNAL" || mechanism == "ANONYMOUS") return family::nameless;
  return family::unknown;
}

// A list of {name, value} in the making.
class parts {
 public:
  explicit parts(values shown) : shown_(shown) {}
  void add(std::string_view name, std::string_view value) { put(name, &value); }
  void add_secret(std::string_view name, std::string_view value) {
    put(name, shown_ == values::all ? &value : nullptr);
  }
  [[nodiscard]] json& list() noexcept { return list_; }

 private:
  void put(std::string_view name, const std::string_view* value) {
    json& j = list_.emplace_back(json::object());
    set(j, "name", name);
    value != nullptr ? set(j, "value", *value) : set(j, "value", json(nullptr));  // braces would make a list of it
  }
  values shown_;
  json list_ = json::array();
};

// Each of these says whether the message is of the mechanism's form.

// "[authzid] NUL authcid NUL passwd" (RFC 4616 §2).
bool add_plain(std::string_view octets, parts& out) {
  const std::size_t first = octets.find('\0');
  const std::size_t second = first == std::string_view::npos ? first : octets.find('\0', first + 1);
  if (second == std::string_view::npos) return false;
  out.add("authorization_identity", octets.substr(0, first));
  out.add("authentication_identity", octets.substr(first + 1, second - first - 1));
  out.add_secret("password", octets.substr(second + 1));
  return true;
}

bool add_cram(std::string_view octets, parts& out) {
  const std::size_t space = octets.rfind(' ');
  if (space == std::string_view::npos) return false;
  out.add("authentication_identity", octets.substr(0, space));
  out.add_secret("digest", octets.substr(space + 1));
  return true;
}

bool add_digest(std::string_view octets, parts& out) {
  const auto all = sasl::parse_directives(octets);
  if (!all) return false;
  for (const sasl::directive& d : *all) {
    const bool proof = d.key == "response" || d.key == "rspauth";
    proof ? out.add_secret(d.key, d.value) : out.add(d.key, d.value);
  }
  return true;
}

// What stands before n=: the flag and the authorization identity (RFC 5802 §7).
bool is_gs2_header(std::string_view& rest) {
  if (!take_attribute(rest, 'p')) {
    if (rest.substr(0, 2) != "n," && rest.substr(0, 2) != "y,") return false;
    rest.remove_prefix(2);
  }
  if (take_attribute(rest, 'a')) return true;
  if (rest.substr(0, 1) != ",") return false;
  rest.remove_prefix(1);
  return true;
}

bool is_client_first(std::string_view octets) {
  return is_gs2_header(octets) && take_attribute(octets, 'n') && take_attribute(octets, 'r') && octets.empty();
}

std::string_view attribute_name(char attribute) {
  switch (attribute) {
    case 'a': return "authorization_identity";
    case 'c':
    case 'p': return "channel_binding";
    case 'e': return "error";
    case 'i': return "iterations";
    case 'm': return "extension";
    case 'n': return "authentication_identity";
    case 'r': return "nonce";
    case 's': return "salt";
    default: return "other";
  }
}

// Every message of SCRAM is a list of attributes, but for the header's flag.
bool add_scram(std::string_view octets, bool first_of_client, parts& out) {
  std::string_view rest = octets;
  if (first_of_client && rest.substr(0, 2) != "p=") {
    out.add("channel_binding", rest.substr(0, 1));
    rest.remove_prefix(rest.size() < 2 ? rest.size() : 2);
  }
  while (!rest.empty()) {
    const char letter = rest.front();
    if (first_of_client && letter == ',') {  // no authorization identity
      rest.remove_prefix(1);
      continue;
    }
    const auto value = take_attribute(rest, letter);
    if (!value) return false;
    if (letter == 'v') {
      out.add_secret("server_signature", *value);
    } else if (letter == 'p' && !first_of_client) {
      out.add_secret("proof", *value);
    } else if (letter == 'n' || letter == 'a') {
      const auto name = sasl::unescape_name(*value);
      out.add(attribute_name(letter), name ? std::string_view{*name} : *value);
    } else {
      out.add(attribute_name(letter), *value);
    }
  }
  return true;
}

bool add_oauth(std::string_view octets, parts& out) {
  constexpr char separator = '\x01';
  while (!octets.empty()) {
    const std::size_t end = octets.find(separator);
    std::string_view pair = octets.substr(0, end);
    octets.remove_prefix(end == std::string_view::npos ? octets.size() : end + 1);
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    const std::string_view key = pair.substr(0, equals);
    if (equals == std::string_view::npos) return false;
    if (key == "user") {
      out.add("authentication_identity", pair.substr(equals + 1));
    } else if (key == "n,a" || key == "y,a") {
      pair.remove_prefix(2);
      const auto name = sasl::unescape_name(*take_attribute(pair, 'a'));
      out.add("authentication_identity", name ? *name : std::string{});
    } else if (key == "host" || key == "port") {
      out.add(key, pair.substr(equals + 1));
    } else {
      out.add_secret("token", pair.substr(equals + 1));
    }
  }
  return true;
}

// A refused token's reason (RFC 7628 §3.2.2): the texts of one JSON object.
bool add_refusal(std::string_view octets, parts& out) {
  const result<json> read = parse_json(octets, 4);
  if (!read || !read->is_object()) return false;
  for (const auto& [key, value] : read->items())
    if (value.is_string()) out.add(key, value.get<std::string>());
  return true;
}

}  // namespace

secrecy response_secrecy(std::string_view mechanism, int ordinal, std::string_view octets) {
  switch (family_of(mechanism)) {
    case family::login: return ordinal == 1 ? secrecy::open : secrecy::secret;
    case family::digest: return ordinal == 1 || !octets.empty() ? secrecy::secret : secrecy::open;
    case family::scram:
      if (ordinal == 1) return is_client_first(octets) ? secrecy::open : secrecy::secret;
      return ordinal > 2 && octets.empty() ? secrecy::open : secrecy::secret;
    case family::oauth:  // the empty answer to a refusal
      return ordinal == 2 && (octets.empty() || octets == "\x01") ? secrecy::open : secrecy::secret;
    case family::nameless: return ordinal == 1 ? secrecy::open : secrecy::secret;
    case family::plain:
    case family::cram:
    case family::unknown: break;
  }
  return secrecy::secret;
}

secrecy challenge_secrecy(std::string_view mechanism, int answered) {
  switch (family_of(mechanism)) {
    case family::digest: return answered > 0 ? secrecy::secret : secrecy::open;  // rspauth
    case family::scram: return answered > 1 ? secrecy::secret : secrecy::open;   // v=
    case family::plain:
    case family::login:
    case family::cram:
    case family::oauth:
    case family::nameless:
    case family::unknown: break;
  }
  return secrecy::open;
}

json response_parts(std::string_view mechanism, int ordinal, std::string_view octets, values shown) {
  parts out{shown};
  bool good = true;
  switch (family_of(mechanism)) {
    case family::plain: good = add_plain(octets, out); break;
    case family::login:
      ordinal == 1 ? out.add("authentication_identity", octets) : out.add_secret("password", octets);
      break;
    case family::cram: good = add_cram(octets, out); break;
    case family::digest: good = add_digest(octets, out); break;
    case family::scram: good = add_scram(octets, ordinal == 1, out); break;
    case family::oauth: good = add_oauth(octets, out); break;
    case family::nameless:
      out.add(mechanism == "EXTERNAL" ? "authorization_identity" : "authentication_identity", octets);
      break;
    case family::unknown: good = false;
  }
  return good ? std::move(out.list()) : json(nullptr);
}

json challenge_parts(std::string_view mechanism, int answered, std::string_view octets, values shown) {
  parts out{shown};
  bool good = false;
  switch (family_of(mechanism)) {
    case family::digest: good = add_digest(octets, out); break;
    case family::scram: good = add_scram(octets, false, out); break;
    case family::oauth: good = add_refusal(octets, out); break;
    case family::plain:
    case family::login:
    case family::cram:
    case family::nameless:
    case family::unknown: break;
  }
  if (good && !out.list().empty()) return std::move(out.list());
  if (challenge_secrecy(mechanism, answered) == secrecy::secret && shown == values::without_secrets) return nullptr;
  return json(std::string{octets});
}

std::optional<login_range> find_login(std::string_view line) {
  const std::size_t end = line.size() - (line.size() >= 2 && line.substr(line.size() - 2) == "\r\n" ? 2 : 0);
  const auto skip = [&](std::size_t at, bool blanks) {
    while (at < end && (static_cast<unsigned char>(line[at]) <= ' ') == blanks) ++at;
    return at;
  };
  for (std::size_t behind = 0; behind < end;) {
    const std::size_t word = skip(behind, true);
    const bool first = behind == 0 || line.substr(behind, word - behind).find_first_not_of(" \t") != line.npos;
    behind = skip(word, false);
    if (!first || !text::iequals(line.substr(word, behind - word), "AUTH")) continue;
    return login_range{skip(skip(skip(behind, true), false), true), end};
  }
  return std::nullopt;
}

}  // namespace smtpscope::trace
