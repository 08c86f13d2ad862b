#pragma once
// What a session asks of its host (imperative names) and tells it (past tense). A host performs
// the requests in order; every event is also what the trace records.

#include "smtpscope/session/client_event.hpp"
#include "smtpscope/session/server_event.hpp"
