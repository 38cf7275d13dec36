#include "edensync/beast/async_client.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/system_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include "edensync/beast/client.hpp"
#include "edensync/beast/server.hpp"
#include "support.hpp"

namespace asio = boost::asio;
using namespace edensync;
using namespace edensync::beast::test;
using beast::async_client;
using error_code = boost::system::error_code;

namespace {

/// Accepts, reads, tells that it has done so, and never answers.
struct silent_peer {
  std::promise<void> asked;
  raw_peer it{[this](raw_socket& s) {
    s.receive_until("\r\n\r\n");
    asked.set_value();
    s.receive_all();
  }};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(beast_async_client)

BOOST_AUTO_TEST_CASE(callback) {
  beast::server s(answer_with({.echo = true}));
  BOOST_REQUIRE(s.start().has_value());
  asio::io_context io;
  async_client c(io.get_executor(), url_of(s.port()));
  const std::string body = records(1 << 20);
  test_operation op({post("/x", body), post("/y", body, true), get("/z")});
  bool called = false;
  c.async_run(op, [&](error_code ec) {
    called = true;
    BOOST_TEST(!ec, ec.message());
  });
  BOOST_TEST(!called);
  io.run();
  BOOST_TEST(called);
  BOOST_TEST((op.answers.at(0).body == body));
  BOOST_TEST((op.answers.at(1).body == body));
  BOOST_TEST(c.traffic().sent == body.size() * 2);
}

BOOST_AUTO_TEST_CASE(future_on_a_pool) {
  beast::server s(answer_with({.echo = true}));
  BOOST_REQUIRE(s.start().has_value());
  asio::thread_pool pool(4);
  async_client c(pool.get_executor(), url_of(s.port()));
  const std::string body = records(1 << 20);
  std::vector<std::unique_ptr<test_operation>> ops;
  std::vector<std::future<void>> done;
  for (int i = 0; i < 8; ++i) {
    ops.push_back(std::make_unique<test_operation>(post("/x", body + std::to_string(i), i % 2 == 0)));
    done.push_back(c.async_run(*ops.back(), asio::use_future));
  }
  for (auto& d : done) d.get();
  for (int i = 0; i < 8; ++i) BOOST_TEST((ops[static_cast<std::size_t>(i)]->last().body == body + std::to_string(i)));
}

BOOST_AUTO_TEST_CASE(future_holds_the_failure) {
  asio::thread_pool pool(1);
  async_client c(pool.get_executor(), "ftp://eden.example.org/eden");
  test_operation op(get("/x"));
  auto done = c.async_run(op, asio::use_future);
  // The exception is shared with the pool, and the standard library counts its owners unseen by the thread sanitizer: to
  // that the pool would free it while it is read here.
  pool.join();
  BOOST_CHECK_EXCEPTION(done.get(), boost::system::system_error,
                        [](const auto& e) { return e.code() == error::not_configured; });
  BOOST_TEST(op.last().why->text().find("URL") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(deferred_and_as_tuple) {
  beast::server s(answer_with({.body = "fine"}));
  BOOST_REQUIRE(s.start().has_value());
  asio::io_context io;
  async_client c(io.get_executor(), url_of(s.port()));
  test_operation op(get("/x"));
  test_operation later(get("/y"));
  auto not_yet = c.async_run(later, asio::deferred);
  int called = 0;
  c.async_run(op, asio::experimental::as_tuple([&](const std::tuple<error_code>& r) {
                ++called;
                BOOST_TEST(!std::get<0>(r));
              }));
  io.run();
  BOOST_TEST(called == 1);
  BOOST_TEST(later.answers.empty());
  io.restart();
  std::move(not_yet)([&](error_code ec) { called += ec ? 0 : 1; });
  io.run();
  BOOST_TEST(called == 2);
  BOOST_TEST(later.last().body == "fine");
}

BOOST_AUTO_TEST_CASE(the_handler_runs_where_it_belongs) {
  beast::server s(answer_with({}));
  BOOST_REQUIRE(s.start().has_value());
  asio::thread_pool pool(2);
  asio::io_context mine;
  async_client c(pool.get_executor(), url_of(s.port()));
  test_operation op(get("/x"));
  bool called = false;
  c.async_run(op, asio::bind_executor(mine, [&](error_code) {
                called = true;
                BOOST_TEST(mine.get_executor().running_in_this_thread());
              }));
  mine.run();  // does not run out of work before
  BOOST_TEST(called);
}

BOOST_AUTO_TEST_CASE(cancelled_by_its_slot) {
  silent_peer peer;
  asio::io_context io;
  async_client c(io.get_executor(), peer.it.url());
  asio::cancellation_signal signal;
  test_operation op({get("/x"), get("/y")});
  bool called = false;
  c.async_run(op, asio::bind_cancellation_slot(signal.slot(), [&](error_code ec) {
                called = true;
                BOOST_TEST((ec == error::cancelled));
              }));
  std::thread running([&] { io.run(); });
  peer.asked.get_future().wait();
  asio::post(io, [&] { signal.emit(asio::cancellation_type::terminal); });
  running.join();
  BOOST_TEST(called);
  BOOST_TEST((op.answers.at(0).why->code == error::cancelled));
  BOOST_TEST((op.answers.at(1).why->code == error::cancelled));
  signal.emit(asio::cancellation_type::terminal);
}

BOOST_AUTO_TEST_CASE(cancelled_by_the_client) {
  silent_peer peer;
  asio::thread_pool pool(2);
  async_client c(pool.get_executor(), peer.it.url());
  test_operation op(get("/x"));
  auto done = c.async_run(op, asio::use_future);
  peer.asked.get_future().wait();
  c.cancel();
  BOOST_CHECK_THROW(done.get(), boost::system::system_error);
  BOOST_TEST((op.last().why->code == error::cancelled));
}

BOOST_AUTO_TEST_CASE(cancelled_by_the_destructor) {
  silent_peer peer;
  asio::thread_pool pool(2);
  test_operation op(get("/x"));
  std::future<void> done;
  {
    async_client c(pool.get_executor(), peer.it.url());
    done = c.async_run(op, asio::use_future);
    peer.asked.get_future().wait();
  }
  BOOST_CHECK_THROW(done.get(), boost::system::system_error);
  BOOST_TEST((op.last().why->code == error::cancelled));
}

BOOST_AUTO_TEST_CASE(a_blocking_run_is_cancelled_from_another_thread) {
  silent_peer peer;
  beast::client c(peer.it.url());
  test_operation op({get("/x"), get("/y")});
  auto done = std::async(std::launch::async, [&] { return c.run(op); });
  peer.asked.get_future().wait();
  c.cancel();
  const auto r = done.get();
  BOOST_REQUIRE(r.has_error());
  BOOST_TEST((r.error().code == error::cancelled));
  BOOST_TEST(op.answers.size() == 2U);
  c.cancel();  // nothing runs
}

BOOST_AUTO_TEST_CASE(an_abandoned_context_takes_the_operation_with_it) {
  silent_peer peer;
  test_operation op(get("/x"));
  {
    asio::io_context io;
    async_client c(io.get_executor(), peer.it.url());
    c.async_run(op, [](error_code) { BOOST_ERROR("never called"); });
    auto asked = peer.asked.get_future();
    while (asked.wait_for(std::chrono::seconds(0)) != std::future_status::ready)
      io.run_one_for(std::chrono::milliseconds(1));
  }
  BOOST_TEST(!op.last().ended);
}

BOOST_AUTO_TEST_SUITE_END()
