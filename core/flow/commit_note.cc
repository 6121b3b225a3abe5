#include "core/flow/commit_note.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace newsmill {
namespace {

constexpr std::string_view kMark = "newsmill1";
constexpr int kBase = 36;
// Of the whole, at most so much for one list of runs.
constexpr size_t kMostRunBytes = kMostNoteBytes / 2 - 40;

void AppendNumber(std::string& text, int64_t number) {
  char digits[16];
  const auto end = std::to_chars(digits, digits + sizeof digits, number, kBase);
  text.append(digits, end.ptr);
}

// Each run as its distance from the end of the one before, and its length.
std::string EncodeRuns(int64_t from, const OffsetRuns& runs) {
  std::string text;
  for (const OffsetRun& run : runs) {
    std::string one;
    AppendNumber(one, run.first - from);
    one += '.';
    AppendNumber(one, run.count);
    if (text.size() + one.size() + 1 > kMostRunBytes) break;
    if (!text.empty()) text += ',';
    text += one;
    from = run.first + run.count;
  }
  return text;
}

bool TakeNumber(std::string_view& text, int64_t& number) {
  const auto end =
      std::from_chars(text.data(), text.data() + text.size(), number, kBase);
  if (end.ec != std::errc() || number < 0) return false;
  text.remove_prefix(static_cast<size_t>(end.ptr - text.data()));
  return true;
}

bool Take(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

// Up to the end of `text`; whether all of it could be read.
bool DecodeRuns(std::string_view text, int64_t from, OffsetRuns& runs) {
  while (!text.empty()) {
    OffsetRun run;
    if (!runs.empty() && !Take(text, ',')) return false;
    if (!TakeNumber(text, run.first) || !Take(text, '.') ||
        !TakeNumber(text, run.count)) {
      return false;
    }
    run.first += from;
    from = run.first + run.count;
    runs.push_back(run);
  }
  return true;
}

// The text up to the next blank; it and the blank are taken away.
std::string_view NextWord(std::string_view& text) {
  const size_t blank = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, blank);
  text.remove_prefix(std::min(blank + 1, text.size()));
  return word;
}

}  // namespace

OffsetRuns Normalised(OffsetRuns runs) {
  std::sort(
      runs.begin(), runs.end(),
      [](const OffsetRun& a, const OffsetRun& b) { return a.first < b.first; });
  OffsetRuns joined;
  for (const OffsetRun& run : runs) {
    if (run.count <= 0) continue;
    if (!joined.empty() &&
        run.first <= joined.back().first + joined.back().count) {
      OffsetRun& last = joined.back();
      last.count =
          std::max(last.first + last.count, run.first + run.count) - last.first;
    } else {
      joined.push_back(run);
    }
  }
  return joined;
}

bool Contains(const OffsetRuns& runs, int64_t offset) {
  const auto after = std::upper_bound(
      runs.begin(), runs.end(), offset,
      [](int64_t at, const OffsetRun& run) { return at < run.first; });
  if (after == runs.begin()) return false;
  const OffsetRun& run = *std::prev(after);
  return offset < run.first + run.count;
}

std::string CommitNote::Encode(int64_t next) const {
  if (settled.empty() && !side && !in_hand_below && tally.empty()) return "";
  std::string text(kMark);
  text += " t" + EncodeRuns(next, settled);
  if (side) {
    text += " b";
    AppendNumber(text, side->next);
    text += ':' + EncodeRuns(side->next, side->settled);
  }
  if (in_hand_below) {
    text += " h";
    AppendNumber(text, std::max<int64_t>(*in_hand_below - next, 0));
  }
  if (!tally.empty()) text += " c" + tally;
  return text;
}

CommitNote CommitNote::Decode(int64_t next, std::string_view text) {
  if (NextWord(text) != kMark) return {};
  CommitNote note;
  std::string_view own = NextWord(text);
  if (!Take(own, 't') || !DecodeRuns(own, next, note.settled)) return {};
  for (std::string_view word = NextWord(text); !word.empty();
       word = NextWord(text)) {
    if (Take(word, 'h')) {
      int64_t distance = 0;
      if (!TakeNumber(word, distance)) return {};
      note.in_hand_below = next + distance;
      continue;
    }
    if (Take(word, 'c')) {
      note.tally = word;
      continue;
    }
    SidePosition side;
    if (!Take(word, 'b') || !TakeNumber(word, side.next) || !Take(word, ':') ||
        !DecodeRuns(word, side.next, side.settled)) {
      return {};
    }
    note.side = std::move(side);
  }
  return note;
}

}  // namespace newsmill
