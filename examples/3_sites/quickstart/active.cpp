// The field office: registers at the base, and runs.

#include <unistd.h>

#include <edensync/site/active_site.hpp>
#include <edensync/beast/client.hpp>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <optional>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "node.hpp"

namespace eden_pair {

namespace {

using stopwatch = std::chrono::steady_clock;

std::string in_bytes(std::uint64_t n) {
  std::ostringstream out;
  if (n < 10'000)
    out << n << " B";
  else
    out << (n + 512) / 1024 << " KiB";
  return out.str();
}

std::string_view word(edensync::direction way) { return way == edensync::direction::pull ? "pull" : "push"; }

/// What was done where the records went: here for a pull, as the base told it for a push. None if it did not: an Eden
/// lists some of the records, but does not count them all.
std::optional<edensync::record_counts> counts_of(const edensync::transfer_report& t) {
  if (t.way == edensync::direction::pull) return t.imported.total;
  if (!t.error && t.exported.records() == 0) return edensync::record_counts{};
  return t.peer_counts;
}

/// Records that went over the wire.
std::uint64_t records_of(const edensync::transfer_report& t) {
  return t.way == edensync::direction::pull ? t.imported.total.received : t.exported.records();
}

/// Says how far a run is: one line that is written over, or a line per transfer if nobody watches.
class progress_line {
 public:
  void show(const edensync::run_progress& p) {
    std::ostringstream line;
    line << "  " << p.task << '/' << p.tasks << ' ' << word(p.way) << ' ' << p.resource << ": " << p.records
         << " records, " << in_bytes(p.bytes);
    last_ = line.str();
    if (!terminal_ || stopwatch::now() - shown_ < std::chrono::milliseconds(50)) return;
    shown_ = stopwatch::now();
    std::cout << '\r' << last_ << "\033[K" << std::flush;
  }

  void end(const edensync::transfer_report& t) {
    if (terminal_) std::cout << "\r\033[K" << std::flush;
    if (last_.empty() || terminal_) return;  // nothing went over the wire, or the table will tell
    std::cout << "  " << word(t.way) << ' ' << t.resource << ": " << records_of(t) << " records, " << in_bytes(t.bytes)
              << std::endl;
    last_.clear();
  }

 private:
  bool terminal_ = isatty(STDOUT_FILENO) != 0;
  stopwatch::time_point shown_{};
  std::string last_;
};

/// Passes everything on to a run and looks at the clock whenever a transfer of it has ended.
class timed final : public edensync::operation {
 public:
  timed(edensync::synchronize<parts>& run, progress_line& line) : run_(run), line_(line) {}

  const edensync::request_head* next() override {
    const auto* head = run_.next();
    const auto now = stopwatch::now();
    // A push that has nothing to send ends without an exchange, together with the pull before it.
    while (seconds.size() < run_.report().transfers.size()) {
      line_.end(run_.report().transfers[seconds.size()]);
      seconds.push_back(std::chrono::duration<double>(now - begun_).count());
      begun_ = now;
    }
    if (seconds.empty()) begun_ = now;
    return head;
  }
  edensync::result<std::size_t> read_body(std::span<char> into) override { return run_.read_body(into); }
  edensync::result<void> on_head(const edensync::response_head& head) override { return run_.on_head(head); }
  edensync::result<void> on_body(std::string_view piece) override { return run_.on_body(piece); }
  edensync::result<void> on_end() override { return run_.on_end(); }
  void on_failure(const edensync::failure& why) override { run_.on_failure(why); }

  std::vector<double> seconds;

 private:
  edensync::synchronize<parts>& run_;
  progress_line& line_;
  stopwatch::time_point begun_ = stopwatch::now();
};

void print_table(const edensync::run_report& report, const std::vector<double>& seconds) {
  const auto cell = [](const auto& content, int width) { std::cout << std::right << std::setw(width) << content; };
  std::cout << "  " << std::left << std::setw(17) << "resource" << std::setw(5) << "way" << std::right;
  for (const auto* head : {"records", "created", "updated", "deleted", "known", "conflicts", "refused"}) cell(head, 10);
  cell("quarantined", 12), cell("bytes", 10), cell("time", 8);
  std::cout << '\n';
  for (std::size_t i = 0; i < report.transfers.size(); ++i) {
    const auto& t = report.transfers[i];
    const auto c = counts_of(t);
    const auto count = [&](std::uint64_t n, int width) { c ? cell(n, width) : cell("-", width); };
    const auto done = c.value_or(edensync::record_counts{});
    std::cout << "  " << std::left << std::setw(17) << t.resource << std::setw(5) << word(t.way);
    cell(records_of(t), 10);
    for (const auto n : {done.created, done.updated, done.deleted, done.unchanged + done.kept, done.conflicts})
      count(n, 10);
    c ? cell(c->refused, 10) : cell(t.peer_refused, 10);
    count(done.quarantined, 12);
    cell(in_bytes(t.bytes), 10);
    std::ostringstream time;
    time << std::fixed << std::setprecision(2) << seconds[i] << " s";
    cell(time.str(), 8);
    std::cout << '\n';
    if (t.error) std::cout << "    failed: " << t.error->text() << '\n';
  }
}

edensync::repository the_base(node& here) {
  const auto known = here.site.repositories().value();
  if (known.size() != 1) throw std::runtime_error("the field office does not know the base yet: register");
  return known.front();
}

}  // namespace

void register_site(const arguments& given) {
  node here(given);
  const char* const password = std::getenv("EDEN_PAIR_PASSWORD");
  if (password == nullptr) throw usage_error("EDEN_PAIR_PASSWORD is not set");

  const auto id =
      here.site
          .put(edensync::repository{
              .name = "Base", .url = given.text("url"), .username = given.text("user"), .password = password})
          .value();
  for (const auto resource : relief::masters)
    here.site.put(edensync::sync_task{.repository = id, .resource = std::string(resource)}).value();

  edensync::active_site calling(here.site);
  const auto registration = calling.register_at(the_base(here));
  edensync::beast::client client(the_base(here));
  client.run(*registration).value();
  if (registration->why_not()) throw std::runtime_error(registration->why_not()->text());
  std::cout << "  the field office is " << here.site.uuid().value().text() << "\n  the base is         "
            << the_base(here).uuid.text() << '\n';
}

void active(const arguments& given) {
  node here(given);
  const auto base = the_base(here);
  const auto before = here.store.snapshot().sequence();

  progress_line line;
  edensync::active_site calling(here.site);
  const auto run =
      calling.synchronize_with(base.id, {.progress = [&](const auto& p) { line.show(p); }, .cancelled = {}});
  timed watched(*run, line);
  edensync::beast::client client(base);
  // What fails stands in the report, too, and there with the transfer that it belongs to.
  (void)client.run(watched);

  const auto& report = run->report();
  std::cout << '\n';
  print_table(report, watched.seconds);
  const auto wire = client.traffic();
  std::cout << "  over the wire: " << wire.requests << " requests, " << in_bytes(wire.sent) << " up, "
            << in_bytes(wire.received) << " down (compressed)\n";
  tell_decisions(here, [&](const auto& d) { return d.sequence > before; });
  if (report.error) throw std::runtime_error(report.error->text());
  if (!report.ok()) throw std::runtime_error("not every transfer could be done");

  std::uint64_t moved = 0;
  for (const auto& t : report.transfers) moved += records_of(t);
  if (given.has("expect") && moved != 0)
    throw std::runtime_error("records went over the wire, although there was nothing new");
}

}  // namespace eden_pair
