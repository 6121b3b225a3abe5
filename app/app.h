#pragma once

#include <string>
#include <vector>

namespace newsmill {

// Runs the program with these arguments (without its name) and gives its exit
// code. Prints to the process's standard output and error.
int RunProgram(const std::vector<std::string>& arguments);

}  // namespace newsmill
