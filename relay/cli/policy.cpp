#include "relay/cli/policy.hpp"

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "relay/cli/complain.hpp"
#include "relay/cli/exit_status.hpp"
#include "relay/cli/policy_files.hpp"
#include "smtpscope/session/server_profile.hpp"
#include "texts/native_personalities.hpp"

namespace smtpscope::cli {

namespace {

struct typed {
  std::vector<std::string> files;
  std::string name;
  bool list = false;
};

constexpr const char* examples = R"(Examples:
  smtpscope policy --list
      the personalities that `smtpscope serve --personality` knows
  smtpscope policy --show gmail > mine.json
      one of them as a policy document, to be changed
  smtpscope policy --check mine.json && smtpscope serve --policy mine.json
)";

int check_files(const std::vector<std::string>& files) {
  int exit_status = 0;
  for (const std::string& file : files) {
    const auto policy = policy_from_file("", file);
    const status good = policy ? check(*policy) : status{policy.why()};
    if (good)
      std::printf("%s: good\n", file.c_str());
    else
      exit_status = complain(good.why(), wrong_usage);
  }
  return exit_status;
}

int run(const typed& given) {
  if (given.list)
    for (const texts::personality& p : texts::personalities()) {
      const auto profile = session::read_profile(p.document);
      std::printf("%-16s %s\n", std::string(p.name).c_str(), profile ? profile->about.c_str() : "");
    }
  if (!given.name.empty()) {
    const auto policy = personality_named("--show", given.name);
    if (!policy) return complain(policy.why(), wrong_usage);
    std::fputs(policy->text.c_str(), stdout);
  }
  if (!given.list && given.name.empty() && given.files.empty())
    return complain({errc::invalid_argument, "policy: say --check FILE, --list or --show NAME"}, wrong_usage);
  return check_files(given.files);
}

}  // namespace

void add_policy(CLI::App& program, int& exit_status) {
  const auto given = std::make_shared<typed>();
  CLI::App& command =
      *program.add_subcommand("policy", "Check a policy of the mailbox, list or show the built-in personalities");
  command.footer(examples);
  command
      .add_option("--check", given->files,
                  "Say whether a policy document is right, and what is wrong; - is stdin (repeatable)")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command.add_flag("--list", given->list, "Name the personalities");
  command.add_option("--show", given->name, "Print a personality")->type_name("NAME");
  command.callback([given, &exit_status] { exit_status = run(*given); });
}

}  // namespace smtpscope::cli
