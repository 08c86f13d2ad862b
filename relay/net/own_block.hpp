#pragma once
// For what waits long. Asio keeps an operation in the next of its free blocks, which may be much larger; an idle
// connection would hold that for as long as it waits.

#include <memory>
#include <utility>

#include <boost/asio/bind_allocator.hpp>

namespace smtpscope::net {

// The heap itself. Asio puts its own cache in the place of std::allocator.
template <class T>
struct heap_allocator {
  using value_type = T;
  heap_allocator() noexcept = default;
  template <class U>
  explicit heap_allocator(const heap_allocator<U>&) noexcept {}
  [[nodiscard]] T* allocate(std::size_t count) { return std::allocator<T>().allocate(count); }
  void deallocate(T* block, std::size_t count) noexcept { std::allocator<T>().deallocate(block, count); }
  friend bool operator==(const heap_allocator&, const heap_allocator&) noexcept { return true; }
  friend bool operator!=(const heap_allocator&, const heap_allocator&) noexcept { return false; }
};

// The handler or token, whose operation is kept in a block of its size.
template <class Token>
[[nodiscard]] auto in_own_block(Token&& token) {
  return boost::asio::bind_allocator(heap_allocator<void>(), std::forward<Token>(token));
}

}  // namespace smtpscope::net
