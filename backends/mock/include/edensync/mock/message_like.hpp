#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/protocol/percent.hpp"
#include "edensync/mock/heard.hpp"
#include "edensync/mock/text_like.hpp"
#include "edensync/mock/told.hpp"

namespace edensync::mock {

/// One thing in which a message is not as it should be.
struct mismatch {
  /// `query msince`
  std::string what;
  std::string wanted;
  std::string came;
  /// How much this tells: another path is another request, another parameter may be a slip.
  int weight = 1;

  std::string text() const { return what + ": expected " + wanted + ", came " + came; }
};

namespace detail {

inline std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }
inline std::string_view query_of(std::string_view target) {
  const auto mark = target.find('?');
  return mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
}

// All of this name, in their order.
inline std::vector<std::string> parameters(std::string_view target, std::string_view name) {
  std::vector<std::string> out;
  for (auto& [key, content] : parse_form(query_of(target)))
    if (key == name) out.push_back(std::move(content));
  return out;
}

}  // namespace detail

/// What a request or an answer has to be like, put together a condition at a time. What is not asked for may be as it
/// likes.
///
/// Each condition takes a text, which has to be equal, or a `text_like`.
class message_like {
 public:
  message_like method(std::string name) && {
    return std::move(*this).add("method", std::move(name), 10, [](const seen& m) { return one(m.request->method); });
  }
  message_like path(text_like p) && {
    return std::move(*this).add("path", std::move(p), 10,
                                [](const seen& m) { return one(std::string(detail::path_of(m.request->target))); });
  }
  message_like query(std::string name, text_like content = anything()) && {
    auto what = "query " + name;
    return std::move(*this).add(std::move(what), std::move(content), 1, [name = std::move(name)](const seen& m) {
      return detail::parameters(m.request->target, name);
    });
  }
  message_like no_query(std::string name) && {
    auto what = "query " + name;
    return std::move(*this).forbid(std::move(what), [name = std::move(name)](const seen& m) {
      return detail::parameters(m.request->target, name);
    });
  }
  /// No other parameters than those that were named before.
  message_like no_other_query() && {
    std::vector<std::string> named;
    for (const auto& c : conditions_)
      if (c.what.starts_with("query ")) named.push_back(c.what.substr(6));
    return std::move(*this).forbid("other query", [named](const seen& m) {
      std::vector<std::string> others;
      for (const auto& [key, ignored] : parse_form(detail::query_of(m.request->target)))
        if (std::find(named.begin(), named.end(), key) == named.end()) others.push_back(key);
      return others;
    });
  }
  /// The account that is claimed.
  message_like user(text_like name, text_like password = anything()) && {
    return std::move(*this)
        .add("user", std::move(name), 1, [](const seen& m) { return one(m.request->user); })
        .add("password", std::move(password), 1, [](const seen& m) { return one(m.request->password); });
  }
  message_like status(unsigned code) && {
    return std::move(*this).add("status", std::to_string(code), 10,
                                [](const seen& m) { return one(std::to_string(m.status)); });
  }
  message_like header(std::string name, text_like content = anything()) && {
    auto what = "header " + name;
    return std::move(*this).add(std::move(what), std::move(content), 1,
                                [name = std::move(name)](const seen& m) { return field(m, name); });
  }
  message_like no_header(std::string name) && {
    auto what = "header " + name;
    return std::move(*this).forbid(std::move(what), [name = std::move(name)](const seen& m) { return field(m, name); });
  }
  message_like body(text_like content) && {
    return std::move(*this).add("body", std::move(content), 1, [](const seen& m) { return one(*m.body); });
  }

  /// In what a message is not as it should be; empty if it is.
  std::vector<mismatch> mismatches(const heard& h) const { return look({&h.head, 0, &h.head.headers, &h.body}); }
  std::vector<mismatch> mismatches(const told& t) const {
    auto all = look({nullptr, t.head.status, &t.head.headers, &t.body});
    if (t.broken) all.push_back({"answer", "a whole one", t.broken->text(), 10});
    return all;
  }

  /// All conditions in one line.
  std::string text() const {
    std::string out;
    for (const auto& c : conditions_) {
      if (!out.empty()) out += ", ";
      out += c.what + ' ' + (c.like ? c.like->wanted() : "absent");
    }
    return out.empty() ? "anything" : out;
  }

 private:
  struct seen {
    const request_head* request;
    unsigned status;
    const header_fields* headers;
    const std::string* body;
  };
  // What a message has in this place: nothing, one text, or several of which one will do.
  using part = std::function<std::vector<std::string>(const seen&)>;
  struct condition {
    std::string what;
    // None: the part must not be there.
    std::optional<text_like> like;
    int weight;
    part find;
  };

  static std::vector<std::string> one(std::string text) { return {std::move(text)}; }
  static std::vector<std::string> field(const seen& m, const std::string& name) {
    const auto content = m.headers->get(name);
    return content.empty() ? std::vector<std::string>() : one(std::string(content));
  }

  message_like add(std::string what, text_like like, int weight, part find) && {
    conditions_.push_back({std::move(what), std::move(like), weight, std::move(find)});
    return std::move(*this);
  }
  message_like forbid(std::string what, part find) && {
    conditions_.push_back({std::move(what), std::nullopt, 1, std::move(find)});
    return std::move(*this);
  }

  std::vector<mismatch> look(const seen& m) const {
    std::vector<mismatch> all;
    for (const auto& c : conditions_) {
      const auto came = c.find(m);
      if (!c.like) {
        if (!came.empty()) all.push_back({c.what, "none", detail::in_quotes(came[0]), c.weight});
        continue;
      }
      std::string instead = "none";
      for (const auto& text : came) {
        auto found = (*c.like)(text);
        instead = found ? std::move(*found) : std::string();
        if (instead.empty()) break;
      }
      if (!instead.empty()) all.push_back({c.what, c.like->wanted(), std::move(instead), c.weight});
    }
    return all;
  }

  std::vector<condition> conditions_;
};

/// A request with this method and path; of its parameters, those of the target in any order, and perhaps others.
inline message_like request_like(std::string method, std::string_view target) {
  auto out = message_like().method(std::move(method)).path(std::string(detail::path_of(target)));
  for (auto& [name, content] : parse_form(detail::query_of(target)))
    out = std::move(out).query(std::move(name), std::move(content));
  return out;
}

inline message_like get(std::string_view target) { return request_like("GET", target); }
inline message_like post(std::string_view target) { return request_like("POST", target); }

/// What an Eden or an edensync site asks for: registration, the changes of a table, and to take changes of a table.
inline message_like registration() { return post("/sync/repository/register.json"); }
inline message_like pull_of(const std::string& table) { return get("/sync/sync.xml?resource=" + table); }
inline message_like push_of(const std::string& table) { return post("/sync/sync.xml?resource=" + table); }

/// An answer with this status.
inline message_like status(unsigned code) { return message_like().status(code); }

}  // namespace edensync::mock
