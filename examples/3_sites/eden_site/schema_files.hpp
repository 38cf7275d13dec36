#pragma once

#include <edensync/core/result.hpp>
#include <edensync/schema/schema.hpp>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace eden_site {

/// What a site's schema is read from: Eden's description of each table, and one supplement for all of them.
struct schema_files {
  /// By table: its fields.xml.
  std::map<std::string, std::string> descriptions;
  /// A JSON object, or nothing.
  std::string supplement;

  /// Of the files in a folder.
  std::vector<std::string> names() const;

  /// Errors: those of `edensync::read_schema`.
  edensync::result<edensync::schema> read() const;

  /// Takes in a file; what it says of a table replaces what was said before. What it is shows in its content.
  ///
  /// Errors: bad_schema with the file's name if it is neither a description nor a supplement, or cannot be read as what it
  /// is.
  edensync::result<void> add(const std::string& name, const std::string& content);

  /// Those in a folder; none if it is not there. Errors: those of reading the files.
  static edensync::result<schema_files> load(const std::filesystem::path& folder);

  /// Writes them into a new folder. Errors: store_failed.
  edensync::result<void> save(const std::filesystem::path& folder) const;
};

}  // namespace eden_site
