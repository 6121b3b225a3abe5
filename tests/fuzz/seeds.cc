#include "tests/fuzz/seeds.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

namespace newsmill::fuzz {
namespace {

const std::filesystem::path kFolder =
    std::filesystem::path(NEWSMILL_SOURCE_DIR) / "tests/fuzz";

std::string Read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file),
          std::istreambuf_iterator<char>()};
}

// `"a\"b\\c\x00"`, the quotes included.
std::optional<std::string> Word(std::string_view line) {
  if (line.size() < 2 || line.front() != '"' || line.back() != '"') return {};
  line = line.substr(1, line.size() - 2);
  std::string word;
  for (size_t at = 0; at < line.size(); ++at) {
    if (line[at] != '\\') {
      word += line[at];
      continue;
    }
    if (++at == line.size()) return {};
    if (line[at] != 'x') {
      word += line[at];
      continue;
    }
    unsigned char octet = 0;
    const std::string_view hex = line.substr(at + 1, 2);
    const auto [end, error] =
        std::from_chars(hex.data(), hex.data() + hex.size(), octet, 16);
    if (error != std::errc() || end != hex.data() + 2) return {};
    word += static_cast<char>(octet);
    at += 2;
  }
  return word;
}

std::vector<std::string> ReadDictionary(const std::filesystem::path& path) {
  std::vector<std::string> words;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    std::optional<std::string> word = Word(line);
    if (!word) {
      std::fprintf(stderr, "%s: not a quoted word: %s\n", path.c_str(),
                   line.c_str());
      std::abort();
    }
    words.push_back(*std::move(word));
  }
  return words;
}

}  // namespace

Seeds LoadSeeds(std::string_view target) {
  const std::string name(target);
  std::vector<std::filesystem::path> paths;
  std::error_code none;  // an unknown target has no seeds
  for (const auto& entry :
       std::filesystem::directory_iterator(kFolder / "corpus" / name, none)) {
    paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  Seeds seeds;
  for (const auto& path : paths) seeds.inputs.push_back(Read(path));
  seeds.pieces = ReadDictionary(kFolder / "dictionaries" / (name + ".dict"));
  return seeds;
}

}  // namespace newsmill::fuzz
