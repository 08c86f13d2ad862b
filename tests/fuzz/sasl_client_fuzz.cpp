// Invariant: whatever a server challenges with, a client's mechanism answers a few times at most, is
// over for good after its first error, never sends a password that is to stay hidden, and believes
// only a server that has proved itself. The trace's view of the exchange holds no secret.

#include <algorithm>

#include "check.hpp"
#include "smtpscope/sasl/mechanism.hpp"
#include "smtpscope/trace/sasl_view.hpp"

using namespace smtpscope;

namespace {

constexpr std::string_view password = "looking-glass";

sasl::client_setup setup() {
  sasl::client_setup s;
  s.authentication_identity = "alice";
  s.password = secret{std::string{password}};
  s.nonce = "fyko+d2lbbFgONRv9qkxdawL";
  s.host = "mail.example";
  s.port = 587;
  s.binding = {std::string(32, 'e'), std::string(32, 'p')};
  return s;
}

bool shows(const json& parts) { return to_string(parts).find(password) != std::string::npos; }

}  // namespace

// First octet: the mechanism, and whether the client begins. Then the challenges, a line each.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  // What the server says itself may come back: only the client's own secret is looked for.
  if (fuzz::view(data, size).find(password) != std::string_view::npos) return 0;
  const sasl::mechanism_traits& m = sasl::mechanisms[(data[0] & 0x7F) % sasl::mechanisms.size()];
  auto made = sasl::make_client(m.name, setup());
  fuzz::check(made.has_value());
  sasl::client_exchange& client = **made;
  int sent = 0;
  const auto look = [&](const std::string& message) {
    ++sent;
    if (m.by == sasl::proof_by::hidden_password) fuzz::check(message.find(password) == std::string::npos);
    fuzz::check(!shows(trace::response_parts(m.name, sent, message, trace::values::without_secrets)));
    (void)trace::response_secrecy(m.name, sent, message);
  };
  if ((data[0] & 0x80) != 0)
    if (const auto first = client.initial_response()) look(*first);
  bool over = false;
  for (std::string_view input = fuzz::view(data + 1, size - 1); !input.empty();) {
    const std::size_t end = std::min(input.find('\n'), input.size());
    const std::string_view challenge = input.substr(0, end);
    (void)trace::challenge_parts(m.name, sent, challenge, trace::values::without_secrets);
    const auto answer = client.respond(challenge);
    fuzz::check(!over || !answer);
    over = !answer;
    if (answer) look(*answer);
    input.remove_prefix(std::min(end + 1, input.size()));
  }
  fuzz::check(sent <= 3);
  const bool proves = m.name.substr(0, 6) == "SCRAM-" || m.name == "DIGEST-MD5";
  fuzz::check(!proves || !client.server_proven() || sent >= 2);
  return 0;
}
