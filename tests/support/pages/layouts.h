#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "newsmill/v1/article.pb.h"
#include "tests/support/pages/dice.h"
#include "tests/support/pages/made_site.h"
#include "tests/support/pages/markup.h"

namespace newsmill::pages {

// How a page is built. The first five are thepaper.cn's over the years, under
// the names that its rule gives them.
enum class Layout {
  kNext,
  kNextDom,
  kNextVideoDom,
  kLegacyDesktop,
  kLegacyMobile,
  kStructured,
  kPlain,
};
inline constexpr std::array kPressLayouts = {
    Layout::kNext, Layout::kNextDom, Layout::kNextVideoDom,
    Layout::kLegacyDesktop, Layout::kLegacyMobile};

std::string_view LayoutName(Layout layout);
std::optional<Layout> LayoutByName(std::string_view name);

// The page of `article` in `layout`, and clears of the article every field that
// the layout does not print, so that what remains is what a reader of the page
// can know.
std::string Render(Layout layout, const MadeSite& site, v1::Article& article,
                   Dice& dice, const Filler& filler);

// Pages without an article, in the site's own look.
std::string RenderRemoved(const MadeSite& site);
std::string RenderEmptyShell(const MadeSite& site, uint64_t id);
std::string RenderList(const MadeSite& site, Dice& dice);

// One per layout; Render chooses.
std::string RenderNext(const MadeSite& site, v1::Article& article, Dice& dice,
                       const Filler& filler);
std::string RenderNextDom(const MadeSite& site, v1::Article& article,
                          Dice& dice, const Filler& filler);
std::string RenderNextVideoDom(const MadeSite& site, v1::Article& article,
                               Dice& dice, const Filler& filler);
std::string RenderLegacyDesktop(const MadeSite& site, v1::Article& article,
                                Dice& dice, const Filler& filler);
std::string RenderLegacyMobile(const MadeSite& site, v1::Article& article,
                               Dice& dice, const Filler& filler);
std::string RenderStructured(const MadeSite& site, v1::Article& article,
                             Dice& dice, const Filler& filler);
std::string RenderPlain(const MadeSite& site, v1::Article& article, Dice& dice,
                        const Filler& filler);

}  // namespace newsmill::pages
