#pragma once
// Internationalised domain names (RFC 5890): U-labels as people write them, A-labels ("xn--…") as
// DNS and a server without SMTPUTF8 take them.
//
// The tables of IDNA 2008 are not carried: what is refused are characters that no table allows
// (controls, blanks, formatting, private use) and ideographic dots. Text is composed as it should have been
// typed (NFKC, as browsers do it), and small letters are put for capitals in Latin, Greek and Cyrillic.

#include <string>
#include <string_view>

#include "smtpscope/base/result.hpp"

namespace smtpscope::text {

// True for a label with at least one character outside ASCII, which NFKC leaves as it is, and which has an A-label of
// at most 63 octets.
[[nodiscard]] bool is_u_label(std::string_view label);
// Each U-label of a domain becomes an A-label, one of full-width letters ASCII; labels in ASCII stay as they are.
// Error: invalid_address (a label outside ASCII that is no U-label).
[[nodiscard]] result<std::string> domain_to_ascii(std::string_view domain);
// Each A-label becomes its U-label; one that is no A-label stays as it is. For showing a domain.
[[nodiscard]] std::string domain_to_unicode(std::string_view domain);

}  // namespace smtpscope::text
