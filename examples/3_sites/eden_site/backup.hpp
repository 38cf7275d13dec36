#pragma once

#include <edensync/core/result.hpp>
#include <cstdint>
#include <filesystem>

#include "data_folder.hpp"

namespace eden_site {

/// Writes all that a site has into a ZIP archive, while it is served and synchronised: the database as it was at one moment,
/// and whatever else lies in the folder but the key of its credentials. Gives the size of the archive.
///
/// Unpacked into an empty folder it is a site that can be gone on from (`edensync::sqlite::copy_file`).
/// Errors: bad_setting if the file is there already, store_failed; there is then no new file.
edensync::result<std::uint64_t> back_up(const data_folder& folder, const std::filesystem::path& file);

}  // namespace eden_site
