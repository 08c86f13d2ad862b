#include "tls_api.hpp"

#include <algorithm>
#include <variant>

#include <openssl/rand.h>

#include "smtpscope/version.hpp"
#include "tls_json.hpp"

namespace smtpscope::api {

int tls_api::answer(const json& value) {
  result_ = to_string(value);
  return 1;
}

int tls_api::fail(std::string_view code, std::string_view detail) {
  json j = json::object();
  set(j, "code", code);
  set(j, "detail", detail);
  result_ = to_string(j);
  return -1;
}

int tls_api::fail(const error& why) { return fail(name(why.code), why.detail); }

tls_api::connection* tls_api::find(std::uint32_t handle) {
  for (const auto& [key, value] : connections_)
    if (key == handle) return value.get();
  fail(name(errc::misuse), "no TLS engine has handle " + std::to_string(handle));
  return nullptr;
}

int tls_api::version() {
  result_ = smtpscope::version;
  return 1;
}

int tls_api::ready() {
  if (RAND_status() != 1)
    return fail("no_randomness", "there is no source of randomness (crypto.getRandomValues): TLS cannot be done here");
  result_.clear();
  return 1;
}

int tls_api::roots(std::string_view pem) {
  auto trusted = tls::trust::from_pem(pem);
  if (!trusted) return fail(trusted.why());
  roots_ = std::move(*trusted);
  result_.clear();
  return static_cast<int>(roots_.size());
}

std::uint32_t tls_api::open(std::string_view text) {
  if (ready() != 1) return 0;
  auto setup = read_tls_setup(text, roots_);
  if (!setup) {
    fail(setup.why());
    return 0;
  }
  auto engine = tls::engine::client(std::move(setup->options));
  if (!engine) {
    fail(engine.why());
    return 0;
  }
  engine->start(setup->now);
  result_.clear();
  while (next_handle_ == 0 || std::any_of(connections_.begin(), connections_.end(),
                                          [this](const auto& one) { return one.first == next_handle_; }))
    ++next_handle_;
  connections_.emplace_back(next_handle_, std::make_unique<connection>(connection{std::move(*engine)}));
  return next_handle_++;
}

int tls_api::receive(std::uint32_t handle, std::string_view octets, double now) {
  connection* const c = find(handle);
  if (c == nullptr) return -1;
  c->engine.receive(octets, seconds_of(now));
  result_.clear();
  return 1;
}

int tls_api::write(std::uint32_t handle, std::string_view octets) {
  connection* const c = find(handle);
  if (c == nullptr) return -1;
  if (const status done = c->engine.write(octets); !done) return fail(done.why());
  result_.clear();
  return 1;
}

int tls_api::close(std::uint32_t handle) {
  connection* const c = find(handle);
  if (c == nullptr) return -1;
  c->engine.close();
  result_.clear();
  return 1;
}

int tls_api::peer_closed(std::uint32_t handle) {
  connection* const c = find(handle);
  if (c == nullptr) return -1;
  c->engine.peer_closed();
  result_.clear();
  return 1;
}

int tls_api::next(std::uint32_t handle) {
  connection* const c = find(handle);
  if (c == nullptr) return -1;
  c->octets.clear();
  c->holds = connection::held::nothing;
  std::optional<tls::event> told = c->engine.next();
  if (!told) {
    result_ = R"({"ev":"nothing"})";
    return 0;
  }
  if (std::holds_alternative<tls::send_ciphertext>(*told) || std::holds_alternative<tls::data_received>(*told))
    c->holds = connection::held::octets;
  return answer(to_json(*told, c->octets));
}

int tls_api::take(std::uint32_t handle) {
  connection* const c = find(handle);
  if (c == nullptr) return -1;
  if (c->holds == connection::held::nothing)
    return fail(name(errc::misuse), "the last event was neither \"send\" nor \"data\", or was taken");
  c->holds = connection::held::nothing;
  result_ = std::move(c->octets);
  c->octets.clear();
  return 1;
}

int tls_api::release(std::uint32_t handle) {
  const auto at =
      std::find_if(connections_.begin(), connections_.end(), [handle](const auto& one) { return one.first == handle; });
  if (at == connections_.end()) {
    find(handle);
    return -1;
  }
  connections_.erase(at);
  // What was decrypted last may be private.
  std::fill(result_.begin(), result_.end(), '\0');
  result_.clear();
  return 1;
}

}  // namespace smtpscope::api
