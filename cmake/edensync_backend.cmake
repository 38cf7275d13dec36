# edensync_backend(NAME link...): the interface library edensync::NAME over backends/NAME/include.
function(edensync_backend name)
  add_library(edensync_${name} INTERFACE)
  add_library(edensync::${name} ALIAS edensync_${name})
  set_target_properties(edensync_${name} PROPERTIES EXPORT_NAME ${name})
  target_include_directories(edensync_${name} INTERFACE
    $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(edensync_${name} INTERFACE edensync::edensync ${ARGN})
  set_property(GLOBAL APPEND PROPERTY EDENSYNC_BACKENDS ${name})
endfunction()
