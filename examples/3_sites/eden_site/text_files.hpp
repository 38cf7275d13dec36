#pragma once

#include <edensync/core/result.hpp>
#include <cerrno>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

namespace eden_site {

/// What the system says of a file, as a failure. Its words are those of `errno` unless another code is given.
edensync::failure file_failure(const std::filesystem::path& file,
                               const std::error_code& why = {errno, std::generic_category()},
                               edensync::error code = edensync::error::store_failed);

/// The whole content of a file. Errors: no_such_entry with the system's words; bad_setting beyond `most` bytes.
edensync::result<std::string> read_text(const std::filesystem::path& file, std::size_t most = std::size_t{64} << 20);

/// Writes a new file and sees to it that it is on the disk. Errors: store_failed with the system's words.
edensync::result<void> write_text(const std::filesystem::path& file, std::string_view content);

/// Sees to it that what was created in a folder is on the disk. Errors: store_failed with the system's words.
edensync::result<void> settle_folder(const std::filesystem::path& folder);

/// A password: the only line of a file. Errors: as `read_text`; bad_setting if there are more lines.
edensync::result<std::string> read_password(const std::filesystem::path& file);

}  // namespace eden_site
