// The laws of senders and handlers: the line in memory keeps them, and each law can be broken.
#include "edensync/laws/request_handler.hpp"
#include "edensync/laws/request_sender.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <utility>

#include "edensync/memory/loopback.hpp"
#include "edensync/memory/lossy_line.hpp"

using namespace edensync;
namespace wire = laws::wire;

namespace {

template <class Factory, std::size_t N>
std::string broken_on_the_way(Factory f, const std::array<laws::law<Factory>, N>& all) {
  std::string names;
  for (const auto& l : all) try {
      laws::check(l, f);
    } catch (const laws::violation& v) {
      BOOST_TEST_MESSAGE(v.what());
      names += std::string(l.name) + '\n';
    }
  return names;
}

void say_law_of_transport(std::string_view name) { BOOST_TEST_MESSAGE("law: " << name); }

// [request_sender]
struct loopbacks {
  std::unique_ptr<edensync::memory::loopback> make(edensync::laws::wire::handler h) {
    return std::make_unique<edensync::memory::loopback>(std::move(h));
  }
};
// [request_sender]

struct calm_lines {
  auto make(wire::handler h) {
    return std::make_unique<memory::lossy_line>(std::move(h), memory::manual_clock(), memory::weather{});
  }
};

// What stands between an operation and a line that keeps the laws, and is wrong in one way.
template <class Way>
struct wrong_line {
  struct line {
    memory::loopback whole;
    void run(operation& op) {
      Way way(op);
      whole.run(way);
    }
  };
  auto make(wire::handler h) { return std::make_unique<line>(line{memory::loopback(std::move(h))}); }
};

struct passes : operation {
  explicit passes(operation& op) : op(op) {}
  const request_head* next() override { return op.next(); }
  result<std::size_t> read_body(std::span<char> into) override { return op.read_body(into); }
  result<void> on_head(const response_head& h) override { return op.on_head(h); }
  result<void> on_body(std::string_view piece) override { return op.on_body(piece); }
  result<void> on_end() override { return op.on_end(); }
  void on_failure(const failure& why) override { op.on_failure(why); }
  operation& op;
};

// Takes the end of the connection for the end of the answer.
struct believes_in_ends : passes {
  using passes::passes;
  void on_failure(const failure& why) override {
    if (head) return static_cast<void>(op.on_end());
    op.on_failure(why);
  }
  result<void> on_head(const response_head& h) override {
    head = true;
    return op.on_head(h);
  }
  bool head = false;
};

// Sends what there is when its sender fails.
struct sends_what_there_is : passes {
  using passes::passes;
  result<std::size_t> read_body(std::span<char> into) override {
    const auto n = op.read_body(into);
    return n ? *n : 0;
  }
};

// Takes every status that is no success for a failure of the line.
struct knows_only_success : passes {
  using passes::passes;
  result<void> on_head(const response_head& h) override {
    if (h.status / 100 != 2) return make_failure(error::refused);
    return op.on_head(h);
  }
};

// Stops at the first zero.
struct takes_bytes_for_text : passes {
  using passes::passes;
  result<void> on_body(std::string_view piece) override { return op.on_body(piece.substr(0, piece.find('\0'))); }
};

struct forgets_headers : passes {
  using passes::passes;
  result<void> on_head(const response_head& h) override { return op.on_head({h.status, {}}); }
};

// Ends each answer twice.
struct stammering : passes {
  using passes::passes;
  result<void> on_end() override {
    (void)op.on_end();
    return op.on_end();
  }
};

// --- handlers -----------------------------------------------------------------------------------------------------------

// [request_handler]
struct echoes {
  auto make() {
    return [book = std::make_shared<wire::guest_book>()](const edensync::request_head& asked) {
      return std::make_unique<wire::answering>(asked, wire::answer{.echo = true}, book);
    };
  }
  std::vector<wire::request> requests() { return {wire::get("/here"), wire::post("/here", "text")}; }
};
// [request_handler]

// Its answers depend on how many requests there were, whole or not.
struct counts_requests {
  auto make() {
    return [n = std::make_shared<int>(0), book = std::make_shared<wire::guest_book>()](const request_head& asked) {
      return std::make_unique<wire::answering>(asked, wire::answer{.body = std::to_string(++*n)}, book);
    };
  }
};
// Answers with what it was told.
struct passes_on : responder {
  explicit passes_on(std::shared_ptr<std::string> all) : all(std::move(all)) { head_.headers.set("X-Law", "kept"); }
  bool wants_body() const override { return true; }
  void on_body(std::string_view piece) override { *all += piece; }
  void on_end() override {}
  const response_head& head() const override { return head_; }
  result<std::size_t> read_body(std::span<char> into) override {
    const auto n = all->copy(into.data(), into.size(), given_);
    given_ += n;
    return n;
  }
  void on_failure(const failure&) override {}
  std::shared_ptr<std::string> all;

