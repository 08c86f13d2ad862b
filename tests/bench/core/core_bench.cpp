// What the core does with every octet of a message, beside what the machine and OpenSSL do with it.
// Cases come in pairs that run one after the other, so that their ratio holds on a busy machine.

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>
#include <openssl/evp.h>

#include "smtpscope/base/limits.hpp"
#include "smtpscope/text/base64.hpp"
#include "smtpscope/wire/dot_codec.hpp"

namespace {

using smtpscope::limits::content_chunk_octets;

// Kinds of content, each of one piece as the client sends it.
enum content_kind : int { base64_lines, prose, dots_everywhere };

std::string repeated(std::string_view unit) {
  std::string out;
  while (out.size() < content_chunk_octets) out += unit;
  out.resize(content_chunk_octets);
  return out;
}

const std::string& content(int kind) {
  static const std::vector<std::string> kinds = {
      repeated("SGVyZSBpcyBhIHBpY3R1cmUgaW4gYmFzZTY0OiBsaW5lcyBvZiA3NiBjaGFyYWN0ZXJzLCBubyBk\r\n"),
      repeated("This is prose, with a full stop at the end of most lines. Others go on, and so\r\n"
               "it is with mail that people write: about e.g. three dots in two lines.\r\n"),
      repeated(".. every line begins with a dot, and dots are everywhere ... like here ......\r\n")};
  return kinds[static_cast<std::size_t>(kind)];
}

void label(benchmark::State& state, std::size_t octets) {
  static const char* const names[] = {"base64 lines", "prose", "dots everywhere"};
  state.SetLabel(names[state.range(0)]);
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * octets));
}

void copying(benchmark::State& state) {
  const std::string& from = content(static_cast<int>(state.range(0)));
  std::string to(from.size(), '\0');
  for (auto _ : state) {
    std::memcpy(to.data(), from.data(), from.size());
    benchmark::DoNotOptimize(to.data());
    benchmark::ClobberMemory();
  }
  label(state, from.size());
}

void dot_stuffing(benchmark::State& state) {
  const std::string& from = content(static_cast<int>(state.range(0)));
  smtpscope::wire::dot_stuffer stuffer;
  for (auto _ : state) {
    std::string stuffed = stuffer.stuff(from);
    benchmark::DoNotOptimize(stuffed.data());
  }
  label(state, from.size());
}

void dot_unstuffing(benchmark::State& state) {
  smtpscope::wire::dot_stuffer stuffer;
  const std::string from = stuffer.stuff(content(static_cast<int>(state.range(0))));
  smtpscope::wire::dot_unstuffer unstuffer;
  std::string out;
  for (auto _ : state) {
    out.clear();
    unstuffer.consume(from, out);
    benchmark::DoNotOptimize(out.data());
  }
  label(state, from.size());
}

std::string octets_of_a_picture(std::size_t size) {
  std::string out(size, '\0');
  std::uint32_t x = 1;
  for (char& c : out) {
    x = x * 1664525U + 1013904223U;
    c = static_cast<char>(x >> 24);
  }
  return out;
}

void base64_of_openssl(benchmark::State& state) {
  const std::string from = octets_of_a_picture(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    std::string to((from.size() + 2) / 3 * 4 + 1, '\0');
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(to.data()), reinterpret_cast<const unsigned char*>(from.data()),
                    static_cast<int>(from.size()));
    benchmark::DoNotOptimize(to.data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * from.size()));
}

void base64_of_ours(benchmark::State& state) {
  const std::string from = octets_of_a_picture(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    std::string to = smtpscope::text::base64_encode(from);
    benchmark::DoNotOptimize(to.data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * from.size()));
}

void base64_lines_of_ours(benchmark::State& state) {
  const std::string from = octets_of_a_picture(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    std::string to;
    smtpscope::text::append_base64_lines(to, from);
    benchmark::DoNotOptimize(to.data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * from.size()));
}

}  // namespace

BENCHMARK(copying)->DenseRange(base64_lines, dots_everywhere);
BENCHMARK(dot_stuffing)->DenseRange(base64_lines, dots_everywhere);
BENCHMARK(dot_unstuffing)->DenseRange(base64_lines, dots_everywhere);
BENCHMARK(base64_of_openssl)->Arg(57)->Arg(4096)->Arg(1 << 20);
BENCHMARK(base64_of_ours)->Arg(57)->Arg(4096)->Arg(1 << 20);
BENCHMARK(base64_lines_of_ours)->Arg(1 << 20);

BENCHMARK_MAIN();
