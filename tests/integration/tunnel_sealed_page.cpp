#include "integration/tunnel_sealed_page.hpp"

#include <chrono>

namespace smtpscope::testing {
namespace {

seconds now() { return std::chrono::duration_cast<seconds>(std::chrono::system_clock::now().time_since_epoch()); }

}  // namespace

bool sealed_page::begin() {
  auto made = tls::engine::client(options_);
  if (!made) {
    ADD_FAILURE() << made.why().detail;
    return false;
  }
  EXPECT_EQ(unread_, "") << "octets in the clear before TLS";
  engine_.emplace(std::move(*made));
  at_ = step::securing;
  engine_->start(now());
  collect();
  while (at_ == step::securing && receive()) {
  }
  return at_ == step::secure;
}

std::string sealed_page::say(std::string_view line) {
  send(std::string(line) + "\r\n");
  return reply();
}

void sealed_page::send(std::string_view octets) {
  constexpr std::size_t most_in_a_frame = 32768;
  if (at_ == step::plain) return through_.send(std::string(octets));
  for (; !octets.empty(); octets.remove_prefix(std::min(most_in_a_frame, octets.size()))) {
    const status written = engine_->write(octets.substr(0, most_in_a_frame));
    EXPECT_TRUE(written.ok()) << "TLS does not stand";
    collect();
  }
}

std::string sealed_page::reply() {
  std::string whole;
  for (;;) {
    const std::size_t end = unread_.find("\r\n");
    if (end == std::string::npos) {
      if (!receive()) return whole;
      continue;
    }
    const std::string line = unread_.substr(0, end + 2);
    unread_.erase(0, end + 2);
    whole += line;
    if (line.size() > 3 && line[3] == ' ') return whole;
  }
}

void sealed_page::end() {
  if (engine_) engine_->close();
  collect();
  through_.say({{"op", "eof"}});
  while (receive()) {
  }
}

void sealed_page::collect() {
  while (engine_) {
    auto event = engine_->next();
    if (!event) return;
    if (auto* send = std::get_if<tls::send_ciphertext>(&*event)) through_.send(send->octets);
    if (auto* data = std::get_if<tls::data_received>(&*event)) unread_ += data->octets;
    if (auto* agreed = std::get_if<tls::established>(&*event)) {
      agreed_ = std::move(*agreed);
      at_ = step::secure;
    }
    if (auto* failure = std::get_if<tls::failed>(&*event)) {
      failure_ = std::move(*failure);
      at_ = step::over;
    }
  }
}

bool sealed_page::receive() {
  const auto message = through_.client().receive();
  if (!message) return false;
  if (message->what == test::websocket_client::message::kind::text) {
    const auto frame = parse_json(message->octets);
    if (!frame || frame->value("ev", "") != "eof") return false;  // closed, or an error
    if (engine_) engine_->peer_closed();
  } else if (engine_) {
    engine_->receive(message->octets, now());
  } else {
    unread_ += message->octets;
  }
  collect();
  return true;
}

}  // namespace smtpscope::testing
