// refused: described_struct
#include "edensync/schema/describe.hpp"

struct nameless {
#ifdef EDENSYNC_CORRECTED
  BOOST_HANA_DEFINE_STRUCT(nameless, (edensync::uid, uuid), (std::string, name));
#else
  BOOST_HANA_DEFINE_STRUCT(nameless, (std::string, name));
#endif
};

template <>
struct edensync::resource<nameless> {
  static constexpr std::string_view name = "org_nameless";
};

const auto described = edensync::describe<nameless>();
