#include "smtpscope/sim/whole_session.hpp"

#include <chrono>
#include <utility>

#include "smtpscope/session/policy_engine.hpp"
#include "smtpscope/text/digest.hpp"
#include "smtpscope/trace/recorded_client.hpp"

namespace smtpscope::sim {

namespace {

// RFC 5737: an address that stands for a server and is none.
constexpr std::string_view address = "192.0.2.25";
constexpr std::string_view client_address = "192.0.2.7";
// A server's own work between a command and its reply.
constexpr microseconds thinking{800};

json tls_info(const std::string& host) {
  json info = json::object();
  set(info, "version", "TLSv1.3");
  set(info, "suite", "TLS_AES_256_GCM_SHA384");
  set(info, "group", "x25519");
  set(info, "verified", true);
  set(info, "where", "simulated");
  info["chain"] = json::array({json::object({{"subject", "CN=" + host},
                                             {"issuer", "CN=Simulated authority"},
                                             {"names", json::array({host})},
                                             // Every simulated session lies within these two dates.
                                             {"notBefore", "2000-01-01T00:00:00Z"},
                                             {"notAfter", "9999-12-31T23:59:59Z"}})});
  return info;
}

// Both sides see the same connection.
sasl::channel_binding binding() { return {text::digest(text::digest_kind::sha256, "simulated TLS"), {}}; }

// The words of a certificate that does not verify, as the relay's OpenSSL tells them.
trace::transport_problem refused(session::certificate_choice shown, const std::string& host) {
  const auto because = [&host](const char* reason, const std::string& why) {
    return trace::transport_problem{"tls", "tls_verify", "The certificate of " + host + " is not to be trusted: " + why,
                                    reason};
  };
  switch (shown) {
    case session::certificate_choice::own: break;
    case session::certificate_choice::expired: return because("expired", "its time is over");
    case session::certificate_choice::wrong_name: return because("name_mismatch", "it is for another host");
    case session::certificate_choice::self_signed: return because("self_signed", "it vouches for itself");
  }
  return {};
}

// What the server sends, and how long it waits before.
struct answer {
  std::string bytes;
  std::optional<session::server_transition> state;  // of a reply
  microseconds wait{0};
};

class runner {
 public:
  runner(session::client_session client, session::server_session server, setup s)
      : client_(std::move(client), s.secrets, *s.words),
        server_(std::move(server)),
        setup_(std::move(s)),
        engine_(setup_.policy, setup_.rules),
        visit_(engine_.begin(std::string{client_address})) {}

  std::vector<trace::entry> run() {
    connect();
    while (true) {
      client_speaks();
      if (client_.session().over()) return client_.entries();
      if (std::exchange(tls_wanted_, false)) {
        handshake();
        continue;
      }
      carry_to_server();
      to_client_.empty() ? nothing_came() : carry_to_client();
    }
  }

 private:
  [[nodiscard]] bool implicit() const { return setup_.client.tls == session::tls_policy::implicit; }

  void connect() {
    trace::recorder& record = client_.record();
    const std::string_view tls = implicit()                                        ? "implicit"
                                 : setup_.client.tls == session::tls_policy::never ? "never"
                                                                                   : "starttls";
    record.resolving(setup_.server.host_name, implicit() ? 465 : 587, tls, now_);
    now_ += 2 * setup_.latency;
    record.resolved({std::string{address}}, now_);
    now_ += 2 * setup_.latency;  // TCP's handshake, as the client sees it
    record.connected(address, implicit() ? 465 : 587, now_);
    if (implicit()) {
      record.tls_started(now_);
      now_ += 2 * setup_.latency;
      if (!secure(engine_.handshake(visit_))) return;
    } else {
      client_.ready();
    }
    server_.connected(binding());
  }

  void client_speaks() {
    while (const auto event = client_.next(now_)) {
      if (const auto* sent = std::get_if<session::send_bytes>(&*event)) to_server_.push_back(*sent);
      if (std::holds_alternative<session::start_tls>(*event)) tls_wanted_ = true;
    }
  }

  // The server reads what has arrived; its replies go back one by one.
  void server_speaks() {
    while (const auto event = server_.next()) {
      if (const auto* asked = std::get_if<session::secret_requested>(&*event))
        (void)server_.answer_secret(engine_.secret_for(*asked));
      if (auto d = engine_.decide(visit_, *event, server_.authenticated_as(), server_time())) {
        d->queue_id = "SIMULATED";
        wait_ += d->delay;
        (void)server_.answer(*d);
      }
      engine_.observe(visit_, *event, server_time());
      if (const auto* reply = std::get_if<session::send_reply>(&*event)) send(reply->bytes, reply->state);
      if (const auto* octets = std::get_if<session::send_garbage>(&*event)) send(octets->bytes, std::nullopt);
      if (const auto* chosen = std::get_if<session::certificate_chosen>(&*event)) shown_ = chosen->which;
    }
  }

