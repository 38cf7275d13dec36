#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "edensync/core/operation.hpp"
#include "edensync/memory/loopback.hpp"

namespace edensync::mock {

/// Writes down what a server is asked and what it answers, in the form that `read_recording` reads.
///
/// It stands in front of the handler that it is given. An exchange is written when its answer is over; the file of an answer
/// that broke off is empty. Credentials are not written.
/// Lifetime: outlives the exchanges; the folder is there. Thread safety: one thread at a time.
class recorder {
 public:
  /// `base`: what stands in front of the path of each request.
  recorder(memory::loopback::handler server, std::filesystem::path folder, std::string base = "/eden")
      : server_(std::move(server)), folder_(std::move(folder)), base_(std::move(base)) {}

  std::unique_ptr<responder> operator()(const request_head& head) {
    auto asked = head.method + ' ' + base_ + head.target + " HTTP/1.1\r\n" + fields(head.headers);
    return std::make_unique<listener>(server_(head), folder_ / std::to_string(++number_), std::move(asked));
  }

 private:
  static std::string fields(const header_fields& all) {
    std::string out;
    for (const auto& f : all) out += f.name + ": " + f.value + "\r\n";
    return out + "\r\n";
  }

  class listener final : public responder {
   public:
    listener(std::unique_ptr<responder> inner, std::filesystem::path name, std::string asked)
        : inner_(std::move(inner)), name_(std::move(name)), asked_(std::move(asked)) {}

    bool wants_body() const override { return inner_->wants_body(); }
    void on_body(std::string_view piece) override {
      asked_ += piece;
      inner_->on_body(piece);
    }
    void on_end() override { inner_->on_end(); }
    const response_head& head() const override { return inner_->head(); }
    result<std::size_t> read_body(std::span<char> into) override {
      auto n = inner_->read_body(into);
      if (n && *n != 0)
        said_.append(into.data(), *n);
      else if (n)
        write("HTTP/1.1 " + std::to_string(head().status) + " -\r\n" + fields(head().headers) + said_);
      else
        write({});
      return n;
    }
    void on_failure(const failure& why) override {
      write({});
      inner_->on_failure(why);
    }

   private:
    void write(const std::string& said) const {
      std::ofstream(name_.string() + ".request.http", std::ios::binary) << asked_;
      std::ofstream(name_.string() + ".response.http", std::ios::binary) << said;
    }

    std::unique_ptr<responder> inner_;
    std::filesystem::path name_;
    std::string asked_;
    std::string said_;
  };

  memory::loopback::handler server_;
  std::filesystem::path folder_;
  std::string base_;
  std::size_t number_ = 0;
};

}  // namespace edensync::mock
