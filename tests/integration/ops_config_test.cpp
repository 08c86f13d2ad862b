// The configuration file: every option is a key, errors name file, line and key, the command line wins.

#include <fstream>

#include <gmock/gmock.h>

#include "integration/mailbox_fixture.hpp"
#include "integration/serve_command.hpp"
#include "relay/cli/serve_input.hpp"
#include "relay/cli/serve_table.hpp"

namespace smtpscope::testing {
namespace {

using cli::serve_input;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ConfigFile : public ::testing::Test {
 protected:
  std::string write(const std::string& text) {
    const auto file = directory_.path() / "relay.toml";
    std::ofstream(file) << text;
    return file.string();
  }
  serve_input::outcome read(const std::string& text, cli::given_values typed = {}) {
    return serve_input(std::move(typed), write(text)).read();
  }
  // The complaints about the file, without its name.
  std::vector<std::string> complaints(const std::string& text) {
    std::vector<std::string> said = read(text).complaints;
    const std::string name = (directory_.path() / "relay.toml").string() + ":";
    for (std::string& one : said)
      if (one.rfind(name, 0) == 0) one.erase(0, name.size());
    return said;
  }

  temporary_directory directory_;
};

// A value that each option takes.
std::string sample_of(const cli::serve_option& option) {
  const std::string name = option.value_name;
  if (option.kind == cli::shape::flag) return "true";
  if (option.key() == "max-header") return "4096";
  if (option.kind == cli::shape::number) return "7";
  if (name == "ADDRESS") return "192.0.2.7";
  if (name == "ADDRESS:PORT") return "127.0.0.1:1";
  if (name == "HOST:PORT") return "mail.example:587";
  if (name == "URL") return "https://mail.example";
  if (name == "NAME:PASSWORD") return "anna:secret";
  if (name == "MECHANISM") return "PLAIN";
  if (name == "LEVEL") return "warn";
  if (name == "FORMAT") return "json";
  if (option.key() == "personality") return "gmail";
  return "file";
}

// What an option cannot stand without.
std::string companion_of(const cli::serve_option& option) {
  const std::string key = option.key();
  if (key == "behind-proxy") return "public = true\n";
  if (key == "public") return "behind-proxy = true\n";
  if (key == "tls-certificate") return "tls-key = \"file\"\n";
  if (key == "tls-key") return "tls-certificate = \"file\"\n";
  return "";
}

TEST_F(ConfigFile, TakesEveryOptionOfTheTableInItsSection) {
  std::ofstream(directory_.path() / "file") << "{}";
  for (const cli::serve_option& option : cli::serve_options_table()) {
    const bool quoted = option.kind == cli::shape::text || option.kind == cli::shape::path;
    const std::string value = quoted ? '"' + sample_of(option) + '"' : sample_of(option);
    const std::string text = std::string("[") + option.section + "]\n" + option.key() + " = " +
                             (option.how_often == cli::times::many ? "[" + value + ", " + value + "]" : value) + "\n" +
                             companion_of(option);
    EXPECT_THAT(complaints(text), IsEmpty()) << text;
    EXPECT_TRUE(read(text).options) << text;
  }
}

TEST_F(ConfigFile, OptionsHaveOneNameEach) {
  for (const cli::serve_option& option : cli::serve_options_table()) {
    EXPECT_EQ(cli::find_serve_option(option.name), &option) << option.name;
    EXPECT_GT(std::string(option.about).size(), 5U) << option.name;
  }
}

TEST_F(ConfigFile, SetsWhatTheCommandLineSets) {
  const auto got = read(
      "[web]\nlisten = \"127.0.0.1:99\"\n[tunnel]\nallow = [\"a.example:25\", \"b.example:26\"]\n"
      "max-bytes-up = 1000\n[mailbox]\nrequire-auth = true\nauth = \"PLAIN,LOGIN\"\n");
  ASSERT_TRUE(got.options) << got.complaints.front();
  EXPECT_EQ(got.options->listen.port(), 99);
  ASSERT_EQ(got.options->allow.size(), 2U);
  EXPECT_EQ(got.options->allow[1].host.text(), "b.example");
  EXPECT_EQ(got.options->tunnel_limits.bytes_up, 1000U);
  EXPECT_TRUE(got.options->require_auth);
  EXPECT_THAT(got.options->mechanisms, ElementsAre("PLAIN", "LOGIN"));
}

TEST_F(ConfigFile, TheCommandLineWins) {
  cli::given_values typed(cli::serve_options_table().size());
  const auto row = [&](const char* name) -> std::vector<cli::given_value>& {
    return typed[static_cast<std::size_t>(cli::find_serve_option(name) - cli::serve_options_table().data())];
  };
  row("--listen").push_back({"127.0.0.1:5", 0});
  row("--allow").push_back({"c.example:27", 0});
  row("--require-auth").push_back({"false", 0});
  const auto got = read(
      "[web]\nlisten = \"127.0.0.1:99\"\n[tunnel]\nallow = [\"a.example:25\", \"b.example:26\"]\n"
      "[process]\nthreads = 3\n[mailbox]\nrequire-auth = true\n",
      typed);
  ASSERT_TRUE(got.options) << got.complaints.front();
  EXPECT_EQ(got.options->listen.port(), 5);
  ASSERT_EQ(got.options->allow.size(), 1U);
  EXPECT_EQ(got.options->threads, 3);
  EXPECT_FALSE(got.options->require_auth);
}

TEST_F(ConfigFile, PathsBeginWhereTheFileLies) {
  const auto got = read("[tunnel]\nca-file = \"ca.pem\"\n[mailbox]\nmailbox-dir = \"/var/mail\"\n");
  ASSERT_TRUE(got.options);
  EXPECT_EQ(got.options->ca_files.at(0), directory_.path() / "ca.pem");
  EXPECT_EQ(got.options->mailbox_dir, "/var/mail");
}

struct wrong_file {
  const char* name;
  const char* text;
  std::vector<std::string> complaints;
};

class WrongConfigFile : public ConfigFile, public ::testing::WithParamInterface<wrong_file> {};

TEST_P(WrongConfigFile, IsExplainedByLineAndKey) {
  EXPECT_THAT(complaints(GetParam().text), ::testing::ElementsAreArray(GetParam().complaints));
}

INSTANTIATE_TEST_SUITE_P(
    Errors, WrongConfigFile,
    ::testing::Values(
        wrong_file{
            "no_toml",
            "[web\nlisten = 1\n",
            {"1: this is not TOML (texts stand in quotes): Error while parsing table header: expected ']', saw '\\n'"}},
        wrong_file{"no_text",
                   "[web]\nlisten = 127.0.0.1:8025\n",
                   {"2: this is not TOML (texts stand in quotes): Error while parsing time: expected ':', saw '7'"}},
        wrong_file{"unknown_key",
                   "[web]\nlisten = \"127.0.0.1:1\"\nlissten = 1\n",
                   {"3: web.lissten: unknown key; is listen below [web] meant?"}},
        wrong_file{"unknown_far_key",
                   "[process]\nworkers = 1\n",
                   {"2: process.workers: unknown key; [process] has state-dir, threads, drain-seconds, operations, "
                    "log-format, log-level"}},
        wrong_file{"other_section", "[web]\nallow = []\n", {"2: web.allow: this belongs below [tunnel]"}},
        wrong_file{"no_section", "listen = \"127.0.0.1:1\"\n", {"1: listen: this belongs below [web]"}},
        wrong_file{"unknown_section",
                   "[relay]\n",
                   {"1: relay: unknown section; there are [web], [tunnel], [limits], [mailbox], [process]"}},
        wrong_file{"section_as_value", "web = 1\n", {"1: web: this is a section: write [web] on a line of its own"}},
        wrong_file{"number_for_text",
                   "[web]\nlisten = 8025\n",
                   {"2: web.listen: a number stands here; write a text in quotes"}},
        wrong_file{"text_for_number",
                   "[process]\nthreads = \"2\"\n",
                   {"2: process.threads: a text stands here; write a whole number, without quotes"}},
        wrong_file{"fraction",
                   "[process]\nthreads = 2.5\n",
                   {"2: process.threads: a number with a fraction stands here; write a whole number, without quotes"}},
        wrong_file{
            "text_for_flag", "[web]\npublic = \"yes\"\n", {"2: web.public: a text stands here; write true or false"}},
        wrong_file{"list_for_one",
                   "[web]\nlisten = [\"127.0.0.1:1\"]\n",
                   {"2: web.listen: a list stands here; write one value, a text in quotes"}},
        wrong_file{"number_in_list",
                   "[tunnel]\nallow = [\n  \"a.example:1\",\n  25,\n]\n",
                   {"4: tunnel.allow: a number stands here; write a text in quotes, or a list of them"}},
        wrong_file{"wrong_in_list",
                   "[tunnel]\nallow = [\n  \"a.example:1\",\n  \"b.example\",\n]\n",
                   {"4: tunnel.allow: b.example: the port is missing; write HOST:PORT, such as mail.example:587"}},
        wrong_file{"control_character",
                   "[tunnel]\nallow = \"a\\u0000.example:1\"\n",
                   {"2: tunnel.allow: a control character stands in this text"}},
        wrong_file{"empty", "[tunnel]\nallow = \"\"\n", {"2: tunnel.allow: nothing stands here"}},
        wrong_file{
            "out_of_range", "[process]\nthreads = 65\n", {"2: process.threads: 65: write a number from 1 to 64"}},
        wrong_file{"negative",
                   "[tunnel]\nmax-bytes-up = -1\n",
                   {"2: tunnel.max-bytes-up: -1: write a number from 1 to 1125899906842624"}},
        wrong_file{"password_hidden",
                   "[mailbox]\nuser = \":topsecret\"\n",
                   {"2: mailbox.user: A user is given as NAME:PASSWORD, both not empty, for example "
                    "alice@example.org:wonderland"}},
        wrong_file{"combination",
                   "[web]\nlisten = \"0.0.0.0:1\"\npublic = true\n",
                   {"2: web.listen: 0.0.0.0:1: other machines can reach this; it needs TLS: --tls-certificate and "
                    "--tls-key, or --behind-proxy (a proxy that does TLS). Or listen on a loopback address, such as "
                    "127.0.0.1:8025"}},
        wrong_file{"several",
                   "[web]\nlisten = 1\n[process]\nlog-level = \"loud\"\nthreads = 0\n",
                   {"2: web.listen: a number stands here; write a text in quotes",
                    "4: process.log-level: loud: write trace, debug, info, warn, error or off",
                    "5: process.threads: 0: write a number from 1 to 64"}}),
    [](const auto& i) { return i.param.name; });

// relay/deploy/smtpscope.toml, and what it becomes when every example in it is switched on.
TEST_F(ConfigFile, TheSampleHasEveryOptionAndIsRight) {
  std::ifstream file(SMTPSCOPE_SOURCE_DIR "/relay/deploy/smtpscope.toml");
  std::string as_it_is;
  std::string all_on;
  for (std::string line; std::getline(file, line);) {
    as_it_is += line + "\n";
    const bool key = line.rfind("# ", 0) == 0 && line.find(" = ") != std::string::npos;
    all_on += (key ? line.substr(2) : line) + "\n";
  }
  EXPECT_THAT(complaints(as_it_is), IsEmpty());
  for (const cli::serve_option& option : cli::serve_options_table()) {
    const std::size_t section = all_on.find("\n[" + std::string(option.section) + "]\n");
    ASSERT_NE(section, std::string::npos) << option.section;
    const std::size_t key = all_on.find("\n" + option.key() + " = ", section);
    ASSERT_NE(key, std::string::npos) << option.key() << " is missing below [" << option.section << "]";
    EXPECT_LT(key, all_on.find("\n[", section + 1)) << option.key() << " stands below another section";
    const std::string about = all_on.substr(all_on.rfind("\n\n", key), key - all_on.rfind("\n\n", key));
    EXPECT_EQ(about.find("(reload)") != std::string::npos, option.when == cli::effect::at_reload) << option.key();
  }
  std::ofstream(directory_.path() / "faults.json") << "{}";
  EXPECT_THAT(complaints(all_on), IsEmpty());
}

using CheckConfig = ConfigFile;

TEST_F(CheckConfig, SaysThatAllIsRight) {
  const std::string file = write("[process]\nthreads = 1\n");
  const serve_outcome out = run_serve({"--check-config", "--config", file});
  EXPECT_EQ(out.status, 0) << out.said;
  EXPECT_EQ(out.printed, file + ": ok\n");
  EXPECT_EQ(run_serve({"--check-config"}).status, 0);
}

TEST_F(CheckConfig, SaysEveryErrorOnALine) {
  const std::string file = write("[web]\nlisten = 1\n[mailbox]\npolcy = 2\n");
  const serve_outcome out = run_serve({"--check-config", "--config", file});
  EXPECT_EQ(out.status, 2);
  EXPECT_EQ(std::count(out.said.begin(), out.said.end(), '\n'), 2) << out.said;
  EXPECT_THAT(out.said, HasSubstr("smtpscope: " + file + ":2: web.listen: "));
  EXPECT_THAT(out.said, HasSubstr("smtpscope: " + file + ":4: mailbox.polcy: unknown key; is policy below [mailbox]"));
}

TEST_F(CheckConfig, LooksIntoTheFilesThatAreNamed) {
  const std::string file = write("[tunnel]\n\nca-file = [\"none.pem\"]\n");
  const serve_outcome out = run_serve({"--check-config", "--config", file});
  EXPECT_EQ(out.status, 2);
  EXPECT_THAT(out.said, HasSubstr(file + ":3: tunnel.ca-file: " + (directory_.path() / "none.pem").string()));
  const std::string listening = write("[web]\nlisten = \"0.0.0.0:0\"\n");
  const serve_outcome exposed = run_serve({"--check-config", "--config", listening});
  EXPECT_EQ(exposed.status, 2);
  EXPECT_THAT(exposed.said, HasSubstr(listening + ":2: web.listen: 0.0.0.0:0: "));
}

TEST_F(CheckConfig, NamesAFileThatCannotBeRead) {
  const serve_outcome out = run_serve({"--check-config", "--config", (directory_.path() / "none.toml").string()});
  EXPECT_EQ(out.status, 2);
  EXPECT_THAT(out.said, HasSubstr("none.toml"));
  EXPECT_THAT(out.said, HasSubstr("No such file"));
  EXPECT_THAT(run_serve({"--check-config", "--config", "-"}).said, HasSubstr("--config -: name a file"));
  EXPECT_THAT(run_serve({"--check-config", "--config", directory_.path().string()}).said, HasSubstr("no regular file"));
}

// What a person has half written, and what no person writes, is explained by its line.
TEST_F(ConfigFile, ABrokenSampleIsExplained) {
  std::ifstream file(SMTPSCOPE_SOURCE_DIR "/relay/deploy/smtpscope.toml");
  std::string all_on;
  for (std::string line; std::getline(file, line);)
    if (line.rfind("# ", 0) == 0 && line.find(" = ") != std::string::npos)
      all_on += line.substr(2) + "\n";
    else if (!line.empty() && line.front() == '[')
      all_on += line + "\n";
  for (std::size_t cut = 0; cut < all_on.size(); cut += 3) {
    std::string broken = all_on;
    broken[cut] = "\"[]{}=\0#,\n\xff"[cut / 3 % 11];
    for (const std::string& text : {all_on.substr(0, cut), broken})
      for (const std::string& said : complaints(text))
        EXPECT_THAT(said, ::testing::AnyOf(::testing::MatchesRegex("[0-9]+: .+"), HasSubstr("faults.json"))) << text;
  }
}

TEST_F(CheckConfig, AFileCannotCommandTheTerminal) {
  const serve_outcome out = run_serve({"--check-config", "--config", write("\"\\u001b[2J\" = 1\n")});
  EXPECT_EQ(out.status, 2);
  EXPECT_EQ(out.said.find('\x1b'), std::string::npos);
  EXPECT_THAT(out.said, HasSubstr("\\x1B[2J"));
}

}  // namespace
}  // namespace smtpscope::testing
