#include "integration/serve_process.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace smtpscope::testing {
namespace {

std::uint16_t port_behind(const std::string& text, const std::string& before) {
  const auto at = text.find(before);
  if (at == std::string::npos) throw std::runtime_error("smtpscope serve said " + text);
  return static_cast<std::uint16_t>(std::stoi(text.substr(at + before.size())));
}

// Its first words, up to the line that names the mailbox's ports.
std::string read_banner(int from) {
  std::string text;
  std::array<char, 512> piece;
  while (text.find("smtps") == std::string::npos) {
    const ssize_t n = ::read(from, piece.data(), piece.size());
    if (n <= 0) throw std::runtime_error("smtpscope serve did not start: " + text);
    text.append(piece.data(), static_cast<std::size_t>(n));
  }
  return text;
}

}  // namespace

int size_from_environment(const char* name, int usual) {
  const char* given = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets it
  return given == nullptr ? usual : std::atoi(given);
}

serve_process::serve_process(const std::filesystem::path& state, std::vector<std::string> more) {
  std::vector<std::string> words = {SMTPSCOPE_PROGRAM, "serve",        "--listen",    "127.0.0.1:0",
                                    "--smtp",          "127.0.0.1:0",  "--smtps",     "127.0.0.1:0",
                                    "--state-dir",     state.string(), "--log-level", "off"};
  words.insert(words.end(), more.begin(), more.end());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::array<int, 2> out{};
  if (::pipe2(out.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  const int failed = ::posix_spawn(&pid_, SMTPSCOPE_PROGRAM, &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(out[1]);
  if (failed != 0) throw std::runtime_error("cannot run " SMTPSCOPE_PROGRAM);
  try {
    const std::string banner = read_banner(out[0]);
    port_ = port_behind(banner, "open http://127.0.0.1:");
    smtp_port_ = port_behind(banner, "smtp 127.0.0.1:");
  } catch (...) {
    ::close(out[0]);
    kill();
    throw;
  }
  ::close(out[0]);
}

serve_process::~serve_process() { kill(); }

void serve_process::kill() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

}  // namespace smtpscope::testing
