// Invariant: whatever a server sends, the client ends with exactly one result, never sends AUTH or MAIL
// before TLS where TLS is required, says nothing after it has closed, and the password is nowhere in
// the trace, which can be written and read again.

#include <algorithm>

#include "check.hpp"
#include "smtpscope/trace/json_codec.hpp"
#include "smtpscope/trace/recorded_client.hpp"

using namespace smtpscope;

namespace {

struct watched {
  bool tls = false;
  bool tls_required = false;
  bool closed = false;
  int results = 0;
};

session_time now{0};

void perform(trace::recorded_client& client, watched& w) {
  while (const auto event = client.next(now)) {
    fuzz::check(!w.closed);
    if (const auto* sent = std::get_if<session::send_bytes>(&*event)) {
      const bool early = sent->verb == wire::verb::auth || sent->verb == wire::verb::mail;
      fuzz::check(!early || w.tls || !w.tls_required);
      fuzz::check(sent->bytes.size() >= 2);
    }
    if (std::holds_alternative<session::finished>(*event)) ++w.results;
    if (std::holds_alternative<session::close_connection>(*event)) w.closed = true;
    if (std::holds_alternative<session::start_tls>(*event)) {
      w.tls = true;
      client.tls_established(json::object(), now);
    }
  }
}

void check_trace(const trace::recorded_client& client) {
  const std::string written = trace::write({{1, "live", "", ""}, client.entries()});
  fuzz::check(written.find("looking-glass") == std::string::npos);
  fuzz::check(written.find("bG9va2luZy1nbGFzcw") == std::string::npos);  // base64 of it
  const auto again = trace::read(written);
  fuzz::check(again.has_value() && trace::write(*again) == written);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  session::client_options options;
  options.ehlo_name = "client.example";
  options.auth = session::credentials{"alice", secret{"looking-glass"}};
  if ((data[0] & 1) != 0) options.mechanisms = {"LOGIN"};
  if ((data[0] & 2) != 0) options.ir = session::initial_response::withheld;
  watched w;
  w.tls_required = (data[0] & 4) == 0;
  options.tls = w.tls_required ? session::tls_policy::starttls_required : session::tls_policy::never;
  options.without_tls =
      (data[0] & 8) != 0 ? session::cleartext_auth::allowed_by_name : session::cleartext_auth::refused;
  const std::size_t piece = (data[0] >> 4) * 7 + 1U;

  session::submission mail;
  mail.to = {*wire::forward_path::parse("<bob@example.org>"), *wire::forward_path::parse("<carol@example.org>")};
  mail.content = "Subject: x\r\n\r\n.hello\r\n";
  auto session = session::client_session::create(options, mail);
  fuzz::check(session.has_value());
  trace::recorded_client client{std::move(*session), trace::secrets::masked};
  client.record().resolving("mail.example", 587, "starttls", now);
  client.ready();
  perform(client, w);
  for (std::string_view input = fuzz::view(data + 1, size - 1); !input.empty();) {
    const std::size_t n = std::min(piece, input.size());
    client.receive(input.substr(0, n));
    input.remove_prefix(n);
    perform(client, w);
  }
  client.peer_closed(now);
  perform(client, w);
  fuzz::check(w.closed && w.results == 1 && client.session().over());
  check_trace(client);
  return 0;
}
