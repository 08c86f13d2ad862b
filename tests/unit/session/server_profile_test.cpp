#include "smtpscope/session/server_profile.hpp"

#include <gtest/gtest.h>

#include "support/policy_files.hpp"
#include "texts/native_personalities.hpp"

namespace smtpscope::session {
namespace {

using test::policy_of;

std::string refusal(const std::string& members) {
  const auto read = read_profile(R"({"smtpscope":"policy","version":1,)" + members + "}");
  EXPECT_FALSE(read) << members;
  if (read) return {};
  EXPECT_EQ(read.why().code, errc::invalid_argument);
  return read.why().detail;
}

TEST(ServerProfile, ReadsEveryMember) {
  const server_profile p = policy_of(R"(
    "name": "mine", "about": "A test", "hostName": "mx.example", "sessionId": "a-1.b",
    "extensions": ["chunking", "BINARYMIME", "LIMITS", "AUTH"], "ehlo": false,
    "mechanisms": ["PLAIN", "XOAUTH"], "logins": "challengesBeforeTls",
    "require": {"tls": true, "auth": true, "helloAfterTls": false}, "vrfy": "answered",
    "limits": {"messageOctets": 1000, "recipients": 3, "mailmax": 2, "rcptmax": 4, "rcptdomainmax": 1},
    "content": {"bareNewlines": "normalize", "nul": "accept", "longLines": "reject"},
    "earlyInput": "refused", "dataWithoutRecipients": "refusedAfterContent",
    "replies": {"quit": ["221-Bye", "221 {host}"], "rcpt_ok": "250 2.1.5 fine"},
    "users": [{"name": "tim", "password": "secret"}], "mailboxes": ["Amy <amy@mx.example>", "@all.example", "*"],
    "lists": [{"address": "all@mx.example", "members": ["amy@mx.example"]}], "anonymousLogins": "accept", "seed": 7,
    "faults": [{"at": "RCPT", "address": "*@slow.example", "every": 3, "per": "server", "percent": 50,
                "reply": "450 4.2.1 later", "delayMs": 20, "close": true},
               {"at": "DATA", "nth": 2, "dropAfterOctets": 100}, {"garbageBase64": "/wAN"}, {"drop": true},
               {"at": "STARTTLS", "certificate": "wrongName"}],
    "greylisting": {"delaySeconds": 1, "rememberSeconds": 60, "triplets": 5, "reply": "451 4.7.1 wait"},
    "rates": [{"what": "recipients", "per": "user", "most": 9, "seconds": 10}])");
  const server_options& o = p.options;
  EXPECT_EQ(p.name, "mine");
  EXPECT_EQ(o.host_name, "mx.example");
  EXPECT_EQ(o.session_id, "a-1.b");
  EXPECT_EQ(o.extensions.in_order(),
            (std::vector<extension>{extension::chunking, extension::binarymime, extension::limits, extension::auth}));
  EXPECT_EQ(o.extended_hello, offer::no);
  EXPECT_EQ(o.mechanisms, std::vector<std::string>{"PLAIN"});
  EXPECT_EQ(o.announced_mechanisms, (std::vector<std::string>{"PLAIN", "XOAUTH"}));
  EXPECT_EQ(o.auth_on_plain_link, offer::no);
  EXPECT_EQ(o.challenges_on_plain_link, offer::yes);
  EXPECT_EQ(o.tls_before_mail, requirement::yes);
  EXPECT_EQ(o.auth_before_mail, requirement::yes);
  EXPECT_EQ(o.hello_after_tls, requirement::no);
  EXPECT_EQ(o.vrfy, lookups::answered);
  EXPECT_EQ(o.max_message_octets, 1000U);
  EXPECT_EQ(o.max_recipients, 3U);
  EXPECT_EQ(o.limits_line.rcptmax, 4U);
  EXPECT_EQ(o.content.newlines, bare_newlines::normalize);
  EXPECT_EQ(o.content.nul, odd_content::accept);
  EXPECT_EQ(o.content.long_lines, odd_content::reject);
  EXPECT_EQ(o.early, early_input::refused);
  EXPECT_EQ(o.no_recipients, data_without_recipients::refused_after_content);
  ASSERT_NE(o.replies.find(reply_key::quit), nullptr);
  EXPECT_EQ(o.replies.find(reply_key::quit)->lines, (std::vector<std::string>{"Bye", "{host}"}));
  EXPECT_TRUE(p.policy.users.at(0).password.equals("secret"));
  EXPECT_EQ(p.policy.mailboxes.size(), 3U);
  EXPECT_EQ(p.policy.lists.at(0).members.at(0), "amy@mx.example");
  EXPECT_EQ(p.policy.anonymous, verdict::accept);
  ASSERT_EQ(p.rules.faults.size(), 5U);
  const fault& f = p.rules.faults[0];
  EXPECT_EQ(f.at, fault_point::rcpt);
  EXPECT_EQ(f.when, occurrence::every);
  EXPECT_EQ(f.number, 3U);
  EXPECT_EQ(f.counted, counted_per::server);
  EXPECT_EQ(f.percent, 50U);
  EXPECT_EQ(f.then, afterwards::close);
  EXPECT_EQ(f.delay, milliseconds{20});
  EXPECT_EQ(p.rules.faults[1].drop_after, 100U);
  EXPECT_EQ(p.rules.faults[2].garbage, std::string("\xFF\0\r", 3));
  EXPECT_EQ(p.rules.faults[3].then, afterwards::drop);
  EXPECT_EQ(p.rules.faults[4].certificate, certificate_choice::wrong_name);
  EXPECT_EQ(p.rules.greylist.value().remember, seconds{60});
  EXPECT_EQ(p.rules.rates.at(0).per, rate_per::user);
}

TEST(ServerProfile, IsLaidOverWhatStoodBefore) {
  server_profile base = policy_of(R"("mailboxes":["amy@mail.example"],"greylisting":{},"limits":{"mailmax":2})");
  EXPECT_TRUE(base.rules.greylist);
  const server_profile p = policy_of(R"("limits":{"recipients":7})", base);
  EXPECT_EQ(p.policy.mailboxes, base.policy.mailboxes);
  EXPECT_EQ(p.options.max_recipients, 7U);
  EXPECT_EQ(p.options.limits_line.mailmax, 2U);
  const server_profile off = policy_of(R"("greylisting":null,"limits":{"mailmax":null},"mailboxes":[])", base);
  EXPECT_FALSE(off.rules.greylist);
  EXPECT_FALSE(off.options.limits_line.mailmax);
  EXPECT_TRUE(off.policy.mailboxes.empty());
}

TEST(ServerProfile, SaysWhereAMistakeIsAndWhatIsExpected) {
  struct mistake {
    const char* members;
    const char* detail;  // how it begins
  };
  const mistake all[] = {
      {R"("nmae":"x")", "/nmae: no such member; known are smtpscope version name"},
      {R"("a/b~":1)", "/a~1b~0: no such member"},
      {R"("version":2)", "/version: expected a whole number from 1 to 1"},
      {R"("smtpscope":"trace")", "/smtpscope: expected \"policy\""},
      {R"("hostName":"two words")", "/hostName: expected a domain"},
      {R"("sessionId":"a b")", "/sessionId: expected letters"},
      {R"("extensions":["PIPELINING","SIZE 5"])", "/extensions/1: expected PIPELINING"},
      {R"("extensions":["DSN","dsn"])", "/extensions/1: expected each extension once"},
      {R"("extensions":"DSN")", "/extensions: expected an array of at most 15 elements"},
      {R"("extensions":["BINARYMIME"])", "/extensions: expected CHUNKING beside BINARYMIME"},
      {R"("extensions":["SMTPUTF8"])", "/extensions: expected 8BITMIME beside SMTPUTF8"},
      {R"("extensions":["LIMITS"])", "/limits: expected mailmax"},
      {R"("ehlo":"yes")", "/ehlo: expected true or false"},
      {R"("mechanisms":["plain"])", "/mechanisms/0: expected a SASL mechanism in capital letters"},
      {R"("logins":"always")", "/logins: expected one of \"insideTls\""},
      {R"("require":{"tsl":true})", "/require/tsl: no such member; known are tls auth helloAfterTls"},
      {R"("require":[])", "/require: expected an object"},
      {R"("limits":{"recipients":0})", "/limits/recipients: expected a whole number from 1 to"},
      {R"("limits":{"messageOctets":-1})", "/limits/messageOctets: expected a whole number"},
      {R"("limits":{"messageOctets":1.5})", "/limits/messageOctets: expected a whole number"},
      {R"("limits":{"rcptmax":1000000})", "/limits/rcptmax: expected a whole number from 1 to 999999"},
      {R"("replies":{"rcpt_okay":"250 x"})", "/replies/rcpt_okay: no such reply"},
      {R"("replies":{"rcpt_ok":"550 x"})", "/replies/rcpt_ok: expected a reply of the class"},
      {R"("replies":{"rcpt_refused":"250 x"})", "/replies/rcpt_refused: expected a refusal"},
      {R"("replies":{"quit":"221 a\r\nb"})", "/replies/quit: expected a reply"},
      {R"("replies":{"quit":["221 a","221 b"]})", "/replies/quit: expected a reply"},
      {R"("replies":{"quit":["221-a"]})", "/replies/quit: expected a reply"},
      {R"("replies":{"quit":221})", "/replies/quit: expected a line of reply"},
      {R"("users":[{"name":"tim"}])", "/users/0/password: expected a password"},
      {R"("users":[{"name":"","password":"x"}])", "/users/0/name: expected a name"},
      {R"("users":[{"name":"tim","password":"a\ud83d\udd11"}])",
       "/users/0: the user's password holds a character that Unicode 3.2 did not have"},
      {R"("mailboxes":["a@b.example","nonsense"])", "/mailboxes/1: expected an address"},
      {R"("mailboxes":[""])", "/mailboxes/0: expected a string of 1 to"},
      {R"("lists":[{"address":"x"}])", "/lists/0/address: expected an address"},
      {R"("faults":[{"at":"RCPT"}])", "/faults/0/reply: expected something to happen"},
      {R"("faults":[{"at":"rcpt","drop":true}])", "/faults/0/at: expected one of \"CONNECT\""},
      {R"("faults":[{"at":"QUIT","address":"*","drop":true}])", "/faults/0/address: expected none"},
      {R"("faults":[{"nth":1,"from":2,"drop":true}])", "/faults/0/from: expected one of nth, every, from alone"},
      {R"("faults":[{"nth":0,"drop":true}])", "/faults/0/nth: expected a whole number from 1 to"},
      {R"("faults":[{"drop":true,"reply":"450 x"}])", "/faults/0/drop: expected no reply beside it"},
      {R"("faults":[{"drop":true,"close":true}])", "/faults/0/close: expected only one"},
      {R"("faults":[{"reply":"45 x"}])", "/faults/0/reply: expected a reply"},
      {R"("faults":[{"garbage":"a","garbageBase64":"YQ=="}])", "/faults/0/garbageBase64: expected only one"},
      {R"("faults":[{"garbageBase64":"YQ"}])", "/faults/0/garbageBase64: expected base64"},
      {R"("faults":[{"dropAfterOctets":1}])", "/faults/0/dropAfterOctets: expected \"at\" to be DATA or BDAT"},
      {R"("faults":[{"certificate":"expired"}])", "/faults/0/certificate: expected \"at\" to be STARTTLS"},
      {R"("faults":[{"delayMs":600001}])", "/faults/0/delayMs: expected a whole number from 0 to 600000"},
      {R"("faults":[{"drop":true,"percent":0}])", "/faults/0/percent: expected a whole number from 1 to 100"},
      {R"("faults":[1])", "/faults/0: expected an object"},
      {R"("greylisting":{"delaySeconds":60,"rememberSeconds":60})", "/greylisting/rememberSeconds: expected more than"},
      {R"("greylisting":{"reply":"550 no"})", "/greylisting/reply: expected a 4yz reply"},
      {R"("rates":[{"most":1}])", "/rates/0/what: expected"},
      {R"("rates":[{"what":"messages"}])", "/rates/0/most: expected"},
      {R"("rates":[{"what":"connections","per":"user","most":1}])", "/rates/0/per: expected \"client\""},
  };
  for (const mistake& m : all) EXPECT_EQ(refusal(m.members).substr(0, std::string{m.detail}.size()), m.detail);
}

TEST(ServerProfile, SaysWhenItIsNoDocumentAtAll) {
  EXPECT_EQ(read_profile("{\"a\": 1,}").why().detail, "the document: not a JSON text: wrong at octet 9");
  EXPECT_EQ(read_profile("[]").why().detail, "the document: expected an object");
  EXPECT_EQ(read_profile("{}").why().detail, "/smtpscope: expected \"policy\": this document is no policy");
  EXPECT_FALSE(read_profile(std::string(17, '[')));
  EXPECT_FALSE(read_profile(std::string(most_profile_octets + 1, ' ')));
}

TEST(ServerProfile, KeepsHostileTextOutOfItsErrors) {
  const std::string detail = refusal("\"\\u001b[2J\\u0000" + std::string(500, 'x') + "\":1");
  EXPECT_LT(detail.size(), 700U);
  for (const char c : detail + refusal(R"("replies":{"quit":"\u001b[2J"})"))
    EXPECT_GE(static_cast<unsigned char>(c), 0x20);
}

TEST(ServerProfile, NeverShowsAPassword) {
  const server_profile p = policy_of(R"("users":[{"name":"tim","password":"tanstaaf"}])");
  EXPECT_EQ(to_string(write_profile(p)).find("tanstaaf"), std::string::npos);
  EXPECT_EQ(refusal(R"("users":[{"name":"tim","password":"tanstaaf","x":1}])").find("tanstaaf"), std::string::npos);
}

TEST(ServerProfile, ReadsWhatItWrites) {
  const server_profile full = policy_of(R"(
    "users":[{"name":"tim","password":"x"}],"lists":[{"address":"a@b.example","members":["@c.example"]}],
    "mechanisms":["PLAIN","XOAUTH"],"logins":"beforeTls","greylisting":{},"limits":{"rcptmax":5},
    "faults":[{"garbageBase64":"/wAN"},{"at":"DATA","dropAfterOctets":0},{"at":"MAIL","from":2,"reply":["451-a","451 b"]}],
    "rates":[{"what":"failedLogins","most":0,"reply":"454 4.7.0 x"}])");
  std::vector<server_profile> all{server_profile{}, full};
  for (const texts::personality& p : texts::personalities()) all.push_back(test::personality(p.name));
  for (server_profile& p : all) {
    if (p.options.host_name.empty()) p.options.host_name = "mail.example";
    const std::string written = to_string(write_profile(p, passwords::written));
    const auto again = read_profile(written);
    ASSERT_TRUE(again) << again.why().detail;
    EXPECT_EQ(to_string(write_profile(*again, passwords::written)), written);
  }
}

}  // namespace
}  // namespace smtpscope::session
