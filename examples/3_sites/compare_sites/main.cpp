// compare_sites: do two sites hold the same records?
//
//   compare_sites A.sqlite B.sqlite
//
// Compares two databases record by record and says what differs. It knows the layout of the tables and
// nothing else of the library: it includes none of its headers, so that a mistake there cannot hide from it.
//
// The same means: the same live and the same deleted UUIDs, with the same modified_on and replaced_by; for
// live records also the same created_on, and the same value in each field that travels. Local ids, the master
// index, authors, owners and the columns in which a site keeps its own sync state may differ: they are each
// site's own. A reference is the same if it leads to the same UUID, whatever local id stands in the column.
//
// Exit code: 0 equal, 1 not equal, 2 cannot tell (wrong usage, or a database that cannot be read).

#include <sqlite3.h>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace {

constexpr int exit_equal = 0;
constexpr int exit_different = 1;
constexpr int exit_cannot_tell = 2;

/// How many differences are shown for each table. The rest is counted.
constexpr std::size_t shown_per_table = 20;

// -- reading SQLite ---------------------------------------------------------------------------------------

struct cannot_read : std::runtime_error {
  using std::runtime_error::runtime_error;
};

using value = std::variant<std::monostate, std::int64_t, double, std::string, std::vector<unsigned char>>;

std::string quoted_name(std::string_view name) {
  std::string result = "\"";
  for (char const c : name) {
    if (c == '"') result += '"';
    result += c;
  }
  return result + '"';
}

class database;

class query {
 public:
  query(database const& db, std::string const& sql);

  bool next();
  [[nodiscard]] value at(int column) const;
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const { return sqlite3_column_int64(handle_.get(), column); }

 private:
  struct finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  database const& db_;
  std::unique_ptr<sqlite3_stmt, finalize> handle_;
};

/// A database that is read and never written.
class database {
 public:
  explicit database(std::string const& path) : path_(path) {
    // Without the permission to create: a mistyped name must not become an empty database.
    sqlite3* raw = nullptr;
    int const code = sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READONLY, nullptr);
    handle_.reset(raw);
    if (code != SQLITE_OK) throw failure();
    sqlite3_busy_timeout(raw, 5000);
    // One transaction for all that is read: a site that is at work while we look is seen at one moment.
    query(*this, "BEGIN").next();
    query(*this, "SELECT count(*) FROM sqlite_master").next();
    join_stamps();
  }

  [[nodiscard]] cannot_read failure() const {
    return cannot_read(path_ + ": " + (handle_ ? sqlite3_errmsg(handle_.get()) : "out of memory"));
  }
  [[nodiscard]] cannot_read failure(std::string const& what) const { return cannot_read(path_ + ": " + what); }
  [[nodiscard]] sqlite3* handle() const { return handle_.get(); }

 private:
  /// Where the records are objects of ODB, what each has beside its fields stands in a table of its own: a view of the
  /// table's name shows both together.
  void join_stamps();

  struct close {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };
  std::string path_;
  std::unique_ptr<sqlite3, close> handle_;
};

query::query(database const& db, std::string const& sql) : db_(db) {
  sqlite3_stmt* raw = nullptr;
  int const code = sqlite3_prepare_v2(db.handle(), sql.c_str(), -1, &raw, nullptr);
  handle_.reset(raw);
  if (code != SQLITE_OK) throw db.failure();
}

bool query::next() {
  int const code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  throw db_.failure();
}

