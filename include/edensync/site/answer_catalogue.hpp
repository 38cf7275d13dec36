#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/core/message.hpp"
#include "edensync/exporter/exporter.hpp"
#include "edensync/protocol/percent.hpp"
#include "edensync/protocol/sync_query.hpp"
#include "edensync/site/catalogue.hpp"
#include "edensync/site/plain_answer.hpp"
#include "edensync/site/site.hpp"
#include "edensync/site/task_filters.hpp"

namespace edensync {

/// The resource of the catalogue that an address asks for; `no_resource` if it is another address.
inline resource_id catalogue_resource(std::string_view path) {
  if (!path.starts_with("/sync/")) return no_resource;
  path.remove_prefix(6);
  const auto name = path.substr(0, path.find('.'));
  return name == "dataset"           ? catalogue::datasets
         : name == "task"            ? catalogue::tasks
         : name == "resource_filter" ? catalogue::filters
                                     : no_resource;
}

/// Answers what public data sets there are: an ordinary export of the catalogue.
///
/// Understood are `msince`, `include_deleted`, `mcomponents=None`, `~.deleted=True`, and filters as in a pull but without
/// brackets; others count as absent. Eden logs none of these requests either.
/// Source: spec/protocol.md §9.2.
template <class Parts>
class answer_catalogue final : public plain_answer {
 public:
  answer_catalogue(site<Parts>& s, const request_head& head) : site_(s) {
    auto ready = detail::guarded([&] { prepare(head); });
    if (ready) return;
    exporter_.reset();
    if (ready.error().code == error::bad_request)
      say_failed(400, ready.error().info.ours());
    else
      say_failed(503, ready.error().code.message());
  }

  result<std::size_t> read_body(std::span<char> into) override {
    return exporter_ ? exporter_->read(into) : plain_answer::read_body(into);
  }

 private:
  void prepare(const request_head& head) {
    const auto question = std::min(head.target.find('?'), head.target.size());
    const auto path = std::string_view(head.target).substr(0, question);
    {
      auto s = site_.store().snapshot();
      reader_.emplace(s);
    }
    export_options o;
    o.masters.resource = catalogue_resource(path);
    o.masters.include_deleted = false;
    o.domain = site_.settings().domain;
    o.url = site_.settings().url;
    std::vector<filter_term> terms;
    bool only_deleted = false;
    for (const auto& [name, text] : parse_form(head.target.substr(std::min(question + 1, head.target.size())))) {
      if (name == "msince") {
        o.masters.since = parse_timestamp(text);
      } else if (name == "include_deleted") {
        o.masters.include_deleted = true;
      } else if (name == "mcomponents" || name == "components") {
        o.components = text != "None" && text != "none";
      } else if (name == "~.deleted") {
        only_deleted = text == "True" || text == "true";
      } else if (name.starts_with("~.")) {
        terms.push_back({"~", name, text});
      }
    }
    auto filters = read_filters(terms, o.masters.resource, catalogue_schema(), filter_reading::as_eden, site_.now());
    if (!filters) throw failure_exception(filters.error());
    o.filters = bind_filters(std::move(*filters), *reader_);
    if (only_deleted) o.filters[o.masters.resource] = [](const stored_record& r) { return r.version.deleted; };
    exporter_.emplace(*reader_, catalogue_schema(), std::move(o));
    if (const auto begun = exporter_->empty(); !begun) throw failure_exception(begun.error());
    say(200, "text/xml", {});
  }

  site<Parts>& site_;
  std::optional<catalogue_reader> reader_;
  std::optional<exporter<catalogue_reader>> exporter_;
};

}  // namespace edensync
