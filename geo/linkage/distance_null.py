r"""The second null of test B: how much local trade the usual distance of trade explains.

Everybody buys closer to home, so ties are more local than random matching gives wherever distance
matters at all. Here the expectation keeps what every region sells and buys in a stratum (year,
supplier industry, customer industry) and lets trade fall off with distance as it does elsewhere:

.. math:: \mu_{rq} = A_r\, a_r\, B_q\, b_q\, f_{k(r,q)}

where the balancing factors A and B keep the margins a and b, and f is free in classes k of
distance: trade inside regions by the size of the region, trade between regions by quantiles of
distance. A cell whose local ties exceed this too is *organised*; one that exceeds random matching
alone is *explained by proximity*.

Here belong distances between regions, the fit, and the test. The first null is in `matching`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw
import numpy as np
import pandas as pd

from geo.concentration.false_discovery import q_values
from geo.linkage.dense import Sizes, grouped, lazy_like, looked_up, packed
from geo.linkage.matching import CELL, STRATUM
from geo.linkage.tails import Moments, binomial_interval, upper_tail

if TYPE_CHECKING:
    import numpy.typing as npt

    Lazy = nw.LazyFrame[Any]
    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = ["distance_table", "region_centres", "tilted_moments"]

_PAIR = STRATUM[1:]
_EARTH_KM = 6371.0
_OWN_CLASSES = 3  # of trade inside regions
_CROSS_CLASSES = 10  # of trade between regions
_ROUNDS = 20  # of fitting f and balancing, at most
_ROUNDS_WITH_ALL = 4  # of them before anything is left out: until then f is far off
_SWEEPS = 20  # of balancing in a round, at most
_BALANCED = 1e-6  # relative change of a factor at which balancing stops
_PRIOR = 10.0  # expected ties that the f of all industries weighs in that of a pair of them
_MOST_PAIRS = 20_000_000  # of regions in all strata, for a fit of some seconds
_OUTLIER = 1e-3  # local trade less probable than this is left out of f


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


def _distances(centres: Floats, one: Integers, other: Integers) -> Floats:
    """Kilometres between regions; inside a region, between two of its firms on average."""
    length = np.linalg.norm(centres, axis=1)
    # The mean of |x - y|^2 over pairs is 2 (1 - |mean|^2); of |x - y| about 0.886 of its root.
    inside = 0.886 * np.sqrt(2 * np.clip(1 - length**2, 0, None))
    unit = centres / length[:, None]
    chord = np.linalg.norm(unit[one] - unit[other], axis=1)
    km: Floats = _EARTH_KM * np.where(
        one == other, inside[one], 2 * np.arcsin(np.clip(chord / 2, 0, 1))
    )
    return km


def distance_table(
    supply: Lazy,
    counts: Lazy,
    centres: Floats,
    cells: pd.DataFrame,
    *,
    sizes: Sizes,
) -> pd.DataFrame:
    """Test of every cell's local ties against the usual distance of trade.

    Parameters
    ----------
    supply : LazyFrame
        As `located.located_supply_ties` returns it.
    counts : LazyFrame
        As `matching.stratum_counts` returns it.
    centres : ndarray of float64, shape (n_regions, 3)
        As `region_centres` returns it.
    cells : DataFrame
        One row per cell: year, region_key, industry_key, local_supply_ties and tie_dispersion as
        `matching.matching_table` has them.
    sizes : Sizes
        Of the keys.

    Returns
    -------
    DataFrame
        On the index of `cells`:

        - expected_local_supply_ties_distance: under the usual distance of trade, fitted without
          the cell; NaN for a cell without supply ties, and where there are too many pairs of
          regions to fit all strata, for cells with ties in one of the smallest
        - distance_p: chance of so many local ties; NaN where there is no freedom
        - distance_q: the same, adjusted over the year's cells (Benjamini-Hochberg)
        - distance_degree, distance_degree_high: local ties beyond that expectation as a share of
          all that could be, and its one-sided 95 % upper bound, as `matching.matching_table` has
          them for the first null. NaN where none could be

    References
    ----------
    .. [1] Wilson, A. G. (1971). A family of spatial interaction models, and associated
       developments. Environment and Planning A 3(1), 1-32 (the doubly constrained model).
    .. [2] Nakajima, K., Saito, Y. U. & Uesugi, I. (2012). Measuring economic localization: Evidence
       from Japanese firm-level data. Journal of the Japanese and International Economies 26(2),
       201-220 (the second of their two counterfactuals).
    """
    here = counts.collect().to_pandas().sort_values([*STRATUM, "region_key"], ignore_index=True)
    here["pair"] = here.groupby(_PAIR, sort=True).ngroup()
    fits = _fits(here)
    found = cells[CELL].assign(**dict.fromkeys(Moments._fields, np.nan))
    if fits.any():
        flows = _region_flows(supply, sizes)
        classes = _classes(flows, centres)
        seen = _ties_by_class(supply, flows, classes, sizes)
        entries = _without_itself(*_fitted(here[fits].reset_index(drop=True), classes, seen))
        found = cells[CELL].merge(_cell_moments(entries), on=CELL, how="left")
        left_out = pd.MultiIndex.from_frame(_cell_rows(here[~fits])[CELL])
        is_left_out = pd.MultiIndex.from_frame(cells[CELL]).isin(left_out)
        found.loc[is_left_out, list(Moments._fields)] = np.nan
    phi = cells["tie_dispersion"].to_numpy(dtype=np.float64)
    moments = Moments(*(found[c].to_numpy(dtype=np.float64) / phi for c in Moments._fields))
    bunches = cells["local_supply_ties"].to_numpy(dtype=np.float64) / phi
    p = upper_tail(bunches, moments)
    degree, high = _degrees(bunches, moments)
    return pd.DataFrame(
        {
            "expected_local_supply_ties_distance": found["mean"].to_numpy(dtype=np.float64),
            "distance_p": p,
            "distance_q": q_values(p, groups=cells["year"].to_numpy()),
            "distance_degree": degree,
            "distance_degree_high": high,
        },
        index=cells.index,
    )


def _degrees(bunches: Floats, moments: Moments[Floats]) -> tuple[Floats, Floats]:
    """Bunches of local ties beyond the expected, of all that could be, and the upper bound."""
    high = binomial_interval(bunches, moments.most, level=0.9).high
    room = moments.most - moments.mean
    room = np.where(room > 1e-9, room, np.nan)
    return (bunches - moments.mean) / room, (high - moments.mean) / room


def _fits(here: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Rows of as many strata, those with most ties first, as are fitted in reasonable time."""
    sides = here[["suppliers_here", "customers_here"]] > 0
    stratum = here.groupby(STRATUM, sort=False).ngroup().to_numpy()
    pairs = sides.groupby(stratum).sum().prod(axis=1)
    largest = (
        here.groupby(stratum)["everywhere"].first().sort_values(ascending=False, kind="stable")
    )
    fits = pairs.loc[largest.index].cumsum() <= _MOST_PAIRS
    fitting: npt.NDArray[np.bool_] = fits.sort_index().to_numpy()[stratum]
    return fitting


