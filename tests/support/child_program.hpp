#pragma once
// Another program beside the test, whose input and output the test holds.

#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace smtpscope::test {

class child_program {
 public:
  // Found on the PATH. It is killed at the end of the test, if it has not ended.
  explicit child_program(const std::vector<std::string>& command);
  child_program(const child_program&) = delete;
  child_program& operator=(const child_program&) = delete;
  ~child_program();

  // To its input.
  void say(std::string_view text) const;
  // Waits until it has printed the text, on stdout or stderr; false when it ended or 20 s are over.
  bool prints(std::string_view text);
  // Waits for a line with that text and gives the rest of it; "" when none came.
  std::string rest_of_line(std::string_view text);
  // What it has printed so far.
  [[nodiscard]] const std::string& printed() const noexcept { return printed_; }
  // Ends it at once, as a fall of the power would.
  void kill();

 private:
  bool read_more();

  pid_t pid_ = -1;
  int input_ = -1;
  int output_ = -1;
  std::string printed_;
};

}  // namespace smtpscope::test
