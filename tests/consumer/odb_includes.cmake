# A mapping is made anew when a header changes that the class's header includes.
#   cmake -Dsource=... -Dwork=... -Dcompiler=... -P odb_includes.cmake
file(REMOVE_RECURSE ${work})
file(WRITE ${work}/base.hxx "#pragma db object abstract\nstruct base {\n  int first;\n};\n")
file(WRITE ${work}/thing.hxx "#include \"base.hxx\"\n#pragma db object\nstruct thing : base {\n"
  "#pragma db id auto\n  unsigned long id;\n};\n")
file(WRITE ${work}/CMakeLists.txt "cmake_minimum_required(VERSION 3.25)\nproject(mapping LANGUAGES CXX)\n"
  "include(${source}/cmake/edensync_odb.cmake)\n"
  "edensync_odb_library(mapping OBJECT \"\" \${CMAKE_BINARY_DIR}/generated HEADERS thing.hxx)\n"
  "add_custom_target(generate DEPENDS \${CMAKE_BINARY_DIR}/generated/thing-odb.cxx)\n")

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE code OUTPUT_VARIABLE said ERROR_VARIABLE said)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "${ARGN}\n${said}")
  endif()
endfunction()

run(${CMAKE_COMMAND} -S ${work} -B ${work}/build -G Ninja -DCMAKE_CXX_COMPILER=${compiler})
run(${CMAKE_COMMAND} --build ${work}/build --target generate)
file(WRITE ${work}/base.hxx "#pragma db object abstract\nstruct base {\n  int first;\n  int added_later;\n};\n")
run(${CMAKE_COMMAND} --build ${work}/build --target generate)
file(READ ${work}/build/generated/thing-odb.cxx generated)
if(NOT generated MATCHES "added_later")
  message(FATAL_ERROR "the mapping does not know of what was added to an included header")
endif()
