#include "schema_files.hpp"

#include <boost/json.hpp>

#include <edensync/schema/field_description.hpp>
#include <edensync/expat/event_source.hpp>
#include <algorithm>
#include <string_view>
#include <system_error>
#include <utility>

#include "text_files.hpp"

namespace eden_site {

namespace {

namespace fs = std::filesystem;
using edensync::error;
using edensync::failure;
using edensync::make_failure;
using edensync::result;

constexpr const char* supplement_file = "tables.json";

edensync::result<edensync::schema> parse(const std::vector<std::string_view>& descriptions,
                                         std::string_view supplement) {
  return edensync::read_schema<edensync::expat::event_source>(descriptions, supplement);
}

// With a byte order mark that some editors write.
std::string_view without_blank(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  return text.substr(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
}

failure in_file(const std::string& name, const failure& why) {
  return {why.code, edensync::diagnostics(name + ": " + why.info.ours())};
}

result<boost::json::object> read_object(std::string_view text) {
  boost::system::error_code wrong;
  auto v = boost::json::parse(text, wrong);
  if (wrong) return make_failure(error::bad_json, wrong.message());
  if (!v.is_object()) return make_failure(error::bad_schema, "a supplement is an object with a member for each table");
  for (const auto& [table, description] : v.get_object())
    if (!description.is_object())
      return make_failure(error::bad_schema, std::string(table) + ": a supplement has an object for each table");
  return std::move(v.get_object());
}

// It becomes the name of a file.
bool is_table_name(std::string_view name) {
  return !name.empty() && name.size() <= 100 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

}  // namespace

std::vector<std::string> schema_files::names() const {
  std::vector<std::string> all;
  for (const auto& [table, text] : descriptions) all.push_back(table + ".xml");
  if (!supplement.empty()) all.emplace_back(supplement_file);
  return all;
}

result<edensync::schema> schema_files::read() const {
  std::vector<std::string_view> documents;
  for (const auto& [table, text] : descriptions) documents.push_back(text);
  return parse(documents, supplement);
}

result<void> schema_files::add(const std::string& name, const std::string& content) {
  const auto text = without_blank(content);
  if (text.starts_with('<')) {
    const auto one = parse({text}, {});
    if (!one) return in_file(name, one.error());
    const std::string table((*one)[0].name());
    if (!is_table_name(table)) return make_failure(error::bad_schema, name + ": " + table + " is no table's name");
    descriptions[table] = text;
    return {};
  }
  if (!text.starts_with('{'))
    return make_failure(error::bad_schema,
                        name + " is neither a field description (fields.xml) nor a supplement (tables.json)");
  auto more = read_object(text);
  if (!more) return in_file(name, more.error());
  boost::json::object all;
  if (!supplement.empty()) {
    auto known = read_object(supplement);
    if (!known) return in_file(supplement_file, known.error());
    all = std::move(*known);
  }
  for (auto& [table, description] : *more) all.insert_or_assign(table, std::move(description));
  supplement = boost::json::serialize(all);
  return {};
}

result<schema_files> schema_files::load(const fs::path& folder) {
  schema_files all;
  std::error_code wrong;
  const bool there = fs::exists(folder, wrong);
  if (wrong) return file_failure(folder, wrong);
  if (!there) return all;
  for (const auto& each : fs::directory_iterator(folder, wrong)) {
    auto text = read_text(each.path());
    if (!text) return text.error();
    if (each.path().filename() == supplement_file)
      all.supplement = std::move(*text);
    else if (each.path().extension() == ".xml")
      all.descriptions[each.path().stem().string()] = std::move(*text);
  }
  if (wrong) return make_failure(error::store_failed, folder.string() + ": " + wrong.message());
  return all;
}

result<void> schema_files::save(const fs::path& folder) const {
  std::error_code wrong;
  fs::remove_all(folder, wrong);
  if (!wrong) fs::create_directories(folder, wrong);
  if (wrong) return make_failure(error::store_failed, folder.string() + ": " + wrong.message());
  for (const auto& [table, text] : descriptions)
    if (auto written = write_text(folder / (table + ".xml"), text); !written) return written;
  if (!supplement.empty())
    if (auto written = write_text(folder / supplement_file, supplement); !written) return written;
  return settle_folder(folder);
}

}  // namespace eden_site
