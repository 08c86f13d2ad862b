/* Stands for OpenSSL's: a page has no configuration file. */
#include <openssl/conf.h>

#include "internal/conf.h"

int ossl_config_int(const OPENSSL_INIT_SETTINGS* settings) {
    (void)settings;
    return 1;
}

void ossl_no_config_int(void) {}
