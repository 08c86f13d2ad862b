#include "smtpscope/sasl/exchange.hpp"

namespace smtpscope::sasl {

result<server_step> server_exchange::use_secret(const std::optional<secret>& /*password*/) {
  return server_fails(errc::misuse, "this mechanism asks for no secret");
}

result<std::string> client_fails(errc code, std::string_view why) { return error{code, std::string{why}}; }
result<server_step> server_fails(errc code, std::string_view why) { return error{code, std::string{why}}; }
result<server_step> server_says(std::string octets) { return server_step{challenge{std::move(octets)}}; }
result<server_step> server_ends(proof how) { return server_step{how}; }

result<server_step> server_asks(std::string_view authorization, std::string_view authentication) {
  return server_step{secret_wanted{std::string{authorization}, std::string{authentication}}};
}

result<server_step> server_offers(std::string_view authorization, std::string_view authentication,
                                  std::string_view password) {
  return server_step{
      offered_credentials{std::string{authorization}, std::string{authentication}, secret{std::string{password}}}};
}

}  // namespace smtpscope::sasl
