#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "edensync/concepts/archive.hpp"
#include "edensync/log/log_line.hpp"
#include "edensync/site/download.hpp"
#include "edensync/site/site.hpp"

namespace edensync {

/// Fetches the archive of a data set: one GET.
///
/// Lifetime: the reader outlives it, and holds the archive afterwards. Thread safety: one thread at a time.
/// Source: spec/protocol.md §9.4.
template <class Parts, archive_reader Reader>
class fetch_archive final : public download {
 public:
  /// `target`: below the base URL of whoever is asked. `resource`: for the log, that of the task which needs it.
  fetch_archive(site<Parts>& s, const repository& r, const data_set& d, std::string resource, std::string target,
                Reader& into)
      : download(std::move(target)),
        site_(s),
        repository_(r),
        code_(d.code),
        resource_(std::move(resource)),
        into_(into) {}

  bool ok() const noexcept { return ok_; }

  /// Called with no records yet, and bytes so far.
  std::function<void(std::uint64_t, std::uint64_t)> progress_ = [](std::uint64_t, std::uint64_t) {};

 protected:
  result<void> good_body(std::string_view piece) override {
    if (auto fed = into_.feed(piece); !fed) return fed;
    bytes_ += piece.size();
    progress_(0, bytes_);
    return {};
  }

  result<void> good_end() override {
    if (auto whole = into_.finish(); !whole) return whole;
    ok_ = true;
    log(log_lines::archive_fetched(resource_, code_));
    return {};
  }

  void conclude(const failure& why) override { log(log_lines::archive_failed(resource_, why)); }

 private:
  void log(log_entry e) {
    e.at = site_.now();
    e.repository = repository_.id;
    e.repository_name = repository_.name;
    site_.note(std::move(e));
  }

  site<Parts>& site_;
  const repository& repository_;
  std::string code_;
  std::string resource_;
  Reader& into_;
  std::uint64_t bytes_ = 0;
  bool ok_ = false;
};

}  // namespace edensync
