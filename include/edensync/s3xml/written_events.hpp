#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/concepts/xml_event_source.hpp"

namespace edensync::s3xml {

/// Gives the events of what `writer` wrote, for other forms of the same document.
///
/// It knows only what `writer` writes: no comments, no CDATA, no `>` in attributes, double quotes. A piece holds whole tags
/// and texts. Errors: what the handler throws. Lifetime: the handler outlives it. Thread safety: one thread at a time.
class written_events {
 public:
  explicit written_events(xml_handler& to) : to_(&to) {}

  void tell(std::string_view written) {
    while (!written.empty()) {
      if (written.front() != '<') {
        const auto text = take(written, written.find('<'));
        decoded_.clear();
        decode(text);
        to_->text(decoded_);
        continue;
      }
      auto tag = take(written, written.find('>')).substr(1);
      written.remove_prefix(1);
      if (tag.starts_with('?')) {
        // A line of its own.
        if (written.starts_with('\n')) written.remove_prefix(1);
      } else if (tag.starts_with('/')) {
        to_->end(tag.substr(1));
      } else {
        const bool whole = tag.ends_with('/');
        if (whole) tag.remove_suffix(1);
        const auto name = take(tag, tag.find(' '));
        read_attributes(tag);
        to_->start(name, attributes_);
        if (whole) to_->end(name);
      }
    }
  }

 private:
  static std::string_view take(std::string_view& from, std::size_t n) {
    const auto taken = from.substr(0, n);
    from.remove_prefix(taken.size());
    return taken;
  }

  void read_attributes(std::string_view tag) {
    attributes_.clear();
    places_.clear();
    decoded_.clear();
    while (tag.size() > 1) {
      const auto name = take(tag, tag.find('=')).substr(1);
      tag.remove_prefix(std::min<std::size_t>(2, tag.size()));
      attributes_.push_back({name, {}});
      places_.push_back(decoded_.size());
      decode(take(tag, tag.find('"')));
      tag.remove_prefix(std::min<std::size_t>(1, tag.size()));
    }
    places_.push_back(decoded_.size());
    for (std::size_t i = 0; i < attributes_.size(); ++i)
      attributes_[i].value = std::string_view(decoded_).substr(places_[i], places_[i + 1] - places_[i]);
  }

  void decode(std::string_view text) {
    static constexpr std::pair<std::string_view, char> references[] = {{"&amp;", '&'},  {"&lt;", '<'},  {"&gt;", '>'},
                                                                       {"&quot;", '"'}, {"&#9;", '\t'}, {"&#10;", '\n'},
                                                                       {"&#13;", '\r'}};
    for (;;) {
      decoded_ += take(text, text.find('&'));
      if (text.empty()) return;
      const auto* known = std::find_if(std::begin(references), std::end(references),
                                       [&](const auto& r) { return text.starts_with(r.first); });
      const bool is = known != std::end(references);
      decoded_ += is ? known->second : '&';
      text.remove_prefix(is ? known->first.size() : 1);
    }
  }

  xml_handler* to_;
  std::vector<xml_attribute> attributes_;
  std::vector<std::size_t> places_;
  std::string decoded_;
};

}  // namespace edensync::s3xml
