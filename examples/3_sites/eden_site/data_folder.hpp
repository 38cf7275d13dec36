#pragma once

#include <edensync/core/result.hpp>
#include <edensync/schema/schema.hpp>
#include <edensync/sqlite/options.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "folder_lock.hpp"

namespace eden_site {

/// The folder in which a site keeps all that it has:
///
///     site.sqlite         records, ledger and accounts
///     schema/N            descriptions of the tables; the database says which N it follows
///     credentials.key     the key of the credentials in the database; made at the first need
///     certificates/       those that repositories believe (`keep_certificates`); certificates.lock: see below
///     files/              what upload fields hold, each file under its SHA-256
///     archives/CODE.zip   of the data sets that this site offers
///     lock                held by all that have the site open
///     runs/ID             held by the run with that repository
///     dry_run.ID.*        the copy that a dry run works on; `runs/dry_run.ID` is held meanwhile
///     server              held by those that serve it; server.turn by whoever begins to
///     worker              held by the workers; worker.turn by whoever looks whether there is one
///
/// Thread safety: a value.
class data_folder {
 public:
  explicit data_folder(std::filesystem::path where) : where_(std::move(where)) {}

  /// Errors: no_such_entry if the folder holds no site.
  static edensync::result<data_folder> find(const std::filesystem::path& where);

  const std::filesystem::path& path() const { return where_; }
  std::filesystem::path database() const { return where_ / "site.sqlite"; }
  std::filesystem::path credentials_key() const { return where_ / "credentials.key"; }
  std::filesystem::path files() const { return where_ / "files"; }
  std::filesystem::path archive(const std::string& code) const { return where_ / "archives" / (code + ".zip"); }
  std::filesystem::path schemas() const { return where_ / "schema"; }
  /// Whether there are traces of a site besides its database.
  bool held_a_site() const;
  /// Whether a file lies in it, or would.
  bool holds(const std::filesystem::path& file) const;

  std::filesystem::path certificates() const { return where_ / "certificates"; }
  /// Where a file lies that is named as seen from this folder; one elsewhere has its whole path.
  std::filesystem::path place_of(const std::string& name) const {
    return name.empty() ? std::filesystem::path() : where_ / name;
  }

  /// The schema that the database follows. Errors: bad_schema if a description is gone; those of the descriptions and of
  /// the store.
  edensync::result<edensync::schema> read_schema() const;

  /// How the database is opened.
  edensync::sqlite::options store_options() const;

  /// Held by whoever reads or writes records: as long as one does, the schema stays as it is.
  edensync::result<folder_lock> lock_for_use() const;

  /// Held while the schema changes. Errors: store_locked if somebody has the site open.
  edensync::result<folder_lock> lock_for_change() const;

  /// Held during a run with a repository. Errors: busy if another one is under way.
  edensync::result<folder_lock> lock_for_run(std::int64_t repository) const;

  /// Held during a dry run with a repository; whoever has it may remove what others left behind. Errors: store_locked if
  /// another one is under way.
  edensync::result<folder_lock> lock_for_dry_run(std::int64_t repository) const;
  /// The file that this locks; who holds it may remove it.
  std::filesystem::path dry_run_lock(std::int64_t repository) const;

  /// Held, by any number, while certificates are there that the database may not name yet, or are read whose name was taken
  /// from it.
  edensync::result<folder_lock> lock_certificates() const;

  /// Held by who removes certificates. Errors: store_locked if somebody has the other one.
  edensync::result<folder_lock> lock_certificates_for_removal() const;

  /// Held by whoever serves the site. Before that `if_first` is called, if nobody else does.
  edensync::result<folder_lock> lock_as_server(const std::function<void()>& if_first) const;

  /// Held by a worker as long as it lives; any number may.
  edensync::result<folder_lock> lock_as_worker() const;

  /// Whether there is one.
  edensync::result<bool> has_worker() const;

 private:
  std::filesystem::path where_;
};

/// What a new site is given.
struct first_account {
  std::string name;
  std::string password;
};

/// Makes a site in a folder, which is created if it is not there, and gives the site's UUID.
///
/// Errors: bad_setting if there is a site already, or if the account is none that can be; store_failed.
edensync::result<std::string> make_site(const std::filesystem::path& where, const first_account* administrator);

/// Takes descriptions of tables into a site, all or none; gives the names of the tables it has now.
///
/// The database follows: tables and columns are added, and nothing is lost.
/// Errors: bad_schema and those of the files, each with the file's name; store_locked if the site is open elsewhere.
edensync::result<std::vector<std::string>> add_schema(const data_folder& folder, const std::vector<std::string>& files);

}  // namespace eden_site
