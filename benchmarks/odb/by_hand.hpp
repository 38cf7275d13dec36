#pragma once

#include <cstddef>
#include <string>

/// What one would write by hand with ODB to keep records as the store does: objects with their stamps, prepared queries.
/// No ledger, no checks of what is given.
namespace by_hand {

/// Makes a file with some organisations.
void open(const std::string& path, std::size_t organisations);
void close();

/// Each of these goes over offices 0 … n-1, `batch` to a transaction where it writes; it gives a sum over what it saw, so
/// that both ways can be compared and nothing is left out.
std::size_t insert(std::size_t n, std::size_t batch);
std::size_t find(std::size_t n);
std::size_t update(std::size_t n, std::size_t batch);
/// All offices in the order of their changes, each with the uuid of its organisation.
std::size_t read_all();

}  // namespace by_hand
