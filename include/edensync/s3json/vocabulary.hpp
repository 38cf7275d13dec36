#pragma once

#include <boost/json/parse.hpp>
#include <string_view>

#include "edensync/s3xml/vocabulary.hpp"

/// How the words of S3XML are spelled in S3JSON (spec/s3xml.md §7).
namespace edensync::s3json {

namespace word = s3xml::word;

/// In front of the names of attributes, of resources and of references.
inline constexpr std::string_view attribute_prefix = "@";
inline constexpr std::string_view resource_prefix = "$_";
inline constexpr std::string_view reference_prefix = "$k_";
/// The name of an element's text.
inline constexpr std::string_view text_name = "$";

/// Whether a text is JSON by itself.
inline bool is_json(std::string_view text) {
  boost::system::error_code wrong;
  boost::json::parse(text, wrong);
  return !wrong;
}

}  // namespace edensync::s3json
