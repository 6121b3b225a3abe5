#pragma once

#include <string>

#include "core/base/time.h"
#include "core/bus/bus.h"
#include "core/sites/site_catalogue.h"
#include "fetcher/http/http_client.h"
#include "fetcher/tdm/tdm_keeper.h"
#include "newsmill/v1/fetched_page.pb.h"

namespace newsmill {

// The row that the task's page belongs to, by the URLs asked first and now.
// Empty where they cannot be read.
std::string ArticleKeyOf(const v1::FetchTask& task, const SiteCatalogue& sites);
// The same; `asked`: `task.url`, parsed.
std::string ArticleKeyOf(const v1::FetchTask& task, const Url& asked,
                         const SiteCatalogue& sites);

// An answer as the log keeps it. `fetched_at`: when it was asked for.
// `asked`: `task.url`, parsed.
v1::FetchedPage MakePage(const v1::FetchTask& task, const Url& asked,
                         HttpResponse response, const SiteCatalogue& sites,
                         Timestamp fetched_at);

// By which name the page may address us, and what the host's tdmrep.json says
// of it.
void NoteOptOuts(const std::string& agent, const TdmKeeper& tdm,
                 const Url& asked, v1::FetchedPage& page);

// The record that carries a page, keyed by article, as a new span of the task's
// trace.
Record EncodePage(const v1::FetchedPage& page, const std::string& topic);

}  // namespace newsmill
