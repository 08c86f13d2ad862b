// Invariant: whatever a client answers, a server's mechanism asks a few times at most, ends for good
// with a verdict, an offer or an error, and never lets in a user whom nobody knows; up to the
// verdict such a user sees what a known one would see.

#include <algorithm>
#include <vector>

#include "check.hpp"
#include "smtpscope/base/limits.hpp"
#include "smtpscope/sasl/mechanism.hpp"

using namespace smtpscope;

namespace {

struct seen {
  std::vector<std::string> challenges;
  bool offered = false;
  bool let_in = false;
};

sasl::server_setup setup() {
  sasl::server_setup s;
  s.host = "mail.example";
  s.nonce = "3rfcNHYJY1ZVvWVs7j";
  s.salt_key = std::string(32, 'k');
  s.binding = {std::string(32, 'e'), std::string(32, 'p')};
  return s;
}

// Takes one step's outcome; false when the exchange is over.
bool take(seen& s, const result<sasl::server_step>& step) {
  if (!step) return false;
  if (const auto* challenge = std::get_if<sasl::challenge>(&*step)) {
    fuzz::check(challenge->octets.size() < limits::sasl_line_octets / 4 * 3);
    s.challenges.push_back(challenge->octets);
    return true;
  }
  s.offered = std::holds_alternative<sasl::offered_credentials>(*step);
  if (const auto* proof = std::get_if<sasl::proof>(&*step)) s.let_in = *proof == sasl::proof::right;
  return false;
}

seen run(std::string_view mechanism, std::string_view input, const std::optional<secret>& known) {
  auto made = sasl::make_server(mechanism, setup());
  fuzz::check(made.has_value());
  sasl::server_exchange& server = **made;
  seen s;
  bool on = take(s, server.start());
  for (; on && !input.empty();) {
    const std::size_t end = std::min(input.find('\n'), input.size());
    auto step = server.step(input.substr(0, end));
    if (step && std::holds_alternative<sasl::secret_wanted>(*step)) step = server.use_secret(known);
    on = take(s, step);
    input.remove_prefix(std::min(end + 1, input.size()));
  }
  fuzz::check(s.challenges.size() <= 3);
  return s;
}

}  // namespace

// First octet: the mechanism. Then the client's messages, a line each.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const sasl::mechanism_traits& m = sasl::mechanisms[data[0] % sasl::mechanisms.size()];
  const std::string_view input = fuzz::view(data + 1, size - 1);
  const seen known = run(m.name, input, secret{"looking-glass"});
  const seen unknown = run(m.name, input, std::nullopt);
  fuzz::check(!unknown.let_in);
  fuzz::check(known.offered == unknown.offered);
  const std::size_t common = std::min(known.challenges.size(), unknown.challenges.size());
  for (std::size_t i = 0; i < common; ++i) fuzz::check(known.challenges[i] == unknown.challenges[i]);
  fuzz::check(known.challenges.size() == common || known.challenges.size() == common + 1);  // the server's own proof
  return 0;
}
