#include "relay/cli/serve_input.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "relay/cli/config_file.hpp"

namespace smtpscope::cli {
namespace {

std::string shown_value(const serve_option& option, const std::string& value) {
  switch (option.in_errors) {
    case shown::whole: return value;
    case shown::up_to_colon: return value.substr(0, value.find(':'));
    case shown::nothing: return "";
  }
  return "";
}

// What is right in each value and wrong in all together; the text begins with an option.
status judge(const serve_settings& s) {
  if (s.tls.certificate.empty() != s.tls.key.empty())
    return error{errc::invalid_argument,
                 s.tls.key.empty() ? "--tls-certificate needs --tls-key FILE beside it (perhaps the same file)"
                                   : "--tls-key needs --tls-certificate FILE beside it"};
  if (s.options.state_dir.empty())
    return error{errc::invalid_argument, "neither XDG_STATE_HOME nor HOME is set: name a directory with --state-dir"};
  return app::check_exposure(s.options);
}

}  // namespace

serve_input::serve_input(given_values typed, std::string file) : typed_(std::move(typed)), file_(std::move(file)) {
  typed_.resize(serve_options_table().size());
}

std::string serve_input::label(const serve_option& option, int line) const {
  if (line == 0) return option.name;
  return file_ + ":" + std::to_string(line) + ": " + option.section + "." + option.key() + ":";
}

void serve_input::take(const serve_option& option, const std::vector<given_value>& values, serve_settings& into,
                       std::vector<complaint>& complaints) const {
  for (const given_value& value : values) {
    if (option.kind == shape::flag && value.text == "false") continue;
    const status taken =
        value.text.empty() ? error{errc::invalid_argument, "nothing stands here"} : option.take(value.text, into);
    if (taken) continue;
    const std::string seen = shown_value(option, value.text);
    complaints.push_back({value.line, label(option, value.line) + (seen.empty() ? "" : " " + seen) +
                                          (seen.empty() && value.line != 0 ? " " : ": ") + taken.why().detail});
  }
}

serve_input::outcome serve_input::read() {
  std::vector<complaint> complaints;
  values_ = typed_;
  if (!file_.empty()) {
    config_file read = read_config_file(file_);
    complaints = std::move(read.complaints);
    for (std::size_t row = 0; row < values_.size(); ++row)
      if (values_[row].empty()) values_[row] = std::move(read.values[row]);
  }
  serve_settings settings;
  const auto rows = serve_options_table();
  for (std::size_t row = 0; row < rows.size(); ++row) take(rows[row], values_[row], settings, complaints);
  app::serve_options& options = settings.options;
  if (options.state_dir.empty()) options.state_dir = app::default_state_dir().value_or("");
  if (!settings.tls.key.empty()) options.tls = settings.tls;
  if (complaints.empty())
    if (const status good = judge(settings); !good) complaints.push_back({0, in_place(good.why().detail)});
  outcome all;
  if (complaints.empty()) all.options = std::move(options);
  std::ranges::stable_sort(complaints, {}, &complaint::line);
  for (complaint& one : complaints) all.complaints.push_back(std::move(one.text));
  return all;
}

std::string serve_input::in_place(const std::string& why) const {
  const std::string name = why.substr(0, std::min(why.find_first_of(" :"), why.size()));
  const serve_option* const option = find_serve_option(name);
  if (option == nullptr) return why;
  const auto& values = values_[static_cast<std::size_t>(option - serve_options_table().data())];
  if (values.empty() || values.front().line == 0) return why;
  std::string_view rest = std::string_view(why).substr(name.size());
  if (!rest.empty() && rest.front() == ':') rest.remove_prefix(1);
  const std::string_view of = rest.empty() ? rest : rest.substr(1);
  // Of several values the one that the text goes on with.
  const auto meant = std::find_if(values.begin(), values.end(),
                                  [of](const given_value& v) { return of.substr(0, v.text.size()) == v.text; });
  return label(*option, (meant == values.end() ? values.front() : *meant).line).append(rest);
}

std::vector<std::string> serve_input::only_at_restart(const serve_input& before) const {
  const auto equal = [](const given_value& a, const given_value& b) { return a.text == b.text; };
  std::vector<std::string> keys;
  const auto rows = serve_options_table();
  for (std::size_t row = 0; row < rows.size(); ++row)
    if (rows[row].when == effect::at_restart && !std::ranges::equal(values_[row], before.values_[row], equal))
      keys.push_back(std::string(rows[row].section) + "." + rows[row].key());
  return keys;
}

}  // namespace smtpscope::cli
