// Invariant: any text is a policy document or says where it is not; what was read is written as a
// document that reads the same; its server can be made; its engine answers every question, and
// remembers no more than it may.

#include "check.hpp"
#include "smtpscope/session/policy_engine.hpp"
#include "smtpscope/session/server_profile.hpp"
#include "smtpscope/session/server_session.hpp"

using namespace smtpscope;

namespace {

void ask(session::policy_engine& engine, session::policy_visit& visit, const session::server_event& event) {
  for (int i = 0; i < 3; ++i) {
    const auto d = engine.decide(visit, event, i == 2 ? "tim" : "", seconds{i * 100});
    fuzz::check(d.has_value());
    fuzz::check(d->delay <= session::longest_fault_delay && d->garbage.size() <= session::most_garbage_octets);
    fuzz::check(d->garbage.empty() || !d->reply);
  }
}

void ask_all(session::server_profile profile) {
  session::policy_engine engine{std::move(profile.policy), std::move(profile.rules)};
  session::policy_visit visit = engine.begin("192.0.2.1");
  for (std::size_t v = 0; v < wire::verb_count; ++v)
    ask(engine, visit, session::command_offered{static_cast<wire::verb>(v), "x"});
  const auto from = wire::reverse_path::parse("<a@b.example>");
  const auto to = wire::forward_path::parse("<bob@mail.example>");
  ask(engine, visit, session::reverse_path_offered{*from, {}});
  ask(engine, visit, session::forward_path_offered{*to, {}, *from});
  ask(engine, visit, session::lookup_offered{wire::verb::vrfy, "bob"});
  ask(engine, visit, session::lookup_offered{wire::verb::expn, "all"});
  session::message_offered message;
  message.from = *from;
  message.to.push_back({*to, {}});
  ask(engine, visit, message);
  static_cast<void>(engine.handshake(visit));
}

// What a client makes it say is well-formed, whatever the texts.
void speak(const session::server_profile& profile) {
  auto made = session::server_session::create(profile.options);
  fuzz::check(made.has_value());
  made->connected();
  made->receive("EHLO client.example\r\nNOOP\r\nFOO\r\nMAIL FROM:<>\r\nQUIT\r\n");
  while (const auto event = made->next()) {
    if (const auto* reply = std::get_if<session::send_reply>(&*event)) {
      fuzz::check(reply->bytes.size() > 4 && reply->bytes.find('\0') == std::string::npos);
      fuzz::check(reply->bytes.substr(reply->bytes.size() - 2) == "\r\n");
    }
    static_cast<void>(session::answer(profile.policy, *made, *event));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  session::server_profile host;
  host.options.host_name = "mail.example";
  host.options.random = std::string(32, 'r');
  auto read = session::read_profile(fuzz::view(data, size), host);
  if (!read) {
    fuzz::check(!read.why().detail.empty() && read.why().detail.size() < 20'000);
    return 0;
  }
  const std::string written = to_string(session::write_profile(*read, session::passwords::written));
  const auto again = session::read_profile(written, std::move(host));
  fuzz::check(again.has_value());
  fuzz::check(to_string(session::write_profile(*again, session::passwords::written)) == written);
  speak(*read);
  ask_all(std::move(*read));
  return 0;
}
