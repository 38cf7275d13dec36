// refused: edensync: secret_vault needs seal(string_view) const -> result<string>
// refused: edensync: secret_vault needs open(string_view) const -> result<string>
#include "edensync/admin/credentials.hpp"

// Vaults that do half of what is asked of them, given to what makes credentials readable.
namespace {

using edensync::result;

struct seals_nothing {
#ifdef EDENSYNC_CORRECTED
  result<std::string> seal(std::string_view) const;
#endif
  result<std::string> open(std::string_view) const;
};

struct changes_when_it_opens {
  result<std::string> seal(std::string_view) const;
#ifdef EDENSYNC_CORRECTED
  result<std::string> open(std::string_view) const;
#else
  result<std::string> open(std::string_view);
#endif
};

void read_them(const edensync::repository& r) {
  (void)edensync::admin::opened(r, seals_nothing());
  (void)edensync::admin::opened(r, changes_when_it_opens());
}

}  // namespace
