#include "relay/cli/input.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "relay/base/durable_file.hpp"

namespace smtpscope::cli {

result<std::string> read_input(const std::string& label, const std::string& file, std::size_t most_octets) {
  if (file != "-") {
    io_result<std::string> text = read_file(file, most_octets);
    if (text.has_error() && text.error() == boost::system::errc::not_supported)
      return error{errc::invalid_argument, label + ": it is no regular file; - is standard input"};
    if (!text) return error{errc::invalid_argument, label + ": " + text.error().message()};
    return std::move(*text);
  }
  std::string all;
  std::array<char, 16 * 1024> piece{};
  for (std::size_t n = 1; n > 0 && all.size() <= most_octets;) {
    n = std::fread(piece.data(), 1, std::min(piece.size(), most_octets + 1 - all.size()), stdin);
    all.append(piece.data(), n);
  }
  if (std::ferror(stdin) != 0) return error{errc::invalid_argument, label + ": standard input cannot be read"};
  if (all.size() > most_octets)
    return error{errc::invalid_argument, label + ": more than " + std::to_string(most_octets) + " octets"};
  return all;
}

}  // namespace smtpscope::cli
