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
  return {at, what, std::move(message), retry_after(what), std::nullopt, {}};
}

}  // namespace

// --- the page ---

void relay_session::accepted() {
  hello h;
  h.bounds = bounds_;
  h.destinations = policy_.destinations();
  say(h);
}

void relay_session::page_text(std::string_view frame) {
  if (closing()) return;
  const result<page_frame> parsed = parse_page_frame(frame);
  if (!parsed) return misuse(parsed.why().detail);
  std::visit([this](const auto& f) { on(f); }, *parsed);
}

void relay_session::on(const auth&) { misuse("this relay asks for no token"); }

void relay_session::on(const open& frame) {
  if (phase_ != phase::expect_open) return misuse("one tunnel is opened once");
  auto answer = policy_.authorise(frame.host, frame.port);
  if (auto* no = std::get_if<refusal>(&answer))
    return fail(plain_failure(stage::policy, no->what, std::move(no->message)));
  target_ = std::get<authorised>(std::move(answer));
  tls_ = frame.tls;
  phase_ = phase::resolving;
  if (target_->pinned) return resolved({*target_->pinned}, microseconds(0));
  if (target_->host.address()) return resolved({*target_->host.address()}, microseconds(0));
  actions_.push_back(resolve_name{target_->host.text()});
}

void relay_session::on(const start_tls&) {
  if (phase_ != phase::streaming) return misuse("start_tls comes after connected");
  if (tls_begun_) return misuse("TLS is begun once");
  if (page_ended_ || server_ended_) return misuse("start_tls cannot follow eof");
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

verdict relay_session::page_data(std::uint64_t octets) {
  if (closing()) return verdict::discard;
  if (phase_ != phase::streaming || page_ended_) {
    misuse(page_ended_                 ? "data cannot follow eof"
           : phase_ == phase::securing ? "the page sends nothing until tls"
                                       : "data cannot come before connected");
    return verdict::discard;
  }
  if (octets > bounds_.bytes_up - bytes_up_) {
    fail(plain_failure(
        stage::stream, code::quota,
        "This relay carries at most " + std::to_string(bounds_.bytes_up) + " bytes to the server in one session."));
    return verdict::discard;
  }
  bytes_up_ += octets;
  guard_.page_spoke();
  return verdict::forward;
}

void relay_session::page_message_too_large() {
  if (closing()) return;
  misuse("a binary message has at most 65536 bytes, a control frame 4096");
  std::get<close_tunnel>(actions_.back()).with = close_code::too_large;
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

void relay_session::plaintext_waits() { tls_failed(code::starttls_plaintext, tls_reason::broken, {}); }

void relay_session::failed(stage at, code what) {
  if (closing() || !target_) return;
  // A server that has said its last word and then goes away ends the session in order.
  if (at == stage::stream && server_ended_) return finish(party::server);
  fail(plain_failure(at, what, failure_text(at, what, {target_->host.text(), target_->port, tls_}, bounds_)));
}

void relay_session::tls_failed(code what, tls_reason reason, std::vector<certificate> shown) {
  if (closing()) return;
  const bool explains = what == code::tls_verify || what == code::tls_protocol;
  const std::optional<tls_reason> why = explains ? std::optional(reason) : std::nullopt;
  const certificate* first = shown.empty() ? nullptr : &shown.front();
  std::string message = tls_failure_text(what, why, {target_->host.text(), target_->port, tls_}, first);
  fail({stage::tls, what, std::move(message), retry_after(what), why, std::move(shown)});
}

std::size_t relay_session::readable() const noexcept {
  if (phase_ != phase::streaming || server_ended_) return 0;
  // At the limit one more octet is read: only it tells a server that ended there from one that did not.
  const std::uint64_t left = std::max<std::uint64_t>(bounds_.bytes_down - bytes_down_, 1);
  return static_cast<std::size_t>(std::min({credit_, left, std::uint64_t{data_frame_octets}}));
}

verdict relay_session::server_data(std::span<const std::byte> octets) {
  if (closing()) return verdict::discard;
  if (octets.size() > bounds_.bytes_down - bytes_down_) {
    fail(plain_failure(
        stage::stream, code::quota,
        "This relay carries at most " + std::to_string(bounds_.bytes_down) + " bytes from the server in one session."));
    return verdict::discard;
  }
  bytes_down_ += octets.size();
  credit_ -= octets.size();
  if (!tls_begun_) guard_.server_spoke(octets);
  return verdict::forward;
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

void relay_session::turn_away() {
  fail(plain_failure(stage::policy, code::throttled,
                     "The relay has as many connections as it takes. Try again in a minute."));
}

std::optional<action> relay_session::next() {
  if (actions_.empty()) return std::nullopt;
  action first = std::move(actions_.front());
  actions_.pop_front();
  return first;
}

void relay_session::misuse(std::string message) {
  const stage at = phase_ == phase::expect_open ? stage::policy : stage::stream;
  fail(plain_failure(at, code::bad_message, "The page broke the tunnel protocol: " + std::move(message) + "."));
}

void relay_session::fail(failure f) {
  if (closing()) return;
  phase_ = phase::closing;
  // What was asked but not yet done is void; what was to be said is still true.
  actions_.erase(std::remove_if(actions_.begin(), actions_.end(),
                                [](const action& a) { return !std::holds_alternative<send_control>(a); }),
                 actions_.end());
  failure_ = f;
  say(f);
  actions_.push_back(close_tunnel{closes_with(f.what)});
}

void relay_session::finish(party by) {
  phase_ = phase::closing;
  say(closed{by, bytes_up_, bytes_down_});
  actions_.push_back(close_tunnel{close_code::normal});
}

}  // namespace smtpscope::tunnel
