#include "support/child_program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

extern char** environ;

namespace smtpscope::test {

child_program::child_program(const std::vector<std::string>& command) {
  // Sockets and not pipes: writing to who has left is an error then, and no signal.
  int in[2];
  int out[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in) != 0 ||
      ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, out) != 0)
    return;
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_adddup2(&files, in[1], STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&files, out[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&files, out[1], STDERR_FILENO);
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  if (::posix_spawnp(&pid_, words[0], &files, nullptr, words.data(), environ) != 0) pid_ = -1;
  ::posix_spawn_file_actions_destroy(&files);
  ::close(in[1]);
  ::close(out[1]);
  input_ = in[0];
  output_ = out[0];
}

child_program::~child_program() {
  kill();
  ::close(input_);
  ::close(output_);
}

void child_program::say(std::string_view text) const {
  static_cast<void>(::send(input_, text.data(), text.size(), MSG_NOSIGNAL));
}

bool child_program::prints(std::string_view text) {
  while (printed_.find(text) == std::string::npos)
    if (!read_more()) return false;
  return true;
}

std::string child_program::rest_of_line(std::string_view text) {
  if (!prints(text)) return {};
  const std::size_t begin = printed_.find(text) + text.size();
  while (printed_.find('\n', begin) == std::string::npos)
    if (!read_more()) return {};
  return printed_.substr(begin, printed_.find('\n', begin) - begin);
}

bool child_program::read_more() {
  constexpr int patience = 20'000;  // milliseconds
  pollfd wait{output_, POLLIN, 0};
  std::array<char, 4096> piece;
  if (::poll(&wait, 1, patience) <= 0) return false;
  const ssize_t size = ::recv(output_, piece.data(), piece.size(), 0);
  if (size > 0) printed_.append(piece.data(), static_cast<std::size_t>(size));
  return size > 0;
}

void child_program::kill() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

}  // namespace smtpscope::test
