#include <edensync/beast/src.hpp>
