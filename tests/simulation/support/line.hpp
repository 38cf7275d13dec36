#pragma once

#include "edensync/memory/loopback.hpp"

#include "station.hpp"
#include "user.hpp"

#include <functional>
#include <memory>
#include <span>
#include <string>

namespace simulation {

/// What goes wrong during one run.
struct faults {
  bool cut = false;
  /// Users go on working while documents are under way.
  bool busy = false;
  /// A mistake of the line that no protocol can bear, to see that it is found out: the passive site's answer to a push
  /// is made up on the way, and the push never gets there.
  bool swallow_pushes = false;
};

/// Two sites and the line between them, for one run: passes on what the loopback does, and lets a site die or its users
/// work between any two steps.
template <class Parts>
class line {
 public:
  line(station<Parts>& active, station<Parts>& passive, random& chance, trace& log, faults f)
      : active_(active),
        passive_(passive),
        chance_(chance),
        log_(log),
        faults_(f),
        loopback_([this](const edensync::request_head& h) { return answer(h); }, "field", "secret") {
    loopback_.set_piece(faults_.busy ? 1 + chance_.of_any_size(10) : 4096);
  }

  void run(edensync::operation& op) {
    caller wrapped(*this, op);
    loopback_.run(wrapped);
  }

  std::uint64_t bytes() const { return loopback_.bytes_up() + loopback_.bytes_down(); }
  std::uint64_t exchanges() const { return loopback_.exchanges(); }
  /// How many requests the passive site got, and whether it died of one.
  std::uint64_t requests() const { return requests_; }
  bool passive_died() const { return passive_died_; }

 private:
  static edensync::failure broken() {
    return edensync::make_failure(edensync::error::broken_transfer, "there is nobody at the other end");
  }

  void between() {
    if (!faults_.busy || edits_ == 6 || !chance_.one_in(8)) return;
    ++edits_;
    auto& where = chance_.one_in(2) ? active_ : passive_;
    if (chance_.one_in(4)) where.clock.advance(1);
    user<Parts>(where, chance_, log_).act();
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
  class answerer final : public edensync::responder {
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

  // Says yes to everything and does nothing.
  struct yes_man final : edensync::plain_answer {
    bool wants_body() const override { return true; }
    void on_end() override { say(200, "application/json", edensync::to_json(edensync::status_message{})); }
  };

  std::unique_ptr<edensync::responder> answer(const edensync::request_head& h) {
    if (passive_.down() && chance_.one_in(2)) {
      log_.say(passive_.name, " is started again");
      passive_.boot();
    }
    if (faults_.swallow_pushes && h.method == "POST" && h.target.find("sync.xml") != std::string::npos)
      return std::make_unique<yes_man>();
    ++requests_;
    edensync::passive_site<Parts> role(*passive_.site, {.authenticate = {}, .accept_pushes = true});
    auto r = role.handle(h);
    note_death();
    return std::make_unique<answerer>(*this, std::move(r));
  }

  station<Parts>& active_;
  station<Parts>& passive_;
  random& chance_;
  trace& log_;
  faults faults_;
  edensync::memory::loopback loopback_;
  std::uint64_t requests_ = 0;
  int edits_ = 0;
  bool passive_died_ = false;
};

}  // namespace simulation
