#pragma once

#include <map>
#include <string>

namespace edensync::sqlite {

/// Which table of an application is which resource of a schema.
struct adopted_table {
  std::string resource;
  std::string table;
  /// The column with the number of the record: its handle, and what references to it hold.
  std::string key = "id";
  /// By field: the column of another name. Empty: none, the content is kept beside the table, as it is for fields of which
  /// the table has no column. A field `f` that may lead to several tables has a second one, `f_of`, with their names.
  std::map<std::string, std::string, std::less<>> columns{};
  /// Columns of the application's own for these, written by edensync from now on. What is in `uuid` and `created_on` is
  /// taken over, what is in `modified_on` when the table is adopted, as UTC. Empty: none.
  std::string uuid{}, created_on{}, modified_on{};
};

}  // namespace edensync::sqlite
