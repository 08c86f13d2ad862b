#include "body.hpp"

#include <algorithm>

#include "smtpscope/base/limits.hpp"
#include "smtpscope/text/ascii.hpp"
#include "smtpscope/text/base64.hpp"
#include "smtpscope/text/quoted_printable.hpp"

namespace smtpscope::mime {
namespace {

// True for text that 7bit carries and every reader shows as it is.
bool is_short_ascii(std::string_view crlf_text) noexcept {
  if (!text::all_ascii(crlf_text)) return false;
  for (;;) {
    const std::size_t crlf = crlf_text.find("\r\n");
    const std::string_view line = crlf_text.substr(0, crlf);
    if (line.size() > limits::header_line_should) return false;
    if (std::any_of(line.begin(), line.end(), [](char c) { return text::is_control(c) && c != '\t'; })) return false;
    if (line.substr(0, 5) == "From ") return false;  // mailbox files would change it to ">From "
    if (crlf == std::string_view::npos) return true;
    crlf_text.remove_prefix(crlf + 2);
  }
}

void append_html(std::string& out, std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    // HTML would show neighbouring spaces as one, and those at the start of a line not at all.
    else if (c == ' ' && (i == 0 || text[i - 1] == '\n' || i + 1 == text.size() || text[i + 1] == ' '))
      out += "&nbsp;";
    else if (c == '\r')
      out += "<br>\r";
    else
      out += c;
  }
}

}  // namespace

std::string with_crlf(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 16 + 2);
  while (!text.empty()) {
    const std::size_t end = text.find_first_of("\r\n");
    out.append(text.substr(0, end));
    if (end == std::string_view::npos) break;
    out += "\r\n";
    text.remove_prefix(text.substr(end, 2) == "\r\n" ? end + 2 : end + 1);
  }
  return out;
}

encoded_text encode_text(std::string_view crlf_text) {
  if (is_short_ascii(crlf_text)) return {"7bit", std::string(crlf_text)};
  std::string quoted = text::quoted_printable_encode(crlf_text);
  const std::size_t base64_size = crlf_text.size() / 57 * 78;
  if (quoted.size() <= base64_size + 78) return {"quoted-printable", std::move(quoted)};
  encoded_text out{"base64", {}};
  text::append_base64_lines(out.body, crlf_text);
  return out;
}

std::string to_html(std::string_view crlf_text, const std::vector<picture>& pictures) {
  std::string out = "<!DOCTYPE html>\r\n<html>\r\n<head><meta charset=\"utf-8\"></head>\r\n<body>\r\n<div>";
  append_html(out, crlf_text);
  out += "</div>\r\n";
  for (const picture& p : pictures) {
    out += "<p><img src=\"cid:" + p.content_id + "\" alt=\"";
    append_html(out, p.alternative_text);
    out += "\"></p>\r\n";
  }
  return out + "</body>\r\n</html>\r\n";
}

}  // namespace smtpscope::mime
