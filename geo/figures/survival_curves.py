"""How long ties last: local ones against distant ones of one industry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.errors import GeoError
from geo.figures.embedding import axes_or_new, bare
from geo.figures.fonts import families
from geo.maps.palette import INK
from geo.vocabulary import Language, Text

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["survival_curve"]

_AGE = Text("age of the tie, years", "關聯年齡（年）", "关联年龄（年）")
_LIVING = Text("share still there, %", "仍存在的占比（%）", "仍存在的占比（%）")
_WHOSE = {
    True: (Text("local ties", "本地關聯", "本地关联"), "#1d9e72"),
    False: (Text("other ties", "其他關聯", "其他关联"), "#8d877d"),
}


def survival_curve(
    table: pd.DataFrame,
    industry: str = "all",
    *,
    ax: Axes | None = None,
    language: Language = Language.EN,
) -> Axes:
    """Share of ties that are still there at each age, with its interval, local and other ties.

    Parameters
    ----------
    table : DataFrame
        Result `tie_survival`: industry, is_local, age, survival, survival_low, survival_high.
    industry : str, default "all"
        Code of the industry; all of them together where not given.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    language : Language
        Language of the words.

    Returns
    -------
    Axes
        The figure.

    Raises
    ------
    GeoError
        If there is no row of that industry.
    NoFontError
        If the language is Chinese and no installed font has it.
    """
    rows = table[table["industry"] == industry].dropna(subset=["survival"]).sort_values("age")
    if rows.empty:
        raise GeoError(f"`table` has no survival of the ties of industry {industry!r}.")
    ax = axes_or_new(ax)
    bare(ax)
    for is_local, (words, colour) in _WHOSE.items():
        own = rows[rows["is_local"] == is_local]
        if own.empty:
            continue
        living, low, high = (
            100 * own[c].to_numpy(dtype=float, na_value=np.nan)
            for c in ("survival", "survival_low", "survival_high")
        )
        # Nothing is uncertain about the beginning, where all are there.
        reach = np.nan_to_num(np.stack([living - low, high - living]))
        ax.errorbar(
            own["age"].to_numpy(dtype=float),
            living,
            yerr=reach,
            color=colour,
            marker="o",
            markersize=4,
            capsize=3,
            linewidth=1.6,
            label=words.in_language(language),
        )
    font = families(language)
    ax.set(xlim=(-0.05, None), ylim=(0, 103))
    ax.set_xticks(sorted(rows["age"].astype(int).unique()))
    ax.set_xlabel(_AGE.in_language(language), fontfamily=font, color=INK)
    ax.set_ylabel(_LIVING.in_language(language), fontfamily=font, color=INK)
    ax.legend(frameon=False, prop={"family": font, "size": 9})
    return ax
