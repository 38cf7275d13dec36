#pragma once

#include <edensync/core/repository.hpp>
#include <edensync/core/result.hpp>
#include <string>

#include "data_folder.hpp"

namespace eden_site {

class open_site;

/// Takes the certificates of a file into the data folder, where backups have them too, and gives the name by which a
/// repository knows them there; for no file, none.
///
/// Whoever calls it holds `lock_certificates` until the repository is saved.
/// Errors: bad_setting with the file's name if it cannot be read or holds none; store_failed.
edensync::result<std::string> keep_certificates(const data_folder& folder, const std::string& file);

/// Removes the certificates from the data folder that no repository knows any more.
///
/// Those stay, until it is called again, that cannot be removed, and all if somebody adds or reads some at the moment: that
/// is no failure.
void drop_unused_certificates(const open_site& here);

/// Whether those can be used that a repository believes. Errors: not_configured with the file's name and what is wrong.
edensync::result<void> check_certificates(const data_folder& folder, const edensync::repository& peer);

}  // namespace eden_site
