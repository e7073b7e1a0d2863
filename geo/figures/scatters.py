"""Scatters: a quotient against its neighbours' mean, and local ties against what is usual."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.errors import GeoError
from geo.figures.embedding import axes_or_new, bare
from geo.figures.fonts import families
from geo.maps.palette import INK
from geo.vocabulary import CLASSES, Class, Language, Text

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["local_ties_scatter", "moran_scatter"]


_USUAL_COLUMNS = ("usual_local_supply_ties", "expected_local_supply_ties")
_USUAL = Text("local ties that would be usual", "通常應有的本地關聯數", "通常应有的本地关联数")
_FOUND = Text("local ties there are", "實有本地關聯數", "实有本地关联数")
_AS_USUAL = Text("as usual", "與通常相同", "与通常相同")


def local_ties_scatter(
    cells: pd.DataFrame,
    *,
    found: str = "local_supply_ties",
    usual: str | None = None,
    ax: Axes | None = None,
    language: Language = Language.EN,
) -> Axes:
    """Local ties of every cell against the usual number, in the colours of the classes.

    Cells above the line have more local ties than would be usual. The axes are those of
    log(1 + ties), so that cells without ties stand at their foot.

    Parameters
    ----------
    cells : DataFrame
        Columns class, and those named below; cells without ties are not drawn.
    found : str
        Column of the local ties, of supply or knowledge.
    usual : str, optional
        Column of what would be usual; where not given, by the usual reach of such trade, or by
        random matching in results that do not know it.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    language : Language
        Language of the words.

    Returns
    -------
    Axes
        The scatter.

    Raises
    ------
    GeoError
        If no cell has both.
    NoFontError
        If the language is Chinese and no installed font has it.
    """
    if usual is None:
        usual = next((c for c in _USUAL_COLUMNS if c in cells), _USUAL_COLUMNS[0])
    numbers = cells[[found, usual]].astype("float64")
    known = cells.assign(**numbers).dropna(subset=[found, usual])
    known = known[(known[found] > 0) | (known[usual] > 0)]
    if known.empty:
        raise GeoError(f"none of {len(cells)} cells has both {found} and {usual}.")
    ax = axes_or_new(ax)
    bare(ax)
    for code in Class:  # the most advanced last, on top
        own = known[known["class"] == str(code)]
        if len(own):
            ax.scatter(
                own[usual],
                own[found],
                s=10 if code is Class.DISPERSED else 26,
                color=CLASSES[code].colour,
                edgecolors="#6b6b6b",
                linewidths=0.3,
                label=CLASSES[code].label.in_language(language),
            )
    most = float(known[[found, usual]].to_numpy().max()) * 1.2
    line = np.geomspace(0.01, most, 100)
    ax.plot(line, line, color=INK, linewidth=0.8, label=_AS_USUAL.in_language(language))
    for set_scale in (ax.set_xscale, ax.set_yscale):
        set_scale("symlog", linthresh=1)
    ax.set(xlim=(0, most), ylim=(0, most))
    font = families(language)
    ax.set_xlabel(_USUAL.in_language(language), fontfamily=font, color=INK)
    ax.set_ylabel(_FOUND.in_language(language), fontfamily=font, color=INK)
    ax.legend(frameon=False, prop={"family": font, "size": 9})
    return ax


_QUOTIENT = Text("location quotient", "區位商", "区位商")
_AROUND = Text("mean of its neighbours", "鄰區均值", "邻区均值")
_BEYOND = Text(
    "{n} of {all} regions lie beyond the axes",
    "{all} 個區域中有 {n} 個超出坐標範圍",
    "{all} 个区域中有 {n} 个超出坐标范围",
)


def moran_scatter(
    points: pd.DataFrame,
    *,
    ax: Axes | None = None,
    language: Language = Language.EN,
    trim: float = 0.01,
) -> Axes:
    r"""Quotient of every region against the mean of its neighbours', with Moran's I as the slope.

    The line is the least-squares line through all points. Its slope

    .. math:: I = \frac{\sum_i (x_i - \bar x) (y_i - \bar y)}{\sum_i (x_i - \bar x)^2}

    is Moran's I where the weights of every region add up to one [1]_.

    Parameters
    ----------
    points : DataFrame
        As `geo.concentration.map.map_table.moran_scatter` returns it: value, around; a row that
        misses one is not drawn.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    language : Language
        Language of the words.
    trim : float
        Share of the largest values on either axis that may lie beyond it: a few giants would press
        all the others into a corner. How many do is written on the figure; 0 shows all.

    Returns
    -------
    Axes
        The scatter.

    Raises
    ------
    GeoError
        If fewer than two regions can be drawn, or all have the same quotient.
    NoFontError
        If the language is Chinese and no installed font has it.

    References
    ----------
    .. [1] Anselin, L. (1996). The Moran scatterplot as an ESDA tool to assess local instability in
       spatial association. Spatial Analytical Perspectives on GIS, 111-125.

    Examples
    --------
    Three regions in a row: 1, 2, 3; their neighbours' means are 2, 2, 2.

    >>> import pandas as pd
    >>> from geo.figures.embedding import new_axes
    >>> ax = moran_scatter(pd.DataFrame({"value": [1, 2, 3], "around": [2, 2, 2]}), ax=new_axes())
    >>> ax.get_title(loc="right")
    'I = 0.000'
    """
    known = points[["value", "around"]].astype(float).dropna()
    x, y = known["value"].to_numpy(), known["around"].to_numpy()
    if len(known) < 2 or np.ptp(x) == 0:
        message = (
            f"a Moran scatter needs two regions with different quotients: {len(known)} of "
            f"{len(points)} rows are known, with {len(np.unique(x))} different value(s)."
        )
        raise GeoError(message)
    ax = axes_or_new(ax)
    bare(ax)
    mean = float(x.mean()), float(y.mean())
    slope = float(((x - mean[0]) * (y - mean[1])).sum() / ((x - mean[0]) ** 2).sum())
    size = float(np.clip(4000 / len(x), 4, 24))
    ax.scatter(x, y, s=size, color="#3f6f8f", alpha=0.55, linewidths=0, rasterized=len(x) > 2000)
    ax.axvline(mean[0], color="#8d877d", linewidth=0.7, linestyle="--")
    ax.axhline(mean[1], color="#8d877d", linewidth=0.7, linestyle="--")
    ax.axline(mean, slope=slope, color="#b2182b", linewidth=1.4)
    far = [float(np.quantile(v, 1 - trim)) * 1.05 for v in (x, y)]
    low = [min(float(v.min()), 0.0) for v in (x, y)]
    far = [high if high > least else least + 1 for high, least in zip(far, low, strict=True)]
    ax.set(xlim=(low[0], far[0]), ylim=(low[1], far[1]))
    font = families(language)
    ax.set_xlabel(_QUOTIENT.in_language(language), fontfamily=font, color=INK)
    ax.set_ylabel(_AROUND.in_language(language), fontfamily=font, color=INK)
    ax.set_title(f"I = {slope:.3f}", loc="right", color="#b2182b", fontsize=10)
    beyond = int(((x > far[0]) | (y > far[1])).sum())
    if beyond:
        words = _BEYOND.in_language(language).format(n=beyond, all=len(x))
        ax.set_title(words, loc="left", fontfamily=font, color="#6b6b6b", fontsize=8)
    return ax
