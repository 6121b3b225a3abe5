#include "app/cli/output.h"

#include <cerrno>
#include <cstdlib>

#include <sys/ioctl.h>
#include <unistd.h>

#include "app/cli/text_width.h"

namespace newsmill {
namespace {

constexpr int kDefaultWidth = 100;
constexpr char kClearLine[] = "\r\x1b[K";

const char* CodeOf(Style style) {
  switch (style) {
    case Style::kPlain:
      return "";
    case Style::kBold:
      return "\x1b[1m";
    case Style::kDim:
      return "\x1b[2m";
    case Style::kRed:
      return "\x1b[31m";
    case Style::kGreen:
      return "\x1b[32m";
    case Style::kYellow:
      return "\x1b[33m";
    case Style::kCyan:
      return "\x1b[36m";
  }
  return "";
}

int WidthOf(int descriptor) {
  winsize size{};
  const bool known =
      ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : kDefaultWidth;
}

Output Open(std::FILE* stream) {
  const int descriptor = fileno(stream);
  const bool terminal = isatty(descriptor) != 0;
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  const bool dumb = term != nullptr && std::string_view(term) == "dumb";
  const bool colour =
      terminal && !dumb && (no_color == nullptr || *no_color == '\0');
  return {stream, terminal && !dumb, colour, WidthOf(descriptor)};
}

}  // namespace

Output& Output::Standard() {
  static Output output = Open(stdout);
  return output;
}

Output& Output::Error() {
  static Output output = Open(stderr);
  return output;
}

bool Output::Write(std::string_view text) {
  if (!open_) return false;
  EndProgress();
  if (std::fwrite(text.data(), 1, text.size(), stream_) == text.size()) {
    return true;
  }
  open_ = false;
  failed_ = errno != EPIPE;
  return false;
}

bool Output::Line(std::string_view text) { return Write(text) && Write("\n"); }

void Output::Progress(std::string_view text) {
  if (!terminal_ || !open_) return;
  in_progress_ = false;
  Write(kClearLine);
  Write(FitText(text, width_ - 1));
  Flush();
  in_progress_ = true;
}

void Output::EndProgress() {
  if (!in_progress_) return;
  in_progress_ = false;
  Write(kClearLine);
}

bool Output::Flush() {
  if (!open_) return false;
  if (std::fflush(stream_) == 0) return true;
  open_ = false;
  failed_ = errno != EPIPE;
  return false;
}

std::string Output::Styled(Style style, std::string_view text) const {
  if (!colour_ || style == Style::kPlain || text.empty()) {
    return std::string(text);
  }
  return CodeOf(style) + std::string(text) + "\x1b[0m";
}

}  // namespace newsmill