std::string query::text(int column) const {
  auto const* first = reinterpret_cast<char const*>(sqlite3_column_text(handle_.get(), column));
  if (!first) return {};
  return {first, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

value query::at(int column) const {
  sqlite3_stmt* const row = handle_.get();
  switch (sqlite3_column_type(row, column)) {
    case SQLITE_NULL: return {};
    case SQLITE_INTEGER: return std::int64_t{sqlite3_column_int64(row, column)};
    case SQLITE_FLOAT: return sqlite3_column_double(row, column);
    case SQLITE_TEXT: return text(column);
    default: {
      auto const* first = static_cast<unsigned char const*>(sqlite3_column_blob(row, column));
      auto const size = static_cast<std::ptrdiff_t>(sqlite3_column_bytes(row, column));
      return first ? std::vector<unsigned char>(first, first + size) : std::vector<unsigned char>{};
    }
  }
}

// -- what a site holds ------------------------------------------------------------------------------------

bool starts_with(std::string_view text, std::string_view start) { return text.substr(0, start.size()) == start; }

/// Tables of records; what the site and SQLite keep for themselves is left out.
std::set<std::string> record_tables(database const& db) {
  std::set<std::string> result;
  query q(db, "SELECT name FROM sqlite_master WHERE type = 'table'");
  while (q.next()) {
    std::string name = q.text(0);
    if (!starts_with(name, "edensync_") && !starts_with(name, "sqlite_")) result.insert(std::move(name));
  }
  return result;
}

void database::join_stamps() {
  query stamped(*this, "SELECT 1 FROM sqlite_master WHERE name = 'edensync_object'");
  if (!stamped.next()) return;
  for (auto const& name : record_tables(*this)) {
    std::string const table = quoted_name(name);
    query(*this, "CREATE TEMP VIEW " + table +
                     " AS SELECT o.*, s.uuid, s.created_on, s.modified_on, s.deleted, nullif(s.replaced_by, '') AS "
                     "replaced_by FROM main." +
                     table +
                     " o JOIN main.edensync_object s ON s.object = o.id JOIN main.edensync_class c ON "
                     "c.number = s.class WHERE c.name = '" +
                     name + "'")
        .next();
  }
}

/// Columns each site has for itself, which do not travel or are not expected to be equal afterwards.
bool is_local(std::string_view column) {
  static std::set<std::string_view> const local{"id",          "mci",           "created_by",
                                                "modified_by", "owned_by_user", "owned_by_group"};
  return local.count(column) != 0 || starts_with(column, "sync_");
}

/// Columns that are compared, but are not fields of the record.
bool is_header(std::string_view column) {
  static std::set<std::string_view> const header{"uuid", "created_on", "modified_on", "deleted", "replaced_by"};
  return header.count(column) != 0;
}

struct table_layout {
  std::set<std::string> columns;
  std::map<std::string, std::string> targets;  ///< reference column -> table it refers to

  [[nodiscard]] std::set<std::string> fields() const {
    std::set<std::string> result;
    for (auto const& column : columns)
      if (!is_local(column) && !is_header(column)) result.insert(column);
    return result;
  }
};

table_layout layout_of(database const& db, std::string const& table) {
  table_layout result;
  query columns(db, "PRAGMA table_info(" + quoted_name(table) + ")");
  while (columns.next()) result.columns.insert(columns.text(1));
  for (auto const* needed : {"id", "uuid", "created_on", "modified_on", "deleted", "replaced_by"})
    if (!result.columns.count(needed)) throw db.failure("table " + table + " has no column " + needed);

  query keys(db, "PRAGMA main.foreign_key_list(" + quoted_name(table) + ")");
  while (keys.next()) {
    // No target column means the primary key. A key to some other column holds a value, not a local id.
    std::string const to = keys.text(4);
    if (to.empty() || to == "id") result.targets[keys.text(3)] = keys.text(2);
  }
  return result;
}

struct field_value {
  value content;
  bool dangling = false;  ///< a reference whose local id no record has: it cannot be the same as anything
};

struct row {
  std::string uuid;
  bool deleted = false;
  value created_on;
  value modified_on;
  value replaced_by;
  std::vector<field_value> fields;
};

/// The records of one table in the order of their UUIDs, one at a time: memory does not grow with the table.
class rows {
 public:
  rows(database const& db, std::string const& table, table_layout const& layout, std::vector<std::string> const& fields)
      : query_(db, sql(table, layout, fields)), field_count_(fields.size()) {
    advance();
  }

  [[nodiscard]] std::optional<row> const& current() const { return current_; }

  void advance() {
    if (!query_.next()) {
      current_.reset();
      return;
    }
    row r;
    r.uuid = query_.text(0);
    r.deleted = query_.integer(1) != 0;
    r.created_on = query_.at(2);
    r.modified_on = query_.at(3);
    r.replaced_by = query_.at(4);
    for (std::size_t i = 0; i != field_count_; ++i) {
      int const column = static_cast<int>(5 + 2 * i);
      r.fields.push_back({query_.at(column), query_.integer(column + 1) != 0});
    }
    current_ = std::move(r);
  }

 private:
  static std::string sql(std::string const& table, table_layout const& layout, std::vector<std::string> const& fields) {
    std::string result = "SELECT r.uuid, r.deleted, r.created_on, r.modified_on, r.replaced_by";
    for (auto const& field : fields) {
      std::string const column = "r." + quoted_name(field);
      auto const target = layout.targets.find(field);
      if (target == layout.targets.end()) {
        result += ", " + column + ", 0";
      } else {
        // A reference is compared through the UUID of its target: local ids differ from site to site.
        std::string const uuid =
            "(SELECT t.uuid FROM " + quoted_name(target->second) + " t WHERE t.id = " + column + ")";
        result += ", coalesce(" + uuid + ", " + column + "), " + column + " IS NOT NULL AND " + uuid + " IS NULL";
      }
    }
    return result + " FROM " + quoted_name(table) + " r WHERE r.uuid IS NOT NULL ORDER BY r.uuid COLLATE BINARY";
  }

  query query_;
  std::size_t field_count_;
  std::optional<row> current_;
};

// -- saying it in words -----------------------------------------------------------------------------------

/// One line, in quotes, with control characters made visible.
std::string in_quotes(std::string_view text) {
  std::string result = "\"";
  for (char const c : text) {
    auto const byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      result += "\\n";
    } else if (c == '\r') {
      result += "\\r";
    } else if (c == '\t') {
      result += "\\t";
    } else if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      static constexpr char digits[] = "0123456789abcdef";
      result += "\\x";
      result += digits[byte >> 4U];
      result += digits[byte & 15U];
    } else {
      result += c;
    }
  }
  return result + '"';
}

/// Long texts are cut, but never inside of a character.
std::size_t character_start(std::string_view text, std::size_t position) {
  while (position > 0 && position < text.size() && (static_cast<unsigned char>(text[position]) & 0xC0U) == 0x80U)
    --position;
  return std::min(position, text.size());
}

