#include "smtpscope/tunnel/relay_session.hpp"

#include <algorithm>
#include <utility>

#include "smtpscope/tunnel/failure_text.hpp"

namespace smtpscope::tunnel {
namespace {

std::vector<std::string> texts(const std::vector<ip_address>& addresses) {
  std::vector<std::string> out;
  out.reserve(addresses.size());
  for (const ip_address& address : addresses) out.push_back(format(address));
  return out;
}

failure plain_failure(stage at, code what, std::string message) {
  return {at, what, std::move(message), retry_after(what), std::nullopt, {}, {}};
}

}  // namespace

// --- the page ---

void relay_session::accepted() {
  hello h;
  h.bounds = bounds_;
  h.destinations = policy_.destinations();
  h.token = who_.tokens ? token_demand::required : token_demand::none;
  say(h);
}

void relay_session::page_text(std::string_view frame) {
  if (closing()) return;
  const result<page_frame> parsed = parse_page_frame(frame);
  if (!parsed) return misuse(parsed.why().detail);
  std::visit([this](const auto& f) { on(f); }, *parsed);
}

void relay_session::on(const auth& frame) {
  if (!who_.tokens) return misuse("this relay asks for no token");
  if (phase_ != phase::expect_open || token_shown_) return misuse("a token is shown once, before open");
  const auto refuse = [this](const char* why) { fail(plain_failure(stage::policy, code::token_refused, why)); };
  switch (who_.tokens->judge(frame.token.reveal(), who_.origin, who_.now).what) {
    case token_verdict::good: token_shown_ = true; return;
    case token_verdict::wrong:
      return refuse("The relay does not know this token. See that it was copied whole, or ask whoever runs the relay.");
    case token_verdict::expired: return refuse("The token has expired. Ask whoever runs the relay for a new one.");
    case token_verdict::other_origin:
      return refuse(
          "The token is not for this page: it was made for pages from another address. Open the page there, or "
          "ask for a token for this one.");
  }
}

void relay_session::on(const open& frame) {
  if (phase_ != phase::expect_open) return misuse("one tunnel is opened once");
  if (who_.tokens && !token_shown_)
    return fail(plain_failure(stage::policy, code::token_required,
                              "This relay asks for a token. Whoever runs it gives them out."));
  auto answer = policy_.authorise(frame.host, frame.port);
  if (auto* no = std::get_if<refusal>(&answer))
    return fail(plain_failure(stage::policy, no->what, std::move(no->message)));
  target_ = std::get<authorised>(std::move(answer));
  tls_ = frame.tls;
  if (target_->carries == payload::ciphertext) {
    if (tls_ == tls_mode::implicit) return static_cast<void>(refuse_plaintext());
    constexpr std::uint16_t smtps = 465;
    sealed_.emplace(target_->port == smtps ? tls_start::at_once : tls_start::after_starttls);
  }
  phase_ = phase::resolving;
  if (target_->pinned) return resolved({*target_->pinned}, microseconds(0));
  if (target_->host.address()) return resolved({*target_->host.address()}, microseconds(0));
  actions_.push_back(resolve_name{target_->host.text()});
}

void relay_session::on(const start_tls&) {
  if (phase_ != phase::streaming) return misuse("start_tls comes after connected");
  if (tls_begun_) return misuse("TLS is begun once");
  if (page_ended_ || server_ended_) return misuse("start_tls cannot follow eof");
  if (sealed_) return static_cast<void>(refuse_plaintext());
  if (!guard_.clean()) return plaintext_waits();
  begin_tls();
}

void relay_session::on(const credit& frame) {
  credit_ += frame.bytes;
  if (credit_ > credit_ceiling) misuse("more credit than anybody needs");
}

void relay_session::on(const page_eof&) {
  if (phase_ != phase::streaming) return misuse("eof comes after connected");
  if (page_ended_) return misuse("eof comes once");
  page_ended_ = true;
  if (server_ended_) return finish(ended_first_);
  ended_first_ = party::page;
  actions_.push_back(end_sending{});
}

verdict relay_session::page_data(std::span<const std::byte> octets) {
  if (closing()) return verdict::discard;
  if (phase_ != phase::streaming || page_ended_) {
    misuse(page_ended_                 ? "data cannot follow eof"
           : phase_ == phase::securing ? "the page sends nothing until tls"
                                       : "data cannot come before connected");
    return verdict::discard;
  }
  if (octets.size() > bounds_.data_frame) {
    page_message_too_large();
    return verdict::discard;
  }
  if (octets.size() > bounds_.bytes_up - bytes_up_) {
    fail(plain_failure(
        stage::stream, code::quota,
        "This relay carries at most " + std::to_string(bounds_.bytes_up) + " bytes to the server in one session."));
    return verdict::discard;
  }
  if (sealed_ && !sealed_->page_may_say(octets)) {
    static_cast<void>(refuse_plaintext());
    return verdict::discard;
  }
  bytes_up_ += octets.size();
  guard_.page_spoke();
  return verdict::forward;
}

void relay_session::page_message_too_large() {
  if (closing()) return;
  misuse("a binary message has at most " + std::to_string(bounds_.data_frame) + " bytes, a control frame 4096");
  std::get<close_tunnel>(actions_.back()).with = close_code::too_large;
}

void relay_session::page_flooded() {
  fail(plain_failure(phase_ == phase::expect_open ? stage::policy : stage::stream, code::throttled,
                     "The page sends more frames than the relay takes: " + std::to_string(bounds_.frames_per_second) +
                         " a second, and " + std::to_string(bounds_.fragments_per_second) +
                         " of messages in pieces. Send larger ones, and fewer."));
}

void relay_session::page_framing_broken() {
  if (closing()) return;
  misuse("the length of a frame has at most 63 bits");
  std::get<close_tunnel>(actions_.back()).with = close_code::protocol;
}

// The destination takes nothing but TLS of the page's own.
bool relay_session::refuse_plaintext() {
  fail(plain_failure(phase_ == phase::streaming ? stage::stream : stage::policy, code::not_allowed,
                     "To " + destination_name() +
                         " this relay carries only TLS that the page itself speaks. Whoever runs it can allow more, "
                         "without --ciphertext-only."));
  return false;
}

std::string relay_session::destination_name() const {
  return target_ ? format_host_and_port(target_->host.text(), target_->port) : std::string();
}

void relay_session::page_closed() {
  if (closing()) return;
  phase_ = phase::closing;
  actions_.clear();
  actions_.push_back(close_tunnel{close_code::normal});
}

// --- the server ---

void relay_session::resolved(std::vector<ip_address> addresses, microseconds us) {
  if (phase_ != phase::resolving) return;
  if (addresses.empty()) return failed(stage::resolve, code::name_not_found);
  if (auto no = policy_.check(*target_, addresses))
    return fail(plain_failure(stage::policy, no->what, std::move(no->message)));
  say(tunnel::resolved{texts(addresses), us});
  phase_ = phase::connecting;
  actions_.push_back(connect_server{std::move(addresses), target_->port});
}

void relay_session::connected(const ip_address& address, microseconds us) {
  if (phase_ != phase::connecting) return;
  say(tunnel::connected{format(address), target_->port, us});
  if (tls_ == tls_mode::implicit) return begin_tls();
  phase_ = phase::streaming;
}

void relay_session::begin_tls() {
  tls_begun_ = true;
  phase_ = phase::securing;
  actions_.push_back(secure_server{target_->host.text(), target_->kind, tls_});
}

void relay_session::secured(tls_report report) {
  if (phase_ != phase::securing) return;
  phase_ = phase::streaming;
  say(report);
}

void relay_session::plaintext_waits() { tls_failed(code::starttls_plaintext, {tls_reason::broken, {}, {}}, {}); }

void relay_session::failed(stage at, code what) {
  if (closing() || !target_) return;
  // A server that has said its last word and then goes away ends the session in order.
  if (at == stage::stream && server_ended_) return finish(party::server);
  fail(plain_failure(at, what, failure_text(at, what, {target_->host.text(), target_->port, tls_}, bounds_)));
}

void relay_session::tls_failed(code what, const tls::refusal& why, std::vector<certificate> shown) {
  if (closing()) return;
  failure f = plain_failure(stage::tls, what, tls_failure_text(what, why, {target_->host.text(), target_->port, tls_}));
  if (what == code::tls_verify || what == code::tls_protocol) f.reason = why.why;
  f.certificates = std::move(shown);
  f.failing = why.failing;
  fail(std::move(f));
}

std::size_t relay_session::readable() const noexcept {
  if (phase_ != phase::streaming || server_ended_) return 0;
  // At the limit one more octet is read: only it tells a server that ended there from one that did not.
  const std::uint64_t left = std::max<std::uint64_t>(bounds_.bytes_down - bytes_down_, 1);
  return static_cast<std::size_t>(std::min({credit_, left, bounds_.data_frame}));
}

verdict relay_session::server_data(std::span<const std::byte> octets) {
  if (closing()) return verdict::discard;
  if (octets.size() > bounds_.bytes_down - bytes_down_) {
    fail(plain_failure(
        stage::stream, code::quota,
        "This relay carries at most " + std::to_string(bounds_.bytes_down) + " bytes from the server in one session."));
    return verdict::discard;
  }
  if (sealed_ && !sealed_->server_may_say(octets)) {
    tls_failed(code::tls_protocol, {tls_reason::not_tls, {}, {}}, {});
    return verdict::discard;
  }
  bytes_down_ += octets.size();
  credit_ -= octets.size();
  if (!tls_begun_) guard_.server_spoke(octets);
  return verdict::forward;
}

void relay_session::tls_said(std::vector<handshake_message> messages) {
  if (phase_ == phase::streaming && !messages.empty()) say(tls_messages{std::move(messages)});
}

void relay_session::server_ended() {
  if (phase_ != phase::streaming || server_ended_) return;
  server_ended_ = true;
  say(server_eof{});
  if (page_ended_) return finish(ended_first_);
  ended_first_ = party::server;
}

// --- the relay itself ---

void relay_session::expired(expiry which) {
  if (closing()) return;
  switch (which) {
    case expiry::open:
      return fail(plain_failure(stage::policy, code::timeout, "The page did not say where to connect."));
    case expiry::idle:
      return fail(plain_failure(stage::stream, code::timeout,
                                "Nothing moved for " + std::to_string(bounds_.idle.count() / 1000) + " seconds."));
    case expiry::stalled:
      return fail(plain_failure(stage::stream, code::too_slow,
                                "One side took no bytes for " + std::to_string(bounds_.idle.count() / 1000) +
                                    " seconds although some waited for it."));
    case expiry::session:
      return fail(plain_failure(stage::stream, code::timeout,
                                "A session may last " + std::to_string(bounds_.session.count() / 1000) + " seconds."));
    case expiry::half_closed: return finish(party::server);
  }
}

void relay_session::drain(milliseconds deadline) {
  if (!closing()) say(draining{deadline});
}

void relay_session::drained() {
  if (closing()) return;
  const stage at = phase_ == phase::expect_open ? stage::policy : stage::stream;
  fail(plain_failure(at, code::draining, "The relay is being stopped. Start it again, then send again."));
}

void relay_session::turn_away(admitted why) {
  const auto refuse = [this](const std::string& text) { fail(plain_failure(stage::policy, code::throttled, text)); };
  switch (why) {
    case admitted::yes:
    case admitted::full: return refuse("The relay has as many connections as it takes. Try again in a minute.");
    case admitted::address_full:
      return refuse("The relay has as many connections from your network as it takes, " +
                    std::to_string(bounds_.connections_per_address) + ". End one, or try again in a minute.");
    case admitted::too_often:
      return refuse("The relay takes " + std::to_string(bounds_.new_per_minute) +
                    " new connections a minute from your network. Try again in a minute.");
  }
}

void relay_session::destination_busy() { failed(stage::policy, code::throttled); }

std::optional<action> relay_session::next() {
  if (actions_.empty()) return std::nullopt;
  action first = std::move(actions_.front());
  actions_.erase(actions_.begin());
  return first;
}

void relay_session::misuse(std::string message) {
  const stage at = phase_ == phase::expect_open ? stage::policy : stage::stream;
  fail(plain_failure(at, code::bad_message, "The page broke the tunnel protocol: " + std::move(message) + "."));
}

void relay_session::fail(failure f) {
  if (closing()) return;
  if (f.at == stage::tls) f.messages = std::move(handshake_);
  phase_ = phase::closing;
  // What was asked but not yet done is void; what was to be said is still true.
  actions_.erase(std::remove_if(actions_.begin(), actions_.end(),
                                [](const action& a) { return !std::holds_alternative<send_control>(a); }),
                 actions_.end());
  ending_ = {f.at, f.what, f.again};
  say(f);
  actions_.push_back(close_tunnel{closes_with(f.what)});
}

void relay_session::finish(party by) {
  phase_ = phase::closing;
  say(closed{by, bytes_up_, bytes_down_});
  actions_.push_back(close_tunnel{close_code::normal});
}

}  // namespace smtpscope::tunnel
