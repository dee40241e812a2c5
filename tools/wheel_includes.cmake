# The wheels' exported targets name include folders of the machine that built them (/opt/python/...), and CMake
# refuses targets whose folders do not exist. Included into every project by CMAKE_PROJECT_INCLUDE, this drops such
# folders at the end of configuration; $<...> expressions stay.
cmake_minimum_required(VERSION 3.21)

function(outrider_drop_missing_includes)
  get_property(targets DIRECTORY PROPERTY IMPORTED_TARGETS)
  foreach(target IN LISTS targets)
    get_target_property(folders ${target} INTERFACE_INCLUDE_DIRECTORIES)
    if(NOT folders)
      continue()
    endif()
    set(kept "")
    foreach(folder IN LISTS folders)
      if(folder MATCHES "\\$<" OR EXISTS "${folder}")
        list(APPEND kept "${folder}")
      endif()
    endforeach()
    set_target_properties(${target} PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${kept}")
  endforeach()
endfunction()

cmake_language(DEFER CALL outrider_drop_missing_includes)
