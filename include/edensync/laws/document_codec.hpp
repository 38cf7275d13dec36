#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/concepts/check_document_codec.hpp"
#include "edensync/laws/document_sample.hpp"
#include "edensync/laws/law.hpp"
#include "edensync/laws/random_documents.hpp"
#include "edensync/laws/sample.hpp"

namespace edensync::laws {

namespace detail {

template <class C>
void what_is_written_is_read_back(C&) {
  const auto all = codec::everything();
  const auto got = codec::read<C>(codec::write<C>(all));
  expect(!got.failed, "a document that was written is read: " + got.words);
  expect(got.elements.size() == all.size(), "each record that was written is read");
  for (std::size_t i = 0; i < all.size(); ++i) codec::expect_same(all[i], got.elements[i]);
}

template <class C>
void what_is_chosen_by_chance_is_read_back(C&) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const auto all = codec::random_records(seed);
    if (codec::wrong_with<C>(all).empty()) continue;
    const auto least = codec::shrink(all, [](const auto& fewer) { return !codec::wrong_with<C>(fewer).empty(); });
    expect(false, codec::wrong_with<C>(least) + ", in this document (seed " + std::to_string(seed) +
                      "):" + codec::in_words(least));
  }
}

template <class C>
void texts_mean_themselves(C&) {
  for (const std::string_view text : codec::awkward_texts) {
    std::vector all{codec::element(codec::site_with(s::comments, std::string(text)))};
    // Alone, and beside what stands there for the eye.
    all[0].parts.push_back(s::make_part("a part", record_handle{1}));
    all[0].parts[0].fields[s::part_name] = std::string(text);
    const auto got = codec::read<C>(codec::write<C>(all));
    expect(!got.failed && got.elements.size() == 1, "a text is read: " + std::string(text));
    codec::expect_same(all[0], got.elements[0]);
  }
}

template <class C>
void empty_is_told_from_null_and_from_nothing(C&) {
  using list_of_texts = std::vector<std::string>;
  for (const auto& v :
       {value(std::string()), value(null_value{}), value(), value(list_of_texts()), value(list_of_texts{""})}) {
    const bool list = std::holds_alternative<list_of_texts>(v);
    const std::vector all{codec::element(codec::site_with(list ? s::tags : s::comments, v))};
    const auto got = codec::read<C>(codec::write<C>(all));
    expect(!got.failed && got.elements.size() == 1, "a record with an empty field is read");
    codec::expect_same(all[0], got.elements[0]);
  }
}

template <class C>
void files_come_with_their_address(C&) {
  const std::string hash(64, 'a');
  const std::vector all{
      codec::element(codec::site_with(s::file, format_upload({.name = "a b.png", .hash = hash, .url = {}})))};
  const auto got = codec::read<C>(codec::write<C>(all));
  expect(!got.failed && got.elements.size() == 1, "a record with a file is read");
  const auto& field = got.elements[0][0].content.fields[s::file];
  const auto* text = std::get_if<std::string>(&field);
  const auto file = text == nullptr ? std::nullopt : parse_upload(*text);
  expect(file && !file->present() && file->name == "a b.png" &&
             file->url == "https://law.example/default/download/" + hash + ".a_b.png",
         "a file is told with its address and its name");
}

template <class C>
void pieces_of_any_size_give_the_same(C&) {
  const auto document = codec::write<C>(codec::everything());
  const auto whole = codec::read<C>(document);
  for (const unsigned size : {1U, 2U, 3U, 7U, 64U, 1000U}) {
    const auto got = codec::read<C>(document, size);
    expect(!got.failed && got.elements.size() == whole.elements.size(), "a document is read in pieces");
    for (std::size_t i = 0; i < got.elements.size(); ++i) codec::expect_same(whole.elements[i], got.elements[i]);
  }
}

template <class C>
void what_is_cut_off_is_refused(C&) {
  const auto document = codec::write<C>({codec::everything().front()});
  const auto last = document.find_last_not_of(" \t\r\n");
  for (std::size_t n = 0; n <= last; ++n)
    expect(codec::read<C>(document.substr(0, n)).bad_document(), "a document that was cut off is refused as such");
}

template <class C>
void what_follows_the_document_is_refused(C&) {
  const auto document = codec::write<C>(codec::everything());
  expect(!codec::read<C>(document + "\n").failed, "a newline at the end is no matter");
  for (const std::string_view more : {"x", "\n{}", "<a/>", "]"})
    expect(codec::read<C>(document + std::string(more)).bad_document(), "what follows the document is refused");
  expect(codec::read<C>(document + document).bad_document(), "a second document in the same one is refused");
}

template <class C>
void what_is_no_document_is_refused(C&) {
  for (const std::string_view text :
       {"", " ", "\n", "no document", "{}", "[]", "null", "<a>", "\xff\xfe", "{\"a\": 1}"})
    expect(codec::read<C>(text).bad_document(), "what is no document is refused");
}

template <class C>
void an_empty_document_is_a_document(C&) {
  const auto got = codec::read<C>(codec::write<C>({}));
  expect(!got.failed && got.elements.empty(), "a document without records is read");
}

