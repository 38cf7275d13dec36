#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstdint>

namespace edensync::beast {

/// How near an address lies; each is nearer than those before it.
enum class nearness : std::uint8_t {
  /// Whoever is connected to the internet can ask there.
  anywhere,
  /// Only whoever is in the same network can: private, link-local and shared addresses.
  network,
  /// Only this machine can.
  machine,
};

/// How near an address lies. IPv4 addresses that are written as IPv6 count as what they are.
///
/// Source: RFC 6890 (special-purpose addresses), RFC 4193, RFC 6052 §2.1.
inline nearness nearness_of(const boost::asio::ip::address& a) {
  const auto of_four = [](boost::asio::ip::address_v4 four) {
    const auto n = four.to_uint();
    const auto in = [n](std::uint32_t net, unsigned bits) { return n >> (32 - bits) == net >> (32 - bits); };
    if (in(0x7f000000, 8) || in(0, 8)) return nearness::machine;
    // 10/8, 172.16/12, 192.168/16, 169.254/16, 100.64/10; groups and what is reserved.
    const bool around = in(0x0a000000, 8) || in(0xac100000, 12) || in(0xc0a80000, 16) || in(0xa9fe0000, 16) ||
                        in(0x64400000, 10) || in(0xe0000000, 3);
    return around ? nearness::network : nearness::anywhere;
  };
  if (a.is_v4()) return of_four(a.to_v4());
  const auto six = a.to_v6();
  const auto bytes = six.to_bytes();
  const auto last_four = [&] { return boost::asio::ip::address_v4({bytes[12], bytes[13], bytes[14], bytes[15]}); };
  if (six.is_loopback() || six.is_unspecified()) return nearness::machine;
  if (six.is_v4_mapped()) return of_four(last_four());
  // 64:ff9b::/96, behind which a translator asks in IPv4.
  if (bytes[0] == 0 && bytes[1] == 0x64 && bytes[2] == 0xff && bytes[3] == 0x9b) return of_four(last_four());
  const bool around = (bytes[0] & 0xfe) == 0xfc || six.is_link_local() || six.is_site_local() || six.is_multicast();
  return around ? nearness::network : nearness::anywhere;
}

}  // namespace edensync::beast
