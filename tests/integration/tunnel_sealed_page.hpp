#pragma once
// A page that does TLS itself, by the engine of smtpscope/tls, through a tunnel that carries ciphertext.

#include <string>
#include <string_view>
#include <vector>

#include "integration/tunnel_fixture.hpp"
#include "smtpscope/tls/engine.hpp"

namespace smtpscope::testing {

class sealed_page {
 public:
  // The tunnel, connected to mail.test at that port; nothing is said yet.
  sealed_page(page& through, tls::client_options options) : through_(through), options_(std::move(options)) {}

  // From here on everything is inside TLS. False when it failed; failure() says why.
  bool begin();
  // A line (CRLF is added), or octets as they are, and the whole reply to it.
  std::string say(std::string_view line);
  void send(std::string_view octets);
  std::string reply();
  // close_notify, and the end of the tunnel.
  void end();

  [[nodiscard]] const tls::established& agreed() const { return agreed_; }
  [[nodiscard]] const tls::failed& failure() const { return failure_; }

 private:
  void collect();
  // Takes one message of the tunnel. False at its end.
  bool receive();

  page& through_;
  tls::client_options options_;
  std::optional<tls::engine> engine_;
  std::string unread_;
  tls::established agreed_;
  tls::failed failure_;
  enum class step { plain, securing, secure, over } at_ = step::plain;
};

}  // namespace smtpscope::testing
