#include "certificates.hpp"

#include <unistd.h>

#include <edensync/site/content_hash.hpp>
#include <edensync/beast/certificates.hpp>
#include <system_error>

#include "text_files.hpp"

namespace eden_site {

namespace fs = std::filesystem;
using edensync::error;
using edensync::make_failure;
using edensync::result;

result<std::string> keep_certificates(const data_folder& folder, const std::string& file) {
  if (file.empty()) return std::string();
  const auto text = edensync::beast::read_certificates(file);
  if (!text) return make_failure(error::bad_setting, text.error().info.ours());
  std::error_code wrong;
  const auto into = folder.certificates();
  fs::create_directories(into, wrong);
  if (wrong) return file_failure(into, wrong);
  // The same ones have the same name, and whoever reads them finds them whole.
  const auto name = to_text(edensync::hash_of(*text)) + ".pem";
  const auto draft = into / ('.' + name + '.' + std::to_string(::getpid()));
  if (auto written = write_text(draft, *text); !written) return written.error();
  fs::rename(draft, into / name, wrong);
  if (wrong) return file_failure(into / name, wrong);
  if (auto settled = settle_folder(into); !settled) return settled.error();
  return (into.filename() / name).generic_string();
}

result<void> check_certificates(const data_folder& folder, const edensync::repository& peer) {
  if (peer.ca_file.empty()) return {};
  const auto read = edensync::beast::read_certificates(folder.place_of(peer.ca_file).string());
  if (!read) return read.error();
  return {};
}

}  // namespace eden_site
