#pragma once
// Options and messages that the dialogues share.

#include <string>
#include <vector>

#include "smtpscope/session/client_session.hpp"

namespace smtpscope::test {

inline constexpr std::string_view sample_identity = "user@gmail.example";
inline constexpr std::string_view sample_password = "abcd efgh-ijkl.mnop";

inline session::client_options plain_options(session::tls_policy tls) {
  session::client_options o;
  o.ehlo_name = "client.example";
  o.tls = tls;
  o.groups = session::pipelining::never;  // steps one by one; tests of groups ask for them
  return o;
}

inline session::client_options login_options(session::tls_policy tls, std::string mechanism = "PLAIN",
                                             session::initial_response ir = session::initial_response::sent) {
  session::client_options o = plain_options(tls);
  o.auth = session::credentials{std::string{sample_identity}, secret{std::string{sample_password}}};
  o.mechanisms = {std::move(mechanism)};
  o.ir = ir;
  return o;
}

inline session::submission submission_to(const std::vector<std::string>& to, std::string content) {
  session::submission mail;
  mail.from = *wire::reverse_path::parse("<user@gmail.example>");
  for (const std::string& one : to) mail.to.push_back(*wire::forward_path::parse("<" + one + ">"));
  mail.content = std::move(content);
  return mail;
}

inline session::submission sample_mail() {
  return submission_to({"friend@mail.example"}, "Subject: Hi\r\n\r\n.dot\r\nBye\r\n");
}

}  // namespace smtpscope::test
