#pragma once
// What `smtpscope send` was told, as typed and as values that are right in themselves.

#include <filesystem>
#include <string>
#include <vector>

#include "relay/cli/outgoing.hpp"
#include "relay/cli/password.hpp"
#include "smtpscope/base/result.hpp"
#include "smtpscope/session/client_session.hpp"

namespace smtpscope::cli {

struct typed_send {
  std::string server;
  std::string tls;  // "": by the port
  typed_message message;
  std::string user;
  std::string act_as;
  secret_source password;
  secret_source token;
  std::vector<std::string> mechanisms;  // none: the client's own choice
  bool auth_without_tls = false;
  bool no_initial_response = false;
  bool no_pipelining = false;
  std::vector<std::string> without;  // extensions, by their EHLO keywords
  std::string chunking = "if-binary";
  std::string notify;  // "": nothing asked
  std::string ret;
  std::string envelope_id;
  bool require_tls = false;
  std::string ehlo_name;  // "": this machine's
  std::string patience = "interactive";
  std::vector<std::string> ca_files;
  std::string trace_file;
  bool quiet = false;
};

struct send_plan {
  std::string host;
  std::uint16_t port = 0;
  session::client_options options;
  std::vector<session::submission> mails;
  std::vector<std::string> only_in_eight_bits;  // as of outgoing
  std::vector<std::filesystem::path> ca_files;
};

// Reads passwords and messages as told. Errors: invalid_argument and codes of the core; the text
// names the option and says what is right.
[[nodiscard]] result<send_plan> make_plan(const typed_send& typed);

}  // namespace smtpscope::cli