/// `where` is where two values begin to differ: what is shown of a long text must show that.
std::string in_words(value const& v, std::size_t where = 0) {
  if (std::holds_alternative<std::monostate>(v)) return "nothing (NULL)";
  if (auto const* number = std::get_if<std::int64_t>(&v)) return std::to_string(*number);
  if (auto const* number = std::get_if<double>(&v)) {
    std::ostringstream out;
    out << std::setprecision(17) << *number;
    return out.str();
  }
  if (auto const* bytes = std::get_if<std::vector<unsigned char>>(&v)) return std::to_string(bytes->size()) + " bytes";

  std::string_view const text = std::get<std::string>(v);
  constexpr std::size_t longest = 60;
  if (text.size() <= longest) return in_quotes(text);
  std::size_t const first = character_start(text, where > longest / 2 ? where - longest / 4 : 0);
  std::size_t const last = character_start(text, std::min(text.size(), first + longest));
  return (first ? "…" : "") + in_quotes(text.substr(first, last - first)) + (last < text.size() ? "…" : "");
}

std::pair<std::string, std::string> in_words(value const& a, value const& b) {
  auto const* text_a = std::get_if<std::string>(&a);
  auto const* text_b = std::get_if<std::string>(&b);
  std::size_t where = 0;
  if (text_a && text_b) {
    auto const end = std::mismatch(text_a->begin(), text_a->end(), text_b->begin(), text_b->end());
    where = static_cast<std::size_t>(end.first - text_a->begin());
  }
  return {in_words(a, where), in_words(b, where)};
}

// -- comparing --------------------------------------------------------------------------------------------

bool same(value const& a, value const& b) {
  // A whole number may be stored as an integer here and as a double there: that is the column's affinity.
  auto const* integer_a = std::get_if<std::int64_t>(&a);
  auto const* integer_b = std::get_if<std::int64_t>(&b);
  auto const* double_a = std::get_if<double>(&a);
  auto const* double_b = std::get_if<double>(&b);
  auto const equal = [](std::int64_t whole, double number) {
    constexpr double limit = 9007199254740992.0;  // 2^53: beyond it a double does not hold each integer
    return number >= -limit && number <= limit && static_cast<std::int64_t>(number) == whole &&
           !(number < static_cast<double>(whole)) && !(number > static_cast<double>(whole));
  };
  if (integer_a && double_b) return equal(*integer_a, *double_b);
  if (double_a && integer_b) return equal(*integer_b, *double_a);
  return a == b;
}

/// A field that shows which record it is: the first one that holds text and is not a reference.
std::string label(row const& r, std::vector<std::string> const& fields, table_layout const& layout) {
  static constexpr std::string_view preferred[] = {"name", "first_name", "req_ref", "code"};
  auto const text_of = [&](std::size_t i) -> std::string {
    auto const* text = std::get_if<std::string>(&r.fields[i].content);
    return text && !text->empty() && !layout.targets.count(fields[i]) ? " (" + in_words(*text) + ")" : "";
  };
  for (auto const wanted : preferred)
    for (std::size_t i = 0; i != fields.size(); ++i)
      if (fields[i] == wanted)
        if (auto found = text_of(i); !found.empty()) return found;
  for (std::size_t i = 0; i != fields.size(); ++i)
    if (auto found = text_of(i); !found.empty()) return found;
  return "";
}

struct table_result {
  std::string name;
  bool in_a = true;
  bool in_b = true;
  std::size_t live_a = 0, live_b = 0, deleted_a = 0, deleted_b = 0;
  std::size_t equal = 0;
  std::size_t different = 0;             ///< records, those that one side lacks included
  std::size_t difference_count = 0;      ///< differences; a record may have several
  std::vector<std::string> differences;  ///< the first of them, in words

  void differs(std::string words) {
    ++difference_count;
    if (differences.size() < shown_per_table) differences.push_back(std::move(words));
  }
};

struct comparison {
  std::vector<table_result> tables;

  [[nodiscard]] std::size_t difference_count() const {
    std::size_t sum = 0;
    for (auto const& table : tables) sum += table.difference_count;
    return sum;
  }
  [[nodiscard]] bool equal() const { return difference_count() == 0; }
};

class table_comparer {
 public:
  table_comparer(database const& a, database const& b, std::string name) : a_(a), b_(b) {
    result_.name = std::move(name);
  }

  table_result run() {
    table_layout const layout_a = layout_of(a_, result_.name);
    table_layout const layout_b = layout_of(b_, result_.name);
    compare_layouts(layout_a, layout_b);
    report_nameless(a_, "A");
    report_nameless(b_, "B");

    rows left(a_, result_.name, layout_a, fields_);
    rows right(b_, result_.name, layout_b, fields_);
    // Both sides come in the order of their UUIDs, so one pass over both finds the pairs.
    while (left.current() || right.current()) {
      bool const only_a = left.current() && (!right.current() || left.current()->uuid < right.current()->uuid);
      bool const only_b = right.current() && (!left.current() || right.current()->uuid < left.current()->uuid);
      if (only_a) {
        count_a(*left.current());
        lonely(*left.current(), layout_a, "A", "B");
        left.advance();
      } else if (only_b) {
        count_b(*right.current());
        lonely(*right.current(), layout_b, "B", "A");
        right.advance();
      } else {
        count_a(*left.current());
        count_b(*right.current());
        pair(*left.current(), *right.current(), layout_a);
        left.advance();
        right.advance();
      }
    }
    return std::move(result_);
  }

