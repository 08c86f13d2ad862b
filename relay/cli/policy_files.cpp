#include "relay/cli/policy_files.hpp"

#include <cerrno>
#include <fstream>
#include <iostream>
#include <iterator>
#include <system_error>

#include "smtpscope/session/server_profile.hpp"
#include "texts/native_personalities.hpp"

namespace smtpscope::cli {

namespace {

// One octet more than a document may have, so that a longer one is told from one that fits.
std::string read_all(std::istream& from) {
  std::string text(session::most_profile_octets + 1, '\0');
  from.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(from.gcount()));
  return text;
}

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
  if (file == "-") return app::policy_document{label, read_all(std::cin)};
  std::ifstream from(file, std::ios::binary);
  if (!from) return wrong(label, "cannot be read: " + std::generic_category().message(errno));
  std::string text = read_all(from);
  if (from.bad()) return wrong(label, "cannot be read: is it a directory?");
  return app::policy_document{label, std::move(text)};
}

status check(const app::policy_document& policy) {
  session::server_profile host;
  host.options.host_name = "localhost";
  const auto read = session::read_profile(policy.text, std::move(host));
  if (!read) return error{errc::invalid_argument, policy.option + ": " + read.why().detail};
  return {};
}

}  // namespace smtpscope::cli
