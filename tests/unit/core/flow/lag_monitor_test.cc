#include "core/flow/lag_monitor.h"

#include <future>

#include <gtest/gtest.h>

#include "tests/support/fake_bus.h"

namespace newsmill {
namespace {

TEST(LagMonitor, CountsWhatStandsBehindTheCommittedOffsets) {
  ManualClock clock;
  FakeBus bus(clock);
  bus.SetPartitions("t", 2);
  for (int i = 0; i < 5; ++i) bus.Append({"t", 0}, "x");
  for (int i = 0; i < 4; ++i) bus.Append({"t", 1}, "x");
  bus.TrimBefore({"t", 1}, 2);
  std::promise<void> counted;
  LagMonitor monitor(bus.admin(), Duration(1),
                     [&, told = false](int64_t lag) mutable {
                       if (!told && lag == 3 + 2) counted.set_value();
                       told = told || lag == 3 + 2;
                     });
  monitor.Update({{{"t", 0}, 2}, {{"t", 1}, 0}});
  counted.get_future().wait();
}

}  // namespace
}  // namespace newsmill
