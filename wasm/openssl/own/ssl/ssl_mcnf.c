/* Stands for OpenSSL's: a page has no configuration file. */
#include "ssl_local.h"

void ssl_ctx_system_config(SSL_CTX* context) { (void)context; }
