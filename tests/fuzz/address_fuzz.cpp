// Invariant: an address that was accepted is UTF-8 without controls, keeps what stands before @, and all of it in
// ASCII, and parses to itself once its domain is composed; it is the same mailbox as itself and as its ASCII form;
// what ASCII alone accepts, UTF-8 accepts too.

#include <algorithm>

#include "check.hpp"
#include "smtpscope/text/ascii.hpp"
#include "smtpscope/text/idna.hpp"
#include "smtpscope/text/utf8.hpp"
#include "smtpscope/wire/address.hpp"

using namespace smtpscope;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::view(data, size);
  const auto m = wire::mailbox::parse(text, wire::utf8::allowed);
  if (const auto ascii = wire::mailbox::parse(text)) fuzz::check(m && ascii->text() == m->text());
  if (m) {
    const std::string written = m->text();
    fuzz::check(text::is_utf8(written) && (written == text || !text::all_ascii(text)));
    fuzz::check(text.substr(0, m->local_part().size()) == m->local_part());
    const auto again = wire::mailbox::parse(written, wire::utf8::allowed);
    fuzz::check(again && again->text() == written);
    fuzz::check(std::none_of(written.begin(), written.end(), text::is_control));
    fuzz::check(m->same_as(*m));
    if (const auto ascii = m->to_ascii()) {
      fuzz::check(!ascii->needs_smtputf8() && ascii->same_as(*m) && ascii->to_ascii()->text() == ascii->text());
    }
    fuzz::check(wire::forward_path::parse("<" + written + ">", wire::utf8::allowed).has_value());
  }
  for (const auto& path : {wire::reverse_path::parse(text, wire::utf8::allowed)}) {
    if (!path) continue;
    const auto again = wire::reverse_path::parse(path->text(), wire::utf8::allowed);
    fuzz::check(again && again->text() == path->text());
  }
  if (wire::is_domain(text, wire::utf8::allowed)) {
    const auto ascii = text::domain_to_ascii(text);
    fuzz::check(ascii && wire::is_domain(*ascii));
  }
  return 0;
}
