#include "members.hpp"

#include <utility>

namespace smtpscope::api {

namespace {
std::string named(const char* key) { return std::string{"\""} + key + "\""; }
}  // namespace

const json* members::find(const char* key) const {
  if (!object_.is_object()) return nullptr;
  const auto it = object_.find(key);
  return it == object_.end() || it->is_null() ? nullptr : &*it;
}

bool members::has(const char* key) const { return find(key) != nullptr; }

void members::fail(std::string detail) {
  if (!problem_) problem_ = error{errc::invalid_argument, std::move(detail)};
}

std::string members::text(const char* key) {
  const json* found = find(key);
  if (found != nullptr && found->is_string()) return found->get<std::string>();
  fail(named(key) + " must be a string");
  return {};
}

std::int64_t members::number(const char* key, std::int64_t least, std::int64_t most) {
  const json* found = find(key);
  if (found != nullptr && found->is_number_integer()) {
    const auto value = found->get<std::int64_t>();
    if (value >= least && value <= most) return value;
  }
  fail(named(key) + " must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return least;
}

std::vector<std::string> members::texts(const char* key) {
  std::vector<std::string> out;
  const json* found = array(key);
  if (found == nullptr) return out;
  for (const json& one : *found) {
    if (!one.is_string()) {
      fail(named(key) + " must hold strings only");
      return {};
    }
    out.push_back(one.get<std::string>());
  }
  return out;
}

const json* members::array(const char* key) {
  const json* found = find(key);
  if (found != nullptr && found->is_array()) return found;
  fail(named(key) + " must be an array");
  return nullptr;
}

const json* members::object(const char* key) {
  const json* found = find(key);
  if (found != nullptr && found->is_object()) return found;
  fail(named(key) + " must be an object");
  return nullptr;
}

std::string members::text_or(const char* key, std::string otherwise) {
  return has(key) ? text(key) : std::move(otherwise);
}

std::int64_t members::number_or(const char* key, std::int64_t otherwise, std::int64_t least, std::int64_t most) {
  return has(key) ? number(key, least, most) : otherwise;
}

bool members::flag_or(const char* key, bool otherwise) {
  const json* found = find(key);
  if (found == nullptr) return otherwise;
  if (!found->is_boolean()) fail(named(key) + " must be true or false");
  return found->is_boolean() && found->get<bool>();
}

}  // namespace smtpscope::api
