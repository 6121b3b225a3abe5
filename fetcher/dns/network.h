#pragma once

namespace newsmill {

// Whether this machine knows a way to public addresses at all, over IPv4 or
// IPv6. Nothing is sent: the kernel is asked for a route. False means that a
// failure to connect says nothing about a server.
bool HasRouteOut();

}  // namespace newsmill
