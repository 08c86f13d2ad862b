#pragma once
// The table behind diagnose(). Rows are tried in order; the first that fits speaks, so what says
// more stands before what says less.

#include <array>
#include <string_view>

#include "smtpscope/trace/diagnose.hpp"

namespace smtpscope::trace {

// Empty text and 0 mean any. `stage` is a session::client_stage or, for transport errors, the
// tunnel's stage. `token` is the value after "?p=" in Google's replies. `fix` holds one step a line.
// `outcome` is given where the advice depends on whether the message may have been accepted.
struct diagnosis_row {
  std::string_view key;
  std::string_view failure;  // session::failure_kind
  std::string_view stage;
  int code;  // reply code, or its first digit
  std::string_view enhanced;
  std::string_view provider;
  std::string_view token;
  std::string_view transport;  // code of a transport error, or "code/reason"
  std::string_view title;
  std::string_view cause;
  std::string_view fix;
  retry again;
  std::string_view outcome = {};  // session::outcome
};

inline constexpr std::string_view use_app_password =
    "Turn on 2-Step Verification for the Google account.\n"
    "Create an app password at myaccount.google.com/apppasswords: 16 letters, shown once.\n"
    "Type it here instead of the account's password, without spaces, and press Send again.\n"
    "App passwords are not offered for accounts with security keys only, Advanced Protection, or where an organization "
    "forbids them. "
    "Changing the account's password revokes them all.";

inline constexpr std::string_view look_first =
    "Look in the recipient's mailbox, or in your Sent folder, before you send it again.";

// clang-format off: one row is one thought; filling the lines would break the columns.
inline constexpr std::array diagnoses = {
    // --------------------------------------- after the final dot, with no answer: nobody knows
    diagnosis_row{"transport.content", "transport", "", 0, "", "", "", "",
                  "The connection failed before the server confirmed the message",
                  "The message and its final dot were sent, and then the connection failed. It may have been accepted.",
                  look_first, retry::no, "unknown"},
    diagnosis_row{"silence.content", "timeout", "", 0, "", "", "", "", "The server did not confirm the message",
                  "The message and its final dot were sent, and no answer came. It may have been accepted.", look_first,
                  retry::no, "unknown"},
    diagnosis_row{
        "hangup.content", "closed_by_server", "", 0, "", "", "", "",
        "The connection broke before the server confirmed the message",
        "The message and its final dot were sent, and the server hung up without an answer. It may have been accepted.",
        look_first, retry::no, "unknown"},
    diagnosis_row{"protocol.content", "protocol", "", 0, "", "", "", "",
                  "The server's answer to the message makes no sense",
                  "The message and its final dot were sent, and what came back is no answer that SMTP allows. It may "
                  "have been accepted.",
                  look_first, retry::no, "unknown"},
    diagnosis_row{"cancelled.content", "cancelled", "", 0, "", "", "", "", "You cancelled after the message was sent",
                  "The message and its final dot had left, and the answer had not come. It may have been accepted.",
                  look_first, retry::no, "unknown"},

    // ---------------------------------------------------------------- page, relay and transport
    diagnosis_row{
        "relay.unreachable", "transport", "", 0, "", "", "", "relay_unreachable", "The relay is not running",
        "A web page cannot open a mail connection by itself. The relay that does it for this page does not answer.",
        "Start it with ./relay/run in the project's folder, and keep that terminal open.\n"
        "Open the page at the address that it prints, then press Send again.\n"
        "To look at a session without a relay, choose \"In this page\".",
        retry::later},
    diagnosis_row{
        "relay.refused", "transport", "", 0, "", "", "", "relay_refused", "The relay refused this page",
        "The relay is running, but serves only pages from its own address, so that no other website can use it.",
        "Open the page at the address that the relay printed when it started.\n"
        "If the page is meant to be elsewhere, start the relay with --origin and the page's origin.",
        retry::after_change},
    diagnosis_row{
        "relay.closed", "transport", "", 0, "", "", "", "relay_closed", "The connection to the relay was lost",
        "The relay stopped, or the network between page and relay broke.",
        "See whether the relay is still running, and start it again if not.\nPress Send again.", retry::later},
    diagnosis_row{"policy.not_allowed", "transport", "", 0, "", "", "", "not_allowed",
                  "The relay does not connect to this server",
                  "It connects only to servers on its list: smtp.gmail.com, its own mailbox, and what was added when "
                  "it was started.",
                  "Check host name and port.\n"
                  "If you run the relay, start it with --allow host:port for this server.\n"
                  "Else choose a server from the list, such as the embedded mailbox.",
                  retry::after_change},
    diagnosis_row{
        "policy.blocked_address", "transport", "", 0, "", "", "", "blocked_address",
        "The server's address is on a private network",
        "The name leads to an address that is reserved for the inside of networks. The relay refuses those, because a "
        "web page could otherwise reach machines that only you should reach.",
        "If it is your own server, start the relay with --allow-private beside --allow host:port.\n"
        "Else check the host name.",
        retry::after_change},
    diagnosis_row{"resolve.name_not_found", "transport", "", 0, "", "", "", "name_not_found",
                  "The server's name was not found", "The name service knows no address under this name.",
                  "Check the spelling, letter by letter: smtp.gmail.com has two dots.\n"
                  "A mail address is no server name: leave out everything up to the @.",
                  retry::after_change},
    diagnosis_row{"connect.refused", "transport", "", 0, "", "", "", "refused", "Nothing listens on that port",
                  "The machine is there, but no mail server takes connections on this port.",
                  "Check the port: 465 for TLS at once, 587 for STARTTLS.\n"
                  "If it is your own server, see that it is running.",
                  retry::after_change},
    diagnosis_row{
        "connect.timeout", "transport", "connect", 0, "", "", "", "timeout", "The server cannot be reached",
        "Packets to this port get no answer. Many networks (home, campus, cloud) block mail ports, 25 above all.",
        "Check host name and port; use 465 or 587, never 25, to hand in mail.\n"
        "Try from another network, such as a phone's, to see whether yours blocks the port.",
        retry::later},
    diagnosis_row{"connect.unreachable", "transport", "", 0, "", "", "", "unreachable", "There is no way to the server",
                  "This machine is offline, or its network has no route to the server or to a name service.",
                  "See whether this machine is online.\nPress Send again when it is.", retry::later},
    diagnosis_row{"tls.protocol", "transport", "", 0, "", "", "", "tls_protocol",
                  "The server does not speak TLS on this port",
                  "TLS was expected from the first byte, and something else came back. Ports such as 587 and 25 begin "
                  "in plain text "
                  "and change to TLS with STARTTLS.",
                  "Choose STARTTLS for this port, or port 465 for TLS at once.", retry::after_change},
    diagnosis_row{"tls.expired", "transport", "", 0, "", "", "", "tls_verify/expired",
                  "The server's certificate has expired",
                  "Its last day has passed, so it no longer proves anything. Nothing was sent.",
                  "See whether this machine's clock is right.\n"
                  "If it is your own server, renew its certificate; else tell whoever runs it.",
                  retry::after_change},
    diagnosis_row{"tls.not_yet_valid", "transport", "", 0, "", "", "", "tls_verify/not_yet_valid",
                  "The server's certificate is not valid yet", "Its first day is still to come. Nothing was sent.",
                  "See whether this machine's clock is right.", retry::after_change},
    diagnosis_row{"tls.name_mismatch", "transport", "", 0, "", "", "", "tls_verify/name_mismatch",
                  "The certificate belongs to another name",
                  "The server showed a certificate that does not name the host you asked for. It may be another "
                  "server. Nothing was sent.",
                  "Use the host name that the provider documents, not an alias or an address.\n"
                  "If it is your own server, get a certificate that names this host.",
                  retry::after_change},
    diagnosis_row{
        "tls.self_signed", "transport", "", 0, "", "", "", "tls_verify/self_signed",
        "The server vouches only for itself",
        "Its certificate is self-signed: no authority that this relay trusts has checked it. Nothing was sent.",
        "If it is your own server, start the relay with --ca-file and the certificate.\n"
        "For a provider's server this is alarming: a proxy or virus scanner on the way may be answering instead.",
        retry::after_change},
    diagnosis_row{"tls.untrusted", "transport", "", 0, "", "", "", "tls_verify",
                  "The server's certificate is not to be trusted",
                  "It was not issued by an authority that this relay trusts. Nothing was sent.",
                  "If it is your own server, start the relay with --ca-file and its authority's certificate.\n"
                  "For a provider's server this is alarming: a proxy, a login page of the network or a virus scanner "
                  "on the way may "
                  "be answering instead.",
                  retry::after_change},
    diagnosis_row{
        "starttls.plaintext", "transport", "", 0, "", "", "", "starttls_plaintext",
        "Somebody may be injecting commands",
        "After the server agreed to start TLS, more unencrypted bytes came. A healthy server never does that.",
        "Do not log in over this network.\nTry another network, or port 465, where TLS begins at once.",
        retry::after_change},
    diagnosis_row{"transport.reset_tls", "transport", "tls", 0, "", "", "", "reset",
                  "The server hung up during the TLS handshake",
                  "It did not like what it was offered, or something on the way cut the connection.",
                  "Check that the port is meant for TLS.\nPress Send again; if it stays so, try another network.",
                  retry::later},
    diagnosis_row{"transport.reset", "transport", "", 0, "", "", "", "reset", "The connection was cut",
                  "The server, or something on the way, ended it without a word. The message was not accepted.",
                  "Press Send again. If it happens at the same place each time, the server refuses something there.",
                  retry::later},
    diagnosis_row{"transport.throttled", "transport", "", 0, "", "", "", "throttled", "The relay is busy",
                  "It has as many connections as it takes.", "Wait a moment and press Send again.", retry::later},
    diagnosis_row{
        "transport.quota", "transport", "", 0, "", "", "", "quota", "The session is larger than the relay carries",
        "The relay limits how many octets one session may move.", "Send smaller attachments.", retry::after_change},
    diagnosis_row{"transport.draining", "transport", "", 0, "", "", "", "draining", "The relay is ending",
                  "Whoever runs it is stopping or restarting it.", "Wait a moment and press Send again.", retry::later},
    diagnosis_row{"transport.timeout", "transport", "", 0, "", "", "", "timeout", "The connection went quiet",
                  "Nothing moved within the time that the relay allows.", "Press Send again.", retry::later},
    diagnosis_row{"transport.other", "transport", "", 0, "", "", "", "", "The connection failed",
                  "The line above says what went wrong below SMTP.",
                  "Check host name, port and the kind of TLS.\nPress Send again.", retry::later},

    // -------------------------------------------------------------------- no reply, or a bad one
    diagnosis_row{"silence.greeting", "timeout", "greeting", 0, "", "", "", "", "The server does not greet",
                  "The connection stands, but the server says nothing. On a port for TLS at once (465) it waits for "
                  "TLS to begin.",
                  "If the port is 465, choose TLS at once instead of STARTTLS.\n"
                  "Else the server may be overloaded, or something on the way swallows its words.",
                  retry::after_change},
    diagnosis_row{"silence", "timeout", "", 0, "", "", "", "", "The server stopped answering",
                  "It did not answer the last command in time.",
                  "Press Send again. If it happens at the same command each time, the server has a fault there.",
                  retry::later},
    diagnosis_row{"hangup.greeting", "closed_by_server", "greeting", 0, "", "", "", "",
                  "The server hung up without a greeting",
                  "It takes no connections from this address, or the port wants TLS from the first byte.",
                  "If the port is 465, choose TLS at once.\nElse wait a while: some servers block an address for a "
                  "time after many tries.",
                  retry::after_change},
    diagnosis_row{
        "hangup",
        "closed_by_server", "", 0, "", "", "", "", "The server hung up",
        "It ended the connection in the middle of the session, without the 421 that would say why. The message was not "
        "accepted.",
        "Press Send again. If it happens at the same command each time, the server refuses it in this rude way.",
        retry::later},
    diagnosis_row{
        "protocol.starttls_plaintext", "starttls_plaintext", "", 0, "", "", "", "",
        "Somebody may be injecting commands",
        "After the server agreed to start TLS, more unencrypted bytes came. A healthy server never does that.",
        "Do not log in over this network.\nTry another network, or port 465, where TLS begins at once.",
        retry::after_change},
    diagnosis_row{"protocol.greeting", "protocol", "greeting", 0, "", "", "", "", "This is not a mail server",
                  "What came is no SMTP greeting. Perhaps the port belongs to a web server or to TLS.",
                  "Check the port: 465 for TLS at once, 587 for STARTTLS.", retry::after_change},
    diagnosis_row{
        "protocol", "protocol", "", 0, "", "", "", "", "The server broke the protocol",
        "Its answer is none that SMTP allows at this point, so the client cannot know what it means and stopped.",
        "If you run or wrote the server, the evidence shows the line to mend.\nElse tell whoever runs it.", retry::no},
    diagnosis_row{"cancelled", "cancelled", "", 0, "", "", "", "", "You cancelled", "The message was not sent.",
                  "Press Send to try again.", retry::later},

    // ------------------------------------------------------------- what the client would not do
    diagnosis_row{"policy.starttls_not_offered", "starttls_not_offered", "", 0, "", "", "", "",
                  "The server offers no encryption here",
                  "TLS was required, and STARTTLS is missing from what the server says it can do. Either it never has "
                  "it, or somebody "
                  "on the way removed the line. Nothing secret was sent.",
                  "Use port 465 with TLS at once, which nobody can strip.\n"
                  "For a server on your own machine that has no TLS, choose \"no TLS\" by name.",
                  retry::after_change},
    diagnosis_row{"policy.auth_without_tls", "auth_without_tls", "", 0, "", "", "", "",
                  "The password would have travelled unencrypted",
                  "Without TLS everybody on the way could read it, so the client did not send it.",
                  "Choose TLS at once or STARTTLS.\n"
                  "On your own machine, for a lesson, you may allow it by name.",
                  retry::after_change},
    diagnosis_row{"policy.auth_not_offered", "auth_not_offered", "", 0, "", "", "", "", "The server offers no login",
                  "A user name was given, but AUTH is missing from what the server says it can do on this connection.",
                  "Leave out the login if the server wants none.\n"
                  "Else use the submission port, 465 or 587, with TLS: servers offer AUTH only there.",
                  retry::after_change},
    diagnosis_row{"policy.mechanism_not_offered", "mechanism_not_offered", "", 0, "", "", "", "",
                  "No common way to log in",
                  "The server offers other login mechanisms than the ones that may be used here.",
                  "Choose another mechanism, or let the client choose.", retry::after_change},
    diagnosis_row{"policy.eight_bit_not_offered", "eight_bit_not_offered", "", 0, "", "", "", "",
                  "The server takes seven-bit messages only",
                  "The message holds octets over 127, and the server does not offer 8BITMIME.",
                  "Encode the message as quoted-printable or base64.", retry::after_change},

    // ------------------------------------------------------------------ the same at every stage
    diagnosis_row{
        "ehlo.421.gmail", "refused", "ehlo", 421, "", "gmail", "", "", "Google turned the client away",
        "Too many connections came from this address, or the name in EHLO looks wrong to it.",
        "Wait some minutes and press Send again.\n"
        "If it stays so, look at the name after EHLO: it must be a full domain, or an address such as [192.0.2.1].",
        retry::later},
    diagnosis_row{"421", "refused", "", 421, "", "", "", "", "The server closed the connection",
                  "It is busy, stopping, or had enough of this client for now.",
                  "Wait some minutes and press Send again.", retry::later},
    diagnosis_row{"starttls.454", "refused", "starttls", 0, "", "", "", "", "The server could not start TLS",
                  "It offers STARTTLS but refused it now. Nothing secret was sent.",
                  "Press Send again later, or use port 465 with TLS at once.", retry::later},
    diagnosis_row{"503", "refused", "", 503, "", "", "", "", "The server lost the thread",
                  "It says that the command came at the wrong moment, though the order was the usual one. Perhaps it "
                  "expects something "
                  "else first, such as a login.",
                  "Press Send again.\nIf you run or wrote the server, the evidence shows the command it refused.",
                  retry::later},

    // ---------------------------------------------------------------------- Google's own words
    diagnosis_row{
        "auth.534.gmail.app_password", "refused", "auth", 534, "5.7.9", "gmail", "", "", "Google wants an app password",
        "This account uses 2-Step Verification, so a mail program may not log in with the account's own password.",
        use_app_password, retry::after_change},
    diagnosis_row{"auth.534.gmail.browser", "refused", "auth", 534, "", "gmail", "", "",
                  "Google wants you to log in with a browser first",
                  "Something about this login looks unusual to Google.",
                  "Log in to the account in a web browser and confirm that it was you.\n"
                  "Then press Send again, with an app password.",
                  retry::after_change},
    diagnosis_row{"auth.initial_response", "refused", "auth", 535, "5.5.4", "gmail", "", "",
                  "Google wants this login in smaller steps",
                  "It takes no answer on the same line as AUTH for this mechanism.",
                  "Choose to send the login without initial response, and press Send again.", retry::after_change},
    diagnosis_row{"auth.535.gmail", "refused", "auth", 535, "", "gmail", "", "",
                  "Google did not accept name and password",
                  "Google takes no account passwords from mail programs any more: since May 2022 for personal "
                  "accounts, since May 2025 "
                  "for organizations. It wants a 16-letter app password.",
                  use_app_password, retry::after_change},
    diagnosis_row{
        "auth.454.gmail.too_many", "refused", "auth", 454, "4.7.0", "gmail", "", "",
        "Google cannot check the login now",
        "Either there were too many logins in a short time, or Google has a fault. The password may well be right.",
        "Wait some minutes and press Send again with the same password.", retry::later},
    diagnosis_row{"mail.530.gmail", "refused", "mail", 530, "", "gmail", "", "", "Google wants a login first",
                  "Mail is accepted from users who have logged in, over TLS.",
                  "Type the Gmail address and an app password, and press Send again.", retry::after_change},
    diagnosis_row{
        "data.550.gmail.limit", "refused", "", 550, "5.4.5", "gmail", "", "", "The account's daily limit is used up",
        "Google lets an account send only so many messages in 24 hours.", "Wait up to 24 hours.", retry::later},
    diagnosis_row{"content.552.gmail.blocked", "refused", "content", 552, "5.7.0", "gmail", "", "",
                  "Google blocked an attachment", "Programs and some archives are refused for safety.",
                  "Leave out that attachment, or send a link to it.", retry::after_change},
    diagnosis_row{
        "content.552.gmail", "refused", "", 552, "", "gmail", "", "", "The message is too large for Google",
        "Google takes 35,882,577 octets, which is about 25 MB of attachments, since base64 makes them a third larger.",
        "Send fewer or smaller attachments, or a link to them.", retry::after_change},
    diagnosis_row{"auth.535.microsoft.basic", "refused", "auth", 535, "5.7.139", "microsoft", "", "",
                  "This Microsoft account takes no passwords from mail programs",
                  "Authenticated SMTP is switched off for the tenant, or its security defaults forbid it.",
                  "Ask the administrator to allow Authenticated SMTP for this mailbox.\n"
                  "Accounts of outlook.com take no password at all from mail programs.",
                  retry::after_change},

    // -------------------------------------------------------------------------- every server
    diagnosis_row{
        "auth.535", "refused", "auth", 535, "", "", "", "", "The server did not accept name and password",
        "Both arrived intact and one of them is wrong, or the account may not log in this way. Nothing was sent.",
        "Type the password again; mind capital letters.\n"
        "See whether the user name is the whole mail address or only the part before the @.\n"
        "Many providers want an app password from mail programs instead of the account's own.",
        retry::after_change},
    diagnosis_row{"auth.534", "refused", "auth", 534, "", "", "", "", "The server wants a stronger login",
                  "The mechanism or the password is too weak for this account.",
                  "Create an app password with the provider and use that.", retry::after_change},
    diagnosis_row{"auth.454", "refused", "auth", 454, "", "", "", "", "The server cannot check logins now",
                  "A fault on its side. The password may well be right.",
                  "Press Send again later, with the same password.", retry::later},
    diagnosis_row{"auth.538", "refused", "auth", 538, "", "", "", "", "The server wants TLS before a login",
                  "It takes no password over an unencrypted connection.", "Choose STARTTLS, or TLS at once.",
                  retry::after_change},
    diagnosis_row{"auth.504", "refused", "auth", 504, "", "", "", "", "The server does not know this login mechanism",
                  "It offers others.", "Choose another mechanism, or let the client choose.", retry::after_change},
    diagnosis_row{"auth", "refused", "auth", 5, "", "", "", "", "The login failed", "The server broke the login off.",
                  "The evidence shows its words.\nTry another mechanism.", retry::after_change},
    diagnosis_row{"530", "refused", "", 530, "", "", "", "", "The server wants a login or TLS first",
                  "It accepts mail only from users it knows, or only over an encrypted connection.",
                  "Give user name and password.\nChoose STARTTLS, or TLS at once.", retry::after_change},
    diagnosis_row{"mail.552", "refused", "mail", 552, "", "", "", "", "The message is too large",
                  "The client said how many octets would come, and the server takes fewer: its limit stands behind "
                  "SIZE in its answer to EHLO.",
                  "Send fewer or smaller attachments. base64 makes each a third larger.", retry::after_change},
    diagnosis_row{"content.552", "refused", "content", 552, "", "", "", "", "The message is too large",
                  "The server read it to the end and refused to keep it.",
                  "Send fewer or smaller attachments. base64 makes each a third larger.", retry::after_change},
    diagnosis_row{"rcpt.too_many", "refused", "rcpt", 5, "5.5.3", "", "", "", "Too many recipients",
                  "The server takes fewer recipients from this sender.", "Send to fewer people at once.",
                  retry::after_change},
    diagnosis_row{"rcpt.550", "refused", "rcpt", 550, "", "", "", "", "The server does not know the recipient",
                  "It has no such mailbox, or may not pass mail on to that place. Nothing was sent to that recipient.",
                  "Check the address, letter by letter.\n"
                  "If the address is elsewhere, use a server that you may send through, with a login.",
                  retry::after_change},
    diagnosis_row{"rcpt.452", "refused", "rcpt", 452, "", "", "", "", "Too many recipients, or no room",
                  "The server takes fewer recipients at once, or is short of space.",
                  "Send to fewer people at once, or later.", retry::later},
    diagnosis_row{"rcpt.552", "refused", "rcpt", 552, "", "", "", "", "No room for this message",
                  "The recipient's mailbox is full, or takes no message of this size.",
                  "Send a smaller message, or tell the recipient by another way.", retry::after_change},
    diagnosis_row{"rcpt.553", "refused", "rcpt", 553, "", "", "", "", "The recipient's address cannot be right",
                  "Its domain does not exist, or it is not written as an address is.",
                  "Check the address, above all the part after the @.", retry::after_change},
    diagnosis_row{"rcpt.syntax", "refused", "rcpt", 555, "", "", "", "",
                  "The server cannot read the recipient's address",
                  "The envelope takes the bare address, and no name beside it.",
                  "Check the address for signs that do not belong there.", retry::after_change},
    diagnosis_row{"rcpt.4", "refused", "rcpt", 4, "", "", "", "", "The recipient is refused for now",
                  "Some servers make unknown clients wait (greylisting); or the mailbox is busy.",
                  "Press Send again in some minutes.", retry::later},
    diagnosis_row{"rcpt.5", "refused", "rcpt", 5, "", "", "", "", "The recipient is refused",
                  "The server will not take mail for this address.",
                  "Check the address.\nThe evidence shows the server's reason.", retry::after_change},
    diagnosis_row{
        "mail.syntax", "refused", "mail", 555, "", "", "", "", "The server cannot read the sender's address",
        "The envelope takes the bare address and the parameters that the server offers, and nothing else.",
        "Check the sender's address for signs that do not belong there.\nThe evidence shows the server's reason.",
        retry::after_change},
    diagnosis_row{"mail.5", "refused", "mail", 5, "", "", "", "", "The sender is refused",
                  "The server takes no mail from this address, or from this user under this address.",
                  "Use the address that belongs to the login.\nThe evidence shows the server's reason.",
                  retry::after_change},
    diagnosis_row{"ehlo.5", "refused", "ehlo", 5, "", "", "", "", "The server refuses the client's name",
                  "It does not like the name after EHLO, or does not serve this client.",
                  "See that the name after EHLO is a full domain, or an address such as [192.0.2.1].\n"
                  "The evidence shows the server's reason.",
                  retry::after_change},
    diagnosis_row{"greeting.5", "refused", "greeting", 5, "", "", "", "", "The server takes no mail from here",
                  "It refused the connection in its first words.",
                  "Use your provider's submission server, on 465 or 587.\nThe evidence shows the server's reason.",
                  retry::after_change},
    diagnosis_row{"content.5", "refused", "content", 5, "", "", "", "", "The server refused the message",
                  "It read the message and does not want it: its content, its form or its sender.",
                  "The evidence shows the server's reason.\nChange what it names and press Send again.",
                  retry::after_change},
    diagnosis_row{"refused.4", "refused", "", 4, "", "", "", "", "Not now",
                  "The server refused for the moment; the same may work later.",
                  "Wait some minutes and press Send again.", retry::later},
    diagnosis_row{"refused", "refused", "", 0, "", "", "", "", "The server refused",
                  "Trying again unchanged will not help.", "The evidence shows the server's reason.",
                  retry::after_change},
};
// clang-format on

}  // namespace smtpscope::trace
