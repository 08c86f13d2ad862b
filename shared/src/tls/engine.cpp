#include "smtpscope/tls/engine.hpp"

#include <array>
#include <climits>
#include <utility>

#include <openssl/err.h>

#include "engine_state.hpp"
#include "smtpscope/tls/certificate_text.hpp"
#include "smtpscope/tls/channel_binding.hpp"
#include "smtpscope/tls/report.hpp"
#include "smtpscope/tls/verification.hpp"

namespace smtpscope::tls {
namespace {

// A BIO takes at most as much as an int counts; one call of ours takes any number.
constexpr std::size_t most_at_once = std::size_t{1} << 30;

template <class Take>
void in_pieces(std::string_view octets, Take take) {
  while (!octets.empty()) {
    const std::string_view piece = octets.substr(0, most_at_once);
    take(piece.data(), static_cast<int>(piece.size()));
    octets.remove_prefix(piece.size());
  }
}

}  // namespace

// --- the engine's calls ---

engine::engine(std::unique_ptr<state> own) : state_(std::move(own)) {}
engine::engine(engine&&) noexcept = default;
engine& engine::operator=(engine&&) noexcept = default;
engine::~engine() = default;

result<engine> engine::client(client_options options) {
  auto made = std::make_unique<state>();
  if (status ready = prepare_client(*made, options); !ready) return ready.why();
  return engine(std::move(made));
}

result<engine> engine::server(server_options options) {
  auto made = std::make_unique<state>();
  if (status ready = prepare_server(*made, options); !ready) return ready.why();
  return engine(std::move(made));
}

void engine::start(seconds now) {
  if (state_->at != state::step::idle) return;
  state_->at = state::step::handshaking;
  state_->drive(now);
}

void engine::receive(std::string_view ciphertext, seconds now) {
  state& s = *state_;
  if (s.at == state::step::over || s.peer == state::half::closed || ciphertext.empty()) return;
  if (s.at == state::step::idle) s.at = state::step::handshaking;
  in_pieces(ciphertext, [&s](const char* data, int size) { BIO_write(s.from_network, data, size); });
  s.drive(now);
}

status engine::write(std::string_view plaintext) {
  state& s = *state_;
  if (s.at != state::step::open) return error{errc::misuse, "TLS is not established"};
  if (s.own == state::half::closed) return error{errc::misuse, "this side of the TLS connection was closed"};
  ERR_clear_error();
  in_pieces(plaintext, [&s](const char* data, int size) {
    if (s.at != state::step::open) return;
    const int written = SSL_write(s.session.get(), data, size);  // all or nothing: memory never blocks
    if (written <= 0) s.fail(written);
  });
  s.flush();
  ERR_clear_error();
  return {};
}

void engine::close() {
  state& s = *state_;
  if (s.at == state::step::over || s.own == state::half::closed) return;
  s.own = state::half::closed;
  if (s.at == state::step::open)
    SSL_shutdown(s.session.get());
  else
    s.at = state::step::over;
  s.flush();
  ERR_clear_error();
}

void engine::peer_closed() {
  state& s = *state_;
  if (s.at == state::step::over || s.peer == state::half::closed) return;
  s.peer = state::half::closed;
  if (s.at == state::step::open)
    s.watch.seen.emplace_back(truncated{});
  else
    s.fail_with(code::reset, std::nullopt);
}

std::optional<event> engine::next() {
  auto& seen = state_->watch.seen;
  if (seen.empty()) return std::nullopt;
  std::optional<event> first(std::move(seen.front()));
  seen.pop_front();
  return first;
}

// --- what they set in motion ---

void engine::state::drive(seconds now) {
  ERR_clear_error();  // SSL_get_error looks at what lies there
  X509_VERIFY_PARAM_set_time(SSL_get0_param(session.get()), static_cast<time_t>(now.count()));
  if (at == step::handshaking) handshake();
  if (at == step::open) read_all();
  flush();
  ERR_clear_error();
}

void engine::state::handshake() {
  const int done = SSL_do_handshake(session.get());
  if (done == 1) {
    flush();
    at = step::open;
    return tell_established();
  }
  if (SSL_get_error(session.get(), done) != SSL_ERROR_WANT_READ) fail(done);
}

void engine::state::read_all() {
  std::array<char, SSL3_RT_MAX_PLAIN_LENGTH> room;  // NOLINT: filled before it is read
  while (at == step::open && peer == half::open) {
    const int size = SSL_read(session.get(), room.data(), static_cast<int>(room.size()));
    if (size > 0) {
      watch.seen.emplace_back(data_received{std::string(room.data(), static_cast<std::size_t>(size))});
      continue;
    }
    const int why = SSL_get_error(session.get(), size);
    if (why == SSL_ERROR_WANT_READ) return;
    if (why != SSL_ERROR_ZERO_RETURN) return fail(size);
    peer = half::closed;
    watch.seen.emplace_back(close_notify_received{});
  }
}

void engine::state::flush() {
  char* data = nullptr;
  const long size = BIO_get_mem_data(to_network, &data);
  if (size <= 0) return;
  watch.seen.emplace_back(send_ciphertext{std::string(data, static_cast<std::size_t>(size))});
  BIO_reset(to_network);
}

void engine::state::tell_established() {
  // A session that is resumed brings its own verdict, of a handshake that may have been let through.
  if (!watch.refused && SSL_is_server(session.get()) == 0 && SSL_get_verify_result(session.get()) != X509_V_OK)
    watch.refused = refusal{};
  if (watch.refused && watch.verify == verification::demanded) return fail_with(code::tls_verify, watch.refused->why);
  established report = describe_session(*session);
  report.refused = watch.refused;
  report.verified = report.verified && !watch.refused;
  watch.seen.emplace_back(std::move(report));
}

void engine::state::fail(int openssl_result) {
  const int kind = SSL_get_error(session.get(), openssl_result);
  const int why = ERR_GET_REASON(ERR_peek_last_error());
  if (kind == SSL_ERROR_SSL && why == SSL_R_CERTIFICATE_VERIFY_FAILED && watch.refused)
    return fail_with(code::tls_verify, watch.refused->why);
  reason meant = watch.peer_speaks_tls ? reason_of_protocol(why) : reason::not_tls;
  // Who has spoken TLS does: these octets were changed on the way.
  if (at == step::open && meant == reason::not_tls) meant = reason::broken;
  fail_with(code::tls_protocol, meant);
}

void engine::state::fail_with(code what, std::optional<reason> why) {
  flush();  // the alert that says so to the peer
  const phase in = at == step::open && what != code::tls_verify ? phase::session : phase::handshake;
  at = step::over;
  failed told{what, why, {}, {}, {}};
  const attempt tried{host, port, begun, where, in};
  if (what == code::tls_verify && watch.refused) {
    told.failing = watch.refused->failing;
    told.certificates = watch.shown;
    told.message = verification_text(*watch.refused, tried);
  } else {
    told.message = failure_text(what, why, tried);
  }
  watch.seen.emplace_back(std::move(told));
}

}  // namespace smtpscope::tls
