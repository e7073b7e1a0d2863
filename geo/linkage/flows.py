r"""Trade between cells within reach of each other, across whatever borders lie between them.

A *flow* is the stable supply ties from one cell to another, each counted once however many years it
lasts. It is within reach where both cells are of one region, of two with a common border, or of two
whose centres are an hour apart at most. A cluster cut by a border is two cells of each of its
industries with flows over the border; by region alone, each half has half of its partners abroad.

What is usual is counted within strata, as `matching` does for whole cells: of the n ties of a
stratum, a are sold by one region and b bought by the other, so that random matching makes the flow
hypergeometric with odds 1. Its usual odds are

.. math:: \psi = f_k \, g_{rq} \, h_{sc}

how much more than at random regions of the same class of distance trade with each other (f), these
two regions beyond that (g), and these two industries within reach (h). Cells that stand out do not
count for f and h, nor the two industries for g, nor the flow itself for h.

Here belong flows and what is usual. What they bind together is in `functional_clusters`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pandas as pd

from geo.linkage.dense import Sizes, grouped, lazy_like
from geo.linkage.reach import HOUR_KM
from geo.linkage.tails import Moments, upper_tail

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    import numpy.typing as npt

    Lazy = nw.LazyFrame[Any]
    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = [
    "region_centres",
    "tilted_moments",
    "ENDS",
    "cell_flows",
    "regions_within_reach",
    "stable_ties",
    "tails_by_group",
    "usual_flows",
]

ENDS = ["supplier_region", "supplier_industry", "customer_region", "customer_industry"]
"""The two cells of a flow, the selling and the buying one."""

_REGIONS = ["supplier_region", "customer_region"]
_INDUSTRIES = ["supplier_industry", "customer_industry"]
_EARTH_KM = 6371.0
_PARTS = 3  # classes of distance of trade inside regions, and between them
_PRIOR = 10.0  # expected ties that the odds of all industries weigh in those of a pair of them
_OUTLIER = 1e-3  # cells with so improbable trade within reach are left out of the odds
_ROUNDS = 10  # of fitting the odds
_ROUNDS_OF_F = 5  # of them with f alone


def regions_within_reach(regions: gpd.GeoDataFrame, *, km: float = HOUR_KM) -> pd.DataFrame:
    """Pairs of regions within reach: the same, with a common border, or at most `km` apart.

    Parameters
    ----------
    regions : GeoDataFrame
        Valid polygons in EPSG:4326; the row number is the key.
    km : float, default 40
        Between the centres of regions, as the crow flies.

    Returns
    -------
    DataFrame
        Columns supplier_region, customer_region, sorted; each pair both ways.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> row = gpd.GeoDataFrame(geometry=[box(x, 0, x + 1, 1) for x in (0, 1, 5)], crs=4326)
    >>> regions_within_reach(row).to_numpy().tolist()
    [[0, 0], [0, 1], [1, 0], [1, 1], [2, 2]]
    """
    from geo.concentration.neighbours import contiguity_graph, distance_band_graph

    plain = regions.reset_index(drop=True)
    same = np.arange(len(plain))
    pairs = [np.column_stack([same, same])]
    for graph in (contiguity_graph(plain), distance_band_graph(plain, radius_m=1000 * km)):
        linked = graph.adjacency[graph.adjacency > 0]
        pairs.append(np.column_stack([linked.index.get_level_values(k) for k in (0, 1)]))
    near = np.unique(np.vstack(pairs).astype(np.int64), axis=0)
    return pd.DataFrame(near, columns=_REGIONS)


def stable_ties(supply: Lazy) -> Lazy:
    """Supply ties with whether each is stable: there in the next or the previous observed year.

    Parameters
    ----------
    supply : LazyFrame
        As `located.located_ties` returns it.

    Returns
    -------
    LazyFrame
        Columns year, source_key, target_key, those of `ENDS`, lives_on, lasts, and the booleans
        is_stable, wherever the two firms are, and is_first: stable, and not there the year before.
    """
    lasts, lasted = nw.col("lasts"), nw.col("lasted")
    return supply.select(
        "source_key",
        "target_key",
        nw.col("year").cast(nw.Int64),
        *ENDS,
        "lives_on",
        "lasts",
        is_stable=lasts | lasted,
        is_first=lasts & ~lasted,
    )


def cell_flows(
    stable: Lazy, near: pd.DataFrame, *, sizes: Sizes
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Flows within reach, and what every region sells and buys of every pair of industries.

    Parameters
    ----------
    stable : LazyFrame
        As `stable_ties` returns it.
    near : DataFrame
        As `regions_within_reach` returns it.
    sizes : Sizes
        Of the keys.

    Returns
    -------
    flows : DataFrame
        One row per flow within reach, sorted: those of `ENDS`, ties.
    margins : DataFrame
        One row per pair of industries and region, sorted: supplier_industry, customer_industry,
        region_key, sold and bought (ties to and from anywhere).
    """
    first = stable.filter(nw.col("is_first"))
    count = nw.len().cast(nw.Float64)
    within = lazy_like(stable, {c: near[c].tolist() for c in _REGIONS}).with_columns(
        nw.col(*_REGIONS).cast(nw.Int32)
    )
    flows = grouped(first, ENDS, sizes, count.alias("ties")).with_columns(
        nw.col(*_REGIONS).cast(nw.Int32)
    )
    key = [*_INDUSTRIES, "region_key"]
    sides = [
        grouped(first, [*_INDUSTRIES, f"{end}_region"], sizes, count.alias(name))
        .collect()
        .to_pandas()
        .rename(columns={f"{end}_region": "region_key"})
        for end, name in (("supplier", "sold"), ("customer", "bought"))
    ]
    margins = sides[0].merge(sides[1], how="outer", on=key).fillna({"sold": 0.0, "bought": 0.0})
    found = flows.join(within, on=_REGIONS).collect().to_pandas()
    return (
        found[[*ENDS, "ties"]].sort_values(ENDS, ignore_index=True),
        margins.sort_values(key, ignore_index=True),
    )