 private:
  void compare_layouts(table_layout const& layout_a, table_layout const& layout_b) {
    auto const in_a = layout_a.fields();
    auto const in_b = layout_b.fields();
    for (auto const& field : in_a) {
      if (!in_b.count(field)) {
        result_.differs("the field " + field + " exists in A only");
      } else if (target(layout_a, field) != target(layout_b, field)) {
        result_.differs("the field " + field + " refers to " + target(layout_a, field) + " in A, and to " +
                        target(layout_b, field) + " in B");
      } else {
        fields_.push_back(field);
      }
    }
    for (auto const& field : in_b)
      if (!in_a.count(field)) result_.differs("the field " + field + " exists in B only");
  }

  static std::string target(table_layout const& layout, std::string const& field) {
    auto const found = layout.targets.find(field);
    return found == layout.targets.end() ? "no table" : found->second;
  }

  /// UNIQUE lets several records go without a UUID. They have no counterpart by definition.
  void report_nameless(database const& db, std::string const& side) {
    query q(db, "SELECT count(*) FROM " + quoted_name(result_.name) + " WHERE uuid IS NULL");
    q.next();
    if (auto const count = q.integer(0)) {
      result_.different += static_cast<std::size_t>(count);
      result_.differs(std::to_string(count) + " records without a UUID in " + side);
    }
  }

  void count_a(row const& r) { ++(r.deleted ? result_.deleted_a : result_.live_a); }
  void count_b(row const& r) { ++(r.deleted ? result_.deleted_b : result_.live_b); }

  void lonely(row const& r, table_layout const& layout, std::string const& here, std::string const& there) {
    ++result_.different;
    result_.differs(r.uuid + label(r, fields_, layout) + " is " + (r.deleted ? "deleted" : "live") + " in " + here +
                    ", and missing in " + there);
  }

  void pair(row const& a, row const& b, table_layout const& layout) {
    std::size_t const before = result_.difference_count;
    std::string const who = a.uuid + label(a, fields_, layout) + ": ";
    if (a.deleted != b.deleted) {
      // The rest of the two cannot be compared: a deleted record keeps none of its fields.
      result_.differs(who + (a.deleted ? "deleted in A, and live in B" : "live in A, and deleted in B"));
    } else {
      column(who, "modified_on", a.modified_on, b.modified_on);
      column(who, "replaced_by", a.replaced_by, b.replaced_by);
      if (!a.deleted) {
        column(who, "created_on", a.created_on, b.created_on);
        for (std::size_t i = 0; i != fields_.size(); ++i) field(who, fields_[i], a.fields[i], b.fields[i]);
      }
    }
    ++(result_.difference_count == before ? result_.equal : result_.different);
  }

  void column(std::string const& who, std::string const& name, value const& a, value const& b) {
    if (same(a, b)) return;
    auto const [words_a, words_b] = in_words(a, b);
    result_.differs(who + name + " is " + words_a + " in A, and " + words_b + " in B");
  }

  void field(std::string const& who, std::string const& name, field_value const& a, field_value const& b) {
    if (!a.dangling && !b.dangling) {
      column(who, name, a.content, b.content);
      return;
    }
    auto const words = [](field_value const& f) {
      return f.dangling ? "the local id " + in_words(f.content) + ", which no record has" : in_words(f.content);
    };
    result_.differs(who + name + " is " + words(a) + " in A, and " + words(b) + " in B");
  }

  database const& a_;
  database const& b_;
  std::vector<std::string> fields_;  ///< those that both sides have
  table_result result_;
};

/// A table that the other side does not have at all.
table_result lonely_table(database const& db, std::string const& name, bool in_a) {
  layout_of(db, name);
  table_result result;
  result.name = name;
  result.in_a = in_a;
  result.in_b = !in_a;
  query q(db, "SELECT count(*), coalesce(sum(coalesce(deleted, 0) <> 0), 0) FROM " + quoted_name(name));
  q.next();
  auto const all = static_cast<std::size_t>(q.integer(0));
  auto const deleted = static_cast<std::size_t>(q.integer(1));
  (in_a ? result.live_a : result.live_b) = all - deleted;
  (in_a ? result.deleted_a : result.deleted_b) = deleted;
  result.different = all;
  result.differs(std::string("the table exists in ") + (in_a ? "A" : "B") + " only");
  return result;
}

