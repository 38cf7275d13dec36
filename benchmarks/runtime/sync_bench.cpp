// What an import and an export cost: the whole path from bytes to a committed SQLite file and back, in one process.
// benchmarks/run.sh calls it; by hand:
//
//   sync_bench make N FILE [--revision R] [--step S]   a document of N organisations, every second with an office
//   sync_bench targets FILE OUT                        a document of the countries that FILE refers to
//   sync_bench forward FILE OUT                        FILE with these countries behind its masters
//   sync_bench import DATABASE FILE [--case NAME]      imports FILE; prints one JSON line
//   sync_bench export DATABASE FILE [--case NAME] [--after SEQUENCE]
//   sync_bench write-latency DATABASE FILE             what an application's write waits for while FILE is imported
//   sync_bench edit DATABASE STEP                      an application's edit of every STEP-th organisation
//
// Times are CPU seconds (user + system) of the work itself; opening the database is not counted. Peak memory is that of
// the process.

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "edensync.hpp"
#include "edensync/exporter/exporter.hpp"
#include "edensync/importer/importer.hpp"
#include "edensync/expat/event_source.hpp"
#include "edensync/sqlite/store.hpp"

namespace {

struct location {
  BOOST_HANA_DEFINE_STRUCT(location, (edensync::uid, uuid), (std::optional<std::string>, name));
};
struct organisation {
  BOOST_HANA_DEFINE_STRUCT(organisation, (edensync::uid, uuid), (std::optional<std::string>, name),
                           (std::optional<std::string>, acronym), (std::optional<std::string>, website),
                           (std::optional<int>, year), (std::optional<edensync::long_text>, comments),
                           (std::optional<edensync::link<location>>, country_id));
};
struct office {
  BOOST_HANA_DEFINE_STRUCT(office, (edensync::uid, uuid), (edensync::link<organisation>, organisation_id),
                           (std::optional<std::string>, name), (std::optional<std::string>, phone1),
                           (std::optional<std::string>, address), (std::optional<std::string>, email),
                           (std::optional<edensync::link<location>>, location_id));
};

}  // namespace

template <>
struct edensync::resource<location> {
  static constexpr std::string_view name = "gis_location";
};
template <>
struct edensync::resource<organisation> {
  static constexpr std::string_view name = "org_organisation";
  static constexpr std::array<component_descriptor, 1> components{{{"org_office", "office", "organisation_id", true}}};
  static constexpr std::array<std::string_view, 1> represented{"website"};
};
template <>
struct edensync::resource<office> {
  static constexpr std::string_view name = "org_office";
};

