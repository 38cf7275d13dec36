#pragma once

#include "edensync/concepts/xml_event_source.hpp"

// What the compiler says to who writes an event source: one sentence for each operation that is missing or different.
namespace edensync::detail {

template <class X>
struct check_event_source {
  static_assert(can::be_made_with_handler<X>,
                "edensync: xml_event_source needs a constructor from (xml_handler&, const xml_limits&); "
                "see docs/concepts/xml_event_source.md");
  static_assert(can::feed<X>,
                "edensync: xml_event_source needs feed(string_view) -> result<void>; "
                "see docs/concepts/xml_event_source.md");
  static_assert(can::finish<X>,
                "edensync: xml_event_source needs finish() -> result<void>; "
                "see docs/concepts/xml_event_source.md");
  static constexpr bool value = true;
};

}  // namespace edensync::detail
