#pragma once
// Clients and servers of one mechanism, and the talk between them.

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "smtpscope/sasl/mechanism.hpp"
#include "smtpscope/text/base64.hpp"

namespace smtpscope::sasl::test {

inline client_setup client_of(std::string user, std::string password, std::string nonce = "fyko+d2lbbFgONRv9qkxdawL") {
  client_setup s;
  s.authentication_identity = std::move(user);
  s.password = secret{std::move(password)};
  s.nonce = std::move(nonce);
  s.host = "elwood.innosoft.com";
  s.port = 587;
  return s;
}

inline server_setup server_of(std::string nonce = "3rfcNHYJY1ZVvWVs7j") {
  server_setup s;
  s.host = "elwood.innosoft.com";
  s.nonce = std::move(nonce);
  s.salt_key = std::string(32, 'k');
  return s;
}

inline client_mechanism client(std::string_view name, client_setup setup) {
  auto made = make_client(name, std::move(setup));
  if (!made) ADD_FAILURE() << name << ": " << made.why().detail;
  return std::move(*made);
}

inline server_mechanism server(std::string_view name, server_setup setup) {
  auto made = make_server(name, std::move(setup));
  if (!made) ADD_FAILURE() << name << ": " << made.why().detail;
  return std::move(*made);
}

// The calls as functions: tests read like the talk they are about.
inline std::optional<std::string> initial_response(client_mechanism& m) { return m->initial_response(); }
inline result<std::string> respond(client_mechanism& m, std::string_view challenge) { return m->respond(challenge); }
inline bool server_proven(const client_mechanism& m) { return m->server_proven(); }
inline server_step start(server_mechanism& m) { return m->start(); }
inline result<server_step> step(server_mechanism& m, std::string_view response) { return m->step(response); }
inline result<server_step> use_secret(server_mechanism& m, const std::optional<secret>& password) {
  return m->use_secret(password);
}
inline std::optional<challenge> refusal(server_mechanism& m) { return m->refusal(); }

// "" where the step is no challenge.
inline std::string challenge_of(const result<server_step>& step) {
  if (!step) return {};
  const auto* c = std::get_if<challenge>(&*step);
  return c == nullptr ? std::string{} : c->octets;
}

// How a login ended, and every message on the way.
struct talk {
  std::optional<proof> ended;
  std::optional<offered_credentials> offered;
  std::string client_refusal;  // why the client gave up
  std::string server_refusal;  // why the server did
  std::vector<std::string> messages;
};

// Lets both talk; the server's host knows the user's password, or nobody.
inline talk converse(client_mechanism& c, server_mechanism& s, const std::optional<secret>& known) {
  talk t;
  result<server_step> at = start(s);
  if (challenge_of(at).empty())
    if (const auto first = initial_response(c)) {
      t.messages.push_back(*first);
      at = step(s, *first);
    }
  for (int i = 0; i < 9; ++i) {
    if (at && std::holds_alternative<secret_wanted>(*at)) at = use_secret(s, known);
    if (!at) {
      t.server_refusal = at.why().detail;
      return t;
    }
    if (const auto* ended = std::get_if<proof>(&*at)) {
      t.ended = *ended;
      return t;
    }
    if (auto* offered = std::get_if<offered_credentials>(&*at)) {
      t.offered = std::move(*offered);
      return t;
    }
    t.messages.push_back(challenge_of(at));
    const auto answer = respond(c, challenge_of(at));
    if (!answer) {
      t.client_refusal = answer.why().detail;
      return t;
    }
    t.messages.push_back(*answer);
    at = step(s, *answer);
  }
  ADD_FAILURE() << "the talk does not end";
  return t;
}

}  // namespace smtpscope::sasl::test
