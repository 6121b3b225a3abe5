#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <curl/curl.h>

namespace newsmill {

// A jar of cookies for each host that the configuration names; the others have
// none. In memory, gone with the process. Used by one thread.
class CookieJars {
 public:
  explicit CookieJars(const std::vector<std::string>& hosts);

  // nullptr: cookies of this host are neither kept nor sent.
  CURLSH* For(const std::string& host) const;

 private:
  struct ShareDeleter {
    void operator()(CURLSH* share) const { curl_share_cleanup(share); }
  };
  std::map<std::string, std::unique_ptr<CURLSH, ShareDeleter>> jars_;
};

}  // namespace newsmill
