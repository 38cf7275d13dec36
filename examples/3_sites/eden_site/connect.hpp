#pragma once

#include <edensync/core/repository.hpp>
#include <edensync/core/result.hpp>
#include <edensync/beast/client.hpp>
#include <memory>

#include "open_site.hpp"

namespace eden_site {

/// A line to a repository: with its credentials opened, through its proxy or the site's own.
///
/// Errors: bad_setting if the credentials cannot be opened.
edensync::result<std::unique_ptr<edensync::beast::client>> connect(const open_site& here,
                                                                   const edensync::repository& peer);

}  // namespace eden_site
