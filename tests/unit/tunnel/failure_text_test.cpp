#include "smtpscope/tunnel/failure_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace smtpscope::tunnel {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const attempt to_587{"mail.example", 587, tls_mode::none};
const attempt to_465{"mail.example", 465, tls_mode::implicit};

TEST(FailureText, NamesThePlaceAndSaysWhatToDo) {
  const limits bounds;
  EXPECT_THAT(failure_text(stage::resolve, code::name_not_found, to_587, bounds), HasSubstr("mail.example"));
  EXPECT_THAT(failure_text(stage::connect, code::refused, to_587, bounds), HasSubstr("mail.example:587"));
  EXPECT_THAT(failure_text(stage::connect, code::timeout, to_587, bounds), HasSubstr("10 seconds"));
  EXPECT_THAT(failure_text(stage::connect, code::timeout, {"mail.example", 25, tls_mode::none}, bounds),
              HasSubstr("port 25"));
  EXPECT_THAT(failure_text(stage::connect, code::refused, {"2001:db8::1", 25, tls_mode::none}, bounds),
              HasSubstr("[2001:db8::1]:25"));
}

TEST(FailureText, TellsPortsOfTheOtherKindOfTls) {
  EXPECT_THAT(tls_failure_text(code::tls_protocol, {tls_reason::not_tls, {}, {}}, to_465), HasSubstr("STARTTLS"));
  EXPECT_THAT(tls_failure_text(code::tls_protocol, {tls_reason::not_tls, {}, {}}, to_587), HasSubstr("465"));
}

TEST(FailureText, EachFaultOfACertificateHasItsOwnText) {
  const certificate shown{"CN=x",
                          "CN=y",
                          {"a.example", "b.example", "c.example", "d.example"},
                          "2030-01-02T00:00:00Z",
                          "2020-03-04T00:00:00Z"};
  std::set<std::string> texts;
  const auto reasons = {
      tls_reason::expired,       tls_reason::not_yet_valid, tls_reason::self_signed, tls_reason::unknown_authority,
      tls_reason::name_mismatch, tls_reason::weak,          tls_reason::other,       tls_reason::incomplete_chain,
      tls_reason::no_host_names};
  for (const tls_reason r : reasons) texts.insert(tls_failure_text(code::tls_verify, {r, 0, shown}, to_465));
  EXPECT_EQ(texts.size(), reasons.size());
  EXPECT_THAT(tls_failure_text(code::tls_verify, {tls_reason::expired, 0, shown}, to_465), HasSubstr("2020-03-04"));
  EXPECT_THAT(tls_failure_text(code::tls_verify, {tls_reason::not_yet_valid, 0, shown}, to_465),
              HasSubstr("2030-01-02"));
  EXPECT_THAT(tls_failure_text(code::tls_verify, {tls_reason::name_mismatch, 0, shown}, to_465),
              HasSubstr("a.example, b.example, c.example and others"));
  EXPECT_THAT(tls_failure_text(code::tls_verify, {tls_reason::unknown_authority, {}, {}}, to_465),
              HasSubstr("--ca-file"));
}

TEST(FailureText, NamesTheCertificateAtFault) {
  const certificate old{"CN=Old\x1b[0m", "CN=Root", {}, "2019-01-02T00:00:00Z", "2020-03-04T00:00:00Z"};
  const auto text = [&](const tls::refusal& r) { return tls_failure_text(code::tls_verify, r, to_465); };
  EXPECT_THAT(
      text({tls_reason::expired, 1, old}),
      StartsWith("Certificate 2 of those that mail.example sent, that of CN=Old?[0m, has expired on 2020-03-04."));
  EXPECT_THAT(text({tls_reason::expired, 0, old}),
              StartsWith("The certificate of mail.example has expired on 2020-03-04."));
  EXPECT_THAT(text({tls_reason::expired, {}, old}),
              StartsWith("The certificate of CN=Old?[0m, on which that of mail.example rests, has expired on "));
  EXPECT_THAT(text({tls_reason::expired, {}, {}}), StartsWith("The certificate of mail.example has expired. "));
  EXPECT_THAT(text({tls_reason::not_yet_valid, 2, old}), HasSubstr("is not valid yet, it begins on 2019-01-02."));
  EXPECT_THAT(text({tls_reason::weak, 1, old}), StartsWith("Certificate 2 of those"));
  EXPECT_THAT(text({tls_reason::other, 1, old}), HasSubstr("could not be verified"));
}

TEST(FailureText, NamesOfACertificateCannotBreakTheLine) {
  const certificate shown{"", "", {"a\r\nb c\x1b[0m"}, "", ""};
  EXPECT_THAT(tls_failure_text(code::tls_verify, {tls_reason::name_mismatch, 0, shown}, to_465),
              HasSubstr("a??b?c?[0m"));
}

}  // namespace
}  // namespace smtpscope::tunnel
