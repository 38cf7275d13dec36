# Flags for our own programs: strict warnings as errors, sanitizers on demand. A user of the library links
# edensync::edensync and never meets this target. Boost and the C libraries live in system include paths, where the
# warnings do not apply.
add_library(edensync_development INTERFACE)
target_compile_options(edensync_development INTERFACE
  -Wall -Wextra -Wpedantic -Werror
  -Wconversion -Wsign-conversion -Wold-style-cast -Wcast-qual -Wcast-align
  -Woverloaded-virtual -Wextra-semi -Wundef -Wunused
  # {.resource = r} leaves the other members to their initializers, which is the point.
  -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(edensync_development INTERFACE
    # Only locals: a parameter may be called value although there is a type of that name.
    -Wshadow=local
    -Wduplicated-cond -Wduplicated-branches -Wlogical-op
    # g++ 12 raises these on correct code of its own std::string and std::variant once it optimises (PR105329, PR105562).
    -Wno-restrict -Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-array-bounds
    # Lets ccache keep objects that were compiled with a precompiled header.
    -fpch-preprocess)
  if(CMAKE_UNITY_BUILD)
    # A file that is included by another one is taken for a header, where an anonymous namespace is doubtful.
    target_compile_options(edensync_development INTERFACE -Wno-subobject-linkage)
  endif()
elseif(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  target_compile_options(edensync_development INTERFACE "SHELL:-Xclang -fno-pch-timestamp")
  # What another file has in its anonymous namespace is shadowed by nobody; g++ looks at locals all the same.
  if(NOT CMAKE_UNITY_BUILD)
    target_compile_options(edensync_development INTERFACE -Wshadow)
  endif()
endif()

# Apart, for what must be sanitized like its neighbours but is not ours to warn about.
add_library(edensync_sanitizers INTERFACE)
if(EDENSYNC_SANITIZE)
  list(JOIN EDENSYNC_SANITIZE "," sanitizers)
  target_compile_options(edensync_sanitizers INTERFACE
    -fsanitize=${sanitizers} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(edensync_sanitizers INTERFACE -fsanitize=${sanitizers})
endif()
if(EDENSYNC_COVERAGE)
  target_compile_options(edensync_sanitizers INTERFACE -fprofile-instr-generate -fcoverage-mapping)
  target_link_options(edensync_sanitizers INTERFACE -fprofile-instr-generate)
endif()
target_link_libraries(edensync_development INTERFACE edensync_sanitizers)
