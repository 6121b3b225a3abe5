#include "fetcher/warc/warc_record.h"

#include <openssl/evp.h>
#include <zlib.h>

#include <array>

#include "core/base/id.h"

namespace newsmill {
namespace {

std::string Base32(const unsigned char* bytes, size_t size) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string text;
  unsigned int bits = 0;
  int held = 0;
  for (size_t i = 0; i < size; ++i) {
    bits = bits << 8 | bytes[i];
    for (held += 8; held >= 5; held -= 5) {
      text.push_back(kDigits[bits >> (held - 5) & 31]);
    }
  }
  if (held > 0) text.push_back(kDigits[bits << (5 - held) & 31]);
  while (text.size() % 8 != 0) text.push_back('=');
  return text;
}

std::string Gzip(const std::string& bytes) {
  constexpr int kGzipWindow = 15 + 16;
  z_stream stream = {};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, 8,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    return {};
  }
  std::string packed(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(
      const_cast<char*>(bytes.data()));  // NOLINT: zlib's own interface
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

}  // namespace

std::string NewWarcId(Timestamp now) {
  return "<urn:uuid:" + NewUuidV7(now) + ">";
}

std::string WarcDigest(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha1(),
             nullptr);
  return "sha1:" + Base32(digest.data(), size);
}

std::string PackWarcRecord(const WarcRecord& record) {
  std::string text = "WARC/1.1\r\n";
  const auto add = [&text](const std::string& name, const std::string& value) {
    if (!value.empty()) text += name + ": " + value + "\r\n";
  };
  add("WARC-Type", record.type);
  add("WARC-Record-ID", record.id);
  add("WARC-Date", FormatRfc3339(record.date));
  add("WARC-Target-URI", record.target_uri);
  for (const auto& [name, value] : record.fields) add(name, value);
  add("WARC-Block-Digest", WarcDigest(record.block));
  add("Content-Type", record.content_type);
  add("Content-Length", std::to_string(record.block.size()));
  text += "\r\n";
  text += record.block;
  text += "\r\n\r\n";
  return Gzip(text);
}

}  // namespace newsmill
