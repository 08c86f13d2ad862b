#include "smtpscope/trace/explain.hpp"

#include "smtpscope/trace/entry_data.hpp"

namespace smtpscope::trace {

namespace {

// The member of an entry's data that its rows are keyed by.
std::string key_of(const entry& e) {
  switch (e.kind) {
    case kind::content:  // BDAT, or nothing for DATA
    case kind::command: return text_of(e.data, "verb");
    case kind::greeting:
    case kind::reply:
    case kind::sasl_challenge: return text_of(e.data, "stage");
    case kind::transport_error: return text_of(e.data, "code");
    case kind::closed: return text_of(e.data, "by");
    case kind::result: return text_of(e.data, "outcome");
    case kind::tls_message: {  // an alert is keyed by what it says
      const std::string alert = text_of(e.data, "description");
      return alert.empty() ? text_of(e.data, "type") : alert;
    }
    case kind::resolving:
    case kind::resolved:
    case kind::connected:
    case kind::tls_started:
    case kind::tls_established:
    case kind::sasl_response:
    case kind::end_of_content:
    case kind::timeout:
    case kind::cancelled:
    case kind::diagnosis:
    case kind::note: return {};
  }
  return {};
}

std::string fill(std::string_view pattern, const json& data) {
  std::string out;
  while (!pattern.empty()) {
    const std::size_t open = pattern.find('{');
    const std::size_t close = open == std::string_view::npos ? open : pattern.find('}', open);
    if (close == std::string_view::npos) return out.append(pattern);
    out.append(pattern.substr(0, open));
    const std::string key{pattern.substr(open + 1, close - open - 1)};
    const auto it = data.find(key);
    if (it != data.end() && it->is_string()) out += it->get<std::string>();
    if (it != data.end() && it->is_number_integer()) out += std::to_string(it->get<std::int64_t>());
    pattern.remove_prefix(close + 1);
  }
  return out;
}

}  // namespace

explanation explain(const entry& e, const texts& words) {
  const std::string key = key_of(e);
  const int code = number_of(e.data, "code");
  for (const explanation_row& row : words.explanations()) {
    if (row.kind != e.kind || (!row.key.empty() && row.key != key)) continue;
    if (row.code != 0 && row.code != code && row.code != code / 100) continue;
    return {fill(row.title, e.data), fill(row.text, e.data),
            e.kind == kind::note ? text_of(e.data, "section") : row.rfc};
  }
  return {std::string{name(e.kind)}, {}, {}};
}

}  // namespace smtpscope::trace
