#include "relay/ops/log.hpp"

#include <chrono>
#include <ctime>
#include <memory>
#include <string_view>

#include <spdlog/fmt/chrono.h>
#include <spdlog/formatter.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "smtpscope/base/json.hpp"

namespace smtpscope::ops {
namespace {

// Stands in a payload between the message and its members.
constexpr char members_follow = '\x1e';

std::string_view message_of(std::string_view payload) { return payload.substr(0, payload.find(members_follow)); }

// {"time":"2026-12-24T18:00:00.000Z","level":"info","message":"…",…}; whatever the message holds becomes JSON.
class json_formatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& said, spdlog::memory_buf_t& into) override {
    const auto since = said.time.time_since_epoch();
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(since).count() % 1000;
    const std::tm utc = fmt::gmtime(std::chrono::system_clock::to_time_t(said.time));
    const auto level = spdlog::level::to_string_view(said.level);
    const std::string_view payload(said.payload.data(), said.payload.size());
    const std::string_view message = message_of(payload);
    json line = json::object();
    set(line, "time", fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", utc, ms));
    set(line, "level", std::string_view(level.data(), level.size()));
    set(line, "message", message);
    if (message.size() < payload.size()) {
      const auto members = parse_json(payload.substr(message.size() + 1));
      if (members && members->is_object()) line.update(*members);
    }
    const std::string text = to_string(line) + "\n";
    into.append(text.data(), text.data() + text.size());
  }
  [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<json_formatter>(); }
};

class text_formatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& said, spdlog::memory_buf_t& into) override {
    spdlog::details::log_msg shown = said;
    shown.payload =
        spdlog::string_view_t(said.payload.data(), message_of({said.payload.data(), said.payload.size()}).size());
    pattern_.format(shown, into);
  }
  [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<text_formatter>(); }

 private:
  spdlog::pattern_formatter pattern_{"%Y-%m-%dT%H:%M:%S.%e %l %v"};
};

}  // namespace

void set_up_log(log_format format, const std::string& level) {
  auto log = std::make_shared<spdlog::logger>("smtpscope", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  switch (format) {
    case log_format::text: log->set_formatter(std::make_unique<text_formatter>()); break;
    case log_format::json: log->set_formatter(std::make_unique<json_formatter>()); break;
  }
  spdlog::set_default_logger(std::move(log));
  spdlog::set_level(spdlog::level::from_str(level));
}

void log_event(const std::string& message, const json& members) {
  if (spdlog::should_log(spdlog::level::info)) spdlog::info("{}{}{}", message, members_follow, to_string(members));
}

}  // namespace smtpscope::ops
