# Precompiled headers: what most files include of the standard library, of
# protobuf and of GoogleTest is read once per build, not once per file.
#
# A release's libraries are built without (GCC, optimising, warns of what comes
# from such a header), and so is the tree that clang-tidy reads: there a file
# that forgets an include fails.

set(NEWSMILL_PRECOMPILE "" CACHE STRING
  "For whom the headers that most files include are precompiled: tests, all")

if(NEWSMILL_PRECOMPILE)
  # The headers are of use only to files compiled in the same way, and some
  # imported targets ask for this while others do not.
  add_compile_options(-pthread)
  # A target that defines a macro of these headers compiles without them.
  set(CMAKE_PCH_WARN_INVALID OFF)
  if(CCACHE_PROGRAM)
    # What ccache asks for where precompiled headers are used.
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE_PROGRAM})
    add_compile_options(-fpch-preprocess)
  endif()
endif()

set(NEWSMILL_COMMON_HEADERS
  <algorithm> <array> <atomic> <charconv> <chrono> <condition_variable>
  <cstdint> <deque> <filesystem> <fstream> <functional> <map> <memory> <mutex>
  <optional> <set> <span> <sstream> <string> <string_view> <thread>
  <unordered_map> <unordered_set> <utility> <variant> <vector>
  <newsmill/v1/article.pb.h> <newsmill/v1/dead_letter.pb.h>
  <newsmill/v1/fetch_task.pb.h> <newsmill/v1/fetched_page.pb.h>
  <newsmill/v1/outcome.pb.h>)

# newsmill_precompiled_header(NAME DEPS target... HEADERS header...)
function(newsmill_precompiled_header name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "DEPS;HEADERS")
  file(GENERATE OUTPUT ${PROJECT_BINARY_DIR}/${name}.cc CONTENT "")
  add_library(${name} STATIC ${PROJECT_BINARY_DIR}/${name}.cc)
  target_link_libraries(${name} PRIVATE newsmill_warnings ${arg_DEPS})
  target_precompile_headers(${name} PRIVATE ${arg_HEADERS})
endfunction()

function(newsmill_precompiled_headers)
  if(NOT NEWSMILL_PRECOMPILE)
    return()
  endif()
  if(NEWSMILL_PRECOMPILE STREQUAL "all")
    newsmill_precompiled_header(newsmill_common_headers
      DEPS newsmill::proto HEADERS ${NEWSMILL_COMMON_HEADERS})
  endif()
  newsmill_precompiled_header(newsmill_test_headers
    DEPS newsmill::proto GTest::gmock newsmill_test_options
    HEADERS <gmock/gmock.h> <gtest/gtest.h> ${NEWSMILL_COMMON_HEADERS})
endfunction()

# newsmill_use_precompiled(target newsmill_common_headers), where there are such
function(newsmill_use_precompiled target headers)
  if(TARGET ${headers})
    target_precompile_headers(${target} REUSE_FROM ${headers})
  endif()
endfunction()
