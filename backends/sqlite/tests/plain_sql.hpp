#pragma once

#include <sqlite3.h>

#include <stdexcept>
#include <string>
#include <vector>

/// A program that writes plain SQL and knows nothing of edensync: a connection of its own, nothing else.
class plain_sql {
 public:
  explicit plain_sql(const std::string& path) {
    if (sqlite3_open(path.c_str(), &db_) != SQLITE_OK) throw std::runtime_error("no database " + path);
    sqlite3_busy_timeout(db_, 5000);
    run("PRAGMA foreign_keys=ON");
  }
  plain_sql(const plain_sql&) = delete;
  plain_sql& operator=(const plain_sql&) = delete;
  ~plain_sql() { sqlite3_close(db_); }

  void run(const std::string& sql) {
    if (const auto why = attempt(sql); !why.empty()) throw std::runtime_error(sql + ": " + why);
  }

  /// SQLite's words if it fails, otherwise nothing.
  std::string attempt(const std::string& sql) {
    char* words = nullptr;
    if (sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, &words) == SQLITE_OK) return {};
    const std::string why = words == nullptr ? "?" : words;
    sqlite3_free(words);
    return why;
  }

  /// The rows of a query, columns with bars between.
  std::vector<std::string> rows(const std::string& sql) {
    std::vector<std::string> all;
    const auto add = [](void* to, int n, char** texts, char**) {
      std::string line;
      for (int i = 0; i < n; ++i) line += std::string(i == 0 ? "" : "|") + (texts[i] == nullptr ? "" : texts[i]);
      static_cast<std::vector<std::string>*>(to)->push_back(line);
      return 0;
    };
    if (sqlite3_exec(db_, sql.c_str(), add, &all, nullptr) != SQLITE_OK)
      throw std::runtime_error(sql + ": " + sqlite3_errmsg(db_));
    return all;
  }
  std::string one(const std::string& sql) {
    const auto all = rows(sql);
    return all.empty() ? "" : all.front();
  }

 private:
  sqlite3* db_ = nullptr;
};
