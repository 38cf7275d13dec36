// What people at both sites do to their records: all of it through the site's own functions, as an application would.

#include <array>
#include <iostream>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "node.hpp"

namespace eden_pair {

namespace {

using edensync::link;
using edensync::uid;
using relief::address;
using relief::contact;
using relief::location;
using relief::office;
using relief::organisation;
using relief::person;
using relief::request;

/// The records with UUIDs that are easy to recognise; see examples/data/README.md.
uid known(std::string_view kind, int n) {
  return uid("urn:uuid:" + std::string(kind) + "-0000-4000-8000-00000000000" + std::to_string(n));
}
uid known_office(int n) { return known("0ff1ce00", n); }
uid known_organisation(int n) { return known("06a00000", n); }
uid known_person(int n) { return known("9e450000", n); }
uid known_request(int n) { return known("4e900000", n); }
uid known_country() { return known("10ca7100", 1); }

constexpr std::array towns{"Alder Creek", "Birch Hollow", "Cedar Point", "Dunmore", "Eastwick", "Fernhill"};
constexpr std::array first_names{"Ada", "Björn", "Chiara", "Darya", "Émile", "Fatuma", "Goran"};
constexpr std::array last_names{"Okafor", "Lindqvist", "Marín", "Haddad", "Kovač"};

std::string telephone(int n) { return "+1 555 010 " + std::to_string(1000 + n).substr(1); }

/// Changes one record: reads it, lets `how` change it, and puts it back.
template <class T, class F>
void change(node& here, const uid& id, F how) {
  auto found = here.site.get<T>(id).value();
  if (!found) throw std::runtime_error(id.text() + " is not here");
  how(*found);
  here.site.put(*found).value();
}

template <class T, class F>
std::vector<T> some(node& here, std::size_t count, F wanted) {
  std::vector<T> out;
  here.site
      .for_each<T>([&](const T& each) {
        if (wanted(each)) out.push_back(each);
        return out.size() < count;
      })
      .value();
  return out;
}

void base_first(node& here) {
  change<office>(here, known_office(2), [](office& o) {
    o.name = "Riverside Depot";
    o.comments = "Renamed by the base";
  });
  here.site.erase<office>(known_office(3)).value();
  change<office>(here, known_office(4), [](office& o) { o.phone1 = telephone(4); });
  change<person>(here, known_person(3), [](person& p) { p.date_of_birth = edensync::parse_date("1971-05-03"); });
  here.site.erase<person>(known_person(5)).value();  // and with it what belongs to it
  for (int n = 1; n <= 10; ++n) {
    request r{.req_ref = "REQ-B-" + std::to_string(n),
              .purpose = "Blankets for " + std::to_string(n * 20) + " families"};
    r.date = here.clock.now();
    r.site_id = link<office>{known_office(1)};
    r.requester_id = link<person>{known_person(1)};
    here.site.put(r).value();
  }
  for (auto& p : some<person>(here, 15, [](const person& p) { return !p.middle_name; })) {
    p.comments = "Seen at the gathering point";
    here.site.put(p).value();
  }
  std::cout << "  the base renames office OF0002, deletes OF0003 and a person, telephones to OF0004,\n"
               "  enters 10 requests and notes where it saw 15 people\n";
}

void field(node& here) {
  change<office>(here, known_office(1), [](office& o) { o.phone1 = telephone(77); });
  change<office>(here, known_office(2), [](office& o) { o.phone1 = telephone(78); });
  change<office>(here, known_office(3), [](office& o) { o.comments = "Open again since Monday"; });
  here.site.erase<office>(known_office(4)).value();
  change<person>(here, known_person(3), [](person& p) { p.date_of_birth = edensync::parse_date("1971-03-05"); });

  // The export says that this one was merged into another organisation; here people know that it is one of its own.
  here.site.put(organisation{.uuid = known_organisation(9), .name = "Helping Hands, Northern Branch", .country = "FO"})
      .value();
  // Entered twice here; the offices of the second one go to the first.
  const auto twice =
      some<organisation>(here, 2, [](const organisation& o) { return o.name.starts_with("Field partner"); });
  here.site.merge<organisation>(twice.at(0).uuid, twice.at(1).uuid).value();
  // For an organisation that the base is about to merge.
  here.site.put(office{.name = "Ferry landing", .organisation_id = link<organisation>{known_organisation(3)}}).value();

  // Several changes that belong together are one transaction.
  const auto open =
      some<request>(here, 17, [](const request& r) { return r.req_ref.starts_with("REQ-F-") && !r.closed; });
  here.site
      .write([&](auto& w) {
        for (std::size_t i = 0; i < open.size(); ++i) {
          request r = open[i];
          if (i < 5) {
            w.template erase<request>(r.uuid);
          } else {
            r.closed = true;
            w.put(r);
          }
        }
        for (int n = 1; n <= 8; ++n)
          w.put(
              contact{.pe_id = {known_person(2)}, .contact_method = "SMS", .value = telephone(500 + n), .priority = n});
      })
      .value();
  std::cout
      << "  the field office changes OF0001, OF0002 and OF0003, deletes OF0004, revives an organisation, merges two,\n"
         "  opens an office, closes 12 requests, deletes 5, and adds 8 telephone numbers of one person\n";
}

void base_last(node& here) {
  change<office>(here, known_office(1), [](office& o) { o.email = "riverside@example.org"; });
  here.site.merge<organisation>(known_organisation(2), known_organisation(3)).value();
  change<request>(here, known_request(1), [](request& r) { r.closed = true; });
  std::cout << "  the base changes OF0001 as well, closes a request, and merges two organisations\n";
}

}  // namespace

void fill(const arguments& given) {
  node here(given);
  int records = 0;
  const auto entered = [&](auto& w, auto each) {
    ++records;
    return w.put(std::move(each));
  };
  here.site
      .write([&](auto& w) {
        // Typed in from a list that the base had printed, with its identifiers.
        const auto country =
            entered(w, location{.uuid = known_country(), .name = "Nordáland", .level = "L0", .lat = 62.0, .lon = -7.0});
        entered(w, organisation{.uuid = known_organisation(1),
                                .name = "Helping Hands & Co.",
                                .acronym = "HHC",
                                .country = "FO",
                                .phone = telephone(1),
                                .comments = "New telephone number"});

        std::vector<uid> places, partners, offices, people;
        for (int n = 0; n < 36; ++n)
          places.push_back(entered(w, location{.name = std::string(towns[static_cast<std::size_t>(n) % towns.size()]) +
                                                       ' ' + std::to_string(n / 6 + 1),
                                               .level = "L2",
                                               .parent = link<location>{country}}));
        for (int n = 0; n < 20; ++n)
          partners.push_back(
              entered(w, organisation{.name = "Field partner " + std::to_string(n + 1), .country = "FO"}));
        for (std::size_t n = 0; n < 45; ++n)
          offices.push_back(entered(w, office{.name = "Post " + std::to_string(n + 1),
                                              .code = "FO-" + std::to_string(n + 1),
                                              .phone1 = telephone(static_cast<int>(n)),
                                              .organisation_id = link<organisation>{partners[n % partners.size()]},
                                              .location_id = link<location>{places[n % places.size()]}}));
        for (std::size_t n = 0; n < 120; ++n) {
          people.push_back(entered(w, person{.first_name = first_names[n % first_names.size()],
                                             .last_name = last_names[n % last_names.size()],
                                             .gender = static_cast<int>(n % 3) + 1}));
          entered(w, contact{.pe_id = {people.back()},
                             .contact_method = "SMS",
                             .value = telephone(static_cast<int>(100 + n)),
                             .priority = 1});
          if (n % 3 == 0)
            entered(
                w,
                address{.pe_id = {people.back()}, .type = 1, .location_id = link<location>{places[n % places.size()]}});
        }
        for (std::size_t n = 0; n < 80; ++n)
          entered(w, request{.req_ref = "REQ-F-" + std::to_string(n + 1),
                             .date = here.clock.now(),
                             .priority = static_cast<int>(n % 3) + 1,
                             .purpose = "Water tanks, " + std::to_string(n + 1) + " × 1000 l",
                             .site_id = link<office>{offices[n % offices.size()]},
                             .requester_id = link<person>{people[n % people.size()]}});
      })
      .value();
  std::cout << "  the field office has entered " << records << " records of its own\n";
}

void edit(const arguments& given) {
  node here(given);
  if (given.others.size() != 2) throw usage_error("which step?");
  const std::string& step = given.others[1];
  if (step == "base-first" && here.is_base)
    base_first(here);
  else if (step == "field" && !here.is_base)
    field(here);
  else if (step == "base-last" && here.is_base)
    base_last(here);
  else
    throw usage_error("there is no such step at this site: " + step);
}

}  // namespace eden_pair
