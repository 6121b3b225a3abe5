#pragma once

#include <list>
#include <memory>
#include <string>
#include <unordered_map>

#include "fetcher/http/http_client.h"
#include "fetcher/warc/warc_file.h"
#include "fetcher/warc/warc_record.h"

namespace newsmill {

// An HttpClient whose exchanges are kept as WARC records: request, response (or
// revisit: after a 304, or where the same URL gave the same bytes before) and
// metadata, written before the answer is told. An answer that cannot be written
// is told as a fault of ours (`own_fault`), so that its URL is asked again.
//
// Bodies are as sent, content encoding included; chunks are undone, so
// Transfer-Encoding is kept under another name. What a refused address or a
// broken connection left without an answer makes no record, nor does an
// exchange whose answer says by X-Robots-Tag, to everybody or to `agent`, that
// it may not be archived (noarchive, none).
class WarcHttpClient : public HttpClient {
 public:
  // The clock outlives it.
  WarcHttpClient(std::unique_ptr<HttpClient> inner, WarcFileOptions options,
                 const Clock& clock, std::string agent = {});

  RequestId Start(HttpRequest request, MayRequest may, Done done) override;
  void Abort(RequestId id) override { inner_->Abort(id); }
  void Poll(Duration timeout) override;
  void Wake() override { inner_->Wake(); }
  size_t in_flight() const override { return inner_->in_flight(); }

 private:
  // A response that later ones may be a revisit of.
  struct Seen {
    std::string url;
    std::string digest;
    std::string record_id;
    Timestamp date;
  };

  Result<void> Keep(const std::string& url, const HttpResponse& response);
  WarcRecord ResponseOf(const std::string& url, const HttpResponse& response,
                        const std::string& digest, Timestamp now) const;
  void MakeRevisit(WarcRecord& record, const HttpResponse& response,
                   const std::string& digest);
  void Remember(Seen seen);

  const Clock& clock_;
  const std::string agent_;
  WarcFile file_;
  std::list<Seen> seen_;  // the last one first
  std::unordered_map<std::string, std::list<Seen>::iterator> by_url_;
  // Last: its transfers speak to the above.
  std::unique_ptr<HttpClient> inner_;
};

}  // namespace newsmill
