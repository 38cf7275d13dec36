#pragma once

#include <edensync/concepts/archive.hpp>
#include <edensync/core/data_set.hpp>
#include <edensync/core/result.hpp>
#include <cstdint>
#include <string_view>

#include "open_site.hpp"

namespace eden_site {

/// Packs a data set that this site offers, puts the archive where it is served, and says so in the data set; gives its
/// length. Others take the archive of before until it is there.
///
/// Errors: those of `edensync::write_dataset_archive`; store_failed with the system's words.
edensync::result<std::uint64_t> archive_dataset(open_site& here, const edensync::data_set& set);

/// The archive that is served under a name, `CODE.zip`; an empty source if there is none. Errors: thrown.
edensync::member_source served_archive(open_site& here, std::string_view name);

}  // namespace eden_site
