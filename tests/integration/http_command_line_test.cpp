// Wrong options: one line that names the option and the value and says what is right, exit status 2;
// a port in use: exit status 1.

#include <vector>

#include <gmock/gmock.h>

#include "integration/serve_command.hpp"
#include "integration/tunnel_fixture.hpp"

namespace smtpscope::testing {
namespace {

using ::testing::HasSubstr;

struct wrong_option {
  const char* name;
  std::vector<std::string> arguments;
  const char* names;
  const char* explains;
};

class CommandLine : public ::testing::TestWithParam<wrong_option> {};

TEST_P(CommandLine, ExplainsAWrongValueInOneLine) {
  const serve_outcome out = run_serve(GetParam().arguments);
  EXPECT_EQ(out.status, 2);
  EXPECT_THAT(out.said, HasSubstr(GetParam().names));
  EXPECT_THAT(out.said, HasSubstr(GetParam().explains));
  EXPECT_EQ(std::count(out.said.begin(), out.said.end(), '\n'), 1) << out.said;
}

INSTANTIATE_TEST_SUITE_P(
    Options, CommandLine,
    ::testing::Values(
        wrong_option{"listen_without_port", {"--listen", "127.0.0.1"}, "--listen 127.0.0.1", "ADDRESS:PORT"},
        wrong_option{"listen_large_port", {"--listen", "127.0.0.1:70000"}, "--listen", "0 to 65535"},
        wrong_option{"listen_name", {"--listen", "mail.example:80"}, "--listen mail.example:80", "IP address"},
        wrong_option{"listen_everywhere", {"--listen", "0.0.0.0:0"}, "--listen 0.0.0.0:0", "--tls-certificate"},
        wrong_option{"listen_everywhere_to_nobody", {"--listen", "[::]:0"}, "--listen [::]:0", "--public"},
        wrong_option{"listen_behind_proxy_only",
                     {"--listen", "0.0.0.0:0", "--behind-proxy"},
                     "--listen 0.0.0.0:0",
                     "it needs --token-file (who may use it) or --public"},
        wrong_option{"proxy_before_loopback",
                     {"--behind-proxy"},
                     "--behind-proxy",
                     "it needs --token-file (who may use it) or --public"},
        wrong_option{"public_without_tls",
                     {"--listen", "0.0.0.0:0", "--public"},
                     "--listen 0.0.0.0:0",
                     "it needs TLS: --tls-certificate and --tls-key, or --behind-proxy"},
        wrong_option{"public_on_loopback", {"--public"}, "--public", "--listen"},
        wrong_option{"certificate_without_key", {"--tls-certificate", "c.pem"}, "--tls-certificate", "--tls-key"},
        wrong_option{"key_without_certificate", {"--tls-key", "k.pem"}, "--tls-key", "--tls-certificate"},
        wrong_option{"certificate_missing",
                     {"--listen", "127.0.0.1:0", "--tls-certificate", "/nonexistent.pem", "--tls-key", "k.pem"},
                     "/nonexistent.pem",
                     "No such file"},
        wrong_option{"smtp", {"--smtp", "x"}, "--smtp x", "ADDRESS:PORT"},
        wrong_option{"smtps", {"--smtps", ":1"}, "--smtps", "missing"},
        wrong_option{"allow_wildcard", {"--allow", "*:25"}, "--allow *:25", "HOST:PORT"},
        wrong_option{"allow_port_zero", {"--allow", "mail.example:0"}, "--allow mail.example:0", "1 to 65535"},
        wrong_option{"allow_short_address", {"--allow", "127.1:25"}, "--allow 127.1:25", "four decimal numbers"},
        wrong_option{
            "second_allow", {"--allow", "a.example:1", "--allow", "b.example"}, "--allow b.example", "port is missing"},
        wrong_option{"origin", {"--origin", "mail.example"}, "--origin mail.example", "https://mail.example"},
        wrong_option{"origin_with_path", {"--origin", "https://mail.example/page"}, "--origin", "a scheme, a host"},
        wrong_option{"user_without_password", {"--user", "anna"}, "--user anna", "NAME:PASSWORD"},
        wrong_option{"ca_file", {"--ca-file", "/nonexistent.pem"}, "--ca-file /nonexistent.pem", "No such file"},
        wrong_option{"web_dir", {"--web-dir", "/nonexistent"}, "--web-dir /nonexistent", "No such file"},
        wrong_option{"threads", {"--threads", "many"}, "--threads many", "1 to 64"},
        wrong_option{"max_bytes", {"--max-bytes-up", "-1"}, "--max-bytes-up -1", "a number from 1"},
        wrong_option{"log_level", {"--log-level", "loud"}, "--log-level loud", "trace, debug"}),
    [](const auto& i) { return i.param.name; });

TEST(CommandLinePorts, APortInUseNamesTheOptionToChange) {
  const scripted_server other([](peer&) {});
  const temporary_directory state;
  const std::string taken = "127.0.0.1:" + std::to_string(other.port());
  for (const std::string option : {"--listen", "--smtp", "--smtps"}) {
    std::vector<std::string> arguments = {"--state-dir", state.path().string(), "--log-level", "off"};
    for (const std::string each : {"--listen", "--smtp", "--smtps"}) {
      arguments.push_back(each);
      arguments.push_back(each == option ? taken : "127.0.0.1:0");
    }
    const serve_outcome out = run_serve(arguments);
    EXPECT_EQ(out.status, 1) << option;
    EXPECT_THAT(out.said, HasSubstr(option));
    EXPECT_THAT(out.said, HasSubstr(std::to_string(other.port())));
  }
}

TEST(CommandLinePasswords, AreNeverShown) {
  const serve_outcome out = run_serve({"--user", ":topsecret"});
  EXPECT_EQ(out.status, 2);
  EXPECT_THAT(out.said, ::testing::Not(HasSubstr("topsecret")));
}

}  // namespace
}  // namespace smtpscope::testing
