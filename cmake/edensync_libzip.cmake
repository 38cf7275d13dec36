# edensync_libzip: libzip as an imported target. Its own configuration wants programs that Debian packs apart.
if(NOT TARGET edensync_libzip)
  find_path(EDENSYNC_LIBZIP_INCLUDE zip.h)
  find_path(EDENSYNC_LIBZIP_CONF_INCLUDE zipconf.h HINTS ${EDENSYNC_LIBZIP_INCLUDE})
  find_library(EDENSYNC_LIBZIP_LIBRARY zip)
  mark_as_advanced(EDENSYNC_LIBZIP_INCLUDE EDENSYNC_LIBZIP_CONF_INCLUDE EDENSYNC_LIBZIP_LIBRARY)
  if(EDENSYNC_LIBZIP_INCLUDE AND EDENSYNC_LIBZIP_CONF_INCLUDE AND EDENSYNC_LIBZIP_LIBRARY)
    add_library(edensync_libzip UNKNOWN IMPORTED GLOBAL)
    set_target_properties(edensync_libzip PROPERTIES
      IMPORTED_LOCATION "${EDENSYNC_LIBZIP_LIBRARY}"
      INTERFACE_INCLUDE_DIRECTORIES "${EDENSYNC_LIBZIP_INCLUDE};${EDENSYNC_LIBZIP_CONF_INCLUDE}")
  endif()
endif()
