#include "certificates.hpp"

#include <unistd.h>

#include <edensync/site/content_hash.hpp>
#include <edensync/beast/certificates.hpp>
#include <algorithm>
#include <string_view>
#include <system_error>

#include "open_site.hpp"
#include "text_files.hpp"

namespace eden_site {

namespace fs = std::filesystem;
using edensync::error;
using edensync::make_failure;
using edensync::result;

namespace {

constexpr std::string_view ending = ".pem";

// HASH.pem, or the draft of one, .HASH.pem.PID, that nobody has finished; whatever else lies there is somebody else's.
bool is_kept_name(std::string_view name) {
  const bool draft = name.starts_with('.');
  if (draft) name.remove_prefix(1);
  const auto digits = std::min(name.find_first_not_of("0123456789abcdef"), name.size());
  return digits == to_text(edensync::content_hash{}).size() &&
         (draft ? name.substr(digits).starts_with(ending) : name.substr(digits) == ending);
}

}  // namespace

result<std::string> keep_certificates(const data_folder& folder, const std::string& file) {
  if (file.empty()) return std::string();
  const auto text = edensync::beast::read_certificates(file);
  if (!text) return make_failure(error::bad_setting, text.error().info.ours());
  std::error_code wrong;
  const auto into = folder.certificates();
  fs::create_directories(into, wrong);
  if (wrong) return file_failure(into, wrong);
  // The same ones have the same name, and whoever reads them finds them whole.
  const auto name = to_text(edensync::hash_of(*text)) + std::string(ending);
  const auto draft = into / ('.' + name + '.' + std::to_string(::getpid()));
  if (auto written = write_text(draft, *text); !written) return written.error();
  fs::rename(draft, into / name, wrong);
  if (wrong) return file_failure(into / name, wrong);
  if (auto settled = settle_folder(into); !settled) return settled.error();
  return (into.filename() / name).generic_string();
}

void drop_unused_certificates(const open_site& here) {
  std::error_code ignored;
  const auto folder = here.folder.certificates();
  if (!fs::exists(folder, ignored)) return;
  // Only what the database says from here on counts: who held the other lock has written there what it needs.
  const auto alone = here.folder.lock_certificates_for_removal();
  if (!alone) return;
  const auto all = edensync::detail::guarded([&] { return here.store.snapshot().repositories(); });
  if (!all) return;
  for (const auto& each : fs::directory_iterator(folder, ignored)) {
    const auto name = each.path().filename().string();
    const bool used = std::any_of(all->begin(), all->end(), [&](const edensync::repository& r) {
      return fs::path(r.ca_file).filename().string() == name;
    });
    if (!used && is_kept_name(name)) fs::remove(each.path(), ignored);
  }
}

result<void> check_certificates(const data_folder& folder, const edensync::repository& peer) {
  if (peer.ca_file.empty()) return {};
  const auto read = edensync::beast::read_certificates(folder.place_of(peer.ca_file).string());
  if (!read) return read.error();
  return {};
}

}  // namespace eden_site
