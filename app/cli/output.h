#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace newsmill {

enum class Style { kPlain, kBold, kDim, kRed, kGreen, kYellow, kCyan };

// A stream that people or programs read. Knows whether it is a terminal, how
// wide it is, and whether anybody still reads: a reader that went away
// (`export | head`) closes it, and what follows is dropped. Used by one thread.
class Output {
 public:
  // The process's own; SIGPIPE must be ignored.
  static Output& Standard();
  static Output& Error();

  // `stream` outlives the output.
  Output(std::FILE* stream, bool terminal, bool colour, int width)
      : stream_(stream), terminal_(terminal), colour_(colour), width_(width) {}

  // False once nobody reads any more.
  bool Write(std::string_view text);
  bool Line(std::string_view text);
  // Rewrites the last line of a terminal; nothing elsewhere.
  void Progress(std::string_view text);
  void EndProgress();
  bool Flush();

  // Not a reader that went away but a fault: a full disk.
  bool failed() const { return failed_; }
  bool open() const { return open_; }

  bool terminal() const { return terminal_; }
  int width() const { return width_; }

  // The text in that style, where colours are wanted: only on terminals, and
  // not with NO_COLOR set (no-color.org).
  std::string Styled(Style style, std::string_view text) const;

 private:
  std::FILE* stream_;
  bool terminal_, colour_;
  int width_;
  bool open_ = true;
  bool failed_ = false;
  bool in_progress_ = false;
};

}  // namespace newsmill
