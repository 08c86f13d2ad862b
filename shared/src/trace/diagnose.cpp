#include "smtpscope/trace/diagnose.hpp"

#include <algorithm>
#include <array>

#include "smtpscope/text/ascii.hpp"
#include "smtpscope/trace/entry_data.hpp"

namespace smtpscope::trace {

namespace {

// What the rows are matched against.
struct facts {
  std::string outcome;
  std::string failure;
  std::string stage;
  int code = 0;
  std::string enhanced;
  std::string_view provider;
  std::string token;
  std::string transport;
  std::string transport_with_reason;
  std::vector<std::uint64_t> evidence;
};

// The value behind "?p=" in a reply of Google's: a stable key among texts that change.
std::string token_of(const json& lines) {
  for (const json& line : lines) {
    if (!line.is_string()) continue;
    const std::string text = line.get<std::string>();
    const std::size_t at = text.find("?p=");
    if (at == std::string::npos) continue;
    const auto begin = text.begin() + static_cast<std::ptrdiff_t>(at) + 3;
    return {begin, std::find_if_not(begin, text.end(), text::is_alnum)};
  }
  return {};
}

// A set of kinds, a bit for each.
using kinds = std::uint32_t;
static_assert(kind_count <= 32);

template <class... Kind>
constexpr kinds set_of(Kind... all) {
  return ((kinds{1} << static_cast<unsigned>(all)) | ...);
}

constexpr kinds replies = set_of(kind::reply, kind::greeting, kind::sasl_challenge);

bool is_of(const entry& e, kinds wanted) { return (wanted >> static_cast<unsigned>(e.kind) & 1U) != 0; }

// The last entry of those kinds, and of `stage` unless that is empty; nullptr where there is none.
const entry* last(const std::vector<entry>& entries, kinds wanted, std::string_view stage = {}) {
  for (std::size_t i = entries.size(); i-- > 0;)
    if (is_of(entries[i], wanted) && (stage.empty() || text_of(entries[i].data, "stage") == stage)) return &entries[i];
  return nullptr;
}

void take_reply(facts& f, const entry& e) {
  f.code = number_of(e.data, "code");
  f.enhanced = text_of(e.data, "enhanced");
  if (const auto lines = e.data.find("lines"); lines != e.data.end() && lines->is_array()) f.token = token_of(*lines);
}

// The refusal itself, and the command that met it.
void find_refusal(facts& f, const std::vector<entry>& entries) {
  for (const entry& e : entries) {
    if (!is_of(e, replies) || text_of(e.data, "stage") != f.stage) continue;
    const int code = number_of(e.data, "code");
    if (code < 400) continue;
    if (f.evidence.empty()) take_reply(f, e);
    if (f.evidence.size() < 8) f.evidence.push_back(e.sequence);
  }
}

void find_evidence(facts& f, const std::vector<entry>& entries) {
  if (f.failure == "refused") find_refusal(f, entries);
  if (const entry* e = last(entries, set_of(kind::transport_error)); e != nullptr && f.failure == "transport") {
    f.stage = text_of(e->data, "stage");
    f.transport = text_of(e->data, "code");
    f.transport_with_reason = f.transport + "/" + text_of(e->data, "reason");
    f.evidence.push_back(e->sequence);
  }
  if (!f.evidence.empty()) return;
  const bool about_offer = f.failure.find("_not_offered") != std::string::npos || f.failure == "auth_without_tls" ||
                           f.failure == "requiretls_not_possible" || f.failure == "too_large" ||
                           f.failure == "mail_limit";
  const entry* e = nullptr;
  if (about_offer)  // what the server said it can do
    e = last(entries, set_of(kind::reply), "ehlo");
  if (e == nullptr && (f.failure == "protocol" || f.failure == "starttls_plaintext")) e = last(entries, replies);
  if (e == nullptr) {  // what was left unanswered, and how that was seen
    e = last(entries, set_of(kind::command, kind::sasl_response, kind::content, kind::end_of_content, kind::connected));
    const entry* how = last(entries, set_of(kind::timeout, kind::cancelled, kind::closed));
    if (e != nullptr && how != nullptr && how->sequence > e->sequence) {
      f.evidence = {e->sequence, how->sequence};
      return;
    }
  }
  if (e != nullptr) f.evidence.push_back(e->sequence);
}

bool fits(const diagnosis_row& row, const facts& f) {
  return row.failure == f.failure && (row.outcome.empty() || row.outcome == f.outcome) &&
         (row.stage.empty() || row.stage == f.stage) &&
         (row.code == 0 || row.code == f.code || row.code == f.code / 100) &&
         (row.enhanced.empty() || row.enhanced == f.enhanced) && (row.provider.empty() || row.provider == f.provider) &&
         (row.token.empty() || row.token == f.token) &&
         (row.transport.empty() || row.transport == f.transport || row.transport == f.transport_with_reason);
}

}  // namespace

std::string_view provider_of(std::string_view host) noexcept {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> known = {{{"gmail.com", "gmail"},
                                                                                   {"googlemail.com", "gmail"},
                                                                                   {"google.com", "gmail"},
                                                                                   {"office365.com", "microsoft"},
                                                                                   {"outlook.com", "microsoft"},
                                                                                   {"hotmail.com", "microsoft"}}};
  for (const auto& [domain, provider] : known) {
    if (host.size() < domain.size()) continue;
    const std::string_view tail = host.substr(host.size() - domain.size());
    const bool whole = host.size() == domain.size() || host[host.size() - domain.size() - 1] == '.';
    if (whole && text::iequals(tail, domain)) return provider;
  }
  return {};
}

std::optional<diagnosis> diagnose(const std::vector<entry>& entries, const texts& words) {
  const entry* result = last(entries, set_of(kind::result));
  if (result == nullptr) return std::nullopt;
  const auto failure = result->data.find("failure");
  if (failure == result->data.end() || !failure->is_object()) return std::nullopt;
  facts f;
  f.outcome = text_of(result->data, "outcome");
  f.failure = text_of(*failure, "kind");
  f.stage = text_of(*failure, "stage");
  if (const entry* to = last(entries, set_of(kind::resolving))) f.provider = provider_of(text_of(to->data, "host"));
  find_evidence(f, entries);
  for (const diagnosis_row& row : words.diagnoses())
    if (fits(row, f)) return diagnosis{row.key, row.title, row.cause, row.fix, f.evidence, row.again};
  return diagnosis{"unknown", "The session failed", text_of(*failure, "detail"), {}, f.evidence, retry::no};
}

}  // namespace smtpscope::trace
