#include "bench/fetch/nginx.h"

#include <unistd.h>

#include <fstream>
#include <iostream>

#include "bench/fetch/measure.h"
#include "tests/support/process/free_port.h"

namespace newsmill::bench {

using process::ChildProcess;

Nginx::Nginx(int addresses) {
  std::ofstream(folder_ / "14k") << std::string(14'336, 'x');
  std::ofstream(folder_ / "100k") << std::string(102'400, 'x');
  if (!MakeCertificate()) {
    std::cerr << "openssl makes no certificate\n";
    return;
  }
  const std::vector<int> ports = process::FreePorts(2);
  WriteConfiguration(ports[0], ports[1], addresses);
  auto child = ChildProcess::Start(
      {.argv = {"nginx", "-p", folder_ / "", "-c", folder_ / "nginx.conf", "-e",
                folder_ / "error.log"}});
  if (!child) return;
  // It ends at once where it cannot listen.
  if ((*child)->Wait(std::chrono::seconds(1))) {
    std::cerr << std::ifstream(folder_ / "error.log").rdbuf();
    return;
  }
  server_ = std::move(*child);
}

bool Nginx::MakeCertificate() {
  return RunTool({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
                  "-days", "2", "-subj", "/CN=bench.example", "-addext",
                  "subjectAltName=DNS:*.bench.example", "-keyout",
                  folder_ / "tls.key", "-out", folder_ / "tls.crt"}) == 0;
}

void Nginx::WriteConfiguration(int port, int tls_port, int addresses) {
  std::string listen;
  for (int i = 0; i < addresses; ++i) {
    addresses_.push_back("127.0." + std::to_string(i / 250) + "." +
                         std::to_string(i % 250 + 1) + ":" +
                         std::to_string(port));
    listen += "    listen " + addresses_.back() + " backlog=4096;\n";
  }
  tls_address_ = "127.0.0.1:" + std::to_string(tls_port);
  std::ofstream(folder_ / "nginx.conf")
      // Its workers would otherwise be nobody and could not read the folder.
      << (geteuid() == 0 ? "user root;\n" : "")
      << "daemon off;\nworker_processes 1;\npid " << folder_ / "pid"
      << ";\nevents { worker_connections 30000; }\nhttp {\n"
         "  access_log off;\n  keepalive_requests 100000000;\n"
         "  default_type text/html;\n  open_file_cache max=10;\n"
         "  sendfile on;\n  tcp_nopush on;\n  root "
      << folder_ / ""
      << ";\n  server {\n"
      << listen << "  }\n  server {\n    listen " << tls_address_
      << " ssl backlog=4096;\n    keepalive_timeout 0;\n"
         "    ssl_session_tickets off;\n    ssl_certificate "
      << folder_ / "tls.crt"
      << ";\n    ssl_certificate_key " << folder_ / "tls.key"
      << ";\n  }\n}\n";
}

}  // namespace newsmill::bench
