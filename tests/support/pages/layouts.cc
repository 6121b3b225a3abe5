#include "tests/support/pages/layouts.h"

#include <array>
#include <cstdlib>
#include <utility>

namespace newsmill::pages {
namespace {

constexpr std::array<std::pair<Layout, std::string_view>, 7> kLayoutNames = {{
    {Layout::kNext, "next"},
    {Layout::kNextDom, "next_dom"},
    {Layout::kNextVideoDom, "next_video_dom"},
    {Layout::kLegacyDesktop, "legacy_desktop"},
    {Layout::kLegacyMobile, "legacy_mobile"},
    {Layout::kStructured, "structured"},
    {Layout::kPlain, "plain"},
}};

}  // namespace

std::string_view LayoutName(Layout layout) {
  for (const auto& [value, name] : kLayoutNames) {
    if (value == layout) return name;
  }
  return "";
}

std::optional<Layout> LayoutByName(std::string_view name) {
  for (const auto& [value, its_name] : kLayoutNames) {
    if (its_name == name) return value;
  }
  return std::nullopt;
}

std::string Render(Layout layout, const MadeSite& site, v1::Article& article,
                   Dice& dice, const Filler& filler) {
  switch (layout) {
    case Layout::kNext:
      return RenderNext(site, article, dice, filler);
    case Layout::kNextDom:
      return RenderNextDom(site, article, dice, filler);
    case Layout::kNextVideoDom:
      return RenderNextVideoDom(site, article, dice, filler);
    case Layout::kLegacyDesktop:
      return RenderLegacyDesktop(site, article, dice, filler);
    case Layout::kLegacyMobile:
      return RenderLegacyMobile(site, article, dice, filler);
    case Layout::kStructured:
      return RenderStructured(site, article, dice, filler);
    case Layout::kPlain:
      return RenderPlain(site, article, dice, filler);
  }
  std::abort();
}

}  // namespace newsmill::pages
