#pragma once

namespace newsmill {

// SIGTERM and SIGINT ask for a drain; a second one ends the process at once.
// Install once, in main(), before threads start.
void InstallStopSignals();

// Whether a stop was asked for; readable from any thread.
bool StopRequested();

// Becomes readable when a stop is asked for; for epoll loops.
int StopFileDescriptor();

// As if a signal had come; for tests and for ending bounded runs.
void RequestStop();

}  // namespace newsmill
