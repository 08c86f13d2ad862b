#include "smtpscope/trace/json_codec.hpp"

#include <limits>
#include <optional>

#include "smtpscope/text/base64.hpp"
#include "smtpscope/text/utf8.hpp"
#include "smtpscope/trace/entry_data.hpp"

namespace smtpscope::trace {

namespace {

error wrong(std::string what) { return {errc::invalid_json, std::move(what)}; }

// The value of an enumeration of `count` that has the name value[key].
template <class Enum>
std::optional<Enum> named(std::size_t count, const json& value, const char* key) {
  const std::string wanted = text_of(value, key);
  for (std::size_t i = 0; i < count; ++i)
    if (name(static_cast<Enum>(i)) == wanted) return static_cast<Enum>(i);
  return std::nullopt;
}

json states(const std::pair<std::string, std::string>& s) { return json::array({s.first, s.second}); }

std::optional<std::uint64_t> count_of(const json& value, const char* key) {
  const auto it = value.find(key);
  if (it == value.end() || !it->is_number_unsigned()) return std::nullopt;
  return it->get<std::uint64_t>();
}

// [begin, end) inside `size` octets.
bool is_range(const json& r, std::size_t least, std::size_t size) {
  return r.is_array() && r.size() >= least && r[0].is_number_unsigned() && r[1].is_number_unsigned() &&
         r[0].get<std::uint64_t>() <= r[1].get<std::uint64_t>() && r[1].get<std::uint64_t>() <= size;
}

// -1, or the index of a field among those `before` that encloses [begin, end).
bool is_parent(const json& value, const json& range, const std::vector<wire::field>& before) {
  if (!value.is_number_unsigned()) return value.is_number_integer() && value.get<std::int64_t>() == -1;
  const auto index = value.get<std::uint64_t>();
  if (index >= before.size()) return false;
  const wire::field& parent = before[static_cast<std::size_t>(index)];
  return parent.begin <= range[0].get<std::uint64_t>() && range[1].get<std::uint64_t>() <= parent.end;
}

status read_states(const json& value, const char* key, std::optional<std::pair<std::string, std::string>>& out) {
  const auto it = value.find(key);
  if (it == value.end()) return {};
  if (!it->is_array() || it->size() != 2 || !(*it)[0].is_string() || !(*it)[1].is_string())
    return wrong(std::string{"\""} + key + "\" must be a pair of state names");
  out = {(*it)[0].get<std::string>(), (*it)[1].get<std::string>()};
  return {};
}

status read_bytes(const json& value, entry& e) {
  if (value.contains("text") && value.contains("base64")) return wrong("\"text\" and \"base64\" exclude each other");
  if (const auto it = value.find("text"); it != value.end()) {
    if (!it->is_string()) return wrong("\"text\" must be a string");
    e.bytes = it->get<std::string>();
  }
  if (const auto it = value.find("base64"); it != value.end()) {
    const auto octets = text::base64_decode(text_of(value, "base64"));
    if (!it->is_string() || !octets) return wrong("\"base64\" is not base64");
    e.bytes = *octets;
  }
  return {};
}

status read_ranges(const json& value, entry& e) {
  if (const auto it = value.find("fields"); it != value.end()) {
    if (!it->is_array()) return wrong("\"fields\" must be an array");
    for (const json& f : *it) {
      const bool good =
          is_range(f, 4, e.bytes.size()) && f.size() == 4 && f[2].is_string() && is_parent(f[3], f, e.fields);
      if (!good)
        return wrong(
            "a field must be [begin, end, name, parent] within the bytes and its parent, which stands before it");
      e.fields.push_back(
          {f[0].get<std::uint32_t>(), f[1].get<std::uint32_t>(), f[2].get<std::string>(), f[3].get<int>()});
    }
  }
  if (const auto it = value.find("masked"); it != value.end()) {
    for (const json& m : *it) {
      if (!it->is_array() || !is_range(m, 2, e.bytes.size()))
        return wrong("a masked range must be [begin, end] within the bytes");
      e.masked.emplace_back(m[0].get<std::uint32_t>(), m[1].get<std::uint32_t>());
    }
  }
  return {};
}

}  // namespace

json to_json(const header& h) {
  json j = json::object();
  set(j, "smtpscope", "trace");
  set(j, "version", h.version);
  set(j, "mode", h.mode);
  set(j, "title", h.title);
  set(j, "started", h.started);
  return j;
}

json to_json(const entry& e) {
  json j = json::object();
  set(j, "seq", e.sequence);
  set(j, "us", e.time.count());
  set(j, "layer", name(e.layer));
  set(j, "kind", name(e.kind));
  set(j, "chapter", name(e.chapter));
  if (e.direction) set(j, "dir", name(*e.direction));
  if (e.secure) set(j, "secure", true);
  if (e.client) set(j, "client", states(*e.client));
  if (e.server) set(j, "server", states(*e.server));
  if (!e.bytes.empty()) {
    if (text::is_utf8(e.bytes)) {
      set(j, "text", e.bytes);
    } else {
      j["base64"] = text::base64_encode(e.bytes);
    }
  }
  if (!e.fields.empty()) {
    json& fields = j["fields"] = json::array();
    for (const wire::field& f : e.fields) fields.push_back(json::array({f.begin, f.end, f.name, f.parent}));
  }
  if (!e.masked.empty()) {
    json& masked = j["masked"] = json::array();
    for (const auto& m : e.masked) masked.push_back(json::array({m.first, m.second}));
  }
  set(j, "data", e.data);
  if (e.explain) {
    json& x = j["explain"] = json::object();
    set(x, "title", e.explain->title);
    set(x, "text", e.explain->text);
    set(x, "rfc", e.explain->rfc);
  }
  return j;
}

result<header> header_from_json(const json& value) {
  if (!value.is_object() || text_of(value, "smtpscope") != "trace")
    return wrong("this is no smtpscope trace: the first line must hold {\"smtpscope\":\"trace\",…}");
  if (number_of(value, "version") != 1) return wrong("the trace's version is not 1, the only one this program reads");
  return header{1, text_of(value, "mode"), text_of(value, "title"), text_of(value, "started")};
}

status read_content(const json& value, entry& e) {
  if (value.contains("dir")) {
    e.direction = named<trace::direction>(2, value, "dir");
    if (!e.direction) return wrong("\"dir\" must be \"c2s\" or \"s2c\"");
  }
  if (status s = read_bytes(value, e); !s) return s;
  if (status s = read_ranges(value, e); !s) return s;
  if (const auto it = value.find("data"); it != value.end()) {
    if (!it->is_object()) return wrong("\"data\" must be an object");
    e.data = *it;
  }
  return {};
}

result<entry> entry_from_json(const json& value) {
  if (!value.is_object()) return wrong("an entry must be a JSON object");
  entry e;
  const auto sequence = count_of(value, "seq");
  const auto time = count_of(value, "us");
  const auto layer = named<trace::layer>(layer_count, value, "layer");
  const auto kind = named<trace::kind>(kind_count, value, "kind");
  const auto chapter = named<trace::chapter>(chapter_count, value, "chapter");
  if (!sequence) return wrong("\"seq\" must be a number from 0");
  if (!time || *time > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return wrong("\"us\" must be a number of microseconds");
  if (!layer) return wrong("\"layer\" is missing or unknown");
  if (!kind) return wrong("\"kind\" is missing or unknown");
  if (!chapter) return wrong("\"chapter\" is missing or unknown");
  e.sequence = *sequence;
  e.time = session_time{static_cast<std::int64_t>(*time)};
  e.layer = *layer;
  e.kind = *kind;
  e.chapter = *chapter;
  e.secure = flag_of(value, "secure");
  if (status s = read_states(value, "client", e.client); !s) return s.why();
  if (status s = read_states(value, "server", e.server); !s) return s.why();
  if (status s = read_content(value, e); !s) return s.why();
  if (const auto it = value.find("explain"); it != value.end() && it->is_object())
    e.explain = explanation{text_of(*it, "title"), text_of(*it, "text"), text_of(*it, "rfc")};
  return e;
}

std::string write(const file& f) {
  std::string out = to_string(to_json(f.header)) + "\n";
  for (const entry& e : f.entries) out += to_string(to_json(e)) + "\n";
  return out;
}

result<file> read(std::string_view json_lines) {
  file f;
  bool have_header = false;
  std::size_t number = 0;
  while (!json_lines.empty()) {
    ++number;
    const std::size_t end = json_lines.find('\n');
    std::string_view line = json_lines.substr(0, end);
    json_lines.remove_prefix(end == std::string_view::npos ? json_lines.size() : end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.find_first_not_of(" \t") == std::string_view::npos) continue;
    const auto at = [number](const error& why) {
      return error{errc::invalid_json, "line " + std::to_string(number) + ": " + why.detail};
    };
    const result<json> value = parse_json(line);
    if (!value) return at(value.why());
    if (!have_header) {
      result<header> h = header_from_json(*value);
      if (!h) return at(h.why());
      f.header = std::move(*h);
      have_header = true;
      continue;
    }
    result<entry> e = entry_from_json(*value);
    if (!e) return at(e.why());
    if (e->sequence != f.entries.size())
      return at(wrong("\"seq\" must be " + std::to_string(f.entries.size()) + " here"));
    if (!f.entries.empty() && e->time < f.entries.back().time)
      return at(wrong("\"us\" is smaller than in the entry before"));
    f.entries.push_back(std::move(*e));
  }
  if (!have_header) return wrong("line 1: the trace is empty");
  return f;
}

}  // namespace smtpscope::trace
