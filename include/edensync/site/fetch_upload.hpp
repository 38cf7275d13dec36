#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "edensync/core/upload.hpp"
#include "edensync/site/download.hpp"

namespace edensync {

namespace detail {

// Scheme and host with port, in one spelling, and the rest; empty if it names a user or is no address.
inline std::pair<std::string, std::string_view> split_address(std::string_view url) {
  url = url.substr(0, url.find('#'));
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  const auto end = std::min(url.find_first_of("/?", scheme + 3), url.size());
  std::string host(url.substr(0, end));
  if (host.find('@') != std::string::npos) return {};
  for (char& c : host)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  const std::string_view usual = host.starts_with("https:") ? ":443" : ":80";
  if (host.size() > scheme + 3 + usual.size() && host.ends_with(usual)) host.resize(host.size() - usual.size());
  return {std::move(host), url.substr(end)};
}

}  // namespace detail

/// What to ask a peer for below its base address, to get what lies at `url`; none if that is another host, port or scheme,
/// or does not lie below.
inline std::optional<std::string> target_at_peer(std::string_view url, std::string_view base) {
  const auto [host, path] = detail::split_address(url);
  const auto [own, below] = detail::split_address(base);
  if (host.empty() || host != own || !path.starts_with(below)) return std::nullopt;
  const auto target = path.substr(below.size());
  return target.starts_with('/') ? std::optional(std::string(target)) : std::nullopt;
}

/// Fetches the file of an upload field into a file store: one GET.
///
/// What is too long, breaks off or is not the file that its address names leaves nothing behind.
/// Lifetime: the store outlives it. Thread safety: one thread at a time. Source: spec/s3xml.md §3.3, X8.
template <class FileStore>
class fetch_upload final : public download {
 public:
  /// How it ended: the hash, or why not; and the status of the answer, 0 if there was none.
  using done = std::function<void(const result<std::string>&, unsigned status)>;

  /// `going_on`: asked with every piece; what it fails with ends the exchange.
  fetch_upload(FileStore& files, std::string target, std::string_view url, std::uint64_t limit,
               std::function<result<void>()> going_on, done then)
      : download(std::move(target)),
        files_(files),
        hash_(upload_hash(url)),
        limit_(limit),
        going_on_(std::move(going_on)),
        done_(std::move(then)) {}

 protected:
  result<void> good_head(const response_head& h) override {
    const auto length = h.headers.get("Content-Length");
    std::uint64_t announced = 0;
    std::from_chars(length.data(), length.data() + length.size(), announced);
    if (announced > limit_) return too_long();
    auto begun = files_.begin();
    if (!begun) return begun.error();
    writer_.emplace(std::move(*begun));
    return {};
  }

  result<void> good_body(std::string_view piece) override {
    if (auto on = going_on_(); !on) return on;
    if ((bytes_ += piece.size()) > limit_) return too_long();
    return writer_->write(piece);
  }

  result<void> good_end() override {
    auto hash = writer_->commit();
    if (!hash) return hash.error();
    writer_.reset();
    if (!hash_.empty() && hash_ != *hash)
      return make_failure(error::broken_transfer, "it is not the file that its address names");
    done_(hash, status());
    return {};
  }

  void conclude(const failure& why) override {
    writer_.reset();
    done_(why, status());
  }

 private:
  using writer = typename std::remove_cvref_t<decltype(std::declval<FileStore&>().begin())>::value_type;

  failure too_long() const {
    return make_failure(error::limit_exceeded, "the file is longer than " + std::to_string(limit_) + " bytes");
  }

  FileStore& files_;
  std::string hash_;
  std::uint64_t limit_;
  std::function<result<void>()> going_on_;
  done done_;
  std::optional<writer> writer_;
  std::uint64_t bytes_ = 0;
};

}  // namespace edensync
