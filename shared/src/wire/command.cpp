#include "smtpscope/wire/command.hpp"

#include <algorithm>
#include <array>

#include "smtpscope/base/limits.hpp"
#include "smtpscope/text/ascii.hpp"
#include "smtpscope/text/utf8.hpp"

namespace smtpscope::wire {
namespace {

constexpr std::array<std::string_view, verb_count> verb_names = {"EHLO", "HELO", "STARTTLS", "AUTH", "MAIL",
                                                                 "RCPT", "DATA", "RSET",     "NOOP", "QUIT",
                                                                 "VRFY", "HELP", "EXPN",     "BDAT", "?"};

verb find_verb(std::string_view word) noexcept {
  for (std::size_t i = 0; i + 1 < verb_count; ++i)
    if (text::iequals(word, verb_names[i])) return static_cast<verb>(i);
  return verb::unknown;
}

constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

// UTF-8 without control characters, C1 among them.
bool is_text(std::string_view text) noexcept {
  while (!text.empty()) {
    const text::code_point c = text::first_code_point(text);
    if (c.state == text::code_point::kind::invalid || c.value < ' ' || (c.value >= 0x7F && c.value < 0xA0))
      return false;
    text.remove_prefix(c.octets);
  }
  return true;
}

// RFC 5321 §4.1.2: esmtp-keyword.
bool is_keyword(std::string_view text) noexcept {
  return !text.empty() && text::is_alnum(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return text::is_alnum(c) || c == '-'; });
}

// RFC 5321 §4.1.2: esmtp-value; RFC 6531 §3.3 adds UTF-8.
bool is_value(std::string_view text, utf8 beyond_ascii) noexcept {
  const bool more = beyond_ascii == utf8::allowed && is_text(text);
  return !text.empty() && std::all_of(text.begin(), text.end(), [more](char c) {
    return text::is_ascii(c) ? c > ' ' && c < 127 && c != '=' : more;
  });
}

// RFC 4422 §3.1: a mechanism's name.
bool is_mechanism(std::string_view text) noexcept {
  return !text.empty() && text.size() <= 20 &&
         std::all_of(text.begin(), text.end(), [](char c) { return text::is_alnum(c) || c == '-' || c == '_'; });
}

// Takes one line apart. Offsets are those of the whole line.
class line_parser {
 public:
  line_parser(std::string_view line, utf8 beyond_ascii) : line_(line), utf8_(beyond_ascii) {}

  command parse() {
    split();
    if (out_.what == verb::unknown) return std::move(out_);
    if (has_control()) {
      fail(errc::forbidden_character, "a control character stands in the command line");
      return std::move(out_);
    }
    parse_argument();
    return std::move(out_);
  }

 private:
  // Finds line end, verb and argument.
  void split() {
    std::size_t end = line_.size();
    const bool whole = end >= 2 && line_.substr(end - 2) == "\r\n";
    if (whole) end -= 2;
    add(0, line_.size(), "line", -1);
    const std::size_t word_end = std::min(line_.find(' '), end);
    out_.word = line_.substr(0, word_end);
    out_.what = find_verb(out_.word);
    add(0, word_end, "verb", 0);
    begin_ = std::min(word_end + 1, end);
    end_ = end;
    while (end_ > begin_ && is_blank(line_[end_ - 1])) --end_;  // RFC 5321 §4.1.1: tolerate it
    out_.argument = line_.substr(begin_, end_ - begin_);
    if (!out_.argument.empty()) argument_ = add(begin_, end_, "argument", 0);
    if (whole) add(end, line_.size(), "crlf", 0);
  }

  bool has_control() const noexcept {
    return std::any_of(out_.argument.begin(), out_.argument.end(),
                       [](char c) { return text::is_control(c) && c != '\t'; });
  }

  void parse_argument() {
    switch (out_.what) {
      case verb::ehlo:
      case verb::helo: return parse_hello();
      case verb::auth: return parse_auth();
      case verb::mail:
      case verb::rcpt: return parse_transaction();
      case verb::starttls:
      case verb::data:
      case verb::rset:
      case verb::quit:
        if (!out_.argument.empty()) fail(errc::malformed_command, std::string(name(out_.what)) + " takes no argument");
        return;
      case verb::vrfy:
      case verb::expn: return parse_name();
      case verb::bdat: return parse_bdat();
      case verb::noop:
      case verb::help:
      case verb::unknown: return;
    }
  }

