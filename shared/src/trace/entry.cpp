#include "smtpscope/trace/entry.hpp"

namespace smtpscope::trace {

std::string_view name(layer l) noexcept {
  switch (l) {
    case layer::dns: return "dns";
    case layer::tcp: return "tcp";
    case layer::tls: return "tls";
    case layer::smtp: return "smtp";
    case layer::mime: return "mime";
    case layer::queue: return "queue";
    case layer::sim: return "sim";
    case layer::note: return "note";
  }
  return "";
}

std::string_view name(kind k) noexcept {
  switch (k) {
    case kind::resolving: return "resolving";
    case kind::resolved: return "resolved";
    case kind::connected: return "connected";
    case kind::tls_started: return "tls_started";
    case kind::tls_message: return "tls_message";
    case kind::tls_established: return "tls_established";
    case kind::transport_error: return "transport_error";
    case kind::greeting: return "greeting";
    case kind::command: return "command";
    case kind::reply: return "reply";
    case kind::sasl_challenge: return "sasl_challenge";
    case kind::sasl_response: return "sasl_response";
    case kind::content: return "content";
    case kind::end_of_content: return "end_of_content";
    case kind::timeout: return "timeout";
    case kind::cancelled: return "cancelled";
    case kind::result: return "result";
    case kind::diagnosis: return "diagnosis";
    case kind::closed: return "closed";
    case kind::note: return "note";
  }
  return "";
}

std::string_view name(direction d) noexcept {
  switch (d) {
    case direction::client_to_server: return "c2s";
    case direction::server_to_client: return "s2c";
  }
  return "";
}

std::string_view name(chapter c) noexcept {
  switch (c) {
    case chapter::resolve: return "resolve";
    case chapter::connect: return "connect";
    case chapter::secure: return "secure";
    case chapter::greet: return "greet";
    case chapter::login: return "login";
    case chapter::envelope: return "envelope";
    case chapter::message: return "message";
    case chapter::done: return "done";
  }
  return "";
}

}  // namespace smtpscope::trace
