// The program `smtpscope`: reads the command line and hands over to a subcommand.

#include <cstdio>
#include <string>

#include <CLI/CLI.hpp>

#include "relay/cli/policy.hpp"
#include "relay/cli/send.hpp"
#include "relay/cli/serve.hpp"
#include "smtpscope/version.hpp"

int main(int argc, char** argv) {
  CLI::App program("smtpscope: shows every byte of an SMTP session and says what it means", "smtpscope");
  program.set_version_flag("--version", "smtpscope " + std::string(smtpscope::version));
  program.require_subcommand(1);
  program.footer("Options of a subcommand: smtpscope send --help, smtpscope serve --help, smtpscope policy --help");
  int exit_status = 0;
  smtpscope::cli::add_serve(program, exit_status);
  smtpscope::cli::add_send(program, exit_status);
  smtpscope::cli::add_policy(program, exit_status);
  try {
    program.parse(argc, argv);
  } catch (const CLI::Success& asked) {  // --help, --version
    return program.exit(asked);
  } catch (const CLI::ParseError& wrong) {
    const auto chosen = program.get_subcommands();
    const std::string of = chosen.empty() ? std::string() : chosen.front()->get_name() + " ";
    std::fprintf(stderr, "smtpscope: %s. Try: smtpscope %s--help\n", wrong.what(), of.c_str());
    return smtpscope::cli::wrong_usage;
  }
  return exit_status;
}
