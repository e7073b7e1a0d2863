"""Figures as metadata, which the Dagster UI shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dagster as dg

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from matplotlib.axes import Axes

    from geo.vocabulary import Language

__all__ = ["pictures"]


def pictures(
    drawings: Mapping[str, Callable[[Axes, Language], Axes]], *, language: Language
) -> dict[str, Any]:
    """Pictures by name.

    What cannot be drawn, for want of data, is left out. Where no font has Chinese, words are in
    English: a preview in boxes helps nobody.

    Parameters
    ----------
    drawings : mapping of str to callable
        Name -> what draws it on given Axes in a language.
    language : Language
        Language of the words.
    """
    from geo.errors import GeoError
    from geo.figures import NoFontError, chinese_font, markdown_picture, new_axes
    from geo.vocabulary import Language

    if language is not Language.EN:
        try:
            chinese_font(language)
        except NoFontError:
            language = Language.EN
    made = {}
    for name, draw in drawings.items():
        try:
            ax = draw(new_axes(), language)
        except GeoError:
            continue
        made[name] = dg.MetadataValue.md(markdown_picture(ax, name))
    return made
