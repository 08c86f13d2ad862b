#include "smtpscope/trace/recorder.hpp"

#include <algorithm>
#include <utility>

#include "line_fields.hpp"
#include "smtpscope/trace/diagnose.hpp"
#include "smtpscope/trace/entry_data.hpp"
#include "smtpscope/trace/explain.hpp"
#include "smtpscope/trace/json_codec.hpp"

namespace smtpscope::trace {

namespace {

using session::client_stage;
using session::sent;

// `present` stays where a person says something by hand.
chapter chapter_of(client_stage stage, bool starttls, chapter present) {
  switch (stage) {
    case client_stage::connect: return chapter::connect;
    case client_stage::greeting: return chapter::greet;
    case client_stage::ehlo:
    case client_stage::helo: return starttls ? chapter::secure : chapter::greet;  // asked again after STARTTLS
    case client_stage::starttls:
    case client_stage::tls: return chapter::secure;
    case client_stage::auth: return chapter::login;
    case client_stage::mail:
    case client_stage::rcpt:
    case client_stage::rset: return chapter::envelope;
    case client_stage::data:
    case client_stage::content: return chapter::message;
    case client_stage::quit: return chapter::done;
    case client_stage::other: return present;
  }
  return present;
}

// The stage that a command belongs to: in a group it is said before its turn to be answered comes.
client_stage stage_of(const session::send_bytes& sent) {
  using wire::verb;
  switch (sent.verb) {
    case verb::ehlo: return client_stage::ehlo;
    case verb::helo: return client_stage::helo;
    case verb::starttls: return client_stage::starttls;
    case verb::auth: return client_stage::auth;
    case verb::mail: return client_stage::mail;
    case verb::rcpt: return client_stage::rcpt;
    case verb::data: return client_stage::data;
    case verb::bdat: return client_stage::content;
    case verb::rset: return client_stage::rset;
    case verb::quit: return client_stage::quit;
    case verb::noop:
    case verb::vrfy:
    case verb::help:
    case verb::expn:
    case verb::unknown: return session::stage_of(sent.client.after);
  }
  return client_stage::other;
}

wire::reply_context context_of(client_stage stage) {
  if (stage == client_stage::greeting) return wire::reply_context::greeting;
  return stage == client_stage::ehlo ? wire::reply_context::ehlo : wire::reply_context::ordinary;
}

// How a client came to its mechanism.
json candidates_data(const std::vector<session::mechanism_candidate>& all) {
  json list = json::array();
  for (const session::mechanism_candidate& c : all) {
    json one = json::object();
    set(one, "mechanism", c.mechanism);
    set(one, "standing", session::name(c.standing));
    list.push_back(std::move(one));
  }
  return list;
}

// RFC 3030 §2: chunks are not dot-stuffed.
bool is_stuffed_dot(const wire::field& f) { return f.name == "stuffed_dot"; }

json reply_data(const wire::reply& r) {
  json data = json::object();
  set(data, "code", r.code);
  if (r.enhanced) set(data, "enhanced", r.enhanced->text());
  set(data, "class", r.code / 100);
  set(data, "lines", smtpscope::to_json(r.lines));
  return data;
}

}  // namespace

entry& recorder::add(layer l, kind k, session_time now) {
  entry e;
  e.sequence = entries_.size();
  e.time = entries_.empty() ? now : std::max(now, entries_.back().time);
  e.layer = l;
  e.kind = k;
  e.chapter = chapter_;
  // TLS protects what SMTP says, from the moment it stands.
  e.secure = secure_ && (l == layer::smtp || k == kind::tls_established);
  return entries_.emplace_back(std::move(e));
}

// Out of line: there are eighteen places, and each weighed in the page's module.
void recorder::explain(entry& e) const { e.explain = trace::explain(e, *words_); }

// ----------------------------------------------------------------------------------- transport

void recorder::resolving(std::string_view host, int port, std::string_view tls, session_time now) {
  chapter_ = chapter::resolve;
  host_ = std::string{host};
  tls_policy_ = std::string{tls};
  entry& e = add(layer::dns, kind::resolving, now);
  set(e.data, "host", host);
  set(e.data, "port", port);
  set(e.data, "tls", tls);
  explain(e);
}

void recorder::resolved(const std::vector<std::string>& addresses, session_time now) {
  chapter_ = chapter::resolve;
  entry& e = add(layer::dns, kind::resolved, now);
  set(e.data, "addresses", smtpscope::to_json(addresses));
  explain(e);
}

void recorder::connected(std::string_view address, int port, session_time now) {
  chapter_ = chapter::connect;
  entry& e = add(layer::tcp, kind::connected, now);
  if (tls_policy_ != "implicit")
    e.client = names({session::client_phase::idle, session::client_phase::expect_greeting});
  set(e.data, "address", address);
  set(e.data, "port", port);
  explain(e);
}

void recorder::tls_started(session_time now) {
  chapter_ = chapter::secure;
  entry& e = add(layer::tls, kind::tls_started, now);
  set(e.data, "implicit", !starttls_);
  set(e.data, "host", host_);
  explain(e);
}

status recorder::tls_message(const json& told, session_time now) {
  // In the present chapter: tickets, updates of keys and alerts come whenever the peer likes.
  entry& e = add(layer::tls, kind::tls_message, now);
  status s = read_content(told, e);
  if (s && (!e.direction || e.bytes.empty()))
    s = error{errc::invalid_json, "a message of TLS has \"dir\" and \"base64\""};
  if (!s) {
    entries_.pop_back();
    return s;
  }
  e.secure = flag_of(told, "encrypted");
  set(e.data, "type", text_of(told, "type"));
  set(e.data, "content_type", text_of(told, "contentType"));
  set(e.data, "encrypted", e.secure);
  explain(e);
  return {};
}

void recorder::tls_established(json info, session_time now) {
  chapter_ = chapter::secure;
  secure_ = true;
  entry& e = add(layer::tls, kind::tls_established, now);
  if (!starttls_) e.client = names({session::client_phase::idle, session::client_phase::expect_greeting});
  e.data = std::move(info);
  if (!e.data.is_object()) e.data = json::object();
  explain(e);
}

void recorder::transport_error(const transport_problem& what, session_time now) {
  if (what.stage == "resolve") chapter_ = chapter::resolve;
  if (what.stage == "policy" || what.stage == "connect") chapter_ = chapter::connect;
  if (what.stage == "tls") chapter_ = chapter::secure;
  const layer where = what.stage == "resolve" ? layer::dns : what.stage == "tls" ? layer::tls : layer::tcp;
  entry& e = add(where, kind::transport_error, now);
  set(e.data, "stage", what.stage);
  set(e.data, "code", what.code);
  set(e.data, "message", what.message);
  if (!what.reason.empty()) set(e.data, "reason", what.reason);
  if (what.refused.is_array()) set(e.data, "certificates", what.refused);
  if (what.failing >= 0) set(e.data, "failing", what.failing);
  explain(e);
}

void recorder::peer_closed(session_time now) {
  if (std::exchange(ended_by_server_, true)) return;
  entry& e = add(layer::tcp, kind::closed, now);
  set(e.data, "by", "server");
  explain(e);
}

void recorder::timed_out(session_time now) {
  entry& e = add(layer::smtp, kind::timeout, now);
  explain(e);
}

void recorder::cancelled(session_time now) {
  entry& e = add(layer::note, kind::cancelled, now);
  explain(e);
}

// ------------------------------------------------------------------------------------- session

void recorder::record(const session::client_event& event, session_time now) {
  if (const auto* sent = std::get_if<session::send_bytes>(&event)) {
    switch (sent->what) {
      case sent::command: return add_command(*sent, now);
      case sent::sasl_response: return add_sasl_response(*sent, now);
      case sent::content:
      case sent::end_of_content: return add_content(*sent, now);
    }
  }
  if (const auto* received = std::get_if<session::reply_received>(&event)) return add_reply(*received, now);
  if (std::holds_alternative<session::start_tls>(event)) {
    starttls_ = true;
    return tls_started(now);
  }
  if (const auto* f = std::get_if<session::finished>(&event)) {
    finished_ = *f;
    return;
  }
  if (const auto* r = std::get_if<session::remark>(&event)) return add_note(r->text, r->section, now);
  if (const auto* m = std::get_if<session::message_finished>(&event))
    return add_note("Message " + std::to_string(m->index + 1) + ": " + std::string{name(m->result.result)}, {}, now);
  closing_ |= std::holds_alternative<session::close_connection>(event);
}

void recorder::add_note(std::string_view message, std::string_view section, session_time now) {
  entry& e = add(layer::note, kind::note, now);
  set(e.data, "message", message);
  if (!section.empty()) set(e.data, "section", section);
  explain(e);
}

void recorder::add_command(const session::send_bytes& sent, session_time now) {
  // By hand a line may be said in pieces: what each is, the whole line tells.
  const std::size_t said = unended_.size();
  const std::string line = std::move(unended_) + sent.bytes;
  unended_ = ends_line(line) ? std::string{} : line;
  const wire::command parsed = wire::parse_command(line);
  chapter_ = chapter_of(stage_of(sent), starttls_ && secure_, chapter_);
  entry& e = add(layer::smtp, kind::command, now);
  e.direction = direction::client_to_server;
  e.client = names(sent.client);
  e.bytes = sent.bytes;
  e.fields = said == 0 ? parsed.fields : line_fields(sent.bytes, {});
  set(e.data, "verb", wire::name(parsed.what));
  if (parsed.to) set(e.data, "recipient", parsed.to->mailbox_text());
  if (parsed.from) e.data["reverse_path"] = parsed.from->mailbox_text();
  if (parsed.what == wire::verb::mail) {  // another message
    content_octets_ = 0;
    content_pieces_ = 0;
    content_line_start_ = true;
  }
  if (parsed.what == wire::verb::auth) {
    sasl_responses_ = 0;
    set(e.data, "mechanism", parsed.mechanism);
    if (!sent.candidates.empty()) set(e.data, "candidates", candidates_data(sent.candidates));
  }
  hide_login(e, line, said, parsed);
  explain(e);
}

void recorder::add_content(const session::send_bytes& sent, session_time now) {
  chapter_ = chapter::message;
  const bool end = sent.what == sent::end_of_content;
  entry& e = add(layer::smtp, end ? kind::end_of_content : kind::content, now);
  e.direction = direction::client_to_server;
  e.client = names(sent.client);
  e.bytes = sent.bytes;
  const auto size = static_cast<std::uint32_t>(sent.bytes.size());
  if (end) {
    e.fields = {{0, size, "line", -1}, {0, 1, "dot", 0}, {1, size, "crlf", 0}};
    set(e.data, "octets", content_octets_);
  } else {
    set(e.data, "part", content_pieces_);
    set(e.data, "offset", content_octets_);
    set(e.data, "octets", size);
    const bool chunk = sent.verb == wire::verb::bdat;
    if (chunk) set(e.data, "verb", wire::name(sent.verb));
    add_content_fields(e.bytes, content_pieces_ == 0, content_line_start_ && !chunk, e.fields);
    if (chunk) e.fields.erase(std::remove_if(e.fields.begin(), e.fields.end(), is_stuffed_dot), e.fields.end());
    content_octets_ += size;
    ++content_pieces_;
    content_line_start_ = size >= 2 && sent.bytes.compare(size - 2, 2, "\r\n") == 0;
  }
  explain(e);
}

void recorder::add_reply(const session::reply_received& received, session_time now) {
  const wire::received_reply& r = received.reply;
  const bool greeting = received.stage == client_stage::greeting;
  const bool challenge = received.sasl_step > 0;
  // RFC 4954 §4: behind a 334 the next line answers it; a login ends with another answer to AUTH.
  const bool ends_login = received.in_answer_to == wire::verb::auth || received.in_answer_to == wire::verb::unknown;
  awaits_login_ = r.value.code == 334 || (awaits_login_ && !ends_login);
  chapter_ = chapter_of(received.stage, starttls_ && secure_, chapter_);
  entry& e = add(layer::smtp, greeting ? kind::greeting : challenge ? kind::sasl_challenge : kind::reply, now);
  e.direction = direction::server_to_client;
  e.client = names(received.client);
  if (server_) e.server = {std::string{name(server_->before)}, std::string{name(server_->after)}};
  server_.reset();
  e.bytes = r.bytes;
  e.fields = r.fields.empty() ? wire::reply_fields(r.bytes, context_of(received.stage)) : r.fields;
  e.data = reply_data(r.value);
  set(e.data, "stage", name(received.stage));
  if (received.in_answer_to != wire::verb::unknown) set(e.data, "verb", wire::name(received.in_answer_to));
  if (!received.recipient.empty()) set(e.data, "recipient", received.recipient);
  if (!received.mechanism.empty()) set(e.data, "mechanism", received.mechanism);
  if (challenge) {
    set(e.data, "step", received.sasl_step);
    add_challenge(e, received);
  }
  hide_echoes(e, r.value);
  explain(e);
}

void recorder::nothing_more(session_time now) {
  if (!std::exchange(closing_, false)) return;
  chapter_ = chapter::done;
  if (!ended_by_server_) {
    entry& e = add(layer::tcp, kind::closed, now);
    set(e.data, "by", "client");
    explain(e);
  }
  if (!finished_) return;
  entry& e = add(layer::note, kind::result, now);
  e.data = result_data(*finished_);
  explain(e);
  const std::optional<diagnosis> why = diagnose(entries_, *words_);
  if (!why) return;
  entry& d = add(layer::note, kind::diagnosis, now);
  d.data = to_json(*why);
  explain(d);
}

}  // namespace smtpscope::trace
