#pragma once
// What is said about TLS as JSON, in the words of wasm/smtpscope-core.d.ts: traces, frames of the tunnel and the page's
// TLS module have the same.

#include <vector>

#include "smtpscope/base/json.hpp"
#include "smtpscope/tls/terms.hpp"

namespace smtpscope::tls {

// A Certificate without its octets.
[[nodiscard]] json to_json(const certificate& c);
[[nodiscard]] json to_json(const std::vector<certificate>& chain);
// A TlsMessage.
[[nodiscard]] json to_json(const message& m);

}  // namespace smtpscope::tls
