#include "relay/cli/send.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <memory>
#include <string>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "relay/cli/complain.hpp"
#include "relay/cli/exit_status.hpp"
#include "relay/cli/send_options.hpp"
#include "relay/cli/session_printer.hpp"
#include "relay/net/client_driver.hpp"
#include "smtpscope/trace/entry_data.hpp"
#include "smtpscope/trace/json_codec.hpp"
#include "smtpscope/tunnel/host_name.hpp"
#include "texts/native_texts.hpp"

namespace smtpscope::cli {
namespace {

constexpr const char* examples = R"(Examples:
  smtpscope send --server 127.0.0.1:2525 --tls never --from me@example.org --to bob@example.org --text Hello
      to a test server on this machine
  smtpscope send --server smtp.gmail.com:465 --user me@gmail.com --password-file ~/.smtp-password
      --from 'Me <me@gmail.com>' --to a@example.org --to b@example.org --subject Hi --file letter.txt
      implicit TLS, as port 465 has it; several recipients
  smtpscope send --server mail.example:587 --ca-file ca.pem --user me --password-env SMTP_PASSWORD
      --auth SCRAM-SHA-256 --from me@mail.example --to bob@example.org --eml message.eml --trace session.jsonl
      STARTTLS with an authority of one's own, one mechanism and no other, a message as it is, the trace kept

The password is asked for at the terminal where no option names it. Exit status: 0 delivered to all,
1 refused or failed (the reason is on stderr), 2 wrong use.)";

struct file_closer {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
using file_ptr = std::unique_ptr<std::FILE, file_closer>;

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 32> out{};
  std::strftime(out.data(), out.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return out.data();
}

// Prints entries that are new since the last call.
class live_printer {
 public:
  explicit live_printer(const std::vector<trace::entry>& entries) : entries_(entries) {}
  void operator()() {
    for (; printed_ < entries_.size(); ++printed_) std::fputs(lines_of(entries_[printed_]).c_str(), stdout);
    std::fflush(stdout);
  }

