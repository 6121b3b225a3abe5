#pragma once

#include <string>

#include "core/base/url.h"
#include "core/sites/site_catalogue.h"
#include "fetcher/verdict.h"
#include "newsmill/v1/fetch_task.pb.h"

namespace newsmill {

// Sends the task on to where a redirect points: its chain and its `url` are
// changed. kRedirect: ask task.url now. Otherwise the task ends (too many, a
// circle, off the site of a `site:id` task, an unreadable or foreign address)
// and is as it was.
AnswerVerdict FollowRedirect(const SiteCatalogue& sites, int64_t max_redirects,
                             int status, const std::string& location,
                             v1::FetchTask& task);

}  // namespace newsmill
