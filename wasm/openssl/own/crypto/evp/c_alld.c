/* Stands for OpenSSL's: the digests that verifying a certificate knows by number, to tell how strong its signature is.
   SHA-1 is one, to be told that it is weak. */
#include <openssl/evp.h>

#include "crypto/evp.h"

void openssl_add_all_digests_int(void) {
    EVP_add_digest(EVP_sha1());
    EVP_add_digest(EVP_sha224());
    EVP_add_digest(EVP_sha256());
    EVP_add_digest(EVP_sha384());
    EVP_add_digest(EVP_sha512());
}
