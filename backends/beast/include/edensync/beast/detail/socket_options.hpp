#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

#if defined(__linux__)
#include <netinet/tcp.h>
#endif

namespace edensync::beast::detail {

/// Sets what both sides want of a connection; what the system does not know is left out.
inline void prepare(boost::asio::ip::tcp::socket& socket) {
  boost::system::error_code ignored;
  socket.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
#ifdef TCP_NOTSENT_LOWAT
  // Without it the system takes megabytes at once and then nothing for minutes on a slow line, which looks like a dead
  // one.
  using low_water = boost::asio::detail::socket_option::integer<IPPROTO_TCP, TCP_NOTSENT_LOWAT>;
  socket.set_option(low_water(256 * 1024), ignored);
#endif
}

}  // namespace edensync::beast::detail
