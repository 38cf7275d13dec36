#ifndef CONSUMER_PERSON_HXX
#define CONSUMER_PERSON_HXX

#include <odb/core.hxx>

#include <string>

namespace app {

#pragma db object table("people")
class person {
 private:
  friend class odb::access;
#pragma db id auto
  unsigned long id_ = 0;
  std::string last_name_;
};

}  // namespace app

#endif
