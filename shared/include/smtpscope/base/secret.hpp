#pragma once
// A password or token. It is wiped when it goes, and no stream, JSON or trace accepts it.

#include <string>
#include <string_view>
#include <utility>

namespace smtpscope {

class secret {
 public:
  secret() = default;
  explicit secret(std::string text) : text_(std::move(text)) {}
  secret(const secret&) = default;
  secret(secret&& other) noexcept : text_(other.text_) { other.wipe(); }
  secret& operator=(const secret& other) {
    if (this != &other) {
      wipe();
      text_ = other.text_;
    }
    return *this;
  }
  secret& operator=(secret&& other) noexcept {
    if (this != &other) {
      wipe();
      text_ = other.text_;
      other.wipe();
    }
    return *this;
  }
  ~secret() { wipe(); }

  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }
  // The one way to read it; the view lives as long as this object.
  [[nodiscard]] std::string_view reveal() const noexcept { return text_; }
  // Comparison whose time depends on the lengths only.
  [[nodiscard]] bool equals(std::string_view other) const noexcept {
    unsigned difference = text_.size() == other.size() ? 0U : 1U;
    for (std::size_t i = 0; i < text_.size() && i < other.size(); ++i)
      difference |= static_cast<unsigned char>(text_[i]) ^ static_cast<unsigned char>(other[i]);
    return difference == 0;
  }

 private:
  void wipe() noexcept {
    volatile char* p = text_.data();  // volatile: the stores must survive optimisation
    for (std::size_t i = 0; i < text_.size(); ++i) p[i] = 0;
    text_.clear();
  }
  std::string text_;
};

}  // namespace smtpscope
