#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/core/incoming_record.hpp"
#include "edensync/s3xml/reader.hpp"
#include "edensync/site/catalogue.hpp"
#include "edensync/site/document_root.hpp"
#include "edensync/site/download.hpp"
#include "edensync/site/peer_date.hpp"

namespace edensync {

/// Asks a peer for a part of its catalogue of public data sets: one GET, whose answer is kept.
///
/// A catalogue is short; a peer that sends more than `limit` records is refused.
/// Thread safety: one thread at a time. Source: spec/protocol.md §9.2.
template <class EventSource>
class fetch_catalogue final : public download {
 public:
  /// `target`: below the peer's base URL.
  fetch_catalogue(std::string target, std::string own_domain) : download(std::move(target)), sink_{} {
    s3xml::reader_options o;
    o.own_domain = std::move(own_domain);
    reader_.emplace(catalogue_schema(), std::move(o), sink_);
    source_.emplace(*reader_, xml_limits{});
  }

  const std::optional<failure>& error() const noexcept { return error_; }
  /// Elements as they came, each with its components.
  const std::vector<incoming_element>& elements() const noexcept { return sink_.elements; }
  /// The peer's clock when it answered.
  const std::optional<timestamp>& date() const noexcept { return date_; }

 protected:
  result<void> good_head(const response_head& h) override {
    date_ = parse_http_date(h.headers.get("Date"));
    return {};
  }

  result<void> good_body(std::string_view piece) override {
    if (auto fed = source_->feed(piece); !fed) return fed;
    return check_root();
  }

  result<void> good_end() override {
    if (auto ended = source_->finish(); !ended) return ended;
    return check_root();
  }

  void conclude(const failure& why) override { error_ = why; }

 private:
  static constexpr std::size_t limit = 10000;

  struct sink {
    std::vector<incoming_element> elements;
    void element(incoming_element& e) {
      if (elements.size() >= limit) throw_failure(edensync::error::limit_exceeded, "a catalogue of too many records");
      elements.push_back(std::move(e));
    }
    void unknown_resource(std::string_view, const uid&) {}
  };

  result<void> check_root() const {
    const auto root = reader_->root_name();
    if (root.empty() || is_answered_root(root)) return {};
    return failure{make_error_code(edensync::error::unexpected_answer),
                   diagnostics("the root element is not <s3xml>", root)};
  }

  sink sink_;
  std::optional<s3xml::reader<sink>> reader_;
  std::optional<EventSource> source_;
  std::optional<timestamp> date_;
  std::optional<failure> error_;
};

}  // namespace edensync
