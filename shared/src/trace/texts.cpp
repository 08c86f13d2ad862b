#include "smtpscope/trace/texts.hpp"

#include <optional>

#include "smtpscope/base/json.hpp"

namespace smtpscope::trace {
namespace {

std::optional<kind> kind_named(std::string_view text) noexcept {
  for (std::size_t i = 0; i < kind_count; ++i)
    if (name(static_cast<kind>(i)) == text) return static_cast<kind>(i);
  return std::nullopt;
}

// Reads one row; the first problem is kept, and what is left over at the end is one too.
class row_reader {
 public:
  explicit row_reader(const json& row) : row_(row) {
    if (!row.is_object()) problem_ = "is no object";
  }

  std::string text(const char* key) {
    const json* value = take(key);
    if (value == nullptr) return {};
    if (value->is_string()) return value->get<std::string>();
    fail(key, "must be a text");
    return {};
  }
  std::string needed_text(const char* key) {
    std::string value = text(key);
    if (value.empty()) fail(key, "is missing");
    return value;
  }
  // A reply code or its first digit.
  int code() {
    const json* value = take("code");
    if (value == nullptr) return 0;
    const bool fits = value->is_number_unsigned() && value->get<std::uint64_t>() < 600;
    if (!fits) fail("code", "must be a reply code or its first digit");
    return fits ? static_cast<int>(value->get<std::uint64_t>()) : 0;
  }
  std::vector<std::string> lines(const char* key) {
    std::vector<std::string> out;
    const json* value = take(key);
    if (value == nullptr) return out;
    if (!value->is_array()) fail(key, "must be a list of texts");
    for (const json& line : *value) {
      if (line.is_string())
        out.push_back(line.get<std::string>());
      else
        fail(key, "must be a list of texts");
    }
    return out;
  }
  void fail(std::string_view key, std::string_view what) {
    if (problem_.empty()) problem_ = "\"" + std::string{key} + "\" " + std::string{what};
  }
  // What is wrong with the row, or nothing.
  std::string problem() {
    if (problem_.empty() && taken_ != row_.size()) problem_ = "has a member that is not known";
    return problem_;
  }

 private:
  const json* take(const char* key) {
    if (!row_.is_object()) return nullptr;
    const auto found = row_.find(key);
    if (found == row_.end()) return nullptr;
    ++taken_;
    return &*found;
  }

  const json& row_;
  std::size_t taken_ = 0;
  std::string problem_;
};

explanation_row read_explanation(row_reader& row) {
  explanation_row out;
  const std::string what = row.needed_text("kind");
  const std::optional<kind> k = kind_named(what);
  if (k)
    out.kind = *k;
  else
    row.fail("kind", "is no kind of entry");
  out.key = row.text("key");
  out.code = row.code();
  out.title = row.needed_text("title");
  out.text = row.text("text");
  out.rfc = row.text("rfc");
  return out;
}

struct diagnosis_text {
  const char* key;
  std::string diagnosis_row::*member;
};
constexpr diagnosis_text diagnosis_texts[] = {
    {"failure", &diagnosis_row::failure},   {"stage", &diagnosis_row::stage}, {"enhanced", &diagnosis_row::enhanced},
    {"provider", &diagnosis_row::provider}, {"token", &diagnosis_row::token}, {"transport", &diagnosis_row::transport},
    {"outcome", &diagnosis_row::outcome},   {"cause", &diagnosis_row::cause},
};

diagnosis_row read_diagnosis(row_reader& row) {
  diagnosis_row out;
  out.key = row.needed_text("key");
  out.title = row.needed_text("title");
  for (const diagnosis_text& t : diagnosis_texts) out.*t.member = row.text(t.key);
  out.code = row.code();
  out.fix = row.lines("fix");
  const std::string again = row.text("retry");
  if (again == "later")
    out.again = retry::later;
  else if (again == "after_change")
    out.again = retry::after_change;
  else if (again != "no")
    row.fail("retry", "must be \"no\", \"later\" or \"after_change\"");
  return out;
}

// Reads a list of rows with `read`.
template <class Row>
status read_rows(const json& file, const char* key, Row (*read)(row_reader&), std::vector<Row>& out) {
  const auto list = file.find(key);
  if (list == file.end() || !list->is_array())
    return error{errc::invalid_json, "the texts have no list \"" + std::string{key} + "\""};
  out = std::vector<Row>(list->size());  // at once: growing would need code of its own
  for (std::size_t i = 0; i < out.size(); ++i) {
    row_reader row{(*list)[i]};
    out[i] = read(row);
    if (const std::string problem = row.problem(); !problem.empty())
      return error{errc::invalid_json, std::string{key} + ", row " + std::to_string(i + 1) + ": " + problem};
  }
  return {};
}

}  // namespace

result<texts> texts::parse(std::string_view json_text) {
  const result<json> file = parse_json(json_text, 4);
  if (!file) return file.why();
  if (!file->is_object()) return error{errc::invalid_json, "the texts are no JSON object"};
  texts out;
  if (const auto language = file->find("language"); language != file->end() && language->is_string())
    out.language_ = language->get<std::string>();
  if (out.language_.empty()) return error{errc::invalid_json, "the texts do not say their \"language\""};
  if (status s = read_rows(*file, "explanations", read_explanation, out.explanations_); !s) return s.why();
  if (status s = read_rows(*file, "diagnoses", read_diagnosis, out.diagnoses_); !s) return s.why();
  return out;
}

const texts& no_texts() noexcept {
  static const texts none;
  return none;
}

}  // namespace smtpscope::trace
