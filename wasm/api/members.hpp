#pragma once
// Reads members of a JSON object and remembers the first that is wrong, so that a reader of many
// members checks once, at its end.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "smtpscope/base/json.hpp"
#include "smtpscope/base/result.hpp"

namespace smtpscope::api {

class members {
 public:
  // `object` must outlive this.
  explicit members(const json& object) : object_(object) {
    if (!object.is_object()) fail("the argument must be a JSON object");
  }

  // A member that must be there; "" or 0 when it is not, and the problem is remembered.
  std::string text(const char* key);
  std::int64_t number(const char* key, std::int64_t least, std::int64_t most);
  std::vector<std::string> texts(const char* key);
  const json* array(const char* key);
  const json* object(const char* key);

  // A member that may be absent; one of the wrong type is a problem.
  std::string text_or(const char* key, std::string otherwise);
  std::int64_t number_or(const char* key, std::int64_t otherwise, std::int64_t least, std::int64_t most);
  bool flag_or(const char* key, bool otherwise);
  [[nodiscard]] bool has(const char* key) const;

  void fail(std::string detail);
  [[nodiscard]] const std::optional<error>& problem() const noexcept { return problem_; }

 private:
  const json* find(const char* key) const;
  const json& object_;
  std::optional<error> problem_;
};

}  // namespace smtpscope::api
