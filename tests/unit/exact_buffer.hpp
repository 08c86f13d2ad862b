#pragma once
// Bytes on the heap, exactly as long as they are, so that AddressSanitizer sees every read beyond them.

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace smtpscope::test {

class exact_buffer {
 public:
  explicit exact_buffer(std::string_view bytes) : bytes_(new char[bytes.size()]), size_(bytes.size()) {
    if (size_ > 0) std::memcpy(bytes_.get(), bytes.data(), size_);
  }
  [[nodiscard]] std::string_view view() const noexcept { return {bytes_.get(), size_}; }
  operator std::string_view() const noexcept { return view(); }  // NOLINT: stands for its bytes

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_;
};

}  // namespace smtpscope::test
