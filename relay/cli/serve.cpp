#include "relay/cli/serve.hpp"

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <spdlog/spdlog.h>

#include <sys/resource.h>

#include "relay/app/relay.hpp"
#include "relay/cli/complain.hpp"
#include "relay/cli/serve_input.hpp"
#include "relay/cli/session_printer.hpp"
#include "relay/ops/log.hpp"
#include "relay/ops/service_manager.hpp"

namespace smtpscope::cli {
namespace {

constexpr const char* examples = R"(Examples:
  smtpscope serve
      page, tunnel and mailbox on this machine; the first line printed is the address of the page
  smtpscope serve --allow mail.example:587
      the page may also send through mail.example
  smtpscope serve --allow 192.168.1.20:587 --allow-private --ca-file ca.pem
      … and through a server of the local network, whose certificate ca.pem vouches for
  smtpscope serve --personality gmail --policy faults.json
      the mailbox answers as Gmail does, with the faults of a policy document
  smtpscope serve --listen 0.0.0.0:443 --tls-certificate cert.pem --tls-key key.pem --public
      anybody may use the relay, by HTTPS
  smtpscope serve --user anna:secret --mailbox-dir ~/Maildir
      a user of the embedded mailbox, and its messages kept in a Maildir
  smtpscope serve --check-config --config smtpscope.toml
      says what is wrong in a file of options, and starts nothing

Exit status: 0 ended by SIGINT or SIGTERM, or nothing wrong to be found by --check-config; 1 it cannot start on this
machine now; 2 an option or the file is wrong.)";

// One option as CLI11 fills it in.
struct typed_option {
  CLI::Option* as_added = nullptr;
  bool on = false;
  std::string one;
  std::vector<std::string> many;
};

struct typed {
  std::vector<typed_option> options{serve_options_table().size()};
  std::string config;
  bool check = false;
};

given_values values_of(const typed& given) {
  given_values all;
  const auto rows = serve_options_table();
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const typed_option& option = given.options[row];
    std::vector<given_value>& values = all.emplace_back();
    if (option.as_added->count() == 0) continue;
    if (rows[row].kind == shape::flag)
      values.push_back({option.on ? "true" : "false", 0});
    else if (rows[row].how_often == times::once)
      values.push_back({option.one, 0});
    else
      for (const std::string& one : option.many) values.push_back({one, 0});
  }
  return all;
}

// Each tunnel takes two descriptors; the usual soft limit of 1024 would end that early.
void raise_descriptor_limit(const app::serve_options& options) {
  constexpr std::uint64_t others = 100;  // listeners, files, threads
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  const std::uint64_t wanted = 2 * options.tunnel_limits.connections + options.mailbox_connections + others;
  if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < wanted)
    spdlog::warn(
        "this process may open {} files at once, and {} tunnels with a mailbox of {} connections take up to {}: "
        "newcomers will wait. Raise the limit (ulimit -Hn, LimitNOFILE=) or lower --max-connections",
        limit.rlim_max, options.tunnel_limits.connections, options.mailbox_connections, wanted);
}

// Says why the relay does not start, in the form of its log.
int give_up(const app::serve_options& options, const error& why, int exit_status) {
  if (options.log_format == ops::log_format::text || options.log_level == "off") return complain(why, exit_status);
  spdlog::critical(why.detail);
  return exit_status;
}

// The options of now, for a relay that was started with those of `input`, which they replace.
std::optional<app::serve_options> reread(serve_input& input) {
  serve_input fresh = input;
  auto read = fresh.read();
  for (const std::string& line : read.complaints) spdlog::error("{}", printable(line));
  if (!read.options) return std::nullopt;
  if (const status good = app::relay::check(*read.options); !good) {
    spdlog::error("{}", printable(fresh.in_place(good.why().detail)));
    return std::nullopt;
  }
  for (const std::string& key : fresh.only_at_restart(input))
    spdlog::warn("{} has changed: that takes effect at a restart", key);
  return std::move(read.options);
}

int start(serve_input& input, const app::serve_options& options) {
  raise_descriptor_limit(options);
  auto started = app::relay::create(options);
  if (!started)
    return give_up(options, {started.why().code, input.in_place(started.why().detail)},
                   started.why().code == errc::invalid_argument ? wrong_usage : could_not_start);
  const auto relay = std::move(*started);
  relay->stop_on_signals();
  relay->reload_on_hangup([&input] { return reread(input); });
  std::fputs(relay->banner().c_str(), stdout);
  std::fflush(stdout);
  ops::tell_service_manager("READY=1");
  relay->run();
  return all_well;
}

int serve(const typed& given) {
  serve_input input(values_of(given), given.config);
  const auto read = input.read();
  for (const std::string& line : read.complaints) complain({errc::invalid_argument, line}, wrong_usage);
  if (!read.options) return wrong_usage;
  ops::set_up_log(read.options->log_format, read.options->log_level);
  if (!given.check) return start(input, *read.options);
  if (const status good = app::relay::check(*read.options); !good)
    return complain({good.why().code, input.in_place(good.why().detail)}, wrong_usage);
  std::printf("%s: ok\n", given.config.empty() ? "the options" : given.config.c_str());
  return all_well;
}

CLI::Option* add(CLI::App& command, const serve_option& row, typed_option& into) {
  if (row.kind == shape::flag) return command.add_flag(row.name, into.on, row.about);
  CLI::Option* const added = row.how_often == times::once
                                 ? command.add_option(row.name, into.one, row.about)
                                 : command.add_option(row.name, into.many, row.about)->allow_extra_args(false);
  if (*row.usual != '\0') added->default_str(row.usual);
  return added->type_name(row.value_name);
}

}  // namespace

void add_serve(CLI::App& program, int& exit_status) {
  const auto given = std::make_shared<typed>();
  CLI::App& command =
      *program.add_subcommand("serve", "Serve the page, the tunnel to mail servers and an embedded mailbox");
  command.footer(examples);
  const auto rows = serve_options_table();
  for (std::size_t row = 0; row < rows.size(); ++row) {
    typed_option& option = given->options[row];
    option.as_added = add(command, rows[row], option);
    option.as_added->group(std::string("Options [") + rows[row].section + "]");
  }
  command
      .add_option("--config", given->config,
                  "Options from a TOML file: each is the key of its name below its [section]; the command line wins")
      ->type_name("FILE");
  command.add_flag("--check-config", given->check, "Only say whether options and file are right, and start nothing");
  command.callback([given, &exit_status] { exit_status = serve(*given); });
}

}  // namespace smtpscope::cli
