/* Stands for OpenSSL's crypto/rand: every random octet is the browser's own (W3C Web Cryptography API,
   crypto.getRandomValues), drawn when it is needed. No generator keeps a state in the module's memory.

   Where the browser has none, every function fails, and with it whatever asked: there is no second best. */
#include <stddef.h>

#include <emscripten.h>
#include <openssl/rand.h>

#include "crypto/rand.h"

EM_JS(int, smtpscope_random, (unsigned char* out, int octets), {
  try {
    // getRandomValues gives at most 65536 octets a call.
    for (var done = 0; done < octets; done += 65536)
      globalThis.crypto.getRandomValues(HEAPU8.subarray(out + done, out + Math.min(done + 65536, octets)));
    return 1;
  } catch (error) {
    return 0;
  }
});

int RAND_bytes(unsigned char* out, int octets) { return octets >= 0 && smtpscope_random(out, octets); }
int RAND_priv_bytes(unsigned char* out, int octets) { return RAND_bytes(out, octets); }

int RAND_bytes_ex(OSSL_LIB_CTX* context, unsigned char* out, size_t octets, unsigned int strength) {
    (void)context, (void)strength;
    return octets <= 0x7fffffff && RAND_bytes(out, (int)octets);
}

int RAND_priv_bytes_ex(OSSL_LIB_CTX* context, unsigned char* out, size_t octets, unsigned int strength) {
    return RAND_bytes_ex(context, out, octets, strength);
}

int RAND_status(void) {
    unsigned char octet;
    return RAND_bytes(&octet, 1);
}

/* What the rest of the library asks of a generator with a state. */
void RAND_add(const void* seed, int octets, double entropy) { (void)seed, (void)octets, (void)entropy; }
void ossl_rand_cleanup_int(void) {}
EVP_RAND_CTX* RAND_get0_private(OSSL_LIB_CTX* context) {
    (void)context;
    return NULL;
}
void ossl_rand_ctx_free(void* context) { (void)context; }
void ossl_random_add_conf_module(void) {}

/* Providers with generators of their own would ask these: there is none (provider.c). */
size_t ossl_rand_get_entropy(const OSSL_CORE_HANDLE* handle, unsigned char** out, int entropy, size_t least, size_t most) {
    (void)handle, (void)out, (void)entropy, (void)least, (void)most;
    return 0;
}
void ossl_rand_cleanup_entropy(const OSSL_CORE_HANDLE* handle, unsigned char* out, size_t octets) {
    (void)handle, (void)out, (void)octets;
}
size_t ossl_rand_get_nonce(const OSSL_CORE_HANDLE* handle, unsigned char** out, size_t least, size_t most, const void* salt,
                           size_t salt_octets) {
    (void)handle, (void)out, (void)least, (void)most, (void)salt, (void)salt_octets;
    return 0;
}
void ossl_rand_cleanup_nonce(const OSSL_CORE_HANDLE* handle, unsigned char* out, size_t octets) {
    (void)handle, (void)out, (void)octets;
}