comparison compare(std::string const& path_a, std::string const& path_b) {
  database const a(path_a);
  database const b(path_b);
  std::error_code ignored;
  // A slip of the hand in a script, and the one comparison that could never fail.
  if (std::filesystem::equivalent(path_a, path_b, ignored))
    throw cannot_read(path_a + " and " + path_b + " are the same file");

  auto const tables_a = record_tables(a);
  auto const tables_b = record_tables(b);
  if (tables_a.empty()) throw a.failure("no table of records: not the database of a site");
  if (tables_b.empty()) throw b.failure("no table of records: not the database of a site");

  std::set<std::string> all = tables_a;
  all.insert(tables_b.begin(), tables_b.end());
  comparison result;
  for (auto const& name : all) {
    if (!tables_b.count(name)) {
      result.tables.push_back(lonely_table(a, name, true));
    } else if (!tables_a.count(name)) {
      result.tables.push_back(lonely_table(b, name, false));
    } else {
      result.tables.push_back(table_comparer(a, b, name).run());
    }
  }
  return result;
}

void print(comparison const& result, std::string const& path_a, std::string const& path_b, std::ostream& out) {
  out << "A: " << path_a << "\nB: " << path_b << "\n\n";

  std::size_t width = 8;
  for (auto const& table : result.tables) width = std::max(width, table.name.size());
  auto const cell = [&](auto const& content) { out << std::right << std::setw(11) << content; };
  out << std::left << std::setw(static_cast<int>(width)) << "resource";
  for (auto const* head : {"live A", "live B", "deleted A", "deleted B", "equal", "different"}) cell(head);
  out << '\n';
  std::size_t equal = 0;
  for (auto const& t : result.tables) {
    auto const count = [&](bool there, std::size_t number) { there ? cell(number) : cell("-"); };
    out << std::left << std::setw(static_cast<int>(width)) << t.name;
    count(t.in_a, t.live_a);
    count(t.in_b, t.live_b);
    count(t.in_a, t.deleted_a);
    count(t.in_b, t.deleted_b);
    cell(t.equal);
    cell(t.different);
    out << '\n';
    equal += t.equal;
  }
  out << '\n';

  for (auto const& t : result.tables) {
    if (t.difference_count == 0) continue;
    out << t.name << ": " << t.difference_count << (t.difference_count == 1 ? " difference" : " differences");
    if (t.difference_count > t.differences.size()) out << ", the first " << t.differences.size();
    out << ":\n";
    for (auto const& difference : t.differences) out << "  " << difference << '\n';
    out << '\n';
  }

  if (result.equal()) {
    out << "Equal: " << equal << " records in " << result.tables.size() << " tables.\n";
  } else {
    out << "Not equal: " << result.difference_count() << " differences; " << equal << " records are equal.\n";
  }
}

int run(std::string const& path_a, std::string const& path_b, std::ostream& out, std::ostream& err) {
  try {
    comparison const result = compare(path_a, path_b);
    print(result, path_a, path_b, out);
    return result.equal() ? exit_equal : exit_different;
  } catch (std::exception const& e) {
    err << "compare_sites: " << e.what() << '\n';
    return exit_cannot_tell;
  }
}

// -- self-test --------------------------------------------------------------------------------------------
//
// A comparison that always says "equal" would pass in every demonstration. So each thing that is compared is
// changed in turn and must be reported, and each thing that is not compared is changed and must not be.

class temporary_folder {
 public:
  temporary_folder() {
    std::random_device random;
    for (int attempt = 0; attempt != 100; ++attempt) {
      path_ = std::filesystem::temp_directory_path() / ("compare_sites-" + std::to_string(random()));
      if (std::filesystem::create_directory(path_)) return;
    }
    throw std::runtime_error("no temporary folder could be made");
  }
  ~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  temporary_folder(temporary_folder const&) = delete;
  temporary_folder& operator=(temporary_folder const&) = delete;

