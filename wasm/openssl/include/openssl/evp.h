/* Stands for OpenSSL's: all that the digests' sources use of it. */
#pragma once
#define EVP_CTRL_SSL3_MASTER_SECRET 0x1d
