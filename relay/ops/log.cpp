#include "relay/ops/log.hpp"

#include <chrono>
#include <ctime>
#include <memory>
#include <string_view>

#include <spdlog/fmt/chrono.h>
#include <spdlog/formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "smtpscope/base/json.hpp"

namespace smtpscope::ops {
namespace {

// What log_event() says beside its message; spdlog formats a line on the thread that logs it.
thread_local const json* members_of_line = nullptr;

// {"time":"2026-12-24T18:00:00.000Z","level":"info","message":"…",…}; whatever the message holds becomes JSON.
class json_formatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& said, spdlog::memory_buf_t& into) override {
    const auto since = said.time.time_since_epoch();
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(since).count() % 1000;
    const std::tm utc = fmt::gmtime(std::chrono::system_clock::to_time_t(said.time));
    const auto level = spdlog::level::to_string_view(said.level);
    json line = json::object();
    set(line, "time", fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", utc, ms));
    set(line, "level", std::string_view(level.data(), level.size()));
    set(line, "message", std::string_view(said.payload.data(), said.payload.size()));
    if (members_of_line != nullptr) line.update(*members_of_line);
    const std::string text = to_string(line) + "\n";
    into.append(text.data(), text.data() + text.size());
  }
  [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<json_formatter>(); }
};

}  // namespace

void set_up_log(log_format format, const std::string& level) {
  auto log = std::make_shared<spdlog::logger>("smtpscope", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  switch (format) {
    case log_format::text: log->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l %v"); break;
    case log_format::json: log->set_formatter(std::make_unique<json_formatter>()); break;
  }
  spdlog::set_default_logger(std::move(log));
  spdlog::set_level(spdlog::level::from_str(level));
}

void log_event(const std::string& message, const json& members) {
  members_of_line = &members;
  spdlog::info(message);
  members_of_line = nullptr;
}

}  // namespace smtpscope::ops
