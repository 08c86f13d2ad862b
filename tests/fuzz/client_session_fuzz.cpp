// Invariants: whatever a server sends and whatever is said by hand, the client ends with exactly one
// result, in finitely many steps; sends no AUTH and nothing of a message before TLS where TLS is required;
// takes no more replies than it said commands (one that nobody asked for ends the session); sends the octets
// that BDAT announced and nothing between; moves from state to state without a gap; says nothing after it
// has closed; and the password is nowhere in the trace.
//
// Input: three octets of options, then the server's octets. Decisions by hand come from the input's end.

#include <algorithm>
#include <array>

#include "check.hpp"
#include "smtpscope/trace/json_codec.hpp"
#include "smtpscope/trace/recorded_client.hpp"

using namespace smtpscope;

namespace {

bool bit(std::uint8_t octet, unsigned n) { return (octet >> n & 1U) != 0; }

// The session with its recorder, or alone: that is much faster.
class subject {
 public:
  subject(session::client_session s, bool recorded) {
    if (recorded) {
      recorded_.emplace(std::move(s), trace::secrets::masked);
      recorded_->record().resolving("mail.example", 587, "starttls", session_time{0});
    } else {
      bare_.emplace(std::move(s));
    }
  }
  void connected() { recorded_ ? recorded_->ready() : bare_->connected(); }
  void receive(std::string_view bytes) { recorded_ ? recorded_->receive(bytes) : bare_->receive(bytes); }
  void tls() { recorded_ ? recorded_->tls_established(json::object(), session_time{0}) : bare_->tls_established(); }
  void peer_closed() { recorded_ ? recorded_->peer_closed(session_time{0}) : bare_->peer_closed(); }
  status answer(const session::manual_answer& a) { return recorded_ ? recorded_->answer(a) : bare_->answer(a); }
  std::optional<session::client_event> next() { return recorded_ ? recorded_->next(session_time{0}) : bare_->next(); }
  [[nodiscard]] const session::client_session& session() const { return recorded_ ? recorded_->session() : *bare_; }

  // What the trace holds of each entry, without writing it all; the writer itself now and then.
  // A server that says the password by itself has not learned it from us.
  void check_trace(std::string_view said_by_server, bool written) const {
    if (!recorded_) return;
    const auto holds = [](std::string_view text) {
      return text.find("looking-glass") != std::string_view::npos ||
             text.find("bG9va2luZy1nbGFzcw") != std::string_view::npos;  // base64 of it
    };
    const bool guessed = holds(said_by_server);
    const auto hidden = [&](std::string_view text) { fuzz::check(guessed || !holds(text)); };
    for (const trace::entry& e : recorded_->entries()) {
      hidden(e.bytes);
      fuzz::check_fields(e.fields, e.bytes.size());
    }
    if (!written) return;
    const std::string file = trace::write({{1, "live", "", ""}, recorded_->entries()});
    hidden(file);
    const auto again = trace::read(file);
    fuzz::check(again.has_value() && trace::write(*again) == file);
  }

 private:
  std::optional<trace::recorded_client> recorded_;
  std::optional<session::client_session> bare_;
};

constexpr std::array<std::string_view, 16> hands = {"NOOP",
                                                    "RSET",
                                                    "DATA",
                                                    "STARTTLS",
                                                    "AUTH PLAIN AGFsaWNlAGxvb2tpbmctZ2xhc3M=",
                                                    "auth login",
                                                    "MAIL FROM:<>",
                                                    "RCPT TO:<x@y.example>",
                                                    "QUIT",
                                                    "EHLO x.example",
                                                    "BDAT 0 LAST",
                                                    "HELO x.example",
                                                    "VRFY x",
                                                    "*",
                                                    "NOOP\r\nRSET\r\n",
                                                    "NO"};

class run {
 public:
  run(subject& s, std::string_view& input, bool tls_required) : s_(s), input_(input), tls_required_(tls_required) {}

  void perform() {
    do {
      while (const auto event = s_.next()) take(*event);
    } while (s_.session().command_waits() && decide());
  }

  [[nodiscard]] bool done() const { return closed_ && results_ == 1 && s_.session().over(); }

 private:
  void take(const session::client_event& event) {
    fuzz::check(!closed_ && ++steps_ < 100000);
    if (const auto* sent = std::get_if<session::send_bytes>(&event)) note(*sent);
    if (const auto* reply = std::get_if<session::reply_received>(&event)) {
      moved(reply->client);
      const bool is_reply = reply->reply.value.code != 0;  // else bytes that nobody read
      fuzz::check(!is_reply || unasked_ == 0);
      if (is_reply && ++replies_ > earned_) ++unasked_;
    }
    if (std::holds_alternative<session::finished>(event)) ++results_;
    if (std::holds_alternative<session::close_connection>(event)) closed_ = true;
    if (std::holds_alternative<session::start_tls>(event)) {
      tls_ = true;
      s_.tls();
      phase_ = session::client_phase::tls_handshake;
    }
  }

