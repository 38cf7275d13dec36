#pragma once

#include <string>

#include "edensync/importer/report.hpp"
#include "edensync/schema/schema.hpp"

namespace edensync {

/// One line for each record that an import refused, as Eden lists them in its log. Pure.
inline std::string refused_words(const import_report& report, const schema& s) {
  std::string out;
  for (const auto& r : report.refused) {
    if (!out.empty()) out += '\n';
    out += "(UID: " + r.uuid.text() + ") " + std::string(s[r.resource].name()) + ": " + std::string(to_text(r.reason)) +
           ": " + r.message;
  }
  return out;
}

}  // namespace edensync
