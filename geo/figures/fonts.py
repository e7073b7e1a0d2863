"""A font for Chinese words, found among the installed ones; none is ever fetched.

Matplotlib draws a box for what a font lacks. Where no font has Chinese, whoever asks for a figure
in Chinese is told so; names in Chinese on an English figure are left out, see `drawable`.
"""

from __future__ import annotations

import functools
import re

from geo.errors import GeoError
from geo.vocabulary import Language

__all__ = ["NoFontError", "chinese_font", "drawable", "families"]

# The script's own forms first; then what has the characters, in the forms of its country.
_KNOWN = {
    Language.ZH_HANS: r"(CJK SC|Sans SC|Han Sans (SC|CN)|YaHei|PingFang SC|Hiragino Sans GB|"
    r"SimHei|WenQuanYi|Heiti SC|DengXian|SimSun)",
    Language.ZH_HANT: r"(CJK TC|Sans TC|Han Sans (TC|TW)|JhengHei|PingFang TC|Heiti TC|"
    r"MingLiU|CJK HK|AR PL (UMing|UKai))",
}
_ANY = r"(CJK|Han Sans|Han Serif|Droid Sans Fallback|Arial Unicode|Unifont|Hei|Ming|Song|Kai)"
_CHINESE = re.compile("[⺀-鿿豈-﫿︰-﹏\U00020000-\U0003ffff]")
_LATIN = "DejaVu Sans"  # comes with Matplotlib
_PROBE = "集群區域"


class NoFontError(GeoError):
    """No installed font has the characters that a figure needs."""


def chinese_font(language: Language = Language.ZH_HANS) -> str:
    """Family name of an installed font with Chinese, the forms of `language` first.

    Parameters
    ----------
    language : Language
        Whose forms of the characters are wanted.

    Raises
    ------
    NoFontError
        If there is none.
    """
    found = _found(language)
    if found is None:
        message = (
            "no installed font has Chinese characters: install one (Debian and Ubuntu: "
            "fonts-noto-cjk), or draw with Language.EN."
        )
        raise NoFontError(message)
    return found


def families(language: Language) -> list[str]:
    """Families for the words of a figure, in the order in which they are tried.

    Raises
    ------
    NoFontError
        If the language is Chinese and no font has it.
    """
    if language is not Language.EN:
        return [chinese_font(language), _LATIN]
    other = _found(Language.ZH_HANS)
    return [_LATIN, other] if other else [_LATIN]


def drawable(words: str) -> bool:
    """Whether the installed fonts have `words`: all but Chinese ones without a Chinese font."""
    return not _CHINESE.search(words) or _found(Language.ZH_HANS) is not None


@functools.cache
def _found(language: Language) -> str | None:
    from matplotlib import font_manager

    found = _best(language)
    if found is None:
        # Matplotlib remembers the fonts of its first run; one installed since is not among them.
        known = {font.fname for font in font_manager.fontManager.ttflist}
        for file in sorted(set(font_manager.findSystemFonts()) - known):
            if re.search(_ANY, file) and _has_chinese(file):
                font_manager.fontManager.addfont(file)
        found = _best(language)
    return found


def _best(language: Language) -> str | None:
    from matplotlib import font_manager

    fonts = sorted(font_manager.fontManager.ttflist, key=lambda font: (font.name, font.fname))
    wanted = _KNOWN.get(language, _KNOWN[Language.ZH_HANS])
    other = "|".join(pattern for key, pattern in _KNOWN.items() if key is not language)
    for pattern in (wanted, other, _ANY):
        named = [font for font in fonts if re.search(pattern, font.name)]
        # Sans before serif: figures are read small.
        for font in sorted(named, key=lambda font: ("Serif" in font.name, "Mono" in font.name)):
            if _has_chinese(font.fname):
                return str(font.name)
    return None


def _has_chinese(file: str) -> bool:
    from matplotlib.ft2font import FT2Font

    try:
        characters = FT2Font(file).get_charmap()
    except (OSError, RuntimeError):  # listed in the cache, and gone or unreadable since
        return False
    return all(ord(character) in characters for character in _PROBE)
