// Two functions of the C library, made small for the page.
//
// Emscripten's strtod and snprintf bring 128-bit floating point and the whole of printf: 12 kB
// gzipped, a tenth of the module. Only nlohmann/json calls them, in the few ways that stand here.
// Defining them in the program keeps the library's own out of the link.

#include <emscripten.h>

#include <cstdarg>
#include <cstddef>
#include <string_view>

// JavaScript reads decimal numbers exactly rounded, as strtod must: the page already has the code.
EM_JS(double, smtpscope_number, (const char* text, int size), {
  var digits = "";
  for (var i = 0; i < size; i++) digits += String.fromCharCode(HEAPU8[text + i]);
  return Number(digits);
});

namespace {

constexpr std::string_view number_octets = "+-.0123456789Ee";

// Writes into a buffer of fixed size and counts what would have been written, as snprintf does.
struct sink {
  char* out;
  std::size_t size;
  std::size_t count = 0;

  void put(char c) noexcept {
    if (count + 1 < size) out[count] = c;
    ++count;
  }
};

void put_hex(sink& to, unsigned value, int min_digits, std::string_view digits) noexcept {
  int shown = 8;
  while (shown > 1 && shown > min_digits && (value >> (4 * (shown - 1))) == 0) --shown;
  while (shown > 0) to.put(digits[(value >> (4 * --shown)) & 0xf]);
}

}  // namespace

// The text must be one JSON number, as the JSON reader has checked; nothing else is understood.
extern "C" double strtod(const char* text, char** end) {
  const char* stop = text;
  while (*stop != '\0' && number_octets.find(*stop) != std::string_view::npos) ++stop;
  if (end != nullptr) *end = const_cast<char*>(stop);
  return smtpscope_number(text, static_cast<int>(stop - text));
}

// Never called; they stand in the same member of the library as strtod and would bring it along.
extern "C" float strtof(const char* text, char** end) { return static_cast<float>(strtod(text, end)); }
extern "C" long double strtold(const char* text, char** end) { return strtod(text, end); }

// Knows text, %x and %X with up to eight digits ("%04x", "%.2X"); traps on anything else.
extern "C" int snprintf(char* out, std::size_t size, const char* format, ...) {
  sink to{out, size};
  std::va_list arguments;
  va_start(arguments, format);
  for (const char* f = format; *f != '\0'; ++f) {
    if (*f != '%') {
      to.put(*f);
      continue;
    }
    int min_digits = 0;
    for (++f; *f == '.' || (*f >= '0' && *f <= '8'); ++f)
      if (*f != '.') min_digits = *f - '0';
    if (*f != 'x' && *f != 'X') __builtin_trap();
    put_hex(to, va_arg(arguments, unsigned), min_digits, *f == 'x' ? "0123456789abcdef" : "0123456789ABCDEF");
  }
  va_end(arguments);
  if (size != 0) out[to.count < size ? to.count : size - 1] = '\0';
  return static_cast<int>(to.count);
}
