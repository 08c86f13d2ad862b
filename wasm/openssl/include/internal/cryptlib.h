/* In place of OpenSSL's, which the digests' sources include and do not use. */
#pragma once
