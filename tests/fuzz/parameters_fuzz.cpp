// Invariant: parameters of MAIL and RCPT that were accepted, written and read again, are the same;
// what is written is one line without control characters.

#include <algorithm>

#include "check.hpp"
#include "smtpscope/text/ascii.hpp"
#include "smtpscope/wire/parameters.hpp"

using namespace smtpscope;

namespace {

constexpr wire::offered_parameters everything{true, true, true, true, true, true, true};

void check_line(const wire::written_parameters& written) {
  fuzz::check(std::none_of(written.text.begin(), written.text.end(), text::is_control));
  fuzz::check(written.left_out.empty());
}

void check_mail(std::string_view text) {
  const auto line = wire::parse_command("MAIL FROM:<> " + std::string(text), wire::utf8::allowed);
  const auto p = wire::parse_mail_parameters(line.parameters, everything);
  if (!p || line.problem) return;
  const auto written = wire::format_mail_parameters(*p, everything);
  fuzz::check(written.has_value());
  check_line(*written);
  const auto again = wire::parse_mail_parameters(
      wire::parse_command("MAIL FROM:<>" + written->text, wire::utf8::allowed).parameters, everything);
  fuzz::check(again && again->size == p->size && again->body == p->body && again->smtputf8 == p->smtputf8 &&
              again->auth == p->auth && again->ret == p->ret && again->envid == p->envid &&
              again->requiretls == p->requiretls);
}

void check_rcpt(std::string_view text, wire::utf8 use) {
  const auto line = wire::parse_command("RCPT TO:<a@b> " + std::string(text), use);
  const auto p = wire::parse_rcpt_parameters(line.parameters, everything, use);
  if (!p || line.problem) return;
  const auto written = wire::format_rcpt_parameters(*p, everything, use);
  // What was written as it is may be too long once every character that may be escaped is.
  if (!written) return fuzz::check(p->orcpt && p->orcpt->address.size() > 100);
  check_line(*written);
  const auto again = wire::parse_rcpt_parameters(wire::parse_command("RCPT TO:<a@b>" + written->text, use).parameters,
                                                 everything, use);
  fuzz::check(again && again->orcpt.has_value() == p->orcpt.has_value());
  if (p->orcpt) fuzz::check(again->orcpt->address == p->orcpt->address && again->orcpt->type == p->orcpt->type);
  fuzz::check(again->notify.never == p->notify.never && again->notify.success == p->notify.success);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::view(data, size);
  check_mail(text);
  check_rcpt(text, wire::utf8::refused);
  check_rcpt(text, wire::utf8::allowed);
  return 0;
}
