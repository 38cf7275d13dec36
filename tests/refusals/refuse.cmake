# cmake -Dcompiler= -Dflags= -Dsource= -P refuse.cmake: SOURCE must be refused with the sentences of its first lines, each
# of them printed as often as it is there.
# -Dodb= -Dfolder=: first the ODB compiler makes the mapping of the header of the same name, in that folder.
file(STRINGS ${source} lines REGEX "^// refused: ")
if(NOT lines)
  message(FATAL_ERROR "${source}:1: the first line must be '// refused: <text the compiler prints>'")
endif()

if(odb)
  string(REGEX REPLACE "[.]cxx$" ".hxx" header ${source})
  file(MAKE_DIRECTORY ${folder})
  execute_process(COMMAND ${odb} --database sqlite --std c++11 --generate-query --generate-prepared
    --output-dir ${folder} ${header} COMMAND_ERROR_IS_FATAL ANY)
endif()

execute_process(COMMAND ${compiler} ${flags} ${source} RESULT_VARIABLE failed OUTPUT_VARIABLE said ERROR_VARIABLE said)
if(failed EQUAL 0)
  message(FATAL_ERROR "${source} compiles, but was to be refused: ${lines}")
endif()
foreach(line IN LISTS lines)
  string(REGEX REPLACE "^// refused: " "" sentence "${line}")
  string(FIND "${said}" "${sentence}" place)
  if(place EQUAL -1)
    message(FATAL_ERROR "${source} is refused, but not with: ${sentence}\nThe compiler said:\n${said}")
  endif()
endforeach()

file(STRINGS ${source} has_cure REGEX "EDENSYNC_CORRECTED")
if(has_cure)
  execute_process(COMMAND ${compiler} ${flags} -DEDENSYNC_CORRECTED ${source} RESULT_VARIABLE failed ERROR_VARIABLE said)
  if(NOT failed EQUAL 0)
    message(FATAL_ERROR "${source} is refused even with EDENSYNC_CORRECTED:\n${said}")
  endif()
endif()
