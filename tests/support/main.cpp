// The runner of every test program.
//
//   test_core                      all test cases
//   test_core -- PATH/record.cpp   those written in that file (a name without folders will do)
//   test_core --run_test=a/b       Boost.Test's own options go before the --
//
// Test cases written in a header belong to every file of the program, so that none can be lost. A file without any
// test case is a mistake and fails: who has static_asserts only writes BOOST_AUTO_TEST_CASE(compile_time_only) {}.
#define BOOST_TEST_NO_MAIN
#define BOOST_TEST_ALTERNATIVE_INIT_API
#include <boost/test/unit_test.hpp>

#include <boost/test/tree/traverse.hpp>
#include <boost/test/tree/visitor.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

namespace {

namespace ut = boost::unit_test;

std::string_view text(ut::const_string const& s) { return {s.begin(), s.size()}; }

std::string_view base_name(std::string_view path) { return path.substr(path.find_last_of('/') + 1); }

// Compilers and caches shorten paths, so the shorter of the two must be the end of the longer one.
bool same_file(std::string_view a, std::string_view b) {
  for (auto* path : {&a, &b})
    while (path->starts_with("../")) path->remove_prefix(3);
  return base_name(a) == base_name(b) && (a.ends_with(b) || b.ends_with(a));
}

struct keep_one_file : ut::test_tree_visitor {
  explicit keep_one_file(std::string_view wanted) : file(wanted) {}

  bool test_suite_start(ut::test_suite const& suite) override {
    // The cases of BOOST_DATA_TEST_CASE come into being only now.
    ut::framework::get<ut::test_suite>(suite.p_id).generate();
    return true;
  }

  void visit(ut::test_case const& test) override {
    std::string_view const written_in = text(test.p_file_name);
    if (same_file(written_in, file)) {
      ++kept;
    } else if (written_in.ends_with(".cpp")) {
      ut::framework::get<ut::test_case>(test.p_id).p_default_status.value = ut::test_unit::RS_DISABLED;
    }
  }

  std::string_view file;
  int kept = 0;
};

// Called once the tree of test cases exists, before it is decided which of them are enabled.
bool choose_file() {
  auto& master = ut::framework::master_test_suite();
  master.p_name.value = "edensync";
  if (master.argc < 2) return true;
  keep_one_file visitor{master.argv[1]};
  ut::traverse_test_tree(master, visitor, true);
  if (visitor.kept == 0) throw std::runtime_error("no test case is written in " + std::string(visitor.file));
  return true;
}

}  // namespace

int main(int argc, char* argv[]) { return ut::unit_test_main(&choose_file, argc, argv); }
