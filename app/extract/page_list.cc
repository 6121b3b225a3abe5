#include "app/extract/page_list.h"

#include <filesystem>
#include <sstream>

#include <nlohmann/json.hpp>

#include "core/base/file.h"

namespace newsmill {
namespace {

namespace fs = std::filesystem;

Error LineError(const std::string& path, int line, const std::string& what) {
  return {Code::kInvalidArgument,
          path + ":" + std::to_string(line) + ": " + what};
}

std::string TextOf(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>()
                                                     : std::string();
}

}  // namespace

Result<std::vector<ListedPage>> ReadPageList(const std::string& path) {
  const Result<std::string> text = ReadFile(path);
  if (!text) return text.error();
  const fs::path folder = fs::path(path).parent_path();
  std::vector<ListedPage> pages;
  std::istringstream lines(*text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const auto object = nlohmann::json::parse(line, nullptr, false);
    if (!object.is_object()) {
      return LineError(path, number, "expected a JSON object");
    }
    ListedPage page{TextOf(object, "id"), TextOf(object, "set"),
                    TextOf(object, "file"), TextOf(object, "url"),
                    TextOf(object, "charset")};
    if (page.id.empty()) return LineError(path, number, "expected an \"id\"");
    if (page.path.empty()) {
      return LineError(path, number, "expected a \"file\"");
    }
    page.path = (folder / page.path).string();
    pages.push_back(std::move(page));
  }
  return pages;
}

}  // namespace newsmill
