// import, export: records in files.

#include <edensync/s3json/either_event_source.hpp>
#include <edensync/s3json/writer.hpp>
#include <edensync/admin/documents.hpp>
#include <fstream>
#include <iostream>
#include <ostream>

#include "commands.hpp"
#include "engine.hpp"
#include "open_site.hpp"
#include "output.hpp"

namespace eden_site {

namespace {

namespace admin = edensync::admin;
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

void export_records(const arguments& given, std::ostream& out) {
  const auto& table = given.text("resource");
  const auto format = given.maybe("format").value_or("s3xml");
  if (format != "s3xml" && format != "s3json") throw usage_error("--format is s3xml or s3json");
  const auto here = site_with_file(given);
  std::ofstream file;
  if (!given.others().empty()) {
    file.open(given.others().front(), std::ios::binary | std::ios::trunc);
    if (!file) edensync::throw_failure(error::bad_setting, given.others().front() + " cannot be written");
  }
  std::ostream& to = given.others().empty() ? out : file;
  const auto written = [&]() -> edensync::result<void> {
    if (!to) return make_failure(error::store_failed, "the document cannot be written");
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
       "  FILE         where to; standard output if it is left out",
       {{"data"}, {"resource"}, {"format"}},
       export_records},
  };
}

}  // namespace eden_site
