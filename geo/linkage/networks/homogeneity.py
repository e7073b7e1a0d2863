r"""How alike the firms of a huddle are: the more, the more they compete head on.

Likeness is the chance that two firms drawn at random are of one kind (Simpson's index over pairs
of different firms). It is counted over kinds, never over pairs of firms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pandas as pd

from geo.linkage.matching import CELL
from geo.study.keys import grouped, held, looked_up, packed

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.study.keys import Sizes

    Lazy = nw.LazyFrame[Any]
    Floats = npt.NDArray[np.float64]

__all__ = ["SIZE_CLASSES", "homogeneity_by_cell", "likeness"]

SIZE_CLASSES = (10, 50, 250)
"""Jobs from which a firm is small, medium, large (Commission Recommendation 2003/361/EC)."""


def likeness(of_kinds: npt.ArrayLike, *, of_firms: npt.ArrayLike | None = None) -> float:
    r"""Chance that two items of two different firms, drawn at random, are of one kind.

    .. math:: \frac{\sum_k (T_k^2 - \sum_f t_{fk}^2)}{T^2 - \sum_f t_f^2}

    with :math:`t_{fk}` items of firm f and kind k. With one item a firm it is Simpson's index.

    Parameters
    ----------
    of_kinds : array_like of int, shape (kinds,)
        Items of every kind.
    of_firms : array_like of int, shape (firms, kinds), optional
        Items of every firm by kind; one item a firm where not given.

    Returns
    -------
    float
        Between 0 and 1; NaN where there are no two firms.

    References
    ----------
    .. [1] Simpson, E. H. (1949). Measurement of diversity. Nature 163, 688.

    Examples
    --------
    Of three firms two are small: one pair of three is alike.

    >>> likeness([2, 1])
    0.3333333333333333
    """
    kinds = np.asarray(of_kinds, dtype=np.float64)
    if of_firms is None:
        same_firm, own = kinds.sum(), kinds.sum()
    else:
        items = np.asarray(of_firms, dtype=np.float64)
        same_firm, own = (items**2).sum(), (items.sum(axis=1) ** 2).sum()
    pairs = kinds.sum() ** 2 - own
    return float(((kinds**2).sum() - same_firm) / pairs) if pairs > 0 else float("nan")


def homogeneity_by_cell(establishments: Lazy, supply: Lazy, *, sizes: Sizes) -> pd.DataFrame:
    r"""How alike the firms of every cell are in size, in customers and in suppliers.

    Parameters
    ----------
    establishments : LazyFrame
        Columns firm_key, year, region_key, industry_key, employment; one row per firm and year.
    supply : LazyFrame
        As `located.located_ties` returns it.
    sizes : Sizes
        Of the keys.

    Returns
    -------
    DataFrame
        One row per cell: year, region_key, industry_key, and chances that

        - size_likeness: two of its firms are of one class of `SIZE_CLASSES`; of those whose jobs
          are known
        - customer_likeness: two sales of two of its firms go to the same industry
        - supplier_likeness: two purchases of two of its firms come from the same industry
        - homogeneity: two sales of two of its firms go to the same industry *and* the two firms
          are of one size class; of those whose jobs are known

        Each is NaN where no two firms are known.

    Notes
    -----
    Sizes and customers are not averaged: a pair of firms competes head on where both are alike.
    An industry that can sell to few others is alike everywhere, so compare a cell with the same
    industry elsewhere.
    """
    classes = _size_classes(establishments)
    known = grouped(
        classes.filter(nw.col("size_class") > 0).with_columns(one=nw.lit(1)),
        [*CELL, "size_class"],
        sizes._replace(firms=len(SIZE_CLASSES) + 2),
        nw.col("one").cast(nw.Int64).sum().alias("firms"),
    )
    table = known.collect().to_pandas()
    table["square"] = table["firms"] ** 2
    sums = table.groupby(CELL)[["firms", "square"]].sum()
    result = {
        "size_likeness": _ratio(sums["square"] - sums["firms"], sums["firms"] ** 2 - sums["firms"])
    }
    sales = _by_partner_industry(supply, classes, sizes, role="supplier")
    result["customer_likeness"] = _shared(sales, sizes)
    result["supplier_likeness"] = _shared(
        _by_partner_industry(supply, classes, sizes, role="customer"), sizes
    )
    result["homogeneity"] = _shared(sales.filter(nw.col("size_class") > 0), sizes, by_size=True)
    return pd.DataFrame(result).rename_axis(CELL).reset_index().sort_values(CELL, ignore_index=True)


def _size_classes(establishments: Lazy) -> Lazy:
    """Cells of firms with size_class: 1 and up by `SIZE_CLASSES`, 0 where jobs are not known."""
    jobs = nw.col("employment").cast(nw.Float64)
    found: nw.Expr = nw.lit(1)
    for number, least in enumerate(SIZE_CLASSES, start=2):
        found = nw.when(jobs >= least).then(nw.lit(number)).otherwise(found)
    is_known = ~jobs.is_null() & ~jobs.is_nan() & (jobs > 0)
    return establishments.select(
        "firm_key", *CELL, size_class=nw.when(is_known).then(found).otherwise(nw.lit(0))
    )


def _by_partner_industry(supply: Lazy, classes: Lazy, sizes: Sizes, *, role: str) -> Lazy:
    """Ties of every firm in one role by industry of the partner, with its cell and size class."""
    other = "customer" if role == "supplier" else "supplier"
    counts = grouped(
        supply.select(
            "year",
            firm_key="source_key" if role == "supplier" else "target_key",
            region_key=f"{role}_region",
            industry_key=f"{role}_industry",
            partner_industry=f"{other}_industry",
        ),
        ["firm_key", "year", "partner_industry"],
        sizes,
        nw.col("region_key", "industry_key").max(),
        nw.len().cast(nw.Int64).alias("ties"),
    )
    of_firm = ["firm_key", "year"]
    slots = classes.select(slot=packed(of_firm, sizes), value=nw.col("size_class").cast(nw.Int64))
    found = looked_up(
        counts.with_columns(slot_=packed(of_firm, sizes)),
        {"size_class": "slot_"},
        slots,
        size=sizes.firms * sizes.years,
    )
    return held(found.drop("slot_"))


def _shared(counts: Lazy, sizes: Sizes, *, by_size: bool = False) -> pd.Series[float]:
    """Chance that two ties of two firms of a cell have one kind of partner."""
    square = counts.with_columns(square=nw.col("ties") ** 2)
    kinds = [*CELL, "partner_industry", *(["size_class"] if by_size else [])]
    of_kinds = grouped(
        square,
        kinds,
        sizes._replace(firms=len(SIZE_CLASSES) + 2),
        nw.col("ties", "square").cast(nw.Int64).sum(),
    )
    alike = grouped(
        of_kinds.with_columns(alike=nw.col("ties") ** 2 - nw.col("square")),
        CELL,
        sizes,
        nw.col("alike", "ties").cast(nw.Int64).sum(),
    )
    of_firms = grouped(
        counts,
        ["firm_key", "year"],
        sizes,
        nw.col("region_key", "industry_key").max(),
        nw.col("ties").sum(),
    )
    own = grouped(
        of_firms.with_columns(own=nw.col("ties") ** 2),
        CELL,
        sizes,
        nw.col("own").cast(nw.Int64).sum(),
    )
    table = alike.collect().to_pandas().merge(own.collect().to_pandas(), on=CELL).set_index(CELL)
    return _ratio(table["alike"], table["ties"] ** 2 - table["own"])


def _ratio(part: pd.Series[float], whole: pd.Series[float]) -> pd.Series[float]:
    """Part of the whole; NaN where there is none."""
    return part.astype("float64") / whole.astype("float64").where(whole > 0)
