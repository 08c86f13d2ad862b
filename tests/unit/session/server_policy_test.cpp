#include "smtpscope/session/server_policy.hpp"

#include <gtest/gtest.h>

namespace smtpscope::session {
namespace {

server_policy sample() {
  server_policy p;
  p.users = {{"tim", secret{"secret"}}, {"amy", secret{"other"}}};
  p.mailboxes = {"amy@mail.example", "\"odd one\"@mail.example", "@all.example"};
  return p;
}

verdict login(std::string authorization, std::string authentication, std::string password) {
  return sample()
      .decide(credentials_offered{"PLAIN", std::move(authorization), std::move(authentication),
                                  secret{std::move(password)}})
      .what;
}

TEST(ServerPolicy, KnowsUsersByNameAndPassword) {
  EXPECT_EQ(login("", "tim", "secret"), verdict::accept);
  EXPECT_EQ(login("tim", "tim", "secret"), verdict::accept);
  EXPECT_EQ(login("", "tim", "other"), verdict::reject) << "somebody else's password";
  EXPECT_EQ(login("", "Tim", "secret"), verdict::reject);
  EXPECT_EQ(login("", "tim", "secre"), verdict::reject);
  EXPECT_EQ(login("", "tim", "secrett"), verdict::reject);
  EXPECT_EQ(login("", "tim", ""), verdict::reject);
  EXPECT_EQ(login("", "", ""), verdict::reject);
  EXPECT_EQ(login("amy", "tim", "secret"), verdict::reject) << "in another's name";
  EXPECT_EQ(server_policy{}.decide(credentials_offered{"PLAIN", "", "tim", secret{"secret"}}).what, verdict::reject);
}

TEST(ServerPolicy, ComparesNamesAndPasswordsBySaslprep) {  // RFC 4616 §2, RFC 5802 §5.1
  server_policy p;
  p.users = {
      {"d\xC3\xB6rte", secret{"\xEF\xAC\x81sch\xC2\xB2"}}, {"tab\tbed", secret{"a\tb"}}, {"\xC2\xAD", secret{"x"}}};
  const auto tried = [&p](const char* name, const char* password, const char* acting = "") {
    return p.decide(credentials_offered{"PLAIN", acting, name, secret{password}}).what;
  };
  EXPECT_EQ(tried("d\xC3\xB6rte", "\xEF\xAC\x81sch\xC2\xB2"), verdict::accept) << "as it was given";
  EXPECT_EQ(tried("do\xCC\x88rte", "fisch2", "d\xC3\xB6rte"), verdict::accept) << "another spelling";
  EXPECT_EQ(tried("dorte", "fisch2"), verdict::reject);
  EXPECT_EQ(tried("d\xC3\xB6rte", "Fisch2"), verdict::reject);
  EXPECT_EQ(tried("tab\tbed", "a\tb"), verdict::reject) << "what SASLprep refuses logs nobody in";
  EXPECT_EQ(tried("\a", "\a"), verdict::reject);
  EXPECT_EQ(tried("\xC2\xAD", "x"), verdict::reject) << "nothing is left of the name";
  const auto known = [&p](const char* name) { return p.secret_for(secret_requested{"SCRAM-SHA-256", name, ""}); };
  ASSERT_TRUE(known("do\xCC\x88rte"));
  EXPECT_EQ(known("do\xCC\x88rte")->reveal(), "\xEF\xAC\x81sch\xC2\xB2") << "CRAM-MD5 needs the octets as they are";
  EXPECT_FALSE(known("dorte"));
}

TEST(ServerPolicy, KeepsNoUserWhomSaslprepRefuses) {  // RFC 4013 §2.5, RFC 3454 §6
  EXPECT_TRUE(check_user({"d\xC3\xB6rte", secret{"\xD8\xA7\xD8\xA8"}}));
  const struct {
    user who;
    const char* detail;
  } table[] = {
      {{"tim", secret{"key \xF0\x9F\x94\x91"}}, "the user's password holds a character that Unicode 3.2 did not have"},
      {{"tim", secret{"a\xD8\xA7"}}, "the user's password mixes directions"},
      {{"tim", secret{"a\tb"}}, "the user's password holds a control character"},
      {{"\xFF", secret{"x"}}, "the user's name holds a control character or one that is not for text"},
      {{"\xC2\xAD", secret{"x"}}, "nothing that counts is left of the user's name"},
      {{"tim", secret{"\xC2\xAD"}}, "nothing that counts is left of the user's password"},
  };
  for (const auto& row : table) {
    const status ok = check_user(row.who);
    ASSERT_FALSE(ok) << row.detail;
    EXPECT_EQ(ok.why().detail.substr(0, std::string_view{row.detail}.size()), row.detail);
  }
}

forward_path_offered to(const std::string& mailbox) {
  return {*wire::forward_path::parse("<" + mailbox + ">"), {}, {}};
}

TEST(ServerPolicy, DomainsOutsideAsciiAreTheSameInEveryForm) {  // RFC 6531 §3.3
  server_policy p;
  p.mailboxes = {
      "@b\xC3\xBC"
      "cher.example",
      "@xn--e1afmkfd.example", "amy@bu\xCC\x88ro.example"};
  const auto taken = [&p](const std::string& mailbox) {
    const auto path = wire::forward_path::parse("<" + mailbox + ">", wire::utf8::allowed);
    return path && p.decide(forward_path_offered{*path, {}, {}}).what == verdict::accept;
  };
  EXPECT_TRUE(
      taken("a@b\xC3\xBC"
            "cher.example"));
  EXPECT_TRUE(
      taken("a@bu\xCC\x88"
            "cher.example"))
      << "decomposed";
  EXPECT_TRUE(taken("a@xn--bcher-kva.example"));
  EXPECT_TRUE(taken("a@\xD0\xBF\xD1\x80\xD0\xB8\xD0\xBC\xD0\xB5\xD1\x80.example"));
  EXPECT_TRUE(taken("amy@xn--bro-hoa.example"));
  EXPECT_FALSE(taken("bob@xn--bro-hoa.example"));
  EXPECT_FALSE(taken("a@bucher.example"));
}

verdict recipient(const std::string& mailbox) { return sample().decide(to(mailbox)).what; }

TEST(ServerPolicy, KnowsMailboxesAndDomains) {
  EXPECT_EQ(recipient("amy@mail.example"), verdict::accept);
  EXPECT_EQ(recipient("amy@MAIL.Example"), verdict::accept) << "domains compare without case";
  EXPECT_EQ(recipient("Amy@mail.example"), verdict::reject) << "local parts compare exactly";
  EXPECT_EQ(recipient("\"amy\"@mail.example"), verdict::accept) << "needless quotes mean nothing";
  EXPECT_EQ(recipient("\"odd one\"@mail.example"), verdict::accept);
  EXPECT_EQ(recipient("amy@mail.example.org"), verdict::reject);
  EXPECT_EQ(recipient("amy@xmail.example"), verdict::reject);
  EXPECT_EQ(recipient("any.body@ALL.example"), verdict::accept);
  EXPECT_EQ(recipient("\"a@all.example\"@else.example"), verdict::reject) << "the last @ counts";
  EXPECT_EQ(recipient("a@sub.all.example"), verdict::reject);
}

TEST(ServerPolicy, AlwaysTakesPostmaster) {
  EXPECT_EQ(recipient("Postmaster"), verdict::accept);  // RFC 5321 §4.5.1
  EXPECT_EQ(recipient("postMASTER"), verdict::accept);
}

TEST(ServerPolicy, LeavesTheWordsOfARefusalToTheSession) {
  const decision d = sample().decide(to("bob@mail.example"));
  EXPECT_EQ(d.what, verdict::reject);
  EXPECT_FALSE(d.reply) << "rcpt_refused of the reply texts names the recipient";
}

TEST(ServerPolicy, AnswersQuestionsAndNothingElse) {
  const server_policy p = sample();
  EXPECT_TRUE(decide(p, reverse_path_offered{}));
  EXPECT_TRUE(decide(p, to("amy@mail.example")));
  EXPECT_TRUE(decide(p, credentials_offered{}));
  EXPECT_FALSE(decide(p, message_offered{})) << "the host keeps messages";
  EXPECT_FALSE(decide(p, start_tls{}));
  EXPECT_EQ(server_policy::stored("A1").queue_id, "A1");
}

}  // namespace
}  // namespace smtpscope::session
