// Secrets of every login mechanism: masked by the state of the exchange, in bytes and in data, and
// what holds no secret taken apart to be read. A digest that lets somebody try passwords offline is
// a secret too.

#include <gtest/gtest.h>

#include "smtpscope/text/base64.hpp"
#include "smtpscope/trace/entry_data.hpp"
#include "smtpscope/trace/json_codec.hpp"
#include "smtpscope/trace/recorder.hpp"
#include "smtpscope/trace/sasl_view.hpp"
#include "support/trace_checks.hpp"

namespace smtpscope::trace {
namespace {

using session::sent;

constexpr std::string_view mask_line = "********\r\n";

// A client's and a server's lines of one AUTH after the other, as a session tells them.
class exchange {
 public:
  void command(const std::string& line) {
    session::send_bytes s;
    s.bytes = line + "\r\n";
    s.verb = wire::parse_command(s.bytes).what;
    if (s.verb == wire::verb::auth) mechanism_ = wire::parse_command(s.bytes).mechanism;
    s.mechanism = mechanism_;
    step_ = 0;
    recorder_.record(s, session_time{0});
  }
  void challenge(std::string_view octets) {
    session::reply_received r;
    r.reply.bytes = "334 " + text::base64_encode(octets) + "\r\n";
    r.reply.value = {334, std::nullopt, {text::base64_encode(octets)}};
    r.stage = session::client_stage::auth;
    r.in_answer_to = wire::verb::auth;
    r.mechanism = mechanism_;
    r.sasl_step = ++step_;
    recorder_.record(r, session_time{0});
  }
  void reply(const std::vector<std::string>& lines, int code) {
    session::reply_received r;
    for (const std::string& line : lines)
      r.reply.bytes += std::to_string(code) + (&line == &lines.back() ? " " : "-") + line + "\r\n";
    r.reply.value = {code, std::nullopt, lines};
    r.stage = session::client_stage::auth;
    r.in_answer_to = wire::verb::auth;
    recorder_.record(r, session_time{0});
  }
  void response(std::string_view octets) { response_line(text::base64_encode(octets)); }
  void response_line(const std::string& line) {
    session::send_bytes s;
    s.bytes = line + "\r\n";
    s.what = sent::sasl_response;
    s.verb = wire::verb::auth;
    s.mechanism = mechanism_;
    s.sasl_step = step_;
    recorder_.record(s, session_time{0});
  }
  [[nodiscard]] const entry& last() const { return recorder_.entries().back(); }
  [[nodiscard]] const std::vector<entry>& entries() const { return recorder_.entries(); }

