/* Stands for OpenSSL's providers/defltprov.c: the default provider with what a TLS 1.2 and 1.3 client uses and
   nothing else, so that the linker leaves out all the rest. A line here is all that another algorithm takes.

   Left out on purpose: random generators (random.c), private keys and encoders (a client has none), DH, DSA,
   Ed448 and X448, SHA-3, CCM and CBC. */
#include <string.h>

#include <openssl/core.h>
#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>

#include "prov/bio.h"
#include "prov/implementations.h"
#include "prov/names.h"
#include "prov/provider_ctx.h"
#include "prov/providercommon.h"
#include "prov/provider_util.h"
#include "prov/seeding.h"

#define OF "provider=default"
#define END { NULL, NULL, NULL, NULL }

static const OSSL_ALGORITHM digests[] = {
    { PROV_NAMES_SHA1, OF, ossl_sha1_functions, NULL },  /* certificates' identifiers, ticket MACs of TLS 1.2 */
    { PROV_NAMES_SHA2_256, OF, ossl_sha256_functions, NULL },
    { PROV_NAMES_SHA2_384, OF, ossl_sha384_functions, NULL },
    { PROV_NAMES_SHA2_512, OF, ossl_sha512_functions, NULL },
    END
};

static const OSSL_ALGORITHM ciphers[] = {
    { PROV_NAMES_ChaCha20_Poly1305, OF, ossl_chacha20_ossl_poly1305_functions, NULL },
    { PROV_NAMES_AES_128_GCM, OF, ossl_aes128gcm_functions, NULL },
    { PROV_NAMES_AES_256_GCM, OF, ossl_aes256gcm_functions, NULL },
    { PROV_NAMES_NULL, OF, ossl_null_functions, NULL },
    END
};

static const OSSL_ALGORITHM macs[] = {
    { PROV_NAMES_HMAC, OF, ossl_hmac_functions, NULL },
    END
};

static const OSSL_ALGORITHM kdfs[] = {
    { PROV_NAMES_HKDF, OF, ossl_kdf_hkdf_functions, NULL },
    { PROV_NAMES_TLS1_3_KDF, OF, ossl_kdf_tls1_3_kdf_functions, NULL },
    { PROV_NAMES_TLS1_PRF, OF, ossl_kdf_tls1_prf_functions, NULL },
    END
};

static const OSSL_ALGORITHM key_exchanges[] = {
    { PROV_NAMES_X25519, OF, ossl_x25519_keyexch_functions, NULL },
    { PROV_NAMES_ECDH, OF, ossl_ecdh_keyexch_functions, NULL },
    END
};

static const OSSL_ALGORITHM signatures[] = {
    { PROV_NAMES_RSA, OF, ossl_rsa_signature_functions, NULL },
    { PROV_NAMES_ECDSA, OF, ossl_ecdsa_signature_functions, NULL },
    { PROV_NAMES_ED25519, OF, ossl_ed25519_signature_functions, NULL },
    { PROV_NAMES_HMAC, OF, ossl_mac_legacy_hmac_signature_functions, NULL },  /* binders of tickets */
    END
};

static const OSSL_ALGORITHM key_managers[] = {
    { PROV_NAMES_RSA, OF, ossl_rsa_keymgmt_functions, NULL },
    { PROV_NAMES_RSA_PSS, OF, ossl_rsapss_keymgmt_functions, NULL },
    { PROV_NAMES_EC, OF, ossl_ec_keymgmt_functions, NULL },
    { PROV_NAMES_X25519, OF, ossl_x25519_keymgmt_functions, NULL },
    { PROV_NAMES_ED25519, OF, ossl_ed25519_keymgmt_functions, NULL },
    { PROV_NAMES_HMAC, OF, ossl_mac_legacy_keymgmt_functions, NULL },
    END
};

/* The public keys of certificates. */
#define DECODER OF ",fips=no,input=der,structure=SubjectPublicKeyInfo"
static const OSSL_ALGORITHM decoders[] = {
    { "RSA", DECODER, ossl_SubjectPublicKeyInfo_der_to_rsa_decoder_functions, NULL },
    { "RSA-PSS", DECODER, ossl_SubjectPublicKeyInfo_der_to_rsapss_decoder_functions, NULL },
    { "EC", DECODER, ossl_SubjectPublicKeyInfo_der_to_ec_decoder_functions, NULL },
    { "ED25519", DECODER, ossl_SubjectPublicKeyInfo_der_to_ed25519_decoder_functions, NULL },
    END
};

static const OSSL_ALGORITHM* query(void* context, int operation, int* no_cache) {
    (void)context;
    *no_cache = 0;
    switch (operation) {
    case OSSL_OP_DIGEST: return digests;
    case OSSL_OP_CIPHER: return ciphers;
    case OSSL_OP_MAC: return macs;
    case OSSL_OP_KDF: return kdfs;
    case OSSL_OP_KEYMGMT: return key_managers;
    case OSSL_OP_KEYEXCH: return key_exchanges;
    case OSSL_OP_SIGNATURE: return signatures;
    case OSSL_OP_DECODER: return decoders;
    }
    return NULL;
}

static void teardown(void* context) {
    BIO_meth_free(ossl_prov_ctx_get0_core_bio_method(context));
    ossl_prov_ctx_free(context);
}

static const OSSL_DISPATCH functions[] = {
    { OSSL_FUNC_PROVIDER_TEARDOWN, (void (*)(void))teardown },
    { OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))query },
    { OSSL_FUNC_PROVIDER_GET_CAPABILITIES, (void (*)(void))ossl_prov_get_capabilities },
    { 0, NULL }
};

OSSL_provider_init_fn ossl_default_provider_init;

int ossl_default_provider_init(const OSSL_CORE_HANDLE* handle, const OSSL_DISPATCH* in, const OSSL_DISPATCH** out,
                               void** context) {
    OSSL_FUNC_core_get_libctx_fn* library_context_of = NULL;
    BIO_METHOD* core_bio;

    if (!ossl_prov_bio_from_dispatch(in) || !ossl_prov_seeding_from_dispatch(in)) return 0;
    for (; in->function_id != 0; in++)
        if (in->function_id == OSSL_FUNC_CORE_GET_LIBCTX) library_context_of = OSSL_FUNC_core_get_libctx(in);
    if (library_context_of == NULL) return 0;

    *context = ossl_prov_ctx_new();
    core_bio = ossl_bio_prov_init_bio_method();
    if (*context == NULL || core_bio == NULL) {
        ossl_prov_ctx_free(*context);
        *context = NULL;
        return 0;
    }
    ossl_prov_ctx_set0_libctx(*context, (OSSL_LIB_CTX*)library_context_of(handle));
    ossl_prov_ctx_set0_handle(*context, handle);
    ossl_prov_ctx_set0_core_bio_method(*context, core_bio);
    *out = functions;
    return 1;
}
