#pragma once
// Small conversions that the recorder and its readers share: the data of some entries.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "smtpscope/session/event.hpp"
#include "smtpscope/trace/diagnose.hpp"
#include "smtpscope/trace/entry.hpp"

namespace smtpscope::trace {

// Stable names of a session's end, used in entries and by the page.
[[nodiscard]] std::string_view name(session::outcome o) noexcept;
[[nodiscard]] std::string_view name(session::failure_kind k) noexcept;
[[nodiscard]] std::string_view name(session::fate f) noexcept;
[[nodiscard]] std::string_view name(retry r) noexcept;

// The states before and after, as an entry's "client" has them.
[[nodiscard]] std::pair<std::string, std::string> names(session::client_transition t);

// Data of a `result` entry: {outcome, failure?: {kind, stage, detail}, recipients: [{path, accepted, code?}]};
// with several messages also messages: the same of each, and each recipient's `end`.
[[nodiscard]] json result_data(const session::finished& f);

// Data of a `diagnosis` entry: {key, title, cause, fix, evidence, retry}.
[[nodiscard]] json to_json(const diagnosis& d);

// Parts of a piece of stuffed content: "header_section" and "body" where the first piece tells
// them apart, and each "stuffed_dot" (at most 256 a piece). `first` and `at_line_start` say where
// the piece stands in the content.
void add_content_fields(std::string_view bytes, bool first, bool at_line_start, std::vector<wire::field>& fields);

// `data[key]` as text or number; "" and 0 where it is not one.
[[nodiscard]] std::string text_of(const json& data, const char* key);
[[nodiscard]] int number_of(const json& data, const char* key);
// Whether `data[key]` is true.
[[nodiscard]] bool flag_of(const json& data, const char* key);

}  // namespace smtpscope::trace
