#include "profile_rules.hpp"

#include <limits>
#include <utility>

#include "profile_words.hpp"
#include "smtpscope/text/base64.hpp"
#include "smtpscope/text/utf8.hpp"

namespace smtpscope::session {

namespace {

constexpr std::uint32_t most_number = 1'000'000;
constexpr std::size_t most_address_octets = 320;                                  // local part, "@", domain
constexpr std::uint64_t most_counter = std::numeric_limits<std::int64_t>::max();  // what JSON readers agree on

// The words of `when` that take a number.
constexpr std::array<std::pair<const char*, occurrence>, 3> numbered = {
    {{"nth", occurrence::nth}, {"every", occurrence::every}, {"from", occurrence::from}}};

bool has_addresses(fault_point p) {
  switch (p) {
    case fault_point::mail:
    case fault_point::rcpt:
    case fault_point::content:
    case fault_point::vrfy:
    case fault_point::expn:
    case fault_point::any: return true;
    case fault_point::connect:
    case fault_point::ehlo:
    case fault_point::helo:
    case fault_point::starttls:
    case fault_point::auth:
    case fault_point::data:
    case fault_point::bdat:
    case fault_point::rset:
    case fault_point::noop:
    case fault_point::help:
    case fault_point::quit: return false;
  }
  return false;
}

void read_occurrence(profile_members& m, fault& f) {
  for (const auto& [word, when] : numbered) {
    const json* value = m.find(word);
    if (value == nullptr) continue;
    if (f.when != occurrence::each) return m.fail(word, "one of nth, every, from alone");
    f.when = when;
    m.number(word, f.number, 1, most_number);
  }
}

void read_garbage(profile_members& m, fault& f) {
  m.text("garbage", f.garbage, most_garbage_octets);
  std::string encoded;
  m.text("garbageBase64", encoded, most_garbage_octets * 4 / 3 + 4);
  if (encoded.empty()) return;
  if (!f.garbage.empty()) return m.fail("garbageBase64", "only one of garbage and garbageBase64");
  auto octets = text::base64_decode(encoded);
  if (!octets) return m.fail("garbageBase64", "base64 (RFC 4648, padded)");
  f.garbage = std::move(*octets);
}

// What a fault cannot mean.
void check(profile_members& m, const fault& f) {
  const bool drop = f.then == afterwards::drop;
  if (!f.address.empty() && !has_addresses(f.at))
    return m.fail("address", "none: only MAIL, RCPT, CONTENT, VRFY and EXPN have addresses");
  if (drop && (f.reply || !f.garbage.empty() || f.drop_after)) return m.fail("drop", "no reply beside it");
  if (f.reply && !f.garbage.empty()) return m.fail("garbage", "no reply beside it");
  if (f.drop_after && f.at != fault_point::data && f.at != fault_point::bdat)
    return m.fail("dropAfterOctets", "\"at\" to be DATA or BDAT");
  if (f.drop_after && (f.reply || !f.garbage.empty()))
    return m.fail("dropAfterOctets", "no reply or garbage beside it");
  if (f.certificate != certificate_choice::own && f.at != fault_point::starttls)
    return m.fail("certificate", "\"at\" to be STARTTLS");
  if (!f.reply && f.then == afterwards::go_on && f.garbage.empty() && !f.drop_after &&
      f.certificate == certificate_choice::own && f.delay.count() == 0)
    m.fail("reply", "something to happen: reply, close, delayMs, drop, dropAfterOctets, garbage or certificate");
}

void read_fault(profile_members m, fault& f) {
  m.choice("at", f.at, fault_point_words);
  m.text("address", f.address, most_address_octets);
  read_occurrence(m, f);
  m.choice("per", f.counted, counted_words);
  m.number("percent", f.percent, 1, 100);
  m.reply("reply", f.reply);
  bool close = false;
  bool drop = false;
  m.flag("close", close);
  m.flag("drop", drop);
  if (close && drop) m.fail("close", "only one of close and drop");
  f.then = drop ? afterwards::drop : close ? afterwards::close : afterwards::go_on;
  read_garbage(m, f);
  if (m.find("dropAfterOctets") != nullptr) {
    std::uint64_t octets = 0;
    m.number("dropAfterOctets", octets, 0, most_counter);
    f.drop_after = octets;
  }
  m.choice("certificate", f.certificate, certificate_words);
  auto delay = static_cast<std::uint64_t>(f.delay.count());
  m.number("delayMs", delay, 0, static_cast<std::uint64_t>(longest_fault_delay.count()));
  f.delay = milliseconds{delay};
  m.done();
  check(m, f);
}

void read_seconds(profile_members& m, const char* key, seconds& out, seconds least) {
  auto n = static_cast<std::uint64_t>(out.count());
  m.number(key, n, static_cast<std::uint64_t>(least.count()), static_cast<std::uint64_t>(longest_window.count()));
  out = seconds{n};
}

// A rule puts off; whoever is refused for good does not come again.
void expect_transient(profile_members& m, const std::optional<wire::reply>& r) {
  if (r && r->kind() != wire::reply_class::transient) m.fail("reply", "a 4yz reply");
}

void read_greylisting(profile_members& m, std::optional<greylisting>& out) {
  const json* value = m.find("greylisting");
  if (value == nullptr) return;
  if (value->is_null()) return out.reset();
  greylisting g;
  profile_members inner{*value, m.at("greylisting"), m.problem()};
  read_seconds(inner, "delaySeconds", g.delay, seconds{1});
  read_seconds(inner, "rememberSeconds", g.remember, seconds{1});
  inner.number("triplets", g.triplets, 1, most_triplets);
  inner.reply("reply", g.reply);
  expect_transient(inner, g.reply);
  if (g.remember <= g.delay) inner.fail("rememberSeconds", "more than delaySeconds");
  inner.done();
  out = std::move(g);
}

void read_rate(profile_members m, rate_limit& r) {
  if (m.find("what") == nullptr) m.fail("what", "\"connections\", \"failedLogins\", \"messages\" or \"recipients\"");
  if (m.find("most") == nullptr) m.fail("most", "a number: so many are let through");
  m.choice("what", r.what, rate_of_words);
  m.choice("per", r.per, per_words);
  m.number("most", r.most, 0, most_number);
  read_seconds(m, "seconds", r.window, seconds{1});
  m.reply("reply", r.reply);
  expect_transient(m, r.reply);
  if (r.per == rate_per::user && r.what != rate_of::messages && r.what != rate_of::recipients)
    m.fail("per", "\"client\": who the user is, is known after the login only");
  m.done();
}

json write_fault(const fault& f) {
  json o = json::object();
  set(o, "at", fault_point_words[static_cast<std::size_t>(f.at)]);
  if (!f.address.empty()) set(o, "address", f.address);
  for (const auto& [word, when] : numbered)
    if (when == f.when) set(o, word, f.number);
  set(o, "per", counted_words[static_cast<std::size_t>(f.counted)]);
  set(o, "percent", f.percent);
  if (f.reply) set(o, "reply", write_reply(*f.reply));
  if (f.then == afterwards::close) set(o, "close", true);
  if (f.then == afterwards::drop) set(o, "drop", true);
  if (!f.garbage.empty() && text::is_utf8(f.garbage)) set(o, "garbage", f.garbage);
  if (!text::is_utf8(f.garbage)) set(o, "garbageBase64", text::base64_encode(f.garbage));
  if (f.drop_after) set(o, "dropAfterOctets", *f.drop_after);
  if (f.certificate != certificate_choice::own)
    set(o, "certificate", certificate_words[static_cast<std::size_t>(f.certificate)]);
  if (f.delay.count() > 0) set(o, "delayMs", f.delay.count());
  return o;
}

json write_rate(const rate_limit& r) {
  json o = json::object();
  set(o, "what", rate_of_words[static_cast<std::size_t>(r.what)]);
  set(o, "per", per_words[static_cast<std::size_t>(r.per)]);
  set(o, "most", r.most);
  set(o, "seconds", r.window.count());
  if (r.reply) set(o, "reply", write_reply(*r.reply));
  return o;
}

}  // namespace

void read_rules(profile_members& m, policy_rules& rules) {
  m.number("seed", rules.seed, 0, most_counter);
  if (const json* list = m.array("faults", most_faults)) {
    rules.faults.clear();
    for (const json& one : *list) {
      const std::size_t i = rules.faults.size();
      read_fault(profile_members{one, m.at("faults", i), m.problem()}, rules.faults.emplace_back());
    }
  }
  read_greylisting(m, rules.greylist);
  if (const json* list = m.array("rates", most_rates)) {
    rules.rates.clear();
    for (const json& one : *list) {
      const std::size_t i = rules.rates.size();
      read_rate(profile_members{one, m.at("rates", i), m.problem()}, rules.rates.emplace_back());
    }
  }
}

void write_rules(json& document, const policy_rules& rules) {
  set(document, "seed", rules.seed);
  json faults = json::array();
  for (const fault& f : rules.faults) faults.push_back(write_fault(f));
  set(document, "faults", std::move(faults));
  json grey = nullptr;
  if (rules.greylist) {
    grey = json::object();
    set(grey, "delaySeconds", rules.greylist->delay.count());
    set(grey, "rememberSeconds", rules.greylist->remember.count());
    set(grey, "triplets", rules.greylist->triplets);
    if (rules.greylist->reply) set(grey, "reply", write_reply(*rules.greylist->reply));
  }
  set(document, "greylisting", std::move(grey));
  json rates = json::array();
  for (const rate_limit& r : rules.rates) rates.push_back(write_rate(r));
  set(document, "rates", std::move(rates));
}

}  // namespace smtpscope::session
