#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace newsmill {

// What was made of the candidates for one field.
struct Decision {
  static constexpr size_t kNone = static_cast<size_t>(-1);

  // The candidate that won, by its place in the list; kNone if none is good
  // enough.
  size_t winner = kNone;
  std::string value;  // normalised
  // By candidate, in the order of the list: how much speaks for it.
  std::vector<double> scores;
  // Why, in a few words, for people.
  std::string why;

  bool decided() const { return winner != kNone; }
};

}  // namespace newsmill
