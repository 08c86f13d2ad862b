/* Stands for the generated file of this name: all that the digests' sources use of it. */
#pragma once
#include <stddef.h>
#ifdef __cplusplus
extern "C" {
#endif
void OPENSSL_cleanse(void* memory, size_t octets);
#ifdef __cplusplus
}
#endif
