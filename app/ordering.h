#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/bus/bus.h"
#include "core/bus/topics.h"
#include "newsmill/v1/order.pb.h"

namespace newsmill {

// "anna@mill-3": whoever runs this command, on which machine.
std::string WhoAmI();

// Puts orders on `control`; returns when they are durable.
Result<void> WriteOrders(Bus& bus, const Topics& topics,
                         const std::vector<v1::Order>& orders);

}  // namespace newsmill
