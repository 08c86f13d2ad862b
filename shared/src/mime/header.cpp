#include "smtpscope/mime/header.hpp"

#include <algorithm>
#include <cstddef>

#include "smtpscope/base/limits.hpp"
#include "smtpscope/text/ascii.hpp"
#include "smtpscope/text/encoded_word.hpp"
#include "smtpscope/text/utf8.hpp"

namespace smtpscope::mime {
namespace {

constexpr std::size_t longest_field_name = 76;
constexpr std::size_t longest_parameter = 255;  // as long as a file name can be on common systems
// A display name longer than this is written in encoded words, which can be folded.
constexpr std::size_t longest_quoted_name = 60;
// A word or blank longer than this is written in encoded words, so that no line comes near 998.
constexpr std::size_t longest_plain_word = 500;
constexpr std::size_t longest_blank = 40;
static_assert(longest_blank + text::smallest_encoded_word <= limits::encoded_line);

enum class tabs : std::uint8_t { refused, allowed };

// Collects one field, starting a new line where the next piece would not fit.
class folded_field {
 public:
  explicit folded_field(std::string_view name) : out_(std::string(name) + ":"), column_(out_.size()) {}

  // Adds `piece` behind `blank`, which becomes the start of a new line where needed (RFC 5322
  // §2.2.3). The first piece stays on the line of the name: a line without content irritates readers.
  void add(std::string_view piece, std::string_view blank = " ") {
    if (!first_ && column_ + blank.size() + piece.size() > limits::header_line_should) fold();
    put(blank, piece);
  }

  // Adds the encoded words of `utf8`. A line that holds one is at most 76 long (RFC 2047 §2).
  void add_encoded(std::string_view utf8, text::word_place place, std::string_view blank = " ") {
    if (room(blank) < text::smallest_encoded_word) fold();
    for (const std::string& word : text::encode_words(utf8, room(blank), place)) {
      if (column_ + blank.size() + word.size() > limits::encoded_line) fold();
      put(blank, word);
      blank = " ";
    }
  }

  std::string take() { return std::move(out_) + "\r\n"; }

 private:
  [[nodiscard]] std::size_t room(std::string_view blank) const noexcept {
    const std::size_t used = column_ + blank.size();
    return used < limits::encoded_line ? limits::encoded_line - used : 0;
  }
  // Never twice in a row: an empty line would end the header.
  void fold() {
    if (column_ == 0) return;
    out_ += "\r\n";
    column_ = 0;
  }
  void put(std::string_view blank, std::string_view piece) {
    out_.append(blank).append(piece);
    column_ += blank.size() + piece.size();
    first_ = false;
  }

  std::string out_;
  std::size_t column_;
  bool first_ = true;
};

// Every value goes through here before it is written.
status check_value(std::string_view field, std::string_view value, tabs allowed) {
  const auto fail = [&](errc code, std::string_view what) {
    return status(error{code, std::string(field) + ": " + std::string(what)});
  };
  for (const char c : value) {
    if (c == '\r' || c == '\n') return fail(errc::forbidden_character, "a line break may not stand here");
    if (c == '\0') return fail(errc::forbidden_character, "a NUL character may not stand here");
    if (text::is_control(c) && (c != '\t' || allowed == tabs::refused))
      return fail(errc::forbidden_character, "a control character may not stand here");
  }
  if (!text::is_utf8(value)) return fail(errc::invalid_encoding, "the text is not UTF-8");
  return {};
}

status check_name(std::string_view name) {
  if (is_field_name(name)) return {};
  return error{errc::invalid_header, "the name of a header field is not printable ASCII without a colon"};
}

constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

// A word of unstructured text with the blank before it.
struct text_word {
  std::size_t blank = 0;  // offset of the blank
  std::size_t begin = 0;
  std::size_t end = 0;
};

std::vector<text_word> split_words(std::string_view value) {
  std::vector<text_word> words;
  for (std::size_t i = 0; i < value.size();) {
    text_word w;
    w.blank = i;
    while (i < value.size() && is_blank(value[i])) ++i;
    w.begin = i;
    while (i < value.size() && !is_blank(value[i])) ++i;
    w.end = i;
    words.push_back(w);
  }
  return words;
}

// True for a word that cannot stand as it is: not ASCII, like an encoded word, or too long to fold.
bool needs_encoding(std::string_view word) noexcept {
  return word.size() > longest_plain_word || word.find("=?") != std::string_view::npos || !text::all_ascii(word);
}

// True for a blank that would be changed by folding or be too long for it.
bool is_odd_blank(std::string_view blank) noexcept {
  return blank.size() > longest_blank || blank.find('\t') != std::string_view::npos;
}

// Words [first, last) are to be encoded; everything from the first such word to the last.
void find_encoded(std::string_view value, const std::vector<text_word>& words, std::size_t& first, std::size_t& last) {
  first = words.size();
  last = 0;
  const auto mark = [&](std::size_t from, std::size_t to) {
    first = std::min(first, from);
    last = std::max(last, to);
  };
  for (std::size_t i = 0; i < words.size(); ++i) {
    const text_word& w = words[i];
    if (needs_encoding(value.substr(w.begin, w.end - w.begin))) mark(i, i + 1);
    if (i > 0 && is_odd_blank(value.substr(w.blank, w.begin - w.blank))) mark(i - 1, i + 1);
  }
}

std::string_view trimmed(std::string_view value) noexcept {
  while (!value.empty() && is_blank(value.front())) value.remove_prefix(1);
  while (!value.empty() && is_blank(value.back())) value.remove_suffix(1);
  return value;
}

// RFC 5322 §3.2.3: atoms with single spaces between them need no quotation marks.
bool is_atoms(std::string_view name) noexcept {
  if (name.empty() || name.front() == ' ' || name.back() == ' ' || name.find("  ") != std::string_view::npos)
    return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return c == ' ' || text::is_alnum(c) || std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
  });
}

