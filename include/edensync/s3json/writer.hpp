#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/core/incoming_record.hpp"
#include "edensync/core/record.hpp"
#include "edensync/s3json/tree_writer.hpp"
#include "edensync/s3xml/writer.hpp"
#include "edensync/s3xml/written_events.hpp"
#include "edensync/schema/schema.hpp"

namespace edensync::s3json {

/// Writes S3JSON as `s3xml::writer` writes S3XML: the same records, options and differences to Eden's.
///
/// Each record is written as S3XML first, and turned when it is complete, so that there is one place that knows how a
/// record is written. The root's attributes come first, which no reader of JSON demands but one that streams needs.
/// Precondition: calls nest as records do, and records of one resource come one after the other (`grouped`).
/// Lifetime: the schema outlives it. Thread safety: one thread at a time. Source: spec/s3xml.md §7.
class writer {
 public:
  /// Records of one resource stand in one array: told one after the other.
  static constexpr bool grouped = true;

  explicit writer(const schema& s, s3xml::writer_options options = {}) : schema_(&s), xml_(s, std::move(options)) {}

  void begin(std::string& out, bool success, std::optional<std::uint64_t> results = {}) {
    written_.clear();
    group_ = no_resource;
    known_.assign(schema_->size(), false);
    xml_.begin(written_, success, results);
    turn(out);
    // The brace comes with the end.
    out.pop_back();
  }

  std::string_view open(std::string& out, const stored_record& r, std::optional<std::string_view> alias = {},
                        std::optional<std::uint32_t> key = {}) {
    if (depth_++ == 0) next_ = r.resource;
    (void)out;
    return xml_.open(written_, r, alias, key);
  }

  void drop(std::string&) {
    --depth_;
    xml_.drop(written_);
  }

  void close(std::string& out) {
    xml_.close(written_);
    if (--depth_ != 0) return;
    if (std::exchange(group_, next_) == next_) {
      out += ", ";
    } else {
      assert(!known_[next_] && "records of one resource come one after the other");
      known_[next_] = true;
      if (std::exchange(in_group_, true)) out += ']';
      out += ", ";
      s3xml::append_json_string(out, std::string(resource_prefix).append((*schema_)[next_].name()));
      out += ": [";
    }
    turn(out);
  }

  void end(std::string& out) { out += std::exchange(in_group_, false) ? "]}" : "}"; }

  /// A complete document of one incoming element as it was received; see `s3xml::writer::write_incoming`.
  void write_incoming(std::string& out, const incoming_element& e) {
    written_.clear();
    xml_.write_incoming(written_, e);
    turn(out);
  }

  /// How many records held characters that had to be replaced by U+FFFD.
  std::uint64_t mended() const noexcept { return xml_.mended(); }

 private:
  // Turns what was written into JSON: a record, or a root that is still to be ended.
  void turn(std::string& out) {
    tree_writer json(out);
    s3xml::written_events events(json);
    events.tell(written_);
    if (!written_.ends_with("/>") && !written_.ends_with("</resource>") && !written_.ends_with("</s3xml>"))
      json.end(word::root);
    written_.clear();
  }

  const schema* schema_;
  s3xml::writer xml_;
  std::string written_;
  std::vector<bool> known_;
  resource_id group_ = no_resource;
  resource_id next_ = no_resource;
  std::size_t depth_ = 0;
  bool in_group_ = false;
};

}  // namespace edensync::s3json