  void note(const session::send_bytes& out) {
    using session::sent;
    moved(out.client);
    const wire::verb v = out.verb;
    const bool private_matter = v == wire::verb::auth || v == wire::verb::mail || v == wire::verb::rcpt ||
                                v == wire::verb::data || v == wire::verb::bdat || out.what != sent::command;
    fuzz::check(!private_matter || tls_ || !tls_required_);
    fuzz::check(unasked_ == 0);
    if (out.what == sent::content && v == wire::verb::bdat) {
      fuzz::check(out.bytes.size() <= chunk_);
      chunk_ -= out.bytes.size();
      return;
    }
    fuzz::check(chunk_ == 0);
    if (out.what == sent::content) return;
    for (std::size_t at = 0; (at = out.bytes.find("\r\n", at)) != std::string::npos; at += 2) ++earned_;
    if (v == wire::verb::bdat) chunk_ = std::stoul(out.bytes.substr(5));
  }

  void moved(session::client_transition t) {
    fuzz::check(t.before == phase_);
    phase_ = t.after;
  }

  // One decision by hand, taken from the end of the input. False: no more is possible.
  bool decide() {
    session::manual_answer a;
    if (!input_.empty() && ++decisions_ < 200) {
      const auto octet = static_cast<std::uint8_t>(input_.back());
      input_.remove_suffix(1);
      constexpr std::array choices = {session::manual_choice::send,   session::manual_choice::send,
                                      session::manual_choice::send,   session::manual_choice::insert,
                                      session::manual_choice::insert, session::manual_choice::replace,
                                      session::manual_choice::skip,   session::manual_choice::repeat};
      a.what = choices[octet & 7U];
      a.bytes = hands[octet >> 4];
      a.raw = bit(octet, 3) ? session::raw_bytes::allowed_by_name : session::raw_bytes::refused;
    } else if (decisions_ >= 200) {
      a.what = session::manual_choice::drop;
    }
    if (!s_.answer(a)) fuzz::check(s_.answer({}).ok());  // what was refused changed nothing
    return true;
  }

  subject& s_;
  std::string_view& input_;
  bool tls_required_;
  bool tls_ = false;
  bool closed_ = false;
  int results_ = 0;
  int decisions_ = 0;
  std::size_t steps_ = 0;
  std::size_t earned_ = 1;  // the greeting
  std::size_t replies_ = 0;
  std::size_t unasked_ = 0;
  std::size_t chunk_ = 0;
  session::client_phase phase_ = session::client_phase::expect_greeting;
};

session::client_options options_of(const std::uint8_t* d) {
  session::client_options o;
  o.ehlo_name = "client.example";
  o.auth = session::credentials{"alice", secret{"looking-glass"}};
  o.mechanisms = {bit(d[0], 0) ? "LOGIN" : "PLAIN"};
  if (bit(d[2], 7)) o.mechanisms.clear();  // what the server offers, strongest first
  o.random = std::string(32, 'r');
  o.server_name = "mail.example";
  if (bit(d[0], 1)) o.ir = session::initial_response::withheld;
  if (bit(d[0], 2))
    o.tls = bit(d[2], 0) ? session::tls_policy::opportunistic : session::tls_policy::never;
  else
    o.tls = session::tls_policy::starttls_required;
  if (bit(d[0], 3)) o.without_tls = session::cleartext_auth::allowed_by_name;
  o.groups = bit(d[1], 0) ? session::pipelining::when_offered : session::pipelining::never;
  if (bit(d[1], 1)) o.chunks = session::chunking::when_offered;
  if (bit(d[1], 2)) o.chunk_octets = 7;
  if (bit(d[1], 4)) o.control = session::control::manual;
  if (bit(d[1], 5)) o.login = session::login_group::with_mail;
  if (bit(d[1], 6)) o.quit = session::farewell::in_last_group;
  if (bit(d[2], 3)) o.max_recipients = 1;
  if (bit(d[2], 4)) o.pipeline_octets = 1;
  if (bit(d[2], 5)) o.size = session::size_check::here;
  return o;
}

std::vector<session::submission> mails_of(const std::uint8_t* d) {
  session::submission mail;
  mail.to = {*wire::forward_path::parse("<bob@example.org>"), *wire::forward_path::parse("<carol@example.net>")};
  mail.content = "Subject: x\r\n\r\n.hello\r\n";
  if (bit(d[2], 1)) mail.content += "\xC3\xBC";
  if (bit(d[2], 2)) mail.seven_bit_content = "Subject: x\r\n\r\n.u\r\n";
  if (bit(d[2], 6)) mail.parameters.ret = wire::ret_type::hdrs;
  if (bit(d[2], 7)) mail.parameters.body = wire::body_type::binarymime;
  std::vector<session::submission> mails(1, mail);
  if (bit(d[1], 3)) mails.push_back(mail);
  return mails;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const session::client_options options = options_of(data);
  auto made = session::client_session::create(options, mails_of(data));
  fuzz::check(made.has_value());
  subject client{std::move(*made), bit(data[1], 7)};
  std::string_view input = fuzz::view(data + 3, size - 3);
  run r{client, input, options.tls == session::tls_policy::starttls_required};
  client.connected();
  r.perform();
  const std::size_t piece = (data[0] >> 4) * 7 + 1U;
  while (!input.empty()) {
    const std::size_t n = std::min(piece, input.size());
    const std::string_view bytes = input.substr(0, n);
    input.remove_prefix(n);
    client.receive(bytes);
    r.perform();
  }
  client.peer_closed();
  r.perform();
  fuzz::check(r.done());
  client.check_trace(fuzz::view(data, size), data[size - 1] % 16 == 0);
  return 0;
}
