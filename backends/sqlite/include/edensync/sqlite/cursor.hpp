#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "edensync/core/change_query.hpp"
#include "edensync/sqlite/row.hpp"

namespace edensync::sqlite {

/// Steps a SELECT; nothing is read ahead. Models `record_cursor`.
///
/// Lifetime: ends before its reader. Thread safety: that of its reader.
class cursor {
 public:
  cursor(cursor&& other) noexcept
      : session_(std::exchange(other.session_, nullptr)),
        resource_(other.resource_),
        first_(std::move(other.first_)),
        second_(std::move(other.second_)) {}
  cursor(const cursor&) = delete;
  cursor& operator=(const cursor&) = delete;
  cursor& operator=(cursor&&) = delete;
  ~cursor() {
    if (session_ == nullptr) return;
    for (auto* each : {&first_, &second_}) finish(*each);
  }

  bool next(stored_record& into) {
    for (auto* each : {&first_, &second_}) {
      if (!*each) continue;
      if ((*each)->run.step()) {
        detail::read_record(*session_, (*each)->run, resource_, into);
        return true;
      }
      finish(*each);
    }
    return false;
  }

 private:
  friend class record_view;

  // A statement of its own, as other cursors of the same reader may be open.
  struct part {
    part(std::uint32_t s, statement taken) : shape(s), sql(std::move(taken)), run(sql) {}
    std::uint32_t shape;
    statement sql;
    execution run;
  };

  cursor(detail::session& s, resource_id resource) : session_(&s), resource_(resource) {}

  template <class MakeText>
  execution& open(std::unique_ptr<part>& p, std::uint32_t shape, MakeText&& make_text) {
    p = std::make_unique<part>(shape, session_->take(resource_, shape, std::forward<MakeText>(make_text)));
    return p->run;
  }

  void finish(std::unique_ptr<part>& p) {
    if (!p) return;
    statement sql = p->run.release(std::move(p->sql));
    session_->give_back(resource_, p->shape, std::move(sql));
    p.reset();
  }

  detail::session* session_;
  resource_id resource_;
  std::unique_ptr<part> first_, second_;
};

}  // namespace edensync::sqlite