def usual_flows(
    flows: pd.DataFrame, margins: pd.DataFrame, near: pd.DataFrame, *, centres: Floats
) -> pd.DataFrame:
    """Every flow that could be within reach, and the ties that are usual for it.

    Parameters
    ----------
    flows, margins : DataFrame
        As `cell_flows` returns them.
    near : DataFrame
        As `regions_within_reach` returns it.
    centres : ndarray of float64, shape (n_regions, 3)
        As `distance_null.region_centres` returns it.

    Returns
    -------
    DataFrame
        One row per flow within reach that the margins allow: those of `ENDS`, ties (0 where there
        is no flow), by_chance (expected under random matching), odds (usual), and the moments of
        the flow with these odds, as in `tails.Moments`.
    """
    entries = _possible_flows(flows, margins, near)
    one, other = (entries[f"{e}_region"].to_numpy(np.int64) for e in ("supplier", "customer"))
    km = _distances(centres, one, other)
    kind = _classes(km, one == other)
    odds = _usual_odds(entries, kind)
    a, b, n = (entries[c].to_numpy() for c in ("sold", "bought", "everywhere"))
    usual = tilted_moments(a, b, n, odds)
    return entries[[*ENDS, "ties", "by_chance"]].assign(odds=odds, **usual._asdict())


def _possible_flows(flows: pd.DataFrame, margins: pd.DataFrame, near: pd.DataFrame) -> pd.DataFrame:
    """Flows that the margins allow between regions within reach: margins, ties, by_chance."""
    sold = margins[margins["sold"] > 0].drop(columns="bought")
    bought = margins[margins["bought"] > 0].drop(columns="sold")
    everywhere = sold.groupby(_INDUSTRIES)["sold"].sum().rename("everywhere")
    possible = (
        sold.rename(columns={"region_key": "supplier_region"})
        .merge(near, on="supplier_region")
        .merge(bought.rename(columns={"region_key": "customer_region"}))
        .merge(everywhere, on=_INDUSTRIES)
        .merge(flows, on=ENDS, how="left")
        .fillna({"ties": 0.0})
        .sort_values(ENDS, ignore_index=True)
    )
    possible["by_chance"] = possible["sold"] * possible["bought"] / possible["everywhere"]
    return possible


def _classes(km: Floats, inside: npt.NDArray[np.bool_]) -> Integers:
    """Class of distance of every flow: first those inside regions, then those between them."""
    kind = np.zeros(len(km), dtype=np.int64)
    for first, chosen in ((0, inside), (_PARTS, ~inside)):
        known = np.unique(km[chosen & ~np.isnan(km)])
        if len(known):
            cuts = np.quantile(known, np.arange(1, _PARTS) / _PARTS, method="lower")
            kind[chosen] = first + np.searchsorted(cuts, km[chosen], side="left").clip(
                0, _PARTS - 1
            )
        else:
            kind[chosen] = first
    return kind


