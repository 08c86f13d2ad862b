#include "relay/cli/serve.hpp"

#include <charconv>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <sys/resource.h>

#include "relay/app/relay.hpp"
#include "relay/cli/policy_files.hpp"
#include "relay/mailbox/accounts.hpp"
#include "smtpscope/sasl/mechanism.hpp"
#include "smtpscope/text/ascii.hpp"

namespace smtpscope::cli {
namespace {

// As typed; each becomes a value of app::serve_options, or a line that says what is wrong with it.
struct typed {
  std::string listen = "127.0.0.1:8025";
  std::string smtp = "127.0.0.1:2525";
  std::string smtps = "127.0.0.1:2465";
  std::vector<std::string> allow;
  bool allow_private = false;
  std::vector<std::string> origins;
  bool allow_no_origin = false;
  std::vector<std::string> ca_files;
  std::string mailbox_dir;
  std::vector<std::string> users;
  std::vector<std::string> mechanisms;
  std::string personality;
  std::vector<std::string> policy_files;
  std::string max_message_size;
  bool require_auth = false;
  std::string web_dir;
  std::string state_dir;
  bool behind_proxy = false;
  bool open_to_all = false;
  std::string threads = "2";
  std::string max_bytes_up;
  std::string max_bytes_down;
  std::string log_level = "info";
};

constexpr const char* examples = R"(Examples:
  smtpscope serve
      page, tunnel and mailbox on this machine; the first line printed is the address of the page
  smtpscope serve --allow mail.example:587
      the page may also send through mail.example
  smtpscope serve --allow 192.168.1.20:587 --allow-private --ca-file ca.pem
      … and through a server of the local network, whose certificate ca.pem vouches for
  smtpscope serve --personality gmail --policy faults.json
      the mailbox answers as Gmail does, with the faults of a policy document
  smtpscope serve --user anna:secret --mailbox-dir ~/Maildir
      a user of the embedded mailbox, and its messages kept in a Maildir
)";

error wrong(const std::string& option, const std::string& value, const std::string& why) {
  return {errc::invalid_argument, option + " " + value + ": " + why};
}

result<net::tcp::endpoint> endpoint(const std::string& option, const std::string& value) {
  const auto parsed = tunnel::parse_host_and_port(value, tunnel::port_zero::allowed);
  if (!parsed) return wrong(option, value, parsed.why().detail + "; write ADDRESS:PORT, such as 127.0.0.1:8025");
  if (parsed->host.text() == "localhost")
    return net::tcp::endpoint(net::asio::ip::address_v4::loopback(), parsed->port);
  if (!parsed->host.address()) return wrong(option, value, "this needs an IP address, such as 127.0.0.1:8025");
  return net::tcp::endpoint(net::asio::ip::make_address(parsed->host.text()), parsed->port);
}

result<std::uint64_t> number(const std::string& option, const std::string& value, std::uint64_t least,
                             std::uint64_t most) {
  std::uint64_t n = 0;
  const auto [end, ec] = std::from_chars(value.data(), value.data() + value.size(), n);
  if (ec == std::errc() && end == value.data() + value.size() && n >= least && n <= most) return n;
  return wrong(option, value, "write a number from " + std::to_string(least) + " to " + std::to_string(most));
}

status read_listeners(const typed& given, app::serve_options& options) {
  const std::pair<const char*, std::pair<const std::string*, net::tcp::endpoint*>> listeners[] = {
      {"--listen", {&given.listen, &options.listen}},
      {"--smtp", {&given.smtp, &options.smtp}},
      {"--smtps", {&given.smtps, &options.smtps}},
  };
  for (const auto& [option, ends] : listeners) {
    auto parsed = endpoint(option, *ends.first);
    if (!parsed) return parsed.why();
    *ends.second = *parsed;
  }
  return {};
}

status read_lists(const typed& given, app::serve_options& options) {
  for (const std::string& text : given.allow) {
    auto parsed = tunnel::parse_host_and_port(text, tunnel::port_zero::refused);
    if (!parsed) return wrong("--allow", text, parsed.why().detail + "; write HOST:PORT, such as mail.example:587");
    options.allow.push_back(std::move(*parsed));
  }
  for (const std::string& text : given.origins) {
    auto parsed = web::origin::parse(text);
    if (!parsed) return wrong("--origin", text, parsed.why().detail);
    options.origins.push_back(std::move(*parsed));
  }
  for (const std::string& text : given.users) {
    auto parsed = mailbox::parse_user(text);
    if (!parsed) return wrong("--user", text.substr(0, text.find(':')), parsed.why().detail);  // never the password
    options.users.push_back(std::move(*parsed));
  }
  for (const std::string& one : given.mechanisms) {
    const std::string name = text::to_upper(one);
    if (sasl::find_mechanism(name) == nullptr)
      return wrong("--auth", one, "write names of SASL mechanisms, such as PLAIN,LOGIN,SCRAM-SHA-256");
    options.mechanisms.push_back(name);
  }
  options.ca_files.assign(given.ca_files.begin(), given.ca_files.end());
  return {};
}

status read_places(const typed& given, app::serve_options& options) {
  if (!given.mailbox_dir.empty()) options.mailbox_dir = given.mailbox_dir;
  if (!given.web_dir.empty()) options.web_dir = given.web_dir;
  if (!given.state_dir.empty())
    options.state_dir = given.state_dir;
  else if (const auto usual = app::default_state_dir())
    options.state_dir = *usual;
  else
    return error{errc::invalid_argument, "neither XDG_STATE_HOME nor HOME is set: name a directory with --state-dir"};
  return {};
}

status read_exposure(const typed& given, app::serve_options& options) {
  if (given.behind_proxy && given.open_to_all)
    options.shown_to = app::exposure::behind_public_proxy;
  else if (given.behind_proxy || given.open_to_all)
    return error{errc::invalid_argument,
                 given.behind_proxy
                     ? "--behind-proxy needs --public beside it: anybody who reaches the proxy may use the relay"
                     : "--public needs --behind-proxy beside it: a proxy that does TLS"};
  if (options.shown_to == app::exposure::loopback_only && !options.listen.address().is_loopback())
    return wrong("--listen", given.listen,
                 "other machines can reach this; that needs --behind-proxy (a proxy that does TLS) and --public "
                 "(anybody may use it), or listen on a loopback address such as 127.0.0.1:8025");
  return {};
}

status read_numbers(const typed& given, app::serve_options& options) {
  const auto threads = number("--threads", given.threads, 1, 64);
  if (!threads) return threads.why();
  options.threads = static_cast<int>(*threads);
  const std::pair<const char*, std::pair<const std::string*, std::uint64_t*>> bounds[] = {
      {"--max-bytes-up", {&given.max_bytes_up, &options.tunnel_limits.bytes_up}},
      {"--max-bytes-down", {&given.max_bytes_down, &options.tunnel_limits.bytes_down}},
  };
  for (const auto& [option, ends] : bounds) {
    if (ends.first->empty()) continue;
    const auto parsed = number(option, *ends.first, 1, std::uint64_t{1} << 50);
    if (!parsed) return parsed.why();
    *ends.second = *parsed;
  }
  return {};
}

status read_policies(const typed& given, app::serve_options& options) {
  if (!given.personality.empty()) {
    auto policy = personality_named("--personality", given.personality);
    if (!policy) return policy.why();
    options.policies.push_back(std::move(*policy));
  }
  for (const std::string& file : given.policy_files) {
    auto policy = policy_from_file("--policy", file);
    if (!policy) return policy.why();
    options.policies.push_back(std::move(*policy));
  }
  options.require_auth = given.require_auth;
  if (given.max_message_size.empty()) return {};
  const auto octets = number("--max-message-size", given.max_message_size, 1, std::uint64_t{1} << 40);
  if (!octets) return octets.why();
  options.max_message_octets = *octets;
  return {};
}

result<app::serve_options> read(const typed& given) {
  app::serve_options options;
  if (given.allow_private) options.private_addresses = tunnel::private_addresses::allowed;
  if (given.allow_no_origin) options.no_origin = web::no_origin::allowed;
  for (const auto step : {read_listeners, read_lists, read_policies, read_places, read_exposure, read_numbers})
    if (const status ok = step(given, options); !ok) return ok.why();
  return options;
}

// The library reads anything unknown as "off".
status set_up_log(const std::string& level) {
  constexpr std::string_view levels[] = {"trace", "debug", "info", "warn", "error", "off"};
  bool known = false;
  for (const std::string_view one : levels) known = known || level == one;
  if (!known) return wrong("--log-level", level, "write trace, debug, info, warn, error or off");
  spdlog::set_default_logger(
      std::make_shared<spdlog::logger>("smtpscope", std::make_shared<spdlog::sinks::stderr_sink_mt>()));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e %l %v");
  spdlog::set_level(spdlog::level::from_str(level));
  return {};
}

// Each tunnel takes two descriptors; the usual soft limit of 1024 would end that early.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

int complain(const error& why, int exit_status) {
  std::fprintf(stderr, "smtpscope: %s\n", why.detail.c_str());
  return exit_status;
}

int serve(const typed& given) {
  if (const status ok = set_up_log(given.log_level); !ok) return complain(ok.why(), wrong_usage);
  auto options = read(given);
  if (!options) return complain(options.why(), wrong_usage);
  raise_descriptor_limit();
  auto started = app::relay::create(std::move(*options));
  if (!started)
    return complain(started.why(), started.why().code == errc::invalid_argument ? wrong_usage : could_not_start);
  const auto relay = std::move(*started);
  relay->stop_on_signals();
  std::fputs(relay->banner().c_str(), stdout);
  std::fflush(stdout);
  relay->run();
  return 0;
}

// What the embedded mailbox is.
void add_mailbox_options(CLI::App& command, typed& given) {
  command.add_option("--user", given.users, "A user of the mailbox instead of the demo user (repeatable)")
      ->type_name("NAME:PASSWORD")
      ->allow_extra_args(false);
  command
      .add_option("--auth", given.mechanisms,
                  "SASL mechanisms that the mailbox offers; else all that a password serves for (repeatable)")
      ->type_name("MECHANISM")
      ->delimiter(',')
      ->allow_extra_args(false);
  command
      .add_option("--personality", given.personality,
                  "Whose texts and ways the mailbox has: gmail, gmail-mx, postfix, exchange-online, rfc821, lab")
      ->type_name("NAME");
  command
      .add_option("--policy", given.policy_files,
                  "A policy document of the mailbox: users, texts, limits, faults, greylisting, rates (repeatable)")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command
      .add_option("--max-message-size", given.max_message_size,
                  "Octets of one message that the mailbox takes; else 10485760, or the policy's")
      ->type_name("OCTETS");
  command.add_flag("--require-auth", given.require_auth, "Nobody may send to the mailbox without logging in");
  command.add_option("--mailbox-dir", given.mailbox_dir, "Keep the mailbox's messages in this Maildir; else in memory")
      ->type_name("DIR");
}

}  // namespace

