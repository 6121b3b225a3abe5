#pragma once

#include <vector>

namespace newsmill::process {

// TCP ports of the loopback address that nobody listens on, for servers that
// must be told theirs before they start; they differ from one another. All lie
// outside the range that the kernel gives to outgoing connections: a port of
// that range can be taken by any connection before the server binds it, or
// while a killed server is started again.
std::vector<int> FreePorts(int count);
int FreePort();

}  // namespace newsmill::process
