#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "edensync/laws/sample.hpp"

/// Operations on a store that were chosen by chance: few records, few times and few contents, so that they meet often.
namespace edensync::laws::play {

namespace s = laws::sample;

/// splitmix64: the same numbers with every compiler and library.
class chance {
 public:
  explicit chance(std::uint64_t seed) : state_(seed) {}

  std::uint32_t below(std::uint32_t n) {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return static_cast<std::uint32_t>((z ^ (z >> 31)) % n);
  }
  bool one_in(std::uint32_t n) { return below(n) == 0; }

 private:
  std::uint64_t state_;
};

enum class deed : std::uint8_t {
  begin,
  commit,
  drop,
  insert,
  update,
  patch,
  touch,
  rename,
  write_as,
  serve,
  hold,
  release,
  reopen,
  set_setting,
  put_repository,
  erase_repository,
  put_task,
  erase_task,
  put_job,
  erase_job,
  set_run,
  put_dataset,
  erase_dataset,
  set_watermark,
  set_resume,
  set_lease,
  erase_lease,
  add_quarantine,
  erase_quarantine,
  add_open_reference,
  erase_open_references,
  add_decision,
  add_log,
  forget_before,
};

struct deed_words {
  deed what;
  std::uint32_t often;
  std::string_view words;
};

/// How often each is done, and what it is called.
inline constexpr std::array deeds{
    deed_words{deed::begin, 10, "begin"},
    deed_words{deed::commit, 14, "commit"},
    deed_words{deed::drop, 4, "drop"},
    deed_words{deed::insert, 24, "insert"},
    deed_words{deed::update, 24, "update"},
    deed_words{deed::patch, 8, "patch"},
    deed_words{deed::touch, 4, "touch"},
    deed_words{deed::rename, 7, "rename"},
    deed_words{deed::write_as, 1, "write_as"},
    deed_words{deed::serve, 5, "serve"},
    deed_words{deed::hold, 4, "hold a snapshot"},
    deed_words{deed::release, 3, "release the snapshot"},
    deed_words{deed::reopen, 2, "reopen"},
    deed_words{deed::set_setting, 2, "set_setting"},
    deed_words{deed::put_repository, 6, "put_repository"},
    deed_words{deed::erase_repository, 2, "erase_repository"},
    deed_words{deed::put_task, 6, "put_task"},
    deed_words{deed::erase_task, 1, "erase_task"},
    deed_words{deed::put_job, 5, "put_job"},
    deed_words{deed::erase_job, 1, "erase_job"},
    deed_words{deed::set_run, 5, "set_run"},
    deed_words{deed::put_dataset, 5, "put_dataset"},
    deed_words{deed::erase_dataset, 2, "erase_dataset"},
    deed_words{deed::set_watermark, 2, "set_watermark"},
    deed_words{deed::set_resume, 2, "set_resume"},
    deed_words{deed::set_lease, 2, "set_lease"},
    deed_words{deed::erase_lease, 1, "erase_lease"},
    deed_words{deed::add_quarantine, 4, "add_quarantine"},
    deed_words{deed::erase_quarantine, 1, "erase_quarantine"},
    deed_words{deed::add_open_reference, 4, "add_open_reference"},
    deed_words{deed::erase_open_references, 1, "erase_open_references"},
    deed_words{deed::add_decision, 3, "add_decision"},
    deed_words{deed::add_log, 3, "add_log"},
    deed_words{deed::forget_before, 1, "forget_before"},
};

/// One operation. Records are named by resource and number, so that it means something in each store and after each other.
struct step {
  deed what = deed::begin;
  resource_id resource = s::site;
  std::uint32_t record = 0;
  std::uint32_t other = 0;
  /// Fields and what they get: 0 is null, other numbers are contents.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> fields{};
  std::optional<std::int64_t> modified_on{};
  std::optional<int> mci{};
  std::optional<std::int64_t> created_on{};
  bool deleted = false;
  /// 0: nothing is said.
  std::uint32_t author = 0;
  /// Of the transaction that it begins, or of its own.
  std::int64_t at = 0;
  repository_id origin = this_site;
};

/// How many records of each resource, and moments that are asked for, there may be.
inline constexpr std::uint32_t records = 5;
inline constexpr std::int64_t moments = 20;

inline std::string name_of(resource_id resource, std::uint32_t record) {
  return std::string(1, "spbn"[resource]) + std::to_string(record % records);
}
inline uid uid_of(resource_id resource, std::uint32_t record) { return uid("urn:uuid:" + name_of(resource, record)); }

/// The content of this number in a field; `find(resource, record)` tells the handle of a record, or none.
template <class Find>
value content(const resource_schema& r, std::uint32_t field, std::uint32_t number, Find&& find) {
  static constexpr std::array<const char*, 5> texts{"a", "b", "A", "\xc3\xa4", ""};
  if (number == 0) return null_value{};
  const std::string text = texts[(number - 1) % texts.size()];
  switch (r.field(field).type) {
    case field_type::boolean: return number % 2 == 0;
    case field_type::integer:
    case field_type::bigint: return std::int64_t{number} - 3;
    case field_type::floating: return number / 4.0;
    case field_type::decimal: return std::to_string(number) + ".50";
    case field_type::datetime: return s::second(number);
    case field_type::date: return date_of(s::second(number * std::int64_t{86400}));
    case field_type::time: return time_of(s::second(number));
    case field_type::json: return "[" + std::to_string(number) + "]";
    case field_type::list_string: return std::vector<std::string>(number % 3, text);
    case field_type::list_integer: return std::vector<std::int64_t>(number % 3, number);
    case field_type::reference: {
      const auto targets = r.targets(field);
      if (targets.empty()) return reference{no_resource, uid("urn:uuid:elsewhere"), {}};
      const resource_id to = targets[number % targets.size()];
      return reference{to, uid_of(to, number), find(to, number)};
    }
    case field_type::list_reference: {
      const resource_id to = r.target(field);
      std::vector<reference> all{{to, uid_of(to, number), {}}};
      if (number % 2 == 0) all.push_back({to, uid_of(to, number + 1), {}});
      return all;
    }
    default: return text;
  }
}

inline std::string in_words(const uid& id) {
  const std::string& text = id.text();
  return text.substr(text.rfind(':') + 1);
}

/// A value as it is printed; a reference by the name of its record.
inline std::string in_words(const value& v) {
  const auto list = [](const auto& all, auto&& word) {
    std::string out = "[";
    for (const auto& each : all) out += (out.size() > 1 ? " " : "") + word(each);
    return out + "]";
  };
  const auto quoted = [](const std::string& text) { return '"' + text + '"'; };
  const auto number = [](auto n) { return std::to_string(n); };
  const auto link = [](const reference& to) { return in_words(to.target); };
  struct {
    decltype(list)& list_;
    decltype(quoted)& quoted_;
    decltype(number)& number_;
    decltype(link)& link_;
    std::string operator()(std::monostate) const { return "absent"; }
    std::string operator()(null_value) const { return "null"; }
    std::string operator()(bool yes) const { return yes ? "true" : "false"; }
    std::string operator()(std::int64_t n) const { return number_(n); }
    std::string operator()(double n) const { return number_(n); }
    std::string operator()(const std::string& text) const { return quoted_(text); }
    std::string operator()(timestamp t) const { return "second " + number_(t - s::second(0)); }
    std::string operator()(date d) const { return to_text(d); }
    std::string operator()(time_of_day t) const { return to_text(t); }
    std::string operator()(const std::vector<std::string>& all) const { return list_(all, quoted_); }
    std::string operator()(const std::vector<std::int64_t>& all) const { return list_(all, number_); }
    std::string operator()(const reference& to) const { return link_(to); }
    std::string operator()(const std::vector<reference>& all) const { return list_(all, link_); }
  } words{list, quoted, number, link};
  return std::visit(words, v);
}

/// The operation in a line that a person can repeat.
inline std::string in_words(const step& p, const schema& resources) {
  std::string out;
  for (const auto& d : deeds)
    if (d.what == p.what) out = d.words;
  if (p.what == deed::commit || p.what == deed::drop || (p.what >= deed::serve && p.what <= deed::reopen)) return out;
  if (p.what == deed::begin || p.what == deed::write_as || p.what == deed::forget_before) {
    if (p.what != deed::write_as) out += " at second " + std::to_string(p.at);
    return p.what == deed::forget_before ? out : out + " from " + std::to_string(p.origin);
  }
  const auto& r = resources[p.resource];
  out += p.what >= deed::set_setting ? " " : " " + std::string(r.name()) + " ";
  out += name_of(p.resource, p.record);
  if (p.what == deed::rename || p.what >= deed::set_setting) out += " to " + name_of(p.resource, p.other);
  if (p.what <= deed::patch) {
    out += " {";
    for (const auto& [field, number] : p.fields)
      out += (out.back() == '{' ? "" : ", ") + std::string(r.field(field).name) + " " +
             in_words(content(r, field, number, [](auto, auto) { return record_handle::none; }));
    out += '}';
    if (p.modified_on) out += " modified at second " + std::to_string(*p.modified_on);
    if (p.mci) out += " mci " + std::to_string(*p.mci);
    if (p.created_on) out += " created at second " + std::to_string(*p.created_on);
    if (p.author != 0) out += " by author " + std::to_string(p.author);
    if (p.deleted) out += " deleted, merged into " + name_of(p.resource, p.other);
  }
  if (p.at != 0) out += " at second " + std::to_string(p.at);
  if (p.origin != this_site) out += " from " + std::to_string(p.origin);
  return out;
}

/// So many operations; the same for the same seed.
inline std::vector<step> random_steps(std::uint64_t seed, std::size_t count, const schema& resources) {
  chance c(seed);
  std::uint32_t all_weights = 0;
  for (const auto& d : deeds) all_weights += d.often;
  static constexpr std::array<resource_id, 9> which{s::site, s::site, s::site, s::site, s::part,
                                                    s::part, s::base, s::note, s::note};
  std::int64_t now = 1;
  std::vector<step> all;
  while (all.size() < count) {
    step p;
    std::uint32_t at = c.below(all_weights);
    for (const auto& d : deeds) {
      p.what = d.what;
      if (at < d.often) break;
      at -= d.often;
    }
    if (c.one_in(3) && now < moments - 6) ++now;
    p.resource = which[c.below(which.size())];
    p.record = c.below(records);
    p.other = c.below(records);
    p.at = c.one_in(6) ? 0 : now;
    p.origin = c.below(3);
    p.author = c.below(3);
    p.deleted = c.one_in(5);
    if (!c.one_in(6)) p.modified_on = now - c.below(4) + (c.one_in(5) ? 5 : 1);
    if (c.one_in(2)) p.mci = static_cast<int>(c.below(3));
    if (c.one_in(4)) p.created_on = c.below(5);
    const auto fields = static_cast<std::uint32_t>(resources[p.resource].fields().size());
    if (p.what == deed::insert && !c.one_in(10))
      for (std::uint32_t f = 0; f < fields && f < 2; ++f) p.fields.emplace_back(f, 1 + c.below(5));
    for (std::uint32_t n = p.what == deed::patch ? 1 : c.below(4); n != 0; --n) {
      const auto f = c.one_in(4) ? 0 : c.below(fields);
      std::erase_if(p.fields, [f](const auto& e) { return e.first == f; });
      p.fields.emplace_back(f, c.one_in(8) ? 0 : 1 + c.below(2 * records));
    }
    all.push_back(std::move(p));
  }
  return all;
}

}  // namespace edensync::laws::play