namespace {

struct parts : edensync::default_parts {
  using store = edensync::sqlite::store;
  using clock = edensync::system_clock;
  using uid_source = edensync::random_uid_source;
  using event_source = edensync::expat::event_source;
};

[[noreturn]] void die(const std::string& why) {
  std::cerr << "sync_bench: " << why << '\n';
  std::exit(2);
}

template <class T>
T must(edensync::result<T> r) {
  if (!r) die(r.error().text());
  if constexpr (!std::is_void_v<T>) return std::move(*r);
}

// splitmix64: the same documents on every machine.
struct generator {
  std::uint64_t state;
  std::uint64_t next() {
    std::uint64_t z = (state += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  std::uint64_t below(std::uint64_t n) { return next() % n; }
  std::string uuid() {
    std::string s = "urn:uuid:00000000-0000-4000-8000-000000000000";
    std::uint64_t bits = next();
    for (std::size_t i = 9; i < s.size(); ++i) {
      if (s[i] == '-' || i == 23 || i == 28) continue;
      s[i] = "0123456789abcdef"[bits & 15];
      bits = (bits >> 4) | (i == 26 ? next() << 8 : 0);
      if (bits == 0) bits = next();
    }
    return s;
  }
};

std::string country(std::uint64_t k) {
  generator g{k * 7919 + 1};
  return g.uuid();
}

void make(std::uint64_t n, const char* file, unsigned revision, std::uint64_t step) {
  static constexpr const char* words[] = {"water",        "shelter",    "health",   "food security",
                                          "logistics",    "Zürich",     "camp",     "search &amp; rescue",
                                          "under &lt;5s", "assessment", "warehouse"};
  std::ofstream out(file, std::ios::binary);
  out << "<?xml version='1.0' encoding='utf-8'?>\n<s3xml success=\"true\" domain=\"127.0.0.1\">";
  const edensync::timestamp start = *edensync::parse_timestamp("2020-01-01T00:00:00");
  for (std::uint64_t i = 0; i < n; i += step) {
    generator g{i * 2 + 1};
    const auto uuid = g.uuid(), office_uuid = g.uuid();
    const auto created = start + static_cast<std::int64_t>(i * 60 + g.below(3600));
    const auto modified = created + static_cast<std::int64_t>(g.below(86400) + revision * 157680000ULL);
    const auto number = std::to_string(i), year = std::to_string(1950 + g.below(70) + revision);
    out << "<resource name=\"org_organisation\" uuid=\"" << uuid << "\" created_on=\"" << to_text(created)
        << "\" modified_on=\"" << to_text(modified) << "\" mci=\"1\"><data field=\"name\">Åid &amp; Relief " << number
        << "</data><data field=\"acronym\">AR" << number
        << "</data><data field=\"website\" value=\"&quot;http://example.org/" << number
        << "&quot;\">http://example.org/" << number << "</data><data field=\"year\" value=\"" << year << "\">" << year
        << "</data><data field=\"comments\">";
    for (std::string text = revision != 0 ? "revised" : "first"; text.size() < 94;) {
      const char* word = words[g.below(std::size(words))];
      text += std::string(" ") + word;
      if (text.size() >= 94) out << text;
    }
    out << "</data><reference field=\"country_id\" resource=\"gis_location\" uuid=\"" << country(g.below(200))
        << "\">Country</reference>";
    if (i % 2 == 0)
      out << "<resource name=\"org_office\" uuid=\"" << office_uuid << "\" modified_on=\"" << to_text(modified)
          << "\"><data field=\"name\">Head Office " << number << "</data><data field=\"phone1\">+41 22 "
          << 1000000 + g.below(8999999) + revision << "</data><data field=\"address\">" << 1 + g.below(200)
          << " Rue de l'Aide, Case " << number << "</data><data field=\"email\">office" << number
          << "@example.org</data><reference field=\"location_id\" resource=\"gis_location\" uuid=\""
          << country(g.below(200)) << "\">Country</reference></resource>";
    out << "</resource>";
  }
  out << "</s3xml>\n";
}

// The countries that a document refers to, as elements; the document is read in pieces.
std::string countries_of(const char* file) {
  std::set<std::string> found;
  std::ifstream in(file, std::ios::binary);
  std::string window, piece(std::size_t{1} << 20, '\0');
  constexpr std::string_view mark = "resource=\"gis_location\" uuid=\"";
  while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())), in.gcount() > 0) {
    window.append(piece, 0, static_cast<std::size_t>(in.gcount()));
    std::size_t at = 0;
    for (std::size_t hit; (hit = window.find(mark, at)) != std::string::npos && hit + mark.size() + 64 < window.size();)
      found.insert(window.substr(hit + mark.size(), window.find('"', hit + mark.size()) - hit - mark.size())),
          at = hit + mark.size();
    window.erase(0, std::max(at, window.size() > 256 ? window.size() - 256 : 0));
  }
  std::string out;
  int number = 0;
  for (const auto& uuid : found)
    out += "<resource name=\"gis_location\" uuid=\"" + uuid +
           "\" mci=\"1\" modified_on=\"2019-01-01T00:00:00\"><data field=\"name\">Country " + std::to_string(number++) +
           "</data></resource>";
  return out;
}

