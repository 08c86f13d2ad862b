#include "session/script.hpp"

#include <cstdio>
#include <cstdlib>

namespace smtpscope::test {

namespace {

[[noreturn]] void wrong(int line, std::string_view why) {
  std::fprintf(stderr, "script, line %d: %.*s\n", line, static_cast<int>(why.size()), why.data());
  std::abort();
}

std::string unescaped(std::string_view text, int line) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    if (++i == text.size()) wrong(line, "a backslash at the end");
    switch (text[i]) {
      case 'r': out += '\r'; break;
      case 'n': out += '\n'; break;
      case 't': out += '\t'; break;
      case '0': out += '\0'; break;
      case '\\': out += '\\'; break;
      case 'x':
        if (i + 2 >= text.size()) wrong(line, "\\x needs two digits");
        out += static_cast<char>(std::stoi(std::string{text.substr(i + 1, 2)}, nullptr, 16));
        i += 2;
        break;
      default: wrong(line, "an unknown escape");
    }
  }
  return out;
}

step directive(std::string_view text, int line) {
  const std::string_view word = text.substr(4, text.size() - 8);
  using what = step::what;
  if (word == "TLS") return {what::tls, {}, line};
  if (word == "TLS fails") return {what::tls_fails, {}, line};
  if (word == "client closes") return {what::client_closes, {}, line};
  if (word == "server closes") return {what::server_closes, {}, line};
  if (word == "timer") return {what::timer, {}, line};
  if (word == "cancel") return {what::cancel, {}, line};
  if (word == "shut down") return {what::shut_down, "shutting down", line};
  wrong(line, "an unknown directive");
}

}  // namespace

std::vector<step> parse_script(std::string_view text) {
  std::vector<step> steps;
  int number = 0;
  while (!text.empty()) {
    ++number;
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty() || line.front() == '#') continue;
    if (line.size() > 8 && line.substr(0, 4) == "--- " && line.substr(line.size() - 4) == " ---") {
      steps.push_back(directive(line, number));
      continue;
    }
    const bool side = line.front() == 'C' || line.front() == 'S';
    if (line.size() < 2 || !side || (line[1] != ':' && line[1] != '-') || (line.size() > 2 && line[2] != ' '))
      wrong(number, "begin with \"C: \", \"S: \", \"C- \", \"S- \" or \"--- \"");
    std::string bytes = unescaped(line.substr(line.size() > 2 ? 3 : 2), number);
    if (line[1] == ':') bytes += "\r\n";
    const auto kind = line.front() == 'C' ? step::what::client : step::what::server;
    if (!steps.empty() && steps.back().kind == kind) {
      steps.back().bytes += bytes;
    } else {
      steps.push_back({kind, std::move(bytes), number});
    }
  }
  return steps;
}

std::string printable(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto octet = static_cast<unsigned char>(c);
    char hex[8];
    if (c == '\r') {
      out += "\\r";
    } else if (c == '\n') {
      out += "\\n";
    } else if (octet < 0x20 || octet >= 0x7f) {
      std::snprintf(hex, sizeof hex, "\\x%02x", static_cast<unsigned>(octet));
      out += hex;
    } else {
      out += c;
    }
  }
  return out;
}

std::string describe(const step& s) {
  std::string out = "script line " + std::to_string(s.line);
  if (!s.bytes.empty()) out += " (" + printable(std::string_view{s.bytes}.substr(0, 60)) + ")";
  return out;
}

}  // namespace smtpscope::test
