#include "edensync/beast/detail/answer_reader.hpp"

#include <boost/test/unit_test.hpp>
#include <algorithm>

#include "support.hpp"

using namespace edensync;
using namespace edensync::beast::test;
using edensync::beast::detail::answer_reader;
using edensync::beast::detail::read_buffer;

namespace {

constexpr std::size_t byte_by_byte = SIZE_MAX;

/// Feeds the answer in two pieces, or byte by byte, and then closes; returns what the operation got, or the failure.
std::string read(const std::string& answer, std::size_t split) {
  test_operation op(get("/x"));
  op.next();
  const beast::client_options options;
  answer_reader reader(op, false, options);
  read_buffer in(200000);
  std::size_t at = 0;
  bool closed = false;
  result<answer_reader::step> step = answer_reader::step::more;
  while (step.has_value() && *step != answer_reader::step::done) {
    if (*step == answer_reader::step::head) {
      if (reader.deliver_head().has_error()) return "head refused";
      step = reader.feed(in);
    } else if (at < answer.size()) {
      const auto room = in.room();
      const std::size_t end = split == byte_by_byte ? at + 1 : at < split ? split : answer.size();
      const std::size_t n = std::min(room.size(), end - at);
      std::copy_n(answer.begin() + static_cast<std::ptrdiff_t>(at), n, room.begin());
      in.commit(n);
      at += n;
      step = reader.feed(in);
    } else {
      BOOST_REQUIRE(!closed);
      closed = true;
      step = reader.feed_end(in);
    }
  }
  return step.has_value() ? op.last().body : step.error().code.message();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(beast_answer_reader)

BOOST_AUTO_TEST_CASE(wherever_the_bytes_are_split) {
  beast::detail::deflater gzip;
  std::string small;
  gzip.feed("fine", small, true);
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  for (const std::string& answer :
       {ok + "Content-Length: 4\r\n\r\nfine", ok + "\r\nfine",
        ok + "Transfer-Encoding: chunked\r\n\r\n1\r\nf\r\n3;a=b\r\nine\r\n0\r\n\r\n",
        ok + "Transfer-Encoding: chunked\r\n\r\n4\r\nfine\r\n0;a=b\r\nX: y\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n" + ok + "Content-Length: 4\r\n\r\nfine",
        ok + "Content-Encoding: gzip\r\nContent-Length: " + std::to_string(small.size()) + "\r\n\r\n" + small,
        ok + "Content-Encoding: gzip\r\n\r\n" + small,
        ok + "Transfer-Encoding: chunked\r\n\r\n4\r\nfine\r\n0\r\n\r\n"}) {
    for (std::size_t split = 0; split <= answer.size(); ++split) BOOST_TEST(read(answer, split) == "fine");
    BOOST_TEST(read(answer, byte_by_byte) == "fine");
  }
  BOOST_TEST(read(ok + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", byte_by_byte) == "");
}

BOOST_AUTO_TEST_CASE(wherever_the_bytes_end) {
  const std::string answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfine\r\n0\r\nX: y\r\n\r\n";
  for (std::size_t size = 0; size < answer.size(); ++size)
    for (std::size_t split = 0; split <= size; ++split) BOOST_TEST(read(answer.substr(0, size), split) != "fine");
}

BOOST_AUTO_TEST_CASE(whatever_byte_is_wrong) {
  // No outcome is prescribed, but there is one, and no assertion or sanitizer says a word.
  const std::string answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfine\r\n0\r\n\r\n";
  for (std::size_t i = 0; i < answer.size(); ++i)
    for (const char wrong : {'\0', '\r', '\n', ' ', '0', 'f', ':', ';', '\xff'}) {
      std::string bad = answer;
      bad[i] = wrong;
      for (std::size_t split = 0; split <= answer.size(); split += 3) read(bad, split);
      read(bad, byte_by_byte);
    }
}

BOOST_AUTO_TEST_SUITE_END()
