/* Stands for OpenSSL's: a TLS client makes no RSA keys. */
#include <openssl/err.h>
#include <openssl/rsa.h>

int RSA_generate_multi_prime_key(RSA* key, int bits, int primes, BIGNUM* exponent, BN_GENCB* progress) {
    (void)key, (void)bits, (void)primes, (void)exponent, (void)progress;
    ERR_raise(ERR_LIB_RSA, ERR_R_DISABLED);
    return 0;
}
