#pragma once
// What options bring: whole files, or standard input.

#include <cstddef>
#include <string>

#include "smtpscope/base/result.hpp"

namespace smtpscope::cli {

// The octets of a file of at most `most_octets`, or of standard input where `file` is "-", of which no more
// than one octet beyond that is read. `label` begins the text of an error: the option, the file. Error:
// invalid_argument: it cannot be read, or is larger.
[[nodiscard]] result<std::string> read_input(const std::string& label, const std::string& file,
                                             std::size_t most_octets);

}  // namespace smtpscope::cli
