# newsmill_library(NAME base SRCS a.cc DEPS newsmill::proto [PRIVATE_DEPS ...])
#
# A static library `newsmill::<NAME>`; includes are from the repository's root.
function(newsmill_library)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME" "SRCS;DEPS;PRIVATE_DEPS")
  set(target newsmill_${arg_NAME})
  add_library(${target} STATIC ${arg_SRCS})
  add_library(newsmill::${arg_NAME} ALIAS ${target})
  target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${target}
    PUBLIC ${arg_DEPS}
    PRIVATE newsmill_warnings ${arg_PRIVATE_DEPS})
  newsmill_use_precompiled(${target} newsmill_common_headers)
endfunction()

# newsmill_test(NAME url_test LABEL unit SRCS url_test.cc DEPS newsmill::base
#               [TIMEOUT seconds] [MAIN target] [ALONE] [BY_HAND])
#
# One ctest entry per binary: a broker or a database is then started once for
# all cases of a suite. LABEL is one of unit, golden, contract, e2e, chaos; the
# target tests_<LABEL> builds what that label runs. ALONE: nothing else runs at
# the same time, because what is asserted depends on how fast the machine is.
# BY_HAND: built with its label, started by a command of its own and not by ctest.
function(newsmill_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "ALONE;BY_HAND" "NAME;LABEL;TIMEOUT;MAIN" "SRCS;DEPS")
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  if(NOT arg_MAIN)
    set(arg_MAIN GTest::gmock_main)
  endif()
  add_executable(${arg_NAME} ${arg_SRCS})
  target_link_libraries(${arg_NAME}
    PRIVATE newsmill_warnings newsmill_test_options ${arg_DEPS}
            GTest::gmock ${arg_MAIN})
  newsmill_use_precompiled(${arg_NAME} newsmill_test_headers)
  target_compile_definitions(${arg_NAME}
    PRIVATE NEWSMILL_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  if(NEWSMILL_SANITIZE MATCHES "thread")
    target_sources(${arg_NAME}
      PRIVATE ${PROJECT_SOURCE_DIR}/tests/support/c11_threads.cc)
    target_link_options(${arg_NAME} PRIVATE -rdynamic)
  endif()
  if(NOT TARGET tests_${arg_LABEL})
    add_custom_target(tests_${arg_LABEL})
  endif()
  add_dependencies(tests_${arg_LABEL} ${arg_NAME})
  if(arg_BY_HAND)
    return()
  endif()
  add_test(NAME ${arg_NAME} COMMAND ${arg_NAME})
  set_tests_properties(${arg_NAME} PROPERTIES
    LABELS ${arg_LABEL} TIMEOUT ${arg_TIMEOUT})
  if(arg_ALONE)
    set_tests_properties(${arg_NAME} PROPERTIES RUN_SERIAL TRUE)
  endif()
endfunction()
