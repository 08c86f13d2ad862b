#include "relay/net/certificate.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "relay/base/durable_file.hpp"
#include "relay/net/tls_server.hpp"
#include "relay/net/x509.hpp"
#include "smtpscope/wire/address.hpp"

namespace smtpscope::net {
namespace {

namespace fs = std::filesystem;
using boost::system::error_code;
constexpr std::size_t max_file_octets = 64 * 1024;  // ours have under 4 KiB
constexpr mode_t secret_mode = 0600;
constexpr mode_t public_mode = 0644;

error file_error(const fs::path& file, std::string_view what, std::string_view remedy) {
  return {errc::invalid_argument, file.string() + " " + std::string(what) + ": " + std::string(remedy)};
}

error system_error(const fs::path& file, std::string_view what, const error_code& why) {
  return file_error(file, what, why.message() + ". Correct it, or name another directory with --state-dir");
}

// Held until the descriptor closes; the kernel lets go of it when a process dies.
result<file_descriptor> take_lock(const fs::path& file) {
  file_descriptor lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, secret_mode));
  if (!lock) return system_error(file, "cannot be opened", last_system_error());
  while (::flock(lock.value(), LOCK_EX) != 0)
    if (errno != EINTR) return system_error(file, "cannot be locked", last_system_error());
  return lock;
}

// Nothing where there is no such file.
result<std::optional<key_pair>> read_key_pair(const fs::path& file, std::string_view remedy) {
  struct stat about {};
  if (::lstat(file.c_str(), &about) != 0) {
    if (errno == ENOENT) return std::optional<key_pair>{};
    return system_error(file, "cannot be examined", last_system_error());
  }
  if (S_ISREG(about.st_mode) && (about.st_mode & 077) != 0)
    return file_error(file, "holds a private key, but other users may read it",
                      "run chmod 600 on it, or delete it to have a new one made");
  const auto bytes = read_file(file, max_file_octets);
  if (!bytes) return system_error(file, "cannot be read", bytes.error());
  auto pair = parse_key_pair(*bytes);
  if (!pair) return file_error(file, pair.why().detail, remedy);
  return std::optional<key_pair>(std::move(*pair));
}

status write(const fs::path& file, mode_t mode, const std::string& bytes) {
  if (const error_code failed = write_durably(file, mode, bytes))
    return system_error(file, "cannot be written", failed);
  return {};
}

constexpr std::string_view authority_remedy =
    "delete it to have a new certificate authority made (programs that trust the old ca.pem must then trust the new "
    "one)";

result<key_pair> load_or_make_authority(const certificate_options& options) {
  const fs::path file = options.state_dir / "ca-private.pem";
  auto stored = read_key_pair(file, authority_remedy);
  if (!stored) return stored.why();
  if (stored->has_value()) {
    if (!valid_between(*(**stored).certificate, options.now, options.now + renewal_margin))
      return file_error(file, "holds a certificate authority that has expired or soon will, or whose time has not come",
                        authority_remedy);
    return std::move(**stored);
  }
  // An hour back, for clients whose clocks are slow.
  auto made = make_authority({options.now - std::chrono::hours{1}, options.now + ca_lifetime});
  if (!made) return made.why();
  if (const status failed = write(file, secret_mode, to_pem(*made->key) + to_pem(*made->certificate)); !failed)
    return failed.why();
  return made;
}

struct covered_names {
  std::vector<std::string> dns;
  std::vector<std::string> addresses;
};

covered_names names_for(const std::string& host_name) {
  covered_names names{{"localhost"}, {"127.0.0.1", "::1"}};
  if (host_name != "localhost") names.dns.push_back(host_name);
  return names;
}

bool still_good(const key_pair& server, const key_pair& authority, const covered_names& names,
                validity_clock::time_point now) {
  const X509& certificate = *server.certificate;
  return signed_by(certificate, authority) && valid_between(certificate, now, now + renewal_margin) &&
         std::all_of(names.dns.begin(), names.dns.end(),
                     [&](const std::string& name) { return covers_name(certificate, name); }) &&
         std::all_of(names.addresses.begin(), names.addresses.end(),
                     [&](const std::string& address) { return covers_address(certificate, address); });
}

std::string server_pem(const key_pair& server, const key_pair& authority) {
  return to_pem(*server.certificate) + to_pem(*authority.certificate) + to_pem(*server.key);
}

