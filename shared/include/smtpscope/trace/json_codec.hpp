#pragma once
// Entries as JSON, traces as JSON Lines. The schema is shared/trace.schema.json.

#include <string>
#include <string_view>
#include <vector>

#include "smtpscope/base/result.hpp"
#include "smtpscope/trace/entry.hpp"

namespace smtpscope::trace {

struct file {
  trace::header header;
  std::vector<entry> entries;
};

[[nodiscard]] json to_json(const header& h);
[[nodiscard]] json to_json(const entry& e);

// Errors: invalid_json; `detail` names what is wrong. Unknown keys are ignored.
[[nodiscard]] result<header> header_from_json(const json& value);
[[nodiscard]] result<entry> entry_from_json(const json& value);

// Reads what an entry is about, its members dir, text or base64, fields, masked and data, into `e`.
// Error: invalid_json; `e` may hold a part of it then.
[[nodiscard]] status read_content(const json& value, entry& e);

// One object a line, each line ended by LF.
[[nodiscard]] std::string write(const file& f);
// Reads what write() wrote, or another program by the schema. Empty lines are skipped, CRLF is
// taken for LF. Sequence numbers must count from 0 without gaps.
// Error: invalid_json; `detail` begins with "line N: ".
[[nodiscard]] result<file> read(std::string_view json_lines);

}  // namespace smtpscope::trace
