#pragma once

// A site of this program: what it is made of, and how it is opened.

#include <edensync/core/result.hpp>
#include <edensync/schema/schema.hpp>
#include <edensync/site/parts.hpp>
#include <edensync/site/site.hpp>
#include <edensync/admin/credentials.hpp>
#include <edensync/admin/site_choices.hpp>
#include <edensync/expat/event_source.hpp>
#include <edensync/files/file_store.hpp>
#include <edensync/sqlite/store.hpp>
#include <edensync/system/clock.hpp>
#include <edensync/system/uid_source.hpp>
#include <edensync/vault/key_file.hpp>
#include <edensync/zip/archive.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "data_folder.hpp"

namespace eden_site {

struct parts : edensync::default_parts {
  using store = edensync::sqlite::store;
  using clock = edensync::system_clock;
  using uid_source = edensync::random_uid_source;
  using event_source = edensync::expat::event_source;
  using archive = edensync::zip::archive;
  using file_store = edensync::files::file_store;
};

/// A site that is open, with what it needs. It holds the folder's lock.
class open_site {
 public:
  /// Errors: those of the schema's files and of the store.
  static edensync::result<std::unique_ptr<open_site>> open(data_folder where);

  open_site(data_folder where, folder_lock lock, std::shared_ptr<const edensync::schema> schema,
            edensync::sqlite::store s, edensync::files::file_store kept, edensync::admin::site_choices c)
      : folder(std::move(where)),
        lock_(std::move(lock)),
        resources(std::move(schema)),
        choices(std::move(c)),
        store(std::move(s)),
        files(std::move(kept)),
        vault(folder.credentials_key()),
        site(store, *resources, clock, uids,
             {.domain = choices.domain,
              .url = choices.public_url,
              .authors = choices.mode == edensync::admin::site_mode::eden,
              .strict_master = choices.strict_master}) {
    site.keep_files_in(files);
  }

  data_folder folder;

 private:
  folder_lock lock_;

 public:
  std::shared_ptr<const edensync::schema> resources;
  edensync::admin::site_choices choices;
  edensync::system_clock clock;
  edensync::random_uid_source uids;
  edensync::sqlite::store store;
  edensync::files::file_store files;
  edensync::vault::key_file vault;
  edensync::site<parts> site;

  /// What is done to credentials before they are written down.
  edensync::admin::secret_change seal() const {
    return [this](std::string_view text) { return vault.seal(text); };
  }
};

}  // namespace eden_site
