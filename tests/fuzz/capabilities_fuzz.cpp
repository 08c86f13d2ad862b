// Invariant: whatever lines a reply to EHLO has, each is kept as it is; limits lie within 1…999999;
// BINARYMIME never stands without CHUNKING; a mechanism is listed once.

#include <algorithm>

#include "check.hpp"
#include "smtpscope/wire/capabilities.hpp"

using namespace smtpscope;

namespace {

void check_limit(const std::optional<std::uint32_t>& limit) {
  if (limit) fuzz::check(*limit >= 1 && *limit <= 999999);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  wire::reply reply{250, std::nullopt, {"mx.example"}};
  std::string_view rest = fuzz::view(data, size);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    reply.lines.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  const wire::capabilities c = wire::capabilities::parse(reply);
  fuzz::check(c.lines.size() + 1 == reply.lines.size());
  fuzz::check(std::equal(c.lines.begin(), c.lines.end(), reply.lines.begin() + 1));
  fuzz::check(!c.binarymime || c.chunking);
  if (c.limits) {
    check_limit(c.limits->mailmax);
    check_limit(c.limits->rcptmax);
    check_limit(c.limits->rcptdomainmax);
  }
  for (std::size_t i = 0; i < c.auth.size(); ++i) {
    fuzz::check(c.offers_mechanism(c.auth[i]));
    fuzz::check(std::find(c.auth.begin() + static_cast<std::ptrdiff_t>(i) + 1, c.auth.end(), c.auth[i]) ==
                c.auth.end());
  }
  return 0;
}
