#include "relay/web/reply.hpp"

namespace smtpscope::web {
namespace {

// Everything from this server alone, nothing inline, no plug-ins, no frames around it but its own.
// 'wasm-unsafe-eval' allows WebAssembly and no eval(). 'self' covers ws:// of the same host (CSP 3 §6.7.2.8).
constexpr std::string_view content_security_policy =
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

}  // namespace

reply text_reply(http::status status, std::string text) {
  reply r;
  r.status = status;
  r.body = std::make_shared<const std::string>(std::move(text));
  return r;
}

reply json_reply(http::status status, const json& value) {
  reply r = text_reply(status, to_string(value));
  r.type = "application/json";
  return r;
}

reply error_reply(http::status status, std::string_view code, std::string_view message) {
  reply r = json_reply(status, {{"error", {{"code", code}, {"message", message}}}});
  r.error_code = code;
  return r;
}

http::response<http::span_body<const char>> to_response(const reply& r, const request& asked, after_reply then) {
  http::response<http::span_body<const char>> response(r.status, asked.version() == 10 ? 10 : 11);
  response.set(http::field::server, "smtpscope");
  if (r.status != http::status::not_modified) response.set(http::field::content_type, r.type);
  response.set("Content-Security-Policy", content_security_policy);
  response.set("X-Content-Type-Options", "nosniff");
  response.set("Referrer-Policy", "no-referrer");
  response.set("Cross-Origin-Opener-Policy", "same-origin");
  response.set("Cross-Origin-Resource-Policy", "same-origin");
  response.set("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
  response.set(http::field::cache_control, "no-store");
  for (const auto& [name, value] : r.headers) response.set(name, value);
  const std::size_t size = r.body ? r.body->size() : 0;
  if (r.status != http::status::not_modified) response.content_length(size);
  if (r.body && asked.method() != http::verb::head)
    response.body() = boost::beast::span<const char>(r.body->data(), r.body->size());
  response.keep_alive(then == after_reply::keep_open);
  return response;
}

}  // namespace smtpscope::web
