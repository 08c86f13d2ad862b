#pragma once
// What an entry means: a title, one sentence or two, and the RFC that says so. A table of data,
// keyed by what the entry is and never by the prose of a reply.

#include "smtpscope/trace/entry.hpp"
#include "smtpscope/trace/texts.hpp"

namespace smtpscope::trace {

// Never fails: what no row knows is explained by its class (RFC 5321 §4.2.1), or titled by
// its kind.
[[nodiscard]] explanation explain(const entry& e, const texts& words);

}  // namespace smtpscope::trace
