# Install, find_package(edensync COMPONENTS expat sqlite beast) and pkg-config edensync-expat. One export set for the engine
# and one per backend, so that a missing backend library never stops who needs the engine only.
include(CMakePackageConfigHelpers)
set(edensync_config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/edensync)
set(edensync_generated ${PROJECT_BINARY_DIR}/package)

# edensync_pkg_config(NAME DESCRIPTION REQUIRES LIBS)
function(edensync_pkg_config name description requires libs)
  file(RELATIVE_PATH up /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
  list(JOIN requires ", " requires)
  list(JOIN libs " " libs)
  file(CONFIGURE OUTPUT ${edensync_generated}/${name}.pc @ONLY CONTENT
[[prefix=${pcfiledir}/@up@
includedir=${prefix}/@CMAKE_INSTALL_INCLUDEDIR@

Name: @name@
Description: @description@
Version: @PROJECT_VERSION@
Requires: @requires@
Libs: @libs@
Cflags: -I${includedir}
]])
  install(FILES ${edensync_generated}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()

install(TARGETS edensync EXPORT edensync-targets)
install(EXPORT edensync-targets NAMESPACE edensync:: DESTINATION ${edensync_config_dir})
install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
# Boost has no pkg-config modules.
edensync_pkg_config(edensync "${PROJECT_DESCRIPTION}" "" -lboost_json)

get_property(components GLOBAL PROPERTY EDENSYNC_BACKENDS)
foreach(name IN LISTS components)
  install(TARGETS edensync_${name} EXPORT edensync-${name}-targets)
  install(EXPORT edensync-${name}-targets NAMESPACE edensync:: DESTINATION ${edensync_config_dir})
  install(DIRECTORY backends/${name}/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp" PATTERN "*.hxx")

  set(needs "")
  get_property(others GLOBAL PROPERTY EDENSYNC_ON_${name})
  foreach(other IN LISTS others)
    string(APPEND needs "edensync_need_component(${other})\n")
  endforeach()
  get_property(packages GLOBAL PROPERTY EDENSYNC_NEEDS_${name})
  foreach(package IN LISTS packages)
    string(APPEND needs "edensync_need(${package})\n")
  endforeach()
  file(WRITE ${edensync_generated}/edensync-${name}-needs.cmake "${needs}")
  install(FILES ${edensync_generated}/edensync-${name}-needs.cmake DESTINATION ${edensync_config_dir})

  get_property(modules GLOBAL PROPERTY EDENSYNC_PKG_CONFIG_${name})
  get_property(libs GLOBAL PROPERTY EDENSYNC_LIBS_${name})
  edensync_pkg_config(edensync-${name} "edensync's backend ${name}" "edensync;${modules}" "${libs}")
endforeach()

list(JOIN components ", " EDENSYNC_COMPONENTS)
configure_package_config_file(cmake/edensync-config.cmake.in ${edensync_generated}/edensync-config.cmake
  INSTALL_DESTINATION ${edensync_config_dir})
write_basic_package_version_file(${edensync_generated}/edensync-config-version.cmake
  COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES ${edensync_generated}/edensync-config.cmake ${edensync_generated}/edensync-config-version.cmake
  cmake/edensync_libzip.cmake cmake/edensync_odb.cmake backends/odb/src/gateway.cxx
  DESTINATION ${edensync_config_dir})
