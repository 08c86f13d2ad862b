#include "relay/cli/outgoing.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

#include <openssl/rand.h>

#include "relay/cli/input.hpp"
#include "smtpscope/mime/address_list.hpp"
#include "smtpscope/mime/composer.hpp"
#include "smtpscope/mime/downgrade.hpp"
#include "smtpscope/text/ascii.hpp"

namespace smtpscope::cli {
namespace {

constexpr std::size_t most_octets = std::size_t{1} << 30;  // far more than any server takes

error wrong(std::string detail) { return {errc::invalid_argument, std::move(detail)}; }

result<std::string> read_all(const std::string& option, const std::string& file) {
  return read_input(option + " " + file, file, most_octets);
}

// Files of Unix end their lines in LF; RFC 5321 §2.3.8 knows CRLF only.
std::string with_crlf(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 32);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) out += '\r';
    out += text[i];
  }
  return out;
}

std::string random_name() {
  std::array<unsigned char, 16> octets{};
  RAND_bytes(octets.data(), static_cast<int>(octets.size()));
  std::string out;
  for (const unsigned char o : octets) {
    std::array<char, 4> hex{};
    std::snprintf(hex.data(), hex.size(), "%02x", static_cast<unsigned>(o));
    out += hex.data();
  }
  return out;
}

// Also an address outside ASCII, where it stands alone: a server with SMTPUTF8 takes it.
result<mime::named_mailbox> read_mailbox(const std::string& text) {
  auto named = mime::parse_named_mailbox(text);
  if (named) return named;
  auto alone = wire::mailbox::parse(text, wire::utf8::allowed);
  if (!alone) return named;
  return mime::named_mailbox{{}, std::move(*alone)};
}

result<std::vector<mime::named_mailbox>> recipients_of(const typed_message& typed) {
  std::vector<mime::named_mailbox> all;
  for (const std::string& list : typed.to) {
    auto some = mime::parse_address_list(list);
    if (!some) {
      if (auto alone = read_mailbox(list)) {
        all.push_back(std::move(*alone));
        continue;
      }
    }
    if (!some) return error{some.why().code, "--to " + list + ": " + some.why().detail};
    for (mime::named_mailbox& one : *some) all.push_back(std::move(one));
  }
  if (all.empty()) return wrong("--to names nobody; write an address such as bob@example.org");
  return all;
}

// The header holds octets over 127, which only SMTPUTF8 allows (RFC 6531 §3.2).
bool has_utf8_header(std::string_view message) {
  const std::string_view header = message.substr(0, message.find("\r\n\r\n"));
  return std::any_of(header.begin(), header.end(), [](char c) { return static_cast<unsigned char>(c) > 127; });
}

result<session::submission> from_file(const typed_message& typed, const std::string& file,
                                      const std::vector<mime::named_mailbox>& to) {
  session::submission mail;
  if (typed.from != "<>") {  // RFC 5321 §4.5.5: notifications come from nobody
    const auto from = read_mailbox(typed.from);
    if (!from) return error{from.why().code, "--from " + typed.from + ": " + from.why().detail};
    mail.from = wire::reverse_path(from->address);
  }
  for (const mime::named_mailbox& one : to) mail.to.emplace_back(one.address);
  const auto content = read_all("--eml", file);
  if (!content) return content.why();
  if (content->empty()) return wrong("--eml " + file + " is empty");
  mail.content = with_crlf(*content);
  mail.parameters.smtputf8 = has_utf8_header(mail.content);
  return mail;
}

// For a server without 8BITMIME, if the message can be written so (RFC 6152 §3).
void add_seven_bits(session::submission& mail, const std::string& file, outgoing& out) {
  if (text::all_ascii(mail.content)) return;
  auto narrow = mime::downgrade(mail.content);
  if (narrow)
    mail.seven_bit_content = std::move(*narrow);
  else
    out.only_in_eight_bits.push_back("--eml " + file + ": " + narrow.why().detail);
}

result<session::submission> composed(const typed_message& typed, std::vector<mime::named_mailbox> to,
                                     const std::string& ehlo_name) {
  auto from = mime::parse_named_mailbox(typed.from);
  if (!from) return error{from.why().code, "--from " + typed.from + ": " + from.why().detail};
  std::string text = typed.text;
  if (!typed.text_file.empty()) {
    auto read = read_all("--file", typed.text_file);
    if (!read) return read.why();
    text = std::move(*read);
  }
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&now, &local);
  const bool literal = ehlo_name.starts_with('[');  // no right side of a Message-ID that readers like
  const std::string message_id = random_name() + "@" + (literal ? "localhost" : ehlo_name);
  auto made = mime::compose({std::move(*from),
                             std::move(to),
                             {},
                             {},
                             typed.subject,
                             std::move(text),
                             {},
                             now,
                             static_cast<int>(local.tm_gmtoff / 60),
                             message_id,
                             random_name()});
  if (!made) return made.why();
  return session::submission{std::move(made->addressing.reverse_path), std::move(made->addressing.forward_paths),
                             std::move(made->bytes)};
}

}  // namespace

result<outgoing> make_submissions(const typed_message& typed, const std::string& ehlo_name) {
  const int sources = (typed.text.empty() ? 0 : 1) + (typed.text_file.empty() ? 0 : 1) + (typed.eml.empty() ? 0 : 1);
  if (sources != 1) return wrong("name what to send, once: --text TEXT, --file FILE or --eml FILE");
  if (!typed.eml.empty() && !typed.subject.empty())
    return wrong("--subject does not go with --eml: the file has its own");
  auto to = recipients_of(typed);
  if (!to) return to.why();
  outgoing out;
  for (const std::string& file : typed.eml) {
    auto mail = from_file(typed, file, *to);
    if (!mail) return mail.why();
    add_seven_bits(*mail, file, out);
    out.mails.push_back(std::move(*mail));
  }
  if (!typed.eml.empty()) return out;
  auto mail = composed(typed, std::move(*to), ehlo_name);
  if (!mail) return mail.why();
  out.mails.push_back(std::move(*mail));
  return out;
}

}  // namespace smtpscope::cli
