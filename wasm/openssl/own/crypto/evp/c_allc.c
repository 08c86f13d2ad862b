/* Stands for OpenSSL's: no cipher is asked for by name. */
#include "crypto/evp.h"

void openssl_add_all_ciphers_int(void) {}