template <class C>
void records_come_as_they_are_read(C&) {
  const std::size_t many = 100;
  std::vector<codec::written> all;
  for (std::size_t i = 0; i < many; ++i) all.push_back(codec::element(s::make_site("site " + std::to_string(i))));
  const auto document = codec::write<C>(all);
  const auto got = codec::read<C>(std::string_view(document).substr(0, document.size() * 9 / 10));
  expect(got.early > many / 2, "records are given before the document is complete");
}

template <class C>
void what_is_too_long_is_refused(C&) {
  const std::string text(5000, 'x');
  const auto document = codec::write<C>({codec::element(codec::site_with(s::comments, text))});
  expect(!codec::read<C>(document, 64, {.depth = 32, .attributes = 64, .text = 5000}).failed,
         "a text as long as it may be is read");
  expect(codec::read<C>(document, 64, {.depth = 32, .attributes = 64, .text = 4999}).code == error::limit_exceeded,
         "a text that is longer is refused with limit_exceeded");
}

template <class C>
void what_is_too_deep_is_refused(C&) {
  auto all = codec::everything();
  std::erase_if(all, [](const codec::written& e) { return e.parts.empty(); });
  const auto document = codec::write<C>(all);
  // Root, master, component, field.
  expect(!codec::read<C>(document, 64, {.depth = 4, .attributes = 64, .text = 5000}).failed,
         "elements as deep as they may be are read");
  expect(codec::read<C>(document, 64, {.depth = 3, .attributes = 64, .text = 5000}).code == error::limit_exceeded,
         "elements that are deeper are refused with limit_exceeded");
}

template <class C>
void too_many_attributes_are_refused(C&) {
  const auto document = codec::write<C>(codec::everything());
  expect(codec::read<C>(document, 64, {.depth = 32, .attributes = 3, .text = 5000}).code == error::limit_exceeded,
         "more attributes than there may be are refused with limit_exceeded");
}

template <class C>
void who_takes_the_records_may_stop(C&) {
  const auto document = codec::write<C>(codec::everything());
  const auto got = codec::read<C>(document, document.size(), {}, 2);
  expect(got.failed && got.code == error::cancelled && got.elements.size() == 2,
         "what the sink throws ends the document and is given as it was thrown");
}

template <class C>
void what_is_taken_back_leaves_no_trace(C&) {
  const auto all = codec::everything();
  const auto usual = codec::write<C>(all);
  expect(codec::write<C>(all, true) == usual, "a record that was taken back leaves no trace");
}

template <class C>
void what_was_opened_is_shown(C&) {
  const auto resources = s::make_schema();
  typename C::writer w(*resources, codec::options());
  std::string out;
  w.begin(out, true);
  stored_record r;
  static_cast<record&>(r) = codec::site_with(s::comments, std::string(1000, 'x'));
  const std::size_t size = w.open(out, r).size();
  expect(size > 1000 && size < 3000, "what was opened is shown, so that its length can be judged");
  w.close(out);
  w.end(out);
}

}  // namespace detail

/// The laws of `document_codec`.
template <class Codec>
inline constexpr std::array document_codec_laws{
    law<Codec>{"what is written is read back", &detail::what_is_written_is_read_back<Codec>},
    law<Codec>{"what is chosen by chance is read back", &detail::what_is_chosen_by_chance_is_read_back<Codec>},
    law<Codec>{"texts mean themselves", &detail::texts_mean_themselves<Codec>},
    law<Codec>{"empty is told from null and from nothing", &detail::empty_is_told_from_null_and_from_nothing<Codec>},
    law<Codec>{"files come with their address", &detail::files_come_with_their_address<Codec>},
    law<Codec>{"pieces of any size give the same", &detail::pieces_of_any_size_give_the_same<Codec>},
    law<Codec>{"what is cut off is refused", &detail::what_is_cut_off_is_refused<Codec>},
    law<Codec>{"what follows the document is refused", &detail::what_follows_the_document_is_refused<Codec>},
    law<Codec>{"what is no document is refused", &detail::what_is_no_document_is_refused<Codec>},
    law<Codec>{"an empty document is a document", &detail::an_empty_document_is_a_document<Codec>},
    law<Codec>{"records come as they are read", &detail::records_come_as_they_are_read<Codec>},
    law<Codec>{"what is too long is refused", &detail::what_is_too_long_is_refused<Codec>},
    law<Codec>{"what is too deep is refused", &detail::what_is_too_deep_is_refused<Codec>},
    law<Codec>{"too many attributes are refused", &detail::too_many_attributes_are_refused<Codec>},
    law<Codec>{"who takes the records may stop", &detail::who_takes_the_records_may_stop<Codec>},
    law<Codec>{"what is taken back leaves no trace", &detail::what_is_taken_back_leaves_no_trace<Codec>},
    law<Codec>{"what was opened is shown", &detail::what_was_opened_is_shown<Codec>},
};

/// Tries all laws of `document_codec`.
///
/// `before` is told the name of each law. Errors: `violation` for the first law that is broken.
template <class Codec, class Before>
void document_codec(Before&& before) {
  static_assert(edensync::detail::check_document_codec<Codec>());
  Codec codec;
  check_all<Codec>(document_codec_laws<Codec>, codec, before);
}

template <class Codec>
void document_codec() {
  document_codec<Codec>([](std::string_view) {});
}

}  // namespace edensync::laws
