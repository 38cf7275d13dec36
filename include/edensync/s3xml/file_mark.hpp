#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "edensync/concepts/xml_event_source.hpp"
#include "edensync/core/uid.hpp"
#include "edensync/s3xml/escape.hpp"
#include "edensync/s3xml/vocabulary.hpp"

namespace edensync::s3xml {

/// What an edensync site says in the root element of a document that it leaves in a folder, where no answer comes back.
///
/// Everybody else ignores these attributes. Cursors are as in `sync_cursor`: `from` and `until` are places in the
/// sender's change order, `received` is one in the receiver's.
struct file_mark {
  uid sender;
  /// Whom it is for; empty if the sender does not know yet.
  uid receiver;
  std::string resource;
  /// Grows with every file that the sender writes for this receiver and resource.
  std::uint64_t number = 0;
  /// The document tells all that an edensync site can read: whoever takes it has everything from `from` up to `until`.
  bool native = false;
  std::string from;
  std::string until;
  /// Up to where the sender has what the receiver wrote; empty: nothing.
  std::string received;

  /// The attributes as they are written, with a blank in front.
  std::string attributes() const {
    std::string out;
    const auto add = [&](std::string_view name, std::string_view text) {
      if (text.empty()) return;
      out += " edensync-" + std::string(name) + "=\"";
      append_attribute(out, text);
      out += '"';
    };
    add("sender", sender.text());
    add("receiver", receiver.text());
    add("resource", resource);
    add("number", std::to_string(number));
    add("native", native ? "True" : "");
    add("from", from);
    add("until", until);
    add("received", received);
    return out;
  }

  /// Reads them; none if there is no `edensync-sender`.
  static std::optional<file_mark> read(std::span<const xml_attribute> attributes) {
    file_mark m;
    for (const auto& a : attributes) {
      constexpr std::string_view prefix = "edensync-";
      if (!a.name.starts_with(prefix)) continue;
      const auto name = a.name.substr(prefix.size());
      if (name == "sender") m.sender = uid(a.value);
      if (name == "receiver") m.receiver = uid(a.value);
      if (name == "resource") m.resource = a.value;
      if (name == "number") (void)std::from_chars(a.value.data(), a.value.data() + a.value.size(), m.number);
      if (name == "native") m.native = a.value == "True";
      if (name == "from") m.from = a.value;
      if (name == "until") m.until = a.value;
      if (name == "received") m.received = a.value;
    }
    if (m.sender.empty()) return std::nullopt;
    return m;
  }
};

/// Reads a whole document only to see what it is: its root, its mark, and whether it holds records.
class file_glance final : public xml_handler {
 public:
  void start(std::string_view name, std::span<const xml_attribute> attributes) override {
    if (++depth_ == 1) {
      root_ = name;
      mark_ = file_mark::read(attributes);
    } else if (depth_ == 2 && name == word::resource) {
      ++records_;
    }
  }
  void end(std::string_view) override { --depth_; }
  void text(std::string_view) override {}

  const std::string& root() const noexcept { return root_; }
  const std::optional<file_mark>& mark() const noexcept { return mark_; }
  std::uint64_t records() const noexcept { return records_; }

 private:
  std::string root_;
  std::optional<file_mark> mark_;
  std::uint64_t records_ = 0;
  std::size_t depth_ = 0;
};

}  // namespace edensync::s3xml
