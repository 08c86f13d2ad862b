#pragma once
// An engine fed by a fuzzer: what must hold of its events.

#include <string_view>

#include <openssl/err.h>

#include "check.hpp"
#include "smtpscope/tls/engine.hpp"

namespace smtpscope::fuzz {

inline constexpr seconds tls_now{1'780'000'000};

// Takes all events: at most one end, nothing after it but what there was to send before.
struct tls_events {
  bool failed = false;
  bool established = false;

  void take(tls::engine& from) {
    while (const auto event = from.next()) {
      check(!failed);
      if (const auto* end = std::get_if<tls::failed>(&*event)) {
        failed = true;
        check(!end->failing || *end->failing < end->certificates.size());
      }
      if (std::holds_alternative<tls::established>(*event)) established = true;
      check(!std::holds_alternative<tls::data_received>(*event) || established);
      check(!std::holds_alternative<tls::key_log>(*event));
      if (const auto* m = std::get_if<tls::message_seen>(&*event)) check_fields(m->what.fields, m->what.octets.size());
    }
    check(ERR_peek_error() == 0);
  }
};

// The octets in pieces as the first of them says, then the end of the connection.
inline void feed(tls::engine& engine, std::string_view input) {
  tls_events events;
  engine.start(tls_now);
  events.take(engine);
  const std::size_t piece = input.empty() ? 1 : static_cast<unsigned char>(input.front()) * 16U + 1;
  if (!input.empty()) input.remove_prefix(1);
  while (!input.empty()) {
    engine.receive(input.substr(0, piece), tls_now);
    events.take(engine);
    input.remove_prefix(piece < input.size() ? piece : input.size());
  }
  engine.peer_closed();
  events.take(engine);
  check(events.failed || events.established);
}

}  // namespace smtpscope::fuzz