 private:
  response_head head_;
  std::size_t given_ = 0;
};

// All of them write into one text.
struct share_a_text {
  auto make() {
    return [all = std::make_shared<std::string>()](const request_head&) {
      all->clear();
      return std::make_unique<passes_on>(all);
    };
  }
};

// Writes a comma behind each piece.
struct marks_pieces : passes_on {
  using passes_on::passes_on;
  void on_body(std::string_view piece) override { *all += std::string(piece) + ','; }
};
struct mark_pieces {
  auto make() {
    return [](const request_head&) { return std::make_unique<marks_pieces>(std::make_shared<std::string>()); };
  }
};

struct answers_with_nothing {
  auto make() {
    return [book = std::make_shared<wire::guest_book>()](const request_head& asked) {
      return std::make_unique<wire::answering>(asked, wire::answer{.status = 0}, book);
    };
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(laws_of_transport)

BOOST_AUTO_TEST_CASE(senders_keep_theirs) {
  loopbacks direct;
  laws::request_sender(direct, say_law_of_transport);
  calm_lines calm;
  laws::request_sender(calm, say_law_of_transport);
}

BOOST_AUTO_TEST_CASE(senders_can_break_theirs) {
  const auto broken = []<class Way>(std::type_identity<Way>) {
    return broken_on_the_way(wrong_line<Way>(), laws::request_sender_laws<wrong_line<Way>>);
  };
  BOOST_TEST(broken(std::type_identity<passes>()) == "");
  BOOST_TEST(broken(std::type_identity<believes_in_ends>()).find("half an answer is a failure\n") != std::string::npos);
  BOOST_TEST(broken(std::type_identity<sends_what_there_is>()) == "half a request is no request\n");
  BOOST_TEST(broken(std::type_identity<knows_only_success>()) == "a refusal is an answer\n");
  BOOST_TEST(broken(std::type_identity<takes_bytes_for_text>()).starts_with("bodies pass as they are\n"));
  BOOST_TEST(broken(std::type_identity<forgets_headers>()) == "a request arrives as it was asked\n");
  BOOST_TEST(broken(std::type_identity<stammering>()).starts_with("a request arrives as it was asked\n"));
}

BOOST_AUTO_TEST_CASE(handlers_keep_theirs) {
  echoes f;
  laws::request_handler(f, say_law_of_transport);
}

BOOST_AUTO_TEST_CASE(handlers_can_break_theirs) {
  BOOST_TEST(broken_on_the_way(counts_requests(), laws::request_handler_laws<counts_requests>) ==
             "who is cut off leaves no trace\n");
  BOOST_TEST(broken_on_the_way(share_a_text(), laws::request_handler_laws<share_a_text>) == "responders do not meet\n");
  BOOST_TEST(broken_on_the_way(mark_pieces(), laws::request_handler_laws<mark_pieces>) ==
             "pieces do not matter\nresponders do not meet\n");
  BOOST_TEST(broken_on_the_way(answers_with_nothing(), laws::request_handler_laws<answers_with_nothing>) ==
             "each request has an answer\n");
}

BOOST_AUTO_TEST_SUITE_END()
