// What the core's module exports beside memory.cpp.

#include <emscripten.h>

#include "exports.hpp"

using namespace smtpscope::exports;

namespace {

smtpscope::session_time at(double us) {
  return smtpscope::session_time{us >= 0 && us < 9007199254740992.0 ? static_cast<std::int64_t>(us) : 0};
}

}  // namespace

extern "C" {

EMSCRIPTEN_KEEPALIVE std::uint32_t smtp_compose(const char* p, std::size_t n) { return the_api().compose(view(p, n)); }
EMSCRIPTEN_KEEPALIVE int smtp_addresses(const char* p, std::size_t n) { return the_api().addresses(view(p, n)); }
EMSCRIPTEN_KEEPALIVE int smtp_message_read(std::uint32_t blob) { return the_api().message_read(blob); }
EMSCRIPTEN_KEEPALIVE int smtp_message_part(std::uint32_t blob, std::uint32_t part) {
  return the_api().message_part(blob, part);
}
EMSCRIPTEN_KEEPALIVE std::uint32_t smtp_client_new(const char* p, std::size_t n) {
  return the_api().client_new(view(p, n));
}
EMSCRIPTEN_KEEPALIVE int smtp_client_tell(std::uint32_t client, const char* p, std::size_t n, double us) {
  return the_api().client_tell(client, view(p, n), at(us));
}
EMSCRIPTEN_KEEPALIVE int smtp_client_receive(std::uint32_t client, const char* p, std::size_t n) {
  return the_api().client_receive(client, view(p, n));
}
EMSCRIPTEN_KEEPALIVE int smtp_client_next(std::uint32_t client, double us) {
  return the_api().client_next(client, at(us));
}
EMSCRIPTEN_KEEPALIVE int smtp_client_take(std::uint32_t client) { return the_api().client_take(client); }
EMSCRIPTEN_KEEPALIVE std::uint32_t smtp_trace_read(const char* p, std::size_t n) {
  return the_api().trace_read(view(p, n));
}
EMSCRIPTEN_KEEPALIVE std::uint32_t smtp_trace_new(const char* p, std::size_t n) {
  return the_api().trace_new(view(p, n));
}
EMSCRIPTEN_KEEPALIVE int smtp_trace_append(std::uint32_t trace, const char* p, std::size_t n) {
  return the_api().trace_append(trace, view(p, n));
}
EMSCRIPTEN_KEEPALIVE int smtp_trace_state(std::uint32_t trace, std::uint32_t count) {
  return the_api().trace_state(trace, count);
}
EMSCRIPTEN_KEEPALIVE int smtp_trace_write(std::uint32_t trace) { return the_api().trace_write(trace); }
EMSCRIPTEN_KEEPALIVE std::uint32_t smtp_trace_message(std::uint32_t trace) { return the_api().trace_message(trace); }
}
