"""A curve over distance with the envelope of what chance allows: K_d, M or m of one industry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.errors import GeoError
from geo.figures.embedding import axes_or_new, bare
from geo.figures.fonts import families
from geo.maps.palette import INK
from geo.vocabulary import Language, Text

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["distance_curve"]

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