 private:
  const std::vector<trace::entry>& entries_;
  std::size_t printed_ = 0;
};

// Runs the session until it is over; SIGINT and SIGTERM end it early, a second one the program.
void run(net::client_driver& driver, net::asio::io_context& io) {
  net::asio::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([&](const net::error_code& failed, int) {
    if (failed) return;
    signals.clear();
    driver.cancel();
  });
  net::asio::co_spawn(io, driver.run(), [&](const std::exception_ptr& thrown) {
    net::error_code ignored;
    signals.cancel(ignored);
    if (thrown) std::rethrow_exception(thrown);
  });
  io.run();
}

std::string_view text_of(session::fate fate) {
  switch (fate) {
    case session::fate::delivered: return "delivered: ";
    case session::fate::refused:
    case session::fate::not_sent: return "not delivered: ";
    case session::fate::unknown: return "perhaps delivered: ";
  }
  return "";
}

// What a server said of a recipient, as the trace has it: with what it said back of a login masked.
std::string refusal_text(const session::recipient_result& r, const std::vector<trace::entry>& entries) {
  const std::string to = r.path.mailbox_text();
  const auto said = std::find_if(entries.rbegin(), entries.rend(), [&](const trace::entry& e) {
    return e.kind == trace::kind::reply && e.data.value("code", 0) == r.reply->code &&
           (!e.data.contains("recipient") || trace::text_of(e.data, "recipient") == to);
  });
  std::string text = std::to_string(r.reply->code);
  if (said == entries.rend() || !said->data.contains("lines")) return text;
  if (const std::string enhanced(trace::text_of(said->data, "enhanced")); !enhanced.empty()) text += " " + enhanced;
  for (const json& line : said->data.at("lines"))
    if (line.is_string()) text += " " + line.get<std::string>();
  return text;
}

void print_recipients(const session::finished& end, const std::vector<trace::entry>& entries) {
  for (const session::recipient_result& r : end.recipients) {
    std::string line = std::string(text_of(r.end)) + printable(r.path.mailbox_text());
    if (r.end == session::fate::refused && r.reply && !r.reply->positive())
      line += " (" + printable(refusal_text(r, entries)) + ")";
    std::printf("%s\n", line.c_str());
  }
}

// What happened, why and what to do, on stderr.
void print_failure(const session::finished& end, const send_plan& plan, const std::vector<trace::entry>& entries) {
  std::fflush(stdout);
  std::string text = diagnosis_text(entries);
  if (text.empty() && end.why) text = printable(end.why->detail) + "\n";
  std::fprintf(stderr, "smtpscope: %s", text.c_str());
  if (end.why && end.why->kind == session::failure_kind::eight_bit_not_offered)
    for (const std::string& why : plan.only_in_eight_bits)
      std::fprintf(stderr, "  It could not be encoded here. %s\n", printable(why).c_str());
  for (const trace::entry& e : entries)
    if (e.kind == trace::kind::transport_error)
      std::fprintf(stderr, "  %s\n", printable(trace::text_of(e.data, "message")).c_str());
}

int write_trace(std::FILE* to, const send_plan& plan, const std::string& started,
                const std::vector<trace::entry>& entries) {
  trace::file f;
  f.header.mode = "live";
  f.header.title = "Sending through " + tunnel::format_host_and_port(plan.host, plan.port);
  f.header.started = started;
  f.entries = entries;
  const std::string text = trace::write(f);
  if (std::fwrite(text.data(), 1, text.size(), to) == text.size() && std::fflush(to) == 0) return all_well;
  std::fprintf(stderr, "smtpscope: the trace could not be written: %s\n", std::strerror(errno));
  return not_delivered;
}

int send(const typed_send& typed) {
  auto plan = make_plan(typed);
  if (!plan) return complain(plan.why(), wrong_usage);
  const auto trust = net::tls_client::with_system_roots(plan->ca_files);
  if (!trust) return complain({trust.why().code, "--ca-file " + trust.why().detail}, wrong_usage);
  auto session = session::client_session::create(plan->options, std::move(plan->mails));
  if (!session) return complain(session.why(), wrong_usage);
  file_ptr trace_file;
  if (!typed.trace_file.empty()) {
    trace_file.reset(std::fopen(typed.trace_file.c_str(), "we"));
    if (!trace_file)
      return complain({errc::invalid_argument, "--trace " + typed.trace_file + ": " + std::strerror(errno)},
                      wrong_usage);
  }
  const std::string started = utc_now();
  trace::recorded_client client(std::move(*session), trace::secrets::masked, trace::native_texts());
  net::asio::io_context io(1);
  const auto names = net::make_system_resolver();
  live_printer print(client.entries());
  net::client_driver driver(io.get_executor(), {plan->host, plan->port, plan->options.tls}, *trust, *names, client,
                            [&] {
                              if (!typed.quiet) print();
                            });
  run(driver, io);
  int status = not_delivered;
  if (const auto& end = driver.outcome()) {
    if (!typed.quiet) print_recipients(*end, client.entries());
    if (end->result == session::outcome::delivered)
      status = all_well;
    else
      print_failure(*end, *plan, client.entries());
  }
  if (trace_file) status = std::max(status, write_trace(trace_file.get(), *plan, started, client.entries()));
  return status;
}

void add_server_options(CLI::App& command, typed_send& given) {
  command.add_option("--server", given.server, "Where to deliver")->type_name("HOST:PORT")->required();
  command
      .add_option("--tls", given.tls,
                  "implicit, starttls, opportunistic or never; else implicit on port 465, starttls elsewhere")
      ->type_name("WHEN");
  command.add_option("--ca-file", given.ca_files, "One more authority to trust, PEM (repeatable)")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command.add_option("--ehlo", given.ehlo_name, "What to call this machine; else its own name")->type_name("NAME");
  command
      .add_option("--patience", given.patience, "interactive: a minute or so for most replies; rfc5321: 2 to 5 minutes")
      ->type_name("KIND")
      ->capture_default_str();
}

void add_login_options(CLI::App& command, typed_send& given) {
  command.add_option("--user", given.user, "Log in with this name")->type_name("NAME");
  command.add_option("--password-file", given.password.file, "Its first line is the password; - is standard input")
      ->type_name("FILE");
  command.add_option("--password-env", given.password.environment, "A variable of the environment that holds it")
      ->type_name("VARIABLE");
  command
      .add_option("--token-file", given.token.file, "An access token instead, for OAUTHBEARER and XOAUTH2; likewise")
      ->type_name("FILE");
  command.add_option("--token-env", given.token.environment, "A variable of the environment that holds it")
      ->type_name("VARIABLE");
  command.add_option("--act-as", given.act_as, "Log in for this one (authorization identity)")->type_name("NAME");
  command.add_option("--auth", given.mechanisms, "Only these mechanisms, best first (repeatable, or with commas)")
      ->type_name("MECHANISM")
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_flag("--auth-without-tls", given.auth_without_tls, "The password may travel unencrypted");
  command.add_flag("--no-initial-response", given.no_initial_response, "AUTH without its first response");
}

// What the extensions of the server are used for.
void add_extension_options(CLI::App& command, typed_send& given) {
  command.add_flag("--no-pipelining", given.no_pipelining, "One command at a time, whatever the server offers");
  command
      .add_option("--without", given.without,
                  "Go on as if the server did not offer this, such as 8BITMIME (repeatable, or with commas)")
      ->type_name("EXTENSION")
      ->delimiter(',')
      ->allow_extra_args(false);
  command
      .add_option("--chunking", given.chunking,
                  "BDAT: never, if-binary (only content that needs it) or when-offered (instead of DATA)")
      ->type_name("WHEN")
      ->capture_default_str();
  command
      .add_option("--notify", given.notify, "Ask for delivery status notifications: never, or success,failure,delay")
      ->type_name("EVENTS");
  command.add_option("--return", given.ret, "What of the message a notification returns: full or headers")
      ->type_name("PART");
  command.add_option("--envelope-id", given.envelope_id, "What a notification calls the message")->type_name("ID");
  command.add_flag("--require-tls", given.require_tls, "Every server on the way must use TLS (REQUIRETLS)");
}

void add_message_options(CLI::App& command, typed_send& given) {
  command.add_option("--from", given.message.from, "Sender; <> for none, with --eml")->type_name("ADDRESS")->required();
  command.add_option("--to", given.message.to, "Recipients, with commas (repeatable)")
      ->type_name("ADDRESS")
      ->required()
      ->allow_extra_args(false);
  command.add_option("--subject", given.message.subject, "Of the composed message")->type_name("TEXT");
  command.add_option("--text", given.message.text, "The text itself")->type_name("TEXT");
  command.add_option("--file", given.message.text_file, "The text, UTF-8; - is standard input")->type_name("FILE");
  command
      .add_option(
          "--eml", given.message.eml,
          "A whole message; - is standard input (repeatable). It goes as it is, but in seven bits where the server "
          "offers no 8BITMIME")
      ->type_name("FILE")
      ->allow_extra_args(false);
}

}  // namespace

void add_send(CLI::App& program, int& exit_status) {
  const auto given = std::make_shared<typed_send>();
  CLI::App& command = *program.add_subcommand("send", "Send one message and show every step of it");
  command.footer(examples);
  add_server_options(command, *given);
  add_login_options(command, *given);
  add_message_options(command, *given);
  add_extension_options(command, *given);
  command.add_option("--trace", given->trace_file, "Keep the trace in this file, JSON Lines; secrets are masked")
      ->type_name("FILE");
  command.add_flag("--quiet", given->quiet, "Print nothing unless it fails");
  command.callback([given, &exit_status] { exit_status = send(*given); });
}

}  // namespace smtpscope::cli