void add_serve(CLI::App& program, int& exit_status) {
  const auto given = std::make_shared<typed>();
  CLI::App& command =
      *program.add_subcommand("serve", "Serve the page, the tunnel to mail servers and an embedded mailbox");
  command.footer(examples);
  command.add_option("--listen", given->listen, "Page, API and tunnel")
      ->type_name("ADDRESS:PORT")
      ->capture_default_str();
  command.add_option("--smtp", given->smtp, "Embedded mailbox, STARTTLS")
      ->type_name("ADDRESS:PORT")
      ->capture_default_str();
  command.add_option("--smtps", given->smtps, "Embedded mailbox, implicit TLS")
      ->type_name("ADDRESS:PORT")
      ->capture_default_str();
  command
      .add_option("--allow", given->allow,
                  "One more destination, beside smtp.gmail.com:465 and :587 and the mailbox (repeatable)")
      ->type_name("HOST:PORT")
      ->allow_extra_args(false);
  command.add_flag("--allow-private", given->allow_private,
                   "Allowed destinations may lie at private or loopback addresses");
  command.add_option("--ca-file", given->ca_files, "One more authority to trust for outgoing TLS, PEM (repeatable)")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command.add_option("--origin", given->origins, "A page from this origin may use the relay (repeatable)")
      ->type_name("URL")
      ->allow_extra_args(false);
  command.add_flag("--allow-no-origin", given->allow_no_origin, "Programs that send no Origin may use the tunnel");
  add_mailbox_options(command, *given);
  command.add_option("--web-dir", given->web_dir, "The built page; else ../web beside the program")->type_name("DIR");
  command
      .add_option("--state-dir", given->state_dir,
                  "Certificates made at first start; else ${XDG_STATE_HOME:-~/.local/state}/smtpscope")
      ->type_name("DIR");
  command.add_flag("--behind-proxy", given->behind_proxy,
                   "A proxy does TLS in front of --listen; with --public, any address will do");
  command.add_flag("--public", given->open_to_all, "Anybody who reaches the proxy may use the relay");
  command.add_option("--max-bytes-up", given->max_bytes_up, "Octets one tunnel may carry to a server; else 62914560")
      ->type_name("N");
  command
      .add_option("--max-bytes-down", given->max_bytes_down, "Octets one tunnel may carry to the page; else 4194304")
      ->type_name("N");
  command.add_option("--threads", given->threads, "1 to 64")->type_name("N")->capture_default_str();
  command.add_option("--log-level", given->log_level, "trace, debug, info, warn, error, off; the log goes to stderr")
      ->type_name("LEVEL")
      ->capture_default_str();
  command.callback([given, &exit_status] { exit_status = serve(*given); });
}

}  // namespace smtpscope::cli
