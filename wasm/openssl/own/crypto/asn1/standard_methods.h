/* Stands for OpenSSL's: the kinds of keys that a TLS client meets, in the order of their numbers. */
static const EVP_PKEY_ASN1_METHOD* standard_methods[] = {
    &ossl_rsa_asn1_meths[0],
    &ossl_rsa_asn1_meths[1],
    &ossl_eckey_asn1_meth,
    &ossl_rsa_pss_asn1_meth,
    &ossl_ecx25519_asn1_meth,
    &ossl_ed25519_asn1_meth,
};
