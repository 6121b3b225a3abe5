#include "tests/support/origin/certificate.h"

#include <cstdio>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

namespace newsmill::origin {
namespace {

struct Deleter {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_EXTENSION* ext) const { X509_EXTENSION_free(ext); }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter>;
using Certificate = std::unique_ptr<X509, Deleter>;
using Extension = std::unique_ptr<X509_EXTENSION, Deleter>;

Error TlsError(const std::string& what) {
  char text[256];
  ERR_error_string_n(ERR_get_error(), text, sizeof text);
  return Error{Code::kInternal, what + ": " + text};
}

void SetName(X509_NAME* name, const std::string& common_name) {
  X509_NAME_add_entry_by_txt(
      name, "CN", MBSTRING_UTF8,
      reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0);
}

bool AddExtension(X509* certificate, X509* issuer, int nid,
                  const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  return extension != nullptr &&
         X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool SetSerial(X509* certificate) {
  unsigned char bytes[8];
  if (RAND_bytes(bytes, sizeof bytes) != 1) return false;
  uint64_t serial = 0;
  for (const unsigned char byte : bytes) serial = serial << 8 | byte;
  return ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate),
                                 serial >> 1) == 1;
}

Certificate NewCertificate(EVP_PKEY* key, const std::string& name,
                           bool expired) {
  Certificate certificate(X509_new());
  constexpr long kDay = 24 * 60 * 60;
  if (!certificate || X509_set_version(certificate.get(), 2) != 1 ||
      !SetSerial(certificate.get()) ||
      X509_gmtime_adj(X509_getm_notBefore(certificate.get()),
                      (expired ? -3 : -1) * kDay) == nullptr ||
      X509_gmtime_adj(X509_getm_notAfter(certificate.get()),
                      (expired ? -1 : 30) * kDay) == nullptr ||
      X509_set_pubkey(certificate.get(), key) != 1) {
    return nullptr;
  }
  SetName(X509_get_subject_name(certificate.get()), name);
  return certificate;
}

bool Issue(X509* certificate, X509* issuer, EVP_PKEY* issuer_key) {
  return X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) ==
             1 &&
         X509_sign(certificate, issuer_key, EVP_sha256()) > 0;
}

std::string AlternativeNames(const std::vector<std::string>& hosts) {
  std::string names;
  for (const std::string& host : hosts) {
    names += (names.empty() ? "DNS:" : ",DNS:") + host;
  }
  return names;
}

Result<void> WritePem(X509* certificate, const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "w");
  if (file == nullptr) {
    return Error{Code::kUnavailable, path + ": cannot be written"};
  }
  const bool written = PEM_write_X509(file, certificate) == 1;
  if (std::fclose(file) != 0 || !written) {
    return Error{Code::kUnavailable, path + ": cannot be written"};
  }
  return {};
}

}  // namespace

Result<SslContext> MakeServerContext(const std::vector<std::string>& hosts,
                                     const std::string& ca_file, bool expired) {
  const Key ca_key(EVP_EC_gen("P-256"));
  const Key leaf_key(EVP_EC_gen("P-256"));
  if (!ca_key || !leaf_key) return TlsError("making a key");

  const Certificate ca =
      NewCertificate(ca_key.get(), "Newsmill test CA", false);
  if (!ca ||
      !AddExtension(ca.get(), ca.get(), NID_basic_constraints,
                    "critical,CA:TRUE") ||
      !AddExtension(ca.get(), ca.get(), NID_key_usage,
                    "critical,keyCertSign,cRLSign") ||
      !AddExtension(ca.get(), ca.get(), NID_subject_key_identifier, "hash") ||
      !Issue(ca.get(), ca.get(), ca_key.get())) {
    return TlsError("making the authority's certificate");
  }
  const Certificate leaf =
      NewCertificate(leaf_key.get(), "Newsmill origin", expired);
  if (!leaf ||
      !AddExtension(leaf.get(), ca.get(), NID_subject_alt_name,
                    AlternativeNames(hosts)) ||
      !AddExtension(leaf.get(), ca.get(), NID_ext_key_usage, "serverAuth") ||
      !Issue(leaf.get(), ca.get(), ca_key.get())) {
    return TlsError("making the server's certificate");
  }
  if (auto written = WritePem(ca.get(), ca_file); !written) {
    return written.error();
  }
  SslContext context(SSL_CTX_new(TLS_server_method()));
  if (!context || SSL_CTX_use_certificate(context.get(), leaf.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), leaf_key.get()) != 1) {
    return TlsError("making the server's TLS context");
  }
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_RELEASE_BUFFERS);
  return context;
}

}  // namespace newsmill::origin
