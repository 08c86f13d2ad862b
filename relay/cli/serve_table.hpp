#pragma once
// The options of `smtpscope serve`, each a row of one table: the command line, the configuration file,
// the check of both and the help all come from it.

#include <cstdint>
#include <span>
#include <string>

#include "relay/app/options.hpp"
#include "smtpscope/base/result.hpp"

namespace smtpscope::cli {

// What the rows make: the relay's options, and what has to be judged as a whole before it is one of them.
struct serve_settings {
  app::serve_options options;
  net::certificate_files tls;  // each "" where it was not given
};

// How a value is written: on the command line always as text, in the file as TOML's boolean, integer or
// string. A relative path in a file begins where the file lies.
enum class shape : std::uint8_t { flag, number, text, path };
enum class times : std::uint8_t { once, many };
// When a changed file has an effect: at a reload (SIGHUP), or only when the relay is started again.
enum class effect : std::uint8_t { at_restart, at_reload };
// How much of a value an error may show.
enum class shown : std::uint8_t { whole, up_to_colon, nothing };

struct serve_option {
  const char* section;  // of the file
  const char* name;     // "--listen"; without its dashes the key in the file
  shape kind;
  times how_often;
  effect when;
  shown in_errors;
  const char* value_name;  // "ADDRESS:PORT"; of a flag ""
  const char* usual;       // the default as help shows it; "" where `about` tells it
  const char* about;
  // Takes one value. Error: what is right instead, without the option's name and the value.
  status (*take)(const std::string& value, serve_settings& into);

  [[nodiscard]] std::string key() const { return name + 2; }
};

[[nodiscard]] std::span<const serve_option> serve_options_table();

// The row of that option ("--listen"); null where there is none.
[[nodiscard]] const serve_option* find_serve_option(std::string_view name);

}  // namespace smtpscope::cli
