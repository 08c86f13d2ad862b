#include "smtpscope/mime/address_list.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "unit/exact_buffer.hpp"

namespace smtpscope::mime {
namespace {

using test::exact_buffer;
using namespace std::string_literals;
using texts = std::vector<std::string>;

texts read(std::string_view text) {
  const auto list = parse_address_list(exact_buffer(text));
  if (!list) return {"error: " + list.why().detail};
  texts out;
  for (const auto& m : *list) out.push_back(m.display_name + "|" + m.address.text());
  return out;
}

TEST(AddressList, ReadsWhatPeopleType) {
  const struct {
    std::string text;
    texts mailboxes;
  } table[] = {
      {"", {}},
      {"  ", {}},
      {" , ;", {}},
      {"a@b", {"|a@b"}},
      {"<a@b>", {"|a@b"}},
      {" < a@b > ", {"|a@b"}},
      {"Alice <a@b>", {"Alice|a@b"}},
      {"Alice<a@b>", {"Alice|a@b"}},
      {"Alice B. Toklas <a@b>", {"Alice B. Toklas|a@b"}},
      {"\"Toklas, Alice\" <a@b>", {"Toklas, Alice|a@b"}},
      {"\"A \\\"B\\\" \\\\C\" <a@b>", {"A \"B\" \\C|a@b"}},
      {"Alice \"the cook\" Toklas <a@b>", {"Alice the cook Toklas|a@b"}},
      {"J\xC3\xB6rg <a@b>", {"J\xC3\xB6rg|a@b"}},
      {"a@b, c@d", {"|a@b", "|c@d"}},
      {"a@b;c@d;", {"|a@b", "|c@d"}},
      {"a@b,,c@d,", {"|a@b", "|c@d"}},
      {"\"x,y\" <a@b>, \"<z>\" <c@d>", {"x,y|a@b", "<z>|c@d"}},
      {"\"a b\"@c.example", {"|\"a b\"@c.example"}},
      {"\"a,b\"@c.example, d@e", {"|\"a,b\"@c.example", "|d@e"}},
      {"Bob <\"a>,b\"@c.example>, d@e", {"Bob|\"a>,b\"@c.example", "|d@e"}},
      {"o'neil@b", {"|o'neil@b"}},
      {"a@b <c@d>", {"a@b|c@d"}},
      {"a@[192.0.2.1]", {"|a@[192.0.2.1]"}},
      {"\"\" <a@b>", {"|a@b"}},
  };
  for (const auto& row : table) EXPECT_EQ(read(row.text), row.mailboxes) << row.text;
}

TEST(AddressList, SaysWhichEntryIsWrongAndWhy) {
  const struct {
    std::string text;
    errc code;
    const char* entry;
    const char* reason;
  } table[] = {
      {"alice", errc::invalid_address, "address 1: ", "no @"},
      {"a@b, bob", errc::invalid_address, "address 2: ", "no @"},
      {"a@b,, ,bob@", errc::invalid_address, "address 2: ", "after @"},
      {"a@b c@d", errc::invalid_address, "address 1: ", "@"},
      {"a@b (Alice)", errc::invalid_address, "address 1: ", "parentheses"},
      {"(Alice) a@b", errc::invalid_address, "address 1: ", "parentheses"},
      {"Alice (x) <a@b>", errc::invalid_address, "address 1: ", "parentheses"},
      {"team: a@b, c@d;", errc::invalid_address, "address 1: ", "@"},
      {"team: Alice <a@b>", errc::invalid_address, "address 1: ", "colon"},
      {"team:;", errc::invalid_address, "address 1: ", "groups"},
      {"<a@b", errc::invalid_address, "address 1: ", "not closed"},
      {"Alice <a@b, c@d", errc::invalid_address, "address 1: ", "not closed"},
      {"a@b>", errc::invalid_address, "address 1: ", "domain"},
      {"x> <a@b>", errc::invalid_address, "address 1: ", ">"},
      {"<a@b> Alice", errc::invalid_address, "address 1: ", "commas"},
      {"\"Alice <a@b>", errc::invalid_address, "address 1: ", "@"},
      {"Alice <>", errc::invalid_address, "address 1: ", "empty"},
      {"c@d, Alice <a b@c>", errc::invalid_address, "address 2: ", "space"},
      {"c@d, gr\xC3\xBC"
       "n@x.example",
       errc::unsupported, "address 2: ", "SMTPUTF8"},
      {"a@b\r\nBcc: victim@x", errc::forbidden_character, "address 1: ", "line break"},
      {"a@b, \"x\r\ny\" <c@d>", errc::forbidden_character, "address 2: ", "line break"},
      {"Alice\t<a@b>", errc::forbidden_character, "address 1: ", "control"},
      {"Al\0ice <a@b>"s, errc::forbidden_character, "address 1: ", "control"},
      {"Al\x7fice <a@b>", errc::forbidden_character, "address 1: ", "control"},
      {"Al\xFFice <a@b>", errc::invalid_encoding, "address 1: ", "UTF-8"},
  };
  for (const auto& row : table) {
    const auto list = parse_address_list(exact_buffer(row.text));
    ASSERT_FALSE(list) << row.text;
    const std::string& detail = list.why().detail;
    EXPECT_EQ(list.why().code, row.code) << row.text << " → " << detail;
    EXPECT_EQ(detail.substr(0, 11), row.entry) << row.text;
    EXPECT_NE(detail.find(row.reason), std::string::npos) << row.text << " → " << detail;
    EXPECT_EQ(detail.find("victim"), std::string::npos);
  }
}

TEST(AddressList, OneMailboxIsExactlyOne) {
  EXPECT_EQ(parse_named_mailbox("Alice <a@b>")->display_name, "Alice");
  EXPECT_FALSE(parse_named_mailbox(""));
  EXPECT_FALSE(parse_named_mailbox("a@b, c@d"));
  EXPECT_FALSE(parse_named_mailbox("a@b;"));
}

}  // namespace
}  // namespace smtpscope::mime
