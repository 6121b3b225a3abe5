#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/cli/command.h"
#include "core/base/result.h"
#include "core/bus/bus.h"
#include "core/bus/topics.h"
#include "core/sites/site_catalogue.h"
#include "sink/migrator.h"
#include "sink/store_reader.h"

// What several commands open in the same way, with errors that say what to do.

namespace newsmill {

Topics TopicsOf(const Settings& settings);

// kNotFound where the folder of --data holds no embedded log yet.
Result<void> CheckLogIsThere(const Settings& settings);

// The log, with its topics there: the embedded log's are made, a broker's must
// have been. kBadConfiguration where a topic has another number of partitions
// than the configuration says.
Result<std::unique_ptr<Bus>> OpenLog(const Settings& settings);

// The same for those that only look: an embedded log is not made for them.
Result<std::unique_ptr<Bus>> OpenLogToLook(const Settings& settings);

// What of `topics` is missing on the log; kBadConfiguration where one is there
// with another number of partitions.
Result<std::vector<TopicSpec>> MissingTopics(Admin& admin,
                                             const Topics& topics);

Result<SiteCatalogue> LoadSites(const Settings& settings);

// kNotFound where the folder of --data holds no store yet.
Result<void> CheckStoreIsThere(const Settings& settings);
Result<std::unique_ptr<StoreReader>> OpenReader(const Settings& settings);

// The --job-index that was given, else JOB_COMPLETION_INDEX; nullopt: neither.
// kInvalidArgument: no whole number below `count`, or no count.
struct JobNumbers {
  std::optional<int> index, count;
};
Result<JobNumbers> ResolveJob(std::optional<int64_t> index,
                              std::optional<int64_t> count);

// A point in time that the user typed, printed to standard error as it was
// understood. Empty text: none.
Result<std::optional<Timestamp>> ResolveInstant(Context& context,
                                                const std::string& option,
                                                const std::string& text);

// Standard output cannot be written: a full disk, or nobody opened it.
Error OutputFailed();

// Done, unless the results could not be written (a full disk).
Result<ExitCode> Finished(const Context& context, ExitCode code = kExitDone);

}  // namespace newsmill
