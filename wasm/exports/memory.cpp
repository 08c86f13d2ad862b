// The exports of both of the core's modules for memory, results and words: smtpscope-core.d.ts documents each function.

#include <emscripten.h>

#include <cstdlib>

#include "exports.hpp"

namespace smtpscope::exports {

api::core_api& the_api() {
  static api::core_api the_one;
  return the_one;
}

}  // namespace smtpscope::exports

using namespace smtpscope::exports;

extern "C" {

EMSCRIPTEN_KEEPALIVE void* smtp_alloc(std::size_t octets) { return std::malloc(octets); }
EMSCRIPTEN_KEEPALIVE void smtp_free(void* ptr) { std::free(ptr); }
EMSCRIPTEN_KEEPALIVE const char* smtp_result_data() { return the_api().last_result().data(); }
EMSCRIPTEN_KEEPALIVE std::size_t smtp_result_size() { return the_api().last_result().size(); }
EMSCRIPTEN_KEEPALIVE int smtp_version() { return the_api().version(); }
EMSCRIPTEN_KEEPALIVE int smtp_use_texts(const char* p, std::size_t n) { return the_api().use_texts(view(p, n)); }
EMSCRIPTEN_KEEPALIVE std::uint32_t smtp_blob_new(const char* p, std::size_t n) {
  return the_api().blob_new(view(p, n));
}
EMSCRIPTEN_KEEPALIVE int smtp_blob_bytes(std::uint32_t blob) { return the_api().blob_bytes(blob); }
EMSCRIPTEN_KEEPALIVE int smtp_release(std::uint32_t handle) { return the_api().release(handle); }
}
