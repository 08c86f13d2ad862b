/* Stands for the file of this name that OpenSSL's own configuration generates. */
#pragma once
#define OPENSSL_VERSION_MAJOR 3
#define OPENSSL_VERSION_MINOR 0
