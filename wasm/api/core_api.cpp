#include "core_api.hpp"

#include <utility>

#include "members.hpp"
#include "rules_json.hpp"
#include "smtpscope/mime/address_list.hpp"
#include "smtpscope/mime/reader.hpp"
#include "smtpscope/trace/entry_data.hpp"
#include "smtpscope/trace/explain.hpp"
#include "smtpscope/trace/replay.hpp"
#include "smtpscope/version.hpp"
#include "smtpscope/wire/dot_codec.hpp"

namespace smtpscope::api {

namespace {

json to_json(const mime::part_range& part) {
  json j = json::object();
  set(j, "begin", part.begin);
  set(j, "bodyBegin", part.body_begin);
  set(j, "end", part.end);
  set(j, "parent", part.parent);
  set(j, "mediaType", part.media_type);
  set(j, "encoding", part.encoding);
  if (!part.file_name.empty()) set(j, "fileName", part.file_name);
  if (!part.content_id.empty()) set(j, "contentId", part.content_id);
  return j;
}

json to_json(const std::vector<trace::entry>& entries, std::size_t from = 0) {
  json list = json::array();
  for (std::size_t i = from; i < entries.size(); ++i) list.push_back(trace::to_json(entries[i]));
  return list;
}

json to_json(const trace::file& f) {
  json j = json::object();
  set(j, "header", trace::to_json(f.header));
  set(j, "entries", to_json(f.entries));
  return j;
}

// A line that waits. What may hold a secret is not shown.
json to_json(const session::command_ready& c) {
  json j = json::object();
  set(j, "verb", wire::name(c.verb));
  if (c.verb == wire::verb::auth) {
    set(j, "secret", true);
  } else {
    set(j, "text", c.bytes);
  }
  if (!c.recipient.empty()) set(j, "recipient", c.recipient);
  return j;
}

// Traces from elsewhere, and older ones, are explained in today's words.
void explain_anew(std::vector<trace::entry>& entries, const trace::texts& words) {
  for (trace::entry& e : entries) e.explain = trace::explain(e, words);
}

status read_entries(const json& list, std::vector<trace::entry>& out) {
  if (!list.is_array()) return error{errc::invalid_json, "\"entries\" must be an array"};
  for (const json& one : list) {
    auto e = trace::entry_from_json(one);
    if (!e) return error{errc::invalid_json, "entry " + std::to_string(out.size()) + ": " + e.why().detail};
    if (e->sequence != out.size())
      return error{errc::invalid_json,
                   "entry " + std::to_string(out.size()) + ": \"seq\" does not follow the one before"};
    out.push_back(std::move(*e));
  }
  return {};
}

}  // namespace

// ---------------------------------------------------------------------------------- the basics

int core_api::answer(const json& value) {
  result_ = to_string(value);
  return 1;
}

int core_api::fail(const error& why) {
  json j = json::object();
  set(j, "code", name(why.code));
  set(j, "detail", why.detail);
  result_ = to_string(j);
  return -1;
}

std::uint32_t core_api::refuse(const error& why) {
  fail(why);
  return 0;
}

core_api::object* core_api::at(std::uint32_t handle) const {
  for (const auto& [key, value] : objects_)
    if (key == handle) return value.get();
  return nullptr;
}

template <class T>
T* core_api::find(std::uint32_t handle, const char* what) {
  object* o = at(handle);
  T* found = o == nullptr ? nullptr : std::get_if<T>(o);
  if (found == nullptr) fail({errc::misuse, std::string{"no "} + what + " has handle " + std::to_string(handle)});
  return found;
}

std::uint32_t core_api::keep(object o) {
  while (next_handle_ == 0 || at(next_handle_) != nullptr) ++next_handle_;
  objects_.emplace_back(next_handle_, std::make_unique<object>(std::move(o)));
  return next_handle_++;
}

blob_lookup core_api::blobs() {
  return {this, [](void* in, std::uint32_t handle) -> std::string* {
            object* o = static_cast<core_api*>(in)->at(handle);
            return o == nullptr ? nullptr : std::get_if<std::string>(o);
          }};
}

int core_api::version() {
  result_ = std::string{smtpscope::version};
  return 1;
}

int core_api::use_texts(std::string_view text) {
  auto words = trace::texts::parse(text);
  if (!words) return fail(words.why());
  words_ = std::move(*words);
  result_ = words_.language();
  return 1;
}

int core_api::release(std::uint32_t handle) {
  for (auto it = objects_.begin(); it != objects_.end(); ++it)
    if (it->first == handle) {
      objects_.erase(it);
      return 1;
    }
  return fail({errc::misuse, "nothing has handle " + std::to_string(handle)});
}

std::uint32_t core_api::blob_new(std::string_view octets) { return keep(std::string{octets}); }

int core_api::blob_bytes(std::uint32_t blob) {
  const std::string* octets = find<std::string>(blob, "blob");
  if (octets == nullptr) return -1;
  result_ = *octets;
  return 1;
}

// ------------------------------------------------------------------------------------ messages

std::uint32_t core_api::compose(std::string_view text) {
  const auto value = parse_json(text);
  if (!value) return refuse(value.why());
  auto draft = read_draft(*value, blobs());
  if (!draft) return refuse(draft.why());
  auto composed = mime::compose(*draft);
  if (!composed) return refuse(composed.why());
  json j = json::object();
  set(j, "octets", composed->bytes.size());
  json& envelope = j["envelope"] = json::object();
  set(envelope, "from", composed->addressing.reverse_path.mailbox_text());
  json& to = envelope["to"] = json::array();
  for (const wire::forward_path& path : composed->addressing.forward_paths) to.push_back(path.mailbox_text());
  json& parts = j["parts"] = json::array();
  for (const mime::part_range& part : composed->parts) parts.push_back(to_json(part));
  answer(j);
  return keep(std::move(composed->bytes));
}

int core_api::addresses(std::string_view typed) {
  const auto list = mime::parse_address_list(typed);
  if (!list) return fail(list.why());
  json j = json::object();
  json& mailboxes = j["mailboxes"] = json::array();
  for (const mime::named_mailbox& m : *list) {
    json one = json::object();
    set(one, "name", m.display_name);
    set(one, "address", m.address.text());
    mailboxes.push_back(std::move(one));
  }
  return answer(j);
}

int core_api::message_read(std::uint32_t blob) {
  const std::string* message = find<std::string>(blob, "blob");
  if (message == nullptr) return -1;
  json j = json::object();
  json& parts = j["parts"] = json::array();
  for (const mime::read_part& part : mime::read(*message).parts) {
    json one = to_json(static_cast<const mime::part_range&>(part));
    json& headers = one["headers"] = json::array();
    for (const mime::header_field& h : part.headers) {
      json header = json::object();
      set(header, "name", h.name);
      set(header, "value", h.value);
      set(header, "begin", h.begin);
      set(header, "end", h.end);
      headers.push_back(std::move(header));
    }
    parts.push_back(std::move(one));
  }
  return answer(j);
}

int core_api::message_part(std::uint32_t blob, std::uint32_t part) {
  const std::string* message = find<std::string>(blob, "blob");
  if (message == nullptr) return -1;
  const mime::message_tree tree = mime::read(*message);
  if (part >= tree.parts.size())
    return fail({errc::invalid_argument, "the message has no part " + std::to_string(part)});
  const mime::read_part& found = tree.parts[part];
  result_ = found.media_type.rfind("text/", 0) == 0 ? mime::decoded_text(*message, found)
                                                    : mime::decoded_body(*message, found);
  return 1;
}

// -------------------------------------------------------------------------------------- client

std::uint32_t core_api::client_new(std::string_view text) {
  const auto value = parse_json(text);
  if (!value) return refuse(value.why());
  auto setup = read_client_setup(*value, blobs());
  if (!setup) return refuse(setup.why());
  const std::string tls = trace::text_of(*value, "tls");
  auto session = session::client_session::create(std::move(setup->options), std::move(setup->mail));
  if (!session) return refuse(session.why());
  client c{trace::recorded_client{std::move(*session), trace::secrets::masked, words_}};
  c.session.record().resolving(setup->to.host, setup->to.port, tls, session_time{0});
  result_.clear();
  return keep(std::move(c));
}

int core_api::client_tell(std::uint32_t handle, std::string_view happening, session_time now) {
  client* c = find<client>(handle, "client");
  if (c == nullptr) return -1;
  const auto value = parse_json(happening);
  if (!value) return fail(value.why());
  members m{*value};
  const std::string what = m.text("what");
  if (what == "resolved") {
    const auto addresses = m.texts("addresses");
    if (!m.problem()) c->session.record().resolved(addresses, now);
  } else if (what == "connected") {
    const std::string address = m.text("address");
    const auto port = static_cast<int>(m.number("port", 1, 65535));
    if (!m.problem()) c->session.record().connected(address, port, now);
  } else if (what == "tls_started") {
    c->session.record().tls_started(now);
  } else if (what == "tls_established") {
    const json* info = m.object("tls");
    const sasl::channel_binding binding = read_binding(m);
    if (!m.problem()) c->session.tls_established(*info, now, binding);
  } else if (what == "tls_message") {
    m.text("type");
    m.text("contentType");
    if (m.problem()) return fail(*m.problem());
    if (const status s = c->session.tls_message(*value, now); !s) return fail(s.why());
  } else if (what == "ready") {
    c->session.ready();
  } else if (what == "peer_closed") {
    c->session.peer_closed(now);
  } else if (what == "transport_error") {
    trace::transport_problem problem{m.text("stage"), m.text("code"), m.text("message"), m.text_or("reason", "")};
    problem.failing = static_cast<int>(m.number_or("failing", -1, -1, 64));
    if (m.has("certificates")) problem.refused = *value->find("certificates");
    if (!m.problem()) c->session.transport_error(problem, now);
  } else if (what == "timer_fired") {
    c->session.timer_fired(now);
  } else if (what == "cancel") {
    c->session.cancel(now);
  } else if (what == "command") {
    const auto choice = read_manual_answer(m);
    if (m.problem()) return fail(*m.problem());
    if (const status s = c->session.answer(choice); !s) return fail(s.why());
  } else {
    m.fail("\"what\" is no happening that is known");
  }
  if (m.problem()) return fail(*m.problem());
  result_.clear();
  return 1;
}

int core_api::client_receive(std::uint32_t handle, std::string_view octets) {
  client* c = find<client>(handle, "client");
  if (c == nullptr) return -1;
  c->session.receive(octets);
  result_.clear();
  return 1;
}

int core_api::client_next(std::uint32_t handle, session_time now) {
  client* c = find<client>(handle, "client");
  if (c == nullptr) return -1;
  while (const auto event = c->session.next(now)) {
    const int code = perform(*event);
    if (code != 0) return code;
  }
  result_.clear();
  return static_cast<int>(action::nothing);
}

// What the page must do for an event; 0 for one that is only told.
int core_api::perform(const session::client_event& event) {
  if (const auto* sent = std::get_if<session::send_bytes>(&event)) {
    result_ = sent->bytes;
    return static_cast<int>(action::send);
  }
  if (const auto* timer = std::get_if<session::arm_timer>(&event)) {
    json j = json::object();
    set(j, "seconds", timer->after.count());
    answer(j);
    return static_cast<int>(action::arm_timer);
  }
  if (const auto* end = std::get_if<session::finished>(&event)) {
    answer(trace::result_data(*end));
    return static_cast<int>(action::finished);
  }
  if (const auto* waiting = std::get_if<session::command_ready>(&event)) {
    answer(to_json(*waiting));
    return static_cast<int>(action::command_ready);
  }
  result_.clear();
  if (std::holds_alternative<session::start_tls>(event)) return static_cast<int>(action::start_tls);
  if (std::holds_alternative<session::close_connection>(event)) return static_cast<int>(action::close);
  return 0;
}

int core_api::client_take(std::uint32_t handle) {
  client* c = find<client>(handle, "client");
  if (c == nullptr) return -1;
  const auto& entries = c->session.entries();
  answer(to_json(entries, c->taken));
  return static_cast<int>(entries.size() - std::exchange(c->taken, entries.size()));
}

int core_api::simulate(std::string_view text) {
  const auto value = parse_json(text);
  if (!value) return fail(value.why());
  auto setup = read_simulation_setup(*value, blobs());
  if (!setup) return fail(setup.why());
  trace::file f;
  f.header.mode = "simulated";
  f.header.title = trace::text_of((*value)["client"], "title");
  if (f.header.title.empty()) f.header.title = "Simulated session with " + setup->server.host_name;
  setup->words = &words_;
  auto entries = sim::run(std::move(*setup));
  if (!entries) return fail(entries.why());
  f.entries = std::move(*entries);
  return answer(to_json(f));
}

// -------------------------------------------------------------------------------------- traces

std::uint32_t core_api::trace_read(std::string_view json_lines) {
  auto f = trace::read(json_lines);
  if (!f) return refuse(f.why());
  explain_anew(f->entries, words_);
  answer(to_json(*f));
  return keep(std::move(*f));
}

std::uint32_t core_api::trace_new(std::string_view text) {
  const auto value = parse_json(text);
  if (!value) return refuse(value.why());
  members m{*value};
  const json* header = m.object("header");
  const json* entries = m.array("entries");
  if (m.problem()) return refuse(*m.problem());
  auto h = trace::header_from_json(*header);
  if (!h) return refuse(h.why());
  trace::file f{std::move(*h), {}};
  if (const status s = read_entries(*entries, f.entries); !s) return refuse(s.why());
  result_.clear();
  return keep(std::move(f));
}

int core_api::trace_append(std::uint32_t handle, std::string_view text) {
  trace::file* f = find<trace::file>(handle, "trace");
  if (f == nullptr) return -1;
  const auto value = parse_json(text);
  if (!value) return fail(value.why());
  const std::size_t before = f->entries.size();
  if (const status s = read_entries(*value, f->entries); !s) {
    f->entries.resize(before);
    return fail(s.why());
  }
  result_.clear();
  return static_cast<int>(f->entries.size());
}

int core_api::trace_state(std::uint32_t handle, std::uint32_t count) {
  const trace::file* f = find<trace::file>(handle, "trace");
  if (f == nullptr) return -1;
  return answer(trace::to_json(trace::replay(f->entries, count)));
}

int core_api::trace_write(std::uint32_t handle) {
  const trace::file* f = find<trace::file>(handle, "trace");
  if (f == nullptr) return -1;
  result_ = trace::write(*f);
  return 1;
}

std::uint32_t core_api::trace_message(std::uint32_t handle) {
  const trace::file* f = find<trace::file>(handle, "trace");
  if (f == nullptr) return 0;
  std::string message;
  wire::dot_unstuffer unstuffer;
  for (const trace::entry& e : f->entries)
    if (e.kind == trace::kind::content) {
      if (trace::text_of(e.data, "verb").empty()) {
        unstuffer.consume(e.bytes, message);
      } else {
        message += e.bytes;  // chunks are not stuffed
      }
    }
  result_.clear();
  return keep(std::move(message));
}

int core_api::rules() { return answer(rules_json()); }

}  // namespace smtpscope::api