def _usual_odds(entries: pd.DataFrame, kind: Integers) -> Floats:
    """Odds of the usual trade of every flow.

    Each factor is what was seen over what the other factors would give, all counted in odds: what
    is near its margins cannot double.
    """
    ties = entries["ties"].to_numpy()
    a, b, n = (entries[c].to_numpy() for c in ("sold", "bought", "everywhere"))
    pair = entries.groupby(_INDUSTRIES, sort=False).ngroup().to_numpy()
    sides: list[Integers] = [
        np.asarray(entries.groupby([f"{e}_region", f"{e}_industry"]).ngroup(), dtype=np.int64)
        for e in ("supplier", "customer")
    ]
    of_others = _sums_of_others(entries)
    seen_by_others = of_others(ties)
    f, g, h, kept = (np.ones(len(entries)) for _ in range(4))
    for round_ in range(_ROUNDS):
        mean = tilted_moments(a, b, n, f * g * h).mean
        f = ((np.bincount(kind, ties * kept) + 0.5) / (np.bincount(kind, mean / f * kept) + 0.5))[
            kind
        ]
        f = np.where(kind < _PARTS, np.maximum(f, 1.0), f)
        moments = tilted_moments(a, b, n, f)
        tails = [
            tails_by_group(side, ties, moments, size=int(side.max()) + 1)[side] for side in sides
        ]
        kept = (np.minimum(*tails) >= _OUTLIER).astype(np.float64)
        if round_ < _ROUNDS_OF_F:
            continue
        mean = tilted_moments(a, b, n, f * g * h).mean
        g = (seen_by_others + _PRIOR) / (of_others(mean / g) + _PRIOR)
        seen, base = ties * kept, tilted_moments(a, b, n, f * g * h).mean / h * kept
        h = (np.bincount(pair, seen)[pair] - seen + _PRIOR) / (
            np.bincount(pair, base)[pair] - base + _PRIOR
        )
    odds = f * g * h
    return np.where(kind < _PARTS, np.maximum(odds, 1.0), odds)


def _sums_of_others(entries: pd.DataFrame) -> Callable[[Floats], Floats]:
    """Function that sums over the flows of *other* industries between the regions of every flow.

    A cluster of a few industries thus does not make its own trade the usual one.
    """
    industries = int(entries[_INDUSTRIES].to_numpy().max(initial=0)) + 1
    pair = entries.groupby(_REGIONS, sort=False).ngroup().to_numpy()
    s, c = (entries[i].to_numpy(np.int64) for i in _INDUSTRIES)
    differ = (s != c).astype(np.float64)
    sold = _Groups(pair * industries + s)
    bought = _Groups(pair * industries + c)
    both = _Groups((pair * industries + s) * industries + c)
    at_sold, at_bought = ([g.at(pair * industries + x) for x in (s, c)] for g in (sold, bought))
    at_both = {
        (x is c, y is c): both.at((pair * industries + x) * industries + y)
        for x in (s, c)
        for y in (s, c)
    }

    def of_others(x: Floats) -> Floats:
        of_sold, of_bought, of_both = (g.sums(x) for g in (sold, bought, both))
        both_of = {key: of_both[at] for key, at in at_both.items()}
        one = of_sold[at_sold[0]] + of_bought[at_bought[0]] - both_of[False, False]
        other = of_sold[at_sold[1]] + of_bought[at_bought[1]] - both_of[True, True]
        twice = both_of[False, True] + both_of[True, False]
        whole = np.bincount(pair, x)[pair]
        others: Floats = np.clip(whole - one - differ * (other - twice), 0, None)
        return others

    return of_others


class _Groups:
    """Rows grouped by a code: sums by group, with a zero at the end for codes not there."""

    def __init__(self, code: Integers) -> None:
        self.known, self.row = np.unique(code, return_inverse=True)

    def at(self, code: Integers) -> Integers:
        """Place of each code in `sums`."""
        found = np.searchsorted(self.known, code).clip(0, len(self.known) - 1)
        return np.where(self.known[found] == code, found, len(self.known))

    def sums(self, x: Floats) -> Floats:
        """Sum of `x` by group, and 0."""
        return np.append(np.bincount(self.row, x, minlength=len(self.known)), 0.0)


def tails_by_group(group: Integers, ties: Floats, moments: Moments[Floats], *, size: int) -> Floats:
    """Chance of at least so many ties in every group of flows; 1 where not more than usual.

    Parameters
    ----------
    group : ndarray of int64, shape (n_flows,)
        Group of every flow, from 0 to `size` - 1; -1 for none.
    ties : ndarray of float64, shape (n_flows,)
        Ties seen.
    moments : Moments of ndarray of float64, each of shape (n_flows,)
        Of the ties that are usual.
    size : int
        Number of groups.

    Returns
    -------
    ndarray of float64, shape (size,)
    """
    of = group[group >= 0]
    seen = np.bincount(of, ties[group >= 0], minlength=size)
    weights = (np.bincount(of, m[group >= 0], minlength=size) for m in moments)
    sums = Moments(*(np.asarray(w, dtype=np.float64) for w in weights))
    tail = upper_tail(seen, sums)
    return np.where((seen > sums.mean) & ~np.isnan(tail), tail, 1.0)


