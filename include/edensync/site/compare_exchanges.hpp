#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "edensync/core/incoming_record.hpp"
#include "edensync/s3xml/reader.hpp"
#include "edensync/site/document_root.hpp"
#include "edensync/site/download.hpp"

// The two ways to learn what a peer has. See `compare`.
namespace edensync {

/// Whether an answer says that nothing is known of such a question, as an Eden says it.
constexpr bool knows_no_comparing(unsigned status) {
  return status == 400 || status == 404 || status == 405 || status == 501;
}

/// Whether an answer is about the table that was asked for, and says nothing of others.
constexpr bool refuses_one_table(unsigned status) { return status == 403 || knows_no_comparing(status); }

namespace detail {

// Of an answer whose length only the peer knows.
class byte_limit {
 public:
  explicit byte_limit(std::uint64_t most) : left_(most) {}
  result<void> take(std::string_view piece) {
    if (piece.size() > left_)
      return make_failure(error::limit_exceeded, "the peer's answer to a comparison is too long");
    left_ -= piece.size();
    return {};
  }

 private:
  std::uint64_t left_;
};

}  // namespace detail

/// Fetches lines, the last of which begins with `end `; not more than so many bytes.
class fetch_lines final : public download {
 public:
  using taker = std::function<result<void>(std::string_view line)>;

  fetch_lines(std::string target, std::uint64_t most, taker take)
      : download(std::move(target)), limit_(most), take_(std::move(take)) {}

  const std::optional<failure>& error() const noexcept { return error_; }
  /// What stands behind `end `.
  const std::string& mark() const noexcept { return mark_; }

 protected:
  result<void> good_body(std::string_view piece) override {
    constexpr std::size_t longest = std::size_t{1} << 16;
    if (auto within = limit_.take(piece); !within) return within;
    for (auto end = piece.find('\n'); end != std::string_view::npos; end = piece.find('\n')) {
      line_ += piece.substr(0, end);
      piece.remove_prefix(end + 1);
      if (auto taken = line(); !taken) return taken;
      line_.clear();
    }
    line_ += piece;
    if (line_.size() > longest) return make_failure(edensync::error::unexpected_answer, "a line that does not end");
    return {};
  }

  result<void> good_end() override {
    if (!mark_.empty() && line_.empty()) return {};
    return make_failure(edensync::error::unexpected_answer, "no comparison, or not all of one");
  }

  void conclude(const failure& why) override { error_ = why; }

 private:
  result<void> line() {
    if (!mark_.empty()) return make_failure(edensync::error::unexpected_answer, "lines behind the end");
    if (!line_.starts_with("end ")) return take_(line_);
    mark_ = line_.substr(4);
    return {};
  }

  detail::byte_limit limit_;
  taker take_;
  std::string line_, mark_;
  std::optional<failure> error_;
};

/// Fetches all records as a pull does, and takes none of them in; not more than so many bytes.
template <class EventSource>
class fetch_records final : public download {
 public:
  /// Of components the link to their master is filled in. What it throws ends the exchange.
  using taker = std::function<void(incoming_record&)>;

  fetch_records(std::string target, std::uint64_t most, const schema& s, std::string own_domain, taker take)
      : download(std::move(target)), limit_(most), sink_{std::move(take)} {
    s3xml::reader_options o;
    o.own_domain = std::move(own_domain);
    reader_.emplace(s, std::move(o), sink_);
    source_.emplace(*reader_, xml_limits{});
  }

  const std::optional<failure>& error() const noexcept { return error_; }

 protected:
  result<void> good_body(std::string_view piece) override {
    if (auto within = limit_.take(piece); !within) return within;
    if (auto fed = source_->feed(piece); !fed) return fed;
    return check_root();
  }

  result<void> good_end() override {
    if (auto ended = source_->finish(); !ended) return ended;
    return check_root();
  }

  void conclude(const failure& why) override { error_ = why; }

 private:
  struct sink {
    taker take;
    void element(incoming_element& e) {
      for (auto& r : e) {
        if (r.parent >= 0) {
          const auto& master = e[static_cast<std::size_t>(r.parent)].content;
          r.content.fields.resize(std::max<std::size_t>(r.content.fields.size(), r.key_field + 1));
          r.content.fields[r.key_field] = reference{master.resource, master.uuid, record_handle::none};
        }
        take(r);
      }
    }
    void unknown_resource(std::string_view, const uid&) {}
  };

  result<void> check_root() const {
    const auto root = reader_->root_name();
    if (root.empty() || is_answered_root(root)) return {};
    return failure{make_error_code(edensync::error::unexpected_answer),
                   diagnostics("the root element is not <s3xml>", root)};
  }

  detail::byte_limit limit_;
  sink sink_;
  std::optional<s3xml::reader<sink>> reader_;
  std::optional<EventSource> source_;
  std::optional<failure> error_;
};

}  // namespace edensync
