#pragma once

#include "edensync/site/active_site.hpp"
#include "edensync/site/passive_site.hpp"
#include "edensync/admin/repositories.hpp"
#include "edensync/admin/tasks.hpp"

#include "station.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace simulation {

template <class Writer>
class site_pen final : public pen {
 public:
  explicit site_pen(Writer& w) : w_(w) {}

  void put(const edensync::record& r) override { w_.put(r); }
  void erase(edensync::resource_id resource, const edensync::uid& which) override { w_.erase(resource, which); }
  void merge(edensync::resource_id resource, const edensync::uid& survivor, const edensync::uid& other) override {
    w_.merge(resource, survivor, other);
  }
  std::vector<edensync::stored_record> records(edensync::resource_id resource, bool deleted) override {
    std::vector<edensync::stored_record> all;
    edensync::stored_record each;
    auto cursor = w_.transaction().changes({resource, 0, std::nullopt, true});
    while (cursor.next(each))
      if (each.version.deleted == deleted) all.push_back(each);
    return all;
  }

 private:
  Writer& w_;
};

template <class Parts>
class engine_run final : public run {
 public:
  engine_run(edensync::site<Parts>& s, edensync::repository_id peer)
      : operation_(edensync::active_site<Parts>(s).synchronize_with(peer)) {}

  edensync::operation& steps() override { return *operation_; }
  const edensync::run_report& report() const override { return operation_->report(); }

 private:
  std::unique_ptr<edensync::synchronize<Parts>> operation_;
};

/// The real engine.
template <class Parts>
class engine_station : public station {
 public:
  explicit engine_station(const station_settings& s) : station(s), store_(resources(), s.name) {
    store_.set_patience(std::chrono::milliseconds(0));
    engine_station::begin();
  }

  bool is_eden() const override { return edensync::imitates_eden<typename Parts::policies>; }
  edensync::memory::store& store() override { return store_; }

  edensync::result<void> write(const std::function<void(pen&)>& f) override {
    return site_->write([&](auto& w) {
      site_pen p(w);
      f(p);
    });
  }

  std::unique_ptr<edensync::responder> handle(const edensync::request_head& asked) override {
    ++requests;
    return role_->handle(asked);
  }

  std::unique_ptr<run> begin_run(edensync::repository_id peer) override {
    return std::make_unique<engine_run<Parts>>(*site_, peer);
  }

  edensync::repository_id know(const edensync::repository& r) override { return site_->put(r).value(); }
  edensync::result<void> forget(const edensync::repository& r) override {
    return edensync::admin::repositories(*site_).remove(r.uuid.empty() ? r.name : r.uuid.text());
  }
  edensync::result<edensync::sync_task> add_task(const edensync::sync_task& t) override {
    return edensync::admin::tasks(*site_).add(t);
  }
  edensync::result<edensync::sync_task> change_task(edensync::repository_id r, const std::string& resource,
                                                    const std::function<void(edensync::sync_task&)>& how) override {
    return edensync::admin::tasks(*site_).change(r, resource, how);
  }
  edensync::result<void> remove_task(edensync::repository_id r, const std::string& resource) override {
    return edensync::admin::tasks(*site_).remove(r, resource);
  }

  bool can_be_explained(const edensync::decision_entry& d) const override {
    using edensync::rule;
    const auto again = Parts::policies::decide(d.input);
    // What a master is, or has, decides of its components as well; that is told instead of what would be done without it.
    const bool master_decides =
        d.outcome.why == rule::master_deleted || d.outcome.why == rule::only_one ||
        (is_component(resources().find(d.resource)) && d.outcome.what == edensync::action::none);
    return again == d.outcome || master_decides;
  }

 protected:
  void begin() override {
    site_.emplace(store_, tables(), clock, uids, settings);
    role_.emplace(*site_, edensync::passive_settings{.authenticate = {}, .accept_pushes = true});
  }
  void end() override {
    role_.reset();
    site_.reset();
  }

  edensync::site<Parts>& site() { return *site_; }

 private:
  typename Parts::store store_;
  std::optional<edensync::site<Parts>> site_;
  std::optional<edensync::passive_site<Parts>> role_;
};

template <class Parts>
std::unique_ptr<station> make_station(const station_settings& s) {
  return std::make_unique<engine_station<Parts>>(s);
}

}  // namespace simulation
