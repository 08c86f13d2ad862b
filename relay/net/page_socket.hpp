#pragma once
// The page's side of a connection, as Beast wants a stream to be: TCP, or TLS over it, one type for
// both, without the buffers that Boost.Asio's own TLS stream holds for each connection.
//
// In the clear it is Asio's socket itself. With TLS, OpenSSL works on the socket: what it cannot do
// now is tried again when the socket is ready.

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <utility>

#include <boost/asio/append.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/role.hpp>

#include "relay/net/asio.hpp"
#include "relay/net/stream.hpp"
#include "smtpscope/base/time.hpp"
#include "smtpscope/tunnel/frame_meter.hpp"

namespace smtpscope::net {

class page_socket {
 public:
  using executor_type = tcp::socket::executor_type;

  // Of a listener that has set no_delay, which its connections inherit.
  explicit page_socket(tcp::socket accepted) : stream_(std::move(accepted)) {}

  [[nodiscard]] executor_type get_executor() { return stream_.socket().get_executor(); }
  // Under TLS, when it has been begun with below().handshake().
  [[nodiscard]] tcp::socket& socket() noexcept { return stream_.socket(); }
  [[nodiscard]] stream& below() noexcept { return stream_; }

  // From now on what comes is WebSocket frames: `told` learns of the first verdict that is not fine, and after it
  // nothing is read any more until the end of the connection.
  void watch_frames(tunnel::frame_meter meter, std::function<void(tunnel::frame_meter::verdict)> told) {
    watch_ = std::make_unique<watch>(watch{meter, std::move(told)});
  }

