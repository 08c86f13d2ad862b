#include "smtpscope/base/result.hpp"

namespace smtpscope {

__attribute__((noinline)) error::error(errc why, std::string words) : code(why), detail(std::move(words)) {}
__attribute__((noinline)) error::error(errc why, const char* words) : code(why), detail(words) {}
__attribute__((noinline)) error::error(const error& other) = default;
__attribute__((noinline)) error::error(error&& other) noexcept = default;
error& error::operator=(const error& other) = default;
error& error::operator=(error&& other) noexcept = default;
__attribute__((noinline)) error::~error() = default;

}  // namespace smtpscope
