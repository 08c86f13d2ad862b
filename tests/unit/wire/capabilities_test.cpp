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

}  // namespace
}  // namespace smtpscope::wire
