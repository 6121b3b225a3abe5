#include "core/base/inflate.h"

#include <brotli/encode.h>
#include <gmock/gmock.h>
#include <zlib.h>
#include <zstd.h>

#include <string>
#include <utility>
#include <vector>

namespace newsmill {
namespace {

using testing::HasSubstr;

std::string Deflate(std::string_view text, int window_bits) {
  z_stream stream = {};
  EXPECT_EQ(
      deflateInit2(&stream, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY),
      Z_OK);
  std::string out(deflateBound(&stream, text.size()) + 64, 0);
  stream.next_in =
      reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));  // NOLINT
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}
std::string Gzip(std::string_view text) { return Deflate(text, 31); }

std::string Brotli(std::string_view text) {
  size_t size = BrotliEncoderMaxCompressedSize(text.size());
  std::string out(size, 0);
  BrotliEncoderCompress(5, 22, BROTLI_MODE_TEXT, text.size(),
                        reinterpret_cast<const uint8_t*>(text.data()), &size,
                        reinterpret_cast<uint8_t*>(out.data()));
  out.resize(size);
  return out;
}

std::string Zstd(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), 0);
  out.resize(
      ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

constexpr size_t kLimit = 1 << 20;
constexpr std::string_view kText =
    "甘肃省检察院召开新闻发布会，通报专项活动的有关情况并发布典型案例。";

TEST(InflateBody, UndoesEveryCoding) {
  const std::string text = std::string(kText) + std::string(100'000, 'x');
  EXPECT_EQ(*InflateBody(text, "", kLimit), text);
  EXPECT_EQ(*InflateBody(text, "identity", kLimit), text);
  EXPECT_EQ(*InflateBody(Gzip(text), "gzip", kLimit), text);
  EXPECT_EQ(*InflateBody(Gzip(text), " X-GZIP ", kLimit), text);
  EXPECT_EQ(*InflateBody(Deflate(text, 15), "deflate", kLimit), text);
  EXPECT_EQ(*InflateBody(Deflate(text, -15), "deflate", kLimit), text);
  EXPECT_EQ(*InflateBody(Brotli(text), "br", kLimit), text);
  EXPECT_EQ(*InflateBody(Zstd(text), "zstd", kLimit), text);
}

TEST(InflateBody, UndoesSeveralFromTheLastToTheFirst) {
  const std::string text(kText);
  EXPECT_EQ(*InflateBody(Brotli(Gzip(text)), "gzip, br", kLimit), text);
  EXPECT_FALSE(InflateBody(Brotli(Gzip(text)), "br, gzip", kLimit));
}

TEST(InflateBody, ReadsEveryMemberAndFrame) {
  EXPECT_EQ(*InflateBody(Gzip("one ") + Gzip("two"), "gzip", kLimit),
            "one two");
  EXPECT_EQ(*InflateBody(Gzip("one") + "trailing", "gzip", kLimit), "one");
  EXPECT_EQ(*InflateBody(Zstd("one ") + Zstd("two"), "zstd", kLimit),
            "one two");
}

TEST(InflateBody, TakesAnEmptyBodyWhateverItsLabel) {
  EXPECT_EQ(*InflateBody("", "gzip", kLimit), "");
  EXPECT_EQ(*InflateBody(Gzip(""), "gzip", kLimit), "");
}

TEST(InflateBody, StopsBombsAtTheLimit) {
  const std::string zeros(4 << 20, '\0');
  for (const auto& [coding, body] :
       {std::pair<const char*, std::string>{"gzip", Gzip(zeros)},
        {"deflate", Deflate(zeros, 15)},
        {"deflate", Deflate(zeros, -15)},
        {"br", Brotli(zeros)},
        {"zstd", Zstd(zeros)},
        {"gzip, gzip", Gzip(Gzip(zeros))},
        {"", zeros}}) {
    const auto result = InflateBody(body, coding, kLimit);
    ASSERT_FALSE(result) << coding;
    EXPECT_EQ(result.error().code, Code::kTooLarge) << coding;
  }
  EXPECT_TRUE(InflateBody(Gzip(zeros), "gzip", zeros.size()));
}

TEST(InflateBody, SaysWhatEndsEarlyOrIsBroken) {
  const std::string text(100'000, 'x');
  for (const auto& [coding, body] :
       {std::pair<const char*, std::string>{"gzip", Gzip(text)},
        {"deflate", Deflate(text, 15)},
        {"br", Brotli(text)},
        {"zstd", Zstd(text)}}) {
    const auto cut =
        InflateBody(body.substr(0, body.size() / 2), coding, kLimit);
    ASSERT_FALSE(cut) << coding;
    EXPECT_EQ(cut.error().code, Code::kCorrupt) << coding;
    EXPECT_THAT(cut.error().message, HasSubstr("ends early")) << coding;
    const auto other = InflateBody("<html>plain</html>", coding, kLimit);
    ASSERT_FALSE(other) << coding;
    EXPECT_EQ(other.error().code, Code::kCorrupt) << coding;
  }
}

TEST(InflateBody, OfATruncatedBodyWhatIsThereIsTheAnswer) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += std::to_string(i * 7919 % 10'007);
  const std::vector<std::pair<std::string, std::string>> bodies = {
      {"gzip", Gzip(text)},
      {"deflate", Deflate(text, 15)},
      {"br", Brotli(text)}};
  for (const auto& [coding, body] : bodies) {
    const auto part =
        InflateBody(body.substr(0, body.size() / 2), coding, text.size(), true);
    ASSERT_TRUE(part) << coding << part.error().message;
    EXPECT_FALSE(part->empty()) << coding;
    EXPECT_TRUE(text.starts_with(*part)) << coding;
  }
  EXPECT_FALSE(InflateBody("<html>plain</html>", "gzip", 1000, true));
}

TEST(InflateBody, RefusesUnknownAndEndlessCodings) {
  const auto unknown = InflateBody("x", "compress", kLimit);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, Code::kUnsupported);
  EXPECT_THAT(unknown.error().message, HasSubstr("'compress'"));
  EXPECT_FALSE(InflateBody("x", "gzip,gzip,gzip,gzip,gzip", kLimit));
}

TEST(InflateStart, GivesAsMuchAsIsAskedForAndSaysThatThereIsMore) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += std::to_string(i * 7919 % 10'007);
  for (const auto& [coding, body] :
       {std::pair<const char*, std::string>{"gzip", Gzip(text)},
        {"deflate", Deflate(text, 15)},
        {"deflate", Deflate(text, -15)},
        {"br", Brotli(text)},
        {"zstd", Zstd(text)},
        {"gzip, br", Brotli(Gzip(text))},
        {"", text}}) {
    const auto start = InflateStart(body, coding, 1000);
    ASSERT_TRUE(start) << coding << start.error().message;
    EXPECT_EQ(start->bytes, text.substr(0, 1000)) << coding;
    EXPECT_TRUE(start->cut) << coding;

    const auto whole = InflateStart(body, coding, text.size());
    ASSERT_TRUE(whole) << coding << whole.error().message;
    EXPECT_EQ(whole->bytes, text) << coding;
    EXPECT_FALSE(whole->cut) << coding;
  }
}

TEST(InflateStart, OfABrokenOffBodyGivesWhatIsThere) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += std::to_string(i * 7919 % 10'007);
  const std::string half = Gzip(text).substr(0, Gzip(text).size() / 2);
  EXPECT_FALSE(InflateStart(half, "gzip", kLimit));
  const auto start = InflateStart(half, "gzip", kLimit, true);
  ASSERT_TRUE(start) << start.error().message;
  EXPECT_TRUE(text.starts_with(start->bytes));
  EXPECT_FALSE(start->bytes.empty());
  EXPECT_TRUE(start->cut);
  EXPECT_TRUE(InflateStart("plain", "", kLimit, true)->cut);
}

TEST(InflateStart, OfABombOnlyTheStartIsMade) {
  const std::string zeros(4 << 20, '\0');
  const auto start = InflateStart(Gzip(zeros), "gzip", 10);
  ASSERT_TRUE(start) << start.error().message;
  EXPECT_EQ(start->bytes, std::string(10, '\0'));
  EXPECT_TRUE(start->cut);
}

}  // namespace
}  // namespace newsmill
