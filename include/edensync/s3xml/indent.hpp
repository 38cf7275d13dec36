#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace edensync::s3xml {

/// Breaks a document of `writer` into lines for people to read: each element on a line of its own, two blanks for each
/// level. Texts stay as they are, and an element that holds text stays on one line.
///
/// It knows only what `writer` writes: no comments, no CDATA, no `>` in attributes. Pieces may be of any size.
/// Thread safety: one thread at a time.
class indenter {
 public:
  void add(std::string_view piece, std::string& out) {
    for (const char c : piece) {
      if (c == '<') {
        in_tag_ = true;
        tag_.clear();
        continue;
      }
      if (!in_tag_) {
        out += c;
        after_tag_ = false;
        continue;
      }
      if (c != '>') {
        tag_ += c;
        continue;
      }
      in_tag_ = false;
      write(out);
    }
  }

 private:
  void write(std::string& out) {
    const bool ends = tag_.starts_with('/'), whole = tag_.ends_with('/') || tag_.starts_with('?');
    if (ends && depth_ != 0) --depth_;
    // `<data></data>` and a text with its end stay together.
    if (after_tag_ && !(ends && opened_)) {
      out += '\n';
      out.append(2 * depth_, ' ');
    }
    out += '<';
    out += tag_;
    out += '>';
    after_tag_ = true;
    opened_ = !ends && !whole;
    if (opened_) ++depth_;
    tag_.clear();
  }

  std::string tag_;
  std::size_t depth_ = 0;
  bool in_tag_ = false;
  bool after_tag_ = false;
  bool opened_ = false;  // the last tag was one that is still to be ended
};

}  // namespace edensync::s3xml
