#pragma once

#include <fstream>

#include "integration/tunnel_fixture.hpp"

namespace smtpscope::testing {

// A relay that trusts the authority of `shown`, through --ca-file.
class trusting_relay {
 public:
  trusting_relay(std::uint16_t port, const tls_identity& shown, const running_relay::change& more = {})
      : relay_({port}, [&](app::serve_options& o) {
          const auto file = directory_.path() / "ca.pem";
          std::ofstream(file) << shown.authority_pem;
          o.ca_files.push_back(file);
          if (more) more(o);
        }) {}
  operator const running_relay&() const { return relay_; }  // NOLINT(google-explicit-constructor): it is one

 private:
  temporary_directory directory_;
  running_relay relay_;
};

}  // namespace smtpscope::testing