void add_display_name(folded_field& out, std::string_view name) {
  if (name.size() > longest_quoted_name || name.find("=?") != std::string_view::npos || !text::all_ascii(name)) {
    out.add_encoded(name, text::word_place::phrase);
  } else if (is_atoms(name)) {
    for (const text_word& w : split_words(name)) out.add(name.substr(w.begin, w.end - w.begin));
  } else {
    out.add(text::quoted_string(name));
  }
}

}  // namespace

bool is_field_name(std::string_view text) noexcept {
  return !text.empty() && text.size() <= longest_field_name &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127 && c != ':'; });
}

result<std::string> unstructured_field(std::string_view name, std::string_view value) {
  if (status ok = check_name(name); !ok) return ok.why();
  if (status ok = check_value(name, value, tabs::allowed); !ok) return ok.why();
  value = trimmed(value);
  const std::vector<text_word> words = split_words(value);
  std::size_t first = 0;
  std::size_t last = 0;
  find_encoded(value, words, first, last);
  folded_field out(name);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const text_word& w = words[i];
    const std::string_view blank = i == 0 ? std::string_view(" ") : value.substr(w.blank, w.begin - w.blank);
    if (i == first && first < last) {
      out.add_encoded(value.substr(w.begin, words[last - 1].end - w.begin), text::word_place::text, blank);
      i = last - 1;
    } else {
      out.add(value.substr(w.begin, w.end - w.begin), blank);
    }
  }
  return out.take();
}

result<std::string> address_field(std::string_view name, const std::vector<named_mailbox>& mailboxes) {
  if (status ok = check_name(name); !ok) return ok.why();
  if (mailboxes.empty()) return error{errc::invalid_argument, std::string(name) + ": there is no address"};
  folded_field out(name);
  for (std::size_t i = 0; i < mailboxes.size(); ++i) {
    const named_mailbox& m = mailboxes[i];
    if (status ok = check_value(name, m.display_name, tabs::refused); !ok) return ok.why();
    const std::string comma = i + 1 < mailboxes.size() ? "," : "";
    if (m.display_name.empty()) {
      out.add(m.address.text() + comma);
    } else {
      add_display_name(out, m.display_name);
      out.add("<" + m.address.text() + ">" + comma);
    }
  }
  return out.take();
}

result<std::string> parameter_field(std::string_view name, std::string_view value,
                                    const std::vector<header_parameter>& parameters) {
  if (status ok = check_name(name); !ok) return ok.why();
  if (status ok = check_value(name, value, tabs::refused); !ok) return ok.why();
  if (!text::all_ascii(value) || value.size() > longest_plain_word)
    return error{errc::invalid_header, std::string(name) + ": the value is not short ASCII text"};
  std::vector<std::string> pieces{std::string(value)};
  for (const header_parameter& p : parameters) {
    const std::string where = std::string(name) + " (" + p.attribute + ")";
    if (!text::is_token(p.attribute) || p.attribute.size() > longest_field_name)
      return error{errc::invalid_header, std::string(name) + ": the name of a parameter is not a token"};
    if (p.value.size() > longest_parameter)
      return error{errc::invalid_argument, where + ": the value is longer than 255 octets"};
    if (status ok = check_value(where, p.value, tabs::refused); !ok) return ok.why();
    for (std::string& piece : text::format_parameter(p.attribute, p.value)) pieces.push_back(std::move(piece));
  }
  folded_field out(name);
  for (std::size_t i = 0; i < pieces.size(); ++i) out.add(pieces[i] + (i + 1 < pieces.size() ? ";" : ""));
  return out.take();
}

}  // namespace smtpscope::mime
