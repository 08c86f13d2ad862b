/* Stands for OpenSSL's: the state machine asks these only as a server, and the page is none. Whoever makes it one
   gets an error at the first step. */
#include "../ssl_local.h"
#include "statem_local.h"

int ossl_statem_server_read_transition(SSL* s, int message) {
    (void)message;
    SSLfatal(s, SSL_AD_INTERNAL_ERROR, ERR_R_DISABLED);
    return 0;
}

WRITE_TRAN ossl_statem_server_write_transition(SSL* s) {
    SSLfatal(s, SSL_AD_INTERNAL_ERROR, ERR_R_DISABLED);
    return WRITE_TRAN_ERROR;
}

WORK_STATE ossl_statem_server_pre_work(SSL* s, WORK_STATE state) {
    (void)s, (void)state;
    return WORK_ERROR;
}

WORK_STATE ossl_statem_server_post_work(SSL* s, WORK_STATE state) {
    (void)s, (void)state;
    return WORK_ERROR;
}

int ossl_statem_server_construct_message(SSL* s, WPACKET* to, confunc_f* construct, int* type) {
    (void)s, (void)to, (void)construct, (void)type;
    return 0;
}

size_t ossl_statem_server_max_message_size(SSL* s) {
    (void)s;
    return 0;
}

MSG_PROCESS_RETURN ossl_statem_server_process_message(SSL* s, PACKET* from) {
    (void)s, (void)from;
    return MSG_PROCESS_ERROR;
}

WORK_STATE ossl_statem_server_post_process_message(SSL* s, WORK_STATE state) {
    (void)s, (void)state;
    return WORK_ERROR;
}

int tls_handle_alpn(SSL* s) {
    (void)s;
    return 0;
}
