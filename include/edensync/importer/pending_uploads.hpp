#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "edensync/core/record.hpp"
#include "edensync/core/repository.hpp"
#include "edensync/schema/schema.hpp"

namespace edensync {

/// An upload field whose file is still to be fetched.
struct pending_upload {
  resource_id resource = no_resource;
  record_handle record = record_handle::none;
  std::uint32_t field = 0;
};

/// The files that are to be fetched from one repository, in the order in which they came: a queue among the settings of the
/// ledger, so that it outlives the run, and no record has to be looked for.
///
/// Places in it are numbers; they begin anew when it has become empty. An entry may speak of a field that holds its file
/// already. Errors: `failure_exception`. Lifetime: none of its own. Thread safety: as the ledger that it is given.
class pending_uploads {
 public:
  explicit pending_uploads(repository_id r) : prefix_("uploads " + std::to_string(r) + ' ') {}

  template <class Reader>
  std::uint64_t first(Reader& from) const {
    return number(from.setting(prefix_ + "first"));
  }
  /// Behind the last one.
  template <class Reader>
  std::uint64_t end(Reader& from) const {
    return number(from.setting(prefix_ + "end"));
  }

  /// None if the schema does not know its field any more.
  template <class Reader>
  std::optional<pending_upload> at(Reader& from, const schema& s, std::uint64_t place) const {
    const auto text = from.setting(prefix_ + std::to_string(place)).value_or("");
    const auto one = text.find(' '), two = text.find(' ', one + 1);
    if (one == std::string::npos || two == std::string::npos) return std::nullopt;
    const auto resource = s.find(text.substr(0, one));
    if (resource == no_resource) return std::nullopt;
    const auto fields = s[resource].fields();
    for (std::uint32_t i = 0; i < fields.size(); ++i)
      if (fields[i].name == std::string_view(text).substr(two + 1) && fields[i].type == field_type::upload)
        return pending_upload{resource, static_cast<record_handle>(number(text.substr(one + 1, two - one - 1))), i};
    return std::nullopt;
  }

  template <class Transaction>
  void add(Transaction& t, const schema& s, const pending_upload& p) const {
    const auto place = end(t);
    t.set_setting(prefix_ + std::to_string(place), std::string(s[p.resource].name()) + ' ' +
                                                       std::to_string(static_cast<std::int64_t>(p.record)) + ' ' +
                                                       std::string(s[p.resource].field(p.field).name));
    t.set_setting(prefix_ + "end", std::to_string(place + 1));
  }

  /// Forgets all before `place`.
  template <class Transaction>
  void drop_before(Transaction& t, std::uint64_t place) const {
    const bool empty = place == end(t);
    t.set_setting(prefix_ + "first", std::to_string(empty ? 0 : place));
    if (empty) t.set_setting(prefix_ + "end", "0");
  }

 private:
  static std::uint64_t number(const std::optional<std::string>& text) {
    std::uint64_t n = 0;
    if (text) std::from_chars(text->data(), text->data() + text->size(), n);
    return n;
  }

  std::string prefix_;
};

}  // namespace edensync