void targets(const char* file, const char* to) {
  std::ofstream(to, std::ios::binary) << "<s3xml>" << countries_of(file) << "</s3xml>";
}

void forward(const char* file, const char* to) {
  std::ifstream in(file, std::ios::binary);
  std::ofstream out(to, std::ios::binary);
  std::string held, piece(std::size_t{1} << 20, '\0');
  while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())), in.gcount() > 0) {
    held.append(piece, 0, static_cast<std::size_t>(in.gcount()));
    if (held.size() > 64) {  // the end tag is in what is held back
      out.write(held.data(), static_cast<std::streamsize>(held.size() - 64));
      held.erase(0, held.size() - 64);
    }
  }
  held.erase(held.find("</s3xml>"));
  out << held << countries_of(file) << "</s3xml>\n";
}

double cpu_seconds() {
  rusage u{};
  getrusage(RUSAGE_SELF, &u);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(u.ru_utime) + seconds(u.ru_stime);
}

// The high-water mark of this address space: ru_maxrss would count the program that started this one.
double peak_rss_mib() {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("VmHWM:")) return std::strtod(line.c_str() + 6, nullptr) / 1024;
  return 0;
}

struct meter {
  double started = cpu_seconds();

  void print(const std::string& name, std::uint64_t records, std::uint64_t bytes, std::uint64_t statements,
             std::uint64_t read) const {
    std::printf(
        "{\"case\": \"%s\", \"store\": \"sqlite\", \"records\": %llu, \"cpu_seconds\": %.4f, "
        "\"peak_rss_mib\": %.2f, \"bytes\": %llu, \"statements\": %llu, \"records_read\": %llu}\n",
        name.c_str(), static_cast<unsigned long long>(records), cpu_seconds() - started, peak_rss_mib(),
        static_cast<unsigned long long>(bytes), static_cast<unsigned long long>(statements),
        static_cast<unsigned long long>(read));
  }
};

struct imported {
  edensync::import_report report;
  std::uint64_t bytes = 0;
};

imported import_into(parts::store& store, const edensync::schema& schema, const char* file) {
  edensync::system_clock clock;
  edensync::random_uid_source uids;
  edensync::import_options o;
  o.origin = 1;
  o.master = schema.find("org_organisation");
  o.now = [&] { return clock.now(); };
  o.make_uid = [&] { return uids.make(); };
  std::ifstream in(file, std::ios::binary);
  if (!in) die(std::string("cannot read ") + file);
  edensync::importer<parts::store, parts::event_source> import(store, schema, std::move(o));
  must(import.start());
  imported done;
  std::string piece(std::size_t{1} << 16, '\0');
  while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())), in.gcount() > 0) {
    const auto n = static_cast<std::size_t>(in.gcount());
    done.bytes += n;
    must(import.feed(std::string_view(piece).substr(0, n)));
  }
  done.report = must(import.finish());
  return done;
}

void import_file(const char* database, const char* file, const std::string& name) {
  const auto schema = must(edensync::describe<location, organisation, office>());
  auto store = must(edensync::sqlite::store::open(database, schema));
  const auto statements = store.statements();
  const meter m;
  const auto [report, bytes] = import_into(store, schema, file);
  m.print(name, report.records, bytes, store.statements() - statements, report.total.received);
  if (report.total.quarantined != 0) die("records were refused: " + report.refused.front().message);
  std::cerr << "created " << report.total.created << " updated " << report.total.updated << " unchanged "
            << report.total.unchanged << " batches " << report.batches << '\n';
}

