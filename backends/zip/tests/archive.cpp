#include "edensync/zip/archive.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "support/recorded.hpp"

using namespace edensync;

namespace {

member_source text_source(std::string text) {
  return [text = std::move(text), at = std::size_t{0}](std::span<char> into) mutable -> result<std::size_t> {
    const auto n = std::min(into.size(), text.size() - at);
    std::memcpy(into.data(), text.data() + at, n);
    at += n;
    return n;
  };
}

template <class From>
result<std::string> all_of(From& from) {
  std::string all, buffer(1000, '\0');
  for (;;) {
    const auto n = from.read(buffer);
    if (!n) return n.error();
    if (*n == 0) return all;
    all.append(buffer, 0, *n);
  }
}

std::string packed(const std::vector<std::pair<std::string, std::string>>& members) {
  edensync::zip::writer w;
  for (const auto& [name, text] : members) BOOST_TEST(w.add(name, text_source(text), {1'700'000'000}).has_value());
  const auto size = w.finish().value();
  auto bytes = all_of(w).value();
  BOOST_TEST(bytes.size() == size);
  return bytes;
}

struct reading {
  edensync::zip::reader r;
  result<void> state;

  explicit reading(std::string_view bytes, archive_limits limits = {}) : r(limits), state(feed(bytes)) {}
  result<void> feed(std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size(); i += 333)
      if (auto ok = r.feed(bytes.substr(i, 333)); !ok) return ok;
    return r.finish();
  }
  result<std::string> member(std::string_view name) {
    if (!state) return state.error();
    const auto there = r.open(name);
    if (!there) return there.error();
    if (!*there) return make_failure(error::no_such_record);
    return all_of(r);
  }
};

std::string number(std::uint64_t n, int width) {
  std::string out;
  for (int i = 0; i < width; ++i, n >>= 8U) out += static_cast<char>(n & 0xFFU);
  return out;
}

std::uint32_t sum_of(std::string_view text) {
  std::uint32_t sum = 0xFFFFFFFFU;
  for (const char c : text) {
    sum ^= static_cast<unsigned char>(c);
    for (int i = 0; i < 8; ++i) sum = (sum >> 1U) ^ ((sum & 1U) != 0 ? 0xEDB88320U : 0U);
  }
  return ~sum;
}

// A stored member by hand. `wide`: with ZIP64 fields throughout.
std::string by_hand(const std::string& name, const std::string& text, bool wide, unsigned flags = 0) {
  const auto sum = number(sum_of(text), 4);
  const auto size = text.size();
  const std::string sizes = wide ? std::string(8, '\xFF') : number(size, 4) + number(size, 4);
  const std::string extra = wide ? number(1, 2) + number(16, 2) + number(size, 8) + number(size, 8) : std::string();
  const std::string common =
      number(wide ? 45 : 20, 2) + number(flags, 2) + number(0, 2) + number(0, 4) + sum + sizes + number(name.size(), 2);
  std::string out = "PK\3\4" + common + number(extra.size(), 2) + name + extra + text;
  const auto start = out.size();
  const std::string extra2 =
      wide ? number(1, 2) + number(24, 2) + number(size, 8) + number(size, 8) + number(0, 8) : std::string();
  out += "PK\1\2" + number(45, 2) + common + number(extra2.size(), 2) + number(0, 2) + number(0, 2) + number(0, 2) +
         number(0, 4) + (wide ? std::string(4, '\xFF') : number(0, 4)) + name + extra2;
  const auto length = out.size() - start;
  if (wide) {
    const auto end = out.size();
    out += "PK\6\6" + number(44, 8) + number(45, 2) + number(45, 2) + number(0, 4) + number(0, 4) + number(1, 8) +
           number(1, 8) + number(length, 8) + number(start, 8);
    out += "PK\6\7" + number(0, 4) + number(end, 8) + number(1, 4);
    return out + "PK\5\6" + number(0, 4) + number(0xFFFF, 2) + number(0xFFFF, 2) + std::string(8, '\xFF') +
           number(0, 2);
  }
  return out + "PK\5\6" + number(0, 4) + number(1, 2) + number(1, 2) + number(length, 4) + number(start, 4) +
         number(0, 2);
}

std::string noise(std::size_t n) {
  std::string out;
  std::uint32_t x = 1;
  while (out.size() < n) out += static_cast<char>((x = x * 1664525U + 1013904223U) >> 24U);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_unpacked_is_its_owners_only) {
  const auto bytes = packed({{"a.xml", "one"}, {"b.xml", "two"}});
  int members = 0;
  for (auto at = bytes.find("PK\1\2"); at != std::string::npos; at = bytes.find("PK\1\2", at + 4), ++members) {
    BOOST_TEST(static_cast<int>(bytes.at(at + 5)) == 3);  // made on Unix, so that the rights are looked at
    BOOST_TEST(bytes.substr(at + 38, 4) == number(0100600U << 16U, 4));
  }
  BOOST_TEST(members == 2);
}

BOOST_AUTO_TEST_CASE(what_is_packed_comes_out_again) {
  const std::string big = noise(300'000);
  const auto bytes = packed({{"urn:uuid:1.xml", "<s3xml/>"}, {"empty", ""}, {"../../etc/passwd", big}});
  reading in(bytes);
  BOOST_TEST_REQUIRE(in.state.has_value());
  BOOST_TEST(in.member("../../etc/passwd").value() == big);
  BOOST_TEST(in.member("urn:uuid:1.xml").value() == "<s3xml/>");
  BOOST_TEST(in.member("urn:uuid:1.xml").value() == "<s3xml/>");
  BOOST_TEST(in.member("empty").value().empty());
  BOOST_TEST((in.member("urn:uuid:2.xml").error().code == make_error_code(error::no_such_record)));
  BOOST_TEST(packed({{"text", std::string(100'000, 'x')}}).size() < 1000U);
}

BOOST_AUTO_TEST_CASE(an_archive_without_members_is_one) {
  const auto bytes = packed({});
  BOOST_TEST(bytes.size() == 22U);
  reading in(bytes);
  BOOST_TEST(in.state.has_value());
  BOOST_TEST(!in.r.open("x").value());
}

BOOST_AUTO_TEST_CASE(archives_made_by_hand_are_read_with_and_without_zip64) {
  for (const bool wide : {false, true}) {
    reading in(by_hand("a.xml", "<s3xml/>", wide));
    BOOST_TEST_REQUIRE(in.state.has_value());
    BOOST_TEST(in.member("a.xml").value() == "<s3xml/>");
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_archive_or_half_of_one_is_malformed) {
  for (const auto* text : {"", "PK", "<html>Not found</html>"})
    BOOST_TEST((reading(text).state.error().code == make_error_code(error::malformed_document)), text);
  for (const auto& whole : {by_hand("a.xml", "<s3xml/>", true), packed({{"a.xml", noise(500)}})})
    for (std::size_t n = 0; n < whole.size(); ++n) {
      reading in(std::string_view(whole).substr(0, n));
      BOOST_TEST(!in.state.has_value());
    }
}

BOOST_AUTO_TEST_CASE(any_wrong_byte_is_found_or_changes_nothing) {
  const std::string text = noise(200) + std::string(200, 'x');
  const auto whole = packed({{"a.xml", text}});
  std::size_t found = 0;
  for (std::size_t i = 0; i < whole.size(); ++i)
    for (const unsigned bits : {1U, 0x80U}) {
      auto bytes = whole;
      bytes[i] = static_cast<char>(static_cast<unsigned char>(bytes[i]) ^ bits);
      const auto got = reading(bytes).member("a.xml");
      if (got)
        BOOST_TEST(*got == text);
      else
        ++found;
    }
  BOOST_TEST(found > 2 * 200U);
}

BOOST_AUTO_TEST_CASE(members_that_unpack_to_too_much_are_refused) {
  const auto bytes = packed({{"bomb", std::string(8'000'000, '0')}, {"good", noise(1000)}});
  BOOST_TEST(bytes.size() < 20'000U);
  reading in(bytes);
  BOOST_TEST((in.member("bomb").error().code == make_error_code(error::limit_exceeded)));
  BOOST_TEST(in.member("good").value().size() == 1000U);
  const auto refused = [&](const archive_limits& limits, const char* name = "bomb") {
    return reading(bytes, limits).member(name).error().code == make_error_code(error::limit_exceeded);
  };
  BOOST_TEST(reading(bytes, {.ratio = 2000}).member("bomb").value().size() == 8'000'000U);
  BOOST_TEST(refused({.member_bytes = 7'999'999, .ratio = 2000}));
  BOOST_TEST(refused({.all_bytes = 1'000'000, .ratio = 2000}));
  BOOST_TEST(refused({.bytes = 500}, "good"));
  BOOST_TEST(refused({.members = 1}, "good"));
  // What the archive says of the length is not believed.
  auto lying = by_hand("a", std::string(3000, 'x'), false);
  const auto end = lying.rfind("PK\1\2");
  for (const std::size_t at : {std::size_t{22}, end + 24}) lying.replace(at, 4, number(5, 4));
  const auto got = reading(lying).member("a");
  BOOST_TEST((!got || got->size() <= 3000));
}

BOOST_AUTO_TEST_CASE(a_list_without_end_is_refused_before_it_is_read) {
  auto wide = by_hand("a", "x", true);
  const auto at = wide.rfind("PK\6\6");
  wide.replace(at + 24, 16, number(2'000'000'000, 8) + number(2'000'000'000, 8));
  BOOST_TEST((reading(wide).state.error().code == make_error_code(error::limit_exceeded)));
}

BOOST_AUTO_TEST_CASE(encrypted_members_are_refused) {
  BOOST_TEST((reading(by_hand("a", "sixteen bytes ..", false, 1)).member("a").error().code == condition::bad_document));
}

BOOST_AUTO_TEST_CASE(a_source_that_fails_fails_the_archive) {
  edensync::zip::writer w;
  BOOST_TEST(w.add("good", text_source("x"), {}).has_value());
  const auto fails = [](std::span<char>) -> result<std::size_t> { return make_failure(error::cancelled); };
  BOOST_TEST(w.add("bad", fails, {}).has_value());
  BOOST_TEST((w.finish().error().code == make_error_code(error::cancelled)));
  edensync::zip::writer throwing;
  const auto throws = [](std::span<char>) -> result<std::size_t> { throw_failure(error::store_locked); };
  BOOST_TEST(throwing.add("bad", throws, {}).has_value());
  BOOST_TEST((throwing.finish().error().code == make_error_code(error::store_locked)));
}

BOOST_AUTO_TEST_CASE(an_archive_of_an_eden_is_read) {
  const auto file = test::recorded("eden-wire/active/22-data-repository-archive/155.response.http");
  if (!file) return;
  const auto whole = test::read_file(*file);
  const auto body = whole.find("\r\n\r\n") + 4;
  reading in(std::string_view(whole).substr(body));
  BOOST_TEST_REQUIRE(in.state.has_value());
  const auto text = in.member("urn:uuid:96708216-f9d4-4fe6-b874-f512586ee4de.xml").value();
  BOOST_TEST(text.starts_with("<?xml"));
  BOOST_TEST(text.ends_with("</s3xml>"));
}
