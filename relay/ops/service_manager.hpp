#pragma once
// Tells systemd, or whoever started the program with NOTIFY_SOCKET, how it goes (sd_notify(3)).

#include <string>

namespace smtpscope::ops {

// "READY=1", "RELOADING=1", "STOPPING=1". Nothing happens where nobody asked to be told.
void tell_service_manager(const std::string& state);

}  // namespace smtpscope::ops
