# ccache when it is there, never required. It refuses precompiled headers unless it is told that they may be trusted;
# CMake regenerates ours whenever what they contain changes.
find_program(EDENSYNC_CCACHE ccache)
mark_as_advanced(EDENSYNC_CCACHE)
if(EDENSYNC_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
    ${EDENSYNC_CCACHE})
endif()
