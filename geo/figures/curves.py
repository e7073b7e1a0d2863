"""Curves: over distance with the envelope of chance, and how long local and distant ties last."""

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

__all__ = ["distance_curve", "survival_curve"]


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


_DISTANCE = Text("distance, km", "距離（公里）", "距离（公里）")
_CURVE = Text("this industry", "該行業", "该行业")
_ENVELOPE = Text(
    "95 % of curves where its firms\nstand anywhere firms do",
    "企業隨機分布於所有企業\n所在地時 95 % 的曲線",
    "企业随机分布于所有企业\n所在地时 95 % 的曲线",
)
_MEASURES = {
    "K_d": Text(
        "share of pairs of firms, % per km", "企業對占比（每公里 %）", "企业对占比（每公里 %）"
    ),
    "M": Text(
        "its share within the distance, elsewhere = 1",
        "該距離內份額（別處 = 1）",
        "该距离内份额（别处 = 1）",
    ),
    "m": Text(
        "its share at the distance, elsewhere = 1",
        "該距離處份額（別處 = 1）",
        "该距离处份额（别处 = 1）",
    ),
}
_SCALES = {"K_d": 100.0, "M": 1.0, "m": 1.0}
_COLUMNS = ["value", "low", "high"]


def distance_curve(
    curves: pd.DataFrame,
    industry: str,
    *,
    measure: str = "K_d",
    ax: Axes | None = None,
    language: Language = Language.EN,
) -> Axes:
    """Curve of an industry over distance, with its global envelope as a band.

    Parameters
    ----------
    curves : DataFrame
        Result `distance_curves` of one year: industry, measure, distance_km, value, low, high.
    industry : str
        Code of the industry.
    measure : {"K_d", "M", "m"}
        Which curve.
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
        If the industry has no such curve, or two.
    NoFontError
        If the language is Chinese and no installed font has it.
    """
    chosen = curves[(curves["industry"] == industry) & (curves["measure"] == measure)]
    points = chosen.sort_values("distance_km").dropna(subset=_COLUMNS)
    if len(points) < 2:
        there = chosen["measure"].size, sorted(curves["industry"].unique())[:8]
        message = (
            f"industry {industry!r} has no curve of {measure}: {there[0]} row(s), of which "
            f"{len(points)} known; industries in the table begin with {there[1]}."
        )
        raise GeoError(message)
    if points["distance_km"].duplicated().any():
        message = f"`curves` has {measure} of {industry!r} twice at one distance: several years?"
        raise GeoError(message)
    ax = axes_or_new(ax)
    bare(ax)
    at = points["distance_km"].to_numpy(dtype=float)
    value, low, high = (points[c].to_numpy(dtype=float) * _SCALES[measure] for c in _COLUMNS)
    band = _ENVELOPE.in_language(language)
    ax.fill_between(at, low, high, color="#d9d6d0", linewidth=0, label=band)
    ax.plot(at, value, color="#b2182b", linewidth=1.8, label=_CURVE.in_language(language))
    ax.set(xlim=(0, at.max()), ylim=(0, None))
    font = families(language)
    ax.set_xlabel(_DISTANCE.in_language(language), fontfamily=font, color=INK)
    ax.set_ylabel(_MEASURES[measure].in_language(language), fontfamily=font, color=INK)
    ax.legend(frameon=False, prop={"family": font, "size": 9})
    return ax
