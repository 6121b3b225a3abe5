#pragma once

namespace newsmill {

// Makes descriptors 0 to 2 be there. A program that is started without one of
// them would get its number for the next file or socket it opens, and print
// into that; what is put in its place fails to be read or written instead.
// Called before anything is opened.
void EnsureStandardStreams();

}  // namespace newsmill
