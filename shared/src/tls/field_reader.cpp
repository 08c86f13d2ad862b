#include "field_reader.hpp"

#include <utility>

namespace smtpscope::tls {

int reading::note(std::size_t begin, std::size_t end, const char* name, int parent) {
  if (into.fields.size() == handshake_viewer::most_fields) return parent;
  into.fields.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end), name, parent});
  return static_cast<int>(into.fields.size()) - 1;
}

void reading::list(const char* key, std::string_view text) {
  constexpr std::size_t enough = 200;
  json& texts = into.data[key];
  if (!texts.is_array()) texts = json::array();
  if (texts.size() < enough) texts.push_back(std::string(text));
}

bool field_reader::has(std::size_t count) noexcept {
  if (!of_->damaged && end_ - at_ >= count) return true;
  damage();
  return false;
}

std::uint32_t field_reader::number(std::size_t octets) {
  if (!has(octets)) return 0;
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < octets; ++i) value = value << 8 | static_cast<std::uint8_t>(of_->octets[at_++]);
  return value;
}

std::uint32_t field_reader::number(std::size_t octets, const char* name) {
  const std::size_t begin = at_;
  const std::uint32_t value = number(octets);
  if (!of_->damaged) of_->note(begin, at_, name, parent_);
  return value;
}

std::string_view field_reader::octets(std::size_t count, const char* name) {
  if (!has(count)) return {};
  of_->note(at_, at_ + count, name, parent_);
  return of_->octets.substr(std::exchange(at_, at_ + count), count);
}

field_reader field_reader::vector(std::size_t octets, const char* name) {
  const std::size_t begin = at_;
  field_reader content = inner(octets);
  if (!of_->damaged) content.parent_ = of_->note(begin, at_, name, parent_);
  return content;
}

std::string_view field_reader::opaque(std::size_t octets, const char* name) {
  const field_reader content = vector(octets, name);
  return of_->damaged ? std::string_view{} : of_->octets.substr(content.at_, content.end_ - content.at_);
}

field_reader field_reader::inner(std::size_t octets) {
  const std::size_t length = number(octets);
  if (!has(length)) return {*of_, end_, end_, parent_};
  at_ += length;
  return {*of_, at_ - length, at_, parent_};
}

}  // namespace smtpscope::tls
