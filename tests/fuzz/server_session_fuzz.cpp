// Invariant: whatever a client sends and the host decides, the server answers with whole replies of its
// own, offers a message only with a recipient and with the content that was handed over, which keeps
// to the rules for content, never takes plaintext as if it came inside TLS, and is silent once it has
// closed. Inside TLS the cut of the input makes no difference.
//
// The first two octets choose the server, the rest is what the client sends.

#include <algorithm>

#include "check.hpp"
#include "smtpscope/session/server_policy.hpp"
#include "smtpscope/session/server_session.hpp"

using namespace smtpscope;

namespace {

session::server_policy policy() {
  session::server_policy p;
  p.users.push_back({"alice", secret{"wonderland"}});
  p.mailboxes = {"Bob B\xC3\xA4r <bob@example.org>", "@example.net"};
  p.lists = {{"all@example.org", {"bob@example.org"}}};
  return p;
}

struct heard {
  std::string said;
  std::string content;
  bool closed = false;
};

// What the host decides about a command: by its argument, so that an input tells it.
session::decision decide_on(const session::command_offered& q) {
  session::decision d;
  switch (q.argument.size() % 13) {
    case 3: d.what = session::verdict::reject; break;
    case 5: d = {session::verdict::reject, wire::reply{421, {}, {"{verb} {argument} {from} {to} {problem}"}}}; break;
    case 7: d.garbage = "2"; break;
    case 9: d.drop_after = 5; break;
    case 11: d.then = session::afterwards::close; break;
    case 12: d.then = session::afterwards::drop; break;
    default: break;
  }
  return d;
}

// Each CR has its LF, and each LF its CR.
bool is_whole_lines(std::string_view content) {
  for (std::size_t i = 0; i < content.size(); ++i) {
    if (content[i] == '\n' && (i == 0 || content[i - 1] != '\r')) return false;
    if (content[i] == '\r' && (i + 1 == content.size() || content[i + 1] != '\n')) return false;
  }
  return true;
}

void check_message(const session::message_offered& message, const heard& h, const session::server_options& o) {
  fuzz::check(!message.to.empty() && message.to.size() <= o.max_recipients);
  fuzz::check(message.octets == h.content.size() && message.octets <= o.max_message_octets);
  if (message.parameters.body == wire::body_type::binarymime) return;
  if (o.content.newlines != session::bare_newlines::accept) fuzz::check(is_whole_lines(h.content));
  if (o.content.nul == session::odd_content::reject) fuzz::check(h.content.find('\0') == std::string::npos);
}

void perform(session::server_session& server, const session::server_policy& p, heard& h) {
  while (const auto event = server.next()) {
    fuzz::check(!h.closed);
    if (const auto* reply = std::get_if<session::send_reply>(&*event)) {
      fuzz::check(reply->reply.code >= 200 && reply->reply.code <= 599);
      fuzz::check(reply->bytes.size() >= 6 && reply->bytes.compare(reply->bytes.size() - 2, 2, "\r\n") == 0);
      fuzz::check(reply->bytes.find('\0') == std::string::npos);
      h.said += reply->bytes;
    }
    if (const auto* garbage = std::get_if<session::send_garbage>(&*event)) h.said += garbage->bytes;
    if (const auto* piece = std::get_if<session::content_received>(&*event)) h.content += piece->bytes;
    if (std::holds_alternative<session::content_discarded>(*event)) h.content.clear();
    if (const auto* message = std::get_if<session::message_offered>(&*event)) {
      check_message(*message, h, server.options());
      h.content.clear();
      fuzz::check(server.answer(session::server_policy::stored("1")).ok());
    }
    if (const auto* command = std::get_if<session::command_offered>(&*event))
      fuzz::check(server.answer(decide_on(*command)).ok());
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

namespace {

session::server_options options_of(unsigned first, unsigned second) {
  const auto bit = [](unsigned bits, unsigned n) { return (bits >> n & 1U) != 0; };
  session::server_options o;
  o.host_name = "mail.example.org";
  o.mechanisms = {"SCRAM-SHA-256", "DIGEST-MD5", "CRAM-MD5", "PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER", "ANONYMOUS"};
  o.random = std::string(32, 'r');
  o.max_message_octets = 4096;
  o.max_recipients = 3;
  o.auth_on_plain_link = bit(first, 0) ? session::offer::yes : session::offer::no;
  o.auth_before_mail = bit(first, 1) ? session::requirement::yes : session::requirement::no;
  o.tls_before_mail = bit(first, 2) ? session::requirement::yes : session::requirement::no;
  o.link = bit(first, 3) ? session::link_security::tls : session::link_security::plain;
  using session::extension;
  if (bit(second, 0)) o.extensions = session::all_extensions();
  if (bit(second, 1)) o.content.newlines = session::bare_newlines::normalize;
  if (bit(second, 2)) o.content = {session::bare_newlines::accept, session::odd_content::accept, {}};
  if (bit(second, 3)) o.early = session::early_input::refused;
  if (bit(second, 4)) o.asks = session::questions::every_command;
  if (bit(second, 5)) {
    for (const extension e : {extension::limits, extension::expn, extension::requiretls}) o.extensions.add(e);
    o.limits_line = {4, 2, 1};
    o.vrfy = session::lookups::answered;
  }
  if (bit(second, 6)) o.no_recipients = session::data_without_recipients::refused_after_content;
  if (bit(second, 7)) o.extensions.remove(extension::pipelining);
  return o;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const session::server_options options = options_of(data[0], data[1]);
  const std::size_t piece = (data[0] >> 4) * 7 + 1U;
  const std::string_view input = fuzz::view(data + 2, size - 2);
  const std::string said = run(options, input, piece);
  if (options.link == session::link_security::tls && options.early == session::early_input::tolerated)
    fuzz::check(said == run(options, input, std::max<std::size_t>(input.size(), 1)));
  return 0;
}
