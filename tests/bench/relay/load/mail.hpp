#pragma once
// A whole mail session with STARTTLS, to a server on this machine, directly or through a tunnel that
// carries the TLS as it is.

#include "route.hpp"

namespace load {

void send_mail(const target& to);

// Round trips, the TCP handshake included, over a line that delays everything: until the server's
// first octet is at the client, and until the last reply is.
struct mail_trips {
  double first_word;
  double session;
};
[[nodiscard]] mail_trips count_round_trips(const target& to);

}  // namespace load
