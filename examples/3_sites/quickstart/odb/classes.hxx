// The tables of examples/data as persistent classes of ODB, which know nothing of synchronisation.
#ifndef EDEN_PAIR_ODB_CLASSES_HXX
#define EDEN_PAIR_ODB_CLASSES_HXX

#include <odb/core.hxx>
#include <odb/lazy-ptr.hxx>
#include <odb/nullable.hxx>

#include <cstdint>
#include <memory>
#include <string>

using text = odb::nullable<std::string>;
using moment = odb::nullable<std::int64_t>;

#pragma db object table("gis_location")
struct location {
#pragma db id auto
  std::int64_t id = 0;
  std::string name;
  text level;
  odb::nullable<double> lat;
  odb::nullable<double> lon;
  text comments;
#pragma db index
  odb::lazy_shared_ptr<location> parent;
};

#pragma db object table("org_organisation")
struct organisation {
#pragma db id auto
  std::int64_t id = 0;
  std::string name;
  text acronym;
  text country;
  text phone;
  text website;
  odb::nullable<int> year;
  text comments;
};

#pragma db object table("org_office")
struct office {
#pragma db id auto
  std::int64_t id = 0;
  std::string name;
#pragma db index
  text code;
  text phone1;
  text email;
  odb::nullable<bool> obsolete;
  text comments;
  odb::lazy_shared_ptr<organisation> organisation_id;
  odb::lazy_shared_ptr<location> location_id;
};

#pragma db object table("pr_person")
struct person {
#pragma db id auto
  std::int64_t id = 0;
  std::string first_name;
  text middle_name;
  text last_name;
  odb::nullable<int> gender;
  text date_of_birth;
  text comments;
};

#pragma db object table("pr_contact")
struct contact {
#pragma db id auto
  std::int64_t id = 0;
#pragma db index
  odb::lazy_shared_ptr<person> pe_id;
  std::string contact_method;
  std::string value;
  odb::nullable<int> priority;
};

#pragma db object table("pr_address")
struct address {
#pragma db id auto
  std::int64_t id = 0;
#pragma db index
  odb::lazy_shared_ptr<person> pe_id;
  odb::nullable<int> type;
  text comments;
  odb::lazy_shared_ptr<location> location_id;
};

#pragma db object table("inv_req")
struct request {
#pragma db id auto
  std::int64_t id = 0;
  std::string req_ref;
  moment date;
  odb::nullable<int> priority;
  text purpose;
  odb::nullable<bool> is_template;
  moment date_required;
  odb::nullable<bool> closed;
  text comments;
  odb::lazy_shared_ptr<office> site_id;
  odb::lazy_shared_ptr<person> requester_id;
};

#endif
