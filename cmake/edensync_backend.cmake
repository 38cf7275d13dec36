# edensync_backend(NAME LINK target... [ON backend...] [NEEDS "package [version] [COMPONENTS ...]"...] [PKG_CONFIG module...]
# [LIBS -l...]): the interface library edensync::NAME over backends/NAME/include. ON, NEEDS, PKG_CONFIG and LIBS say the same as LINK to those
# who find it installed: through find_package, and through pkg-config.
function(edensync_backend name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LINK;ON;NEEDS;PKG_CONFIG;LIBS")
  add_library(edensync_${name} INTERFACE)
  add_library(edensync::${name} ALIAS edensync_${name})
  set_target_properties(edensync_${name} PROPERTIES EXPORT_NAME ${name})
  target_include_directories(edensync_${name} INTERFACE
    $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(edensync_${name} INTERFACE edensync::edensync ${arg_LINK})
  set_property(GLOBAL APPEND PROPERTY EDENSYNC_BACKENDS ${name})
  foreach(what ON NEEDS PKG_CONFIG LIBS)
    set_property(GLOBAL PROPERTY EDENSYNC_${what}_${name} "${arg_${what}}")
  endforeach()
endfunction()
