#pragma once

#include <optional>
#include <string_view>

#include "newsmill/v1/article.pb.h"
#include "parser/html/document.h"

namespace newsmill {

// The picture that an <img> shows once it is loaded: its address as written,
// from the attributes of lazy loading before src, its size and alternate text.
// None for one that holds no address, and for a mere pixel.
std::optional<v1::Image> ShownImage(const Document& document, NodeId node);

// Takes the photographer off the end of a caption: "The bridge (Photo: Ada
// Byron)" and "大桥。新华社记者 张三 摄" give caption and credit.
void SetCaption(std::string_view text, v1::Image* image);

}  // namespace newsmill