  // AsyncReadStream and AsyncWriteStream of Asio: void(error_code, std::size_t).
  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto handler, const Buffers& into) {
          if (watch_)
            asio::async_compose<decltype(handler), void(error_code, std::size_t)>(watched_read<Buffers>{*this, into},
                                                                                  handler, stream_.socket());
          else
            read_unwatched(into, std::move(handler));
        },
        token, buffers);
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto handler, const Buffers& from) {
          if (stream_.tls() == nullptr) return stream_.socket().async_write_some(from, std::move(handler));
          asio::async_compose<decltype(handler), void(error_code, std::size_t)>(write_op<Buffers>{*this, from}, handler,
                                                                                stream_.socket());
        },
        token, buffers);
  }

  // Says that nothing more comes, as far as that can be said without waiting.
  void end_sending() { stream_.end_writing_now(); }

 private:
  // What the two operations over TLS share: try, wait, try again. `Try` says how to try.
  template <class Derived>
  struct tls_op {
    page_socket& page;
    enum class step : std::uint8_t { begun, waited, done } at = step::begun;
    transfer moved{};

    template <class Self>
    void operator()(Self& self, error_code ec = {}) {
      if (at == step::done) return self.complete(moved.error, moved.octets);
      if (at == step::waited && (ec || page.stream_.closed()))
        return self.complete(ec ? ec : error_code(asio::error::operation_aborted), 0);
      const step before = at;
      moved = static_cast<Derived&>(*this).attempt();
      if (moved.error == asio::error::would_block) {
        at = step::waited;
        page.stream_.socket().async_wait(static_cast<Derived&>(*this).until(), std::move(self));
      } else if (before == step::begun) {  // a handler is not called from within the call that begins it
        at = step::done;
        asio::post(page.stream_.socket().get_executor(), std::move(self));
      } else {
        self.complete(moved.error, moved.octets);
      }
    }
  };

  template <class Buffers>
  struct read_op : tls_op<read_op<Buffers>> {
    Buffers into;
    read_op(page_socket& of, const Buffers& buffers) : tls_op<read_op>{of}, into(buffers) {}
    [[nodiscard]] transfer attempt() {
      for (auto next = asio::buffer_sequence_begin(into); next != asio::buffer_sequence_end(into); ++next) {
        const asio::mutable_buffer one(*next);
        if (one.size() > 0) return this->page.stream_.read_now({static_cast<std::byte*>(one.data()), one.size()});
      }
      return {};
    }
    [[nodiscard]] auto until() const { return this->page.stream_.read_until(); }
  };

  template <class Buffers>
  struct write_op : tls_op<write_op<Buffers>> {
    Buffers from;
    write_op(page_socket& of, const Buffers& buffers) : tls_op<write_op>{of}, from(buffers) {}
    // A frame's header and the beginning of its payload become one record, so one packet.
    [[nodiscard]] transfer attempt() {
      thread_local std::array<std::byte, largest_record> record;
      for (auto next = asio::buffer_sequence_begin(from); next != asio::buffer_sequence_end(from); ++next) {
        const asio::const_buffer one(*next);
        if (one.size() == 0) continue;
        if (one.size() >= record.size())
          return this->page.stream_.write_now({static_cast<const std::byte*>(one.data()), one.size()});
        const std::size_t size = asio::buffer_copy(asio::buffer(record), from);
        return this->page.stream_.write_now(std::span(record).first(size));
      }
      return {};
    }
    [[nodiscard]] auto until() const { return this->page.stream_.write_until(); }
  };

  template <class Buffers, class Handler>
  void read_unwatched(const Buffers& into, Handler handler) {
    if (stream_.tls() == nullptr) return stream_.socket().async_read_some(into, std::move(handler));
    asio::async_compose<Handler, void(error_code, std::size_t)>(read_op<Buffers>{*this, into}, handler,
                                                                stream_.socket());
  }

  // A read whose octets are looked at before anybody else sees them.
  template <class Buffers>
  struct watched_read {
    page_socket& page;
    Buffers into;
    bool begun = false;
    bool waits = false;

    template <class Self>
    void wait_for_the_end(Self& self) {
      waits = true;
      page.stream_.socket().async_wait(tcp::socket::wait_error, std::move(self));
    }
    template <class Self>
    void operator()(Self& self, error_code ec = {}, std::size_t octets = 0) {
      if (!std::exchange(begun, true)) {
        if (page.watch_->over) return wait_for_the_end(self);
        return page.read_unwatched(Buffers(into), std::move(self));
      }
      if (waits) return self.complete(ec ? ec : error_code(asio::error::connection_aborted), 0);
      if (!ec) page.look_at(into, octets);
      // Beast would answer what it saw in its own way.
      if (page.watch_->over) return wait_for_the_end(self);
      self.complete(ec, octets);
    }
  };

  template <class Buffers>
  void look_at(const Buffers& into, std::size_t octets) {
    const auto now = std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now().time_since_epoch());
    auto verdict = tunnel::frame_meter::verdict::fine;
    for (auto next = asio::buffer_sequence_begin(into); next != asio::buffer_sequence_end(into) && octets > 0; ++next) {
      const asio::const_buffer one(*next);
      const std::size_t size = std::min(one.size(), octets);
      verdict = watch_->meter.take({static_cast<const std::byte*>(one.data()), size}, now);
      octets -= size;
    }
    watch_->over = verdict != tunnel::frame_meter::verdict::fine;
    if (watch_->over) watch_->told(verdict);
  }

  struct watch {
    tunnel::frame_meter meter;
    std::function<void(tunnel::frame_meter::verdict)> told;
    bool over = false;
  };

  static constexpr std::size_t largest_record = 16 * 1024;  // RFC 8446 §5.1

  stream stream_;
  std::unique_ptr<watch> watch_;
};

// Found by Beast through the namespace of page_socket. Its own way to end a WebSocket over TCP reads
// until the peer hangs up, without a limit in time; here ending means to say so (FIN) and nothing
// more, and the bridge reads on for as long as it grants.
template <class Handler>
void async_teardown(boost::beast::role_type, page_socket& page, Handler&& handler) {
  page.end_sending();
  asio::post(page.get_executor(), asio::append(std::forward<Handler>(handler), error_code{}));
}

// What Beast does to a connection whose upgrade takes too long.
inline void beast_close_socket(page_socket& page) { page.below().close(); }

}  // namespace smtpscope::net
