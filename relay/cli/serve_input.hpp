#pragma once
// What `smtpscope serve` was told, by command line and file, and what is wrong with it.

#include <optional>
#include <string>
#include <vector>

#include "relay/cli/serve_table.hpp"

namespace smtpscope::cli {

struct given_value {
  std::string text;
  int line = 0;  // of the file; 0 on the command line
};

struct complaint {
  int line = 0;  // of the file; 0 where that is not to blame
  std::string text;
};

// For each row of the table the values given, none where it was not.
using given_values = std::vector<std::vector<given_value>>;

// The command line wins over the file, option by option: a list on the command line stands for the file's.
class serve_input {
 public:
  // `typed` as the command line has it; `file` is read by read(), "" for none.
  serve_input(given_values typed, std::string file);

  // What comes of it; the complaints, a line each in the order of the file, where that is nothing.
  struct outcome {
    std::optional<app::serve_options> options;
    std::vector<std::string> complaints;
  };
  // Reads the file, now.
  [[nodiscard]] outcome read();

  // An error that begins with an option ("--listen …") as one that names the file's line and key, where the
  // option came from there.
  [[nodiscard]] std::string in_place(const std::string& why) const;

  // Keys of the options whose values differ from those of `before` and that a reload does not change.
  [[nodiscard]] std::vector<std::string> only_at_restart(const serve_input& before) const;

 private:
  void take(const serve_option& option, const std::vector<given_value>& values, serve_settings& into,
            std::vector<complaint>& complaints) const;
  [[nodiscard]] std::string label(const serve_option& option, int line) const;

  given_values typed_;
  std::string file_;
  given_values values_;  // of both, as of the last read()
};

}  // namespace smtpscope::cli
