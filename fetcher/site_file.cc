#include "fetcher/site_file.h"

namespace newsmill {
namespace {

v1::HttpHeader Field(const std::string& name, const std::string& value) {
  v1::HttpHeader field;
  field.set_name(name);
  field.set_value(value);
  return field;
}

}  // namespace

HttpRequest RequestForSiteFile(const Url& url, const std::string& accept,
                               int64_t most_bytes) {
  HttpRequest request;
  request.url = url.text();
  request.headers = {Field("Accept", accept), Field("Accept-Encoding", "gzip")};
  request.cut_body_at = most_bytes;
  return request;
}

}  // namespace newsmill
