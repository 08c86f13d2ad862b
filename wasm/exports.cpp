// The only extern "C" of the project: smtpscope-core.d.ts documents each function.

#include <emscripten.h>

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "api/core_api.hpp"

namespace {

smtpscope::api::core_api& api() {
  static smtpscope::api::core_api the_one;
  return the_one;
}

// What does not lie in the module's memory counts as no octets: reading it would be a trap.
std::string_view view(const char* ptr, std::size_t len) {
  const std::size_t memory = __builtin_wasm_memory_size(0) * 65536;  // pages of 64 KiB
  const auto begin = reinterpret_cast<std::uintptr_t>(ptr);
  if (ptr == nullptr || begin > memory || len > memory - begin) return {};
  return {ptr, len};
}

smtpscope::session_time at(double us) {
  return smtpscope::session_time{us >= 0 && us < 9007199254740992.0 ? static_cast<std::int64_t>(us) : 0};
}

}  // namespace

extern "C" {

EMSCRIPTEN_KEEPALIVE void* smtp_alloc(std::size_t octets) { return std::malloc(octets); }
EMSCRIPTEN_KEEPALIVE void smtp_free(void* ptr) { std::free(ptr); }
EMSCRIPTEN_KEEPALIVE const char* smtp_result_data() { return api().last_result().data(); }
EMSCRIPTEN_KEEPALIVE std::size_t smtp_result_size() { return api().last_result().size(); }
EMSCRIPTEN_KEEPALIVE int smtp_version() { return api().version(); }
EMSCRIPTEN_KEEPALIVE int smtp_use_texts(const char* p, std::size_t n) { return api().use_texts(view(p, n)); }

EMSCRIPTEN_KEEPALIVE std::uint32_t smtp_blob_new(const char* p, std::size_t n) { return api().blob_new(view(p, n)); }
EMSCRIPTEN_KEEPALIVE int smtp_blob_bytes(std::uint32_t blob) { return api().blob_bytes(blob); }
EMSCRIPTEN_KEEPALIVE std::uint32_t smtp_compose(const char* p, std::size_t n) { return api().compose(view(p, n)); }
EMSCRIPTEN_KEEPALIVE int smtp_addresses(const char* p, std::size_t n) { return api().addresses(view(p, n)); }
EMSCRIPTEN_KEEPALIVE int smtp_message_read(std::uint32_t blob) { return api().message_read(blob); }
EMSCRIPTEN_KEEPALIVE int smtp_message_part(std::uint32_t blob, std::uint32_t part) {
  return api().message_part(blob, part);
}

EMSCRIPTEN_KEEPALIVE std::uint32_t smtp_client_new(const char* p, std::size_t n) {
  return api().client_new(view(p, n));
}
EMSCRIPTEN_KEEPALIVE int smtp_client_tell(std::uint32_t client, const char* p, std::size_t n, double us) {
  return api().client_tell(client, view(p, n), at(us));
}
EMSCRIPTEN_KEEPALIVE int smtp_client_receive(std::uint32_t client, const char* p, std::size_t n) {
  return api().client_receive(client, view(p, n));
}
EMSCRIPTEN_KEEPALIVE int smtp_client_next(std::uint32_t client, double us) { return api().client_next(client, at(us)); }
EMSCRIPTEN_KEEPALIVE int smtp_client_take(std::uint32_t client) { return api().client_take(client); }

EMSCRIPTEN_KEEPALIVE int smtp_simulate(const char* p, std::size_t n) { return api().simulate(view(p, n)); }

EMSCRIPTEN_KEEPALIVE std::uint32_t smtp_trace_read(const char* p, std::size_t n) {
  return api().trace_read(view(p, n));
}
EMSCRIPTEN_KEEPALIVE std::uint32_t smtp_trace_new(const char* p, std::size_t n) { return api().trace_new(view(p, n)); }
EMSCRIPTEN_KEEPALIVE int smtp_trace_append(std::uint32_t trace, const char* p, std::size_t n) {
  return api().trace_append(trace, view(p, n));
}
EMSCRIPTEN_KEEPALIVE int smtp_trace_state(std::uint32_t trace, std::uint32_t count) {
  return api().trace_state(trace, count);
}
EMSCRIPTEN_KEEPALIVE int smtp_trace_write(std::uint32_t trace) { return api().trace_write(trace); }
EMSCRIPTEN_KEEPALIVE std::uint32_t smtp_trace_message(std::uint32_t trace) { return api().trace_message(trace); }

EMSCRIPTEN_KEEPALIVE int smtp_rules() { return api().rules(); }
EMSCRIPTEN_KEEPALIVE int smtp_release(std::uint32_t handle) { return api().release(handle); }
}
