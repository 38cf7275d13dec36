#pragma once

#include <pthread.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <functional>
#include <thread>
#include <utility>

namespace eden_site {

/// SIGTERM and SIGINT, which end a program that serves or works: made before there is a thread, so that all of them leave
/// these two to the one that waits for them.
class end_signals {
 public:
  end_signals() {
    sigemptyset(&ends_);
    sigaddset(&ends_, SIGTERM);
    sigaddset(&ends_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends_, nullptr);
  }

  void wait() const {
    int which = 0;
    sigwait(&ends_, &which);
  }

  /// Whether one came within so many seconds.
  bool wait_for(std::int64_t seconds) const {
    timespec limit{};
    limit.tv_sec = seconds;
    for (;;) {
      if (sigtimedwait(&ends_, nullptr, &limit) > 0) return true;
      if (errno != EINTR) return false;
    }
  }

 private:
  sigset_t ends_{};
};

/// Calls a function when one of them comes, as long as it lives.
class on_end_signal {
 public:
  on_end_signal(const end_signals& ends, std::function<void()> f)
      : waiting_([&ends, this, f = std::move(f)] {
          ends.wait();
          if (!over_) f();
        }) {}
  on_end_signal(const on_end_signal&) = delete;
  on_end_signal& operator=(const on_end_signal&) = delete;
  ~on_end_signal() {
    over_ = true;
    // Harmless if the thread has taken one already: it is blocked everywhere.
    pthread_kill(waiting_.native_handle(), SIGTERM);
    waiting_.join();
  }

 private:
  std::atomic<bool> over_{false};
  std::thread waiting_;
};

}  // namespace eden_site
