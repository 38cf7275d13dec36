#pragma once

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <string>

#include "edensync/core/uid.hpp"

namespace edensync {

/// Random identifiers: `urn:uuid:` and an RFC 4122 UUID of version 4, from the operating system's entropy.
///
/// Thread safety: share it freely.
struct random_uid_source {
  uid make() const {
    thread_local boost::uuids::random_generator generate;
    return uid("urn:uuid:" + boost::uuids::to_string(generate()));
  }
};

}  // namespace edensync
