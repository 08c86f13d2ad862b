#pragma once
// Reads the members of one object of a policy document. The first thing that is wrong in the whole
// document is remembered with its place; a member that is absent leaves its target as it is.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smtpscope/base/json.hpp"
#include "smtpscope/base/result.hpp"
#include "smtpscope/base/time.hpp"
#include "smtpscope/wire/reply.hpp"

namespace smtpscope::session {

using profile_problem = std::optional<error>;

class profile_members {
 public:
  // `object`, `problem` must outlive this. `at` is the object's own JSON pointer.
  profile_members(const json& object, std::string at, profile_problem& problem);

  // The member's value; null where it is absent.
  [[nodiscard]] const json* find(const char* key);
  void text(const char* key, std::string& out, std::size_t most_octets);
  void texts(const char* key, std::vector<std::string>& out, std::size_t most, std::size_t most_octets);
  void number(const char* key, std::uint64_t& out, std::uint64_t least, std::uint64_t most);
  void number(const char* key, std::uint32_t& out, std::uint32_t least, std::uint32_t most);
  void flag(const char* key, bool& out);
  // Null stands for "none".
  void optional_number(const char* key, std::optional<std::uint32_t>& out, std::uint32_t least, std::uint32_t most);
  // One line as a string, or an array of lines. Null stands for "none".
  void reply(const char* key, std::optional<wire::reply>& out);
  // The enumerator whose place in `words` is that of the text.
  template <class Enum, std::size_t Count>
  void choice(const char* key, Enum& out, const std::array<std::string_view, Count>& words) {
    out = static_cast<Enum>(index(key, static_cast<std::size_t>(out), words.data(), Count));
  }
  // Two enumerators, no and yes, as false and true.
  template <class Enum>
  void yes_or_no(const char* key, Enum& out) {
    bool yes = static_cast<bool>(out);
    flag(key, yes);
    out = static_cast<Enum>(yes);
  }

  // Where the member stands, for nested objects.
  [[nodiscard]] std::string at(std::string_view key) const;
  [[nodiscard]] std::string at(const char* key, std::size_t index) const;
  // An array of at most `most` elements; null where it is absent or no such array.
  [[nodiscard]] const json* array(const char* key, std::size_t most);
  // What is wrong with a member: "expected …".
  void fail(std::string_view key, std::string_view expected);
  void fail_at(const std::string& pointer, std::string_view expected);
  void refuse(std::string detail);  // in words of its own
  [[nodiscard]] profile_problem& problem() noexcept { return problem_; }

  // When all members have been asked for: any other is a mistake.
  void done();

 private:
  [[nodiscard]] std::size_t index(const char* key, std::size_t otherwise, const std::string_view* words,
                                  std::size_t count);
  const json& object_;
  std::string at_;
  profile_problem& problem_;
  std::vector<std::string_view> known_;
};

// A reply of a document: a line, or an array of lines.
[[nodiscard]] std::optional<wire::reply> read_reply(const json& value, const std::string& at, profile_problem& problem);
// The other way: a string where one line is enough.
[[nodiscard]] json write_reply(const wire::reply& r);

}  // namespace smtpscope::session
