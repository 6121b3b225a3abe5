// The fetcher's fuzz targets over a bounded number of mutations from a fixed
// seed, for every run of the tests; libFuzzer goes further on demand.

#include <gtest/gtest.h>

#include <string>

#include "tests/fuzz/fetcher_targets.h"
#include "tests/fuzz/mutation.h"

namespace newsmill::fuzz {
namespace {

constexpr int kRounds = 20000;

class FetcherMutations : public testing::TestWithParam<Target> {};

TEST_P(FetcherMutations, KeepTheFetchersPromises) {
  const Seeds seeds = LoadSeeds(GetParam().name);
  ASSERT_FALSE(seeds.inputs.empty());
  for (const std::string& input : seeds.inputs) GetParam().run(input);
  Mutator mutator(seeds, 20240506);
  for (int i = 0; i < kRounds; ++i) GetParam().run(mutator.Next());
}

TEST_P(FetcherMutations, TakeNothingAtAll) {
  GetParam().run({});
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    GetParam().run({&c, 1});
  }
}

INSTANTIATE_TEST_SUITE_P(All, FetcherMutations,
                         testing::ValuesIn(FetcherTargets().begin(),
                                           FetcherTargets().end()),
                         [](const auto& target) {
                           return std::string(target.param.name);
                         });

}  // namespace
}  // namespace newsmill::fuzz
