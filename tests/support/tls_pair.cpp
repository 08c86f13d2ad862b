#include "support/tls_pair.hpp"

#include <algorithm>
#include <memory>
#include <random>

#include <gtest/gtest.h>

namespace smtpscope::test {

cutter whole() {
  return [](std::size_t size) { return size; };
}

cutter octet_by_octet() {
  return [](std::size_t) { return std::size_t{1}; };
}

cutter random_pieces(unsigned seed) {
  auto random = std::make_shared<std::mt19937>(seed);
  return [random](std::size_t size) { return std::uniform_int_distribution<std::size_t>(1, size)(*random); };
}

void tls_end::collect() {
  while (auto event = engine.next()) {
    if (const auto* send = std::get_if<tls::send_ciphertext>(&*event)) to_send += send->octets;
    if (const auto* data = std::get_if<tls::data_received>(&*event)) received += data->octets;
    events.push_back(std::move(*event));
  }
}

std::vector<std::string> tls_end::messages() const {
  std::vector<std::string> types;
  for (const tls::event& e : events)
    if (const auto* m = std::get_if<tls::message_seen>(&e))
      types.push_back(std::string(tls::name(m->what.dir)) + " " + m->what.type);
  return types;
}

tls::client_options client_of(const tls_identity& authority) {
  tls::client_options options;
  options.host = "server.example";
  options.roots = *tls::trust::from_pem(authority.certificate);
  return options;
}

tls::server_options server_with(const tls_identity& identity) {
  tls::server_options options;
  options.identity = secret(identity.both());
  return options;
}

namespace {

template <class Made>
tls::engine value_of(Made made) {
  if (!made) ADD_FAILURE() << made.why().detail;
  return std::move(*made);
}

}  // namespace

tls_pair::tls_pair(tls::client_options of_client, tls::server_options of_server, cutter cut)
    : client(value_of(tls::engine::client(std::move(of_client)))),
      server(value_of(tls::engine::server(std::move(of_server)))),
      cut_(std::move(cut)) {}

bool tls_pair::carry(tls_end& from, tls_end& to) {
  from.collect();
  const std::string octets = std::exchange(from.to_send, {});
  std::string_view left = octets;
  while (!left.empty()) {
    const std::size_t size = std::min(cut_(left.size()), left.size());
    to.engine.receive(left.substr(0, size), tls_today);
    left.remove_prefix(size);
  }
  to.collect();
  if (!octets.empty()) ++flights_;
  return !octets.empty();
}

void tls_pair::run(std::optional<std::size_t> most) {
  client.engine.start(tls_today);
  for (bool moved = true; moved;) {
    moved = false;
    if (!most || flights_ < *most) moved = carry(client, server) || moved;
    if (!most || flights_ < *most) moved = carry(server, client) || moved;
  }
}

void tls_pair::write(tls_end& from, std::string_view plaintext) {
  const status written = from.engine.write(plaintext);
  EXPECT_TRUE(written.ok()) << written.why().detail;
  run();
}

}  // namespace smtpscope::test