// Writes of one record each, one after the other, in this thread, and the import in another; the same store.
void write_latency(const char* database, const char* file) {
  const auto schema = must(edensync::describe<location, organisation, office>());
  auto store = must(edensync::sqlite::store::open(database, schema));
  edensync::system_clock clock;
  edensync::random_uid_source uids;
  edensync::site<parts> site(store, schema, clock, uids);
  std::atomic<bool> ended = false;
  std::uint64_t records = 0;
  std::thread importing([&] {
    records = import_into(store, schema, file).report.records;
    ended = true;
  });
  std::vector<double> waited;
  while (!ended) {
    const auto before = std::chrono::steady_clock::now();
    must(site.put(location{uids.make(), "written here"}));
    waited.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - before).count());
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  importing.join();
  std::sort(waited.begin(), waited.end());
  const auto at = [&](std::size_t percent) {
    return waited[std::min(waited.size() - 1, waited.size() * percent / 100)];
  };
  std::printf(
      "{\"case\": \"write-latency\", \"store\": \"sqlite\", \"imported\": %llu, \"writes\": %zu, \"p50_ms\": %.2f, "
      "\"p99_ms\": %.2f, \"max_ms\": %.2f}\n",
      static_cast<unsigned long long>(records), waited.size(), at(50), at(99), waited.back());
}

void export_file(const char* database, const char* file, const std::string& name, std::uint64_t after) {
  const auto schema = must(edensync::describe<location, organisation, office>());
  auto store = must(edensync::sqlite::store::open(database, schema));
  std::ofstream out(file, std::ios::binary);
  const auto statements = store.statements();
  const meter m;
  auto snapshot = store.snapshot();
  edensync::export_options o;
  o.masters = {schema.find("org_organisation"), after, std::nullopt, true};
  o.domain = "127.0.0.1";
  edensync::exporter<decltype(snapshot)> exporting(snapshot, schema, std::move(o));
  std::string piece(std::size_t{1} << 16, '\0');
  while (const auto n = must(exporting.read(piece))) out.write(piece.data(), static_cast<std::streamsize>(n));
  out.flush();
  const auto& r = exporting.report();
  m.print(name, r.masters, r.bytes, store.statements() - statements, r.read);
  std::cerr << "masters " << r.masters << " components " << r.components << " dependencies " << r.dependencies
            << " sequence " << snapshot.sequence() << '\n';
}

void edit(const char* database, std::uint64_t step) {
  const auto schema = must(edensync::describe<location, organisation, office>());
  auto store = must(edensync::sqlite::store::open(database, schema));
  edensync::system_clock clock;
  edensync::random_uid_source uids;
  edensync::site<parts> site(store, schema, clock, uids);
  std::uint64_t number = 0;
  std::vector<organisation> chosen;
  must(site.for_each<organisation>([&](const organisation& each) {
    if (number++ % step == 0) chosen.push_back(each);
  }));
  must(site.write([&](auto& w) {
    for (auto& each : chosen) {
      each.comments = edensync::long_text("edited here");
      w.put(each);
    }
  }));
}

}  // namespace

int main(int count, char** words) {
  const std::vector<std::string> w(words + 1, words + count);
  const auto option = [&](std::string_view name, std::string fallback) {
    for (std::size_t i = 0; i + 1 < w.size(); ++i)
      if (w[i] == name) return w[i + 1];
    return fallback;
  };
  if (w.size() < 3) die("see the head of sync_bench.cpp");
  if (w[0] == "make")
    make(std::stoull(w[1]), w[2].c_str(), static_cast<unsigned>(std::stoul(option("--revision", "0"))),
         std::stoull(option("--step", "1")));
  else if (w[0] == "targets")
    targets(w[1].c_str(), w[2].c_str());
  else if (w[0] == "forward")
    forward(w[1].c_str(), w[2].c_str());
  else if (w[0] == "import")
    import_file(w[1].c_str(), w[2].c_str(), option("--case", "import"));
  else if (w[0] == "export")
    export_file(w[1].c_str(), w[2].c_str(), option("--case", "export"), std::stoull(option("--after", "0")));
  else if (w[0] == "write-latency")
    write_latency(w[1].c_str(), w[2].c_str());
  else if (w[0] == "edit")
    edit(w[1].c_str(), std::stoull(w[2]));
  else
    die("unknown command " + w[0]);
}
