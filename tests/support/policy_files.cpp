#include "support/policy_files.hpp"

#include <gtest/gtest.h>

#include <string>

#include "texts/native_personalities.hpp"

namespace smtpscope::test {

namespace {
session::server_profile read(std::string_view document, session::server_profile base) {
  auto profile = session::read_profile(document, std::move(base));
  if (profile) return std::move(*profile);
  ADD_FAILURE() << profile.why().detail;
  return {};
}
}  // namespace

session::server_profile personality(std::string_view name, session::server_profile base) {
  for (const texts::personality& p : texts::personalities())
    if (p.name == name) return read(p.document, std::move(base));
  ADD_FAILURE() << "no personality " << name;
  return {};
}

session::server_profile policy_of(std::string_view members, session::server_profile base) {
  const std::string head = R"({"smtpscope":"policy","version":1)";
  return read(head + (members.empty() ? "" : ",") + std::string{members} + "}", std::move(base));
}

}  // namespace smtpscope::test