class _Classes(NamedTuple):
    """Classes of distance: first those inside regions, then those between them."""

    centres: Floats
    own: Integers
    """Class of every region's trade with itself."""
    edges: Floats
    """Between classes of trade between regions, in km."""

    @property
    def number(self) -> int:
        return _OWN_CLASSES + len(self.edges) + 1

    def of(self, one: Integers, other: Integers) -> Integers:
        """Class of the trade between each two regions."""
        # Regions whose firms have no coordinates, NaN, count as far away.
        km = _distances(self.centres, one, other)
        cross = _OWN_CLASSES + np.searchsorted(self.edges, km, side="right")
        return np.where(one == other, self.own[one], cross)


def _region_flows(supply: Lazy, sizes: Sizes) -> pd.DataFrame:
    """Ties between every two regions, over all years and industries."""
    ends = ["supplier_region", "customer_region"]
    flows = grouped(supply, ends, sizes, nw.len().cast(nw.Float64).alias("ties"))
    return flows.collect().to_pandas().sort_values(ends, ignore_index=True)


def _classes(flows: pd.DataFrame, centres: Floats) -> _Classes:
    """Classes of equally many regions, and between regions of equally many ties."""
    one, other = flows["supplier_region"].to_numpy(), flows["customer_region"].to_numpy()
    ties, km = flows["ties"].to_numpy(), _distances(centres, one, other)
    known = ~np.isnan(km)
    cross = known & (one != other)
    edges = np.unique(_weighted_quantiles(km[cross], ties[cross], _CROSS_CLASSES))
    # By number of regions: by ties, a few clusters could have a class to themselves.
    every = np.arange(len(centres))
    inside = _distances(centres, every, every)
    size = inside[~np.isnan(inside)]
    cuts = _weighted_quantiles(size, np.ones(len(size)), _OWN_CLASSES)
    own = np.searchsorted(cuts, np.nan_to_num(inside), side="right")
    return _Classes(centres=centres, own=own, edges=edges)


def _weighted_quantiles(values: Floats, weights: Floats, parts: int) -> Floats:
    """Values that cut the weight into `parts` equal parts."""
    if not len(values):
        return np.empty(0)
    order = np.argsort(values, kind="stable")
    share = np.cumsum(weights[order]) / weights.sum()
    cuts: Floats = values[order][np.searchsorted(share, np.arange(1, parts) / parts)]
    return cuts


