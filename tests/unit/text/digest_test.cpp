// Vectors of RFC 1321 §A.5, RFC 3174, RFC 6234 (FIPS 180), RFC 2202, RFC 4231, RFC 6070 and RFC 7677.
#include "smtpscope/text/digest.hpp"

#include <gtest/gtest.h>

namespace smtpscope::text {
namespace {

using k = digest_kind;

std::string hex_of(k kind, std::string_view octets) { return to_hex(digest(kind, octets)); }
std::string hmac_hex(k kind, std::string_view key, std::string_view octets) { return to_hex(hmac(kind, key, octets)); }

TEST(Digest, Md5) {
  EXPECT_EQ(hex_of(k::md5, ""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(hex_of(k::md5, "abc"), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(hex_of(k::md5, "12345678901234567890123456789012345678901234567890123456789012345678901234567890"),
            "57edf4a22be3c955ac49da2e2107b67a");
}

TEST(Digest, Sha1) {
  EXPECT_EQ(hex_of(k::sha1, "abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(hex_of(k::sha1, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
}

TEST(Digest, Sha256) {
  EXPECT_EQ(hex_of(k::sha256, "abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex_of(k::sha256, ""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Digest, Sha512) {
  EXPECT_EQ(hex_of(k::sha512, "abc"),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

TEST(Digest, AMillionOctets) {
  const std::string a(1'000'000, 'a');
  EXPECT_EQ(hex_of(k::sha1, a), "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
  EXPECT_EQ(hex_of(k::sha256, a), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Hmac, Rfc2202Md5) {
  EXPECT_EQ(hmac_hex(k::md5, std::string(16, '\x0b'), "Hi There"), "9294727a3638bb1c13f48ef8158bfc9d");
  EXPECT_EQ(hmac_hex(k::md5, "Jefe", "what do ya want for nothing?"), "750c783e6ab0b503eaa86e310a5db738");
  EXPECT_EQ(hmac_hex(k::md5, std::string(80, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"),
            "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd");
}

TEST(Hmac, Rfc2202Sha1) {
  EXPECT_EQ(hmac_hex(k::sha1, std::string(20, '\x0b'), "Hi There"), "b617318655057264e28bc0b6fb378c8ef146be00");
  EXPECT_EQ(hmac_hex(k::sha1, "Jefe", "what do ya want for nothing?"), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  EXPECT_EQ(hmac_hex(k::sha1, std::string(80, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"),
            "aa4ae5e15272d00e95705637ce8a3b55ed402112");
}

TEST(Hmac, Rfc4231) {
  EXPECT_EQ(hmac_hex(k::sha256, "Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hmac_hex(k::sha512, "Jefe", "what do ya want for nothing?"),
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
            "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
  EXPECT_EQ(hmac_hex(k::sha512, std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"),
            "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
            "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598");
}

TEST(Pbkdf2, Rfc6070) {
  EXPECT_EQ(to_hex(pbkdf2(k::sha1, "password", "salt", 1)), "0c60c80f961f0e71f3a9b524af6012062fe037a6");
  EXPECT_EQ(to_hex(pbkdf2(k::sha1, "password", "salt", 2)), "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957");
  EXPECT_EQ(to_hex(pbkdf2(k::sha1, "password", "salt", 4096)), "4b007901b765489abead49d926f721d065a429c1");
  EXPECT_EQ(to_hex(pbkdf2(k::sha1, "passwordPASSWORDpassword", "saltSALTsaltSALTsaltSALTsaltSALTsalt", 4096, 25)),
            "3d2eec4fe41c849b80c8d83662c0e44a8b291a964cf2f07038");
  EXPECT_EQ(to_hex(pbkdf2(k::sha1, std::string_view{"pass\0word", 9}, std::string_view{"sa\0lt", 5}, 4096, 16)),
            "56fa6aa75548099dcc37d7f03425e0c3");
}

TEST(Pbkdf2, Sha256) {
  EXPECT_EQ(to_hex(pbkdf2(k::sha256, "password", "salt", 1)),
            "120fb6cffcf8b32c43e7225256c4f837a86548c92ccc35480805987cb70be17b");
  EXPECT_EQ(to_hex(pbkdf2(k::sha256, "password", "salt", 4096)),
            "c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a");
}

TEST(EqualInConstantTime, ComparesLengthAndEveryOctet) {
  EXPECT_TRUE(equal_in_constant_time("", ""));
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_in_constant_time("xbc", "abc"));
  EXPECT_FALSE(equal_in_constant_time("abc", "ab"));
  EXPECT_FALSE(equal_in_constant_time("", "a"));
}

}  // namespace
}  // namespace smtpscope::text
