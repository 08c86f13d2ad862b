#include "smtpscope/base/json.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "smtpscope/base/limits.hpp"

namespace smtpscope {
namespace {

error invalid(std::string detail) { return {errc::invalid_json, std::move(detail)}; }

// Builds the value as the library's parser goes, and stops it where a bound is passed: writing a
// value out recurses, so its depth is bounded; a key is looked up in linear time, so the members
// of one object are bounded too. The members are those of the library's json_sax.
class builder {
 public:
  explicit builder(std::size_t max_depth) : max_depth_(max_depth) {}

  bool null() { return add(nullptr); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(json::number_integer_t value) { return add(value); }
  bool number_unsigned(json::number_unsigned_t value) { return add(value); }
  bool number_float(json::number_float_t value, const std::string& /*as_written*/) { return add(value); }
  bool string(std::string& value) { return add(std::move(value)); }
  bool binary(json::binary_t& /*value*/) { return stop("binary values are no JSON"); }
  bool start_object(std::size_t /*members*/) { return open(json::object()); }
  bool start_array(std::size_t /*elements*/) { return open(json::array()); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(std::string& name) {
    json& object = *open_.back();
    if (object.size() == limits::json_object_members) return stop("one object has too many members");
    slot_ = &object[name];
    return true;
  }
  template <class Exception>
  bool parse_error(std::size_t position, const std::string& /*token*/, const Exception& /*why*/) {
    if (!problem_) problem_ = invalid("not a JSON text: wrong at octet " + std::to_string(position));
    return false;
  }

  result<json> take() {
    if (problem_) return *problem_;
    return std::move(root_);
  }
  bool stop(const char* why) {
    if (!problem_) problem_ = invalid(why);
    return false;
  }

 private:
  // Where the next value goes: the root, the member whose key came last, or the end of an array.
  json& place() {
    if (open_.empty()) return root_;
    if (open_.back()->is_object()) return *slot_;
    return open_.back()->emplace_back();
  }
  bool add(json value) {
    place() = std::move(value);
    return true;
  }
  bool open(json container) {
    if (open_.size() == max_depth_) return stop("nested too deep");
    json& here = place();
    here = std::move(container);
    open_.push_back(&here);
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  std::size_t max_depth_;
  json root_;
  std::vector<json*> open_;  // the containers around the next value; each stays where it is meanwhile
  json* slot_ = nullptr;
  std::optional<error> problem_;
};

}  // namespace

result<json> parse_json(std::string_view text, int max_depth) {
  // The parser takes a NUL for the end of its input, without an error.
  if (text.find('\0') != std::string_view::npos) return invalid("a NUL octet stands in the text");
  builder build{static_cast<std::size_t>(max_depth < 0 ? 0 : max_depth)};
  if (!json::sax_parse(text.begin(), text.end(), &build)) build.stop("not a JSON text");
  return build.take();
}

void set(json& object, const char* key, std::string_view value) { object[key] = value; }
void set(json& object, const char* key, json value) { object[key] = std::move(value); }
void set_flag(json& object, const char* key, bool value) { object[key] = value; }
void set_signed(json& object, const char* key, std::int64_t value) { object[key] = value; }
void set_unsigned(json& object, const char* key, std::uint64_t value) { object[key] = value; }

json to_json(const std::vector<std::string>& texts) {
  json list = json::array();
  for (const std::string& text : texts) list.push_back(text);
  return list;
}

std::string to_string(const json& value) {
  return value.dump(-1, ' ', /*ensure_ascii=*/false, json::error_handler_t::replace);
}

}  // namespace smtpscope
