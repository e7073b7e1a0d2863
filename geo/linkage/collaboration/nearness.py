r"""The matching test where 'local' is a relation between places and not one region.

A tie is local where the places of its ends are related (`locality`). Of the ties of a stratum,
matched at random, a cell (region r, industry i) sees as many local ones with its own end in r as a
permutation of the partners gives. With :math:`c_{kl} = 1` where supplier end k and customer end l
are related and the cell's own end is one of them, that is :math:`\sum_k c_{k\pi(k)}`, whose moments
are known for any c. Firms at one place of one region are alike, so counts by place are enough.

Here belong those moments, their sums by cell with and without the largest hub, and the hub itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pandas as pd

from geo.linkage.matching import CELL, STRATUM, SUMS
from geo.linkage.tails import Moments
from geo.study.keys import Sizes, grouped

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    Lazy = nw.LazyFrame[Any]
    Floats = npt.NDArray[np.float64]

__all__ = [
    "cell_ties",
    "near_hubs",
    "near_partner_ends",
    "near_sums",
    "related_moments",
]

_GRID = 2.0**28  # multiples of its inverse add up exactly, in any order
_MOST_ROWS = 100_000  # places of suppliers that are laid beside their customers at a time
_SELLER = ["supplier_region", "supplier_place"]
_BUYER = ["customer_region", "customer_place"]


def cell_ties(supply: Lazy, *, twice: bool = False) -> Lazy:
    """Ties of every cell, seen from the cell's own end.

    Parameters
    ----------
    supply : LazyFrame
        As `located.located_ties` returns it.
    twice : bool, default False
        Whether a tie with both ends in the cell is there from both of them, or once.

    Returns
    -------
    LazyFrame
        year, region_key, industry_key, firm_key, partner_key, is_own (whether the partner is of
        the cell, too), is_local, is_stable, lives_on, and lasts, is_seen_later, is_kept where these
        are there.
    """
    is_own = (nw.col("supplier_region") == nw.col("customer_region")) & (
        nw.col("supplier_industry") == nw.col("customer_industry")
    )
    views, there = [], supply.collect_schema().names()
    for end, key, partner in (
        ("supplier", "source_key", "target_key"),
        ("customer", "target_key", "source_key"),
    ):
        rows = supply if twice or end == "supplier" else supply.filter(~is_own)
        views.append(
            rows.select(
                "year",
                "is_local",
                "is_stable",
                "lives_on",
                *(c for c in ("lasts", "is_seen_later", "is_kept") if c in there),
                region_key=f"{end}_region",
                industry_key=f"{end}_industry",
                firm_key=key,
                partner_key=partner,
                is_own=is_own,
            )
        )
    return nw.concat(views)


def near_hubs(own: Lazy, supply: Lazy, *, sizes: Sizes) -> Lazy:
    """Hub of every cell with a local tie: the firm, of the cell or a partner near it, with most.

    Parameters
    ----------
    own : LazyFrame
        As `overdispersion.own_ends` returns it.
    supply : LazyFrame
        As `located.located_ties` returns it.
    sizes : Sizes
        Of the keys.

    Returns
    -------
    LazyFrame
        As `hubs.cell_hubs` returns it; hub_industry is -1 where the hub is not of the cell.
    """
    partners = grouped(
        cell_ties(supply).filter(nw.col("is_local"), ~nw.col("is_own")),
        [*CELL, "partner_key"],
        sizes,
        nw.len().cast(nw.Int64).alias("local"),
    )
    columns = [*CELL, "firm_key", "local", "of_cell"]
    parties = nw.concat(
        [
            rows.with_columns(
                nw.col("firm_key", "local", "of_cell").cast(nw.Int64),
                nw.col("year", "region_key", "industry_key").cast(nw.Int64),
            ).select(columns)
            for rows in (
                own.with_columns(of_cell=nw.lit(1)),
                partners.with_columns(firm_key="partner_key", of_cell=nw.lit(0)),
            )
        ]
    ).filter(nw.col("local") > 0)
    firms = sizes.firms
    rank = (nw.col("local") * firms + (firms - 1 - nw.col("firm_key"))) * 2 + nw.col("of_cell")
    best = grouped(parties.with_columns(rank=rank), CELL, sizes, nw.col("rank").max())
    is_own = nw.col("rank") % 2 == 1
    return best.select(
        *CELL,
        hub_key=firms - 1 - (nw.col("rank") // 2) % firms,
        hub_industry=nw.when(is_own).then(nw.col("industry_key")).otherwise(nw.lit(-1)),
        hub_ties=nw.col("rank") // (2 * firms),
    )


def near_partner_ends(supply: Lazy, ends: Lazy, *, sizes: Sizes) -> Lazy:
    """Ties of partners near every cell, as `overdispersion.partner_ends` gives those in its region.

    A partner counts with all its ties with the industry, of which those with the cell are local.

    Parameters
    ----------
    supply : LazyFrame
        As `located.located_ties` returns it.
    ends : LazyFrame
        As `overdispersion.firm_ends` returns it.
    sizes : Sizes
        Of the keys.

    Returns
    -------
    LazyFrame
        year, region_key, industry_key, firm_key, ties, local.
    """
    near = cell_ties(supply, twice=True).filter(nw.col("is_local"))
    by_firm = [*CELL, "firm_key"]
    of_region = ends.select(
        "year", "region_key", "firm_key", industry_key="partner_industry", local=nw.lit(0)
    )
    rows = nw.concat(
        [
            part.select(*(nw.col(c).cast(nw.Int64) for c in (*by_firm, "local")))
            for part in (
                near.select(*CELL, firm_key="partner_key", local=nw.lit(1)),
                of_region,
            )
        ]
    )
    local = grouped(rows, by_firm, sizes, nw.col("local").sum().cast(nw.Int32))
    keys = ["year", "firm_key", "industry_key"]
    kinds = local.collect_schema()
    total = ends.select("year", "firm_key", "ties", industry_key="partner_industry")
    return local.join(
        total.with_columns(*(nw.col(key).cast(kinds[key]) for key in keys)), on=keys
    ).select(*by_firm, "ties", "local")


def near_sums(supply: Lazy, related: pd.DataFrame, *, sizes: Sizes) -> pd.DataFrame:
    """Ties, local ties and the moments of the null by cell, where local is a relation of places.

    Parameters
    ----------
    supply : LazyFrame
        As `located.located_ties` returns it for a locality.
    related : DataFrame
        place_key, other_place, as in `locality.Locality`.
    sizes : Sizes
        Of the keys.

    Returns
    -------
    DataFrame
        One row per cell with a tie, sorted: the columns of `matching.CELL` and `matching.SUMS`.
    """
    counted = _counted(cell_ties(supply), sizes)
    moments = _by_cell(
        [groups.join(_moments(rows, groups)) for rows, groups in _related_rows(supply, related)]
    )
    table = counted.merge(moments, on=CELL, how="left").fillna(0.0)
    return table[[*CELL, *SUMS]].sort_values(CELL, ignore_index=True)


def _counted(ties: Lazy, sizes: Sizes) -> pd.DataFrame:
    """Ties and local ties by cell."""
    counts: pd.DataFrame = (
        grouped(
            ties,
            CELL,
            sizes,
            nw.len().cast(nw.Float64).alias("supply_ties"),
            nw.col("is_local").cast(nw.Int64).sum().cast(nw.Float64).alias("local"),
        )
        .collect()
        .to_pandas()
    )
    return counts.astype(dict.fromkeys(CELL, "int64"))


def _related_rows(
    supply: Lazy, related: pd.DataFrame
) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """Related places of suppliers and customers, once for each cell whose own end is one of them.

    In parts of some strata each: the rows (group, the regions and places of both ends, u and v
    ties there), and the groups (a cell's part in a stratum) with the stratum's ties `everywhere`.
    """
    sides = []
    for end, count in ((_SELLER, "u"), (_BUYER, "v")):
        by = [*STRATUM, *end]
        counts = supply.group_by(*by).agg(nw.len().cast(nw.Float64).alias(count))
        table = counts.collect().to_pandas().astype(dict.fromkeys(by, "int64"))
        sides.append(table.sort_values(by, ignore_index=True))
    sellers, buyers = sides
    sellers = sellers.assign(everywhere=sellers.groupby(STRATUM)["u"].transform("sum"))
    part = _parts(sellers.groupby(STRATUM).ngroup())
    named = related.rename(columns={"place_key": "supplier_place", "other_place": "customer_place"})
    for _, some in sellers.groupby(part.to_numpy()):
        pairs = some.merge(named, on="supplier_place").merge(
            buyers, on=[*STRATUM, "customer_place"]
        )
        selling = pairs.assign(
            region_key=pairs["supplier_region"], industry_key=pairs["supplier_industry"]
        )
        is_own = (pairs["supplier_region"] == pairs["customer_region"]) & (
            pairs["supplier_industry"] == pairs["customer_industry"]
        )
        buying = pairs[~is_own].assign(
            region_key=pairs["customer_region"], industry_key=pairs["customer_industry"]
        )
        rows = pd.concat([selling, buying], ignore_index=True)
        if rows.empty:
            continue
        of_group = [*STRATUM, "region_key", "industry_key"]
        rows["group"] = rows.groupby(of_group).ngroup()
        groups = rows.drop_duplicates("group").set_index("group").sort_index()
        yield rows, groups[[*of_group, "everywhere"]]


def _parts(stratum: pd.Series[int]) -> pd.Series[int]:
    """Strata, numbered in order, in parts of about so many rows."""
    ends = stratum.groupby(stratum).size().cumsum()
    part: pd.Series[int] = stratum.map(ends // _MOST_ROWS)
    return part


def _moments(rows: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """Moments of every group, on the index of `groups`."""
    places = {
        name: rows.groupby(end).ngroup() for name, end in (("one", _SELLER), ("other", _BUYER))
    }
    sells = rows["supplier_industry"] == rows["industry_key"]
    buys = rows["customer_industry"] == rows["industry_key"]
    named = rows[["group", "u", "v"]].assign(
        **places,
        is_own_one=sells & (rows["supplier_region"] == rows["region_key"]),
        is_own_other=buys & (rows["customer_region"] == rows["region_key"]),
    )
    moments = related_moments(named, groups["everywhere"].to_numpy())
    return pd.DataFrame(moments._asdict(), index=groups.index)


def _by_cell(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Moments of groups summed over the strata of every cell."""
    names = list(Moments._fields)
    if not parts:
        return pd.DataFrame(columns=[*CELL, *names])
    table = pd.concat(parts)
    table[names] = (table[names] * _GRID).round() / _GRID
    return table.groupby(CELL, as_index=False)[names].sum()


def related_moments(pairs: pd.DataFrame, n: Floats) -> Moments[Floats]:
    r"""Moments of the number of related pairs when `n` ends are matched with `n` at random.

    With :math:`d_{kl} = c_{kl} - \bar c_{k\cdot} - \bar c_{\cdot l} + \bar c_{\cdot\cdot}`,

    .. math::

       \mu = \frac1n \sum_{kl} c_{kl}, \quad
       \sigma^2 = \frac{1}{n-1} \sum_{kl} d_{kl}^2, \quad
       \kappa_3 = \frac{n}{(n-1)(n-2)} \sum_{kl} d_{kl}^3

    Parameters
    ----------
    pairs : DataFrame
        The blocks of c that are 1, each once: group (0 to G - 1), one and other (which places), u
        and v (how many ends are at each of them), is_own_one and is_own_other (whether a place is
        the cell's own). Blocks of size 0 do nothing.
    n : ndarray of float64, shape (G,)
        Ends on either side.

    Returns
    -------
    Moments
        Of shape (G,). `least` is 0, and `most` the smallest of three counts that no matching can
        exceed: related ends of the one side, of the other, and own ends. Both are bounds and need
        not be reached.

    References
    ----------
    .. [1] Hoeffding, W. (1951). A combinatorial central limit theorem. Annals of Mathematical
       Statistics 22(4), 558-566, eq. 10. The third moment follows in the same way: every product
       of three entries of a doubly centred matrix sums to a multiple of the sum of their cubes.

    Examples
    --------
    Two of four suppliers and two of four customers are in one region, as in
    `tails.hypergeometric_moments`:

    >>> block = pd.DataFrame({"group": [0], "one": 0, "other": 0, "u": 2.0, "v": 2.0,
    ...                       "is_own_one": True, "is_own_other": True})
    >>> m = related_moments(block, np.array([4.0]))
    >>> float(m.mean[0]), round(float(m.variance[0]), 4), float(m.most[0])
    (1.0, 0.3333, 2.0)
    """
    size = len(n)
    group = pairs["group"].to_numpy()
    u, v = (pairs[c].to_numpy(dtype=np.float64) for c in ("u", "v"))
    ends = np.maximum(n, 1.0)

    def total(values: Floats) -> Floats:
        sums: Floats = np.bincount(group, weights=values, minlength=size).astype(np.float64)
        return sums

    shares, powers, related, own = [], [], [], np.zeros(size)
    for place, counts, others, mine in (
        ("one", u, v, "is_own_one"),
        ("other", v, u, "is_own_other"),
    ):
        code = pairs.groupby(["group", place], sort=True).ngroup().to_numpy()
        first = np.unique(code, return_index=True)[1]
        share = np.bincount(code, weights=others)[code] / ends[group]
        shares.append(share)
        at, weight, of = share[first], counts[first], group[first]
        powers.append(
            [np.bincount(of, weights=weight * at**k, minlength=size) / ends for k in (1, 2, 3)]
        )
        related.append(np.bincount(of, weights=weight, minlength=size))
        is_mine = pairs[mine].to_numpy(dtype=np.float64)[first]
        own += np.bincount(of, weights=weight * is_mine, minlength=size)
    whole = total(u * v)
    grand = whole / ends**2
    centred = shares[0] + shares[1] - grand[group]
    of_squares = whole - ends**2 * (powers[0][1] + powers[1][1] - grand**2)
    seconds = [p[1] - grand**2 for p in powers]
    thirds = [p[2] - 3 * grand * p[1] + 2 * grand**3 for p in powers]
    of_cubes = (
        whole
        - 3 * total(u * v * centred)
        + 3 * total(u * v * centred**2)
        - ends**2 * (sum(thirds) + 3 * grand * sum(seconds) + grand**3)
    )
    variance = np.where(n > 1, of_squares / np.maximum(ends - 1, 1), 0.0)
    # What is left of a difference of equal numbers is no variance.
    is_fixed = variance <= 1e-9 * np.maximum(whole / ends, 1.0)
    factor = ends / (np.maximum(ends - 1, 1) * np.maximum(ends - 2, 1))
    return Moments(
        whole / ends,
        np.where(is_fixed, 0.0, variance),
        np.where(is_fixed | (n < 3), 0.0, factor * of_cubes),
        np.zeros(size),
        np.minimum(np.minimum(*related), own),
    )
