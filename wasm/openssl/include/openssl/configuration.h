/* Stands for the file of this name that OpenSSL's own configuration generates: 32 bits, no
   deprecated names hidden, nothing of the machine that compiles. */
#pragma once
#define OPENSSL_NO_ASM
#define OPENSSL_NO_STDIO
#define OPENSSL_CONFIGURED_API 30000
#define THIRTY_TWO_BIT
