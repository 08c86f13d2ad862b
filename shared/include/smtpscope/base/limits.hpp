#pragma once
// Every bound of the core in one place: value, unit, reason.

#include <cstddef>
#include <cstdint>

namespace smtpscope::limits {

// RFC 5321 §4.5.3.1: what a receiver must accept at least. We accept that and say so beyond it.
inline constexpr std::size_t local_part_octets = 64;     // §4.5.3.1.1
inline constexpr std::size_t domain_octets = 255;        // §4.5.3.1.2
inline constexpr std::size_t path_octets = 256;          // §4.5.3.1.3, with < and >
inline constexpr std::size_t command_line_octets = 512;  // §4.5.3.1.4, with CRLF
inline constexpr std::size_t reply_line_octets = 512;    // §4.5.3.1.5, with CRLF
inline constexpr std::size_t text_line_octets = 1000;    // §4.5.3.1.6, with CRLF, without a stuffed dot
inline constexpr std::size_t recipients = 100;           // §4.5.3.1.8

// RFC 4954 §4: a SASL line may be this long, with CRLF.
inline constexpr std::size_t sasl_line_octets = 12288;

// Extensions lengthen commands: SIZE=… +26 (RFC 1870 §3), BODY=… +17 (RFC 6152 §2), SMTPUTF8 +10
// (RFC 6531 §3.1), AUTH=… +500 (RFC 4954 §5), RET, ENVID, NOTIFY and ORCPT up to +600 (RFC 3461 §4).
// A server takes the sum on any line, as RFC 5321 §4.5.3.1 allows.
inline constexpr std::size_t extended_command_line_octets = 2048;

// Values of parameters, as written on the line.
inline constexpr std::size_t envid_octets = 100;           // RFC 3461 §4.4
inline constexpr std::size_t orcpt_octets = 500;           // RFC 3461 §4.2
inline constexpr std::size_t auth_parameter_octets = 500;  // RFC 4954 §5

// What we hold of a reply before calling the server hostile. Postfix caps one line at 2048 and
// smtplib at 8192; real EHLO replies stay under 40 lines.
inline constexpr std::size_t accepted_reply_line_octets = 4096;
inline constexpr std::size_t accepted_reply_lines = 128;
inline constexpr std::size_t accepted_reply_octets = 64 * 1024;

// RFC 5322 §2.1.1, without CRLF.
inline constexpr std::size_t header_line_must = 998;
inline constexpr std::size_t header_line_should = 78;
// RFC 2045 §6.7 and §6.8: an encoded line, without CRLF.
inline constexpr std::size_t encoded_line = 76;
// RFC 2047 §2: an encoded word.
inline constexpr std::size_t encoded_word = 75;

// One piece of message content handed to the host at a time: a tunnel data frame.
inline constexpr std::size_t content_chunk_octets = 64 * 1024;

// One BDAT chunk: large enough that its reply costs nothing, small enough that a refusal comes early.
inline constexpr std::size_t bdat_chunk_octets = 1024 * 1024;

// Commands sent whose replies are awaited, so that neither side blocks in writing while the other
// does (RFC 2920 §3.1). Octets: TCP's initial receive window is 64 KiB today (the RFC knew 4), and
// 100 recipients take about 5. Number: so many replies of 512 octets fit the window of the client.
inline constexpr std::size_t pipelined_command_octets = 16 * 1024;
inline constexpr std::size_t pipelined_commands = 128;

// A server's challenge count in one AUTH exchange; smtplib stops at 5, LOGIN needs 2.
inline constexpr int sasl_challenges = 8;

// SCRAM's iterations. RFC 5802 §5.1 wants 4096 at least; each costs the client two digests, so that
// 100 000 of them hold a page for half a second, and what a hostile server may ask for ends there.
inline constexpr std::uint32_t scram_iterations_least = 4096;
inline constexpr std::uint32_t scram_iterations_most = 100'000;
inline constexpr std::uint32_t scram_iterations_offered = 4096;  // by our server

// Failed AUTH commands before a server hangs up: RFC 4954 §4 asks for at least 3. Python's smtplib
// tries three mechanisms with one wrong password, and its author should read 535 and not 421.
inline constexpr int failed_authentications = 5;
// Unknown or malformed commands before a server hangs up with 421 (Postfix: 20).
inline constexpr int bad_commands = 20;

// 25 MiB of attachments in base64, as Gmail announces it: SIZE 35882577.
inline constexpr std::size_t message_octets = 35'882'577;

// Members of one JSON object: keys keep their order and are looked up one after another, so that
// a hostile object with very many would take quadratic time. Ours have under 30.
inline constexpr std::size_t json_object_members = 1000;

}  // namespace smtpscope::limits
