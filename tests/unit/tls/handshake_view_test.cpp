#include "smtpscope/tls/handshake_view.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "support/tls_pair.hpp"
#include "unit/exact_buffer.hpp"

namespace smtpscope::tls {
namespace {

using namespace smtpscope::test;
using testing::Contains;
using testing::ElementsAre;

// Fields inside the octets, children inside their parents, three levels, names that texts can key on.
void check_fields(const message& m) {
  EXPECT_LE(m.fields.size(), handshake_viewer::most_fields);
  for (std::size_t i = 0; i < m.fields.size(); ++i) {
    const wire::field& f = m.fields[i];
    EXPECT_TRUE(f.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos) << f.name;
    EXPECT_LE(f.begin, f.end) << f.name;
    EXPECT_LE(f.end, m.octets.size()) << f.name;
    int levels = 1;
    for (int up = f.parent; up >= 0; up = m.fields[static_cast<std::size_t>(up)].parent) ++levels;
    EXPECT_LE(levels, 3) << f.name;
    if (f.parent < 0) continue;
    ASSERT_LT(static_cast<std::size_t>(f.parent), i) << f.name;
    const wire::field& parent = m.fields[static_cast<std::size_t>(f.parent)];
    EXPECT_LE(parent.begin, f.begin) << f.name;
    EXPECT_GE(parent.end, f.end) << f.name;
  }
}

std::string octets_of(const message& m, std::string_view field) {
  for (const wire::field& f : m.fields)
    if (f.name == field) return m.octets.substr(f.begin, f.end - f.begin);
  return "no field " + std::string(field);
}

// All messages of one session, in order.
std::vector<message> messages_of(tls_pair& pair) {
  std::vector<message> all;
  for (const event& e : pair.client.events)
    if (const auto* seen = std::get_if<message_seen>(&e)) all.push_back(seen->what);
  return all;
}

const message& named(const std::vector<message>& all, std::string_view type, std::size_t which = 0) {
  for (const message& m : all)
    if (m.type == type && which-- == 0) return m;
  static const message none{};
  ADD_FAILURE() << "no " << type;
  return none;
}

struct session_case {
  const char* name;
  version most;
  key_kind key;
  const char* server_groups;
};

std::vector<message> session_of(const session_case& c) {
  client_options client = client_of();
  client.most = c.most;
  client.alpn = {"smtp", "h2"};
  client.groups = "X25519:P-256";
  server_options server = server_with(test_server(c.key));
  server.alpn = {"h2"};
  server.groups = c.server_groups;
  server.ticket_key = secret(std::string(ticket_key_octets, 'k'));
  tls_pair pair(client, server);
  pair.run();
  EXPECT_NE(pair.client.first<established>(), nullptr);
  pair.server.engine.close();
  pair.run();
  return messages_of(pair);
}

class HandshakeView : public testing::TestWithParam<session_case> {};

constexpr session_case cases[] = {{"ecdsa_1_3", version::tls_1_3, key_kind::p256, ""},
                                  {"rsa_1_3", version::tls_1_3, key_kind::rsa2048, ""},
                                  {"retry_1_3", version::tls_1_3, key_kind::p256, "P-256"},
                                  {"ecdsa_1_2", version::tls_1_2, key_kind::p256, ""},
                                  {"rsa_1_2", version::tls_1_2, key_kind::rsa2048, "P-256"}};
INSTANTIATE_TEST_SUITE_P(Sessions, HandshakeView, testing::ValuesIn(cases),
                         [](const auto& i) { return std::string(i.param.name); });

TEST_P(HandshakeView, ReadsEveryMessageOfASessionToItsEnd) {
  for (const message& m : session_of(GetParam())) {
    SCOPED_TRACE(m.type + " " + to_string(m.data));
    check_fields(m);
    EXPECT_FALSE(m.data.contains("damaged"));
    EXPECT_FALSE(m.data.contains("other_extensions"));
    if (m.content == content_type::handshake) {
      EXPECT_EQ(octets_of(m, "handshake_header"), m.octets.substr(0, 4));
    }
  }
}

// Every message cut anywhere and with any octet changed is read without a step outside of it.
TEST_P(HandshakeView, TakesAnything) {
  std::mt19937 random(5);
  for (const message& m : session_of(GetParam())) {
    SCOPED_TRACE(m.type);
    for (std::size_t size = 0; size <= m.octets.size(); ++size) {
      const exact_buffer cut(std::string_view(m.octets).substr(0, size));
      handshake_viewer viewer;
      check_fields(viewer.view(m.dir, m.content, m.cover, cut));
    }
    for (std::size_t at = 0; at < m.octets.size(); ++at) {
      std::string changed = m.octets;
      for (const int step : {1, -1, static_cast<int>(random())}) {
        changed[at] = static_cast<char>(m.octets[at] + step);
        const exact_buffer octets(changed);
        handshake_viewer viewer;
        check_fields(viewer.view(m.dir, m.content, m.cover, octets));
      }
    }
  }
}

TEST(HandshakeViewData, SaysWhatAClientOffersAndAServerChooses) {
  const auto all = session_of(cases[0]);
  const message& hello = named(all, "client_hello");
  EXPECT_EQ(hello.data["server_name"], "server.example");
  EXPECT_THAT(hello.data["versions"].get<std::vector<std::string>>(), ElementsAre("TLSv1.3", "TLSv1.2"));
  EXPECT_THAT(hello.data["groups"].get<std::vector<std::string>>(), ElementsAre("x25519", "secp256r1"));
  EXPECT_THAT(hello.data["key_shares"].get<std::vector<std::string>>(), ElementsAre("x25519"));
  EXPECT_THAT(hello.data["alpn"].get<std::vector<std::string>>(), ElementsAre("smtp", "h2"));
  EXPECT_THAT(hello.data["suites"].get<std::vector<std::string>>(), Contains("TLS_CHACHA20_POLY1305_SHA256"));
  EXPECT_THAT(hello.data["signature_algorithms"].get<std::vector<std::string>>(), Contains("ecdsa_secp256r1_sha256"));
  EXPECT_EQ(octets_of(hello, "host_name"), std::string_view("\0\x0eserver.example", 16));
  EXPECT_EQ(octets_of(hello, "legacy_version"), "\x03\x03");
  EXPECT_EQ(octets_of(hello, "random").size(), 32U);
  const message& answer = named(all, "server_hello");
  EXPECT_EQ(answer.data["version"], "TLSv1.3");
  EXPECT_EQ(answer.data["suite"], "TLS_AES_256_GCM_SHA384");
  EXPECT_EQ(answer.data["group"], "x25519");
  EXPECT_THAT(named(all, "encrypted_extensions").data["alpn"].get<std::vector<std::string>>(), ElementsAre("h2"));
  EXPECT_EQ(named(all, "certificate").data["subjects"][0], "CN=server.example");
  EXPECT_EQ(named(all, "certificate_verify").data["signature_algorithm"], "ecdsa_secp256r1_sha256");
  EXPECT_GT(named(all, "new_session_ticket").data["lifetime_seconds"], 0);
  EXPECT_EQ(named(all, "alert").data["description"], "close_notify");
  EXPECT_EQ(named(all, "alert").data["level"], "warning");
}

TEST(HandshakeViewData, NamesARetryAndItsGroup) {
  const auto all = session_of(cases[2]);
  const message& retry = named(all, "hello_retry_request");
  EXPECT_EQ(retry.data["group"], "secp256r1");
  EXPECT_EQ(retry.data["version"], "TLSv1.3");
  EXPECT_THAT(named(all, "client_hello", 1).data["key_shares"].get<std::vector<std::string>>(),
              ElementsAre("secp256r1"));
  EXPECT_EQ(named(all, "server_hello").data["group"], "secp256r1");
}

TEST(HandshakeViewData, KnowsTheOtherFormsOfTls12) {
  const auto all = session_of(cases[4]);
  EXPECT_EQ(named(all, "server_hello").data["version"], "TLSv1.2");
  const message& exchange = named(all, "server_key_exchange");
  EXPECT_EQ(exchange.data["group"], "secp256r1");
  EXPECT_EQ(exchange.data["signature_algorithm"], "rsa_pss_rsae_sha256");
  EXPECT_EQ(octets_of(exchange, "public_key").size(), 66U);
  EXPECT_EQ(octets_of(named(all, "client_key_exchange"), "public_key").size(), 66U);
  EXPECT_EQ(octets_of(named(all, "finished"), "verify_data").size(), 12U);
  EXPECT_EQ(named(all, "certificate").cover, protection::clear);
  EXPECT_EQ(named(all, "finished").cover, protection::encrypted);
}

TEST(HandshakeViewData, ShowsTheRangeOfEachCertificate) {
  const auto all = session_of(cases[0]);
  const message& m = named(all, "certificate");
  const auto count =
      std::count_if(m.fields.begin(), m.fields.end(), [](const auto& f) { return f.name == "certificate"; });
  EXPECT_EQ(count, 1);
  EXPECT_EQ(octets_of(m, "certificate")[0], '\x30');
  EXPECT_THAT(octets_of(m, "subject"), testing::HasSubstr("server.example"));
}

TEST(HandshakeViewData, ShowsNumbersItDoesNotKnowAsNumbers) {
  // A client_hello with a suite, a group and an extension that nobody knows, and one that greases.
  const std::string hello = std::string("\x03\x03", 2) + std::string(32, 'r') + std::string("\0", 1) +
                            std::string("\0\x06\x99\x99\x13\x01\x1a\x1a", 8) + std::string("\x01\0", 2) +
                            std::string("\0\x10\0\x0a\0\x04\0\x02\x77\x77\xAB\xCD\0\x04zzzz", 18);
  handshake_viewer viewer;
  const message m = viewer.view(direction::client_to_server, content_type::handshake, protection::clear,
                                std::string("\x01\0\0", 3) + static_cast<char>(hello.size()) + hello);
  check_fields(m);
  EXPECT_FALSE(m.data.contains("damaged")) << to_string(m.data);
  EXPECT_THAT(m.data["suites"].get<std::vector<std::string>>(),
              ElementsAre("0x9999", "TLS_AES_128_GCM_SHA256", "GREASE"));
  EXPECT_THAT(m.data["groups"].get<std::vector<std::string>>(), ElementsAre("0x7777"));
  EXPECT_THAT(m.data["other_extensions"].get<std::vector<std::string>>(), ElementsAre("0xABCD"));
  EXPECT_THAT(m.data["versions"].get<std::vector<std::string>>(), ElementsAre("TLSv1.2"));
  EXPECT_FALSE(m.data.contains("server_name"));
}

TEST(HandshakeViewData, BoundsWhatAHostileMessageMakes) {
  std::string list;
  for (int i = 0; i < 20000; ++i) list += std::string("\0\0\x01X", 4);
  std::string body = std::string(1, static_cast<char>(list.size() >> 16)) + static_cast<char>(list.size() >> 8) +
                     static_cast<char>(list.size()) + list;
  const std::string octets = std::string("\x0b", 1) + static_cast<char>(body.size() >> 16) +
                             static_cast<char>(body.size() >> 8) + static_cast<char>(body.size()) + body;
  handshake_viewer viewer;
  const message m = viewer.view(direction::server_to_client, content_type::handshake, protection::clear, octets);
  check_fields(m);
  EXPECT_EQ(m.fields.size(), handshake_viewer::most_fields);
}

}  // namespace
}  // namespace smtpscope::tls
