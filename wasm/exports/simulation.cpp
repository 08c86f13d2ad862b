// What the simulation's module exports beside memory.cpp.

#include <emscripten.h>

#include "exports.hpp"

using namespace smtpscope::exports;

extern "C" {

EMSCRIPTEN_KEEPALIVE int smtp_simulate(const char* p, std::size_t n) { return the_api().simulate(view(p, n)); }
EMSCRIPTEN_KEEPALIVE int smtp_rules() { return the_api().rules(); }
}
