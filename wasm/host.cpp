// What the core asks of the page it runs in: the tables of Unicode, which every browser has, and SASLprep's,
// which the page gives to the module as its member "saslprep" (saslprep.mjs) when they are needed.

#include <emscripten.h>

// text/normalize.cpp. `out` has room; gives the octets written there.
EM_JS(int, smtpscope_host_nfkc, (const char* text, int octets, char* out), {
  var given = new TextDecoder().decode(HEAPU8.subarray(text, text + octets));
  var made = new TextEncoder().encode(given.normalize("NFKC"));
  HEAPU8.set(made, out);
  return made.length;
});

// sasl/host_prepare.hpp.
EM_JS(int, smtpscope_host_prepare, (const char* text, int octets, int stored, char* out), {
  var saslprep = Module["saslprep"];
  var made = saslprep ? saslprep(HEAPU8.slice(text, text + octets), stored != 0)
                      : " cannot be prepared (RFC 4013): the table of characters is not loaded";
  var refused = typeof made == "string";
  if (refused) made = new TextEncoder().encode(made);
  HEAPU8.set(made, out);
  return refused ? -made.length : made.length;
});
