#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/support/process/child_process.h"
#include "tests/support/process/temp_folder.h"

namespace newsmill::bench {

// nginx with pages of 14 and 100 KB (/14k, /100k) on so many loopback
// addresses, and with TLS on one more, where no connection is kept.
class Nginx {
 public:
  explicit Nginx(int addresses);

  bool runs() const { return server_ != nullptr; }
  const std::vector<std::string>& addresses() const { return addresses_; }
  const std::string& tls_address() const { return tls_address_; }
  // The authority of the certificate, which is for *.bench.example.
  std::string ca_file() const { return folder_ / "tls.crt"; }

 private:
  bool MakeCertificate();
  void WriteConfiguration(int port, int tls_port, int addresses);

  process::TempFolder folder_;
  std::vector<std::string> addresses_;
  std::string tls_address_;
  std::unique_ptr<process::ChildProcess> server_;
};

}  // namespace newsmill::bench
