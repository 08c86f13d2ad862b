#pragma once
// The tokens by which pages show that they may use a relay: each has a name, an end and the origins of
// the pages that may present it.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "smtpscope/base/result.hpp"
#include "smtpscope/base/secret.hpp"

namespace smtpscope::tunnel {

// Seconds since 1970-01-01T00:00:00Z.
using unix_seconds = std::int64_t;

struct access_token {
  std::string name;
  secret token;
  unix_seconds until = 0;
  std::vector<std::string> origins;  // "https://mail.example"; "-" stands for none at all
};

enum class token_verdict : std::uint8_t { good, wrong, expired, other_origin };

class access_tokens {
 public:
  // A token a line: NAME TOKEN UNTIL ORIGIN…, separated by spaces, UNTIL as 2026-12-24T18:00:00Z, ORIGIN as a
  // browser writes it or "-" for programs that send none. A line may be empty or begin with "#".
  // Error: invalid_argument, with the line's number and what is right; never a token.
  [[nodiscard]] static result<access_tokens> parse(std::string_view text);

  struct judgement {
    token_verdict what = token_verdict::wrong;
    std::string_view name;  // whose token it is, unless it is wrong; lives as long as this object
  };
  // `origin` as the page's header has it, "-" where there was none. The time this takes depends on the tokens'
  // lengths, not on how much of one was right.
  [[nodiscard]] judgement judge(std::string_view token, std::string_view origin, unix_seconds now) const;

  [[nodiscard]] std::size_t size() const noexcept { return all_.size(); }

 private:
  std::vector<access_token> all_;
};

}  // namespace smtpscope::tunnel
