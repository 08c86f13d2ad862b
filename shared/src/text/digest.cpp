#include "smtpscope/text/digest.hpp"

// The low-level functions are deprecated in favour of EVP, which would bring all of libcrypto.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/md5.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>

namespace smtpscope::text {

namespace {

constexpr std::size_t block_octets(digest_kind kind) { return kind == digest_kind::sha512 ? 128 : 64; }

// A digest in the making; a copy goes on from the same point.
class hasher {
 public:
  explicit hasher(digest_kind kind) noexcept : kind_(kind) {
    switch (kind) {
      case digest_kind::md5: MD5_Init(&state_.md5); break;
      case digest_kind::sha1: SHA1_Init(&state_.sha1); break;
      case digest_kind::sha256: SHA256_Init(&state_.sha256); break;
      case digest_kind::sha512: SHA512_Init(&state_.sha512); break;
    }
  }
  hasher(const hasher&) = default;
  hasher& operator=(const hasher&) = delete;
  ~hasher() { OPENSSL_cleanse(&state_, sizeof state_); }  // it may have taken in a key

  void add(std::string_view octets) noexcept {
    switch (kind_) {
      case digest_kind::md5: MD5_Update(&state_.md5, octets.data(), octets.size()); break;
      case digest_kind::sha1: SHA1_Update(&state_.sha1, octets.data(), octets.size()); break;
      case digest_kind::sha256: SHA256_Update(&state_.sha256, octets.data(), octets.size()); break;
      case digest_kind::sha512: SHA512_Update(&state_.sha512, octets.data(), octets.size()); break;
    }
  }

  // Writes digest_octets(kind) octets. The end: nothing may be added any more.
  void finish(char* to) noexcept {
    auto* out = reinterpret_cast<unsigned char*>(to);
    switch (kind_) {
      case digest_kind::md5: MD5_Final(out, &state_.md5); break;
      case digest_kind::sha1: SHA1_Final(out, &state_.sha1); break;
      case digest_kind::sha256: SHA256_Final(out, &state_.sha256); break;
      case digest_kind::sha512: SHA512_Final(out, &state_.sha512); break;
    }
  }

 private:
  union state {
    MD5_CTX md5;
    SHA_CTX sha1;
    SHA256_CTX sha256;
    SHA512_CTX sha512;
  };
  digest_kind kind_;
  state state_;
};

// RFC 2104 §2, with both pads taken in once: PBKDF2 asks thousands of times.
class keyed {
 public:
  keyed(digest_kind kind, std::string_view key) noexcept : kind_(kind), inner_(kind), outer_(kind) {
    std::array<char, SHA512_CBLOCK> pad{};
    const std::size_t block = block_octets(kind);
    if (key.size() > block) {
      hasher shorter{kind};
      shorter.add(key);
      shorter.finish(pad.data());
    } else {
      std::copy(key.begin(), key.end(), pad.begin());
    }
    for (char& c : pad) c = static_cast<char>(c ^ 0x36);
    inner_.add({pad.data(), block});
    for (char& c : pad) c = static_cast<char>(c ^ (0x36 ^ 0x5c));
    outer_.add({pad.data(), block});
    OPENSSL_cleanse(pad.data(), pad.size());
  }

  // `to` may be where `octets` stand.
  void mac(std::string_view octets, char* to) const noexcept {
    hasher inner = inner_;
    inner.add(octets);
    inner.finish(to);
    hasher outer = outer_;
    outer.add({to, digest_octets(kind_)});
    outer.finish(to);
  }

 private:
  digest_kind kind_;
  hasher inner_;
  hasher outer_;
};

}  // namespace

std::string digest(digest_kind kind, std::string_view octets) {
  std::string out(digest_octets(kind), '\0');
  hasher h{kind};
  h.add(octets);
  h.finish(out.data());
  return out;
}

std::string hmac(digest_kind kind, std::string_view key, std::string_view octets) {
  std::string out(digest_octets(kind), '\0');
  keyed{kind, key}.mac(octets, out.data());
  return out;
}

std::string pbkdf2(digest_kind kind, std::string_view password, std::string_view salt, std::uint32_t iterations,
                   std::size_t octets) {
  const std::size_t one = digest_octets(kind);
  const std::size_t wanted = octets == 0 ? one : octets;
  const keyed prf{kind, password};
  std::string out;
  for (std::uint32_t block = 1; out.size() < wanted; ++block) {  // RFC 8018 §5.2: F(P, S, c, i)
    std::string u{salt};
    for (int shift = 24; shift >= 0; shift -= 8) u += static_cast<char>(block >> shift & 0xff);
    std::string first(one, '\0');
    prf.mac(u, first.data());
    std::string sum = first;
    for (std::uint32_t i = 1; i < iterations; ++i) {
      prf.mac(first, first.data());
      for (std::size_t at = 0; at < one; ++at) sum[at] = static_cast<char>(sum[at] ^ first[at]);
    }
    out += sum;
  }
  out.resize(wanted);
  return out;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  volatile unsigned char difference = 0;  // volatile: no early end by optimisation
  for (std::size_t i = 0; i < a.size(); ++i)
    difference =
        static_cast<unsigned char>(difference | (static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i])));
  return difference == 0;
}

std::string to_hex(std::string_view octets) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(octets.size() * 2);
  for (const char c : octets) {
    const auto octet = static_cast<unsigned char>(c);
    out += digits[octet >> 4];
    out += digits[octet & 0xf];
  }
  return out;
}

}  // namespace smtpscope::text
