// ZIP archives of data sets.
#include <string>

#include "edensync/zip/archive.hpp"
#include "target.hpp"

using namespace edensync;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  archive_limits limits;
  limits.bytes = 1 << 16;
  limits.member_bytes = 1 << 20;
  limits.all_bytes = 1 << 21;
  edensync::zip::reader in(limits);
  if (!in.feed(fuzz::text_of(data, size)) || !in.finish()) return 0;
  std::string buffer(4096, '\0');
  for (const std::string_view name : {"a.xml", "b.xml", "../c"}) {
    const auto there = in.open(name);
    if (!there || !*there) continue;
    std::uint64_t all = 0;
    for (;;) {
      const auto n = in.read(buffer);
      if (!n || *n == 0) break;
      all += *n;
      fuzz::require(all <= limits.member_bytes, "a member keeps to its limit");
    }
  }
  return 0;
}