  void send(std::string bytes, std::optional<session::server_transition> state) {
    to_client_.push_back({std::move(bytes), state, std::exchange(wait_, microseconds{0})});
  }
  [[nodiscard]] milliseconds server_time() const { return std::chrono::duration_cast<milliseconds>(now_ + wait_); }

  void handshake() {
    now_ += 2 * setup_.latency;  // RFC 8446 §2: one round trip
    if (secure(shown_)) server_.tls_established(binding());
  }

  // False where the client does not trust the certificate, and leaves.
  bool secure(session::certificate_choice shown) {
    const std::string& host = setup_.server.host_name;
    const bool good = shown == session::certificate_choice::own;
    good ? client_.tls_established(tls_info(host), now_, binding())
         : client_.transport_error(refused(shown, host), now_);
    return good;
  }

  // What the client said together arrives together. Where the server hangs up it has still answered
  // what came before.
  void carry_to_server() {
    if (!to_server_.empty()) now_ += setup_.latency + thinking;
    for (const session::send_bytes& sent : std::exchange(to_server_, {})) {
      cut_ = cut_ || hangs_up_at(sent);
      if (!cut_) server_.receive(sent.bytes);
    }
    server_speaks();
  }

  void carry_to_client() {
    now_ += setup_.latency;
    for (const answer& given : std::exchange(to_client_, {})) {
      if (client_.session().over()) return;
      if (!patient(given.wait)) return;
      if (given.state) client_.record().server_moved(*given.state);
      client_.receive(given.bytes);
      client_speaks();
    }
  }

  // False where the client's time for an answer was over before it came.
  [[nodiscard]] bool patient(microseconds wait) {
    while (!client_.session().over()) {
      const microseconds limit = session::timeout_of(client_.session().phase(), setup_.client.wait);
      if (wait < limit || limit == microseconds{0}) break;
      wait -= limit;
      now_ += limit;
      client_.timer_fired(now_);
      client_speaks();
    }
    now_ += wait;
    return !client_.session().over();
  }

  [[nodiscard]] bool hangs_up_at(const session::send_bytes& sent) const {
    if (!setup_.fault) return false;
    const bool end = sent.what == session::sent::end_of_content;
    return setup_.fault->at_end_of_content ? end : !end && sent.verb == setup_.fault->instead_of;
  }

  // The server has gone, or has nothing more to say.
  void nothing_came() {
    if (cut_ || server_.over()) {
      if (!patient(std::exchange(wait_, microseconds{0}))) return;
      now_ += setup_.latency;
      return client_.peer_closed(now_);
    }
    now_ += session::timeout_of(client_.session().phase(), setup_.client.wait);
    client_.timer_fired(now_);
  }

  trace::recorded_client client_;
  session::server_session server_;
  setup setup_;
  session_time now_{0};
  std::vector<session::send_bytes> to_server_;
  std::vector<answer> to_client_;
  session::policy_engine engine_;
  session::policy_visit visit_;
  microseconds wait_{0};  // before the next answer
  session::certificate_choice shown_ = session::certificate_choice::own;
  bool tls_wanted_ = false;
  bool cut_ = false;
};

}  // namespace

result<std::vector<trace::entry>> run(setup s) {
  s.server.link =
      s.client.tls == session::tls_policy::implicit ? session::link_security::tls : session::link_security::plain;
  // The same session whenever it is simulated, unless the caller brings randomness.
  if (s.client.random.empty()) s.client.random = text::digest(text::digest_kind::sha256, "simulated client");
  if (s.server.random.empty()) s.server.random = text::digest(text::digest_kind::sha256, "simulated server");
  if (s.client.server_name.empty()) s.client.server_name = s.server.host_name;
  if (s.server.client_address.empty()) s.server.client_address = client_address;
  if (!s.rules.empty()) s.server.asks = session::questions::every_command;
  s.client.control = session::control::automatic;  // nobody is there to be asked
  auto client = session::client_session::create(s.client, s.mail);
  if (!client) return client.why();
  auto server = session::server_session::create(s.server);
  if (!server) return server.why();
  return runner{std::move(*client), std::move(*server), std::move(s)}.run();
}

}  // namespace smtpscope::sim