  void parse_hello() {
    if (out_.argument.empty()) return fail(errc::malformed_command, "the client's name is missing");
    add(begin_, end_, "client_name", argument_);
    if (!is_domain_or_literal(out_.argument))
      fail(errc::invalid_argument, "the client's name is neither a domain nor an address in brackets");
  }

  void parse_auth() {
    if (out_.argument.empty()) return fail(errc::malformed_command, "the name of a mechanism is missing");
    const std::size_t space = out_.argument.find(' ');
    const std::string_view argument = out_.argument;
    const std::string_view mechanism = argument.substr(0, space);
    add(begin_, begin_ + mechanism.size(), "mechanism", argument_);
    out_.mechanism = text::to_upper(mechanism);
    // The response is taken before anything is judged, so that it is known as a secret.
    if (space != std::string_view::npos) {
      const std::string_view response = argument.substr(space + 1);
      add(begin_ + space + 1, end_, "initial_response", argument_);
      out_.initial_response = std::string(response);
      if (response.find_first_of(" \t") != std::string_view::npos)
        fail(errc::malformed_command, "more than one initial response follows the mechanism");
    }
    if (!is_mechanism(mechanism)) fail(errc::invalid_argument, "the name of the mechanism is not legal");
  }

  // VRFY and EXPN: any text, behind which SMTPUTF8 may stand (RFC 6531 §3.7.4.2).
  void parse_name() {
    constexpr std::string_view keyword = " SMTPUTF8";
    std::string& text = out_.argument;
    if (utf8_ == utf8::allowed && text.size() > keyword.size() &&
        text::istarts_with(std::string_view(text).substr(text.size() - keyword.size()), keyword)) {
      add(end_ - keyword.size() + 1, end_, "parameter", argument_);
      out_.parameters.push_back({text.substr(text.size() - keyword.size() + 1), std::nullopt});
      text.resize(text.size() - keyword.size());
    }
    if (text.empty()) return fail(errc::malformed_command, std::string(name(out_.what)) + " needs an argument");
    if (text::all_ascii(text)) return;
    if (!is_text(text)) return fail(errc::forbidden_character, "octets stand in the argument that are no text");
    if (out_.parameters.empty()) need_smtputf8();
  }

  void need_smtputf8() {
    fail(errc::unsupported, "a character outside ASCII stands in the command, which needs SMTPUTF8");
  }

  void parse_bdat() {
    const std::string_view argument = out_.argument;
    const std::size_t space = argument.find(' ');
    const std::string_view size = argument.substr(0, space);
    const bool digits = !size.empty() && size.size() <= 20 && std::all_of(size.begin(), size.end(), text::is_digit);
    const bool last = space == std::string_view::npos || text::iequals(argument.substr(space + 1), "LAST");
    if (!size.empty()) add(begin_, begin_ + size.size(), "chunk_size", argument_);
    if (space != std::string_view::npos) add(begin_ + space + 1, end_, "last", argument_);
    if (!digits || !last) fail(errc::malformed_command, "BDAT needs a number of octets and may then say LAST");
  }

  // MAIL FROM:<…> and RCPT TO:<…> with their parameters.
  void parse_transaction() {
    const bool mail = out_.what == verb::mail;
    const std::string_view keyword = mail ? "FROM:" : "TO:";
    if (!text::istarts_with(out_.argument, keyword))
      return fail(errc::malformed_command, std::string(name(out_.what)) + " must be followed by \"" +
                                               std::string(keyword) + "\", without a space before the colon");
    add(begin_, begin_ + keyword.size(), mail ? "from_keyword" : "to_keyword", argument_);
    std::size_t path = begin_ + keyword.size();
    while (path < end_ && line_[path] == ' ') ++path;
    if (path > begin_ + keyword.size()) add(begin_ + keyword.size(), path, "stray_space", argument_);
    if (path == end_ || line_[path] != '<')
      return fail(errc::invalid_address, "the address does not stand in angle brackets");
    const std::size_t path_end = end_of_path(path);
    add(path, path_end, mail ? "reverse_path" : "forward_path", argument_);
    set_path(line_.substr(path, path_end - path));
    if (!out_.problem) parse_parameters(path_end);
    if (mail && !out_.problem && !text::all_ascii(out_.argument) && !has_parameter("SMTPUTF8")) need_smtputf8();
  }

  bool has_parameter(std::string_view keyword) const noexcept {
    return std::any_of(out_.parameters.begin(), out_.parameters.end(),
                       [keyword](const parameter& p) { return text::iequals(p.keyword, keyword); });
  }

