// newsmill-bench-extraction: where the time of one page goes, and made-up pages
// with their truth for whoever wants to compare.

#include <gumbo.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "core/base/file.h"
#include "core/base/inflate.h"
#include "parser/extract/body/body.h"
#include "parser/extract/metadata.h"
#include "parser/html/cut.h"
#include "parser/html/decode.h"
#include "parser/html/document.h"
#include "tests/support/pages/page_maker.h"

namespace newsmill {
namespace {

namespace fs = std::filesystem;

constexpr size_t kLargestPage = 64 << 20;

double ThreadMillis() {
  timespec time = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 +
         static_cast<double>(time.tv_nsec) / 1e6;
}

// The phases of one page, in the order in which they happen.
enum Phase {
  kDecode,
  kCut,
  kTree,
  kMetadata,
  kBody,
  kSerialise,
  kGumbo,
  kCount
};
constexpr const char* kNames[kCount] = {"decode",
                                        "cut",
                                        "tree (cut and gumbo)",
                                        "metadata",
                                        "body",
                                        "serialise",
                                        "gumbo_parse alone, of the whole page"};

class Phases {
 public:
  // `bytes` is a page as its server sent it.
  void Add(const std::string& bytes, const PageContext& context) {
    began_ = ThreadMillis();
    const DecodedText text = DecodeText(bytes, "text/html");
    Note(kDecode);
    const CutPage cut = CutHtml(text.utf8, Cut::kLean, SetAside::kAll);
    Note(kCut);
    const auto document =
        Document::ParsePage(text.utf8, Cut::kLean, ParseLimits{});
    Note(kTree);
    if (document) {
      v1::Article article;
      FillFromMetadata(*document, context, &article);
      Note(kMetadata);
      FillFromBody(*document, context, &article);
      Note(kBody);
      written_ += article.SerializeAsString().size();
      Note(kSerialise);
    }
    began_ = ThreadMillis();
    GumboOutput* const output = gumbo_parse_with_options(
        &kGumboDefaultOptions, text.utf8.data(), text.utf8.size());
    Note(kGumbo);
    gumbo_destroy_output(&kGumboDefaultOptions, output);
    ++pages_;
    bytes_ += bytes.size();
    left_ += cut.html.size();
  }

  void Print() const {
    if (pages_ == 0) return;
    const double pages = pages_;
    std::printf("%d pages, %.0f KB each, %.0f KB that gumbo reads\n", pages_,
                static_cast<double>(bytes_) / pages / 1e3,
                static_cast<double>(left_) / pages / 1e3);
    double sum = 0;
    for (int phase = 0; phase < kCount; ++phase) {
      // The tree's time holds another cut.
      const double millis =
          (millis_[phase] - (phase == kTree ? millis_[kCut] : 0)) / pages;
      if (phase < kGumbo) sum += millis;
      if (phase == kGumbo) std::printf("  %-38s %7.3f ms\n", "together", sum);
      std::printf(
          "  %-38s %7.3f ms\n",
          phase == kTree ? "gumbo, and the copy of its tree" : kNames[phase],
          millis);
    }
  }

 private:
  void Note(Phase phase) {
    const double now = ThreadMillis();
    millis_[phase] += now - began_;
    began_ = now;
  }

  double began_ = 0;
  double millis_[kCount] = {};
  int pages_ = 0;
  size_t bytes_ = 0, left_ = 0, written_ = 0;
};

int MeasureLists(const std::vector<std::string>& lists) {
  const PageContext context = {*Url::Parse("https://news.example/a/1.html"),
                               Clock::System().Now(), 0};
  Phases phases;
  for (const std::string& list : lists) {
    std::ifstream lines(list);
    for (std::string line; std::getline(lines, line);) {
      const auto page = nlohmann::json::parse(line, nullptr, false);
      if (!page.is_object() || !page.contains("file")) {
        std::fprintf(stderr, "%s: expected objects with a \"file\"\n",
                     list.c_str());
        return 64;
      }
      const fs::path file =
          fs::path(list).parent_path() / page["file"].get<std::string>();
      Result<std::string> bytes = ReadFile(file.string());
      if (bytes && bytes->starts_with("\x1F\x8B")) {
        bytes = InflateBody(*bytes, "gzip", kLargestPage);
      }
      if (!bytes) {
        std::fprintf(stderr, "%s\n", bytes.error().message.c_str());
        return 64;
      }
      phases.Add(*bytes, context);
    }
  }
  phases.Print();
  return 0;
}

// DIR/made/pages.jsonl, truth.jsonl and the pages.
int WriteMade(const std::string& directory, int count) {
  const fs::path folder = fs::path(directory) / "made";
  fs::create_directories(folder);
  std::ofstream pages(folder / "pages.jsonl"), truths(folder / "truth.jsonl");
  for (int i = 0; i < count; ++i) {
    pages::PageOptions options;
    options.pad_min_kb = 40;
    options.pad_max_kb = 160;
    const pages::MadePage page =
        pages::Make(2'000'000 + static_cast<uint64_t>(i) * 7919, options);
    if (!page.truth) continue;
    const std::string id = std::to_string(i);
    std::ofstream(folder / (id + ".html"), std::ios::binary) << page.body;
    pages << nlohmann::json(
                 {{"id", id}, {"set", "made"}, {"file", id + ".html"}})
          << '\n';
    truths << nlohmann::json({{"id", id},
                              {"set", "made"},
                              {"title", page.truth->headline()},
                              {"text", page.truth->article_body()}})
           << '\n';
  }
  return 0;
}

}  // namespace
}  // namespace newsmill

int main(int argc, char** argv) {
  CLI::App app("Where the time of extraction goes");
  std::vector<std::string> lists;
  std::string directory;
  int count = 200;
  app.add_option("--pages", lists, "lists of pages: one JSON object a line");
  app.add_option("--write-made", directory, "write made-up pages to DIR/made");
  app.add_option("--count", count, "how many");
  CLI11_PARSE(app, argc, argv);
  if (!directory.empty()) return newsmill::WriteMade(directory, count);
  return newsmill::MeasureLists(lists);
}
