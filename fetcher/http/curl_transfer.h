#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <curl/curl.h>

#include "fetcher/guard/ip_address.h"
#include "fetcher/http/curl_client.h"
#include "fetcher/http/socket_set.h"

namespace newsmill {

struct CurlEasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using CurlEasyHandle = std::unique_ptr<CURL, CurlEasyDeleter>;

struct CurlListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using CurlListHandle = std::unique_ptr<curl_slist, CurlListDeleter>;

// Appends to a list; the list owns its copy of `text`.
void Append(CurlListHandle& list, const std::string& text);

// Where a request's connection goes: one address after another, until one
// takes it.
struct Route {
  std::vector<IpAddress> addresses;  // not empty
  int port = 0;
  // The configuration names them: the guard lets them pass.
  bool named = false;
  // They are the proxy's, which finds the host by its name.
  bool proxied = false;
  const std::string* authorization = nullptr;  // outlives the transfer
  CURLSH* cookies = nullptr;                   // and so does the jar
  // When the request was given, its name's resolution included.
  std::chrono::steady_clock::time_point begun;
};

// Why an address may not be asked; nothing in `detail`: it may.
struct Refusal {
  std::string detail;
  bool by_guard = false;
};
Refusal Judge(const CurlClientOptions& options, bool named,
              const IpAddress& address);

class CurlMulti;

// One easy handle with the answer it collects; used again for the next request
// once it is finished. Lives at one address, which libcurl knows.
class CurlTransfer {
 public:
  // The options and the socket set outlive the transfer.
  CurlTransfer(const CurlClientOptions& options, SocketSet& sockets);
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;

  void Begin(HttpClient::RequestId id, const HttpRequest& request, Route route,
             HttpClient::MayRequest may, HttpClient::Done done);
  // After libcurl gave `code`: whether the next address is to be tried, for
  // which the transfer is now ready. `tried`: the one without a connection.
  bool TryNextAddress(CURLcode code, IpAddress& tried);
  // What came of it, after libcurl gave `code`.
  HttpResponse Finish(CURLcode code);
  // What came of it, after we ended it for want of a first byte.
  HttpResponse FinishWithoutAnswer();

  CURL* easy() const { return easy_.get(); }
  HttpClient::RequestId id() const { return id_; }
  HttpClient::Done TakeDone() { return std::move(done_); }
  bool answer_begun() const { return answer_begun_; }

  // The client's notes: who runs it, and whose address it asks.
  CurlMulti* multi = nullptr;
  std::string host;

 private:
  static size_t OnHeader(char* line, size_t size, size_t count, void* self);
  static size_t OnBody(char* bytes, size_t size, size_t count, void* self);
  static int OnPreRequest(void* self, char* peer, char* local, int peer_port,
                          int local_port);
  static curl_socket_t OnOpenSocket(void* self, curlsocktype purpose,
                                    curl_sockaddr* address);
  static int OnDebug(CURL*, curl_infotype type, char* text, size_t size,
                     void* self);
  static int OnCloseSocket(void* sockets, curl_socket_t socket);

  void SetUp();
  void SetRequest(const HttpRequest& request);
  void SetHeaders(const HttpRequest& request);
  void SetAddress();
  bool MayUse(const IpAddress& address);
  bool TakeHeader(std::string_view line);
  bool MayHaveBody();
  bool TakeBody(std::string_view bytes);
  bool Refuse(v1::Reason reason, std::string detail);
  void RefuseAddress();
  bool IsSuccess() const { return head_.status() / 100 == 2; }
  void Describe();
  void KeepWhatArrived();
  void Explain(CURLcode code);

  const CurlClientOptions& options_;
  SocketSet& sockets_;
  CurlEasyHandle easy_;
  CurlListHandle headers_;
  bool usual_headers_ = false;  // those that a request without its own gets
  CurlListHandle connect_to_;
  std::array<char, CURL_ERROR_SIZE> error_{};

  HttpClient::RequestId id_ = 0;
  HttpClient::MayRequest may_;
  HttpClient::Done done_;
  HttpResponse response_;
  ResponseHead head_;
  std::optional<int64_t> cut_body_at_;
  bool (*wants_type_)(std::string_view) = nullptr;
  bool keep_heads_ = false;
  bool answer_begun_ = false;
  Route route_;
  size_t address_ = 0;  // of the route's, the one that is tried
  Duration lookup_{0};  // from the route's beginning to libcurl's
  Refusal refusal_;     // of the last address
  bool socket_opened_ = false;
  int socket_error_ = 0;  // errno of a socket that could not be made
};

}  // namespace newsmill
