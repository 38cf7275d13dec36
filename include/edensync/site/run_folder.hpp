#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "edensync/concepts/check_document_folder.hpp"

namespace edensync {

/// A folder as a run has it: in a dry run files are read, but none is written or removed. Models `document_folder`.
template <class Folder>
class run_folder {
  static_assert(detail::check_document_folder<Folder>::value);
  using real_writer = std::remove_cvref_t<decltype(*std::declval<Folder&>().create(std::string()))>;

 public:
  /// Counts what it is given; a real one writes it.
  class writer {
   public:
    result<void> write(std::string_view piece) {
      counted_.bytes += piece.size();
      return real_ ? real_->write(piece) : result<void>();
    }
    result<folder_file> commit() { return real_ ? real_->commit() : result<folder_file>(counted_); }

   private:
    friend run_folder;
    writer(std::optional<real_writer> real, std::string name)
        : real_(std::move(real)), counted_{.name = std::move(name)} {}
    std::optional<real_writer> real_;
    folder_file counted_;
  };

  run_folder(Folder folder, bool dry_run) : folder_(std::move(folder)), dry_run_(dry_run) {}

  result<std::vector<folder_file>> list() { return folder_.list(); }
  auto open(const std::string& name) { return folder_.open(name); }

  result<writer> create(const std::string& name) {
    if (dry_run_) return writer(std::nullopt, name);
    auto made = folder_.create(name);
    if (!made) return made.error();
    return writer(std::optional<real_writer>(std::move(*made)), name);
  }

  result<void> remove(const std::string& name) { return dry_run_ ? result<void>() : folder_.remove(name); }

 private:
  Folder folder_;
  bool dry_run_;
};

}  // namespace edensync
