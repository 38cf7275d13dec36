#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "edensync/concepts/xml_event_source.hpp"
#include "edensync/core/record.hpp"

namespace edensync {

namespace can {

template <class W>
concept say_grouped = requires {
  { W::grouped } -> std::convertible_to<bool>;
};
// The head of the document; whether a record follows, and how many masters do if that is known.
template <class W>
concept begin_document = requires(W w, std::string& out, std::optional<std::uint64_t> results) {
  w.begin(out, true, results);
};
// A record without its end, as its master knows it, without the field that points to the master. Gives its S3XML, by
// which its length is judged, until the next call.
template <class W>
concept open_record = requires(W w, std::string& out, const stored_record& r, std::optional<std::string_view> alias,
                               std::optional<std::uint32_t> key) {
  { w.open(out, r, alias, key) } -> std::same_as<std::string_view>;
};
// Takes back what the last call opened.
template <class W>
concept drop_record = requires(W w, std::string& out) {
  w.drop(out);
};
template <class W>
concept close_record = requires(W w, std::string& out) {
  w.close(out);
};
template <class W>
concept end_document = requires(W w, std::string& out) {
  w.end(out);
};

}  // namespace can

/// Writes a document record by record, appending to a string that the caller empties as he likes.
///
/// Made of the schema and of `s3xml::writer_options`. Calls nest as records do: a component is opened and closed while its
/// master is open. If it is `grouped`, all records of one resource that stand by themselves are told one after the other.
/// Nothing that it was told need be in the string before the record is closed.
/// Lifetime: the schema outlives it. Thread safety: one thread at a time.
template <class W>
concept document_writer = can::say_grouped<W> && can::begin_document<W> && can::open_record<W> && can::drop_record<W> &&
    can::close_record<W> && can::end_document<W>;

/// One form of documents: how they are read and how they are written.
///
/// What is written is read back as the same records; the laws are code (`edensync::laws::document_codec`). Both go by the
/// same records and options as S3XML does: a form of documents is another spelling of it.
template <class C>
concept document_codec = xml_event_source<typename C::event_source> && document_writer<typename C::writer>;

}  // namespace edensync
