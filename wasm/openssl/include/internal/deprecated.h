/* Stands for OpenSSL's: its own sources may use the digests' low-level functions. */
#pragma once
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/macros.h>
