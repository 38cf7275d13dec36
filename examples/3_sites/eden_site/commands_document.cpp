// import, export: records in files.

#include <fcntl.h>
#include <unistd.h>

#include <edensync/s3json/either_event_source.hpp>
#include <edensync/s3json/writer.hpp>
#include <edensync/admin/documents.hpp>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <ostream>
#include <string>
#include <system_error>

#include "commands.hpp"
#include "engine.hpp"
#include "open_site.hpp"
#include "output.hpp"
#include "text_files.hpp"

namespace eden_site {

namespace {

namespace admin = edensync::admin;
namespace fs = std::filesystem;
using edensync::error;
using edensync::make_failure;
using kind = option::kind;

std::unique_ptr<open_site> site_with_file(const arguments& given) {
  if (given.others().size() > 1) throw usage_error("what is " + given.others()[1] + '?');
  return open_site::open(data_folder::find(given.text("data")).value()).value();
}

void import(const arguments& given, std::ostream& out) {
  const auto& table = given.text("resource");
  const auto here = site_with_file(given);
  std::ifstream file;
  if (!given.others().empty()) {
    file.open(given.others().front(), std::ios::binary);
    if (!file) edensync::throw_failure(error::no_such_entry, given.others().front() + " cannot be read");
  }
  std::istream& in = given.others().empty() ? std::cin : file;
  const auto read = [&](std::span<char> into) -> edensync::result<std::size_t> {
    in.read(into.data(), static_cast<std::streamsize>(into.size()));
    if (in.bad()) return make_failure(error::broken_transfer, "the document cannot be read");
    return static_cast<std::size_t>(in.gcount());
  };
  using either = edensync::s3json::either_event_source<parts::event_source>;
  const auto report = admin::take_document<parts, either>(here->site, table, read).value();
  const auto& t = report.total;
  print_entry(out,
              {{"received", t.received},
               {"created", t.created},
               {"updated", t.updated},
               {"deleted", t.deleted},
               {"unchanged", t.unchanged},
               {"kept", t.kept},
               {"quarantined", t.quarantined},
               {"open_references", report.open_references}},
              given.has("json"));
  for (const auto& r : report.refused)
    std::cerr << "eden-site: " << r.uuid.text() << ": " << to_text(r.reason) << ": " << r.message << '\n';
  if (t.quarantined != 0) edensync::throw_failure(error::record_refused, "some records are in quarantine");
}

// A file that takes the place of another when it is whole; until then, and if it never is, the other stays as it was.
class replacing_file {
 public:
  explicit replacing_file(const std::string& file) : name_(file) {
    std::error_code wrong;
    const auto before = fs::status(file, wrong);
    const bool there = fs::exists(before);
    // What is no file, as a pipe is, has no content to lose.
    if (there && !fs::is_regular_file(before)) {
      out.open(file, std::ios::binary);
      if (!out) failed({});
      return;
    }
    if (there && ::access(file.c_str(), W_OK) != 0) failed({errno, std::generic_category()});
    // What a link leads to is replaced, and not the link.
    place_ = there ? fs::canonical(file, wrong) : fs::path(file);
    std::string pattern = place_.string() + "." + std::string(6, 'X');
    const int made = ::mkostemp(pattern.data(), O_CLOEXEC);
    if (made < 0) failed({errno, std::generic_category()});
    ::close(made);
    if (there) rights_ = before.permissions();
    out.open(pattern, std::ios::binary);
    beside_ = pattern;
  }
  replacing_file(const replacing_file&) = delete;
  replacing_file& operator=(const replacing_file&) = delete;
  ~replacing_file() {
    std::error_code ignored;
    if (!beside_.empty()) fs::remove(beside_, ignored);
  }

  // Errors: thrown, as those of the beginning.
  void settle() {
    out.close();
    if (!out) failed({});
    if (beside_.empty()) return;
    std::error_code wrong;
    if (rights_) fs::permissions(beside_, *rights_, wrong);
    // Whole on the disk before it takes the other's place: a power cut may not leave neither.
    if (!wrong) wrong = settled(beside_);
    if (!wrong) fs::rename(beside_, place_, wrong);
    if (wrong) failed(wrong);
    beside_.clear();
    settle_folder(fs::absolute(place_).parent_path()).value();
  }

  std::ofstream out;

 private:
  static std::error_code settled(const fs::path& file) {
    const int written = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    const int why = written >= 0 && ::fsync(written) == 0 ? 0 : errno;
    if (written >= 0) ::close(written);
    return {why, std::generic_category()};
  }

  [[noreturn]] void failed(const std::error_code& why) const {
    edensync::throw_failure(error::bad_setting, name_ + " cannot be written" + (why ? ": " + why.message() : ""));
  }

  std::string name_;
  fs::path place_, beside_;
  std::optional<fs::perms> rights_;
};

void export_records(const arguments& given, std::ostream& out) {
  const auto& table = given.text("resource");
  const auto format = given.maybe("format").value_or("s3xml");
  if (format != "s3xml" && format != "s3json") throw usage_error("--format is s3xml or s3json");
  const auto here = site_with_file(given);
  std::optional<replacing_file> file;
  if (!given.others().empty()) {
    const auto& name = given.others().front();
    if (here->folder.holds(name))
      edensync::throw_failure(error::bad_setting, "a document does not belong into the site's own folder");
    file.emplace(name);
  }
  std::ostream& to = file ? file->out : out;
  const auto written = [&]() -> edensync::result<void> {
    if (!to) return make_failure(error::bad_setting, "the document cannot be written");
    return {};
  };
  const auto write = [&](std::string_view piece) {
    to.write(piece.data(), static_cast<std::streamsize>(piece.size()));
    return written();
  };
  const auto report =
      (format == "s3xml" ? admin::write_document<parts>(here->site, table, write)
                         : admin::write_document<parts, edensync::s3json::writer>(here->site, table, write))
          .value();
  to.flush();
  written().value();
  if (file) file->settle();
  if (report.too_long != 0)
    edensync::throw_failure(error::limit_exceeded,
                            "left out, because they are too long: " + std::to_string(report.too_long) + " records");
}

}  // namespace

std::vector<command> document_commands() {
  return {
      {"import",
       "takes the records of an Eden's document (S3XML or S3JSON) in",
       "--data DIR --resource T [--json] [FILE]\n\n"
       "  --resource T   the table that the document is of\n"
       "  FILE           the document; standard input if it is left out\n\n"
       "  Younger versions win. Fails if a record could not be taken; the others are in all the same",
       {{"data"}, {"resource"}, {"json", kind::flag}},
       import},
      {"export",
       "writes the records of a table, with what belongs to them, as a document",
       "--data DIR --resource T [--format F] [FILE]\n\n"
       "  --format F   s3xml, or s3json; s3xml if it is left out\n"
       "  FILE         where to, but not into the site's folder; standard output if it is left out. What is there is\n"
       "               replaced when the document is whole",
       {{"data"}, {"resource"}, {"format"}},
       export_records},
  };
}

}  // namespace eden_site
