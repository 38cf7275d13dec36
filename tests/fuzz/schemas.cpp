// Field descriptions of tables, and the supplement, as an administrator feeds them: two documents and JSON, each behind
// a line with three dashes.
#include <array>

#include "edensync/schema/field_description.hpp"
#include "edensync/expat/event_source.hpp"
#include "target.hpp"

using namespace edensync;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto rest = fuzz::text_of(data, size);
  std::array<std::string_view, 3> parts;
  for (auto& part : parts) {
    const auto end = rest.find("\n---\n");
    part = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 5);
  }
  const std::span documents(parts.data(), parts[1].empty() ? 1 : 2);
  const auto read = read_schema<expat::event_source>(documents, parts[2]);
  if (!read) {
    fuzz::require(!read.error().text().empty(), "an error is told");
    return 0;
  }
  for (const auto& r : *read) fuzz::require(read->find(r.name()) == r.id(), "a table is found by its name");
  return 0;
}
