// Documents with one thing wrong with them: never a crash, never half a record.
#include "edensync/importer/importer.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edensync/memory/counting_uid_source.hpp"
#include "edensync/memory/store.hpp"
#include "golden/support/document.hpp"
#include "golden/support/exchange.hpp"
#include "golden/support/replayed_site.hpp"

namespace edensync::test::golden {
namespace {

struct golden_document {
  std::string resource;
  std::string text;
};

std::vector<golden_document> documents_in(const std::filesystem::path& recordings) {
  std::vector<golden_document> all;
  for (const auto& folder : cases_in(recordings / "passive")) {
    const auto request = read_http(folder / "request.http");
    const auto query = parse_sync_query(request.target());
    if (query && !query->resource.empty() && parse_tree(request.body)) all.push_back({query->resource, request.body});
  }
  return all;
}

class mutated {
 public:
  explicit mutated(const schema& s) : schema_(s) {}

  // Takes a document and looks at what it left behind.
  void take(const golden_document& d) {
    ++count;
    memory::store store(schema_);
    memory::counting_uid_source uids(1);
    import_options o;
    o.origin = 1;
    o.master = schema_.find(d.resource);
    o.now = [] { return timestamp{1000}; };
    o.make_uid = [&] { return uids.make(); };
    importer<memory::store, expat::event_source> all(store, schema_, std::move(o));
    auto done = all.start();
    if (done) done = all.feed(d.text);
    bool complete = false;
    if (done) {
      const auto finished = all.finish();
      complete = finished.has_value();
    }
    complete ? ++taken : ++refused;
    auto s = store.snapshot();
    std::size_t records = 0;
    for (const auto& r : schema_) {
      auto each = s.changes({.resource = r.id()});
      for (stored_record found; each.next(found); ++records) expect_whole(r, found, d.text);
    }
    // The documents are smaller than a batch: what breaks off leaves nothing.
    if (!complete) BOOST_TEST(records == 0u, d.text);
  }

  std::size_t count = 0, taken = 0, refused = 0;

 private:
  void expect_whole(const resource_schema& r, const stored_record& found, const std::string& text) {
    BOOST_TEST(!found.uuid.empty(), text);
    if (found.version.deleted) return;
    for (std::uint32_t i = 0; i < r.fields().size(); ++i) {
      if (r.field(i).mandatory)
        BOOST_TEST(has_content(found.fields[i]), r.name() << "." << r.field(i).name << " is empty after " << text);
      if (const auto* to = std::get_if<reference>(&found.fields[i]))
        BOOST_TEST((to->handle != record_handle::none && !to->target.empty()), text);
    }
  }

  const schema& schema_;
};

// Every `step`th byte dropped, doubled, and turned into others; the document cut there.
void mutate_bytes(const golden_document& d, std::size_t step, mutated& into) {
  for (std::size_t i = 0; i < d.text.size(); i += step) {
    auto changed = d;
    changed.text.erase(i, 1);
    into.take(changed);
    changed.text.insert(i, 2, d.text[i]);
    into.take(changed);
    for (const char c : {'<', '>', '&', '"', '\0', '\xff', 'x', '='}) {
      changed.text = d.text;
      changed.text[i] = c;
      into.take(changed);
    }
    changed.text = d.text.substr(0, i);
    into.take(changed);
  }
}

std::string written(const node& n) {
  const auto quoted = [](std::string_view text) {
    std::string out;
    for (const char c : text) out += c == '<' ? "&lt;" : c == '&' ? "&amp;" : c == '"' ? "&quot;" : std::string(1, c);
    return out;
  };
  std::string out = "<" + n.name;
  for (const auto& [name, value] : n.attributes) out += " " + name + "=\"" + quoted(value) + "\"";
  out += ">" + quoted(n.text);
  for (const auto& c : n.children) out += written(c);
  return out + "</" + n.name + ">";
}

// Every element below `n` dropped, doubled, put last, put into its neighbour; every attribute dropped, emptied, given to the
// next element.
void mutate_tree(const golden_document& d, const node& root, node& n, mutated& into) {
  const auto take = [&] { into.take({d.resource, written(root)}); };
  const auto children = n.children;
  for (std::size_t i = 0; i < children.size(); ++i) {
    n.children.erase(n.children.begin() + static_cast<std::ptrdiff_t>(i));
    take();
    n.children.push_back(children[i]);
    take();
    n.children = children;
    n.children.push_back(children[i]);
    take();
    if (i + 1 < children.size()) {
      n.children = children;
      n.children[i + 1].children.push_back(children[i]);
      take();
    }
    n.children = children;
  }
  const auto attributes = n.attributes;
  for (const auto& [name, value] : attributes) {
    n.attributes.erase(name);
    take();
    n.attributes[name] = "";
    take();
    for (const auto& [other, theirs] : attributes) {
      if (other == name) continue;
      n.attributes = attributes;
      std::swap(n.attributes[name], n.attributes[other]);
      take();
    }
    n.attributes = attributes;
  }
  for (auto& c : n.children) mutate_tree(d, root, c, into);
}

void mutate(const golden_document& d, std::size_t step, mutated& into) {
  mutate_bytes(d, step, into);
  auto root = parse_tree(d.text);
  mutate_tree(d, *root, *root, into);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(golden_mutations)

BOOST_AUTO_TEST_CASE(own_documents) {
  const auto s = schema_beside(own_recordings());
  mutated all(s);
  for (const auto& d : documents_in(own_recordings())) mutate(d, 3, all);
  BOOST_TEST_MESSAGE(all.count << " mutations: " << all.taken << " taken, " << all.refused << " refused");
  BOOST_TEST(all.taken > 1000u);
  BOOST_TEST(all.refused > 1000u);
}

BOOST_AUTO_TEST_CASE(recorded_documents) {
  const auto here = recorded("eden-wire");
  if (!here) return;
  const auto s = schema_beside(*here);
  mutated all(s);
  const auto documents = documents_in(*here);
  // Some bytes of each: what they do to one document they do to others.
  for (const auto& d : documents)
    if (d.text.size() < 5000) mutate_bytes(d, 397, all);
  for (std::size_t i = 0; i < documents.size(); i += 20)
    if (auto root = parse_tree(documents[i].text); documents[i].text.size() < 5000)
      mutate_tree(documents[i], *root, *root, all);
  BOOST_TEST_MESSAGE(all.count << " mutations: " << all.taken << " taken, " << all.refused << " refused");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace edensync::test::golden
