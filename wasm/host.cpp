// What the core asks of the page it runs in: the tables of Unicode, which every browser has.

#include <emscripten.h>

// text/normalize.cpp. `out` has room; gives the octets written there.
EM_JS(int, smtpscope_host_nfkc, (const char* text, int octets, char* out), {
  var given = new TextDecoder().decode(HEAPU8.subarray(text, text + octets));
  var made = new TextEncoder().encode(given.normalize("NFKC"));
  HEAPU8.set(made, out);
  return made.length;
});
