// Gives the octets of a file to the native build of the page's TLS, and prints the events as a JSON array.
// The file: {"setup": TlsSetup, "pieces": [base64…], "now": seconds}. The peer hangs up at the end.

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "api/tls_api.hpp"
#include "smtpscope/text/base64.hpp"

using namespace smtpscope;

namespace {

// Everything that there is to tell, as elements of an array.
void print_events(api::tls_api& api, std::uint32_t engine, std::string& out) {
  while (api.next(engine) == 1) {
    if (!out.empty()) out += ',';
    out += api.last_result();
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: tls_replay FILE\n");
    return 2;
  }
  std::ifstream file(argv[1], std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const auto document = parse_json(text);
  if (!document) {
    std::fprintf(stderr, "%s: %s\n", argv[1], document.why().detail.c_str());
    return 2;
  }
  const double now = document->at("now").get<double>();
  api::tls_api api;
  const std::uint32_t engine = api.open(to_string(document->at("setup")));
  if (engine == 0) {
    std::fprintf(stderr, "%s\n", std::string(api.last_result()).c_str());
    return 1;
  }
  std::string out;
  print_events(api, engine, out);
  for (const json& piece : document->at("pieces")) {
    const auto octets = smtpscope::text::base64_decode(piece.get<std::string>());
    if (!octets || api.receive(engine, *octets, now) != 1) return 2;
    print_events(api, engine, out);
  }
  api.peer_closed(engine);
  print_events(api, engine, out);
  std::printf("[%s]\n", out.c_str());
  return 0;
}
