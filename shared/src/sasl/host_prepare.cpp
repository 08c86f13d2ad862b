#include "host_prepare.hpp"

// A page has its own (wasm/host.cpp).
#ifndef __EMSCRIPTEN__

#include <stringprep.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "smtpscope/text/normalize.hpp"
#include "smtpscope/text/utf8.hpp"

namespace smtpscope::sasl {
namespace {

using code_points = std::vector<std::uint32_t>;
using profile = std::vector<Stringprep_profile>;

constexpr std::string_view prohibited = " holds a control character or one that is not for text (RFC 4013)";
constexpr std::string_view both_directions =
    " mixes directions: where a letter runs from right to left, none may run from left to right, and the first and "
    "the last must be such letters (RFC 3454 section 6)";
constexpr std::string_view unassigned =
    " holds a character that Unicode 3.2 did not have, which SASLprep does not keep (RFC 4013 section 2.5)";

// libidn's profile SASLprep in two halves. The step between them is ours: libidn's own NFKC composes across a
// mark (what Unicode's Corrigendum 5 put right), and a page's does not.
struct halves {
  profile mappings;
  profile checks;
  Stringprep_profile assigned_later{};  // the table of what Unicode 3.2 did not have
};

halves make_halves() {
  halves made;
  for (const Stringprep_profile* row = stringprep_saslprep; row->operation != 0; ++row) {
    if (row->operation == STRINGPREP_NFKC) continue;
    (row->operation == STRINGPREP_MAP_TABLE ? made.mappings : made.checks).push_back(*row);
    if (row->operation == STRINGPREP_UNASSIGNED_TABLE) made.assigned_later = *row;
  }
  made.mappings.push_back({});
  made.checks.push_back({});
  return made;
}

const halves& saslprep() {
  static const halves made = make_halves();
  return made;
}

bool is_assigned(std::uint32_t value) {
  const Stringprep_profile& table = saslprep().assigned_later;
  const auto* end = table.table + table.table_size;
  const auto last_of = [](const Stringprep_table_element& e) { return e.end != 0 ? e.end : e.start; };
  const auto* found = std::lower_bound(
      table.table, end, value, [&](const Stringprep_table_element& e, std::uint32_t v) { return last_of(e) < v; });
  return found == end || value < found->start;
}

// False where `text` is not UTF-8.
bool decode(std::string_view text, code_points& out) {
  while (!text.empty()) {
    const text::code_point next = text::first_code_point(text);
    if (next.state == text::code_point::kind::invalid) return false;
    out.push_back(next.value);
    text.remove_prefix(next.octets);
  }
  return true;
}

int run(code_points& text, Stringprep_profile_flags flags, const profile& steps) {
  std::size_t size = text.size();
  text.resize(size + 1);  // libidn wants one more than it uses
  const int failure = stringprep_4i(text.data(), &size, text.size(), flags, steps.data());
  text.resize(size);
  return failure;
}

// NFKC of Unicode 3.2: what it did not have stays, and composes with nothing.
std::string normalize(const code_points& text) {
  std::string made;
  std::string piece;
  for (const std::uint32_t value : text) {
    if (is_assigned(value)) {
      text::append_utf8(piece, value);
      continue;
    }
    made += text::nfkc(piece);
    piece.clear();
    text::append_utf8(made, value);
  }
  return made + text::nfkc(piece);
}

// The prepared text in `out`; gives the refusal, or nothing.
std::string_view prepare_here(std::string_view text, Stringprep_profile_flags flags, std::string& out) {
  code_points points;
  if (!decode(text, points) || run(points, {}, saslprep().mappings) != STRINGPREP_OK) return prohibited;
  out = normalize(points);
  points.clear();
  if (!decode(out, points)) return prohibited;
  switch (run(points, flags, saslprep().checks)) {
    case STRINGPREP_OK: return {};
    case STRINGPREP_CONTAINS_UNASSIGNED: return unassigned;
    case STRINGPREP_BIDI_BOTH_L_AND_RAL:
    case STRINGPREP_BIDI_LEADTRAIL_NOT_RAL: return both_directions;
    default: return prohibited;
  }
}

}  // namespace
}  // namespace smtpscope::sasl

int smtpscope_host_prepare(const char* text, int octets, int stored, char* out) {
  std::string made;
  const std::string_view refusal =
      smtpscope::sasl::prepare_here({text, static_cast<std::size_t>(octets)},
                                    stored != 0 ? STRINGPREP_NO_UNASSIGNED : Stringprep_profile_flags{}, made);
  const std::string_view told = refusal.empty() ? std::string_view{made} : refusal;
  std::copy(told.begin(), told.end(), out);
  return refusal.empty() ? static_cast<int>(told.size()) : -static_cast<int>(told.size());
}

#endif
