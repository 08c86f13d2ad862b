// Invariant: any file is a trace or says in which line it is not; what was read can be explained,
// diagnosed, replayed at every entry, written and read again.

#include "check.hpp"
#include "smtpscope/trace/diagnose.hpp"
#include "smtpscope/trace/explain.hpp"
#include "smtpscope/trace/json_codec.hpp"
#include "smtpscope/trace/replay.hpp"
#include "texts/native_texts.hpp"

using namespace smtpscope;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = trace::read(fuzz::view(data, size));
  if (!file) {
    fuzz::check(file.why().detail.rfind("line ", 0) == 0);
    return 0;
  }
  for (const trace::entry& e : file->entries) {
    static_cast<void>(trace::explain(e, trace::native_texts()));
    fuzz::check_fields(e.fields, e.bytes.size());
  }
  static_cast<void>(trace::diagnose(file->entries, trace::native_texts()));
  for (std::size_t n = 0; n <= file->entries.size() && n < 50; ++n)
    static_cast<void>(to_string(trace::to_json(trace::replay(file->entries, n))));
  const auto again = trace::read(trace::write(*file));
  fuzz::check(again.has_value() && again->entries.size() == file->entries.size());
  return 0;
}
