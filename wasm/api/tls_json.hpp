#pragma once
// What the page says to TLS and hears of it, as JSON: TlsSetup and TlsEvent of smtpscope-tls.d.ts.

#include <string>

#include "smtpscope/base/json.hpp"
#include "smtpscope/base/result.hpp"
#include "smtpscope/base/time.hpp"
#include "smtpscope/tls/engine.hpp"

namespace smtpscope::api {

struct tls_setup {
  tls::client_options options;
  seconds now{};
};

// A TlsSetup; `roots` is who is trusted unless it says otherwise.
// Error: invalid_json, invalid_argument; the text names the member.
[[nodiscard]] result<tls_setup> read_tls_setup(std::string_view text, const tls::trust& roots);

// A TlsEvent. The octets of what is sent or was received are moved to `octets`.
[[nodiscard]] json to_json(tls::event& told, std::string& octets);

// Seconds since 1970 of a page's number; 0 for what is no time.
[[nodiscard]] seconds seconds_of(double number);

}  // namespace smtpscope::api
