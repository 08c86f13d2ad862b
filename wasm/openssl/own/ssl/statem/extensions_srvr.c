/* Stands for OpenSSL's: a client reads no server's side of an extension, and writes none. The library's table of
   extensions names all of them. */
#include "../ssl_local.h"
#include "statem_local.h"

#define READS_NOTHING(name)                                                                           \
    int tls_parse_ctos_##name(SSL* s, PACKET* from, unsigned int context, X509* of, size_t index) {   \
        (void)s, (void)from, (void)context, (void)of, (void)index;                                    \
        return 0;                                                                                     \
    }
#define WRITES_NOTHING(name)                                                                                   \
    EXT_RETURN tls_construct_stoc_##name(SSL* s, WPACKET* to, unsigned int context, X509* of, size_t index) {  \
        (void)s, (void)to, (void)context, (void)of, (void)index;                                               \
        return EXT_RETURN_NOT_SENT;                                                                            \
    }

READS_NOTHING(renegotiate)
READS_NOTHING(server_name)
READS_NOTHING(maxfragmentlen)
READS_NOTHING(early_data)
READS_NOTHING(ec_pt_formats)
READS_NOTHING(supported_groups)
READS_NOTHING(session_ticket)
READS_NOTHING(sig_algs_cert)
READS_NOTHING(sig_algs)
READS_NOTHING(alpn)
READS_NOTHING(etm)
READS_NOTHING(key_share)
READS_NOTHING(cookie)
READS_NOTHING(ems)
READS_NOTHING(psk_kex_modes)
READS_NOTHING(psk)
READS_NOTHING(post_handshake_auth)

WRITES_NOTHING(renegotiate)
WRITES_NOTHING(server_name)
WRITES_NOTHING(early_data)
WRITES_NOTHING(maxfragmentlen)
WRITES_NOTHING(ec_pt_formats)
WRITES_NOTHING(supported_groups)
WRITES_NOTHING(session_ticket)
WRITES_NOTHING(alpn)
WRITES_NOTHING(etm)
WRITES_NOTHING(ems)
WRITES_NOTHING(supported_versions)
WRITES_NOTHING(key_share)
WRITES_NOTHING(cookie)
WRITES_NOTHING(cryptopro_bug)
WRITES_NOTHING(psk)
