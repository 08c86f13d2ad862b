#pragma once
// What an engine holds, and how one is made ready: see engine.hpp.

#include <string>

#include "smtpscope/tls/engine.hpp"
#include "smtpscope/tls/observer.hpp"
#include "smtpscope/tls/openssl.hpp"

namespace smtpscope::tls {

struct engine::state {
  enum class step : std::uint8_t { idle, handshaking, open, over };
  // What each side has said it would say no more.
  enum class half : std::uint8_t { open, closed };

  observer watch;  // before the session, which writes to it until it is freed
  context_ptr context;
  session_ptr session;
  BIO* from_network = nullptr;  // both are the session's
  BIO* to_network = nullptr;
  step at = step::idle;
  half own = half::open;
  half peer = half::open;

  // For texts.
  std::string host;
  std::uint16_t port = 0;
  beginning begun = beginning::at_once;
  place where = place::program;

  std::vector<std::string> alpn;  // of a server, in its order

  void drive(seconds now);
  void handshake();
  void read_all();
  void flush();
  void tell_established();
  void fail(int openssl_result);
  void fail_with(code what, std::optional<reason> why);

  // Session and BIOs of a context that is ready. False when memory has run out.
  [[nodiscard]] bool attach();
};

// The options' common part, and each side's own. Error: invalid_argument.
[[nodiscard]] status prepare_client(engine::state& made, const client_options& options);
[[nodiscard]] status prepare_server(engine::state& made, server_options& options);

}  // namespace smtpscope::tls
