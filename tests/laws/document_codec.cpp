// The laws of document_codec: both codecs keep them, and codecs that are wrong in one way are caught.
#include "edensync/laws/document_codec.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "edensync/s3json/codec.hpp"
#include "edensync/s3xml/codec.hpp"
#include "edensync/expat/event_source.hpp"

using namespace edensync;

namespace {

using xml = s3xml::codec<expat::event_source>;

template <class Codec>
std::string broken_codec_laws() {
  Codec codec;
  std::string names;
  for (const auto& l : laws::document_codec_laws<Codec>) try {
      laws::check(l, codec);
    } catch (const laws::violation& v) {
      BOOST_TEST_MESSAGE(v.what());
      names += std::string(l.name) + '\n';
    }
  return names;
}

// Takes a document that breaks off between two records for a complete one.
struct credulous : s3json::codec {
  class event_source {
   public:
    event_source(xml_handler& to, const xml_limits& limits) : to_(to, limits) {}
    result<void> feed(std::string_view piece) { return to_.feed(piece); }
    result<void> finish() { return {}; }

   private:
    s3json::event_source to_;
  };
};

// Reads the document when all of it is there, and without limits.
struct patient : xml {
  class event_source {
   public:
    event_source(xml_handler& to, const xml_limits&) : to_(to) {}
    result<void> feed(std::string_view piece) {
      all_ += piece;
      return {};
    }
    result<void> finish() {
      if (auto fed = to_.feed(all_); !fed) return fed;
      return to_.finish();
    }

   private:
    expat::event_source to_;
    std::string all_;
  };
};

// Loses what stands in a `value`, as a codec would that trusts the text for the eye.
struct forgets_values : s3json::codec {
  class event_source final : xml_handler {
   public:
    event_source(xml_handler& to, const xml_limits& limits) : to_(to), source_(*this, limits) {}
    result<void> feed(std::string_view piece) { return source_.feed(piece); }
    result<void> finish() { return source_.finish(); }

    void start(std::string_view name, std::span<const xml_attribute> attributes) override {
      std::vector<xml_attribute> kept(attributes.begin(), attributes.end());
      if (name == "data") std::erase_if(kept, [](const xml_attribute& a) { return a.name == "value"; });
      to_.start(name, kept);
    }
    void end(std::string_view name) override { to_.end(name); }
    void text(std::string_view piece) override { to_.text(piece); }

   private:
    xml_handler& to_;
    s3json::event_source source_;
  };
};

// Leaves what it should take back.
struct keeps_dropped : xml {
  struct writer : s3xml::writer {
    using s3xml::writer::writer;
    void drop(std::string& out) { close(out); }
  };
};

}  // namespace

BOOST_AUTO_TEST_SUITE(laws_of_document_codec)

BOOST_AUTO_TEST_CASE(are_kept_by_s3xml) { BOOST_TEST(broken_codec_laws<xml>() == ""); }

BOOST_AUTO_TEST_CASE(are_kept_by_s3json) {
  BOOST_TEST(broken_codec_laws<s3json::codec>() == "");
  // [document_codec]
  edensync::laws::document_codec<edensync::s3json::codec>([](std::string_view law) { BOOST_TEST_MESSAGE(law); });
  // [document_codec]
}

BOOST_AUTO_TEST_CASE(are_broken_by_a_codec_that_believes_in_every_end) {
  BOOST_TEST(broken_codec_laws<credulous>() == "what is cut off is refused\nwhat is no document is refused\n");
}

BOOST_AUTO_TEST_CASE(are_broken_by_a_codec_that_waits_for_the_end) {
  BOOST_TEST(broken_codec_laws<patient>() ==
             "records come as they are read\nwhat is too long is refused\nwhat is too deep is refused\n"
             "too many attributes are refused\n");
}

BOOST_AUTO_TEST_CASE(are_broken_by_a_codec_that_forgets_values) {
  const auto broken = broken_codec_laws<forgets_values>();
  BOOST_TEST(broken.starts_with("what is written is read back\nwhat is chosen by chance is read back\n"
                                "texts mean themselves\nempty is told from null"),
             broken);
}

BOOST_AUTO_TEST_CASE(are_broken_by_a_codec_that_takes_nothing_back) {
  BOOST_TEST(broken_codec_laws<keeps_dropped>() == "what is taken back leaves no trace\n");
}

BOOST_AUTO_TEST_SUITE_END()
