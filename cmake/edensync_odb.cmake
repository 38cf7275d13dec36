# ODB's compiler and runtime, and edensync_odb_classes. Included by the project and by those who find it installed.
find_program(EDENSYNC_ODB_COMPILER odb)
find_path(EDENSYNC_ODB_INCLUDE odb/sqlite/database.hxx)
find_library(EDENSYNC_ODB_LIBRARY odb)
find_library(EDENSYNC_ODB_SQLITE_LIBRARY odb-sqlite)
mark_as_advanced(EDENSYNC_ODB_COMPILER EDENSYNC_ODB_INCLUDE EDENSYNC_ODB_LIBRARY EDENSYNC_ODB_SQLITE_LIBRARY)
find_package(SQLite3 QUIET)
set(ODB_FOUND FALSE CACHE INTERNAL "")
if(EDENSYNC_ODB_COMPILER AND EDENSYNC_ODB_INCLUDE AND EDENSYNC_ODB_LIBRARY AND EDENSYNC_ODB_SQLITE_LIBRARY
   AND SQLite3_FOUND)
  set(ODB_FOUND TRUE CACHE INTERNAL "")
endif()

# Beside this file where it is installed, otherwise in the backend's folder. In the cache, because the functions are known
# everywhere, but variables are not.
if(EXISTS ${CMAKE_CURRENT_LIST_DIR}/gateway.cxx)
  set(EDENSYNC_ODB_GATEWAY ${CMAKE_CURRENT_LIST_DIR}/gateway.cxx CACHE INTERNAL "")
  get_target_property(edensync_odb_headers edensync::edensync INTERFACE_INCLUDE_DIRECTORIES)
else()
  get_filename_component(edensync_odb_headers ${CMAKE_CURRENT_LIST_DIR}/../backends/odb ABSOLUTE)
  set(EDENSYNC_ODB_GATEWAY ${edensync_odb_headers}/src/gateway.cxx CACHE INTERNAL "")
  string(APPEND edensync_odb_headers /include)
endif()
set(EDENSYNC_ODB_HEADERS ${edensync_odb_headers} CACHE INTERNAL "")

# edensync_odb_library(NAME KIND SOURCES FOLDER [HEADERS...] [INCLUDE...] [SCHEMA name] [PREFIX folder]): a library of C++14
# from sources, and from what the ODB compiler generates into FOLDER.
function(edensync_odb_library name kind sources folder)
  cmake_parse_arguments(PARSE_ARGV 4 arg "" "SCHEMA;PREFIX" "HEADERS;INCLUDE")
  find_package(SQLite3 QUIET)
  set(includes ${arg_INCLUDE} ${EDENSYNC_ODB_HEADERS})
  set(options --database sqlite --std c++11 --generate-query --generate-prepared --generate-schema)
  set(output ${folder})
  if(arg_SCHEMA)
    list(APPEND options --schema-name ${arg_SCHEMA} --include-prefix ${arg_PREFIX})
    string(APPEND output /${arg_PREFIX})
  endif()
  set(found)
  foreach(include IN LISTS includes)
    list(APPEND found -I${include})
  endforeach()
  file(MAKE_DIRECTORY ${output})
  set(generated)
  foreach(header IN LISTS arg_HEADERS)
    get_filename_component(header ${header} ABSOLUTE)
    get_filename_component(stem ${header} NAME_WE)
    get_filename_component(beside ${header} DIRECTORY)
    list(APPEND includes ${beside})
    add_custom_command(
      OUTPUT ${output}/${stem}-odb.cxx ${output}/${stem}-odb.hxx ${output}/${stem}-odb.ixx
      COMMAND ${EDENSYNC_ODB_COMPILER} ${options} ${found} --output-dir ${output} ${header}
      # The ODB compiler does not tell what a header includes; a preprocessor that sees the same does.
      COMMAND ${CMAKE_CXX_COMPILER} -x c++ -std=c++11 -DODB_COMPILER -DDATABASE_SQLITE ${found} -MM
        -MT ${output}/${stem}-odb.cxx -MF ${output}/${stem}-odb.d ${header}
      DEPENDS ${header}
      DEPFILE ${output}/${stem}-odb.d
      COMMENT "Generating the mapping of ${stem}"
      VERBATIM)
    list(APPEND generated ${output}/${stem}-odb.cxx)
  endforeach()
  add_library(${name} ${kind} EXCLUDE_FROM_ALL ${sources} ${generated})
  # A class is registered under the number of its line.
  set_target_properties(${name} PROPERTIES CXX_STANDARD 14 CXX_STANDARD_REQUIRED ON UNITY_BUILD OFF)
  target_include_directories(${name} PRIVATE ${includes} ${folder})
  target_include_directories(${name} SYSTEM PRIVATE ${EDENSYNC_ODB_INCLUDE})
  target_link_libraries(${name} PUBLIC ${EDENSYNC_ODB_SQLITE_LIBRARY} ${EDENSYNC_ODB_LIBRARY} SQLite::SQLite3)
  # odb/sqlite/query.hxx copies a bool that it has not set, as do members that nobody has set yet. Said of the sources, it
  # stands behind the options of the sanitizers.
  set_source_files_properties(${sources} PROPERTIES COMPILE_OPTIONS -fno-sanitize=bool)
  set_source_files_properties(${generated} PROPERTIES COMPILE_OPTIONS "-w;-fno-sanitize=bool")
  if(TARGET edensync_sanitizers)
    target_link_libraries(${name} PRIVATE edensync_sanitizers)
  endif()
endfunction()

# edensync_odb_classes(TARGET REGISTER file.cxx... [HEADERS file.hxx...] [INCLUDE folder...]): links edensync::odb and the
# classes that the files register to a program. The ODB compiler is run for the headers; leave them out where the program's
# own build does that (with --generate-query and --generate-prepared), and say where what it generates is included from.
function(edensync_odb_classes target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "REGISTER;HEADERS;INCLUDE")
  if(NOT ODB_FOUND)
    message(FATAL_ERROR "edensync_odb_classes(${target}): the ODB compiler or its runtime is not here")
  endif()
  set(edensync_odb_generated ${CMAKE_BINARY_DIR}/edensync_odb)
  if(NOT TARGET edensync_odb_gateway)
    edensync_odb_library(edensync_odb_gateway STATIC ${EDENSYNC_ODB_GATEWAY} ${edensync_odb_generated}
      HEADERS ${EDENSYNC_ODB_HEADERS}/edensync/odb/object_stamp.hxx SCHEMA edensync PREFIX edensync/odb)
  endif()
  edensync_odb_library(${target}_odb OBJECT "${arg_REGISTER}" ${CMAKE_CURRENT_BINARY_DIR}/${target}_odb
    HEADERS ${arg_HEADERS} INCLUDE ${arg_INCLUDE} ${edensync_odb_generated})
  # An application's view may join what edensync keeps, and includes what is generated for it.
  add_dependencies(${target}_odb edensync_odb_gateway)
  target_link_libraries(${target} PRIVATE ${target}_odb edensync_odb_gateway edensync::odb)
endfunction()
