#include "fetcher/http/curl_transfer.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "fetcher/dns/network.h"
#include "fetcher/http/curl_error.h"

namespace newsmill {
namespace {

constexpr char kAccept[] =
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
// What the parser inflates. Sent as a plain header: libcurl then neither
// inflates nor changes anything.
constexpr char kAcceptEncoding[] = "gzip, br, zstd, deflate";

// How long the connection to an address may take while others are left.
constexpr Duration kNextAddress = std::chrono::seconds(3);

template <typename Value>
void Set(CURL* easy, CURLoption option, Value value) {
  // Fails only for an option that this libcurl lacks; CMake asks for 7.88.
  curl_easy_setopt(easy, option, value);
}

// libcurl allocates its receive buffer per transfer; large ones save calls,
// many of them memory.
long BufferBytes(int64_t max_in_flight) {
  constexpr int64_t kBudget = 32 * 1024 * 1024;
  return static_cast<long>(std::clamp<int64_t>(
      kBudget / std::max<int64_t>(1, max_in_flight), 16 * 1024, 128 * 1024));
}

bool IsOwnFault(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS ||
         error == ENOMEM;
}

// As libcurl takes it, for which 0 is no limit.
long Milliseconds(Duration duration) {
  return static_cast<long>(std::max<int64_t>(1, duration.count()));
}

int64_t Milliseconds(CURL* easy, CURLINFO info) {
  curl_off_t microseconds = 0;
  curl_easy_getinfo(easy, info, &microseconds);
  return microseconds / 1000;
}

}  // namespace

void Append(CurlListHandle& list, const std::string& text) {
  curl_slist* const longer = curl_slist_append(list.get(), text.c_str());
  if (longer == nullptr) return;  // out of memory: the list stays as it is
  (void)list.release();
  list.reset(longer);
}

Refusal Judge(const CurlClientOptions& options, bool named,
              const IpAddress& address) {
  if (options.may_connect && !options.may_connect(address.text())) {
    return {"address " + address.text() + " may not be asked", false};
  }
  if (named) return {};
  std::string refusal = options.guard.RefusalOf(address);
  const bool refused = !refusal.empty();
  return {std::move(refusal), refused};
}

CurlTransfer::CurlTransfer(const CurlClientOptions& options, SocketSet& sockets)
    : options_(options), sockets_(sockets), easy_(curl_easy_init()) {
  if (easy_ != nullptr) SetUp();
}

void CurlTransfer::SetUp() {
  CURL* const easy = easy_.get();
  Set(easy, CURLOPT_PRIVATE, this);
  Set(easy, CURLOPT_ERRORBUFFER, error_.data());
  Set(easy, CURLOPT_HTTP_VERSION,
      long{options_.http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1});
  // A first burst waits for the connection that may carry all of it.
  Set(easy, CURLOPT_PIPEWAIT, options_.http2 ? 1L : 0L);
  Set(easy, CURLOPT_HTTP_CONTENT_DECODING, 0L);
  Set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  Set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  Set(easy, CURLOPT_PROXY, "");  // nor one from the environment
  Set(easy, CURLOPT_DEBUGFUNCTION, &CurlTransfer::OnDebug);
  Set(easy, CURLOPT_DEBUGDATA, this);
  Set(easy, CURLOPT_NOSIGNAL, 1L);
  Set(easy, CURLOPT_BUFFERSIZE, BufferBytes(options_.max_in_flight));
  // libcurl walks its whole cache at the end of every transfer.
  Set(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
  Set(easy, CURLOPT_LOW_SPEED_LIMIT,
      static_cast<long>(options_.low_speed_limit));
  const auto low_speed_time =
      std::chrono::ceil<std::chrono::seconds>(options_.low_speed_time);
  Set(easy, CURLOPT_LOW_SPEED_TIME, static_cast<long>(low_speed_time.count()));
  // With a folder set (Debian's libcurl sets one), every handshake would parse
  // the authorities again instead of using the multi's copy.
  Set(easy, CURLOPT_CAPATH, static_cast<char*>(nullptr));
  if (!options_.ca_file.empty()) {
    Set(easy, CURLOPT_CAINFO, options_.ca_file.c_str());
  }
  Set(easy, CURLOPT_HEADERFUNCTION, &CurlTransfer::OnHeader);
  Set(easy, CURLOPT_HEADERDATA, this);
  Set(easy, CURLOPT_WRITEFUNCTION, &CurlTransfer::OnBody);
  Set(easy, CURLOPT_WRITEDATA, this);
  Set(easy, CURLOPT_PREREQFUNCTION, &CurlTransfer::OnPreRequest);
  Set(easy, CURLOPT_PREREQDATA, this);
  Set(easy, CURLOPT_OPENSOCKETFUNCTION, &CurlTransfer::OnOpenSocket);
  Set(easy, CURLOPT_OPENSOCKETDATA, this);
  // A connection outlives the transfer that opened it.
  Set(easy, CURLOPT_CLOSESOCKETFUNCTION, &CurlTransfer::OnCloseSocket);
  Set(easy, CURLOPT_CLOSESOCKETDATA, &sockets_);
}

void CurlTransfer::Begin(HttpClient::RequestId id, const HttpRequest& request,
                         Route route, HttpClient::MayRequest may,
                         HttpClient::Done done) {
  id_ = id;
  route_ = std::move(route);
  address_ = 0;
  may_ = std::move(may);
  done_ = std::move(done);
  response_ = HttpResponse();
  head_ = ResponseHead(options_.header_limits);
  cut_body_at_ = request.cut_body_at;
  wants_type_ = request.wants_type;
  keep_heads_ = request.keep_heads;
  answer_begun_ = false;
  refusal_ = {};
  socket_opened_ = false;
  socket_error_ = 0;
  error_[0] = '\0';
  SetRequest(request);
  SetAddress();
}

void CurlTransfer::SetRequest(const HttpRequest& request) {
  SetHeaders(request);
  Set(easy(), CURLOPT_URL, request.url.c_str());
  Set(easy(), CURLOPT_FORBID_REUSE, request.keep_connection ? 0L : 1L);
  // What is sent is only told to a debugging function.
  Set(easy(), CURLOPT_VERBOSE, keep_heads_ ? 1L : 0L);
  Set(easy(), CURLOPT_SHARE, route_.cookies);
  if (route_.cookies != nullptr) Set(easy(), CURLOPT_COOKIEFILE, "");
}

void CurlTransfer::SetHeaders(const HttpRequest& request) {
  // Most requests differ in nothing but their URL.
  const bool usual = request.headers.empty() && route_.authorization == nullptr;
  if (usual && usual_headers_) return;
  usual_headers_ = usual;
  headers_.reset();
  const auto add = [&](const std::string& name, const std::string& value) {
    if (value.empty() || FindHeader(request.headers, name) != nullptr) return;
    Append(headers_, name + ": " + value);
  };
  add("User-Agent", options_.user_agent);
  add("Accept", kAccept);
  add("Accept-Encoding", kAcceptEncoding);
  if (route_.authorization != nullptr) {
    add("Authorization", *route_.authorization);
  }
  for (const v1::HttpHeader& header : request.headers) {
    Append(headers_, header.name() + ": " + header.value());
  }
  Set(easy(), CURLOPT_HTTPHEADER, headers_.get());
}

// Pins the connection to the judged address: libcurl resolves nothing.
void CurlTransfer::SetAddress() {
  const IpAddress& address = route_.addresses[address_];
  const std::string text =
      address.is_v4() ? address.text() : "[" + address.text() + "]";
  const std::string end = text + ":" + std::to_string(route_.port);
  connect_to_.reset();
  if (route_.proxied) {
    Set(easy(), CURLOPT_PROXY, ("http://" + end).c_str());
    if (!options_.proxy_credentials.empty()) {
      Set(easy(), CURLOPT_PROXYUSERPWD, options_.proxy_credentials.c_str());
    }
  } else {
    Append(connect_to_, "::" + end);
  }
  Set(easy(), CURLOPT_CONNECT_TO, connect_to_.get());

  const bool last = address_ + 1 == route_.addresses.size();
  lookup_ = std::chrono::duration_cast<Duration>(
      std::chrono::steady_clock::now() - route_.begun);
  Set(easy(), CURLOPT_CONNECTTIMEOUT_MS,
      Milliseconds(last ? options_.connect_timeout
                        : std::min(options_.connect_timeout, kNextAddress)));
  Set(easy(), CURLOPT_TIMEOUT_MS,
      Milliseconds(options_.total_timeout - lookup_));
}

bool CurlTransfer::TryNextAddress(CURLcode code, IpAddress& tried) {
  if (address_ + 1 == route_.addresses.size()) return false;
  curl_off_t connected = 0;
  curl_easy_getinfo(easy(), CURLINFO_CONNECT_TIME_T, &connected);
  const bool no_connection =
      code == CURLE_COULDNT_CONNECT ||
      (code == CURLE_OPERATION_TIMEDOUT && connected == 0);
  if (!no_connection || IsOwnFault(socket_error_)) return false;
  tried = route_.addresses[address_++];
  error_[0] = '\0';
  SetAddress();
  return true;
}

HttpResponse CurlTransfer::Finish(CURLcode code) {
  Describe();
  // Status and headers are all that another answer than 2xx has to say.
  const bool answered =
      head_.complete() && (code == CURLE_OK || response_.cut || !IsSuccess());
  if (answered) {
    response_.failure = v1::REASON_UNSPECIFIED;
    response_.detail.clear();
  } else if (code == CURLE_OK) {
    Refuse(v1::REASON_TRUNCATED, "the connection ended within the headers");
  } else if (response_.failure == v1::REASON_UNSPECIFIED) {
    Explain(code);
  }
  KeepWhatArrived();
  may_ = nullptr;
  return std::move(response_);
}

HttpResponse CurlTransfer::FinishWithoutAnswer() {
  Describe();
  Refuse(v1::REASON_TIMED_OUT, "no byte of an answer within " +
                                   FormatDuration(options_.first_byte_timeout) +
                                   " of the request");
  may_ = nullptr;
  return std::move(response_);
}

void CurlTransfer::KeepWhatArrived() {
  const bool broke_off = response_.failure == v1::REASON_TRUNCATED ||
                         response_.failure == v1::REASON_TIMED_OUT ||
                         response_.failure == v1::REASON_HTTP_PROTOCOL;
  response_.truncated = broke_off && !response_.own_fault && IsSuccess() &&
                        response_.status != 0 && !response_.body.empty();
}

void CurlTransfer::Describe() {
  response_.status = head_.complete() ? head_.status() : 0;
  response_.http_version = head_.http_version();
  response_.headers = head_.TakeHeaders();

  v1::FetchTiming& timing = response_.timing;
  const int64_t lookup = lookup_.count();
  const auto since_begun = [this, lookup](CURLINFO info) {
    const int64_t ms = Milliseconds(easy(), info);
    return ms == 0 ? 0 : lookup + ms;
  };
  timing.set_name_lookup_ms(lookup);
  timing.set_connect_ms(since_begun(CURLINFO_CONNECT_TIME_T));
  timing.set_tls_ms(since_begun(CURLINFO_APPCONNECT_TIME_T));
  timing.set_first_byte_ms(since_begun(CURLINFO_STARTTRANSFER_TIME_T));
  timing.set_total_ms(lookup + Milliseconds(easy(), CURLINFO_TOTAL_TIME_T));

  const char* address = nullptr;
  long port = 0;
  curl_easy_getinfo(easy(), CURLINFO_PRIMARY_IP, &address);
  curl_easy_getinfo(easy(), CURLINFO_PRIMARY_PORT, &port);
  if (address == nullptr || *address == '\0') return;
  const bool v6 = std::strchr(address, ':') != nullptr;
  response_.remote_address = v6 ? "[" + std::string(address) + "]" : address;
  response_.remote_address += ":" + std::to_string(port);
}

void CurlTransfer::Explain(CURLcode code) {
  const std::string_view text = error_.data();
  response_.detail = ToUtf8(text.empty() ? curl_easy_strerror(code) : text);
  if (!refusal_.detail.empty() && !socket_opened_) return RefuseAddress();
  const CurlFailure failure = MapCurlError(code, answer_begun_, text);
  response_.failure = failure.reason;
  response_.own_fault = failure.own_fault;
  if (IsOwnFault(socket_error_)) {
    response_.own_fault = true;
    response_.detail += std::string(": ") + std::strerror(socket_error_);
  } else if (failure.reason == v1::REASON_CONNECT_FAILED) {
    long error = 0;
    curl_easy_getinfo(easy(), CURLINFO_OS_ERRNO, &error);
    const bool unreachable = error == ENETUNREACH || error == ENETDOWN;
    if (unreachable && !HasRouteOut()) {
      response_.own_fault = true;
      response_.detail += ": this machine has no network";
    }
  }
}

void CurlTransfer::RefuseAddress() {
  response_.refused_by_guard = refusal_.by_guard;
  Refuse(v1::REASON_ADDRESS_REFUSED, refusal_.detail);
}

bool CurlTransfer::Refuse(v1::Reason reason, std::string detail) {
  response_.failure = reason;
  response_.detail = std::move(detail);
  return false;
}

size_t CurlTransfer::OnHeader(char* line, size_t size, size_t count,
                              void* self) {
  auto* const transfer = static_cast<CurlTransfer*>(self);
  return transfer->TakeHeader({line, size * count}) ? size * count : 0;
}

bool CurlTransfer::TakeHeader(std::string_view line) {
  answer_begun_ = true;
  if (keep_heads_ && !head_.complete()) {
    if (line.starts_with("HTTP/")) response_.response_head.clear();
    response_.response_head += line;
  }
  if (!head_.AddLine(line)) {
    return Refuse(v1::REASON_HTTP_PROTOCOL, head_.problem());
  }
  return !head_.complete() || !IsSuccess() || MayHaveBody();
}

// Decided at the end of the headers, before any byte of the body is read.
bool CurlTransfer::MayHaveBody() {
  const std::string* const type = FindHeader(head_.headers(), "content-type");
  if (wants_type_ != nullptr && !wants_type_(type == nullptr ? "" : *type)) {
    response_.cut = true;
    return false;
  }
  if (cut_body_at_) return true;
  const std::optional<int64_t> length = head_.ContentLength();
  if (!length) return true;
  if (*length <= options_.max_body_bytes) {
    response_.body.reserve(static_cast<size_t>(*length));
    return true;
  }
  return Refuse(v1::REASON_TOO_LARGE,
                "the server announces " + std::to_string(*length) +
                    " bytes; the limit is " +
                    std::to_string(options_.max_body_bytes));
}

size_t CurlTransfer::OnBody(char* bytes, size_t size, size_t count,
                            void* self) {
  auto* const transfer = static_cast<CurlTransfer*>(self);
  return transfer->TakeBody({bytes, size * count}) ? size * count : 0;
}

bool CurlTransfer::TakeBody(std::string_view bytes) {
  answer_begun_ = true;
  if (cut_body_at_) {
    const size_t room =
        static_cast<size_t>(*cut_body_at_) - response_.body.size();
    response_.cut = bytes.size() > room;
    response_.body.append(bytes.substr(0, room));
    return !response_.cut;  // which ends the transfer
  }
  const size_t limit = static_cast<size_t>(options_.max_body_bytes);
  if (response_.body.size() + bytes.size() > limit) {
    return Refuse(v1::REASON_TOO_LARGE, "the body has more than " +
                                            std::to_string(limit) +
                                            " bytes, which is the limit");
  }
  response_.body.append(bytes);
  return true;
}

bool CurlTransfer::MayUse(const IpAddress& address) {
  refusal_ = Judge(options_, route_.named, address);
  return refusal_.detail.empty();
}

int CurlTransfer::OnPreRequest(void* self, char* peer, char*, int, int) {
  auto* const transfer = static_cast<CurlTransfer*>(self);
  const std::optional<IpAddress> address = IpAddress::Parse(peer);
  const bool known = address && transfer->MayUse(*address);
  if (known &&
      (!transfer->may_ || transfer->may_(transfer->id_, address->text()))) {
    return CURL_PREREQFUNC_OK;
  }
  if (transfer->refusal_.detail.empty()) {
    transfer->refusal_.detail =
        "address " + std::string(peer) + " may not be asked";
  }
  transfer->RefuseAddress();
  return CURL_PREREQFUNC_ABORT;
}

int CurlTransfer::OnDebug(CURL*, curl_infotype type, char* text, size_t size,
                          void* self) {
  auto* const transfer = static_cast<CurlTransfer*>(self);
  if (type == CURLINFO_HEADER_OUT && transfer->keep_heads_) {
    transfer->response_.request_head = WithoutSecrets({text, size});
  }
  return 0;
}

curl_socket_t CurlTransfer::OnOpenSocket(void* self, curlsocktype,
                                         curl_sockaddr* address) {
  auto* const transfer = static_cast<CurlTransfer*>(self);
  const std::optional<IpAddress> ip = IpAddress::FromSocket(address->addr);
  if (!ip || !transfer->MayUse(*ip)) {
    return CURL_SOCKET_BAD;
  }
  const int fd = socket(address->family, address->socktype | SOCK_CLOEXEC,
                        address->protocol);
  if (fd < 0) {
    transfer->socket_error_ = errno;
    return CURL_SOCKET_BAD;
  }
  transfer->socket_opened_ = true;
  transfer->sockets_.Opened(fd);
  return fd;
}

int CurlTransfer::OnCloseSocket(void* sockets, curl_socket_t socket) {
  static_cast<SocketSet*>(sockets)->Closed(socket);
  return close(socket);
}

}  // namespace newsmill
