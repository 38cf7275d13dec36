#include "run_loop.hpp"

#include <edensync/job/run_events.hpp>
#include <edensync/site/synchronize_files.hpp>
#include <edensync/admin/retention.hpp>
#include <edensync/files/folder.hpp>
#include <atomic>
#include <chrono>
#include <exception>
#include <utility>

#include "certificates.hpp"
#include "engine.hpp"
#include "peer_client.hpp"

namespace eden_site {

namespace {

using edensync::run_report;
using moment = std::chrono::steady_clock::time_point;

constexpr std::size_t runs_at_once = 4;
constexpr std::chrono::seconds interval{1};
// What a peer that is not silent, and a batch of records, take at most.
constexpr std::chrono::seconds patience{5};

std::int64_t milliseconds_since(moment begun) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun).count();
}

// Whoever has it knows that any other process that ran this repository is dead.
std::shared_ptr<void> alone(const data_folder& folder, edensync::repository_id id) {
  auto lock = folder.lock_for_run(id);
  if (!lock) return nullptr;
  return std::make_shared<folder_lock>(std::move(*lock));
}

}  // namespace

// A run and who leads it.
struct run_loop::lead {
  std::unique_ptr<edensync::job_run<parts>> run;
  // None for a folder, and if the repository cannot be reached as it is set up.
  std::unique_ptr<edensync::beast::client> client;
  // To another host, for an archive that lies there; while it is asked.
  std::unique_ptr<edensync::beast::client> elsewhere;
  std::mutex lock;  // guards that
  run_report report;
  std::atomic<bool> ended{false};
  std::optional<moment> to_end_since;
  std::thread thread;

  void connect(const open_site& here) {
    const auto& peer = run->peer();
    if (peer.type == "filesync") return;
    auto made = client_for(here, peer);
    if (made)
      client = std::move(*made);
    else
      report.error = made.error();
  }

  void go(open_site& here) {
    auto& self = here.site;
    if (report.error) {
      auto line = edensync::log_lines::run_failed(*report.error);
      line.at = self.now();
      line.repository = run->peer().id;
      line.repository_name = run->peer().name;
      return self.note(std::move(line));
    }
    auto hooks = run->hooks();
    if (!client) {
      report = edensync::synchronize_files(self, run->peer().id, edensync::files::open_folder, std::move(hooks));
      return;
    }
    hooks.elsewhere = [&](const std::string& base, edensync::operation& op) {
      ask(here, {.url = base, .proxy = run->peer().proxy}, op);
    };
    edensync::active_site calling(self);
    const auto op = calling.synchronize_with(run->peer().id, std::move(hooks));
    // What fails stands in the report, too, and there with the transfer that it belongs to.
    (void)client->run(*op);
    report = op->report();
  }

  // Whoever it is gets no credentials, but is asked by way of the same proxy; and the peer, which has named it, has us ask
  // nobody whom it could not ask for being further away.
  void ask(const open_site& here, const edensync::repository& whom, edensync::operation& op) {
    edensync::beast::client_options how;
    how.nearest = client->reached().value_or(edensync::beast::nearness::anywhere);
    auto made = client_for(here, whom, how);
    if (!made) return op.on_failure(made.error());
    {
      const std::lock_guard guard(lock);
      elsewhere = std::move(*made);
    }
    (void)elsewhere->run(op);
  }

  void cancel() {
    if (client) client->cancel();
    const std::lock_guard guard(lock);
    if (elsewhere) elsewhere->cancel();
  }
};

run_loop::run_loop(open_site& here, edensync::stream_sink& events, edensync::worker_scope scope)
    : here_(here),
      events_(events),
      worker_(here.site, scope, [&here](edensync::repository_id id) { return alone(here.folder, id); }) {}

run_loop::~run_loop() = default;

void run_loop::stop() {
  {
    const std::lock_guard guard(lock_);
    stopping_ = true;
  }
  wake_.notify_all();
}

void run_loop::work(bool until_done) {
  for (;;) {
    bool stopping = false;
    {
      const std::lock_guard guard(lock_);
      stopping = stopping_;
    }
    if (!stopping) begin_runs();
    forget_old_log();
    look_after_runs(stopping);
    if (active_.empty() && (stopping || until_done)) return;
    std::unique_lock guard(lock_);
    wake_.wait_for(guard, interval, [&] { return ended_ || (stopping_ && !stopping); });
    ended_ = false;
  }
}

void run_loop::begin_runs() {
  while (active_.size() < runs_at_once) {
    auto begun = worker_.begin();
    failed_ = begun ? std::nullopt : std::optional(begun.error());
    if (failed_) return complain(failed_->text());
    said_.clear();
    if (!*begun) return;
    auto& one = *active_.emplace_back(std::make_unique<lead>());
    one.run = std::move(*begun);
    one.connect(here_);
    edensync::log_event e{.event = "run begun", .repository = one.run->peer().name, .run = one.run->number()};
    tell(e);
    one.thread = std::thread([this, &one, e = std::move(e), since = std::chrono::steady_clock::now()]() mutable {
      one.go(here_);
      const auto noted = one.run->end(one.report);
      e.at = here_.site.now();
      e.milliseconds = milliseconds_since(since);
      if (noted) {
        edensync::tell_run(events_, e, one.report, *noted);
      } else {
        e.level = edensync::event_level::error;
        e.event = "error";
        e.message = noted.error().text();
        events_.write(e);
      }
      {
        const std::lock_guard guard(lock_);
        one.ended = true;
        ended_ = true;
      }
      wake_.notify_all();
    });
  }
}

void run_loop::look_after_runs(bool stopping) {
  std::erase_if(active_, [](const auto& each) {
    if (!each->ended) return false;
    each->thread.join();
    return true;
  });
  for (const auto& each : active_) {
    if (stopping) each->run->stop();
    each->run->look();
    if (!each->run->is_to_end()) continue;
    const auto now = std::chrono::steady_clock::now();
    if (!each->to_end_since) each->to_end_since = now;
    if (now - *each->to_end_since >= patience) each->cancel();
  }
}

void run_loop::forget_old_log() {
  const auto now = std::chrono::steady_clock::now();
  if (forgot_ && now - *forgot_ < std::chrono::hours(1)) return;
  forgot_ = now;
  if (const auto done = edensync::admin::forget_old_log(here_.site); !done) complain(done.error().text());
  drop_unused_certificates(here_);
}

// Once, not every second.
void run_loop::complain(const std::string& what) {
  if (what != said_) tell({.level = edensync::event_level::error, .event = "error", .message = what});
  said_ = what;
}

void run_loop::tell(edensync::log_event e) {
  e.at = here_.site.now();
  events_.write(e);
}

worker_thread::worker_thread(open_site& here, edensync::stream_sink& events)
    : known_(here.folder.lock_as_worker().value()), loop_(here, events), thread_([this] { loop_.work(); }) {}

worker_thread::~worker_thread() {
  loop_.stop();
  thread_.join();
}

}  // namespace eden_site