  [[nodiscard]] std::string file(std::string const& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

void execute(std::string const& path, std::string const& sql) {
  sqlite3* raw = nullptr;
  int code = sqlite3_open(path.c_str(), &raw);
  if (code == SQLITE_OK) code = sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, nullptr);
  std::string const message = raw ? sqlite3_errmsg(raw) : "out of memory";
  sqlite3_close(raw);
  if (code != SQLITE_OK) throw std::runtime_error(message + " in: " + sql);
}

std::string content_of(std::string const& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string table_sql(std::string const& name, std::string const& fields) {
  return "CREATE TABLE " + name +
         " (id INTEGER PRIMARY KEY, uuid TEXT UNIQUE, mci INTEGER, created_on TEXT, modified_on TEXT,"
         " deleted INTEGER, replaced_by TEXT, created_by TEXT, modified_by TEXT, owned_by_user TEXT,"
         " owned_by_group TEXT, sync_sequence INTEGER, sync_ahead TEXT, sync_origin INTEGER, " +
         fields + ");";
}

/// The same records under local ids that start at `offset`, as two sites would number them.
std::string site_sql(int offset) {
  auto const id = [offset](int n) { return std::to_string(offset + n); };
  auto const record = [&](std::string const& table, int n, std::string const& uuid, std::string const& fields) {
    return "INSERT INTO " + table + " VALUES (" + id(n) + ", '" + uuid +
           "', 0, '2024-05-01T08:00:00', '2024-05-02T09:00:00', 0, NULL, 'ann', 'ben', 'ann', 'staff', " + id(n) +
           ", NULL, 1, " + fields + ");";
  };
  return table_sql("gis_location", "name TEXT, parent INTEGER REFERENCES gis_location(id), lat REAL") +
         table_sql("org_office",
                   "name TEXT, comments TEXT, obsolete INTEGER, "
                   "location_id INTEGER REFERENCES gis_location(id), service_ids TEXT") +
         "CREATE TABLE edensync_ledger (what TEXT);" +  //
         record("gis_location", 1, "L1", "'Country', NULL, 1.5") +
         record("gis_location", 2, "L2", "'Tórvik', " + id(1) + ", 2.0") +
         record("org_office", 1, "O1", "'Depot', 'two' || char(10) || 'lines', 0, " + id(2) + ", '[\"a\",\"b\"]'") +
         record("org_office", 2, "O2", "'مكتب', '', 1, " + id(2) + ", NULL") +
         record("org_office", 3, "O3", "'New', NULL, 0, NULL, NULL") +
         record("org_office", 4, "O4", "NULL, NULL, NULL, NULL, NULL") +
         record("org_office", 5, "O5", "NULL, NULL, NULL, NULL, NULL") +
         "UPDATE org_office SET deleted = 1 WHERE uuid IN ('O4', 'O5');"
         "UPDATE org_office SET replaced_by = 'O1' WHERE uuid = 'O5';";
}

class self_test {
 public:
  explicit self_test(std::ostream& out) : out_(out) {
    execute(site_a_, site_sql(0));
    // More rows of bookkeeping, and other local ids: the two sites are never copies of each other.
    execute(site_b_, site_sql(40) + "INSERT INTO edensync_ledger VALUES ('only here');");
  }

  int run() {
    equal("two sites with other local ids", "");
    compared_things();
    ignored_things();
    unreadable_things();
    long_reports();
    stamped_things();
    out_ << checks_ << " checks, " << failures_ << " failed\n";
    return failures_ == 0 ? 0 : 1;
  }

 private:
  void compared_things() {
    auto const set = [](std::string const& assignment, std::string const& uuid) {
      return "UPDATE org_office SET " + assignment + " WHERE uuid = '" + uuid + "'";
    };
    reported("a field", set("name = 'Depot 2'", "O1"), {"O1", "name", "\"Depot\"", "\"Depot 2\""});
    reported("case only", set("name = 'DEPOT'", "O1"), {"O1", "name"});
    reported("a trailing blank", set("name = 'Depot '", "O1"), {"O1", "name"});
    reported("a line break", set("comments = 'two lines'", "O1"), {"O1", "comments", "two\\nlines"});
    reported("a truth value", set("obsolete = 0", "O2"), {"O2", "obsolete"});
    reported("a field emptied", set("comments = NULL", "O1"), {"O1", "comments", "NULL"});
    reported("NULL for an empty text", set("comments = NULL", "O2"), {"O2", "comments", "NULL", "\"\""});
    reported("an empty text for NULL", set("comments = ''", "O3"), {"O3", "comments", "NULL", "\"\""});
    reported("a text for a number", set("obsolete = 'no'", "O1"), {"O1", "obsolete"});
    reported("the smallest change of a double", "UPDATE gis_location SET lat = 2.0000000000000004 WHERE uuid = 'L2'",
             {"L2", "lat"});
    reported("the order of a list", set("service_ids = '[\"b\",\"a\"]'", "O1"), {"O1", "service_ids"});
    reported("modified_on", set("modified_on = '2024-05-02T09:00:01'", "O1"), {"O1", "modified_on"});
    reported("created_on", set("created_on = '2024-05-01T08:00:01'", "O1"), {"O1", "created_on"});
    reported("a deletion", set("deleted = 1", "O1"), {"O1", "deleted in", "live in"});
    reported("a record revived", set("deleted = 0", "O4"), {"O4", "deleted in", "live in"});
    reported("a missing record", "DELETE FROM org_office WHERE uuid = 'O1'", {"O1", "live", "missing"});
    reported("a missing deletion", "DELETE FROM org_office WHERE uuid = 'O4'", {"O4", "deleted", "missing"});
    reported("another uuid", set("uuid = 'O9'", "O1"), {"O1", "O9", "missing"});
    reported("a record without uuid", set("uuid = NULL", "O1"), {"without a UUID"});
    reported("a reference to another target",
             set("location_id = (SELECT id FROM gis_location WHERE uuid = 'L1')", "O1"),
             {"O1", "location_id", "\"L1\"", "\"L2\""});
    reported("a reference emptied", set("location_id = NULL", "O1"), {"O1", "location_id", "NULL"});
    reported("a reference set", set("location_id = (SELECT id FROM gis_location WHERE uuid = 'L1')", "O3"),
             {"O3", "location_id", "NULL"});
    reported("a reference to nothing", set("location_id = 777", "O1"), {"O1", "location_id", "no record has"});
    reported("a reference within the table", "UPDATE gis_location SET parent = NULL WHERE uuid = 'L2'",
             {"L2", "parent", "\"L1\""});
    reported("modified_on of a deleted record", set("modified_on = '2024-06-01T00:00:00'", "O4"),
             {"O4", "modified_on"});
    reported("replaced_by", set("replaced_by = 'O2'", "O5"), {"O5", "replaced_by", "\"O1\"", "\"O2\""});
    reported("replaced_by set", set("replaced_by = 'O2'", "O4"), {"O4", "replaced_by", "NULL"});
    reported("replaced_by lost", set("replaced_by = NULL", "O5"), {"O5", "replaced_by", "NULL"});
    reported("another table", table_sql("pr_person", "first_name TEXT"), {"pr_person", "only"});
    reported("another field", "ALTER TABLE org_office ADD COLUMN phone TEXT", {"phone", "only"});
    reported("a table emptied", "DELETE FROM org_office", {"O1", "O2", "O3", "O4", "O5", "missing"});
  }

  void ignored_things() {
    auto const everywhere = [](std::string const& assignment) {
      return "UPDATE org_office SET " + assignment + "; UPDATE gis_location SET " + assignment;
    };
    equal("mci", everywhere("mci = 7"));
    equal("created_by", everywhere("created_by = 'zoe'"));
    equal("modified_by", everywhere("modified_by = NULL"));
    equal("owned_by_user", everywhere("owned_by_user = 'zoe'"));
    equal("owned_by_group", everywhere("owned_by_group = NULL"));
    equal("sync_sequence", everywhere("sync_sequence = sync_sequence + 900"));
    equal("sync_ahead", everywhere("sync_ahead = 'x'"));
    equal("sync_origin", everywhere("sync_origin = 3"));
    equal("another sync_ column", "ALTER TABLE org_office ADD COLUMN sync_more TEXT DEFAULT 'x'");
    equal("local ids",
          "UPDATE gis_location SET id = id + 500, parent = parent + 500;"
          "UPDATE org_office SET id = id + 700, location_id = location_id + 500");
    equal("the order of the records",
          "UPDATE gis_location SET id = -id, parent = -parent;"
          "UPDATE org_office SET id = -id, location_id = -location_id");
    equal("created_on of a deleted record", "UPDATE org_office SET created_on = NULL WHERE deleted");
    equal("fields of a deleted record", "UPDATE org_office SET name = 'left over' WHERE deleted");
    equal("references of a deleted record", "UPDATE org_office SET location_id = 777 WHERE deleted");
    equal("the site's bookkeeping", "CREATE TABLE edensync_more (x); INSERT INTO edensync_more VALUES (1)");
    equal("the order of the columns' indices", "CREATE INDEX by_name ON org_office (name)");
  }

  void unreadable_things() {
    cannot_tell("a missing file", folder_.file("missing.sqlite"));
    check(!std::filesystem::exists(folder_.file("missing.sqlite")), "a missing file is not created");
    std::ofstream(folder_.file("text.sqlite")) << std::string(4096, 'x');
    cannot_tell("a file that is no database", folder_.file("text.sqlite"));
    std::ofstream(folder_.file("empty.sqlite")).flush();
    cannot_tell("an empty file", folder_.file("empty.sqlite"));
    execute(folder_.file("books.sqlite"), "CREATE TABLE edensync_ledger (what TEXT)");
    cannot_tell("a database with nothing but bookkeeping", folder_.file("books.sqlite"));
    execute(folder_.file("other.sqlite"), "CREATE TABLE notes (what TEXT)");
    cannot_tell("a table that holds no records", folder_.file("other.sqlite"));
    cannot_tell("the same file twice", site_a_);
    cannot_tell("a folder", std::filesystem::path(site_a_).parent_path().string());
  }

  void long_reports() {
    std::string const changed = folder_.file("many.sqlite");
    copy(site_b_, changed);
    execute(changed,
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 57) "
            "INSERT INTO org_office (id, uuid, deleted) SELECT 1000 + i, 'X' || i, 0 FROM n");
    std::ostringstream report;
    check(::run(site_a_, changed, report, report) == exit_different, "57 more records are reported");
    std::string const text = report.str();
    std::size_t lines = 0;
    for (std::size_t at = text.find("missing in A"); at != std::string::npos; at = text.find("missing in A", at + 1))
      ++lines;
    check(lines == shown_per_table, "only the first are shown");
    check(text.find("57 differences, the first 20") != std::string::npos, "all are counted");

    copy(site_b_, changed, true);
    std::string const start(200, 'a');
    std::string const one = folder_.file("one.sqlite");
    copy(site_a_, one);
    execute(one, "UPDATE org_office SET comments = '" + start + "here' WHERE uuid = 'O1'");
    execute(changed, "UPDATE org_office SET comments = '" + start + "there' WHERE uuid = 'O1'");
    std::ostringstream late;
    check(::run(one, changed, late, late) == exit_different && late.str().find("there") != std::string::npos,
          "a difference late in a long text is shown");
  }

  /// Sites whose records are objects of ODB, with all but their fields in a table beside them.
  void stamped_things() {
    std::string const one = folder_.file("objects_a.sqlite"), other = folder_.file("objects_b.sqlite");
    auto const objects = [](int offset) {
      std::string const id = std::to_string(offset + 1), next = std::to_string(offset + 2);
      return "CREATE TABLE edensync_class (number INTEGER PRIMARY KEY, name TEXT);"
             "CREATE TABLE edensync_object (class INTEGER, object INTEGER, uuid TEXT, created_on INTEGER, modified_on "
             "INTEGER, deleted INTEGER, replaced_by TEXT);"
             "CREATE TABLE org_site (id INTEGER PRIMARY KEY, name TEXT, parent INTEGER REFERENCES org_site(id));"
             "INSERT INTO edensync_class VALUES (" +
             next +
             ", 'org_site'), (99, 'org_other');"
             "INSERT INTO org_site VALUES (" +
             id + ", 'Camp', NULL), (" + next + ", 'Tent', " + id +
             ");"
             "INSERT INTO edensync_object VALUES (" +
             next + ", " + id + ", 'S1', 1, 2, 0, ''), (" + next + ", " + next + ", 'S2', 1, 2, 0, ''), (99, " + id +
             ", 'T1', 1, 2, 1, '');";
    };
    execute(one, objects(0));
    execute(other, objects(7));
    std::ostringstream report;
    check(::run(one, other, report, report) == exit_equal, "objects with their stamps are equal", report.str());
    check(report.str().find("Equal: 2 records in 1 tables") != std::string::npos, "all of them", report.str());
    execute(
        other,
        "UPDATE edensync_object SET deleted = 1 WHERE uuid = 'S1'; UPDATE org_site SET parent = 9 WHERE name = 'Tent'");
    check(::run(one, other, report, report) == exit_different, "and are not after a change", report.str());
    for (auto const* words : {"live in A, and deleted in B", "parent is \"S1\" in A, and \"S2\" in B"})
      check(report.str().find(words) != std::string::npos, std::string("the report says ") + words, report.str());
  }

  void copy(std::string const& from, std::string const& to, bool again = false) {
    std::filesystem::copy_file(
        from, to, again ? std::filesystem::copy_options::overwrite_existing : std::filesystem::copy_options::none);
  }

  /// Runs both ways round: a difference must be seen from either side.
  void both_ways(std::string const& name, std::string const& sql,
                 std::function<void(std::string const&, int, std::string const&)> const& judge) {
    std::string const changed = folder_.file("changed.sqlite");
    copy(site_b_, changed, true);
    if (!sql.empty()) execute(changed, sql);
    std::string const before = content_of(site_a_) + content_of(changed);
    for (bool const turned : {false, true}) {
      std::ostringstream report;
      int const code = turned ? ::run(changed, site_a_, report, report) : ::run(site_a_, changed, report, report);
      judge(name + (turned ? ", the other way round" : ""), code, report.str());
    }
    check(before == content_of(site_a_) + content_of(changed), name + ": the databases were not touched");
  }

  void reported(std::string const& name, std::string const& sql, std::vector<std::string> const& words) {
    both_ways(name, sql, [&](std::string const& title, int code, std::string const& report) {
      check(code == exit_different, title + ": exit code 1");
      for (auto const& word : words)
        check(report.find(word) != std::string::npos, title + ": the report says " + word, report);
    });
  }

  void equal(std::string const& name, std::string const& sql) {
    both_ways(name, sql, [&](std::string const& title, int code, std::string const& report) {
      check(code == exit_equal, title + ": exit code 0", report);
      check(report.find("Equal: 7 records in 2 tables") != std::string::npos, title + ": all were compared", report);
    });
  }

  void cannot_tell(std::string const& name, std::string const& path) {
    std::ostringstream report;
    check(::run(site_a_, path, report, report) == exit_cannot_tell, name + ": exit code 2", report.str());
    check(::run(path, site_a_, report, report) == exit_cannot_tell, name + ", the other way round", report.str());
  }

  void check(bool passed, std::string const& what, std::string const& report = "") {
    ++checks_;
    if (passed) return;
    ++failures_;
    out_ << "FAILED: " << what << '\n' << report;
  }

  std::ostream& out_;
  temporary_folder folder_;
  std::string site_a_ = folder_.file("a.sqlite");
  std::string site_b_ = folder_.file("b.sqlite");
  int checks_ = 0;
  int failures_ = 0;
};

constexpr char const* usage =
    "usage: compare_sites A.sqlite B.sqlite\n"
    "       compare_sites --self-test\n"
    "\n"
    "Compares the records of two sites. Exit code: 0 equal, 1 not equal, 2 cannot tell.\n";

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> const arguments(argv + std::min(argc, 1), argv + argc);
  try {
    if (arguments.size() == 1 && arguments[0] == "--self-test") return self_test(std::cout).run();
    if (arguments.size() == 1 && arguments[0] == "--help") {
      std::cout << usage;
      return 0;
    }
  } catch (std::exception const& e) {
    std::cerr << "compare_sites: " << e.what() << '\n';
    return exit_cannot_tell;
  }
  // A word with dashes is a mistyped option, never a database.
  bool const option = std::any_of(arguments.begin(), arguments.end(),
                                  [](std::string const& argument) { return starts_with(argument, "--"); });
  if (arguments.size() != 2 || option) {
    std::cerr << usage;
    return exit_cannot_tell;
  }
  int const code = run(arguments[0], arguments[1], std::cout, std::cerr);
  // A report that nobody could read must not count as "equal".
  std::cout.flush();
  return std::cout ? code : exit_cannot_tell;
}
