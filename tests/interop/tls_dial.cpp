// Speaks SMTP to a server of this machine inside the TLS that a page does itself, and says as one line of JSON
// what was agreed on, then resumes the session on a second connection and says that too.
//
//   tls_dial PORT HOST CA_FILE implicit|starttls TLSv1.2|TLSv1.3

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>

#include "support/tls_dialer.hpp"

using namespace smtpscope;

namespace {

struct wish {
  std::uint16_t port = 0;
  bool implicit = false;
  tls::client_options tls;
};

// What happened on one connection; the session to be resumed is left in `options`.
json session(wish& w) {
  test::tls_dialer by(w.port);
  if (!by.stands()) return {{"error", "nobody listens"}};
  if (!w.implicit) {
    by.read_until("\n");
    by.send("EHLO dial.example\r\n");
    by.read_until("\n250 ");
    by.read_until("\n");
    by.send("STARTTLS\r\n");
    if (const std::string reply = by.read_until("\n"); reply.rfind("220", 0) != 0) return {{"error", reply}};
  }
  if (!by.begin(w.tls)) {
    const auto* no = by.last<tls::failed>();
    return {{"error", no != nullptr ? no->message : "no TLS"}};
  }
  const tls::established& agreed = *by.last<tls::established>();
  json said = {{"version", agreed.version}, {"suite", agreed.suite},       {"group", agreed.group},
               {"anchor", agreed.anchor},   {"verified", agreed.verified}, {"resumed", agreed.resumed}};
  if (w.implicit) said["greeting"] = by.read_until("\n").substr(0, 3);
  by.send("EHLO dial.example\r\n");
  said["ehlo"] = by.read_until("\n").substr(0, 3);
  by.send("QUIT\r\n");
  by.read_to_end();
  said["bye"] = by.received().find("\n221") != std::string::npos;
  said["ended"] = by.last<tls::close_notify_received>() != nullptr ? "close_notify" : "truncated";
  json& messages = said["messages"] = json::array();
  for (const tls::event& e : by.events())
    if (const auto* m = std::get_if<tls::message_seen>(&e)) {
      messages.push_back(m->what.type);
      if (m->what.data.contains("damaged")) said["damaged"] = m->what.type;
    }
  if (const auto* given = by.last<tls::session_given>()) w.tls.resume = given->session;
  return said;
}

}  // namespace

int main(int count, char** words) {
  if (count != 6) {
    std::cerr << "usage: tls_dial PORT HOST CA_FILE implicit|starttls TLSv1.2|TLSv1.3\n";
    return 2;
  }
  wish w;
  w.port = static_cast<std::uint16_t>(std::atoi(words[1]));
  w.implicit = std::string_view(words[4]) == "implicit";
  w.tls.host = words[2];
  std::ifstream file(words[3]);
  const auto roots = tls::trust::from_pem(std::string(std::istreambuf_iterator<char>(file), {}));
  if (!roots) {
    std::cerr << words[3] << ": " << roots.why().detail << "\n";
    return 2;
  }
  w.tls.roots = *roots;
  w.tls.most = std::string_view(words[5]) == "TLSv1.2" ? tls::version::tls_1_2 : tls::version::tls_1_3;
  w.tls.least = w.tls.most;
  w.tls.suites = tls::suite_order::chacha20_first;
  for (int i = 0; i < 2; ++i) std::cout << to_string(session(w)) << "\n";
  return 0;
}
