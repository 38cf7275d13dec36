#pragma once

#include "edensync/memory/loopback.hpp"
#include "edensync/protocol/status_message.hpp"
#include "edensync/site/peer_date.hpp"
#include "edensync/site/plain_answer.hpp"

#include "random.hpp"
#include "station.hpp"
#include "user.hpp"

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace simulation {

/// What goes wrong during one run.
struct faults {
  bool cut = false;
  /// Users go on working while documents are under way.
  bool busy = false;
  /// Requests arrive after their sender has given them up, or a second time.
  bool late = false;
  /// Other programs write to the stores.
  bool locked = false;
  /// A mistake of the line that no protocol can bear, to see that it is found out: the passive site's answer to a push
  /// is made up on the way, and the push never gets there.
  bool swallow_pushes = false;
};

/// A request that is still under way though nobody waits for its answer any more.
struct late_request {
  station* to;
  edensync::request_head head;
  std::string body;
};

/// All that is under way between any two sites.
using network = std::vector<late_request>;

/// Lets one of them arrive, whichever it is.
inline void arrive(network& under_way, random& chance, trace& log) {
  if (under_way.empty()) return;
  const auto place = under_way.begin() + static_cast<std::ptrdiff_t>(chance.below(under_way.size()));
  const auto request = std::move(*place);
  under_way.erase(place);
  if (request.to->down()) return;
  log.say("late at ", request.to->name, ": ", request.head.method, ' ',
          std::string_view(request.head.target).substr(0, 60));
  const auto answer = request.to->handle(request.head);
  if (answer->wants_body() && !request.to->down()) answer->on_body(request.body);
  if (!request.to->down()) answer->on_end();
  char nobody[512];
  for (std::size_t n = 1; n != 0 && !request.to->down();) {
    const auto more = answer->read_body(nobody);
    n = more ? *more : 0;
  }
}

/// Two sites and the line between them, for one run: passes on what the loopback does, and lets a site die or its users
/// work between any two steps.
class line {
 public:
  line(station& active, station& passive, network& under_way, random& chance, trace& log, faults f)
      : active_(active),
        passive_(passive),
        under_way_(under_way),
        chance_(chance),
        log_(log),
        faults_(f),
        loopback_([this](const edensync::request_head& h) { return answer(h); }, active.name, "secret") {
    loopback_.set_piece(faults_.busy ? 1 + chance_.of_any_size(10) : 4096);
    loopback_.on_answer([this](edensync::response_head& h) {
      h.headers = as_the_other_reads(h.headers);
      h.headers.set("Date", edensync::to_http_date(passive_.clock.now()));
    });
  }

  void run(edensync::operation& op) {
    caller wrapped(*this, op);
    loopback_.run(wrapped);
  }

  std::uint64_t bytes() const { return loopback_.bytes_up() + loopback_.bytes_down(); }
  std::uint64_t exchanges() const { return loopback_.exchanges(); }
  /// How often the active site asked to be registered.
  std::size_t registrations() const { return registrations_; }
  /// Whether the passive site died of a request.
  bool passive_died() const { return passive_died_; }

 private:
  static edensync::failure broken() {
    return edensync::make_failure(edensync::error::broken_transfer, "there is nobody at the other end");
  }

  // An Eden neither writes the fields of edensync sites nor looks at them.
  edensync::header_fields as_the_other_reads(const edensync::header_fields& all) const {
    if (!active_.is_eden() && !passive_.is_eden()) return all;
    edensync::header_fields plain;
    for (const auto& f : all)
      if (!f.name.starts_with("Edensync-")) plain.set(f.name, f.value);
    return plain;
  }

  void between() {
    if (faults_.late && chance_.one_in(16)) arrive(under_way_, chance_, log_);
    if (faults_.locked && chance_.one_in(8)) hold_or_release();
    if (!faults_.busy || edits_ == 6 || !chance_.one_in(8)) return;
    ++edits_;
    auto& where = chance_.one_in(2) ? active_ : passive_;
    if (chance_.one_in(4)) where.pass(1);
    user(where, chance_, log_).act();
  }

  void hold_or_release() {
    auto& where = chance_.one_in(2) ? active_ : passive_;
    if (where.down()) return;
    log_.say(where.locked() ? "another program has written at " : "another program begins to write at ", where.name);
    if (where.locked()) return where.unlock();
    try {
      where.lock();
    } catch (const edensync::failure_exception&) {
    }
  }

  void note_death() {
    if (passive_.down()) passive_died_ = true;
  }

  // The active side as the loopback sees it.
  class caller final : public edensync::operation {
   public:
    caller(line& l, edensync::operation& op) : line_(l), op_(op) {}

    const edensync::request_head* next() override {
      if (line_.active_.down()) return nullptr;
      line_.between();
      const auto* head = op_.next();
      if (line_.active_.down()) return nullptr;
      if (head != nullptr) {
        if (head->target.starts_with("/sync/repository/register")) ++line_.registrations_;
        line_.log_.say(line_.active_.name, ' ', line_.active_.clock.now(), " asks ", head->method, ' ',
                       std::string_view(head->target).substr(0, 60));
        if (line_.faults_.cut && line_.chance_.one_in(2)) {
          const auto bytes = line_.chance_.of_any_size(13);
          line_.log_.say("the line will be cut after ", bytes, " bytes");
          line_.loopback_.cut_after(bytes);
        }
      }
      return head;
    }
    edensync::result<std::size_t> read_body(std::span<char> into) override {
      line_.between();
      if (gone()) return broken();
      auto n = op_.read_body(into);
      if (gone()) return broken();
      return n;
    }
    edensync::result<void> on_head(const edensync::response_head& h) override {
      if (gone()) return broken();
      line_.log_.say(line_.passive_.name, ' ', line_.passive_.clock.now(), " answers ", h.status);
      return alive(op_.on_head(h));
    }
    edensync::result<void> on_body(std::string_view piece) override {
      if (gone()) return broken();
      auto done = alive(op_.on_body(piece));
      line_.between();
      return done;
    }
    edensync::result<void> on_end() override {
      if (gone()) return broken();
      return alive(op_.on_end());
    }
    void on_failure(const edensync::failure& why) override {
      line_.log_.say("the exchange failed: ", why.text());
      if (!line_.active_.down()) op_.on_failure(why);
    }

   private:
    bool gone() {
      line_.note_death();
      return line_.active_.down() || line_.passive_.down();
    }
    edensync::result<void> alive(edensync::result<void> done) {
      if (line_.active_.down()) return broken();
      return done;
    }
    line& line_;
    edensync::operation& op_;
  };

  // The passive side as the loopback sees it. A dead site hears and says nothing.
  class answerer : public edensync::responder {
   public:
    answerer(line& l, std::unique_ptr<edensync::responder> r) : line_(l), inner_(std::move(r)) {}
    bool wants_body() const override { return !line_.passive_.down() && inner_->wants_body(); }
    void on_body(std::string_view piece) override {
      if (!line_.passive_.down()) inner_->on_body(piece);
      line_.note_death();
    }
    void on_end() override {
      if (!line_.passive_.down()) inner_->on_end();
      line_.note_death();
    }
    const edensync::response_head& head() const override { return inner_->head(); }
    edensync::result<std::size_t> read_body(std::span<char> into) override {
      if (line_.passive_.down()) return broken();
      auto n = inner_->read_body(into);
      line_.note_death();
      if (line_.passive_.down()) return broken();
      return n;
    }
    void on_failure(const edensync::failure& why) override {
      if (!line_.passive_.down()) inner_->on_failure(why);
      line_.note_death();
    }

   private:
    line& line_;
    std::unique_ptr<edensync::responder> inner_;
  };

  // The same for a request of which a copy comes later.
  class doubled final : public answerer {
   public:
    doubled(line& l, std::unique_ptr<edensync::responder> r, const edensync::request_head& h)
        : answerer(l, std::move(r)), line_(l), copy_{&l.passive_, h, {}} {}
    void on_body(std::string_view piece) override {
      copy_.body += piece;
      answerer::on_body(piece);
    }
    void on_end() override {
      line_.under_way_.push_back(copy_);
      answerer::on_end();
    }

   private:
    line& line_;
    late_request copy_;
  };

  // The line as such: takes a request, and is so slow that the sender gives it up.
  class slow final : public edensync::plain_answer {
   public:
    slow(line& l, const edensync::request_head& h) : line_(l), copy_{&l.passive_, h, {}} {}
    bool wants_body() const override { return true; }
    void on_body(std::string_view piece) override { copy_.body += piece; }
    void on_end() override {
      line_.under_way_.push_back(std::move(copy_));
      throw edensync::failure_exception(broken());
    }

   private:
    line& line_;
    late_request copy_;
  };

  // Says yes to everything and does nothing.
  struct yes_man final : edensync::plain_answer {
    bool wants_body() const override { return true; }
    void on_end() override { say(200, "application/json", edensync::to_json(edensync::status_message{})); }
  };

  std::unique_ptr<edensync::responder> answer(const edensync::request_head& asked) {
    if (passive_.down() && chance_.one_in(2)) {
      log_.say(passive_.name, " is started again");
      passive_.boot();
    }
    auto h = asked;
    h.headers = as_the_other_reads(asked.headers);
    if (faults_.swallow_pushes && h.method == "POST" && h.target.find("sync.xml") != std::string::npos)
      return std::make_unique<yes_man>();
    if (faults_.late && chance_.one_in(6)) {
      log_.say("the request will be late");
      return std::make_unique<slow>(*this, h);
    }
    auto r = passive_.handle(h);
    note_death();
    if (faults_.late && chance_.one_in(4)) return std::make_unique<doubled>(*this, std::move(r), h);
    return std::make_unique<answerer>(*this, std::move(r));
  }

  station& active_;
  station& passive_;
  network& under_way_;
  random& chance_;
  trace& log_;
  faults faults_;
  edensync::memory::loopback loopback_;
  int edits_ = 0;
  std::size_t registrations_ = 0;
  bool passive_died_ = false;
};

}  // namespace simulation
