#include "smtpscope/wire/capabilities.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace smtpscope::wire {
namespace {

using lines = std::vector<std::string>;

capabilities read(lines extensions) {
  extensions.insert(extensions.begin(), "mx.example at your service, [203.0.113.7]");
  return capabilities::parse({250, std::nullopt, extensions});
}

TEST(Capabilities, ReadsWhatGmailSaysBeforeAndAfterTls) {
  const capabilities before =
      read({"SIZE 35882577", "8BITMIME", "STARTTLS", "ENHANCEDSTATUSCODES", "PIPELINING", "CHUNKING", "SMTPUTF8"});
  EXPECT_TRUE(before.starttls && before.eight_bit_mime && before.enhanced_status_codes && before.pipelining &&
              before.chunking && before.smtputf8);
  EXPECT_FALSE(before.dsn);
  EXPECT_EQ(before.size, 35882577U);
  EXPECT_TRUE(before.auth.empty());
  EXPECT_EQ(before.lines.size(), 7U);
  const capabilities after = read({"AUTH LOGIN PLAIN XOAUTH2 PLAIN-CLIENTTOKEN OAUTHBEARER XOAUTH"});
  EXPECT_FALSE(after.starttls);
  EXPECT_EQ(after.auth, (lines{"LOGIN", "PLAIN", "XOAUTH2", "PLAIN-CLIENTTOKEN", "OAUTHBEARER", "XOAUTH"}));
  EXPECT_TRUE(after.offers_mechanism("plain"));
  EXPECT_FALSE(after.offers_mechanism("CRAM-MD5"));
  EXPECT_FALSE(after.offers_mechanism(""));
}

TEST(Capabilities, KeywordsCompareWithoutCaseAndWhole) {
  EXPECT_TRUE(read({"StartTls"}).starttls);
  EXPECT_TRUE(read({"dsn"}).dsn);
  EXPECT_FALSE(read({"STARTTLSX"}).starttls);
  EXPECT_FALSE(read({"XSTARTTLS"}).starttls);
  EXPECT_FALSE(read({"STARTTLS=no"}).starttls);
  EXPECT_FALSE(read({" STARTTLS"}).starttls);
}

TEST(Capabilities, TheFirstLineIsTheDomainAndNothingElse) {
  EXPECT_FALSE(capabilities::parse({250, std::nullopt, {"STARTTLS"}}).starttls);
  EXPECT_TRUE(capabilities::parse({250, std::nullopt, {}}).lines.empty());
}

TEST(Capabilities, WhatIsRefusedCountsAsNotOffered) {
  const reply all{250,
                  std::nullopt,
                  {"x", "SIZE 5", "8bitmime", "SMTPUTF8", "LIMITS RCPTMAX=1", "DSN", "PIPELINING", "CHUNKING",
                   "BINARYMIME", "REQUIRETLS", "ENHANCEDSTATUSCODES", "STARTTLS", "AUTH PLAIN", "AUTH=LOGIN"}};
  const capabilities none =
      capabilities::parse(all, {"SIZE", "8BITMIME", "smtputf8", "LIMITS", "DSN", "PIPELINING", "CHUNKING", "BINARYMIME",
                                "REQUIRETLS", "ENHANCEDSTATUSCODES", "STARTTLS", "AUTH"});
  EXPECT_FALSE(none.size || none.limits);
  EXPECT_FALSE(none.eight_bit_mime || none.smtputf8 || none.dsn || none.pipelining || none.chunking ||
               none.binarymime || none.requiretls || none.enhanced_status_codes || none.starttls);
  EXPECT_TRUE(none.auth.empty());
  EXPECT_EQ(none.lines.size(), 13U) << "what the server said";
  const capabilities without_chunking = capabilities::parse(all, {"CHUNKING"});
  EXPECT_FALSE(without_chunking.chunking || without_chunking.binarymime) << "RFC 3030: it needs CHUNKING";
  EXPECT_TRUE(without_chunking.size && without_chunking.limits && without_chunking.dsn && without_chunking.starttls);
}

TEST(Capabilities, ARefusalOffersNothing) {
  EXPECT_FALSE(capabilities::parse({550, std::nullopt, {"x", "STARTTLS"}}).starttls);
}

TEST(Capabilities, BothSpellingsOfAuthAreMerged) {
  EXPECT_EQ(read({"AUTH PLAIN login", "AUTH=LOGIN CRAM-MD5"}).auth, (lines{"PLAIN", "LOGIN", "CRAM-MD5"}));
  EXPECT_EQ(read({"AUTH=PLAIN"}).auth, lines{"PLAIN"});
  EXPECT_EQ(read({"auth   PLAIN\tLOGIN  "}).auth, (lines{"PLAIN", "LOGIN"}));
  EXPECT_TRUE(read({"AUTH"}).auth.empty());
  EXPECT_TRUE(read({"AUTH="}).auth.empty());
}

TEST(Capabilities, SizeWithoutANumberHasNoLimit) {
  EXPECT_EQ(read({"SIZE"}).size, 0U);
  EXPECT_EQ(read({"SIZE 0"}).size, 0U);
  EXPECT_EQ(read({"size 1000000"}).size, 1000000U);
  EXPECT_EQ(read({"SIZE many"}).size, 0U);
  EXPECT_EQ(read({"SIZE 10k"}).size, 0U);
  EXPECT_EQ(read({"SIZE -1"}).size, 0U);
  EXPECT_EQ(read({"SIZE 99999999999999999999"}).size, 0U);
  EXPECT_EQ(read({"SIZE 5 6"}).size, 5U);
  EXPECT_EQ(read({"PIPELINING"}).size, std::nullopt);
}

TEST(Capabilities, BinarymimeCountsOnlyWithChunking) {
  EXPECT_TRUE(read({"BINARYMIME", "CHUNKING"}).binarymime);
  EXPECT_TRUE(read({"CHUNKING", "BinaryMime"}).binarymime);
  EXPECT_FALSE(read({"BINARYMIME"}).binarymime);  // RFC 3030 §3
  EXPECT_FALSE(read({"CHUNKING"}).binarymime);
}

TEST(Capabilities, ReadsRequiretls) {
  EXPECT_TRUE(read({"REQUIRETLS"}).requiretls);
  EXPECT_FALSE(read({"REQUIRETLSX"}).requiretls);
}

TEST(Capabilities, ReadsLimits) {
  const auto limits = read({"LIMITS MAILMAX=10 rcptmax=100 RCPTDOMAINMAX=999999"}).limits;
  ASSERT_TRUE(limits);
  EXPECT_EQ(limits->mailmax, 10U);
  EXPECT_EQ(limits->rcptmax, 100U);
  EXPECT_EQ(limits->rcptdomainmax, 999999U);
  EXPECT_EQ(read({"LIMITS RCPTMAX=5 X-NEW_1=any:thing FLAG"}).limits->rcptmax, 5U);
  EXPECT_FALSE(read({"LIMITS RCPTMAX=5"}).limits->mailmax);
  EXPECT_FALSE(read({"LIMITS"}).limits->mailmax);
  EXPECT_FALSE(read({"PIPELINING"}).limits);
}

TEST(Capabilities, ALimitWithABadValueIsIgnoredAlone) {
  for (const char* value : {"0", "01", "1000000", "-1", "+1", "many", "1x", "0x10", "1.5"}) {
    const auto limits = read({std::string("LIMITS MAILMAX=") + value + " RCPTMAX=7"}).limits;
    ASSERT_TRUE(limits) << value;
    EXPECT_FALSE(limits->mailmax) << value;
    EXPECT_EQ(limits->rcptmax, 7U) << value;
  }
  EXPECT_FALSE(read({"LIMITS MAILMAX RCPTMAX=7"}).limits->mailmax);
  EXPECT_EQ(read({"LIMITS MAILMAX=3 MAILMAX=9"}).limits->mailmax, 3U);
}

TEST(Capabilities, AListOfLimitsThatIsNotLegalSaysNothing) {
  for (const char* list : {"MAILMAX= RCPTMAX=7", "=5 RCPTMAX=7", "MAIL/MAX=5 RCPTMAX=7", "RCPTMAX=7;MAILMAX=5",
                           "RCPTMAX=7 \x01", "RCPTMAX=7 M\xC3\xA4X=1"})
    EXPECT_FALSE(read({std::string("LIMITS ") + list}).limits) << list;
}

}  // namespace
}  // namespace smtpscope::wire
