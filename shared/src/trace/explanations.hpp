#pragma once
// The table behind explain(). Rows are tried in order; the first that fits speaks.

#include <array>
#include <string_view>

#include "smtpscope/trace/entry.hpp"

namespace smtpscope::trace {

// `key` is the verb of a command, the stage of a reply, the code of a transport error, "" for any.
// `code` is a reply code, or its first digit, or 0 for any. In `title` and `text` a name in braces
// stands for that member of the entry's data.
struct explanation_row {
  trace::kind kind;
  std::string_view key;
  int code;
  std::string_view title;
  std::string_view text;
  std::string_view rfc;
};

// clang-format off: one row is one thought; filling the lines would break the columns.
inline constexpr std::array explanations = {
    // ------------------------------------------------------------------------------ transport
    explanation_row{kind::resolving, "", 0, "Looking up {host}",
                    "Mail programs know servers by name. The name service (DNS) is asked for the addresses of {host}.",
                    "RFC 5321 §5.1"},
    explanation_row{kind::resolved, "", 0, "The name has an address",
                    "DNS answered. One of these addresses is tried next.", "RFC 1035 §3.4.1"},
    explanation_row{
        kind::connected, "", 0, "Connected to {address}, port {port}",
        "A TCP connection stands: two streams of bytes, one each way. From here both sides only write and read.",
        "RFC 9293 §3.5"},
    explanation_row{
        kind::tls_started, "", 0, "TLS handshake begins",
        "Both sides agree on keys, and the server proves with its certificate that it is who its name says.",
        "RFC 8446 §2"},
    explanation_row{kind::tls_established, "", 0, "The connection is encrypted",
                    "{version} with {suite}. What follows can be read by the two ends of TLS only, and changed by "
                    "nobody unnoticed.",
                    "RFC 8446 §1"},
    explanation_row{kind::transport_error, "not_allowed", 0, "The relay does not connect there",
                    "The relay reaches only servers on its list, so that nobody can use it to attack others.", ""},
    explanation_row{kind::transport_error, "blocked_address", 0, "The address is on a private network",
                    "The name leads to an address that only machines inside a network use. The relay refuses those "
                    "unless told otherwise.",
                    "RFC 1918 §3"},
    explanation_row{kind::transport_error, "name_not_found", 0, "There is no such name",
                    "DNS knows no address under this name.", "RFC 1035 §4.1.1"},
    explanation_row{kind::transport_error, "refused", 0, "Nothing listens on that port",
                    "The machine answered, but no program takes connections on this port.", "RFC 9293 §3.10.7.1"},
    explanation_row{kind::transport_error, "timeout", 0, "No answer in time",
                    "Nothing came back. A firewall on the way often drops such packets silently.", ""},
    explanation_row{kind::transport_error, "unreachable", 0, "No way to that machine",
                    "The network has no route to the address, or the name service does not answer.", ""},
    explanation_row{kind::transport_error, "reset", 0, "The connection was cut",
                    "The other side ended the connection without closing it in order.", "RFC 9293 §3.5.2"},
    explanation_row{
        kind::transport_error, "tls_verify", 0, "The server's certificate is not to be trusted",
        "TLS works, but the certificate does not prove that this is the server that was meant. Nothing was sent.",
        "RFC 9525 §6"},
    explanation_row{kind::transport_error, "tls_protocol", 0, "The server does not speak TLS here",
                    "What came back is not TLS. Often the port wants a plain start and STARTTLS instead, as 587 does.",
                    "RFC 8314 §3.3"},
    explanation_row{
        kind::transport_error, "starttls_plaintext", 0, "Unencrypted bytes where TLS must begin",
        "Bytes followed the server's agreement to start TLS. Somebody may have put them there, so the session ends.",
        "RFC 3207 §6"},
    explanation_row{kind::transport_error, "relay_unreachable", 0, "The relay does not answer",
                    "A page cannot open a mail connection itself; the relay does it. It cannot be reached now.",
                    "RFC 6455 §1.1"},
    explanation_row{kind::transport_error, "relay_refused", 0, "The relay refused this page",
                    "The relay is running but does not serve pages from this address.", "RFC 6455 §10.2"},
    explanation_row{kind::transport_error, "relay_closed", 0, "The relay ended the connection",
                    "The connection between page and relay is gone, and with it the way to the server.", "RFC 6455 §7"},
    explanation_row{kind::transport_error, "", 0, "The connection failed", "{message}", ""},
    explanation_row{kind::timeout, "", 0, "The server keeps silent",
                    "It did not answer within the time that was allowed, so the client gives up.", "RFC 5321 §4.5.3.2"},
    explanation_row{kind::cancelled, "", 0, "Cancelled", "You stopped the session. The connection is closed at once.",
                    ""},
    explanation_row{kind::closed, "server", 0, "The server closed the connection",
                    "No more bytes will come from the server.", "RFC 5321 §3.8"},
    explanation_row{kind::closed, "", 0, "The connection is closed", "The client closed it. The session is over.",
                    "RFC 5321 §3.8"},

    // ------------------------------------------------------------------------------- commands
    explanation_row{kind::command, "EHLO", 0, "The client introduces itself",
                    "EHLO gives the client's name and asks what the server can do beyond basic SMTP.",
                    "RFC 5321 §4.1.1.1"},
    explanation_row{kind::command, "HELO", 0, "The client introduces itself the old way",
                    "HELO is what EHLO was before there were extensions. The server will list none.",
                    "RFC 5321 §4.1.1.1"},
    explanation_row{
        kind::command, "STARTTLS", 0, "The client asks to encrypt",
        "If the server agrees, TLS begins on this same connection. Until then everything can be read on the way.",
        "RFC 3207 §4"},
    explanation_row{
        kind::command, "AUTH", 0, "The client logs in with {mechanism}",
        "AUTH starts a login (SASL). What follows is base64: a way to write bytes as letters, not encryption.",
        "RFC 4954 §4"},
    explanation_row{kind::command, "MAIL", 0, "Envelope: who sends",
                    "MAIL FROM opens a transaction. Failure reports go to this address, whatever the From: line of the "
                    "message says.",
                    "RFC 5321 §4.1.1.2"},
    explanation_row{
        kind::command, "RCPT", 0, "Envelope: who receives",
        "One RCPT TO for each recipient. Bcc works because only this envelope counts for delivery, not the To: line.",
        "RFC 5321 §4.1.1.3"},
    explanation_row{kind::command, "DATA", 0, "The client wants to send the message",
                    "After the server's 354 the message follows, up to a line that is a single dot.",
                    "RFC 5321 §4.1.1.4"},
    explanation_row{kind::command, "RSET", 0, "The client starts over", "The transaction so far is forgotten.",
                    "RFC 5321 §4.1.1.5"},
    explanation_row{kind::command, "NOOP", 0, "Nothing is asked", "NOOP only checks that the server still answers.",
                    "RFC 5321 §4.1.1.9"},
    explanation_row{kind::command, "VRFY", 0, "Does this mailbox exist?",
                    "Most servers do not tell, to protect their users.", "RFC 5321 §4.1.1.6"},
    explanation_row{kind::command, "HELP", 0, "The client asks for help", "The answer is text for people.",
                    "RFC 5321 §4.1.1.8"},
    explanation_row{kind::command, "QUIT", 0, "The client says goodbye",
                    "QUIT ends the session in order. A message already accepted stays accepted.", "RFC 5321 §4.1.1.10"},
    explanation_row{kind::command, "", 0, "A command", "This is not a command of SMTP that is known here.",
                    "RFC 5321 §4.1"},
    explanation_row{
        kind::sasl_response, "", 0, "The client's part of the login",
        "The answer to the server's question, in base64. It is masked here because it can hold the password.",
        "RFC 4954 §4"},
    explanation_row{kind::content, "", 0, "The message itself",
                    "Header lines, an empty line, then the body. A line that begins with a dot gets a second one, "
                    "which the server removes.",
                    "RFC 5321 §4.5.2"},
    explanation_row{kind::end_of_content, "", 0, "A single dot: the message ends",
                    "CRLF, dot, CRLF marks the end. Only the server's next reply says whether it takes responsibility.",
                    "RFC 5321 §4.1.1.4"},

    // -------------------------------------------------------------------------------- replies
    // 421 means the same wherever it comes.
    explanation_row{kind::reply, "", 421, "The server is closing the connection",
                    "421 can answer any command: the server must stop. Try again later.", "RFC 5321 §3.8"},
    explanation_row{kind::greeting, "", 421, "The server is closing the connection",
                    "421 can come at any time: the server must stop. Try again later.", "RFC 5321 §3.8"},
    explanation_row{kind::greeting, "greeting", 2, "The server greets",
                    "220: the server is ready and gives its name. The client must wait for this before it speaks.",
                    "RFC 5321 §3.1"},
    explanation_row{kind::greeting, "greeting", 554, "The server takes no mail from here",
                    "554 as a greeting: there is no mail service for this client. Only QUIT makes sense now.",
                    "RFC 5321 §3.1"},
    explanation_row{kind::greeting, "greeting", 4, "The server is not available now",
                    "A greeting that begins with 4 says: try again later.", "RFC 5321 §3.1"},
    explanation_row{kind::greeting, "greeting", 5, "The server refuses the connection",
                    "A greeting that begins with 5 is final for this client.", "RFC 5321 §3.1"},
    explanation_row{kind::reply, "ehlo", 2, "What the server can do",
                    "The first line greets back; each further line names an extension, such as SIZE (its largest "
                    "message), STARTTLS or AUTH.",
                    "RFC 5321 §4.1.1.1"},
    explanation_row{kind::reply, "ehlo", 500, "The server does not know EHLO",
                    "A server from before extensions. The client falls back to HELO.", "RFC 5321 §3.2"},
    explanation_row{kind::reply, "ehlo", 502, "The server does not know EHLO",
                    "A server from before extensions. The client falls back to HELO.", "RFC 5321 §3.2"},
    explanation_row{kind::reply, "helo", 2, "The server greets back", "Basic SMTP can begin; no extension is known.",
                    "RFC 5321 §4.1.1.1"},
    explanation_row{kind::reply, "starttls", 220, "The server agrees to encrypt",
                    "The very next bytes must be TLS. Anything else would be suspect.", "RFC 3207 §4"},
    explanation_row{
        kind::reply, "starttls", 454, "TLS is not available just now",
        "The server knows STARTTLS but cannot do it at the moment. The client sends nothing in the clear instead.",
        "RFC 3207 §4"},
    explanation_row{kind::sasl_challenge, "auth", 334, "The server asks",
                    "334 carries a question in base64. LOGIN asks for the user name, then the password; PLAIN asks "
                    "nothing and waits.",
                    "RFC 4954 §4"},
    explanation_row{kind::reply, "auth", 235, "Logged in", "The server knows the user now and accepts mail from them.",
                    "RFC 4954 §6"},
    explanation_row{kind::reply, "auth", 535, "The login was refused",
                    "Name and password arrived, and the server does not accept them. Nothing was sent.", "RFC 4954 §6"},
    explanation_row{kind::reply, "auth", 534, "This login is not accepted",
                    "The server wants another way to log in, such as an app password.", "RFC 4954 §6"},
    explanation_row{kind::reply, "auth", 454, "The login cannot be checked now",
                    "A fault on the server's side. The password may well be right: try again later with the same one.",
                    "RFC 4954 §6"},
    explanation_row{kind::reply, "auth", 530, "TLS comes first",
                    "The server takes no password before the connection is encrypted.", "RFC 3207 §4"},
    explanation_row{kind::reply, "auth", 538, "TLS comes first",
                    "The server takes no password before the connection is encrypted.", "RFC 4954 §6"},
    explanation_row{kind::reply, "auth", 504, "The server does not know this login mechanism",
                    "It offers others in its answer to EHLO.", "RFC 4954 §4"},
    explanation_row{kind::reply, "auth", 501, "The login was broken off",
                    "The server could not read the client's answer, or the client cancelled.", "RFC 4954 §4"},
    explanation_row{kind::reply, "mail", 2, "The sender is accepted", "The transaction is open; recipients come next.",
                    "RFC 5321 §3.3"},
    explanation_row{kind::reply, "mail", 530, "The server wants a login or TLS first",
                    "It accepts mail only from users it knows, or only over an encrypted connection.", "RFC 4954 §6"},
    explanation_row{kind::reply, "mail", 552, "The message is too large",
                    "The client said how many octets will come (SIZE=), and the server takes fewer. Nothing was sent.",
                    "RFC 1870 §6.1"},
    explanation_row{kind::reply, "mail", 452, "The server has no room now",
                    "It may have later: the client may try again.", "RFC 1870 §6.1"},
    explanation_row{kind::reply, "rcpt", 251, "The recipient has moved",
                    "The server knows where {recipient} is now and forwards the message.", "RFC 5321 §3.4"},
    explanation_row{kind::reply, "rcpt", 2, "The recipient is accepted",
                    "The server will take mail for {recipient}. That is no promise of delivery further on.",
                    "RFC 5321 §3.3"},
    explanation_row{kind::reply, "rcpt", 550, "The recipient is refused",
                    "The server has no such mailbox as {recipient}, or may not deliver to it.", "RFC 5321 §4.2.3"},
    explanation_row{kind::reply, "rcpt", 452, "Too many recipients",
                    "The remaining ones belong into another transaction.", "RFC 5321 §4.5.3.1.10"},
    explanation_row{kind::reply, "rcpt", 4, "The recipient is refused for now",
                    "The server may accept {recipient} later: its mailbox is busy, or it wants to see whether the "
                    "client tries again.",
                    "RFC 5321 §4.2.1"},
    explanation_row{kind::reply, "rcpt", 5, "The recipient is refused",
                    "The server will not take mail for {recipient}.", "RFC 5321 §3.3"},
    explanation_row{kind::reply, "data", 354, "Go ahead",
                    "The server now takes every line as part of the message, until a line that is a single dot.",
                    "RFC 5321 §3.3"},
    explanation_row{
        kind::reply, "content", 2, "The server has the message",
        "From this reply on the server is responsible: it must deliver the message or report that it could not.",
        "RFC 5321 §4.2.5"},
    explanation_row{kind::reply, "content", 552, "The message is too large",
                    "The server read it to the end and does not keep it.", "RFC 5321 §4.2.3"},
    explanation_row{kind::reply, "content", 4, "Not accepted now",
                    "The server does not take responsibility; the client keeps the message and may try again.",
                    "RFC 5321 §4.2.5"},
    explanation_row{kind::reply, "content", 5, "Not accepted",
                    "The server refuses the message. Sending the same again will not help.", "RFC 5321 §4.2.5"},
    explanation_row{kind::reply, "quit", 2, "The server says goodbye", "221: it closes the connection now.",
                    "RFC 5321 §4.1.1.10"},

    // What may come anywhere.
    explanation_row{kind::reply, "", 500, "The server does not understand",
                    "It does not know the command, or the line was too long.", "RFC 5321 §4.2.4"},
    explanation_row{kind::reply, "", 501, "Something after the command is wrong",
                    "The command is known, its arguments are not legal.", "RFC 5321 §4.2.2"},
    explanation_row{kind::reply, "", 502, "The server does not do that", "It knows the command but does not offer it.",
                    "RFC 5321 §4.2.4"},
    explanation_row{kind::reply, "", 503, "Not now", "The command is known but comes at the wrong moment.",
                    "RFC 5321 §4.1.4"},
    explanation_row{kind::reply, "", 555, "A parameter is not known",
                    "The server does not know what follows the address.", "RFC 5321 §4.1.1.11"},
    explanation_row{kind::reply, "", 2, "Accepted", "A reply that begins with 2 says yes.", "RFC 5321 §4.2.1"},
    explanation_row{kind::reply, "", 3, "Go on", "A reply that begins with 3 says: yes so far, send more.",
                    "RFC 5321 §4.2.1"},
    explanation_row{kind::reply, "", 4, "Not now", "A reply that begins with 4 says: not now, the same may work later.",
                    "RFC 5321 §4.2.1"},
    explanation_row{kind::reply, "", 5, "No", "A reply that begins with 5 says no: trying again unchanged cannot help.",
                    "RFC 5321 §4.2.1"},
    explanation_row{kind::greeting, "", 0, "The server's first words", "No greeting that SMTP knows.", "RFC 5321 §3.1"},
    explanation_row{kind::reply, "tls", 0, "Bytes that nobody may send here",
                    "Between the server's agreement and TLS nothing may come. The client trusts none of it and leaves.",
                    "RFC 3207 §6"},
    explanation_row{
        kind::reply, "", 0, "This is no reply of SMTP",
        "A reply begins with three digits, is whole, and comes when it was asked for. The client does not guess.",
        "RFC 5321 §4.2"},
    explanation_row{kind::sasl_challenge, "", 0, "The server asks", "A further question of the login.", "RFC 4954 §4"},

    // ----------------------------------------------------------------------------- the result
    explanation_row{kind::result, "delivered", 0, "Sent",
                    "The server took responsibility for the message and every recipient.", "RFC 5321 §4.2.5"},
    explanation_row{kind::result, "partly", 0, "Sent to some",
                    "The server took the message for some recipients and refused others.", "RFC 5321 §3.3"},
    explanation_row{kind::result, "unknown", 0, "It may have been sent",
                    "The connection was lost between the last dot and the server's answer. Nobody here can know: do "
                    "not send again blindly.",
                    "RFC 5321 §4.5.3.2.6"},
    explanation_row{kind::result, "", 0, "Not sent", "The server holds no message from this session.",
                    "RFC 5321 §4.2.5"},
    explanation_row{kind::diagnosis, "", 0, "{title}", "{cause}", ""},
    explanation_row{kind::note, "", 0, "Note", "{message}", ""},
};
// clang-format on

}  // namespace smtpscope::trace
