#include "relay/cli/config_file.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <utility>

#include <toml++/toml.h>

#include "relay/cli/input.hpp"

namespace smtpscope::cli {
namespace {

constexpr std::size_t most_file_octets = std::size_t{1} << 20;

std::string_view name_of(toml::node_type type) {
  switch (type) {
    case toml::node_type::table: return "a table";
    case toml::node_type::array: return "a list";
    case toml::node_type::string: return "a text";
    case toml::node_type::integer: return "a number";
    case toml::node_type::floating_point: return "a number with a fraction";
    case toml::node_type::boolean: return "true or false";
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time: return "a date";
    case toml::node_type::none: break;
  }
  return "nothing";
}

std::string_view wanted_by(shape kind) {
  switch (kind) {
    case shape::flag: return "true or false";
    case shape::number: return "a whole number, without quotes";
    case shape::text:
    case shape::path: return "a text in quotes";
  }
  return "";
}

// Edits that make one name of the other, as far as it matters for a guess.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U);
      diagonal = std::exchange(row[j], std::min({changed, row[j] + 1, row[j - 1] + 1}));
    }
  }
  return row[b.size()];
}

class reader {
 public:
  explicit reader(const std::string& name)
      : name_(name), directory_(std::filesystem::path(name).parent_path()), out_{} {
    out_.values.resize(serve_options_table().size());
  }

  config_file read() {
    if (name_ == "-") {
      out_.complaints.push_back({0, "--config -: name a file, which can be read again at SIGHUP"});
      return std::move(out_);
    }
    const auto text = read_input("--config " + name_, name_, most_file_octets);
    if (!text) {
      out_.complaints.push_back({0, text.why().detail});
      return std::move(out_);
    }
    try {
      const toml::table all = toml::parse(*text, name_);
      for (const auto& [key, node] : all) take_section(std::string(key.str()), line_of(key), node);
    } catch (const toml::parse_error& wrong) {
      const int line = static_cast<int>(wrong.source().begin.line);
      const std::string_view why = wrong.description();
      // What nearly every such error comes from.
      const bool unquoted = why.find("expected") != std::string_view::npos;
      out_.complaints.push_back({line, name_ + ":" + std::to_string(line) + ": this is not TOML" +
                                           (unquoted ? " (texts stand in quotes): " : ": ") + std::string(why)});
    }
    return std::move(out_);
  }

 private:
  static int line_of(const toml::key& key) { return static_cast<int>(key.source().begin.line); }

  void complain(int line, const std::string& key, const std::string& why) {
    out_.complaints.push_back({line, name_ + ":" + std::to_string(line) + ": " + key + ": " + why});
  }

  void take_section(const std::string& section, int line, const toml::node& node) {
    const auto rows = serve_options_table();
    const bool known =
        std::any_of(rows.begin(), rows.end(), [&](const serve_option& row) { return section == row.section; });
    if (!known) return complain(line, section, unknown_section(section));
    const toml::table* const keys = node.as_table();
    if (keys == nullptr)
      return complain(line, section, "this is a section: write [" + section + "] on a line of its own");
    for (const auto& [key, value] : *keys) take_key(section, std::string(key.str()), line_of(key), value);
  }

  static std::string unknown_section(const std::string& name) {
    if (const serve_option* row = find_serve_option("--" + name))
      return "this belongs below [" + std::string(row->section) + "]";
    std::string known;
    std::string_view last;
    for (const serve_option& row : serve_options_table())
      if (std::exchange(last, row.section) != row.section)
        known += (known.empty() ? "[" : ", [") + std::string(last) + "]";
    return "unknown section; there are " + known;
  }

  static std::string unknown_key(const std::string& section, const std::string& name) {
    if (const serve_option* row = find_serve_option("--" + name))
      return "this belongs below [" + std::string(row->section) + "]";
    const serve_option* nearest = nullptr;
    std::size_t least = 3;  // edits within which a guess helps
    std::string known;
    for (const serve_option& row : serve_options_table()) {
      if (const std::size_t edits = distance(name, row.key()); edits < least) {
        least = edits;
        nearest = &row;
      }
      if (section == row.section) known += (known.empty() ? "" : ", ") + row.key();
    }
    if (nearest != nullptr) return "unknown key; is " + nearest->key() + " below [" + nearest->section + "] meant?";
    return "unknown key; [" + section + "] has " + known;
  }

  void take_key(const std::string& section, const std::string& key, int line, const toml::node& node) {
    const serve_option* const row = find_serve_option("--" + key);
    const std::string name = section + "." + key;
    if (row == nullptr || section != row->section) return complain(line, name, unknown_key(section, key));
    const toml::array* const list = node.as_array();
    if (list == nullptr) return take_value(*row, name, line, node);
    if (row->how_often == times::once)
      return complain(line, name, "a list stands here; write one value, " + std::string(wanted_by(row->kind)));
    for (const toml::node& one : *list) take_value(*row, name, static_cast<int>(one.source().begin.line), one);
  }

  void take_value(const serve_option& row, const std::string& name, int line, const toml::node& node) {
    std::string text;
    if (row.kind == shape::flag && node.is_boolean()) {
      text = node.as_boolean()->get() ? "true" : "false";
    } else if (row.kind == shape::number && node.is_integer()) {
      text = std::to_string(node.as_integer()->get());
    } else if ((row.kind == shape::text || row.kind == shape::path) && node.is_string()) {
      text = node.as_string()->get();
      if (std::any_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }))
        return complain(line, name, "a control character stands in this text");
    } else {
      return complain(line, name,
                      std::string(name_of(node.type())) + " stands here; write " + std::string(wanted_by(row.kind)) +
                          (row.how_often == times::many ? ", or a list of them" : ""));
    }
    // "-" is standard input.
    if (row.kind == shape::path && !text.empty() && text != "-") text = (directory_ / text).lexically_normal().string();
    out_.values[static_cast<std::size_t>(&row - serve_options_table().data())].push_back({std::move(text), line});
  }

  const std::string& name_;
  const std::filesystem::path directory_;
  config_file out_;
};

}  // namespace

config_file read_config_file(const std::string& name) { return reader(name).read(); }

}  // namespace smtpscope::cli
