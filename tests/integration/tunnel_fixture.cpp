#include "integration/tunnel_fixture.hpp"

#include <fstream>
#include <stdexcept>
#include <utility>

#include <spdlog/spdlog.h>

namespace smtpscope::testing {

stub_resolver::stub_resolver(table more) : names_(std::move(more)) {
  names_.try_emplace("mail.test", net::resolution{{address("127.0.0.1")}, {}});
}

void stub_resolver::resolve(std::string host, answer done) {
  if (host.rfind("slow", 0) == 0) return;
  const auto found = names_.find(host);
  done(found != names_.end() ? found->second : net::resolution{{}, tunnel::code::name_not_found});
}

tunnel::ip_address address(std::string_view text) { return tunnel::parse_ip_address(text).value(); }

running_relay::running_relay(const std::vector<std::uint16_t>& ports, const change& adjust,
                             stub_resolver::table names) {
  spdlog::set_level(spdlog::level::off);
  app::serve_options options;
  options.listen.port(0);
  options.mailbox = app::with_mailbox::no;
  options.private_addresses = tunnel::private_addresses::allowed;
  options.drain = milliseconds(100);
  for (const std::uint16_t port : ports)
    for (const char* host : {"mail.test", "127.0.0.1"})
      options.allow.push_back({*tunnel::host_name::parse(host), port});
  if (adjust) adjust(options);
  begin(std::move(options), std::make_unique<stub_resolver>(std::move(names)));
}

running_relay::running_relay(app::serve_options options, std::unique_ptr<net::resolver> names) {
  spdlog::set_level(spdlog::level::off);
  begin(std::move(options), std::move(names));
}

void running_relay::begin(app::serve_options options, std::unique_ptr<net::resolver> names) {
  if (options.tls) ca_file_ = (options.tls->certificate.parent_path() / "ca.pem").string();
  auto created = app::relay::create(std::move(options), std::move(names));
  if (!created) throw std::runtime_error(created.why().detail);
  relay_ = std::move(*created);
  thread_ = std::thread([this] { relay_->run(); });
}

void running_relay::end() {
  if (!thread_.joinable()) return;
  relay_->stop();
  thread_.join();
}

running_relay::~running_relay() { end(); }

void served_certificate::write(const tls_identity& shown) const {
  std::ofstream(file("server.pem")) << net::to_pem(*shown.own.certificate);
  std::ofstream(file("ca.pem")) << shown.authority_pem;
  std::ofstream(file("key.pem")) << net::to_pem(*shown.own.key);
  std::filesystem::permissions(file("key.pem"),
                               std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

test::websocket_client::wish own_page(const running_relay& relay) {
  const std::string scheme = relay.ca_file().empty() ? "ws://" : "wss://";
  return {scheme + relay.host() + "/tunnel", {"smtpscope.tunnel.v1"}, {{"Origin", relay.origin()}}, relay.ca_file()};
}

page::page(const running_relay& relay) : page(relay, own_page(relay)) {}

page::page(const running_relay&, const test::websocket_client::wish& wanted) : client_(wanted) {
  if (!client_.opened()) throw std::runtime_error("the tunnel was refused: " + client_.response_body());
  hello_ = expect("hello");
}

void page::open(const std::string& host, std::uint16_t port, const std::string& tls) {
  say({{"op", "open"}, {"host", host}, {"port", port}, {"tls", tls}});
}

std::optional<test::websocket_client::message> page::receive() {
  for (;;) {
    auto message = client_.receive();
    if (!message || message->what != test::websocket_client::message::kind::text) return message;
    const auto parsed = parse_json(message->octets);
    if (!parsed || parsed->value("ev", "") != "tls_messages") return message;
    for (const json& one : parsed->at("messages")) late_.push_back(one);
  }
}

json page::expect(const std::string& event) {
  const auto message = receive();
  if (!message) {
    ADD_FAILURE() << "the tunnel ended where " << event << " was expected";
    return json::object();
  }
  const auto parsed =
      message->what == test::websocket_client::message::kind::text ? parse_json(message->octets) : result<json>(json());
  if (!parsed || parsed->value("ev", "") != event) {
    ADD_FAILURE() << event << " was expected, not " << message->octets.substr(0, 300);
    return json::object();
  }
  return *parsed;
}

void page::connect(std::uint16_t port, const std::string& tls) {
  open("mail.test", port, tls);
  EXPECT_EQ(expect("resolved").value("addresses", json()), json::array({"127.0.0.1"}));
  EXPECT_EQ(expect("connected").value("port", 0), port);
  if (tls == "implicit") expect("tls");
}

json page::expect_error(const std::string& stage, const std::string& code, int close) {
  json error = expect("error");
  EXPECT_EQ(error.value("stage", ""), stage) << to_string(error);
  EXPECT_EQ(error.value("code", ""), code) << to_string(error);
  EXPECT_TRUE(error.contains("retryable"));
  EXPECT_GT(error.value("message", "").size(), 20U) << "a sentence for people";
  EXPECT_EQ(client_.close_code(), close);
  return error;
}

std::string page::read(std::size_t octets) {
  std::string got;
  while (got.size() < octets) {
    const auto message = receive();
    if (!message) {
      ADD_FAILURE() << "the tunnel ended after " << got.size() << " of " << octets << " octets";
      break;
    }
    if (message->what == test::websocket_client::message::kind::text) {
      ADD_FAILURE() << "octets were expected, not " << message->octets;
      break;
    }
    EXPECT_LE(message->octets.size(), 65536U);
    got += message->octets;
  }
  return got;
}

}  // namespace smtpscope::testing
