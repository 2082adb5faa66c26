# One way to declare libraries and tests, so that every target gets the same
# language level, warnings, floating-point rules and sanitizers.

add_library(tt_iree_flags INTERFACE)
target_compile_features(tt_iree_flags INTERFACE c_std_11)
target_compile_options(tt_iree_flags INTERFACE
  -Wall -Wextra -Wno-unused-parameter -Wmissing-prototypes -Wstrict-prototypes
  # One result on every ISA: fused multiply-add only where an op says so.
  -ffp-contract=off
  -fvisibility=hidden)
target_compile_definitions(tt_iree_flags INTERFACE _GNU_SOURCE)
target_include_directories(tt_iree_flags INTERFACE ${PROJECT_SOURCE_DIR})
if(TT_IREE_SANITIZE)
  target_compile_options(tt_iree_flags INTERFACE
    -fsanitize=${TT_IREE_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  target_link_options(tt_iree_flags INTERFACE -fsanitize=${TT_IREE_SANITIZE})
endif()

# tt_library(name SOURCES... ) makes a static, position-independent library.
function(tt_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  set_target_properties(${name} PROPERTIES
    C_STANDARD 11 C_EXTENSIONS ON POSITION_INDEPENDENT_CODE ON)
  target_link_libraries(${name} PUBLIC tt_iree_flags ${ARG_DEPS})
endfunction()

# tt_test(name SOURCES... DEPS...) makes a cmocka test run by ctest from the
# source directory it is declared in (golden files are read from there).
function(tt_test name)
  if(NOT TT_IREE_BUILD_TESTS)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  set_target_properties(${name} PROPERTIES C_STANDARD 11 C_EXTENSIONS ON)
  target_link_libraries(${name} PRIVATE tt_iree_flags ${ARG_DEPS}
                        PkgConfig::CMOCKA)
  add_test(NAME ${name} COMMAND ${name}
           WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  if(ARG_LABELS)
    set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}")
  endif()
endfunction()
