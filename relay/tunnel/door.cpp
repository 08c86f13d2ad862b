#include "relay/tunnel/door.hpp"

#include <sys/stat.h>

#include "relay/base/durable_file.hpp"

namespace smtpscope::tunnel {

result<access_tokens> token_file::read(const std::filesystem::path& file) {
  constexpr std::size_t most_octets = std::size_t{1} << 20;
  struct stat about {};
  if (::stat(file.c_str(), &about) == 0 && (about.st_mode & S_IROTH) != 0)
    return error{errc::invalid_argument,
                 file.string() + ": it holds tokens and everybody on this machine may read it: run chmod o= on it"};
  const io_result<std::string> text = read_file(file, most_octets);
  if (!text) return error{errc::invalid_argument, file.string() + ": " + text.error().message()};
  auto tokens = access_tokens::parse(*text);
  if (!tokens) return error{errc::invalid_argument, file.string() + ": " + tokens.why().detail};
  return tokens;
}

result<std::unique_ptr<token_file>> token_file::load(std::filesystem::path file) {
  auto tokens = read(file);
  if (!tokens) return tokens.why();
  return std::unique_ptr<token_file>(new token_file(std::move(file), std::move(*tokens)));
}

status token_file::reload() {
  auto tokens = read(file_);
  if (!tokens) return tokens.why();
  tokens_.replace(std::move(*tokens));
  return {};
}

unix_seconds wall_clock() {
  return std::chrono::duration_cast<seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace smtpscope::tunnel
