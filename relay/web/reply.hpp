#pragma once
// An HTTP answer as a value.

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/span_body.hpp>
#include <boost/beast/http/status.hpp>

#include "smtpscope/base/json.hpp"

namespace smtpscope::web {

namespace http = boost::beast::http;
using request = http::request<http::empty_body>;

struct reply {
  http::status status = http::status::ok;
  std::string type = "text/plain; charset=utf-8";
  std::shared_ptr<const std::string> body;  // null: none
  std::vector<std::pair<http::field, std::string>> headers;
  std::string error_code = {};  // of an error_reply()
};

[[nodiscard]] reply text_reply(http::status status, std::string text);
[[nodiscard]] reply json_reply(http::status status, const json& value);
// {"error":{"code","message"}}
[[nodiscard]] reply error_reply(http::status status, std::string_view code, std::string_view message);

enum class after_reply : std::uint8_t { keep_open, close };

// The answer as Beast writes it; it holds a view of `r`'s body, so `r` must outlive it. HEAD gets the
// same header without the body (RFC 9110 §9.3.2).
[[nodiscard]] http::response<http::span_body<const char>> to_response(const reply& r, const request& asked,
                                                                      after_reply then);

}  // namespace smtpscope::web
