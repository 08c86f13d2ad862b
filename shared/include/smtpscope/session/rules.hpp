#pragma once
// What may happen next. Everything that changes the state of a session is decided here, by two
// tables and three small functions over plain facts; the sessions look up and never bypass.
//
//   client:  phase × reply → action           (client_rules, after_capabilities, after_recipient)
//   server:  state × verb  → verdict, reply   (server_rules, check)
//
// The page draws its diagrams from the same tables; tests walk every row.

#include "smtpscope/session/client_rules.hpp"
#include "smtpscope/session/server_rules.hpp"
