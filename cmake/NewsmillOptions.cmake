# How every target of the project is compiled.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)

# Comma-separated sanitizers, as the compiler spells them; empty in releases.
set(NEWSMILL_SANITIZE "" CACHE STRING "Sanitizers to build with")

# The preset `fuzz` sets it; see tests/fuzz.
option(NEWSMILL_FUZZ "Build the libFuzzer targets (clang only)" OFF)

set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")
# Line tables are enough for a sanitizer's report and halve the link.
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1 -fno-omit-frame-pointer")
if(NEWSMILL_SANITIZE MATCHES "address" AND NOT NEWSMILL_FUZZ)
  # Optimising instrumented code takes longer than its tests run without.
  set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1 -fno-omit-frame-pointer")
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()

if(NEWSMILL_SANITIZE)
  add_compile_options(-fsanitize=${NEWSMILL_SANITIZE}
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${NEWSMILL_SANITIZE})
endif()

# A test's own code runs once: optimising it takes longer than it saves.
add_library(newsmill_test_options INTERFACE)
target_compile_options(newsmill_test_options INTERFACE
  $<$<CONFIG:Release>:-O0>)

# Warnings are errors in our code; generated and foreign code is not ours.
add_library(newsmill_warnings INTERFACE)
if(NOT NEWSMILL_FUZZ)  # another compiler warns of other things
  target_compile_options(newsmill_warnings INTERFACE
    -Wall -Wextra -Werror -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual)
endif()
if(NEWSMILL_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # The sanitizers' own checks confuse this warning; releases keep it.
  target_compile_options(newsmill_warnings INTERFACE -Wno-maybe-uninitialized)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC bug 105329: `const char* + std::string` is taken for an overlap.
  target_compile_options(newsmill_warnings INTERFACE -Wno-restrict)
endif()