  // Offset behind the ">" that closes the path at `begin`; a ">" in a quoted-string closes nothing.
  std::size_t end_of_path(std::size_t begin) const noexcept {
    char quote = '\0';
    for (std::size_t i = begin; i < end_; ++i) {
      const char c = line_[i];
      if (quote != '\0' && c == '\\')
        ++i;
      else if (c == '"')
        quote = quote == '\0' ? c : '\0';
      else if (c == '>' && quote == '\0')
        return i + 1;
    }
    return end_;
  }

  void set_path(std::string_view text) {
    if (out_.what == verb::mail) {
      auto path = reverse_path::parse(text, utf8_);
      if (path)
        out_.from = *path;
      else
        out_.problem = path.why();
    } else {
      auto path = forward_path::parse(text, utf8_);
      if (path)
        out_.to = *path;
      else
        out_.problem = path.why();
    }
  }

  void parse_parameters(std::size_t at) {
    if (at < end_ && line_[at] != ' ')
      return fail(errc::invalid_address, "something other than a space follows the address");
    while (at < end_) {
      if (line_[at] == ' ') {
        ++at;
        continue;
      }
      const std::size_t end = std::min(line_.find(' ', at), end_);
      const std::string_view word = line_.substr(at, end - at);
      add(at, end, "parameter", argument_);
      const std::size_t equals = word.find('=');
      parameter p{std::string(word.substr(0, equals)), std::nullopt};
      if (equals != std::string_view::npos) p.value = std::string(word.substr(equals + 1));
      if (!is_keyword(p.keyword) || (p.value && !is_value(*p.value, utf8_)))
        fail(errc::invalid_argument, "a parameter after the address is not KEYWORD or KEYWORD=value");
      out_.parameters.push_back(std::move(p));
      at = end;
    }
  }

  int add(std::size_t begin, std::size_t end, std::string_view what, int parent) {
    out_.fields.push_back(
        {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end), std::string(what), parent});
    return static_cast<int>(out_.fields.size()) - 1;
  }

  // The first problem is the one that is told.
  void fail(errc code, std::string detail) {
    if (!out_.problem) out_.problem = error{code, std::move(detail)};
  }

  std::string_view line_;
  utf8 utf8_;
  std::size_t begin_ = 0;  // of the argument
  std::size_t end_ = 0;
  int argument_ = -1;  // its field
  command out_;
};

// RFC 6531 §3.3, §3.7.1: addresses and their parameters; not the client's name, nothing of SASL.
bool takes_utf8(verb v) noexcept { return v == verb::mail || v == verb::rcpt || v == verb::vrfy || v == verb::expn; }

// RFC 5321 §4.5.3.1.4, and what the extensions add.
std::size_t line_limit(verb v) noexcept {
  if (v == verb::auth) return limits::sasl_line_octets;
  if (v == verb::mail || v == verb::rcpt) return limits::extended_command_line_octets;
  return limits::command_line_octets;
}

}  // namespace

std::string_view name(verb v) noexcept {
  const auto i = static_cast<std::size_t>(v);
  return i < verb_count ? verb_names[i] : "?";
}

command parse_command(std::string_view line, utf8 beyond_ascii) { return line_parser(line, beyond_ascii).parse(); }

result<std::string> format_command(verb v, std::string_view argument, utf8 beyond_ascii) {
  if (v == verb::unknown || static_cast<std::size_t>(v) >= verb_count)
    return error{errc::invalid_argument, "there is no such command to write"};
  const std::string word(name(v));
  for (const char c : argument) {
    if (c == '\r' || c == '\n')
      return error{errc::forbidden_character, "a line break stands in the argument of " + word};
    if (text::is_control(c))
      return error{errc::forbidden_character, "a control character stands in the argument of " + word};
  }
  if (!text::all_ascii(argument) && !(beyond_ascii == utf8::allowed && takes_utf8(v) && is_text(argument)))
    return error{errc::forbidden_character, "a character outside ASCII stands in the argument of " + word};
  std::string out = word;
  if (!argument.empty()) {
    out += ' ';
    out.append(argument);
  }
  out += "\r\n";
  if (out.size() > line_limit(v))
    return error{errc::line_too_long,
                 "the command " + word + " would be longer than " + std::to_string(line_limit(v)) + " octets"};
  return out;
}

}  // namespace smtpscope::wire
