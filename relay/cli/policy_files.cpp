#include "relay/cli/policy_files.hpp"

#include <utility>

#include "relay/cli/input.hpp"
#include "smtpscope/session/server_profile.hpp"
#include "texts/native_personalities.hpp"

namespace smtpscope::cli {

namespace {

error wrong(const std::string& label, const std::string& why) { return {errc::invalid_argument, label + ": " + why}; }

}  // namespace

result<app::policy_document> personality_named(const std::string& option, const std::string& name) {
  std::string known;
  for (const texts::personality& p : texts::personalities()) {
    if (p.name == name) return app::policy_document{option + " " + name, std::string(p.document)};
    known += (known.empty() ? "" : ", ") + std::string(p.name);
  }
  return wrong(option + " " + name, "write one of " + known);
}

result<app::policy_document> policy_from_file(const std::string& option, const std::string& file) {
  const std::string label = option.empty() ? file : option + " " + file;
  auto text = read_input(label, file, session::most_profile_octets);
  if (!text) return text.why();
  return app::policy_document{label, std::move(*text)};
}

status check(const app::policy_document& policy) {
  session::server_profile host;
  host.options.host_name = "localhost";
  const auto read = session::read_profile(policy.text, std::move(host));
  if (!read) return error{errc::invalid_argument, policy.option + ": " + read.why().detail};
  return {};
}

}  // namespace smtpscope::cli
