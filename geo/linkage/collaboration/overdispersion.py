r"""Inference that holds where the ties of one firm are not independent.

A firm that buys everything in one place makes ten local ties at once, and says no more than one
would. How much the local ties of a cell bunch by firm is a *dispersion*: 1 where they are as
independent as coins, the number of a firm's ties where each firm has all or none of them here. The
test then counts bunches and not ties.

Here belong ties by firm, and their dispersion. The test itself is in `matching`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from geo.linkage.matching import CELL
from geo.study.keys import Sizes, grouped

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    import pandas as pd

    Lazy = nw.LazyFrame[Any]
    Floats = npt.NDArray[np.float64]

__all__ = ["BUNCHES", "bunches", "dispersion", "firm_ends", "own_ends", "partner_ends"]

BUNCHES = ["ties", "local", "ties_square", "ties_local", "local_square"]
"""Sums over firms of d, y, d^2, d y and y^2, for d ties of a firm of which y are local."""


def firm_ends(supply: Lazy, *, sizes: Sizes) -> Lazy:
    """Supply ties of every firm, by year and industry of the partner, bought and sold together.

    Parameters
    ----------
    supply : LazyFrame
        As `located.located_ties` returns it.
    sizes : Sizes
        Of the keys.

    Returns
    -------
    LazyFrame
        One row per firm, year and industry of its partners: year, firm_key, partner_industry,
        region_key and industry_key of the firm, and the numbers ties, local, stable (stable local
        ties), lasting (ties that live long, local or not).
    """
    roles = [
        supply.select(
            "year",
            firm_key=key,
            region_key=f"{end}_region",
            industry_key=f"{end}_industry",
            partner_industry=f"{other}_industry",
            local=nw.col("is_local").cast(nw.Int32),
            stable=nw.col("is_stable").cast(nw.Int32),
            lasting=nw.col("lives_long").cast(nw.Int32),
        )
        for end, key, other in (
            ("supplier", "source_key", "customer"),
            ("customer", "target_key", "supplier"),
        )
    ]
    return grouped(
        nw.concat(roles),
        ["firm_key", "year", "partner_industry"],
        sizes,
        nw.col("region_key", "industry_key").max(),
        nw.len().cast(nw.Int32).alias("ties"),
        nw.col("local", "stable", "lasting").sum(),
    )


def own_ends(ends: Lazy, *, sizes: Sizes) -> Lazy:
    """Supply ties of every firm of a cell: year, region_key, industry_key, firm_key, numbers."""
    return grouped(
        ends,
        ["firm_key", "year"],
        sizes,
        nw.col("region_key", "industry_key").max(),
        nw.col("ties", "local", "stable", "lasting").sum(),
    )


def partner_ends(ends: Lazy) -> Lazy:
    """Ties of every firm of a region with an industry, as rows of the cell of that industry."""
    return ends.select(
        "year", "region_key", "firm_key", "ties", "local", industry_key="partner_industry"
    )


def bunches(rows: Lazy, *, sizes: Sizes, by: Sequence[str] = CELL) -> Lazy:
    """Sums of `BUNCHES` over the firms of every cell.

    Parameters
    ----------
    rows : LazyFrame
        One row per firm and cell: the columns `by`, ties, local.
    sizes : Sizes
        Of the keys.
    by : sequence of str
        What tells one cell from another: year, region_key and industry_key, or fewer of them.

    Returns
    -------
    LazyFrame
        One row per cell: the columns `by` and those of `BUNCHES`, as floats.
    """
    d, y = nw.col("ties").cast(nw.Float64), nw.col("local").cast(nw.Float64)
    return grouped(
        rows.with_columns(ties=d, local=y, ties_square=d * d, ties_local=d * y, local_square=y * y),
        by,
        sizes,
        nw.col(*BUNCHES).sum(),
    )


def dispersion(own: pd.DataFrame, partners: pd.DataFrame) -> Floats:
    r"""How many ties of a cell say as much as one would if ties were independent.

    For the firms of the cell, and again for their partners in the region, with d ties each of
    which y are local, and the share :math:`\hat p = (\sum y + 1/2) / (\sum d + 1)`,

    .. math::

       \varphi = \frac{G}{G - 1} \cdot
                 \frac{\sum (y - d \hat p)^2}{\hat p (1 - \hat p) \sum d}, \qquad
       G = \frac{(\sum d)^2}{\sum d^2}

    but not more than :math:`\sum d^2 / \sum d`, where every firm has all of its ties here or none;
    G is the number of firms that would do if all had equally many ties. Ties bunch by both of
    their ends: the two add up, less the one that each of them has alone, and the result is at
    least 1.

    Parameters
    ----------
    own, partners : DataFrame
        Columns of `BUNCHES`, one row per cell, in one order; NaN = no ties.

    Returns
    -------
    ndarray of float64
        At least 1; 1 without ties.

    References
    ----------
    .. [1] McCullagh, P. & Nelder, J. A. (1989). Generalized Linear Models, 2nd ed., section 4.5.
    .. [2] Cameron, A. C., Gelbach, J. B. & Miller, D. L. (2011). Robust inference with multiway
       clustering. Journal of Business & Economic Statistics 29(2), 238-249, eq. 2.11.

    Examples
    --------
    A hub with ten ties, all local, is one bunch of ten; ten firms with one local tie of two each
    are as even as can be:

    >>> import pandas as pd
    >>> hub = pd.DataFrame([[10.0, 10, 100, 100, 100]], columns=BUNCHES)
    >>> even = pd.DataFrame([[20.0, 10, 40, 20, 10]], columns=BUNCHES)
    >>> dispersion(hub, even), dispersion(even, even)
    (array([10.]), array([1.]))
    """
    total = _one_way(own) + _one_way(partners) - 1.0
    dispersed: Floats = np.maximum(total, 1.0)
    return dispersed


def _one_way(sums: pd.DataFrame) -> Floats:
    """Dispersion by the firms of one side, at least 1."""
    d, y, dd, dy, yy = (sums[c].to_numpy(dtype=np.float64) for c in BUNCHES)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (y + 0.5) / (d + 1)
        residual = yy - 2 * share * dy + share**2 * dd
        firms = d**2 / dd
        at_most = dd / d
        phi = residual / (share * (1 - share) * d) * firms / np.maximum(firms - 1, 0)
    # One firm alone shows no spread: 0 / 0 or infinity, and its ties are one bunch.
    phi = np.where(firms <= 1 + 1e-9, at_most, np.fmin(phi, at_most))
    one_way: Floats = np.where(d > 0, np.maximum(phi, 1.0), 1.0)
    return one_way
