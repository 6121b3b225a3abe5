#include <clocale>
#include <csignal>
#include <string>
#include <vector>

#include "app/app.h"
#include "app/cli/standard_streams.h"

int main(int argc, char** argv) {
  newsmill::EnsureStandardStreams();
  // A reader that went away is an error of the write, not the end.
  std::signal(SIGPIPE, SIG_IGN);
  std::setlocale(LC_CTYPE, "C.UTF-8");
  return newsmill::RunProgram({argv + 1, argv + argc});
}
