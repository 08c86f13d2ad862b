// Sessions with smtp.gmail.com, octet for octet as it speaks.

#include <gtest/gtest.h>

#include "session/client_script.hpp"
#include "session/samples.hpp"
#include "smtpscope/text/base64.hpp"

namespace smtpscope::test {
namespace {

using session::initial_response;
using session::tls_policy;

const std::string id = "5b1f17b1804b1-433cde058fcsm74629515e9.3 - gsmtp";

std::string ehlo_reply(const std::string& starttls_or_auth) {
  return "S: 250-smtp.gmail.com at your service, [203.0.113.7]\n"
         "S: 250-SIZE 35882577\n"
         "S: 250-8BITMIME\n"
         "S: 250-" +
         starttls_or_auth +
         "\n"
         "S: 250-ENHANCEDSTATUSCODES\n"
         "S: 250-PIPELINING\n"
         "S: 250-CHUNKING\n"
         "S: 250 SMTPUTF8\n";
}
const std::string auth_line = "AUTH LOGIN PLAIN XOAUTH2 PLAIN-CLIENTTOKEN OAUTHBEARER XOAUTH";

const std::string greeting = "S: 220 smtp.gmail.com ESMTP " + id + "\nC: EHLO client.example\n";
const std::string on_465 = greeting + ehlo_reply(auth_line);
const std::string on_587 = greeting + ehlo_reply("STARTTLS") +
                           "C: STARTTLS\n"
                           "S: 220 2.0.0 Ready to start TLS\n"
                           "--- TLS ---\n"
                           "C: EHLO client.example\n" +
                           ehlo_reply(auth_line);

std::string base64(std::string_view text) { return text::base64_encode(text); }
const std::string plain_message =
    base64(std::string{'\0'} + std::string{sample_identity} + '\0' + std::string{sample_password});

const std::string auth_plain = "C: AUTH PLAIN " + plain_message + "\n";
const std::string auth_plain_slow = "C: AUTH PLAIN\nS: 334 \nC: " + plain_message + "\n";
const std::string auth_login =
    "C: AUTH LOGIN " + base64(sample_identity) + "\nS: 334 UGFzc3dvcmQ6\nC: " + base64(sample_password) + "\n";
const std::string auth_login_slow = "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: " + base64(sample_identity) +
                                    "\nS: 334 UGFzc3dvcmQ6\nC: " + base64(sample_password) + "\n";

const std::string transaction =
    "S: 235 2.7.0 Accepted\n"
    "C: MAIL FROM:<user@gmail.example> SIZE=26\n"
    "S: 250 2.1.0 OK " +
    id +
    "\n"
    "C: RCPT TO:<friend@mail.example>\n"
    "S: 250 2.1.5 OK " +
    id +
    "\n"
    "C: DATA\n"
    "S: 354  Go ahead " +
    id +
    "\n"
    "C: Subject: Hi\n"
    "C: \n"
    "C: ..dot\n"
    "C: Bye\n"
    "C: .\n"
    "S: 250 2.0.0 OK  1716281641 " +
    id +
    "\n"
    "C: QUIT\n"
    "S: 221 2.0.0 closing connection " +
    id +
    "\n"
    "--- client closes ---\n";

struct login {
  const char* name;
  const char* mechanism;
  initial_response ir;
  const std::string& script;
};
const login logins[] = {
    {"PLAIN with initial response", "PLAIN", initial_response::sent, auth_plain},
    {"PLAIN without initial response", "PLAIN", initial_response::withheld, auth_plain_slow},
    {"LOGIN with initial response", "LOGIN", initial_response::sent, auth_login},
    {"LOGIN without initial response", "LOGIN", initial_response::withheld, auth_login_slow},
};

client_case gmail(const std::string& name, tls_policy tls, const login& l, const std::string& rest) {
  client_case c;
  c.name = name + ", " + l.name;
  c.options = login_options(tls, l.mechanism, l.ir);
  c.mail = sample_mail();
  c.script = (tls == tls_policy::implicit ? on_465 : on_587) + l.script + rest;
  c.host = "smtp.gmail.com";
  return c;
}

TEST(Gmail, TakesAMessageOnPort465) {
  for (const login& l : logins) expect_dialogue(gmail("465", tls_policy::implicit, l, transaction));
}

TEST(Gmail, TakesAMessageOnPort587) {
  for (const login& l : logins) expect_dialogue(gmail("587", tls_policy::starttls_required, l, transaction));
}

TEST(Gmail, MechanismsAreTakenInTheCallersOrder) {
  client_case c = gmail("both allowed", tls_policy::implicit, logins[0], transaction);
  c.options.mechanisms = {"PLAIN", "LOGIN"};  // Gmail names LOGIN first
  expect_dialogue(c);
}

}  // namespace
}  // namespace smtpscope::test
