#include "smtpscope/sasl/prepare.hpp"

#include <algorithm>
#include <array>

#include "smtpscope/text/normalize.hpp"
#include "smtpscope/text/utf8.hpp"

namespace smtpscope::sasl {

namespace {

enum class fate : std::uint8_t { kept, space, nothing, refused };

struct range {
  char32_t first;
  char32_t last;
  fate what;
};

// RFC 3454 tables B.1, C.2, C.3, C.4, C.6, C.7, C.8, and of C.1.2 what NFKC leaves; sorted.
constexpr std::array ranges = {
    range{0x0000, 0x001F, fate::refused},   range{0x007F, 0x009F, fate::refused},
    range{0x00AD, 0x00AD, fate::nothing},   range{0x034F, 0x034F, fate::nothing},
    range{0x06DD, 0x06DD, fate::refused},   range{0x070F, 0x070F, fate::refused},
    range{0x1680, 0x1680, fate::space},     range{0x1806, 0x1806, fate::nothing},
    range{0x180B, 0x180D, fate::nothing},   range{0x180E, 0x180E, fate::refused},
    range{0x200B, 0x200D, fate::nothing},   range{0x200E, 0x200F, fate::refused},
    range{0x2028, 0x202E, fate::refused},   range{0x2060, 0x2060, fate::nothing},
    range{0x2061, 0x2063, fate::refused},   range{0x206A, 0x206F, fate::refused},
    range{0x2FF0, 0x2FFB, fate::refused},   range{0xE000, 0xF8FF, fate::refused},
    range{0xFDD0, 0xFDEF, fate::refused},   range{0xFE00, 0xFE0F, fate::nothing},
    range{0xFEFF, 0xFEFF, fate::nothing},   range{0xFFF9, 0xFFFF, fate::refused},
    range{0x1D173, 0x1D17A, fate::refused}, range{0xE0001, 0xE0001, fate::refused},
    range{0xE0020, 0xE007F, fate::refused}, range{0xF0000, 0x10FFFF, fate::refused},
};

fate fate_of(char32_t value) {
  const auto* found =
      std::lower_bound(ranges.begin(), ranges.end(), value, [](const range& r, char32_t v) { return r.last < v; });
  return found != ranges.end() && found->first <= value ? found->what : fate::kept;
}

}  // namespace

// RFC 4013 §2.1: spaces and what is mapped to nothing, before characters are composed. None of what is
// refused is made by NFKC, and none of it is made something else.
result<std::string> prepare(std::string_view text, std::string_view what) {
  std::string mapped;
  while (!text.empty()) {
    const text::code_point next = text::first_code_point(text);
    const fate f = next.state == text::code_point::kind::invalid ? fate::refused : fate_of(next.value);
    switch (f) {
      case fate::kept: mapped += text.substr(0, next.octets); break;
      case fate::space: mapped += ' '; break;
      case fate::nothing: break;
      case fate::refused:
        return error{errc::forbidden_character,
                     std::string{what} + " holds a control character or one that is not for text (RFC 4013)"};
    }
    text.remove_prefix(next.octets);
  }
  return text::nfkc(mapped);
}

}  // namespace smtpscope::sasl
