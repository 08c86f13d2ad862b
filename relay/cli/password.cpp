#include "relay/cli/password.hpp"

#include <cstdio>
#include <cstdlib>

#include <termios.h>
#include <unistd.h>

#include "relay/base/durable_file.hpp"

namespace smtpscope::cli {
namespace {

constexpr std::size_t most_octets = 64 * 1024;  // a token of OAuth may be long

error wrong(std::string detail) { return {errc::invalid_argument, std::move(detail)}; }

// The first line of what `text` holds, which is wiped.
result<secret> first_line(std::string text, const std::string& of) {
  const std::string_view line = std::string_view(text).substr(0, text.find_first_of("\r\n"));
  secret found{std::string(line)};
  explicit_bzero(text.data(), text.size());
  if (found.empty()) return wrong(of + " is empty; its first line must be the secret");
  return found;
}

std::string from_standard_input() {
  std::string line;
  for (int c = std::getchar(); c != EOF && c != '\n' && line.size() < most_octets; c = std::getchar())
    line += static_cast<char>(c);
  return line;
}

// Puts the terminal back as it was, however the scope ends.
class without_echo {
 public:
  without_echo() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    changed_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
  }
  without_echo(const without_echo&) = delete;
  without_echo& operator=(const without_echo&) = delete;
  ~without_echo() {
    if (changed_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }

 private:
  termios before_{};
  bool changed_ = false;
};

}  // namespace

result<secret> ask_password(const std::string& user) {
  if (::isatty(STDIN_FILENO) == 0)
    return wrong("--user " + user + " needs its password: name --password-file FILE or --password-env VARIABLE");
  std::fprintf(stderr, "Password of %s: ", user.c_str());
  std::fflush(stderr);
  std::string line;
  {
    const without_echo silent;
    line = from_standard_input();
  }
  std::fputs("\n", stderr);
  return first_line(std::move(line), "the password");
}

result<secret> read_secret(const secret_source& from, const std::string& option) {
  const std::string by_file = option + "-file " + from.file;
  const std::string by_variable = option + "-env " + from.environment;
  if (!from.file.empty() && !from.environment.empty())
    return wrong(option + "-file and " + option + "-env name two secrets; give one of them");
  if (from.file == "-") return first_line(from_standard_input(), by_file);
  if (!from.file.empty()) {
    io_result<std::string> text = read_file(from.file, most_octets);
    if (!text) return wrong(by_file + ": " + text.error().message());
    return first_line(std::move(*text), by_file);
  }
  const char* value = std::getenv(from.environment.c_str());  // NOLINT(concurrency-mt-unsafe): before any thread
  if (value == nullptr) return wrong(by_variable + ": there is no such variable");
  return first_line(value, by_variable);
}

}  // namespace smtpscope::cli
