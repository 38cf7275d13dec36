#include "edensync/s3xml/vocabulary.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(vocabulary)

// The words are the protocol: a change here is a change of what every peer sees.
static_assert(edensync::s3xml::word::root == "s3xml");
static_assert(edensync::s3xml::word::replaced_by == "replaced_by");
static_assert(edensync::s3xml::word::owned_by_group == "owned_by_group");

BOOST_AUTO_TEST_CASE(compile_time_only) {}

BOOST_AUTO_TEST_SUITE_END()
