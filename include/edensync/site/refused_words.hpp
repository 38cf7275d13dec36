#pragma once

#include <string>

#include "edensync/exporter/options.hpp"
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

/// One line for each record that an export left out. Pure.
inline std::string left_out_words(const export_report& report, const schema& s) {
  std::string out;
  for (const auto& r : report.left_out) {
    if (!out.empty()) out += '\n';
    out += "(UID: " + r.uuid.text() + ") " + std::string(s[r.resource].name()) + ": " +
           std::string(s[r.resource].field(r.field).name) + " (" + std::to_string(r.bytes) + " bytes)";
  }
  return out;
}

}  // namespace edensync
