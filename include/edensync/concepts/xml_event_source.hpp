#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>

#include "edensync/core/result.hpp"

namespace edensync {

/// One attribute of an element. Lifetime: the call that it is given to.
struct xml_attribute {
  std::string_view name;
  std::string_view value;
};

/// Receives what an XML document holds, in order. It may throw `failure_exception` to stop the document.
class xml_handler {
 public:
  virtual ~xml_handler() = default;
  virtual void start(std::string_view name, std::span<const xml_attribute> attributes) = 0;
  virtual void end(std::string_view name) = 0;
  /// A piece of text; one text may come in several pieces.
  virtual void text(std::string_view piece) = 0;

 protected:
  xml_handler() = default;
  xml_handler(const xml_handler&) = default;
  xml_handler& operator=(const xml_handler&) = default;
};

/// How much a document may ask of its reader; what goes beyond is refused with `error::limit_exceeded`.
struct xml_limits {
  /// Elements within elements. Eden nests to 3 or 4.
  std::size_t depth = 32;
  /// Attributes of one element.
  std::size_t attributes = 64;
  /// Bytes of one attribute's value or of one text without an element in between.
  std::size_t text = std::size_t{16} << 20;
};

namespace can {

template <class X>
concept be_made_with_handler = std::constructible_from<X, xml_handler&, const xml_limits&>;
template <class X>
concept feed = requires(X x, std::string_view piece) {
  { x.feed(piece) } -> std::same_as<result<void>>;
};
template <class X>
concept finish = requires(X x) {
  { x.finish() } -> std::same_as<result<void>>;
};

}  // namespace can

/// Turns bytes into XML events: the seam to an XML parser.
///
/// `feed` takes pieces of any size; `finish` says that there are no more. Both tell what is wrong and where (line and
/// column). A document type declaration is refused, nothing external is ever fetched.
/// Errors: malformed_document, document_type_refused, limit_exceeded, and what the handler throws. Nothing throws out.
template <class X>
concept xml_event_source = can::be_made_with_handler<X> && can::feed<X> && can::finish<X>;

}  // namespace edensync
