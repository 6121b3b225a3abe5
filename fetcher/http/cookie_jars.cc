#include "fetcher/http/cookie_jars.h"

namespace newsmill {

CookieJars::CookieJars(const std::vector<std::string>& hosts) {
  for (const std::string& host : hosts) {
    CURLSH* const jar = curl_share_init();
    curl_share_setopt(jar, CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE);
    jars_[host].reset(jar);
  }
}

CURLSH* CookieJars::For(const std::string& host) const {
  if (jars_.empty()) return nullptr;
  const auto found = jars_.find(host);
  return found == jars_.end() ? nullptr : found->second.get();
}

}  // namespace newsmill
