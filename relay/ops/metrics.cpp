#include "relay/ops/metrics.hpp"

#include <array>
#include <chrono>
#include <fstream>
#include <mutex>
#include <string>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <unistd.h>

#include "smtpscope/version.hpp"

namespace smtpscope::ops {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;
using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;

// Upper bounds in seconds: of a stage, from the same machine to the limits' 10 s; of a session, to its 30 min.
const Histogram::BucketBoundaries stage_bounds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                                  0.25,  0.5,    1,     2.5,  5,     10};
const Histogram::BucketBoundaries session_bounds = {0.1, 0.5, 1, 5, 15, 60, 300, 900, 1800};

double seconds(microseconds time) { return std::chrono::duration<double>(time).count(); }

// Octets of memory that this process holds.
double resident_octets() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t all = 0;
  std::uint64_t resident = 0;
  file >> all >> resident;
  return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

struct metrics::families {
  prometheus::Registry registry;
  std::mutex scraping;  // gauges are set and written together

  template <class Metric>
  Family<Metric>& family(prometheus::detail::Builder<Metric> builder, const char* name, const char* help) {
    return builder.Name(name).Help(help).Register(registry);
  }

  Family<Gauge>& build = family(BuildGauge(), "smtpscope_build_info", "1, labelled with the version");
  Gauge& started = family(BuildGauge(), "process_start_time_seconds", "Start of the process, since 1970").Add({});
  Gauge& resident = family(BuildGauge(), "process_resident_memory_bytes", "Resident memory").Add({});
  Gauge& tunnels = family(BuildGauge(), "smtpscope_tunnels_active", "Tunnels that stand").Add({});
  Gauge& draining = family(BuildGauge(), "smtpscope_draining", "1 while the relay is ending").Add({});
  Family<Counter>& opens = family(BuildCounter(), "smtpscope_tunnel_opens_total",
                                  "Tunnels by what came of their open: connected, or the error's code");
  Counter& connected = opens.Add({{"outcome", "connected"}});
  Family<Counter>& ends = family(BuildCounter(), "smtpscope_tunnels_ended_total",
                                 "Tunnels by how they ended: in_order, or stage and code of the error");
  Counter& in_order = ends.Add({{"outcome", "in_order"}, {"stage", ""}});
  Family<Counter>& refused =
      family(BuildCounter(), "smtpscope_refused_total", "Requests and opens that policy or limits refused, by code");
  Family<Counter>& octets =
      family(BuildCounter(), "smtpscope_tunnel_bytes_total", "Octets of SMTP carried: up to servers, down to pages");
  std::array<Counter*, 2> moved{&octets.Add({{"direction", "up"}}), &octets.Add({{"direction", "down"}})};
  Family<Histogram>& times =
      family(BuildHistogram(), "smtpscope_stage_seconds", "Time that each stage of a tunnel took, and all of it");
  std::array<Histogram*, 4> took{
      &times.Add({{"stage", "resolve"}}, stage_bounds), &times.Add({{"stage", "connect"}}, stage_bounds),
      &times.Add({{"stage", "tls"}}, stage_bounds), &times.Add({{"stage", "session"}}, session_bounds)};
  Gauge& mailbox_sessions =
      family(BuildGauge(), "smtpscope_mailbox_sessions_active", "SMTP sessions of the embedded mailbox").Add({});
  Counter& mailbox_ended =
      family(BuildCounter(), "smtpscope_mailbox_sessions_total", "SMTP sessions of the mailbox that ended").Add({});
  Family<Counter>& messages = family(BuildCounter(), "smtpscope_mailbox_messages_total",
                                     "Messages of ended sessions: stored, or not (no room, or a fault)");
  Counter& stored = messages.Add({{"result", "stored"}});
  Counter& not_stored = messages.Add({{"result", "not_stored"}});
  Family<Counter>& mailbox_refused = family(BuildCounter(), "smtpscope_mailbox_refused_total",
                                            "Recipients and logins of ended sessions that were refused");
  Counter& recipients = mailbox_refused.Add({{"what", "recipient"}});
  Counter& logins = mailbox_refused.Add({{"what", "login"}});
  Family<Counter>& reloads = family(BuildCounter(), "smtpscope_reloads_total", "Reloads (SIGHUP), by result");
  std::array<Counter*, 2> reloaded{&reloads.Add({{"result", "done"}}), &reloads.Add({{"result", "refused"}})};
};

metrics::metrics() : all_(std::make_unique<families>()) {
  all_->build.Add({{"version", std::string(version)}}).Set(1);
  all_->started.SetToCurrentTime();
}

metrics::~metrics() = default;

void metrics::took(timed what, microseconds time) {
  all_->took[static_cast<std::size_t>(what)]->Observe(seconds(time));
}

void metrics::moved(way where, std::size_t octets) {
  all_->moved[static_cast<std::size_t>(where)]->Increment(static_cast<double>(octets));
}

void metrics::tunnel_connected() { all_->connected.Increment(); }

void metrics::tunnel_ended(const std::optional<outcome>& how, microseconds lasted) {
  took(timed::session, lasted);
  if (!how) return all_->in_order.Increment();
  const std::string code(tunnel::name(how->what));
  all_->ends.Add({{"outcome", code}, {"stage", std::string(tunnel::name(how->at))}}).Increment();
  if (how->at == tunnel::stage::policy) all_->refused.Add({{"reason", code}}).Increment();
  if (how->at == tunnel::stage::policy || how->at == tunnel::stage::resolve || how->at == tunnel::stage::connect)
    all_->opens.Add({{"outcome", code}}).Increment();
}

void metrics::request_refused(std::string_view code) { all_->refused.Add({{"reason", std::string(code)}}).Increment(); }

void metrics::mailbox_session_ended(const mailbox_counts& counts) {
  all_->mailbox_ended.Increment();
  all_->stored.Increment(counts.stored);
  all_->not_stored.Increment(counts.not_stored);
  all_->recipients.Increment(counts.refused_recipients);
  all_->logins.Increment(counts.refused_logins);
}

void metrics::reloaded(reload_result how) { all_->reloaded[static_cast<std::size_t>(how)]->Increment(); }

std::string metrics::text(const gauges& now) {
  const std::lock_guard lock(all_->scraping);
  all_->tunnels.Set(static_cast<double>(now.tunnels));
  all_->mailbox_sessions.Set(static_cast<double>(now.mailbox_sessions));
  all_->draining.Set(now.draining ? 1 : 0);
  all_->resident.Set(resident_octets());
  return prometheus::TextSerializer().Serialize(all_->registry.Collect());
}

}  // namespace smtpscope::ops
