#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "edensync/concepts/archive.hpp"
#include "edensync/site/plain_answer.hpp"

namespace edensync {

/// Answers with bytes that come from elsewhere: the archive of a data set, or the file of an upload field.
class answer_download final : public plain_answer {
 public:
  /// `name`: under which a browser keeps it, if it is to be kept; no quotes in it.
  answer_download(std::string_view type, member_source from, const std::string& name = {}) : from_(std::move(from)) {
    say(200, type, {});
    if (!name.empty()) head_.headers.set("Content-Disposition", "attachment; filename=\"" + name + "\"");
  }

  result<std::size_t> read_body(std::span<char> into) override { return from_(into); }

 private:
  member_source from_;
};

}  // namespace edensync
