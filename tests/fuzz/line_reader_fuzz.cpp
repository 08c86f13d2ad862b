// Invariant: however the input is cut, the same lines come out; each ends in the only CRLF it holds
// and is within the bound; nothing is lost but lines that were too long. Dots: what was stuffed comes
// back the same, and content never ends but at CRLF "." CRLF.

#include <algorithm>
#include <string>
#include <vector>

#include "check.hpp"
#include "smtpscope/wire/dot_codec.hpp"
#include "smtpscope/wire/line_reader.hpp"

using namespace smtpscope;

namespace {

constexpr std::size_t bound = 64;

std::vector<std::string> lines_of(std::string_view input, std::size_t piece) {
  wire::line_reader reader{bound};
  std::vector<std::string> out;
  while (true) {
    const std::size_t n = std::min(piece, input.size());
    reader.append(input.substr(0, n));
    input.remove_prefix(n);
    while (auto line = reader.next()) out.push_back(line->has_value() ? **line : "too long");
    if (input.empty()) return out;
  }
}

void check_dots(std::string_view content, std::size_t piece) {
  wire::dot_stuffer stuffer;
  std::string sent;
  for (std::size_t at = 0; at < content.size(); at += piece) sent += stuffer.stuff(content.substr(at, piece));
  const std::string_view rest = stuffer.finish();
  sent += rest;
  sent += wire::end_of_content;
  sent += "QUIT\r\n";
  wire::dot_unstuffer unstuffer;
  std::string back;
  std::string_view input = sent;
  while (!input.empty() && !unstuffer.finished()) input.remove_prefix(unstuffer.consume(input.substr(0, piece), back));
  fuzz::check(unstuffer.finished());
  fuzz::check(back == std::string{content} + std::string{rest});
  fuzz::check(input == "QUIT\r\n");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = data[0] % 32 + 1U;
  const std::string_view input = fuzz::view(data + 1, size - 1);
  const std::vector<std::string> whole = lines_of(input, std::max<std::size_t>(input.size(), 1));
  fuzz::check(whole == lines_of(input, piece));
  for (const std::string& line : whole) {
    if (line == "too long") continue;
    fuzz::check(line.size() <= bound && line.find("\r\n") == line.size() - 2);
  }
  check_dots(input, piece);
  return 0;
}
