#pragma once
// Traces of simulated sessions, for the tests of what reads traces.

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "session/samples.hpp"
#include "smtpscope/sim/whole_session.hpp"
#include "texts/native_texts.hpp"

namespace smtpscope::test {

inline sim::setup simulated(session::tls_policy tls = session::tls_policy::starttls_required,
                            std::string mechanism = "PLAIN",
                            session::initial_response ir = session::initial_response::sent) {
  sim::setup s;
  s.client = login_options(tls, std::move(mechanism), ir);
  s.client.without_tls = session::cleartext_auth::allowed_by_name;
  s.mail = submission_to({"amy@mail.example", "bob@mail.example"}, "Subject: Hi\r\n\r\n.dot\r\nx\r\n");
  s.words = &trace::native_texts();
  s.server.host_name = "mail.example";
  s.server.auth_on_plain_link = session::offer::yes;
  s.policy.users = {{std::string{sample_identity}, secret{std::string{sample_password}}}};
  s.policy.mailboxes = {"amy@mail.example"};
  return s;
}

inline std::vector<trace::entry> entries_of(sim::setup s) {
  auto entries = sim::run(std::move(s));
  EXPECT_TRUE(entries);
  return entries ? std::move(*entries) : std::vector<trace::entry>{};
}

}  // namespace smtpscope::test
