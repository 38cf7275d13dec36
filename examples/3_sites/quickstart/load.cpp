// Takes the exports of an Eden into a site, as an administrator does once, before anybody synchronises.

#include <edensync/importer/importer.hpp>
#include <array>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <stdexcept>
#include <string>

#include "node.hpp"

namespace eden_pair {

void load(const arguments& given) {
  node here(given);
  for (std::size_t i = 1; i < given.others.size(); ++i) {
    const std::filesystem::path path = given.others[i];
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error(path.string() + " cannot be read");

    edensync::import_options how;
    how.master = here.resources->find(path.stem().string());
    how.domain = here.site.settings().domain;
    how.now = [&] { return here.clock.now(); };
    how.make_uid = [&] { return here.uids.make(); };
    edensync::importer<parts::store, parts::event_source> importer(here.store, *here.resources, how);
    importer.start().value();
    std::array<char, 64 * 1024> piece;
    while (file.read(piece.data(), piece.size()), file.gcount() > 0)
      importer.feed({piece.data(), static_cast<std::size_t>(file.gcount())}).value();
    const auto report = importer.finish().value();

    const auto& t = report.total;
    std::cout << "  " << std::left << std::setw(22) << path.filename().string() << std::right << std::setw(5)
              << t.received << " records: " << t.created << " created, " << t.deleted << " deletions noted, "
              << t.unchanged << " known already, " << t.quarantined << " in quarantine, " << report.open_references
              << " references open\n";
    if (t.quarantined != 0) throw std::runtime_error("the example data are not as they should be");
  }
}

}  // namespace eden_pair
