#include "relay/cli/complain.hpp"

#include <cstdio>

#include "relay/cli/session_printer.hpp"

namespace smtpscope::cli {

int complain(const error& why, int exit_status) {
  std::fprintf(stderr, "smtpscope: %s\n", printable(why.detail).c_str());
  return exit_status;
}

}  // namespace smtpscope::cli
