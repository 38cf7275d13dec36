#pragma once

#include "edensync/concepts/check_event_source.hpp"
#include "edensync/concepts/document_codec.hpp"

// What the compiler says to who writes a form of documents: one sentence for each operation that is missing or different.
namespace edensync::detail {

template <class W>
struct check_document_writer {
  static_assert(can::say_grouped<W>,
                "edensync: document_writer needs grouped -> bool, static; see docs/concepts/document_codec.md");
  static_assert(can::begin_document<W>,
                "edensync: document_writer needs begin(string&, bool, optional<uint64_t>); see "
                "docs/concepts/document_codec.md");
  static_assert(can::open_record<W>,
                "edensync: document_writer needs open(string&, stored_record, optional<string_view>, "
                "optional<uint32_t>) -> string_view; see docs/concepts/document_codec.md");
  static_assert(can::drop_record<W>,
                "edensync: document_writer needs drop(string&); see docs/concepts/document_codec.md");
  static_assert(can::close_record<W>,
                "edensync: document_writer needs close(string&); see docs/concepts/document_codec.md");
  static_assert(can::end_document<W>,
                "edensync: document_writer needs end(string&); see docs/concepts/document_codec.md");
  static constexpr bool value = true;
};

template <class C>
inline constexpr bool names_both_parts = requires {
  typename C::event_source;
  typename C::writer;
};

template <class C>
consteval bool check_document_codec() {
  static_assert(names_both_parts<C>,
                "edensync: document_codec needs the aliases event_source and writer; see "
                "docs/concepts/document_codec.md");
  if constexpr (names_both_parts<C>)
    return check_event_source<typename C::event_source>::value && check_document_writer<typename C::writer>::value;
  return true;
}

}  // namespace edensync::detail
