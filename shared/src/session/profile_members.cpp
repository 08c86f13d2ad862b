#include "profile_members.hpp"

#include <algorithm>
#include <utility>

#include "smtpscope/session/server_replies.hpp"
#include "smtpscope/text/ascii.hpp"

namespace smtpscope::session {

namespace {

constexpr std::size_t most_reply_octets = 8 * 1024;
constexpr std::size_t shown_key_octets = 100;

// A key as part of a JSON pointer (RFC 6901 §3), without control characters.
std::string pointer_part(std::string_view key) {
  std::string escaped;
  for (const char c : key.substr(0, shown_key_octets)) {
    if (c == '~' || c == '/')
      escaped += c == '~' ? "~0" : "~1";
    else
      escaped += c;
  }
  std::string written = to_string(json(escaped));
  return written.substr(1, written.size() - 2);
}

}  // namespace

profile_members::profile_members(const json& object, std::string at, profile_problem& problem)
    : object_(object), at_(std::move(at)), problem_(problem) {
  if (!object.is_object()) fail_at(at_, "an object");
}

std::string profile_members::at(std::string_view key) const { return at_ + "/" + pointer_part(key); }

std::string profile_members::at(const char* key, std::size_t index) const {
  return at(key) + "/" + std::to_string(index);
}

void profile_members::fail(std::string_view key, std::string_view expected) { fail_at(at(key), expected); }

void profile_members::fail_at(const std::string& pointer, std::string_view expected) {
  refuse((pointer.empty() ? std::string{"the document"} : pointer) + ": expected " + std::string{expected});
}

void profile_members::refuse(std::string detail) {
  if (!problem_) problem_ = error{errc::invalid_argument, std::move(detail)};
}

const json* profile_members::find(const char* key) {
  if (std::find(known_.begin(), known_.end(), std::string_view{key}) == known_.end()) known_.emplace_back(key);
  if (!object_.is_object()) return nullptr;
  const auto it = object_.find(key);
  return it == object_.end() ? nullptr : &*it;
}

void profile_members::done() {
  if (!object_.is_object()) return;
  for (const auto& [key, value] : object_.items()) {
    if (std::find(known_.begin(), known_.end(), std::string_view{key}) != known_.end()) continue;
    std::string detail = at(key) + ": no such member; known are";
    for (const std::string_view one : known_) detail.append(" ").append(one);
    return refuse(std::move(detail));
  }
}

void profile_members::text(const char* key, std::string& out, std::size_t most_octets) {
  const json* value = find(key);
  if (value == nullptr) return;
  const std::string* text = value->get_ptr<const std::string*>();
  if (text == nullptr || text->size() > most_octets)
    return fail(key, "a string of at most " + std::to_string(most_octets) + " octets");
  out = *text;
}

const json* profile_members::array(const char* key, std::size_t most) {
  const json* value = find(key);
  if (value == nullptr || (value->is_array() && value->size() <= most)) return value;
  fail(key, "an array of at most " + std::to_string(most) + " elements");
  return nullptr;
}

void profile_members::texts(const char* key, std::vector<std::string>& out, std::size_t most, std::size_t most_octets) {
  const json* list = array(key, most);
  if (list == nullptr) return;
  out.clear();
  for (const json& one : *list) {
    const std::string* text = one.get_ptr<const std::string*>();
    if (text == nullptr || text->empty() || text->size() > most_octets)
      return fail_at(at(key, out.size()), "a string of 1 to " + std::to_string(most_octets) + " octets");
    out.push_back(*text);
  }
}

void profile_members::number(const char* key, std::uint64_t& out, std::uint64_t least, std::uint64_t most) {
  const json* value = find(key);
  if (value == nullptr) return;
  const std::uint64_t* n = value->get_ptr<const json::number_unsigned_t*>();
  if (n == nullptr || *n < least || *n > most)
    return fail(key, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  out = *n;
}

void profile_members::number(const char* key, std::uint32_t& out, std::uint32_t least, std::uint32_t most) {
  std::uint64_t wide = out;
  number(key, wide, least, most);
  out = static_cast<std::uint32_t>(wide);
}

void profile_members::optional_number(const char* key, std::optional<std::uint32_t>& out, std::uint32_t least,
                                      std::uint32_t most) {
  const json* value = find(key);
  if (value == nullptr) return;
  if (value->is_null()) return out.reset();
  std::uint32_t n = 0;
  number(key, n, least, most);
  out = n;
}

void profile_members::flag(const char* key, bool& out) {
  const json* value = find(key);
  if (value == nullptr) return;
  const bool* yes = value->get_ptr<const bool*>();
  if (yes == nullptr) return fail(key, "true or false");
  out = *yes;
}

void profile_members::reply(const char* key, std::optional<wire::reply>& out) {
  const json* value = find(key);
  if (value == nullptr) return;
  out = value->is_null() ? std::nullopt : read_reply(*value, at(key), problem_);
}

std::size_t profile_members::index(const char* key, std::size_t otherwise, const std::string_view* words,
                                   std::size_t count) {
  const json* value = find(key);
  if (value == nullptr) return otherwise;
  const std::string* text = value->get_ptr<const std::string*>();
  std::string expected = "one of";
  for (std::size_t i = 0; i < count; ++i) {
    if (text != nullptr && *text == words[i]) return i;
    expected.append(i > 0 ? ", \"" : " \"").append(words[i]).append("\"");
  }
  fail(key, expected);
  return otherwise;
}

std::optional<wire::reply> read_reply(const json& value, const std::string& at, profile_problem& problem) {
  std::vector<std::string> lines;
  std::size_t octets = 0;
  const auto take = [&](const json& line) {
    const std::string* text = line.get_ptr<const std::string*>();
    if (text != nullptr) octets += text->size();
    if (text != nullptr && octets <= most_reply_octets) lines.push_back(*text);
    return text != nullptr && octets <= most_reply_octets;
  };
  bool good = value.is_string() && take(value);
  if (value.is_array()) good = std::all_of(value.begin(), value.end(), take);
  if (problem) return std::nullopt;
  if (!good) {
    problem = error{errc::invalid_argument,
                    at + ": expected a line of reply such as \"250 2.1.5 OK\", or an array of them, " +
                        std::to_string(most_reply_octets) + " octets at most"};
    return std::nullopt;
  }
  auto parsed = parse_reply_lines(lines);
  if (parsed) return std::move(*parsed);
  std::string detail = at + ": expected a reply: " + parsed.why().detail;
  std::replace_if(detail.begin(), detail.end(), text::is_control, '?');  // the document may be somebody else's
  problem = error{errc::invalid_argument, std::move(detail)};
  return std::nullopt;
}

json write_reply(const wire::reply& r) {
  const std::vector<std::string> lines = reply_lines(r);
  return lines.size() == 1 ? json(lines.front()) : to_json(lines);
}

}  // namespace smtpscope::session
