/* Stands for the files of OpenSSL's crypto/ec/curve448: X448 and Ed448 are neither offered nor understood, and what
   asks for them is told so. */
#include <openssl/crypto.h>

#include "crypto/ecx.h"

int ossl_ed448_public_from_private(OSSL_LIB_CTX* context, uint8_t out[57], const uint8_t key[57], const char* query) {
    (void)context, (void)out, (void)key, (void)query;
    return 0;
}

int ossl_ed448_sign(OSSL_LIB_CTX* context, uint8_t* out, const uint8_t* message, size_t octets, const uint8_t own[57],
                    const uint8_t key[57], const uint8_t* with, size_t with_octets, const char* query) {
    (void)context, (void)out, (void)message, (void)octets, (void)own, (void)key, (void)with, (void)with_octets, (void)query;
    return 0;
}

int ossl_ed448_verify(OSSL_LIB_CTX* context, const uint8_t* message, size_t octets, const uint8_t signature[114],
                      const uint8_t key[57], const uint8_t* with, size_t with_octets, const char* query) {
    (void)context, (void)message, (void)octets, (void)signature, (void)key, (void)with, (void)with_octets, (void)query;
    return 0;
}

int ossl_x448(uint8_t out[56], const uint8_t key[56], const uint8_t peer[56]) {
    (void)out, (void)key, (void)peer;
    return 0;
}

void ossl_x448_public_from_private(uint8_t out[56], const uint8_t key[56]) {
    (void)key;
    OPENSSL_cleanse(out, 56);
}