 private:
  recorder recorder_;
  std::string mechanism_;
  int step_ = 0;
};

// "name=value" of each part; "name=?" where it is hidden.
std::string parts_of(const entry& e) {
  const auto it = e.data.find("decoded");
  if (it == e.data.end() || it->is_null()) return "(none)";
  if (it->is_string()) return it->get<std::string>();
  std::string out;
  for (const json& part : *it) {
    if (!out.empty()) out += " ";
    out += part.at("name").get<std::string>() + "=";
    out += part.at("value").is_null() ? "?" : part.at("value").get<std::string>();
  }
  return out;
}

// Nothing of `secret` is in the trace, neither as it is nor inside base64.
void expect_hidden(const exchange& x, std::string_view secret) { test::check_hidden(x.entries(), "", secret); }

TEST(RecorderSecrets, AuthPlainWithInitialResponse) {
  exchange x;
  x.command("AUTH PLAIN " + text::base64_encode(std::string_view{"\0tim\0hunter2-hunter2", 20}));
  EXPECT_EQ(x.last().bytes, "AUTH PLAIN ********\r\n");
  EXPECT_EQ(parts_of(x.last()), "authorization_identity= authentication_identity=tim password=?");
  expect_hidden(x, "hunter2-hunter2");
}

// Home-made servers say back what they did not understand.
TEST(RecorderSecrets, AServerThatSaysBackWhatItHeardDoesNotBetrayIt) {
  const std::string plain = text::base64_encode(std::string_view{"\0tim\0hunter2-hunter2", 20});
  const std::string token = text::base64_encode("user=tim\1auth=Bearer hunter2-hunter2\1\1");
  const struct {
    std::string command;
    std::string heard;
  } table[] = {{"AUTH PLAIN " + plain, plain}, {"AUTH XOAUTH2 " + token, token}};
  for (const auto& row : table) {
    exchange x;
    x.command(row.command);
    x.reply({"5.5.2 Unknown: " + row.command}, 500);
    EXPECT_EQ(x.last().bytes.find(row.heard), std::string::npos);
    EXPECT_EQ(x.last().masked.size(), 1U);
    x.reply({"one", row.heard + row.heard + " is hunter2-hunter2", "hunter2-hunter2 is wrong"}, 535);
    EXPECT_EQ(x.last().bytes, "535-one\r\n535-**************** is ********\r\n535 ******** is wrong\r\n");
    EXPECT_EQ(x.last().data.at("lines"), json({"one", "**************** is ********", "******** is wrong"}));
    x.reply({text::base64_encode("it was hunter2-hunter2")}, 535);
    x.reply({"hunter2 alone is no secret"}, 535);
    EXPECT_TRUE(x.last().masked.empty());
    expect_hidden(x, "hunter2-hunter2");
    test::check_trace(x.entries());
  }
  exchange x;
  x.command("AUTH LOGIN");
  x.challenge("Username:");
  x.response("tim");
  x.challenge("Password:");
  x.response("hunter2-hunter2");
  x.challenge("hunter2-hunter2 is wrong, try again:");
  x.reply({"not hunter2-hunter2"}, 535);
  expect_hidden(x, "hunter2-hunter2");
}

// Words so short that they stand in any text are not looked for.
TEST(RecorderSecrets, AShortPasswordHidesNoReply) {
  exchange x;
  x.command("AUTH LOGIN");
  x.challenge("Username:");
  x.response("tim");
  x.challenge("Password:");
  x.response("no");
  x.reply({"5.7.8 no"}, 535);
  EXPECT_EQ(x.last().bytes, "535 5.7.8 no\r\n");
}

TEST(RecorderSecrets, LoginTwoLines) {
  exchange x;
  x.command("AUTH LOGIN");
  x.challenge("Username:");
  EXPECT_EQ(parts_of(x.last()), "Username:");
  x.response("tim");
  EXPECT_EQ(x.last().bytes, "dGlt\r\n");
  x.challenge("Password:");
  x.response("hunter2-hunter2");
  EXPECT_EQ(x.last().bytes, mask_line);
  EXPECT_EQ(parts_of(x.last()), "password=?");
  expect_hidden(x, "hunter2-hunter2");
}

TEST(RecorderSecrets, Xoauth2InitialResponseSplitOff) {  // a token too long for the command's line
  exchange x;
  x.command("AUTH XOAUTH2");
  x.challenge("");
  x.response(
      "user=tim\x01"
      "auth=Bearer ya29.secret-token\x01\x01");
  EXPECT_EQ(x.last().bytes, mask_line);
  EXPECT_EQ(parts_of(x.last()), "authentication_identity=tim token=?");
  x.challenge(R"({"status":"400","schemes":"Bearer","scope":"https://mail.google.com/","n":1})");
  EXPECT_EQ(parts_of(x.last()), "status=400 schemes=Bearer scope=https://mail.google.com/");
  x.response("");
  EXPECT_EQ(x.last().bytes, "\r\n") << "an empty answer hides nothing";
  expect_hidden(x, "ya29.secret-token");
}

TEST(RecorderSecrets, OauthbearerWithInitialResponse) {
  exchange x;
  x.command("AUTH OAUTHBEARER " + text::base64_encode("n,a=t=3Dim,\x01host=mail.example\x01port=587\x01"
                                                      "auth=Bearer ya29.secret-token\x01\x01"));
  EXPECT_EQ(x.last().bytes, "AUTH OAUTHBEARER ********\r\n");
  EXPECT_EQ(parts_of(x.last()), "authentication_identity=t=im host=mail.example port=587 token=?");
  x.challenge(R"({"status":"invalid_token"})");
  x.response("\x01");
  EXPECT_EQ(x.last().bytes, "AQ==\r\n");
  expect_hidden(x, "ya29.secret-token");
}

TEST(RecorderSecrets, PipelinedAuthAndMail) {
  exchange x;
  x.command("AUTH PLAIN " + text::base64_encode(std::string_view{"\0tim\0hunter2-hunter2", 20}));
  x.command("MAIL FROM:<tim@mail.example>");
  EXPECT_EQ(x.last().bytes, "MAIL FROM:<tim@mail.example>\r\n");
  expect_hidden(x, "hunter2-hunter2");
}

TEST(RecorderSecrets, RetryWithTheWrongMechanism) {  // the password where a token should be, and back
  exchange x;
  x.command("AUTH XOAUTH2 " + text::base64_encode("hunter2-hunter2"));
  x.challenge(R"({"status":"400"})");
  x.response("hunter2-hunter2");
  EXPECT_EQ(x.last().bytes, mask_line);
  x.command("AUTH SCRAM-SHA-256 " + text::base64_encode("hunter2-hunter2"));
  EXPECT_EQ(x.last().bytes, "AUTH SCRAM-SHA-256 ********\r\n") << "no client-first message: it may be anything";
  x.command("AUTH KERBEROS_V4 " + text::base64_encode("hunter2-hunter2"));
  EXPECT_EQ(x.last().bytes, "AUTH KERBEROS_V4 ********\r\n");
  x.command("AUTH PLAIN");
  x.response_line("hunter2-hunter2");  // not even base64
  EXPECT_EQ(x.last().bytes, mask_line);
  expect_hidden(x, "hunter2-hunter2");
}

TEST(RecorderSecrets, CramMd5Digest) {
  exchange x;
  x.command("AUTH CRAM-MD5");
  x.challenge("<1896.697170952@postoffice.reston.mci.net>");
  EXPECT_EQ(parts_of(x.last()), "<1896.697170952@postoffice.reston.mci.net>");
  x.response("tim b913a602c7eda7a495b4e6e7334d3890");
  EXPECT_EQ(x.last().bytes, mask_line);
  EXPECT_EQ(parts_of(x.last()), "authentication_identity=tim digest=?");
  expect_hidden(x, "b913a602c7eda7a495b4e6e7334d3890");
}

TEST(RecorderSecrets, DigestMd5ResponseAndRspauth) {
  exchange x;
  x.command("AUTH DIGEST-MD5");
  x.challenge("realm=\"r\",nonce=\"n\",qop=\"auth\",algorithm=md5-sess");
  EXPECT_EQ(parts_of(x.last()), "realm=r nonce=n qop=auth algorithm=md5-sess");
  x.response("username=\"tim\",nonce=\"n\",response=52ff44907f72314481b5c098c708ebf3");
  EXPECT_EQ(x.last().bytes, mask_line);
  EXPECT_EQ(parts_of(x.last()), "username=tim nonce=n response=?");
  x.challenge("rspauth=84106ee5cb85c426e7ef928db0e49bfa");
  EXPECT_EQ(x.last().bytes, "334 ********\r\n");
  EXPECT_EQ(parts_of(x.last()), "rspauth=?");
  EXPECT_EQ(x.last().data.at("lines")[0], "********");
  x.response("");
  EXPECT_EQ(x.last().bytes, "\r\n");
  expect_hidden(x, "52ff44907f72314481b5c098c708ebf3");
  expect_hidden(x, "84106ee5cb85c426e7ef928db0e49bfa");
}

// With salt, count and nonces, proof and server signature each let somebody try passwords offline.
TEST(RecorderSecrets, ScramProofAndServerSignature) {
  for (const bool initial : {true, false}) {
    exchange x;
    const std::string first = "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL";
    if (initial) {
      x.command("AUTH SCRAM-SHA-1 " + text::base64_encode(first));
    } else {
      x.command("AUTH SCRAM-SHA-1");
      x.challenge("");
      x.response(first);
    }
    EXPECT_TRUE(x.last().masked.empty()) << "it holds no secret";
    EXPECT_EQ(parts_of(x.last()), "channel_binding=n authentication_identity=user nonce=fyko+d2lbbFgONRv9qkxdawL");
    x.challenge("r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096");
    EXPECT_EQ(parts_of(x.last()),
              "nonce=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j salt=QSXCR+Q6sek8bf92 iterations=4096");
    x.response("c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=");
    EXPECT_EQ(x.last().bytes, mask_line);
    EXPECT_EQ(parts_of(x.last()), "channel_binding=biws nonce=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j proof=?");
    x.challenge("v=rmF9pqV8S7suAoZWja4dJRkFsKQ=");
    EXPECT_EQ(x.last().bytes, "334 ********\r\n");
    EXPECT_EQ(parts_of(x.last()), "server_signature=?");
    x.response("");
    EXPECT_EQ(x.last().bytes, "\r\n");
    expect_hidden(x, "v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=");
    expect_hidden(x, "rmF9pqV8S7suAoZWja4dJRkFsKQ=");
  }
}

TEST(RecorderSecrets, ScramPlusShowsItsBindingType) {
  exchange x;
  x.command("AUTH SCRAM-SHA-256-PLUS " + text::base64_encode("p=tls-exporter,a=bo=2Css,n=u,r=abc"));
  EXPECT_EQ(parts_of(x.last()),
            "channel_binding=tls-exporter authorization_identity=bo,ss authentication_identity=u nonce=abc");
  EXPECT_TRUE(x.last().masked.empty());
}

TEST(RecorderSecrets, AServersSecretWordsAreHiddenWhateverTheyAre) {  // by state, not by look
  exchange x;
  x.command("AUTH SCRAM-SHA-256 " + text::base64_encode("n,,n=u,r=abc"));
  x.challenge("rubbish");
  EXPECT_EQ(parts_of(x.last()), "rubbish");
  x.response("c=biws,r=abc,p=hunter2-hunter2");
  x.challenge("hunter2-hunter2");
  EXPECT_EQ(parts_of(x.last()), "(none)");
  expect_hidden(x, "hunter2-hunter2");
}

TEST(RecorderSecrets, ExternalAndAnonymousHaveNone) {
  exchange x;
  x.command("AUTH EXTERNAL =");
  EXPECT_EQ(x.last().bytes, "AUTH EXTERNAL =\r\n");
  EXPECT_EQ(parts_of(x.last()), "authorization_identity=");
  x.command("AUTH ANONYMOUS c2lyaGM=");
  EXPECT_EQ(x.last().bytes, "AUTH ANONYMOUS c2lyaGM=\r\n");
  EXPECT_EQ(parts_of(x.last()), "authentication_identity=sirhc");
  x.response("hunter2-hunter2");
  EXPECT_EQ(x.last().bytes, mask_line) << "it has one message only";
}

TEST(RecorderSecrets, TheChoiceOfAMechanismIsShown) {
  recorder r;
  session::send_bytes s;
  s.bytes = "AUTH CRAM-MD5\r\n";
  s.verb = wire::verb::auth;
  s.mechanism = "CRAM-MD5";
  s.candidates = {{"SCRAM-SHA-256", session::mechanism_standing::not_offered},
                  {"CRAM-MD5", session::mechanism_standing::chosen},
                  {"NTLM", session::mechanism_standing::unknown}};
  r.record(s, session_time{0});
  EXPECT_EQ(to_string(r.entries().back().data.at("candidates")),
            R"([{"mechanism":"SCRAM-SHA-256","standing":"not_offered"},{"mechanism":"CRAM-MD5","standing":"chosen"},)"
            R"({"mechanism":"NTLM","standing":"unknown"}])");
}

TEST(SaslView, NothingMakesItFail) {
  for (const char* mechanism : {"PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-256-PLUS", "XOAUTH2",
                                "OAUTHBEARER", "EXTERNAL", "ANONYMOUS", "NTLM"})
    for (const char* text :
         {"", ",", "=", "n", "n,", "p=", "p", "a=b", "\x01", "n,a=\x01", "y,a=", "{}", "[1]", "{\"a\":1}"})
      for (int number = 0; number < 4; ++number) {
        EXPECT_NO_FATAL_FAILURE((void)response_parts(mechanism, number, text, values::without_secrets));
        EXPECT_NO_FATAL_FAILURE((void)challenge_parts(mechanism, number, text, values::without_secrets));
        (void)response_secrecy(mechanism, number, text);
      }
}

}  // namespace
}  // namespace smtpscope::trace
