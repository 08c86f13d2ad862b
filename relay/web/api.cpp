#include "relay/web/api.hpp"

#include <boost/asio/co_spawn.hpp>

#include "smtpscope/tunnel/control_json.hpp"
#include "smtpscope/version.hpp"

namespace smtpscope::web {
namespace {

constexpr std::string_view messages_path = "/api/messages";

json mailbox_json(const std::optional<shown_mailbox>& mailbox) {
  if (!mailbox) return nullptr;
  json users = json::array();
  for (const shown_user& user : mailbox->users) {
    json shown = {{"name", user.name}};
    if (!user.password.empty()) shown["password"] = user.password;
    users.push_back(std::move(shown));
  }
  return {{"host", mailbox->host},     {"smtp_port", mailbox->smtp_port}, {"smtps_port", mailbox->smtps_port},
          {"domain", mailbox->domain}, {"users", std::move(users)},       {"certificate", mailbox->certificate}};
}

bool is_id(std::string_view text) {
  constexpr std::size_t longest = 200;
  constexpr std::string_view allowed = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.-_";
  return !text.empty() && text.size() <= longest && text.front() != '.' &&
         text.find_first_not_of(allowed) == std::string_view::npos;
}

reply no_such_message() {
  return error_reply(http::status::not_found, "not_found",
                     "There is no message with this id; GET /api/messages lists them.");
}

}  // namespace

api::api(const tunnel::limits& bounds, const std::vector<tunnel::destination>& destinations,
         const std::optional<shown_mailbox>& mailbox, mailbox::message_store* messages, tunnel::token_demand token)
    : bounds_(bounds), token_(token), mailbox_(mailbox), config_(config(destinations)), messages_(messages) {}

std::string api::config(const std::vector<tunnel::destination>& destinations) const {
  return to_string(json{{"version", version},
                        {"limits", tunnel::to_json(bounds_)},
                        {"destinations", tunnel::to_json(destinations)},
                        {"mailbox", mailbox_json(mailbox_)},
                        {"auth", token_ == tunnel::token_demand::required}});
}

void api::show(const std::vector<tunnel::destination>& destinations) { config_.replace(config(destinations)); }

net::awaitable<reply> api::answer(std::string path) {
  if (path == "/api/config") {
    reply r = text_reply(http::status::ok, *config_.now());
    r.type = "application/json";
    co_return r;
  }
  const bool all = path == messages_path;
  if (!all && path.rfind(std::string(messages_path) + "/", 0) != 0)
    co_return error_reply(http::status::not_found, "not_found",
                          "The API has /api/config, /api/messages and /api/messages/ID.");
  if (messages_ == nullptr) co_return error_reply(http::status::not_found, "not_found", "This relay has no mailbox.");
  const auto work = [this, all,
                     id = all ? std::string() : path.substr(messages_path.size() + 1)]() -> net::awaitable<reply> {
    co_return all ? list() : message(id);
  };
  co_return co_await net::asio::co_spawn(disk_.get_executor(), work, net::asio::use_awaitable);
}

void api::finish() {
  disk_.stop();
  disk_.join();
}

reply api::list() const {
  json all = json::array();
  for (const mailbox::stored_message& m : messages_->list()) all.push_back(mailbox::to_json(m));
  return json_reply(http::status::ok, {{"messages", std::move(all)}});
}

reply api::message(std::string_view id) const {
  if (!is_id(id)) return no_such_message();
  auto content = messages_->content(id);
  if (!content && content.error() == boost::system::errc::no_such_file_or_directory) return no_such_message();
  if (!content)
    return error_reply(http::status::internal_server_error, "unreadable",
                       "The message cannot be read: " + content.error().message() + ".");
  reply r;
  r.type = "message/rfc822";
  r.body = std::move(*content);
  return r;
}

}  // namespace smtpscope::web
