// All that the module smtpscope-tls exports: smtpscope-tls.d.ts documents each function.

#include <emscripten.h>

#include <cstdlib>

#include "api/tls_api.hpp"
#include "octets.hpp"

using smtpscope::exports::view;

namespace {

smtpscope::api::tls_api& the_api() {
  static smtpscope::api::tls_api the_one;
  return the_one;
}

}  // namespace

extern "C" {

EMSCRIPTEN_KEEPALIVE void* smtp_alloc(std::size_t octets) { return std::malloc(octets); }
EMSCRIPTEN_KEEPALIVE void smtp_free(void* ptr) { std::free(ptr); }
EMSCRIPTEN_KEEPALIVE const char* smtp_result_data() { return the_api().last_result().data(); }
EMSCRIPTEN_KEEPALIVE std::size_t smtp_result_size() { return the_api().last_result().size(); }
EMSCRIPTEN_KEEPALIVE int smtp_version() { return the_api().version(); }
EMSCRIPTEN_KEEPALIVE int smtp_release(std::uint32_t handle) { return the_api().release(handle); }

EMSCRIPTEN_KEEPALIVE int smtp_tls_ready() { return the_api().ready(); }
EMSCRIPTEN_KEEPALIVE int smtp_tls_roots(const char* p, std::size_t n) { return the_api().roots(view(p, n)); }
EMSCRIPTEN_KEEPALIVE std::uint32_t smtp_tls_new(const char* p, std::size_t n) { return the_api().open(view(p, n)); }
EMSCRIPTEN_KEEPALIVE int smtp_tls_receive(std::uint32_t engine, const char* p, std::size_t n, double now) {
  return the_api().receive(engine, view(p, n), now);
}
EMSCRIPTEN_KEEPALIVE int smtp_tls_write(std::uint32_t engine, const char* p, std::size_t n) {
  return the_api().write(engine, view(p, n));
}
EMSCRIPTEN_KEEPALIVE int smtp_tls_close(std::uint32_t engine) { return the_api().close(engine); }
EMSCRIPTEN_KEEPALIVE int smtp_tls_peer_closed(std::uint32_t engine, double) { return the_api().peer_closed(engine); }
EMSCRIPTEN_KEEPALIVE int smtp_tls_next(std::uint32_t engine) { return the_api().next(engine); }
EMSCRIPTEN_KEEPALIVE int smtp_tls_take(std::uint32_t engine) { return the_api().take(engine); }
}
