// Bytes from a connection: a request, an answer to one, what is compressed in it, and a form with files.
#include "edensync/protocol/multipart.hpp"
#include "edensync/beast/detail/answer_reader.hpp"
#include "edensync/beast/detail/message_parser.hpp"
#include "target.hpp"

#include <algorithm>
#include <string>

using namespace edensync;

namespace {

namespace wire = beast::detail;

struct heard {
  bool failed = false;
  bool complete = false;
  std::string head;
  std::string body;

  friend bool operator==(const heard&, const heard&) = default;
};

// Gives bytes to a reader as a socket would.
template <class Feed>
void in_pieces(std::string_view bytes, std::size_t piece, Feed feed) {
  wire::read_buffer in(16384);
  while (!bytes.empty()) {
    const auto room = in.room();
    const auto n = std::min({room.size(), bytes.size(), piece});
    if (n == 0) return;
    std::copy_n(bytes.begin(), n, room.begin());
    in.commit(n);
    bytes.remove_prefix(n);
    if (!feed(in)) return;
  }
}

heard request_of(std::string_view bytes, std::size_t piece) {
  heard got;
  wire::message_parser<true> parser(8192, [&](std::string_view text) {
    got.body += text;
    return true;
  });
  in_pieces(bytes, piece, [&](wire::read_buffer& in) {
    for (;;) {
      boost::system::error_code ec;
      const auto step = parser.feed(in, ec);
      got.failed = ec.failed();
      if (ec) return false;
      using steps = wire::message_parser<true>::step;
      if (step == steps::head) {
        got.head = parser.method + ' ' + parser.target;
        for (const auto& f : parser.fields) got.head += '\n' + f.name + ": " + f.value;
      }
      if (step == steps::done) got.complete = true;
      if (step == steps::done) return false;
      if (step == steps::more) return true;
    }
  });
  return got;
}

struct listener final : operation {
  std::string body;
  const request_head* next() override { return nullptr; }
  result<std::size_t> read_body(std::span<char>) override { return std::size_t{0}; }
  result<void> on_head(const response_head&) override { return {}; }
  result<void> on_body(std::string_view piece) override {
    body += piece;
    return {};
  }
  result<void> on_end() override { return {}; }
  void on_failure(const failure&) override {}
};

heard answer_of(std::string_view bytes, std::size_t piece) {
  heard got;
  listener told;
  beast::client_options options;
  options.max_header_bytes = 8192;
  wire::answer_reader reader(told, false, options);
  in_pieces(bytes, piece, [&](wire::read_buffer& in) {
    for (;;) {
      const auto step = reader.feed(in);
      got.failed = step.has_error();
      if (got.failed) {
        fuzz::require(!step.error().text().empty(), "an error is told");
        return false;
      }
      if (*step == wire::answer_reader::step::more) return true;
      if (*step == wire::answer_reader::step::head) got.head = std::to_string(reader.status());
      if (*step == wire::answer_reader::step::done) {
        got.complete = true;
        return false;
      }
    }
  });
  got.body = std::move(told.body);
  return got;
}

heard form_of(std::string_view bytes, std::size_t piece) {
  heard got;
  multipart_reader reader("mark");
  for (; !bytes.empty() && !got.failed; bytes.remove_prefix(std::min(piece, bytes.size())))
    got.failed = reader
                     .feed(bytes.substr(0, piece),
                           [&](std::string_view text) {
                             got.body += text;
                             return result<void>();
                           })
                     .has_error();
  return got;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzz::text_of(data, size);
  const auto all = bytes.size() + 1;
  // The head is read as a whole however it comes; a body may be longer if there was more of it before what is wrong.
  for (const auto read : {&request_of, &form_of}) {
    const auto whole = read(bytes, all);
    const auto pieces = read(bytes, 7);
    fuzz::require(whole.complete == pieces.complete, "how it is cut does not decide whether a message is complete");
    if (whole.complete) fuzz::require(whole == pieces, "pieces hold what the whole holds");
  }
  const auto whole = answer_of(bytes, all);
  fuzz::require(!(whole.complete && whole.failed), "what failed is not complete");
  fuzz::require(whole.body.size() <= (std::size_t{2} << 20) + bytes.size() * 2000, "nothing grows without measure");
  (void)answer_of(bytes, 7);
  return 0;
}