result<std::string> load_or_make_server(const certificate_options& options, const key_pair& authority) {
  const fs::path file = options.state_dir / "server.pem";
  auto stored = read_key_pair(file, "delete it to have a new one made");
  if (!stored) return stored.why();
  const covered_names names = names_for(options.host_name);
  if (stored->has_value() && still_good(**stored, authority, names, options.now))
    return server_pem(**stored, authority);

  const auto made = make_server_certificate(
      authority, {options.now - std::chrono::hours{1}, options.now + server_lifetime}, names.dns, names.addresses);
  if (!made) return made.why();
  std::string pem = server_pem(*made, authority);
  if (const status failed = write(file, secret_mode, pem); !failed) return failed.why();
  return pem;
}

// What a server shows whose operator was careless; in the order of session::certificate_choice.
result<std::array<std::string, 3>> make_wrong_chains(const certificate_options& options, const key_pair& authority) {
  using std::chrono::days;
  const covered_names names = names_for(options.host_name);
  const validity now{options.now - std::chrono::hours{1}, options.now + server_lifetime};
  const validity past{options.now - days{90}, options.now - days{1}};
  const auto expired = make_server_certificate(authority, past, names.dns, names.addresses);
  if (!expired) return expired.why();
  const auto wrong_name = make_server_certificate(authority, now, {"another-host.invalid"}, {});
  if (!wrong_name) return wrong_name.why();
  const auto self_signed = make_authority(now);
  if (!self_signed) return self_signed.why();
  return std::array<std::string, 3>{server_pem(*expired, authority), server_pem(*wrong_name, authority),
                                    to_pem(*self_signed->certificate) + to_pem(*self_signed->key)};
}

// ca.pem is a copy for other programs: written anew when it is not what it must be.
result<std::string> publish_authority(const fs::path& file, const key_pair& authority) {
  std::string pem = to_pem(*authority.certificate);
  const auto present = read_file(file, max_file_octets);
  if (present && *present == pem) return pem;
  if (const status failed = write(file, public_mode, pem); !failed) return failed.why();
  return pem;
}

}  // namespace

result<server_identity> load_or_create_identity(const certificate_options& options) {
  if (!wire::is_domain(options.host_name))
    return error{errc::invalid_argument, "The host name is not a domain name: use letters, digits, hyphens and dots"};
  if (const error_code failed = make_private_directory(options.state_dir))
    return system_error(options.state_dir, "cannot be used as the state directory", failed);
  const auto lock = take_lock(options.state_dir / "lock");
  if (!lock) return lock.why();

  const auto authority = load_or_make_authority(options);
  if (!authority) return authority.why();
  auto chain_and_key = load_or_make_server(options, *authority);
  if (!chain_and_key) return chain_and_key.why();
  fs::path ca_file = options.state_dir / "ca.pem";
  auto ca_pem = publish_authority(ca_file, *authority);
  if (!ca_pem) return ca_pem.why();
  auto wrong = make_wrong_chains(options, *authority);
  if (!wrong) return wrong.why();
  return server_identity{std::move(ca_file), std::move(*ca_pem), std::move(*chain_and_key), std::move(*wrong)};
}

result<boost::asio::ssl::context> make_server_context(const server_identity& identity,
                                                      session::certificate_choice shown) {
  namespace ssl = boost::asio::ssl;
  const std::string& octets = shown == session::certificate_choice::own
                                  ? identity.chain_and_key_pem
                                  : identity.wrong_chains_and_keys[static_cast<std::size_t>(shown) - 1];
  const boost::asio::const_buffer pem(octets.data(), octets.size());
  ssl::context context(ssl::context::tls_server);
  error_code failed;
  context.use_certificate_chain(pem, failed);
  if (!failed) context.use_private_key(pem, ssl::context::pem, failed);
  SSL_CTX* const native = context.native_handle();
  if (failed || !offer_strong_tls(*native))
    return error{errc::invalid_argument, "OpenSSL refuses the server certificate: " + failed.message() +
                                             ". Delete server.pem beside " + identity.ca_file.string() +
                                             " to have a new one made"};
  return context;
}

std::string local_host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || !wire::is_domain(name.data())) return "localhost";
  return name.data();
}

}  // namespace smtpscope::net
