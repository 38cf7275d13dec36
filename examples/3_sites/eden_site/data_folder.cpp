#include "data_folder.hpp"

#include <edensync/core/account.hpp>
#include <edensync/crypt/password_hash.hpp>
#include <edensync/sqlite/account_table.hpp>
#include <edensync/sqlite/change_layout.hpp>
#include <edensync/sqlite/check_file.hpp>
#include <algorithm>
#include <charconv>
#include <sstream>
#include <system_error>
#include <utility>

#include "open_site.hpp"
#include "schema_files.hpp"
#include "text_files.hpp"

namespace eden_site {

namespace {

namespace fs = std::filesystem;
using edensync::error;
using edensync::failure_exception;
using edensync::make_failure;
using edensync::result;

// The versions of the schema are numbered.
std::uint64_t last_version(const fs::path& schemas) {
  std::uint64_t last = 0;
  std::error_code none;
  for (const auto& each : fs::directory_iterator(schemas, none)) {
    const auto name = each.path().filename().string();
    std::uint64_t n = 0;
    const auto [end, wrong] = std::from_chars(name.data(), name.data() + name.size(), n);
    if (wrong == std::errc() && end == name.data() + name.size()) last = std::max(last, n);
  }
  return last;
}

// Without the rest a change can go on, so it is no failure.
void drop_all_but(const fs::path& schemas, const std::string& version) {
  std::error_code ignored;
  for (const auto& each : fs::directory_iterator(schemas, ignored))
    if (each.path().filename() != version) fs::remove_all(each.path(), ignored);
}

// What the database says of its descriptions: in which folder they are, and which there must be.
struct followed_schema {
  fs::path folder;  // empty: there are none yet
  std::vector<std::string> files;
};

followed_schema find_schema(const data_folder& folder) {
  edensync::sqlite::connection db(folder.store_options(), 256);
  if (!edensync::sqlite::detail::has_table(db, "edensync_setting"))
    edensync::throw_failure(error::store_damaged,
                            "the table edensync_setting is missing, which names the descriptions that there must be");
  edensync::sqlite::statement_counter executed{0};
  edensync::sqlite::statement find(db.get(), "SELECT content FROM edensync_setting WHERE key=?", executed);
  const auto setting = [&](std::string_view key) {
    edensync::sqlite::execution e(find);
    e.text(key);
    return e.step() ? e.get_string(0) : std::string();
  };
  followed_schema now;
  if (const auto version = setting("admin.schema"); !version.empty()) now.folder = folder.schemas() / version;
  std::istringstream files(setting("admin.schema_files"));
  for (std::string name; files >> name;) now.files.push_back(name);
  return now;
}

result<void> nothing_is_gone(const schema_files& all, const followed_schema& now) {
  const auto there = all.names();
  std::error_code none;
  if (now.files.empty() && !now.folder.empty() && !fs::exists(now.folder, none))
    return make_failure(error::bad_schema, "the folder of descriptions " + now.folder.string() + " is gone");
  std::string gone;
  bool several = false;
  for (const auto& name : now.files) {
    if (std::find(there.begin(), there.end(), name) != there.end()) continue;
    several = !gone.empty();
    gone += (several ? ", " : "") + (now.folder / name).string();
  }
  if (gone.empty()) return {};
  return make_failure(error::bad_schema,
                      several ? "the descriptions " + gone + " are gone" : "the description " + gone + " is gone");
}

std::vector<std::string> names_of(const edensync::schema& s) {
  std::vector<std::string> names;
  for (const auto& r : s) names.emplace_back(r.name());
  return names;
}

}  // namespace

result<data_folder> data_folder::find(const fs::path& where) {
  data_folder folder(where);
  std::error_code none, hidden;
  const bool there = fs::exists(folder.database(), hidden);
  if (hidden) return file_failure(folder.database(), hidden);
  if (!there && folder.held_a_site())
    return make_failure(error::store_damaged, where.string() + " has lost its database: go back to the last backup");
  if (!fs::is_regular_file(folder.database(), none))
    return make_failure(error::no_such_entry, where.string() + " holds no site; eden-site init makes one");
  return folder;
}

bool data_folder::held_a_site() const {
  std::error_code none;
  return fs::exists(schemas(), none) || fs::exists(credentials_key(), none);
}

bool data_folder::holds(const fs::path& file) const {
  std::error_code wrong;
  const auto whole = fs::weakly_canonical(fs::absolute(file, wrong), wrong);
  const auto place = whole.lexically_relative(fs::canonical(where_, wrong));
  return !place.empty() && *place.begin() != "..";
}

edensync::sqlite::options data_folder::store_options() const {
  edensync::sqlite::options how;
  how.path = database().string();
  return how;
}

result<folder_lock> data_folder::lock_for_use() const {
  return folder_lock::take(where_ / "lock", folder_lock::kind::shared, false);
}

result<folder_lock> data_folder::lock_for_change() const {
  auto lock = folder_lock::take(where_ / "lock", folder_lock::kind::exclusive, true);
  if (!lock && lock.error().code == error::store_locked)
    return make_failure(error::store_locked, "the site is served or synchronised; stop that first");
  return lock;
}

result<folder_lock> data_folder::lock_for_run(std::int64_t repository) const {
  std::error_code wrong;
  fs::create_directories(where_ / "runs", wrong);
  if (wrong) return file_failure(where_ / "runs", wrong);
  auto lock = folder_lock::take(where_ / "runs" / std::to_string(repository), folder_lock::kind::exclusive, true);
  if (!lock && lock.error().code == error::store_locked) return make_failure(error::busy);
  return lock;
}

fs::path data_folder::dry_run_lock(std::int64_t repository) const {
  return where_ / "runs" / ("dry_run." + std::to_string(repository));
}

result<folder_lock> data_folder::lock_for_dry_run(std::int64_t repository) const {
  std::error_code wrong;
  fs::create_directories(where_ / "runs", wrong);
  if (wrong) return file_failure(where_ / "runs", wrong);
  auto lock = folder_lock::take(dry_run_lock(repository), folder_lock::kind::exclusive, true);
  if (!lock && lock.error().code == error::store_locked)
    return make_failure(error::store_locked, "another dry run with this repository is under way");
  return lock;
}

result<folder_lock> data_folder::lock_certificates() const {
  return folder_lock::take(where_ / "certificates.lock", folder_lock::kind::shared, false);
}

result<folder_lock> data_folder::lock_certificates_for_removal() const {
  return folder_lock::take(where_ / "certificates.lock", folder_lock::kind::exclusive, true);
}

result<folder_lock> data_folder::lock_as_server(const std::function<void()>& if_first) const {
  // Until this one is known as a server: nobody may think it dead.
  const auto turn = folder_lock::take(where_ / "server.turn", folder_lock::kind::exclusive, false);
  if (!turn) return turn.error();
  {
    const auto alone = folder_lock::take(where_ / "server", folder_lock::kind::exclusive, true);
    if (alone)
      if_first();
    else if (!(alone.error().code == error::store_locked))
      return alone.error();
  }
  return folder_lock::take(where_ / "server", folder_lock::kind::shared, false);
}

result<folder_lock> data_folder::lock_as_worker() const {
  return folder_lock::take(where_ / "worker", folder_lock::kind::shared, false);
}

result<bool> data_folder::has_worker() const {
  // One at a time: two who look must not take each other for a worker.
  const auto turn = folder_lock::take(where_ / "worker.turn", folder_lock::kind::exclusive, false);
  if (!turn) return turn.error();
  const auto nobody = folder_lock::take(where_ / "worker", folder_lock::kind::exclusive, true);
  if (nobody) return false;
  if (nobody.error().code == error::store_locked) return true;
  return nobody.error();
}

result<edensync::schema> data_folder::read_schema() const {
  const auto now = edensync::detail::guarded([&] { return find_schema(*this); });
  if (!now) return now.error();
  const auto files = schema_files::load(now->folder);
  if (!files) return files.error();
  if (auto whole = nothing_is_gone(*files, *now); !whole) return whole.error();
  return files->read();
}

result<std::unique_ptr<open_site>> open_site::open(data_folder where) {
  auto lock = where.lock_for_use();
  if (!lock) return lock.error();
  auto read = where.read_schema();
  if (!read) return read.error();
  auto resources = std::make_shared<const edensync::schema>(std::move(*read));
  // Whoever opens the store makes those anew that are missing, and with nothing in them.
  const auto missing =
      edensync::detail::guarded([&] { return edensync::sqlite::check_tables(where.store_options(), *resources); });
  if (!missing) return missing.error();
  if (!missing->empty())
    return make_failure(error::store_damaged,
                        missing->front() + ": eden-site check tells all, go back to the last backup");
  auto store = edensync::sqlite::store::open(where.database().string(), resources, where.store_options());
  if (!store) return store.error();
  auto choices = edensync::detail::guarded([&] {
    auto ledger = store->snapshot();
    // Made once and for all by `make_site`: a new one would be another site.
    if (!ledger.setting("uuid"))
      edensync::throw_failure(error::store_damaged, "the site has lost its UUID: go back to the last backup");
    return edensync::admin::read_choices(ledger);
  });
  if (!choices) return choices.error();
  std::error_code wrong;
  fs::create_directories(where.files(), wrong);
  if (wrong) return file_failure(where.files(), wrong);
  auto kept = edensync::files::open_file_store(where.files().string());
  if (!kept) return kept.error();
  return std::make_unique<open_site>(std::move(where), std::move(*lock), std::move(resources), std::move(*store),
                                     std::move(*kept), std::move(*choices));
}

result<std::string> make_site(const fs::path& where, const first_account* administrator) {
  // What can be refused is refused before anything is written.
  edensync::sqlite::account_table::entry first{{}, {}};
  if (administrator != nullptr) {
    if (!edensync::is_account_name(administrator->name))
      return make_failure(error::bad_setting, "this cannot be an account's name: " + administrator->name);
    auto hash = edensync::crypt::hash_password(administrator->password);
    if (!hash) return hash.error();
    first = {{administrator->name, edensync::access_level::administer}, std::move(*hash)};
  }
  std::error_code wrong;
  if (fs::create_directories(where, wrong)) fs::permissions(where, fs::perms::owner_all, wrong);
  if (wrong) return file_failure(where, wrong);
  data_folder folder(where);
  const auto is_there = make_failure(error::bad_setting, "there is a site in " + where.string() + " already");
  auto lock = folder.lock_for_change();
  if (!lock) return lock.error().code == error::store_locked ? is_there : lock.error();
  return edensync::detail::guarded([&]() -> std::string {
    auto none = std::make_shared<const edensync::schema>(edensync::schema::make({}).value());
    edensync::sqlite::store store(folder.store_options(), none);
    if (store.snapshot().setting("uuid")) throw failure_exception(is_there);
    // A new UUID would make another site of it.
    if (folder.held_a_site())
      edensync::throw_failure(error::store_damaged, "the site has lost its database: go back to the last backup");
    if (administrator != nullptr) edensync::sqlite::account_table(folder.store_options()).add(first);
    edensync::system_clock clock;
    edensync::random_uid_source uids;
    edensync::site<parts> site(store, *none, clock, uids);
    // Last: with it the site is there.
    return site.uuid().value().text();
  });
}

result<std::vector<std::string>> add_schema(const data_folder& folder, const std::vector<std::string>& files) {
  auto lock = folder.lock_for_change();
  if (!lock) return lock.error();
  const auto before = edensync::detail::guarded([&] { return find_schema(folder); });
  if (!before) return before.error();
  auto all = schema_files::load(before->folder);
  if (!all) return all.error();
  for (const auto& file : files) {
    auto text = read_text(file);
    if (!text) return text.error();
    if (auto added = all->add(file, *text); !added) return added.error();
  }
  // What is gone can be given again.
  if (auto whole = nothing_is_gone(*all, *before); !whole) return whole.error();
  auto read = all->read();
  if (!read) return read.error();
  const auto resources = std::make_shared<const edensync::schema>(std::move(*read));

  const auto version = std::to_string(last_version(folder.schemas()) + 1);
  std::string names;
  for (const auto& name : all->names()) names += (names.empty() ? "" : " ") + name;
  if (auto saved = all->save(folder.schemas() / version); !saved) return saved.error();
  if (auto settled = settle_folder(folder.schemas()); !settled) return settled.error();
  // What the database follows from now on must be on the disk before the descriptions of before are gone.
  auto how = folder.store_options();
  how.synchronous = "FULL";
  const auto done = edensync::detail::guarded([&] {
    edensync::sqlite::change_layout(how, *resources, [&](auto& db) {
      db.run("INSERT OR REPLACE INTO edensync_setting VALUES('admin.schema','" + version +
             "'),('admin.schema_files','" + names + "')");
    });
  });
  if (!done) {
    std::error_code ignored;
    fs::remove_all(folder.schemas() / version, ignored);
    return done.error();
  }
  drop_all_but(folder.schemas(), version);
  return names_of(*resources);
}

}  // namespace eden_site
