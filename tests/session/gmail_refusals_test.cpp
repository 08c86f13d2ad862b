// Every refusal of smtp.gmail.com that can meet this client, octet for octet, with what the client
// makes of it and the diagnosis it gets.

#include <gtest/gtest.h>

#include "session/client_script.hpp"
#include "session/samples.hpp"
#include "smtpscope/text/base64.hpp"

namespace smtpscope::test {
namespace {

using session::client_stage;
using session::failure_kind;
using session::outcome;
using session::tls_policy;

const std::string greeting =
    "S: 220 smtp.gmail.com ESMTP 5b1f17b1804b1-433cde058fcsm74629515e9.3 - gsmtp\n"
    "C: EHLO client.example\n";
const std::string ehlo =
    "S: 250-smtp.gmail.com at your service, [203.0.113.7]\n"
    "S: 250-SIZE 35882577\n"
    "S: 250-8BITMIME\n"
    "S: 250-AUTH LOGIN PLAIN XOAUTH2 PLAIN-CLIENTTOKEN OAUTHBEARER XOAUTH\n"
    "S: 250-ENHANCEDSTATUSCODES\n"
    "S: 250-PIPELINING\n"
    "S: 250-CHUNKING\n"
    "S: 250 SMTPUTF8\n";
const std::string auth =
    ehlo + "C: AUTH PLAIN " +
    text::base64_encode(std::string{'\0'} + std::string{sample_identity} + '\0' + std::string{sample_password}) + "\n";
const std::string mail = auth + "S: 235 2.7.0 Accepted\nC: MAIL FROM:<user@gmail.example> SIZE=26\n";
const std::string rcpt = mail + "S: 250 2.1.0 OK x - gsmtp\nC: RCPT TO:<friend@mail.example>\n";
const std::string data = rcpt + "S: 250 2.1.5 OK x - gsmtp\nC: DATA\n";
const std::string content = data +
                            "S: 354  Go ahead x - gsmtp\n"
                            "C: Subject: Hi\nC: \nC: ..dot\nC: Bye\nC: .\n";
const std::string quit = "C: QUIT\nS: 221 2.0.0 closing connection x - gsmtp\n--- client closes ---\n";
const std::string closes = "--- client closes ---\n";

struct refusal {
  const char* name;
  const std::string* before;
  const char* reply;
  const std::string* after;
  client_stage stage;
  const char* diagnosis;
};

const std::string nothing;
const refusal refusals[] = {
    {"too many connections", &nothing,
     "S: 421-4.7.0 Try again later, closing connection. (EHLO)\nS: 421-4.7.0 For more information, go to\n"
     "S: 421 4.7.0 <About SMTP error messages> x - gsmtp\n",
     &closes, client_stage::greeting, "421"},
    {"guard at EHLO", &greeting,
     "S: 421-4.7.0 Try again later, closing connection. (EHLO)\nS: 421-4.7.0 For more information, go to\n"
     "S: 421 4.7.0 <About SMTP error messages> x - gsmtp\n",
     &closes, client_stage::ehlo, "ehlo.421.gmail"},
    {"bad EHLO name", &greeting, "S: 501-5.5.4 HELO/EHLO argument \"gmail.com, x\" invalid\nS: 501 5.5.4 x - gsmtp\n",
     &quit, client_stage::ehlo, "ehlo.5"},
    {"empty EHLO name", &greeting, "S: 501 5.5.4 Empty HELO/EHLO argument not allowed, closing connection.\n", &quit,
     client_stage::ehlo, "ehlo.5"},
    {"bad credentials", &auth,
     "S: 535-5.7.8 Username and Password not accepted. For more information, go to\n"
     "S: 535 5.7.8  https://support.google.com/mail/?p=BadCredentials x - gsmtp\n",
     &quit, client_stage::auth, "auth.535.gmail"},
    {"app password wanted", &auth,
     "S: 534-5.7.9 Application-specific password required. For more information, go to\n"
     "S: 534 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor x - gsmtp\n",
     &quit, client_stage::auth, "auth.534.gmail.app_password"},
    {"browser wanted", &auth,
     "S: 534-5.7.14 <https://accounts.google.com/signin/continue> Please log in\n"
     "S: 534-5.7.14 through your web browser and then try again.\nS: 534 5.7.14 x - gsmtp\n",
     &quit, client_stage::auth, "auth.534.gmail.browser"},
    {"too many logins", &auth,
     "S: 454-4.7.0 Too many login attempts, please try again later. For more information, go to\n"
     "S: 454 4.7.0  https://support.google.com/mail/answer/7126229 x - gsmtp\n",
     &quit, client_stage::auth, "auth.454.gmail.too_many"},
    {"temporary system problem", &auth,
     "S: 454 4.7.0 Cannot authenticate due to temporary system problem. Try again later. x - gsmtp\n", &quit,
     client_stage::auth, "auth.454.gmail.too_many"},
    {"mechanism unknown", &auth, "S: 504 5.7.4 Unrecognized Authentication Type. x - gsmtp\n", &quit,
     client_stage::auth, "auth.504"},
    {"mechanism gone", &auth, "S: 504 5.7.4 XOAUTH is no longer supported x - gsmtp\n", &quit, client_stage::auth,
     "auth.504"},
    {"no initial response", &auth, "S: 535 5.5.4 Optional Argument not permitted for that AUTH mode x - gsmtp\n", &quit,
     client_stage::auth, "auth.initial_response"},
    {"response not decoded", &auth, "S: 501 5.5.2 Cannot Decode response x - gsmtp\n", &quit, client_stage::auth,
     "auth"},
    {"unauthenticated commands", &auth, "S: 554 5.7.0 Too Many Unauthenticated commands. x - gsmtp\n", &quit,
     client_stage::auth, "auth"},
    {"STARTTLS first", &mail,
     "S: 530-5.7.0 Must issue a STARTTLS command first. For more information, go to\n"
     "S: 530-5.7.0  https://support.google.com/a/answer/3221692 and review RFC 3207\n"
     "S: 530 5.7.0 specifications. x - gsmtp\n",
     &quit, client_stage::mail, "mail.530.gmail"},
    {"login first", &mail,
     "S: 530-5.7.0 Authentication Required. For more information, go to\n"
     "S: 530 5.7.0  https://support.google.com/mail/?p=WantAuthError x - gsmtp\n",
     &quit, client_stage::mail, "mail.530.gmail"},
    {"login first, older", &mail, "S: 530-5.5.1 Authentication Required. Learn more at\nS: 530 5.5.1 x - gsmtp\n",
     &quit, client_stage::mail, "mail.530.gmail"},
    {"MAIL not understood", &mail,
     "S: 555-5.5.2 Syntax error, cannot decode response. For more information, go to\n"
     "S: 555-5.5.2  https://support.google.com/a/answer/3221692 and review RFC 5321\n"
     "S: 555 5.5.2 specifications. x - gsmtp\n",
     &quit, client_stage::mail, "mail.syntax"},
    {"sender not valid", &mail,
     "S: 553 5.1.7 The sender address <user@gmail.example> is not a valid RFC 5321 address\n", &quit,
     client_stage::mail, "mail.5"},
    {"MAIL out of order", &mail, "S: 503 5.5.1 EHLO/HELO first. x - gsmtp\n", &quit, client_stage::mail, "503"},
    {"idle", &mail, "S: 421 4.7.0 Connection expired, try reconnecting x - gsmtp\n", &closes, client_stage::mail,
     "421"},
    {"no such user", &rcpt,
     "S: 550-5.1.1 The email account that you tried to reach does not exist. Please try\n"
     "S: 550-5.1.1 double-checking the recipient's email address for typos or\n"
     "S: 550-5.1.1 unnecessary spaces. For more information, go to\n"
     "S: 550 5.1.1  https://support.google.com/mail/?p=NoSuchUser x - gsmtp\n",
     &quit, client_stage::rcpt, "rcpt.550"},
    {"no such domain", &rcpt,
     "S: 553-5.1.2 We weren't able to find the recipient domain. Please check for any\n"
     "S: 553 5.1.2  https://support.google.com/mail/?p=BadRcptDomain x - gsmtp\n",
     &quit, client_stage::rcpt, "rcpt.553"},
    {"recipient not valid", &rcpt, "S: 553 5.1.3 The recipient address <friend> is not a valid RFC 5321 address\n",
     &quit, client_stage::rcpt, "rcpt.553"},
    {"too many recipients", &rcpt,
     "S: 452-4.5.3 Your message has too many recipients. For more information, go to\n"
     "S: 452 4.5.3  https://support.google.com/mail/?p=TooManyRecipientsError x - gsmtp\n",
     &quit, client_stage::rcpt, "rcpt.452"},
    {"too many recipients for good", &rcpt, "S: 550 5.5.3 too many recipients for this sender x - gsmtp\n", &quit,
     client_stage::rcpt, "rcpt.too_many"},
    {"RCPT out of order", &rcpt, "S: 503 5.5.1 MAIL first. x - gsmtp\n", &quit, client_stage::rcpt, "503"},
    {"idle at RCPT", &rcpt, "S: 421 4.4.2 Timeout - closing connection. x - gsmtp\n", &closes, client_stage::rcpt,
     "421"},
    {"RCPT timeout", &rcpt, "S: 451 4.4.2 Timeout - closing connection. x - gsmtp\n", &quit, client_stage::rcpt,
     "rcpt.4"},
    {"daily limit", &data,
     "S: 550-5.4.5 Daily user sending limit exceeded. For more information on Gmail\n"
     "S: 550-5.4.5 sending limits go to\nS: 550 5.4.5  https://support.google.com/a/answer/166852 x - gsmtp\n",
     &quit, client_stage::data, "data.550.gmail.limit"},
    {"DATA out of order", &data, "S: 503 5.5.1 RCPT first. x - gsmtp\n", &quit, client_stage::data, "503"},
    {"too large, older", &content, "S: 552-5.2.3 Your message exceeded Google's message size limits.\nS: 552 5.2.3 x\n",
     &quit, client_stage::content, "content.552.gmail"},
    {"too large", &content,
     "S: 552-5.3.4 Your message exceeded Google's message size limits. For more\n"
     "S: 552 5.3.4  https://support.google.com/mail/?p=MaxSizeError x - gsmtp\n",
     &quit, client_stage::content, "content.552.gmail"},
    {"attachment blocked", &content,
     "S: 552-5.7.0 This message was blocked because its content presents a potential\n"
     "S: 552-5.7.0 security issue. Please visit\n"
     "S: 552 5.7.0  https://support.google.com/mail/?p=BlockedMessage x - gsmtp\n",
     &quit, client_stage::content, "content.552.gmail.blocked"},
    {"no From", &content, "S: 550 5.7.1 Messages missing a valid address in the From: header are not accepted. x\n",
     &quit, client_stage::content, "content.5"},
    {"malformed", &content,
     "S: 554-5.6.0 Mail message is malformed. Not accepted. For more information, go to\n"
     "S: 554 5.6.0  https://support.google.com/mail/?p=RfcMessageNonCompliant x - gsmtp\n",
     &quit, client_stage::content, "content.5"},
    {"loop", &content, "S: 554 5.4.6 Message exceeded 50 hops, this may indicate a mail loop. ?p=MailLoop x - gsmtp\n",
     &quit, client_stage::content, "content.5"},
    {"rate limit after the dot", &content,
     "S: 421-4.7.28 Gmail has detected an unusual rate of mail\n"
     "S: 421 4.7.28  https://support.google.com/mail/?p=UnsolicitedRateLimitError x - gsmtp\n",
     &closes, client_stage::content, "421"},
};

// What all of them begin with, cut and lost everywhere.
TEST(GmailRefusals, BeginLikeADelivery) {
  client_case c;
  c.options = login_options(tls_policy::implicit);
  c.mail = sample_mail();
  c.host = "smtp.gmail.com";
  c.script = greeting + content + "S: 250 2.0.0 OK  1716281641 x - gsmtp\n" + quit;
  expect_dialogue(c);
}

TEST(GmailRefusals, EachHasItsEndingAndDiagnosis) {
  for (const refusal& r : refusals) {
    client_case c;
    c.name = r.name;
    c.options = login_options(tls_policy::implicit);
    c.mail = sample_mail();
    c.host = "smtp.gmail.com";
    // At the greeting there is no conversation yet.
    const std::string before = r.before == &nothing ? "" : r.before == &greeting ? greeting : greeting + *r.before;
    c.shown = parse_script(before).size();
    c.script = before + r.reply + *r.after;
    c.end = {outcome::failed, failure_kind::refused, r.stage, r.diagnosis};
    expect_dialogue(c);
  }
}

struct starttls_refusal {
  const char* reply;
  const char* diagnosis;
};

TEST(GmailRefusals, OfStarttls) {
  const starttls_refusal table[] = {
      {"454 5.5.1 STARTTLS may not be repeated", "starttls.454"},
      {"454 4.5.0 SMTP protocol violation, no commands allowed to pipeline after STARTTLS", "starttls.454"},
      {"523 5.7.10 SMTP protocol violation, no commands allowed to pipeline after STARTTLS", "starttls.454"},
      {"501 5.7.11 Syntax error (no parameters allowed)", "starttls.454"},
  };
  for (const starttls_refusal& r : table) {
    client_case c;
    c.name = r.reply;
    c.options = login_options(tls_policy::starttls_required);
    c.mail = sample_mail();
    c.host = "smtp.gmail.com";
    c.script =
        greeting + "S: 250-smtp.gmail.com at your service\nS: 250 STARTTLS\nC: STARTTLS\nS: " + r.reply + "\n" + quit;
    c.end = {outcome::failed, failure_kind::refused, client_stage::starttls, r.diagnosis};
    expect_dialogue(c);
  }
}

// The account takes part in a login that is not offered: an XOAUTH2 error seen by PLAIN is a 334
// that asks for nothing PLAIN has; the client cancels instead of repeating its password.
TEST(GmailRefusals, AFurtherChallengeIsCancelled) {
  client_case c;
  c.name = "334 after PLAIN was answered";
  c.options = login_options(tls_policy::implicit);
  c.mail = sample_mail();
  c.host = "smtp.gmail.com";
  c.script = greeting + auth +
             "S: 334 eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIiwic2NvcGUiOiJodHRwczovL21haWwuZ29vZ2xlLmNvbS8ifQ==\n"
             "C: *\n"
             "S: 535-5.7.8 Username and Password not accepted. For more information, go to\n"
             "S: 535 5.7.8  https://support.google.com/mail/?p=BadCredentials x - gsmtp\n"
             "--- client closes ---\n";
  c.end = {outcome::failed, failure_kind::protocol, client_stage::auth, "protocol"};
  expect_dialogue(c);
}

}  // namespace
}  // namespace smtpscope::test
