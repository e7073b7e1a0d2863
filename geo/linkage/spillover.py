r"""Knowledge that passes between firms: people who move, research and standards made together.

Ties of talent and of research (with standards) between firms are asked as supply ties are: within
strata of giving and taking industry, is more of it local than random matching of partners would
make? The direction is kept, a stratum runs from the giver to the taker, and the kinds are kept
apart. Where no firm has such a tie with another, nothing is known.

Here belong ties between firms that are not supply. Ties with institutions are in `institutions`,
the null itself in `matching`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import pandas as pd

from geo.linkage.breadth import living_firms
from geo.linkage.dense import Sizes, grouped, held, sizes_of
from geo.linkage.dependence import BUNCHES, bunches, dispersion, firm_ends, own_ends, partner_ends
from geo.linkage.located import located_ties, supply_years
from geo.linkage.matching import CELL, SUMS, cell_sums, matching_table, stratum_counts

if TYPE_CHECKING:
    Lazy = nw.LazyFrame[Any]

__all__ = ["SPILLOVERS", "spillover_by_cell"]

SPILLOVERS = {"talent": ("talent",), "research": ("research", "standard")}
"""Kinds of tie by which knowledge passes between firms, by the name of the measure."""


def spillover_by_cell(establishments: Lazy, ties: Lazy, *, firms: int) -> pd.DataFrame:
    """Ties of talent and of research between the firms of every cell and others, and their test.

    Parameters
    ----------
    establishments : LazyFrame
        Columns firm_key, year, region_key, industry_key, group_key; one row per firm and year.
    ties : LazyFrame
        Columns source_key (giver), target_key (taker), year, kind.
    firms : int
        Number of firms; keys from there on are institutions.

    Returns
    -------
    DataFrame
        One row per cell with a living firm, sorted by year, region_key, industry_key; for each of
        `SPILLOVERS`, here talent:

        - talent_ties, talent_ties_in: ties with an end in the cell, and those whose taker is in it
        - local_talent_ties: those with both ends in the region
        - talent_matching_ratio: local over those of random matching; NaN where none is expected
        - talent_q: chance of so many, adjusted over the year's cells (Benjamini-Hochberg)

        NaN in a year without any such tie between firms.

    References
    ----------
    .. [1] Almeida, P. & Kogut, B. (1999). Localization of knowledge and the mobility of engineers
       in regional networks. Management Science 45(7), 905-917.
    .. [2] Jaffe, A. B., Trajtenberg, M. & Henderson, R. (1993). Geographic localization of
       knowledge spillovers as evidenced by patent citations. Quarterly Journal of Economics 108(3),
       577-598 (matching by technology as the control).

    Examples
    --------
    Of two regions each has two firms that lose people to two others, next door in both regions.

    >>> import polars as pl
    >>> n = list(range(8))
    >>> living = pl.LazyFrame({"firm_key": n, "year": 2020, "region_key": [k // 4 for k in n],
    ...     "industry_key": [k % 2 for k in n], "group_key": None},
    ...     schema_overrides={"group_key": pl.Float64})
    >>> moves = pl.LazyFrame({"source_key": [0, 2, 4, 6], "target_key": [1, 3, 5, 7],
    ...                       "year": 2020, "kind": "talent"})
    >>> table = spillover_by_cell(nw.from_native(living), nw.from_native(moves), firms=8)
    >>> table[["talent_ties", "talent_ties_in", "talent_matching_ratio"]].to_numpy().tolist()
    [[2.0, 0.0, 2.0], [2.0, 2.0, 2.0], [2.0, 0.0, 2.0], [2.0, 2.0, 2.0]]
    >>> bool(table["research_ties"].isna().all())
    True
    """
    sizes = sizes_of(establishments, firms=firms)
    table = living_firms(establishments)[CELL]
    parts = [
        _named(_of_kinds(establishments, ties, kinds, table, sizes), name)
        for name, kinds in SPILLOVERS.items()
    ]
    return pd.concat([table, *parts], axis=1)


def _of_kinds(
    establishments: Lazy, ties: Lazy, kinds: tuple[str, ...], cells: pd.DataFrame, sizes: Sizes
) -> pd.DataFrame:
    """Matching test of the ties of some kinds, on the index of `cells`."""
    key = nw.Int32 if sizes.firms < 2**31 else nw.Int64
    ends = ["source_key", "target_key"]
    pairs = held(
        ties.filter(nw.col("kind").is_in(list(kinds)), *(nw.col(e) < sizes.firms for e in ends))
        .select(nw.col("year").cast(nw.Int32), nw.col(*ends).cast(key))
        .unique()
    )
    years = supply_years(pairs)
    located = held(located_ties(establishments, pairs, years, sizes=sizes))
    counts = stratum_counts(located, sizes=sizes)
    by_firm = firm_ends(located, sizes=sizes)
    taken = grouped(
        located.with_columns(region_key="customer_region", industry_key="customer_industry"),
        CELL,
        sizes,
        nw.len().alias("taken"),
    )
    table = cells
    for suffix, rows in (
        ("", cell_sums(counts, sizes=sizes)),
        ("", taken),
        ("_own", bunches(own_ends(by_firm, sizes=sizes), sizes=sizes)),
        ("_partners", bunches(partner_ends(by_firm), sizes=sizes)),
    ):
        part = rows.collect().to_pandas()
        named = part.rename(columns={c: f"{c}{suffix}" for c in BUNCHES if suffix})
        table = table.merge(named, on=CELL, how="left", validate="one_to_one")
    is_seen = table["year"].isin(years)
    counted = table[[*SUMS, "taken"]].astype("float64").fillna(0.0).where(is_seen)
    own, partners = (
        table[[f"{c}_{side}" for c in BUNCHES]].set_axis(BUNCHES, axis=1)
        for side in ("own", "partners")
    )
    test = matching_table(table[["year"]].join(counted), dispersion=dispersion(own, partners))
    return test.assign(taken=counted["taken"])


def _named(test: pd.DataFrame, name: str) -> pd.DataFrame:
    """What is published of a test, by the name of its measure."""
    return pd.DataFrame(
        {
            f"{name}_ties": test["supply_ties"],
            f"{name}_ties_in": test["taken"],
            f"local_{name}_ties": test["local_supply_ties"],
            f"{name}_matching_ratio": test["matching_ratio"],
            f"{name}_q": test["matching_q"],
        }
    )
