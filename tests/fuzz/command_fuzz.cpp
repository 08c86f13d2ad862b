// Invariant: any line is a command or says why not; its fields lie in it; a path that was accepted
// holds no control character and, written as a command, parses to the same path again.

#include <algorithm>

#include "check.hpp"
#include "smtpscope/text/ascii.hpp"
#include "smtpscope/wire/command.hpp"

using namespace smtpscope;

namespace {

void check_path(wire::verb verb, const std::string& prefix, const std::string& path) {
  fuzz::check(std::none_of(path.begin(), path.end(), text::is_control));
  const auto line = wire::format_command(verb, prefix + path);
  if (!line) return;  // too long with its verb
  const wire::command again = wire::parse_command(*line);
  fuzz::check(!again.problem);
  fuzz::check((again.from ? again.from->text() : again.to->text()) == path);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view line = fuzz::view(data, size);
  const wire::command c = wire::parse_command(line);
  fuzz::check_fields(c.fields, line.size());
  fuzz::check(!c.fields.empty() && c.fields[0].begin == 0 && c.fields[0].end == line.size());
  if (c.what == wire::verb::mail && !c.problem) check_path(c.what, "FROM:", c.from->text());
  if (c.what == wire::verb::rcpt && !c.problem) check_path(c.what, "TO:", c.to->text());
  const auto written = wire::format_command(wire::verb::vrfy, line);
  if (written) fuzz::check(written->find('\r') == written->size() - 2 && written->find('\0') == std::string::npos);
  return 0;
}
