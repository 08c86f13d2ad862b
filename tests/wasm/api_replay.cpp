// Makes the calls of a fixture on the native build of the page's API and prints what each returned:
// one JSON object a line, {"call","returned","base64"}.

#include <cstdio>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "api/core_api.hpp"
#include "smtpscope/text/base64.hpp"

using namespace smtpscope;

namespace {

struct argument {
  double number = 0;
  std::string octets;
};
using arguments = std::vector<argument>;
using call = std::function<long long(api::core_api&, const arguments&)>;

std::uint32_t handle(const arguments& a, std::size_t i = 0) { return static_cast<std::uint32_t>(a.at(i).number); }
std::string_view octets(const arguments& a, std::size_t i = 0) { return a.at(i).octets; }
session_time time_of(const arguments& a, std::size_t i) {
  return session_time{static_cast<std::int64_t>(a.at(i).number)};
}

const std::map<std::string, call> calls = {
    {"version", [](auto& api, const auto&) { return api.version(); }},
    {"use_texts", [](auto& api, const auto& a) { return api.use_texts(octets(a)); }},
    {"blob_new", [](auto& api, const auto& a) { return api.blob_new(octets(a)); }},
    {"blob_bytes", [](auto& api, const auto& a) { return api.blob_bytes(handle(a)); }},
    {"compose", [](auto& api, const auto& a) { return api.compose(octets(a)); }},
    {"addresses", [](auto& api, const auto& a) { return api.addresses(octets(a)); }},
    {"message_read", [](auto& api, const auto& a) { return api.message_read(handle(a)); }},
    {"message_part", [](auto& api, const auto& a) { return api.message_part(handle(a), handle(a, 1)); }},
    {"client_new", [](auto& api, const auto& a) { return api.client_new(octets(a)); }},
    {"client_tell", [](auto& api, const auto& a) { return api.client_tell(handle(a), octets(a, 1), time_of(a, 2)); }},
    {"client_receive", [](auto& api, const auto& a) { return api.client_receive(handle(a), octets(a, 1)); }},
    {"client_next", [](auto& api, const auto& a) { return api.client_next(handle(a), time_of(a, 1)); }},
    {"client_take", [](auto& api, const auto& a) { return api.client_take(handle(a)); }},
    {"simulate", [](auto& api, const auto& a) { return api.simulate(octets(a)); }},
    {"trace_read", [](auto& api, const auto& a) { return api.trace_read(octets(a)); }},
    {"trace_new", [](auto& api, const auto& a) { return api.trace_new(octets(a)); }},
    {"trace_append", [](auto& api, const auto& a) { return api.trace_append(handle(a), octets(a, 1)); }},
    {"trace_state", [](auto& api, const auto& a) { return api.trace_state(handle(a), handle(a, 1)); }},
    {"trace_write", [](auto& api, const auto& a) { return api.trace_write(handle(a)); }},
    {"trace_message", [](auto& api, const auto& a) { return api.trace_message(handle(a)); }},
    {"rules", [](auto& api, const auto&) { return api.rules(); }},
    {"release", [](auto& api, const auto& a) { return api.release(handle(a)); }},
};

std::string content_of(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

argument read_argument(const json& value) {
  argument a;
  if (value.is_number()) a.number = value.get<double>();
  if (value.is_object() && value.contains("text")) a.octets = value["text"].get<std::string>();
  if (value.is_object() && value.contains("json")) a.octets = to_string(value["json"]);
  if (value.is_object() && value.contains("base64"))
    a.octets = *text::base64_decode(value["base64"].get<std::string>());
  return a;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s FIXTURE.json\n", argv[0]);
    return 2;
  }
  const auto fixture = parse_json(content_of(argv[1]), 64);
  if (!fixture) {
    std::fprintf(stderr, "%s: %s\n", argv[1], fixture.why().detail.c_str());
    return 2;
  }
  api::core_api api;
  if (api.use_texts(content_of(SMTPSCOPE_TEXTS_FILE)) != 1) {
    std::fprintf(stderr, "%s: %s\n", SMTPSCOPE_TEXTS_FILE, api.last_result().c_str());
    return 2;
  }
  for (const json& one : (*fixture)["calls"]) {
    const std::string name = one[0].get<std::string>();
    arguments a;
    for (std::size_t i = 1; i < one.size(); ++i) a.push_back(read_argument(one[i]));
    const auto found = calls.find(name);
    if (found == calls.end()) {
      std::fprintf(stderr, "%s: there is no call \"%s\"\n", argv[1], name.c_str());
      return 2;
    }
    json line = json::object();
    set(line, "call", name);
    set(line, "returned", found->second(api, a));
    set(line, "base64", text::base64_encode(api.last_result()));
    std::printf("%s\n", to_string(line).c_str());
  }
}