def _ties_by_class(supply: Lazy, flows: pd.DataFrame, classes: _Classes, sizes: Sizes) -> Floats:
    """Ties in every class, by pair of industries in order, over all years."""
    one, other = (flows[c].to_numpy(np.int64) for c in ("supplier_region", "customer_region"))
    table = lazy_like(
        supply,
        {
            "slot": (one * sizes.regions + other).tolist(),
            "value": classes.of(one, other).tolist(),
        },
    )
    classed = looked_up(
        supply.with_columns(slot_=packed(["supplier_region", "customer_region"], sizes)),
        {"class_": "slot_"},
        table,
        size=sizes.regions**2,
    )
    pair = packed(_PAIR, sizes)
    counted = (
        classed.with_columns(code_=pair * classes.number + nw.col("class_"))
        .group_by("code_")
        .agg(ties=nw.len())
        .collect()
    )
    codes = counted["code_"].to_numpy()
    pairs, at = np.unique(codes // classes.number, return_inverse=True)
    ties = np.zeros((len(pairs), classes.number))
    ties[at, codes % classes.number] = counted["ties"].to_numpy()
    return ties


class _Block:
    """One stratum: what every region sells and buys in it, and their balancing factors."""

    def __init__(self, rows: pd.DataFrame, pair: int, classes: _Classes) -> None:
        region = rows["region_key"].to_numpy(dtype=np.int64)
        a, b = rows["suppliers_here"].to_numpy(), rows["customers_here"].to_numpy()
        sells, buys = np.flatnonzero(a > 0), np.flatnonzero(b > 0)
        self.pair, self.sold, self.bought = pair, a[sells], b[buys]
        n_sellers, n_buyers = len(sells), len(buys)
        of_pairs = classes.of(np.repeat(region[sells], n_buyers), np.tile(region[buys], n_sellers))
        self.classes = of_pairs.astype(np.int8).reshape(n_sellers, n_buyers)
        both = (a > 0) & (b > 0)
        self.own = (
            np.searchsorted(sells, np.flatnonzero(both)),
            np.searchsorted(buys, np.flatnonzero(both)),
        )
        self.buying = np.ones(n_buyers)

    def balanced(self, f: Floats) -> Floats:
        """Expected ties between all its regions, with its margins and the trade-off `f`."""
        pull = f[self.classes]
        for _ in range(_SWEEPS):
            selling = 1 / (pull @ (self.buying * self.bought))
            before = self.buying
            self.buying = 1 / (pull.T @ (selling * self.sold))
            if abs(self.buying / before - 1).max() < _BALANCED:
                break
        expected: Floats = (
            (selling * self.sold)[:, None] * pull * (self.buying * self.bought)[None, :]
        )
        return expected


def _fitted(
    here: pd.DataFrame, classes: _Classes, seen: Floats
) -> tuple[pd.DataFrame, Floats, Floats]:
    """Trade inside regions as the fitted model has it, and what it rests on.

    Returns
    -------
    entries : DataFrame
        One row per stratum and region that sells and buys in it: the columns of `here`, pair,
        class, expected, base (what f = 1 would give), is_kept (does not stand out).
    ties, base : ndarray of float64, shape (n_pairs, n_classes)
        Ties seen and ties that f = 1 would give, without what stands out.
    """
    pair = here["pair"].to_numpy()
    starts = np.flatnonzero((here[STRATUM] != here[STRATUM].shift()).any(axis=1).to_numpy())
    blocks = [
        _Block(here.iloc[first:last], int(pair[first]), classes)
        for first, last in zip(starts, np.append(starts[1:], len(here)), strict=True)
    ]
    is_own = ((here["suppliers_here"] > 0) & (here["customers_here"] > 0)).to_numpy()
    regions = here["region_key"].to_numpy()[is_own]
    entries = here[is_own].assign(**{"class": classes.own[regions]})
    at = entries["pair"].to_numpy(), entries["class"].to_numpy()
    local = entries["local"].to_numpy()
    entries["is_kept"] = True
    f, usual = np.ones_like(seen), np.ones(seen.shape[1])
    for round_ in range(_ROUNDS):
        base, inside = np.zeros_like(seen), []
        for block in blocks:
            expected = block.balanced(f[block.pair])
            base[block.pair] += np.bincount(
                block.classes.ravel(), expected.ravel(), minlength=seen.shape[1]
            )
            inside.append(expected[block.own])
        base /= f
        entries = entries.assign(expected=np.concatenate(inside))
        entries["base"] = entries["expected"] / f[at]
        if round_ >= _ROUNDS_WITH_ALL:
            entries["is_kept"] = ~_stands_out(entries.assign(expected=_by_usual(entries, usual)))
        out = ~entries["is_kept"].to_numpy()
        ties = seen.copy()
        np.subtract.at(ties, (at[0][out], at[1][out]), local[out])
        np.subtract.at(base, (at[0][out], at[1][out]), entries["base"].to_numpy()[out])
        # What was taken away may leave less than nothing by rounding.
        ties, base = np.clip(ties, 0, None), np.clip(base, 0, None)
        usual = _usual(ties.sum(axis=0), base.sum(axis=0))
        before, f = f, _shrunk(ties, base, usual)
        if round_ > _ROUNDS_WITH_ALL and np.allclose(f, before, rtol=0.01, atol=0):
            break
    return entries, ties, base


def _by_usual(entries: pd.DataFrame, usual: Floats) -> Floats:
    """Ties inside regions if trade of all industries fell off with distance alike.

    Cells are told to stand out from this and not from the trade-off of their own pair of
    industries, which a few clusters can make between them.
    """
    a, b, n = (entries[c].to_numpy() for c in ("suppliers_here", "customers_here", "everywhere"))
    expected, base = entries["expected"].to_numpy(), entries["base"].to_numpy()
    odds = _odds(expected, a, b, n) * usual[entries["class"].to_numpy()] * base / expected
    return tilted_moments(a, b, n, odds).mean


def _usual(ties: Floats, base: Floats) -> Floats:
    """Trade-off of all industries together; half a tie keeps it above zero."""
    return (ties + 0.5) / (base + 0.5)


def _shrunk(ties: Floats, base: Floats, usual: Floats) -> Floats:
    """Trade-off of a pair of industries, drawn to the usual one where it has few ties."""
    return (ties + _PRIOR * usual) / (base + _PRIOR)


def _stands_out(entries: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Entries of cells with far more local ties than expected."""
    from scipy.special import gammainc

    sums = _cell_rows(entries).groupby(CELL)[["local", "expected"]].sum()
    surprise = gammainc(sums["local"].clip(1), sums["expected"]) < _OUTLIER
    standing_out = sums.index[surprise & (sums["local"] > sums["expected"])]
    out = np.zeros(len(entries), dtype=bool)
    for industry in _PAIR:
        keys = pd.MultiIndex.from_frame(entries[["year", "region_key", industry]])
        out |= keys.isin(standing_out)
    return out


def _without_itself(entries: pd.DataFrame, ties: Floats, base: Floats) -> pd.DataFrame:
    """Moments of the local ties of every stratum and region, f being fitted without the region.

    With the region's own ties taken out of f, the odds of a tie within it change in proportion.
    """
    kept = entries["is_kept"].to_numpy()
    pair, k = entries["pair"].to_numpy(), entries["class"].to_numpy()
    own = entries.assign(
        local=np.where(kept, entries["local"], 0.0), base=np.where(kept, entries["base"], 0.0)
    )
    of_pair = own.groupby(["pair", "region_key"])[["local", "base"]].transform("sum").to_numpy()
    of_region = own.groupby("region_key")[["local", "base"]].transform("sum").to_numpy()
    whole = ties.sum(axis=0)[k], base.sum(axis=0)[k]
    usual = _usual(
        np.clip(whole[0] - of_region[:, 0], 0, None), np.clip(whole[1] - of_region[:, 1], 0, None)
    )
    others = np.clip(ties[pair, k] - of_pair[:, 0], 0, None)
    f = _shrunk(others, np.clip(base[pair, k] - of_pair[:, 1], 0, None), usual)
    used = (entries["expected"] / entries["base"]).to_numpy()
    a, b, n = (entries[c].to_numpy() for c in ("suppliers_here", "customers_here", "everywhere"))
    odds = _odds(entries["expected"].to_numpy(), a, b, n) * f / used
    moments = tilted_moments(a, b, n, odds)
    # f is known from so many ties, to that relative precision.
    unsure = moments.variance**2 / (others + _PRIOR * usual)
    third = moments.third * (1 + unsure / np.where(moments.variance > 0, moments.variance, 1.0))
    return entries.assign(
        **moments._replace(variance=moments.variance + unsure, third=third)._asdict()
    )


def _odds(expected: Floats, a: Floats, b: Floats, n: Floats) -> Floats:
    """Odds ratio of trade inside a region that makes `expected` of it."""
    with np.errstate(invalid="ignore", divide="ignore"):
        odds: Floats = expected * (n - a - b + expected) / ((a - expected) * (b - expected))
    return odds


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


def _cell_moments(entries: pd.DataFrame) -> pd.DataFrame:
    """Moments of every cell's local ties: the sums over its strata."""
    return _cell_rows(entries).groupby(CELL)[list(Moments._fields)].sum().reset_index()


def _cell_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of strata, once for each industry that takes part, with it as `industry_key`."""
    differ = rows[rows[_PAIR[0]] != rows[_PAIR[1]]]
    views = [rows.assign(industry_key=rows[_PAIR[0]]), differ.assign(industry_key=differ[_PAIR[1]])]
    return pd.concat(views)
