// What stands between the program and its files: loaded in front of the C library, it counts the calls that change files
// below EDEN_FAULTS_BELOW, from when the file EDEN_FAULTS_WHEN is there (if that is set), but not of files whose names end
// with EDEN_FAULTS_NOT. At call EDEN_FAULTS_AT it does what EDEN_FAULTS_HOW says: "kill" ends the process before the call,
// "half" after half of what it writes; a number makes this call and all later ones fail with this errno, "once" and a
// number only this one. Each call is told in a line of EDEN_FAULTS_TOLD.

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

std::atomic<long> calls{0};

template <class F>
F* real(F*, const char* name) {
  return reinterpret_cast<F*>(::dlsym(RTLD_NEXT, name));
}
#define REAL(name) real(&::name, #name)

// A path, or a name in the folder `at`, as /proc tells it.
struct place {
  char text[2 * PATH_MAX] = {};
  explicit place(int file) { of(file); }
  place(int at, const char* name) {
    if (name[0] == '/') {
      std::snprintf(text, sizeof text, "%s", name);
      return;
    }
    if (at != AT_FDCWD) of(at);
    else if (::getcwd(text, PATH_MAX) == nullptr) text[0] = 0;
    const auto n = std::strlen(text);
    std::snprintf(text + n, sizeof text - n, "/%s", name);
  }
  void of(int file) {
    char link[64];
    std::snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    const auto n = ::readlink(link, text, PATH_MAX);
    text[n > 0 ? n : 0] = 0;
  }
};

enum class fate { goes_on, dies_halfway, fails };

bool ends_with(const char* text, const char* end) {
  const auto all = std::strlen(text), size = std::strlen(end);
  return size <= all && std::strcmp(text + all - size, end) == 0;
}

fate next(const char* what, const place& where, const char* to = "") {
  const int before = errno;
  const char* const below = std::getenv("EDEN_FAULTS_BELOW");
  const char* const when = std::getenv("EDEN_FAULTS_WHEN");
  const char* const never = std::getenv("EDEN_FAULTS_NOT");
  auto now = fate::goes_on;
  if (below != nullptr && std::strncmp(where.text, below, std::strlen(below)) == 0 &&
      (never == nullptr || !ends_with(where.text, never)) && (when == nullptr || ::access(when, F_OK) == 0)) {
    const long number = ++calls;
    const char* const at = std::getenv("EDEN_FAULTS_AT");
    const char* const how = std::getenv("EDEN_FAULTS_HOW");
    const long wanted = at != nullptr ? std::atol(at) : LONG_MAX;
    if (const char* const told = std::getenv("EDEN_FAULTS_TOLD")) {
      char line[5 * PATH_MAX];
      const int n = std::snprintf(line, sizeof line, "%s %s %s\n", what, where.text, to);
      const int file = ::open(told, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
      if (file >= 0 && REAL(write)(file, line, static_cast<std::size_t>(n)) != n) std::abort();
      if (file >= 0) ::close(file);
    }
    if (how != nullptr && number >= wanted) {
      if (std::strcmp(how, "kill") == 0) ::raise(SIGKILL);
      if (std::strcmp(how, "half") == 0) now = fate::dies_halfway;
      const bool once = std::strncmp(how, "once", 4) == 0;
      if (const int why = std::atoi(how + (once ? 4 : 0)); why != 0 && (!once || number == wanted)) {
        errno = why;
        return fate::fails;
      }
    }
  }
  errno = before;
  return now;
}

// For calls that do all or nothing.
template <class Call>
int whole(fate f, Call call) {
  if (f == fate::fails) return -1;
  if (f == fate::dies_halfway) ::raise(SIGKILL);
  return call();
}

// For calls that write `size` bytes.
template <class Call>
ssize_t part(fate f, std::size_t size, Call call) {
  if (f == fate::fails) return -1;
  if (f == fate::goes_on) return call(size);
  (void)call(size / 2);
  ::raise(SIGKILL);
  return -1;
}

}  // namespace

extern "C" {

ssize_t write(int file, const void* from, std::size_t size) {
  return part(next("write", place(file)), size, [&](std::size_t n) { return REAL(write)(file, from, n); });
}
ssize_t pwrite(int file, const void* from, std::size_t size, off_t at) {
  return part(next("write", place(file)), size, [&](std::size_t n) { return REAL(pwrite)(file, from, n, at); });
}
ssize_t pwrite64(int file, const void* from, std::size_t size, off64_t at) {
  return part(next("write", place(file)), size, [&](std::size_t n) { return REAL(pwrite64)(file, from, n, at); });
}
ssize_t writev(int file, const iovec* from, int count) {
  return part(next("write", place(file)), static_cast<std::size_t>(count),
              [&](std::size_t n) { return REAL(writev)(file, from, static_cast<int>(n)); });
}
int ftruncate(int file, off_t size) noexcept {
  return whole(next("truncate", place(file)), [&] { return REAL(ftruncate)(file, size); });
}
int ftruncate64(int file, off64_t size) noexcept {
  return whole(next("truncate", place(file)), [&] { return REAL(ftruncate64)(file, size); });
}
int fsync(int file) {
  return whole(next("sync", place(file)), [&] { return REAL(fsync)(file); });
}
int fdatasync(int file) {
  return whole(next("sync", place(file)), [&] { return REAL(fdatasync)(file); });
}
int rename(const char* from, const char* to) noexcept {
  return whole(next("rename", {AT_FDCWD, from}, place(AT_FDCWD, to).text), [&] { return REAL(rename)(from, to); });
}
int renameat(int in, const char* from, int into, const char* to) noexcept {
  return whole(next("rename", {in, from}, place(into, to).text), [&] { return REAL(renameat)(in, from, into, to); });
}
int link(const char* from, const char* to) noexcept {
  return whole(next("link", {AT_FDCWD, from}, place(AT_FDCWD, to).text), [&] { return REAL(link)(from, to); });
}
int unlink(const char* name) noexcept {
  return whole(next("unlink", {AT_FDCWD, name}), [&] { return REAL(unlink)(name); });
}
int unlinkat(int in, const char* name, int how) noexcept {
  return whole(next("unlink", {in, name}), [&] { return REAL(unlinkat)(in, name, how); });
}
}
