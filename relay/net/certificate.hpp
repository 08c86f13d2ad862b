#pragma once
// The private certificate authority (CA) of this installation and the server certificate it signs,
// made at the first start and kept in the state directory:
//
//   ca.pem           the CA's certificate, for other mail programs to trust       0644
//   ca-private.pem   the CA's key and certificate; whoever has it can be trusted  0600
//   server.pem       the server's key, its certificate, the CA's certificate      0600
//   lock             held while these files are read and written                  0600
//
// Each file is complete or absent (written aside, synced, renamed), a key and its certificate
// share a file, and the lock makes concurrent first starts agree on one CA.

#include <array>
#include <chrono>
#include <filesystem>
#include <string>

#include <boost/asio/ssl/context.hpp>

#include "smtpscope/base/result.hpp"
#include "smtpscope/session/decision.hpp"

namespace smtpscope::net {

struct certificate_options {
  std::filesystem::path state_dir;  // made with mode 0700 where absent
  std::string host_name;            // in the certificate beside localhost, 127.0.0.1 and ::1
  std::chrono::system_clock::time_point now = std::chrono::system_clock::now();
};

// How long the CA lives, how long what it signs, and how long before its end that is renewed.
inline constexpr std::chrono::days ca_lifetime{3650};
inline constexpr std::chrono::days server_lifetime{397};  // the longest that common clients accept
inline constexpr std::chrono::days renewal_margin{30};

// What a TLS server needs, and what its clients need to trust it.
struct server_identity {
  std::filesystem::path ca_file;  // to be named to the user
  std::string ca_pem;             // its content
  std::string chain_and_key_pem;  // server certificate, CA certificate and the server's key: a secret
  // The same for certificates that no client should take, made anew each time and kept nowhere: of
  // session::certificate_choice, without `own`.
  std::array<std::string, 3> wrong_chains_and_keys = {};
};

// Loads the identity from the state directory; makes the CA at the first start, and the server
// certificate where it is absent, for other names, of another CA, or within renewal_margin of its end.
// Errors: invalid_argument (host name), and for files that cannot be read, written or understood
// or that others may read, a text that names the file and says what to do.
[[nodiscard]] result<server_identity> load_or_create_identity(const certificate_options& options);

// A context for servers that offers what offer_strong_tls() says.
// Error: invalid_argument when OpenSSL refuses the identity.
[[nodiscard]] result<boost::asio::ssl::context> make_server_context(
    const server_identity& identity, session::certificate_choice shown = session::certificate_choice::own);

// This machine's name where it is a Domain of RFC 5321 §4.1.2, else "localhost".
[[nodiscard]] std::string local_host_name();

}  // namespace smtpscope::net