def _distances(centres: Floats, one: Integers, other: Integers) -> Floats:
    """Kilometres between the middles of regions; inside one, what its firms lie apart."""
    length = np.linalg.norm(centres, axis=1)
    inside = np.sqrt(2 * np.clip(1 - length**2, 0, None))
    unit = centres / length[:, None]
    km: Floats = _EARTH_KM * np.where(
        one == other, inside[one], np.linalg.norm(unit[one] - unit[other], axis=1)
    )
    return km


def tilted_moments(a: Floats, b: Floats, n: Floats, odds: Floats) -> Moments[Floats]:
    r"""Moments of a count of local ties where trade inside the region has other odds.

    Fisher's noncentral hypergeometric distribution, by its usual approximation: the mean
    :math:`\mu` solves

    .. math:: \frac{\mu (n - a - b + \mu)}{(a - \mu)(b - \mu)} = \psi

    and with :math:`h = 1/\mu + 1/(a-\mu) + 1/(b-\mu) + 1/(n-a-b+\mu)` the variance is
    :math:`n / ((n - 1) h)`. With odds of 1 it is the hypergeometric count of random matching.

    Parameters
    ----------
    a, b, n : ndarray of float64
        Ties with the supplier here, with the customer here, and all.
    odds : ndarray of float64
        Odds ratio :math:`\psi`; NaN or infinite where a tie must be local.

    Returns
    -------
    Moments

    References
    ----------
    .. [1] McCullagh, P. & Nelder, J. A. (1989). Generalized Linear Models, 2nd ed., section 7.3.

    Examples
    --------
    >>> one = np.array([1.0])
    >>> m = tilted_moments(10 * one, 20 * one, 100 * one, one)
    >>> float(m.mean[0]), round(float(m.variance[0]), 4)
    (2.0, 1.4545)
    """
    least, most = np.clip(a + b - n, 0, None), np.minimum(a, b)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        middle = n - a - b + odds * (a + b)
        root = np.sqrt(middle**2 + 4 * (1 - odds) * odds * a * b)
        mean = np.where(
            middle > 0, 2 * odds * a * b / (middle + root), (root - middle) / (2 * (1 - odds))
        )
        mean = np.clip(np.where(np.isfinite(odds), mean, most), least, most)
        parts = [mean, a - mean, b - mean, n - a - b + mean]
        slope = sum(sign / p**2 for sign, p in zip((-1, 1, 1, -1), parts, strict=True))
        flat = 1 / sum(1 / p for p in parts)
        variance = flat * n / (n - 1)
        third = -slope * flat**3 * (n / (n - 1)) ** 2
    free = np.minimum(mean - least, most - mean) > 1e-9
    return Moments(mean, np.where(free, variance, 0.0), np.where(free, third, 0.0), least, most)


def region_centres(establishments: Lazy, *, regions: int) -> Floats:
    """Mean direction of the firms of every region, on a sphere of radius one.

    The shorter a mean direction is than one, the further apart the firms of the region lie.

    Parameters
    ----------
    establishments : LazyFrame
        Columns region_key, longitude, latitude (degrees).
    regions : int
        Number of regions.

    Returns
    -------
    ndarray of float64, shape (regions, 3)
        NaN where no firm with coordinates is.

    Examples
    --------
    >>> import polars as pl
    >>> firms = pl.LazyFrame({"region_key": [0, 0], "longitude": [0.0, 90.0], "latitude": [0.0, 0]})
    >>> region_centres(nw.from_native(firms), regions=1).round(3)
    array([[0.5, 0.5, 0. ]])
    """
    longitude, latitude = (nw.col(c) * (np.pi / 180) for c in ("longitude", "latitude"))
    means = (
        establishments.filter(~nw.col("longitude").is_null(), ~nw.col("latitude").is_null())
        .select(
            "region_key",
            x=latitude.cos() * longitude.cos(),
            y=latitude.cos() * longitude.sin(),
            z=latitude.sin(),
        )
        .group_by("region_key")
        .agg(nw.col("x", "y", "z").mean())
        .collect()
        .to_pandas()
    )
    centres = np.full((regions, 3), np.nan)
    # To a millimetre: the last digits of a mean depend on the order of its parts.
    centres[means["region_key"].to_numpy()] = means[["x", "y", "z"]].to_numpy().round(10)
    return centres
