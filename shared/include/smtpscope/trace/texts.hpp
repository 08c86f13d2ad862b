#pragma once
// The words in which sessions are explained: data (shared/texts/en.json), read once by the host and
// handed to whoever explains. The WebAssembly core fetches them beside the module; native programs
// have them built in (native_texts.hpp).

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "smtpscope/base/result.hpp"
#include "smtpscope/trace/entry.hpp"

namespace smtpscope::trace {

// May the same thing be tried again?
enum class retry : std::uint8_t { no, later, after_change };

// One row of explain(). `key` is the verb of a command, the stage of a reply, the code of a
// transport error, "" for any. `code` is a reply code, or its first digit, or 0 for any. In `title`
// and `text` a name in braces stands for that member of the entry's data.
struct explanation_row {
  trace::kind kind = trace::kind::note;
  std::string key;
  int code = 0;
  std::string title;
  std::string text;
  std::string rfc;
};

// One row of diagnose(). Empty text and 0 mean any.
struct diagnosis_row {
  std::string key;        // stable, "auth.535.gmail"
  std::string failure;    // session::failure_kind
  std::string stage;      // session::client_stage; for transport errors the tunnel's stage
  int code = 0;           // reply code, or its first digit
  std::string enhanced;   // "5.7.8"
  std::string provider;   // provider_of()
  std::string token;      // the value after "?p=" in Google's replies
  std::string transport;  // code of a transport error, or "code/reason"
  std::string outcome;    // session::outcome, where the advice depends on it
  std::string title;
  std::string cause;
  std::vector<std::string> fix;  // step by step
  trace::retry again = trace::retry::no;
};

class texts {
 public:
  // No words: entries are titled by their kind, and every failure is "unknown".
  texts() = default;

  // Reads the file's JSON: {"language", "explanations": […], "diagnoses": […]}. In both lists the
  // order counts: the first row that fits speaks.
  // Error: invalid_json; `detail` names the row and what is wrong with it.
  [[nodiscard]] static result<texts> parse(std::string_view json_text);

  [[nodiscard]] const std::string& language() const noexcept { return language_; }  // BCP 47, "en"
  [[nodiscard]] const std::vector<explanation_row>& explanations() const noexcept { return explanations_; }
  [[nodiscard]] const std::vector<diagnosis_row>& diagnoses() const noexcept { return diagnoses_; }

 private:
  std::string language_;
  std::vector<explanation_row> explanations_;
  std::vector<diagnosis_row> diagnoses_;
};

// A `texts` without words, for hosts that explain nothing. Lives as long as the program.
[[nodiscard]] const texts& no_texts() noexcept;

}  // namespace smtpscope::trace
