#pragma once

#include <edensync/job/worker.hpp>
#include <edensync/log/stream_sink.hpp>
#include <chrono>
#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "open_site.hpp"

namespace eden_site {

/// A worker: begins the runs of a site that are due or asked for, and leads them, several at once, each in a thread.
///
/// It looks into the database once a second, where others put what they ask for and read how far the runs are. A run that
/// is to end is given some seconds to come to the end of a record; then its connection is broken.
class run_loop {
 public:
  run_loop(open_site& here, edensync::stream_sink& events, edensync::worker_scope scope = {});
  run_loop(const run_loop&) = delete;
  run_loop& operator=(const run_loop&) = delete;
  ~run_loop();

  /// Until `stop`.
  void work() { work(false); }

  /// Until there is nothing more to begin, or `stop`. Errors: why nothing could be begun, that of the store.
  edensync::result<void> work_off() {
    work(true);
    if (failed_) return *failed_;
    return {};
  }

  /// Ends the runs, each at a record, to be gone on with by the next worker. Thread safety: from any thread.
  void stop();

 private:
  struct lead;

  void work(bool until_done);
  void begin_runs();
  void look_after_runs(bool stopping);
  void forget_old_log();
  void complain(const std::string& what);
  void tell(edensync::log_event e);

  open_site& here_;
  edensync::stream_sink& events_;
  edensync::worker<parts> worker_;
  std::list<std::unique_ptr<lead>> active_;
  std::optional<std::chrono::steady_clock::time_point> forgot_;
  std::string said_;
  std::optional<edensync::failure> failed_;
  std::mutex lock_;  // guards the two below
  bool stopping_ = false;
  bool ended_ = false;
  std::condition_variable wake_;
};

/// A worker in a thread of its own, which others know of as long as it lives.
class worker_thread {
 public:
  worker_thread(open_site& here, edensync::stream_sink& events);
  ~worker_thread();

 private:
  folder_lock known_;
  run_loop loop_;
  std::thread thread_;
};

}  // namespace eden_site
