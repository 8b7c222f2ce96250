# Target multicond::multicond: the C library, installed anywhere.
#
#   find_package(multicond 0.1 REQUIRED)
#   target_link_libraries(application PRIVATE multicond::multicond)
#
# multicond_USE_STATIC, set before, takes the static library.

get_filename_component(_multicond_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
set(_multicond_folders
    "${_multicond_prefix}/lib"
    "${_multicond_prefix}/lib64"
    "${_multicond_prefix}/lib/${CMAKE_LIBRARY_ARCHITECTURE}")

if(multicond_USE_STATIC)
  set(_multicond_names "${CMAKE_STATIC_LIBRARY_PREFIX}multicond${CMAKE_STATIC_LIBRARY_SUFFIX}")
else()
  set(_multicond_names multicond)
endif()

find_path(multicond_INCLUDE_DIR multicond.h
          PATHS "${_multicond_prefix}/include" NO_DEFAULT_PATH)
find_library(multicond_LIBRARY NAMES ${_multicond_names}
             PATHS ${_multicond_folders} NO_DEFAULT_PATH)
mark_as_advanced(multicond_INCLUDE_DIR multicond_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(multicond
    REQUIRED_VARS multicond_LIBRARY multicond_INCLUDE_DIR
    VERSION_VAR multicond_VERSION)

if(multicond_FOUND AND NOT TARGET multicond::multicond)
  add_library(multicond::multicond UNKNOWN IMPORTED)
  set_target_properties(multicond::multicond PROPERTIES
      IMPORTED_LOCATION "${multicond_LIBRARY}"
      INTERFACE_INCLUDE_DIRECTORIES "${multicond_INCLUDE_DIR}")
  if(multicond_USE_STATIC)
    find_package(Threads REQUIRED)
    set_property(TARGET multicond::multicond PROPERTY
        INTERFACE_COMPILE_DEFINITIONS MULTICOND_STATIC)
    set_property(TARGET multicond::multicond PROPERTY
        INTERFACE_LINK_LIBRARIES Threads::Threads ${CMAKE_DL_LIBS} m)
  endif()
endif()

unset(_multicond_prefix)
unset(_multicond_folders)
unset(_multicond_names)
