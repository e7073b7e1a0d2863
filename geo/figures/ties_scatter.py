"""Local ties against what would be usual: which cells stand out of the trade of the country."""

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

__all__ = ["local_ties_scatter"]

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
