#include "smtpscope/sasl/prepare.hpp"

#include <algorithm>

#include "host_prepare.hpp"
#include "smtpscope/text/concat.hpp"

namespace smtpscope::sasl {

result<std::string> prepare(std::string_view text, std::string_view what, prepared_as use) {
  const auto as_it_is = [](char c) { return c >= ' ' && c <= '~'; };
  if (std::all_of(text.begin(), text.end(), as_it_is)) return std::string{text};
  std::string made(host_prepare_room(text.size()), '\0');
  const int octets = smtpscope_host_prepare(text.data(), static_cast<int>(text.size()),
                                            use == prepared_as::stored ? 1 : 0, made.data());
  made.resize(static_cast<std::size_t>(octets < 0 ? -octets : octets));
  if (octets < 0) return error{errc::forbidden_character, text::concat({what, made})};
  return made;
}

}  // namespace smtpscope::sasl
