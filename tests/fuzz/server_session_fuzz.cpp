// Invariant: whatever a client sends, the server answers each command with whole replies of its own,
// offers a message only with a recipient and after DATA, never takes plaintext as if it came inside
// TLS, and is silent once it has closed. Inside TLS the cut of the input makes no difference.

#include <algorithm>

#include "check.hpp"
#include "smtpscope/session/server_policy.hpp"
#include "smtpscope/session/server_session.hpp"

using namespace smtpscope;

namespace {

session::server_policy policy() {
  session::server_policy p;
  p.users.push_back({"alice", secret{"wonderland"}});
  p.mailboxes = {"bob@example.org", "@example.net"};
  return p;
}

struct heard {
  std::string said;
  bool closed = false;
};

void perform(session::server_session& server, const session::server_policy& p, heard& h) {
  while (const auto event = server.next()) {
    fuzz::check(!h.closed);
    if (const auto* reply = std::get_if<session::send_reply>(&*event)) {
      fuzz::check(reply->reply.code >= 200 && reply->reply.code <= 599);
      fuzz::check(reply->bytes.size() >= 6 && reply->bytes.compare(reply->bytes.size() - 2, 2, "\r\n") == 0);
      fuzz::check(reply->bytes.find('\0') == std::string::npos);
      h.said += reply->bytes;
    }
    if (const auto* message = std::get_if<session::message_offered>(&*event)) {
      fuzz::check(!message->to.empty() && message->octets <= 4096);
      fuzz::check(server.answer(session::server_policy::stored("1")).ok());
    }
    const bool asked = session::decide(p, *event) || std::holds_alternative<session::secret_requested>(*event);
    fuzz::check(session::answer(p, server, *event) == asked);
    if (std::holds_alternative<session::start_tls>(*event)) server.tls_established();
    if (std::holds_alternative<session::close_connection>(*event)) h.closed = true;
  }
}

std::string run(const session::server_options& options, std::string_view input, std::size_t piece) {
  auto server = session::server_session::create(options);
  fuzz::check(server.has_value());
  const session::server_policy p = policy();
  heard h;
  server->connected();
  perform(*server, p, h);
  while (!input.empty()) {
    const std::size_t n = std::min(piece, input.size());
    server->receive(input.substr(0, n));
    input.remove_prefix(n);
    perform(*server, p, h);
  }
  server->peer_closed();
  perform(*server, p, h);
  fuzz::check(h.closed && server->over());
  return h.said;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  session::server_options options;
  options.host_name = "mail.example.org";
  options.mechanisms = {"SCRAM-SHA-256", "DIGEST-MD5", "CRAM-MD5",    "PLAIN",
                        "LOGIN",         "XOAUTH2",    "OAUTHBEARER", "ANONYMOUS"};
  options.random = std::string(32, 'r');
  options.max_message_octets = 4096;
  options.max_recipients = 3;
  options.auth_on_plain_link = (data[0] & 1) != 0 ? session::offer::yes : session::offer::no;
  options.auth_before_mail = (data[0] & 2) != 0 ? session::requirement::yes : session::requirement::no;
  options.tls_before_mail = (data[0] & 4) != 0 ? session::requirement::yes : session::requirement::no;
  options.link = (data[0] & 8) != 0 ? session::link_security::tls : session::link_security::plain;
  const std::size_t piece = (data[0] >> 4) * 7 + 1U;
  const std::string_view input = fuzz::view(data + 1, size - 1);
  const std::string said = run(options, input, piece);
  if (options.link == session::link_security::tls)
    fuzz::check(said == run(options, input, std::max<std::size_t>(input.size(), 1)));
  return 0;
}
