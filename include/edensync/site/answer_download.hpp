#pragma once

#include <string_view>
#include <utility>

#include "edensync/concepts/archive.hpp"
#include "edensync/site/plain_answer.hpp"

namespace edensync {

/// Answers with bytes that come from elsewhere, such as the archive of a data set.
class answer_download final : public plain_answer {
 public:
  answer_download(std::string_view type, member_source from) : from_(std::move(from)) { say(200, type, {}); }

  result<std::size_t> read_body(std::span<char> into) override { return from_(into); }

 private:
  member_source from_;
};

}  // namespace edensync
