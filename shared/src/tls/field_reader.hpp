#pragma once
// Reads a message part by part and notes where each lies. A reader has a range of the message and
// never looks outside of it; what does not fit makes the whole message damaged, and all its readers
// end there.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "smtpscope/tls/handshake_view.hpp"

namespace smtpscope::tls {

// The message being read, and whether it makes sense so far.
struct reading {
  message& into;
  std::string_view octets;
  bool damaged = false;

  // Index of the new field, or that of the parent where there are enough.
  int note(std::size_t begin, std::size_t end, const char* name, int parent);
  // A text for people: at most 200 a list.
  void list(const char* key, std::string_view text);
};

class field_reader {
 public:
  field_reader(reading& of, std::size_t begin, std::size_t end, int parent)
      : of_(&of), at_(begin), end_(end), parent_(parent) {}

  [[nodiscard]] bool more() const noexcept { return !of_->damaged && at_ < end_; }
  [[nodiscard]] std::size_t left() const noexcept { return of_->damaged ? 0 : end_ - at_; }
  [[nodiscard]] std::size_t at() const noexcept { return at_; }
  [[nodiscard]] int parent() const noexcept { return parent_; }
  [[nodiscard]] reading& of() noexcept { return *of_; }

  // A big-endian number of 1 to 4 octets, as a field of that name; 0 when damaged.
  std::uint32_t number(std::size_t octets, const char* name);
  // The same, without a field.
  std::uint32_t number(std::size_t octets);
  // So many octets as a field; empty when damaged.
  std::string_view octets(std::size_t count, const char* name);
  // All that is left, as a field.
  std::string_view rest(const char* name) { return octets(left(), name); }
  // A vector (RFC 8446 §3.4): its length in `octets`, then its content. The field has both; the
  // reader is over the content, and what it notes lies in the field.
  field_reader vector(std::size_t octets, const char* name);
  // The content of a vector, as one field with its length in front.
  std::string_view opaque(std::size_t octets, const char* name);
  // A vector without a field of its own.
  field_reader inner(std::size_t octets);

  void damage() noexcept { of_->damaged = true; }
  // Octets after what was to be read are damage too.
  void finish() noexcept {
    if (more()) damage();
  }

 private:
  [[nodiscard]] bool has(std::size_t count) noexcept;

  reading* of_;
  std::size_t at_;
  std::size_t end_;
  int parent_;
};

}  // namespace smtpscope::tls
