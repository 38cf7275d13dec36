#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "edensync/core/message.hpp"
#include "edensync/exporter/exporter.hpp"
#include "edensync/protocol/percent.hpp"
#include "edensync/protocol/url_filter.hpp"
#include "edensync/site/catalogue.hpp"
#include "edensync/site/plain_answer.hpp"
#include "edensync/site/site.hpp"

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
/// Understood are `msince`, `include_deleted`, `mcomponents=None`, filters `~.FIELD=…` of its own fields,
/// `~.dataset_id$code=…`, and `~.deleted=True`; others count as absent. Eden logs none of these requests either.
/// Source: spec/protocol.md §9.2.
template <class Parts>
class answer_catalogue final : public plain_answer {
 public:
  answer_catalogue(site<Parts>& s, const request_head& head) : site_(s) {
    auto ready = detail::guarded([&] { prepare(head); });
    if (ready) return;
    exporter_.reset();
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
    const auto and_also = [&](record_filter more) {
      auto& all = o.filters[o.masters.resource];
      if (all)
        all = [before = std::move(all), more = std::move(more)](const record& x) { return before(x) && more(x); };
      else
        all = std::move(more);
    };
    for (const auto& [name, text] : parse_form(head.target.substr(std::min(question + 1, head.target.size())))) {
      if (name == "msince") {
        o.masters.since = parse_timestamp(text);
      } else if (name == "include_deleted") {
        o.masters.include_deleted = true;
      } else if (name == "mcomponents" || name == "components") {
        o.components = text != "None" && text != "none";
      } else if (name == "~.deleted") {
        // Deletions pass all filters.
        if (text == "True" || text == "true") and_also([](const record&) { return false; });
      } else if (name == "~.dataset_id$code") {
        and_also(belongs_to(text));
      } else if (name.starts_with("~.")) {
        const auto& of = catalogue_schema()[o.masters.resource];
        if (auto one = compile_filter({"~", name, text}, of, site_.now())) and_also(std::move(*one));
      }
    }
    exporter_.emplace(*reader_, catalogue_schema(), std::move(o));
    if (const auto begun = exporter_->empty(); !begun) throw failure_exception(begun.error());
    say(200, "text/xml", {});
  }

  // The tasks of the data sets with these codes.
  record_filter belongs_to(const std::string& codes) const {
    std::vector<uid> sets;
    auto all = reader_->changes({catalogue::datasets, 0, std::nullopt, false});
    const auto wanted = compile_filter({"~", "~.code", codes}, catalogue_schema()[catalogue::datasets], site_.now());
    if (!wanted) throw failure_exception(wanted.error());
    for (stored_record d; all.next(d);)
      if ((*wanted)(d)) sets.push_back(d.uuid);
    return [sets = std::move(sets)](const record& r) {
      const auto* to = r.resource == catalogue::tasks && r.fields.size() > catalogue::dataset_of_task
                           ? std::get_if<reference>(&r.fields[catalogue::dataset_of_task])
                           : nullptr;
      return to != nullptr && std::find(sets.begin(), sets.end(), to->target) != sets.end();
    };
  }

  site<Parts>& site_;
  std::optional<catalogue_reader> reader_;
  std::optional<exporter<catalogue_reader>> exporter_;
};

}  // namespace edensync
