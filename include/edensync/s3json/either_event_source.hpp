#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "edensync/concepts/xml_event_source.hpp"
#include "edensync/s3json/event_source.hpp"

namespace edensync::s3json {

/// Reads S3XML or S3JSON, whichever a document is; models `xml_event_source`.
///
/// JSON is what begins with `{` or `[`, blanks aside; all else is left to the XML parser and its complaints.
/// Errors, lifetime and thread safety are those of the two.
template <xml_event_source Xml>
class either_event_source {
 public:
  explicit either_event_source(xml_handler& handler, const xml_limits& limits = {})
      : handler_(&handler), limits_(limits) {}
  either_event_source(const either_event_source&) = delete;
  either_event_source& operator=(const either_event_source&) = delete;

  /// Reads the next piece. Precondition: not after `finish`.
  result<void> feed(std::string_view piece) {
    if (!xml_ && !json_) {
      blanks_ += piece;
      const auto first = blanks_.find_first_not_of(" \t\r\n");
      if (first == std::string::npos && blanks_.size() < most_blanks) return {};
      choose(first != std::string::npos && (blanks_[first] == '{' || blanks_[first] == '['));
      return pass(blanks_);
    }
    return pass(piece);
  }

  /// Says that there is no more. Errors: also if the document is not complete.
  result<void> finish() {
    if (!xml_ && !json_) {
      choose(false);
      if (auto fed = pass(blanks_); !fed) return fed;
    }
    return xml_ ? xml_->finish() : json_->finish();
  }

 private:
  static constexpr std::size_t most_blanks = 4096;

  void choose(bool json) {
    if (json)
      json_.emplace(*handler_, limits_);
    else
      xml_.emplace(*handler_, limits_);
  }
  result<void> pass(std::string_view piece) { return xml_ ? xml_->feed(piece) : json_->feed(piece); }

  xml_handler* handler_;
  xml_limits limits_;
  /// Of which nobody knows yet whose they are.
  std::string blanks_;
  std::optional<Xml> xml_;
  std::optional<event_source> json_;
};

}  // namespace edensync::s3json
