#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

// What is written, by number; read by both sides, so: C++14.

constexpr std::int64_t modified_on = 1767225600;

inline std::string uuid_of(const char* kind, std::size_t i) {
  const std::string digits = std::to_string(1000000 + i);
  return std::string("urn:uuid:") + kind + "-0000-4000-8000-00000" + digits;
}
inline std::string name_of(std::size_t i) { return "Field office of the relief number " + std::to_string(i); }
inline std::string code_of(std::size_t i) { return "OFF" + std::to_string(i); }
inline std::string phone_of(std::size_t i) { return "+41 31 555 " + std::to_string(1000 + i % 9000); }
inline std::string email_of(std::size_t i) { return "office" + std::to_string(i) + "@relief.example.org"; }
inline std::int64_t beds_of(std::size_t i) { return static_cast<std::int64_t>(i % 40); }
inline double lat_of(std::size_t i) { return static_cast<double>(i % 90) + 0.5; }
inline std::string comments_of(std::size_t i) {
  return "Opened after the flood; the road from the north is closed in winter. Ask at the gate for number " +
         std::to_string(i) + ".";
}
