// The store of backends/odb against what one would write by hand with ODB: the same classes, the same stamps, the same
// work, prepared queries, side by side in one run.   benchmark_odb [RECORDS]
//
// CPU time of this process, the least of three rounds that take turns. At most 1.25 times that of the loops by hand.

#include <edensync/schema/schema.hpp>
#include <edensync/odb/store.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "by_hand.hpp"
#include "content.hpp"

namespace {

using namespace edensync;

constexpr std::array organisation_fields{
    field_descriptor{.name = "name", .type = field_type::string, .mandatory = true}};
constexpr std::array office_fields{
    field_descriptor{.name = "name", .type = field_type::string, .mandatory = true},
    field_descriptor{.name = "code", .type = field_type::string},
    field_descriptor{.name = "phone1", .type = field_type::string},
    field_descriptor{.name = "email", .type = field_type::string},
    field_descriptor{.name = "obsolete", .type = field_type::boolean},
    field_descriptor{.name = "beds", .type = field_type::integer},
    field_descriptor{.name = "lat", .type = field_type::floating},
    field_descriptor{.name = "comments", .type = field_type::text},
    field_descriptor{.name = "organisation_id", .type = field_type::reference, .target = "org_organisation"},
};
constexpr std::array resources{resource_descriptor{.name = "org_organisation", .fields = organisation_fields},
                               resource_descriptor{.name = "org_office", .fields = office_fields}};

constexpr std::size_t organisations = 50, batch = 1000;

double cpu() {
  rusage r{};
  getrusage(RUSAGE_SELF, &r);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(r.ru_utime) + seconds(r.ru_stime);
}

/// The same as by_hand, over the store.
class by_store {
 public:
  by_store(const std::string& path, std::size_t count)
      : store_({.path = path}, std::make_shared<const schema>(schema::make(resources).value())) {
    auto t = store_.begin(context_);
    for (std::size_t i = 0; i < count; ++i) {
      record r;
      r.resource = 0;
      r.uuid = uid(uuid_of("organisation", i));
      r.version = {timestamp{modified_on}, 1, false};
      r.fields.emplace_back(name_of(i));
      handles_.push_back(t.insert(r).value());
    }
    t.commit();
  }

  std::size_t insert(std::size_t n) {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < n;) {
      auto t = store_.begin(context_);
      for (std::size_t end = i + batch; i < end; ++i) {
        record r;
        r.resource = 1;
        r.uuid = uid(uuid_of("office", i));
        r.version = {timestamp{modified_on}, 1, false};
        r.fields = {name_of(i),  code_of(i),     phone_of(i),
                    email_of(i), i % 2 == 0,     beds_of(i),
                    lat_of(i),   comments_of(i), reference{0, {}, handles_[i % handles_.size()]}};
        if (t.insert(r)) ++sum;
      }
      t.commit();
    }
    return sum;
  }

  std::size_t find(std::size_t n) {
    std::size_t sum = 0;
    auto now = store_.snapshot();
    for (std::size_t i = 0; i < n; ++i)
      if (const auto found = now.find(1, uid(uuid_of("office", i))))
        sum += static_cast<std::size_t>(found->version.modified_on->seconds - modified_on + 1);
    return sum;
  }

  std::size_t update(std::size_t n) {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < n;) {
      auto t = store_.begin(context_);
      record r;
      r.resource = 1;
      r.version = {timestamp{modified_on + 1}, {}, false};
      r.fields.resize(8);
      for (std::size_t end = i + batch; i < end; ++i) {
        const auto found = t.find(1, uid(uuid_of("office", i)));
        if (!found) continue;
        r.fields[0] = name_of(i + 1);
        r.fields[2] = phone_of(i + 1);
        r.fields[7] = comments_of(i + 1);
        if (t.update(found->handle, r)) ++sum;
      }
      t.commit();
    }
    return sum;
  }

  std::size_t read_all() {
    std::size_t sum = 0;
    auto now = store_.snapshot();
    auto each = now.changes({.resource = 1, .since = {}});
    for (stored_record r; each.next(r);) {
      for (const std::size_t f : {0, 1, 2, 3, 7}) sum += std::get<std::string>(r.fields[f]).size();
      sum += static_cast<std::size_t>(std::get<std::int64_t>(r.fields[5])) + (std::get<bool>(r.fields[4]) ? 1 : 0) +
             static_cast<std::size_t>(std::get<double>(r.fields[6]));
      sum += r.uuid.text().size() + std::get<reference>(r.fields[8]).target.text().size();
    }
    return sum;
  }

 private:
  write_context context_{{modified_on}, 1};
  edensync::odb::store store_;
  std::vector<record_handle> handles_;
};

struct phase {
  const char* name;
  double hand = 1e9, store = 1e9;
};

}  // namespace

int main(int count, char** words) {
  const std::size_t n = count > 1 ? static_cast<std::size_t>(std::atoll(words[1])) / batch * batch : 20000;
  const auto folder = std::filesystem::temp_directory_path() / ("edensync-benchmark-odb." + std::to_string(getpid()));
  std::filesystem::create_directory(folder);
  std::array<phase, 4> phases{{{"insert"}, {"find"}, {"update"}, {"read all"}}};
  bool same = true;
  for (int round = 0; round < 3; ++round) {
    const auto file = [&](const char* way) { return (folder / (way + std::to_string(round))).string(); };
    std::array<std::size_t, 4> sums{};
    const auto measure = [&](std::size_t p, double phase::*way, auto&& work) {
      const double before = cpu();
      const std::size_t sum = work();
      phases[p].*way = std::min(phases[p].*way, cpu() - before);
      if (way == &phase::hand) sums[p] = sum;
      if (sums[p] != sum) same = false;
    };
    by_hand::open(file("hand"), organisations);
    measure(0, &phase::hand, [&] { return by_hand::insert(n, batch); });
    measure(1, &phase::hand, [&] { return by_hand::find(n); });
    measure(2, &phase::hand, [&] { return by_hand::update(n, batch); });
    measure(3, &phase::hand, [&] { return by_hand::read_all(); });
    by_hand::close();
    by_store store(file("store"), organisations);
    measure(0, &phase::store, [&] { return store.insert(n); });
    measure(1, &phase::store, [&] { return store.find(n); });
    measure(2, &phase::store, [&] { return store.update(n); });
    measure(3, &phase::store, [&] { return store.read_all(); });
  }
  std::filesystem::remove_all(folder);
  double hand = 0, store = 0;
  std::printf("%zu records       by hand      store   ratio\n", n);
  for (const auto& p : phases) {
    std::printf("%-14s %8.3f s %8.3f s %7.2f\n", p.name, p.hand, p.store, p.store / p.hand);
    hand += p.hand;
    store += p.store;
  }
  std::printf("%-14s %8.3f s %8.3f s %7.2f\n", "all", hand, store, store / hand);
  if (!same) std::puts("the two ways did not see the same");
  return same && store / hand <= 1.25 ? 0 : 1;
}
