"""Colours and order of the classes, in the form that plotting libraries ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.vocabulary import CLASSES, Class

if TYPE_CHECKING:
    from pandas import CategoricalDtype

__all__ = ["class_categories", "class_colours"]


def class_categories() -> CategoricalDtype:
    """Type of the column `class` in the results: the classes in order, the most advanced last.

    Examples
    --------
    >>> import pandas as pd
    >>> classes = pd.Series(["cluster", "dispersed"], dtype=class_categories())
    >>> classes.max(), classes.min()
    ('cluster', 'dispersed')
    """
    import pandas as pd

    return pd.CategoricalDtype([str(c) for c in Class], ordered=True)


def class_colours() -> list[str]:
    """Colours of the classes in their order, as `GeoDataFrame.explore` and `plot` take them.

    >>> regions.explore("class", cmap=class_colours())  # doctest: +SKIP

    Examples
    --------
    >>> class_colours()[-1]
    '#1d9e72'
    """
    return [CLASSES[c].colour for c in Class]
