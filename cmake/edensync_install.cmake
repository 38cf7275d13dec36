# Install and find_package(edensync COMPONENTS expat sqlite beast). One export set for the engine and one per backend,
# so that a missing backend library never stops who needs the engine only. The odb backend is a spike and stays here.
include(CMakePackageConfigHelpers)
set(edensync_config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/edensync)

install(TARGETS edensync EXPORT edensync-targets)
install(EXPORT edensync-targets NAMESPACE edensync:: DESTINATION ${edensync_config_dir})
install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")

get_property(backends GLOBAL PROPERTY EDENSYNC_BACKENDS)
foreach(name IN LISTS backends)
  if(name STREQUAL "odb")
    continue()
  endif()
  install(TARGETS edensync_${name} EXPORT edensync-${name}-targets)
  install(EXPORT edensync-${name}-targets NAMESPACE edensync:: DESTINATION ${edensync_config_dir})
  install(DIRECTORY backends/${name}/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
endforeach()

configure_package_config_file(cmake/edensync-config.cmake.in ${PROJECT_BINARY_DIR}/edensync-config.cmake
  INSTALL_DESTINATION ${edensync_config_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/edensync-config-version.cmake
  COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES ${PROJECT_BINARY_DIR}/edensync-config.cmake ${PROJECT_BINARY_DIR}/edensync-config-version.cmake
  cmake/edensync_libzip.cmake
  DESTINATION ${edensync_config_dir})
