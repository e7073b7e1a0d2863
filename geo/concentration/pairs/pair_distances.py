r"""Pairs of industries by the distance between their plants, whatever the borders of regions.

Here belong Marcon and Puech's M of every pair of industries, its chance, and its table. One pair
with a test by draws is in `marcon_puech`, pairs by regions are in `coagglomeration_indices` and
`pair_table`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.concentration.distance._distance_answers import FEWEST_FIRMS, MOST_SITES_OF_RATIO, sampled
from geo.concentration.distance.distance_table import located_firms
from geo.concentration.distance.marcon_puech import sites_of
from geo.concentration.distance.projection import local_plane
from geo.concentration.pairs.coagglomeration_indices import pearson_tail
from geo.errors import InvalidCountsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import narwhals as nw
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

__all__ = [
    "neighbour_ratios_by_pair",
    "pair_neighbour_ratio_p",
    "pair_neighbour_ratios",
    "with_neighbour_ratios",
]

RADIUS_KM = 20
_PAIR = ["year", "industry_key", "other_industry_key"]
_RATIOS = [f"neighbour_ratio_{RADIUS_KM}km", f"other_neighbour_ratio_{RADIUS_KM}km"]


def pair_neighbour_ratios(
    points: npt.ArrayLike,
    industry: npt.ArrayLike,
    *,
    radius: float,
    weights: npt.ArrayLike | None = None,
) -> Floats:
    r"""M of every industry around every other, within one distance.

    As `geo.concentration.distance.marcon_puech.neighbour_ratio` gives it for one pair, from a
    single pass over the neighbours of all firms.

    Parameters
    ----------
    points : array_like of float, shape (n, 2)
        All firms, on a plane (see `geo.concentration.distance.projection`); finite.
    industry : array_like of int, shape (n,)
        Industry of each firm, from 0 on.
    radius : float
        In the unit of the points; not negative.
    weights : array_like of float, shape (n,), optional
        Jobs, finite and not negative; one each where not given.

    Returns
    -------
    ndarray of float64, shape (n_industries, n_industries)
        Around the firms of the row's industry, the share of the column's over its share elsewhere.
        NaN where no firm of the row has neighbours, or the column has nothing. The diagonal is M of
        each industry around itself.

    Raises
    ------
    InvalidCountsError
        If shapes do not fit, a value is negative or not finite, or an industry is not a whole
        number.

    References
    ----------
    .. [1] Marcon, E. & Puech, F. (2010). Measures of the geographic concentration of industries:
       improving distance-based methods. Journal of Economic Geography 10(5), 745-762.

    Examples
    --------
    A firm of each of two industries side by side, a third industry far off: around the first stands
    the second alone, elsewhere it is 1 firm in 3.

    >>> points = [[0, 0], [1, 0], [50, 0], [51, 0]]
    >>> pair_neighbour_ratios(points, [0, 1, 2, 2], radius=5)[0]
    array([nan,  3.,  0.])
    """
    x, number = _checked(points, industry, radius, weights)
    w = np.ones(len(x)) if weights is None else np.asarray(weights, dtype=np.float64)
    return _ratios(x, w, number, radius=radius, industries=int(number.max(initial=-1)) + 1)


def pair_neighbour_ratio_p(
    points: npt.ArrayLike, industry: npt.ArrayLike, *, radius: float
) -> Floats:
    r"""Chance of as much of an industry, or more, around the firms of another.

    The null is that of `geo.concentration.distance.marcon_puech.neighbour_ratio_test` with
    `neighbours`: the firms of the one industry stay where they are, all others change places.
    Nothing is drawn. A
    place s adds :math:`a_s = \sum_{i:\, d_{is} \le r} 1 / K_i` to the sum of shares around the
    firms i that stay, with :math:`K_i` the firms around i, so that the sum is that of a sample of n
    of the N other places, without replacement. Its tail is that of the gamma distribution
    (Pearson's type III) with the sample's exact moments, :math:`n \bar a`,
    :math:`\mu_2 n (N - n) / (N - 1)` and :math:`\mu_3 n (N - n)(N - 2n) / ((N - 1)(N - 2))`, or of
    the normal one where that is not skewed to the right.

    Firms change places one by one: an industry that huddles for reasons of its own is more often
    beside another than that. Firms count once each.

    Parameters
    ----------
    points, industry, radius
        As in `pair_neighbour_ratios`.

    Returns
    -------
    ndarray of float64, shape (n_industries, n_industries)
        Around the firms of the row's industry, those of the column's; the closed tail has no
        floor, and far out it is an approximation. NaN on the diagonal, where no firm of the row has
        neighbours, and where the column has no firms; 1 where all draws are alike.

    Raises
    ------
    InvalidCountsError
        As in `pair_neighbour_ratios`.

    References
    ----------
    .. [1] Marcon, E. & Puech, F. (2010). Measures of the geographic concentration of industries:
       improving distance-based methods. Journal of Economic Geography 10(5), 745-762. (The null.)
    .. [2] Cochran, W. G. (1977). Sampling Techniques, 3rd ed., chapter 2. (Moments of a sample.)

    Examples
    --------
    The only two industries have no other place to go.

    >>> pair_neighbour_ratio_p([[0, 0], [1, 0], [9, 0]], [0, 1, 1], radius=5)[0, 1]
    np.float64(1.0)
    """
    x, number = _checked(points, industry, radius, None)
    return _tails(x, number, radius=radius, industries=int(number.max(initial=-1)) + 1)


def neighbour_ratios_by_pair(
    establishments: nw.LazyFrame[Any], years: Sequence[int], *, seed: int
) -> pd.DataFrame:
    """M of every pair of industries within 20 km, both ways round, year by year.

    Firms count once each, whatever their jobs. Of more than 12,000 firms in a year an even sample
    of 12,000 is measured.

    Parameters
    ----------
    establishments : LazyFrame
        Columns firm_key, year, industry_key, longitude, latitude, employment.
    years : sequence of int
        Years to measure.
    seed : int
        Start of the random numbers of the sample.

    Returns
    -------
    DataFrame
        One row per year and pair of industries with firms, industry_key below other_industry_key,
        with the columns neighbour_ratio_20km (the other industry around the firms of the one),
        other_neighbour_ratio_20km (the one around the other), neighbour_ratio_p (the larger of the
        chances both ways, `pair_neighbour_ratio_p`) and neighbour_ratio_reason, which says why one
        is NaN: "few_firms" (an industry has fewer than 10 measured firms) or "nobody_near"
        (no firm of the industry around which is looked has anybody within 20 km).

    Examples
    --------
    Ten pairs of firms 40 km apart, one of each of two industries: around each firm of the one the
    other is alone, and it is 10 firms in 19 elsewhere.

    >>> import narwhals as nw, polars as pl
    >>> firms = pl.LazyFrame({"firm_key": range(20), "year": 2023, "industry_key": [0, 1] * 10,
    ...     "longitude": [(k // 2) * 0.4 for k in range(20)], "latitude": 0.0, "employment": 1.0})
    >>> table = neighbour_ratios_by_pair(nw.from_native(firms), [2023], seed=1)
    >>> table["neighbour_ratio_20km"].round(6).tolist()
    [1.9]
    """
    parts = [_ratios_of_year(located_firms(establishments, year=y), y, seed) for y in years]
    numbers = [*_RATIOS, "neighbour_ratio_p"]
    types = dict.fromkeys(_PAIR, np.int64) | dict.fromkeys(numbers, np.float64)
    columns = [*types, "neighbour_ratio_reason"]
    empty = pd.DataFrame(columns=columns).astype(types | {columns[-1]: object})
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else empty


def with_neighbour_ratios(pairs: pd.DataFrame, ratios: pd.DataFrame) -> pd.DataFrame:
    """Pairs of industries with M beside their other measures.

    Parameters
    ----------
    pairs : DataFrame
        Columns year, industry_key, other_industry_key, industry_key below the other.
    ratios : DataFrame
        As `neighbour_ratios_by_pair` gives it.

    Returns
    -------
    DataFrame
        The pairs with the columns of the ratios and larger_neighbour_ratio, the larger of the two;
        neighbour_ratio_reason is "no_places" where the places of an industry's firms are not known.

    Examples
    --------
    >>> keys = {"year": 2023, "industry_key": 0, "other_industry_key": [1, 2]}
    >>> pairs = pd.DataFrame(keys | {"coagglomeration": [0.1, 0.2]})
    >>> ratios = pd.DataFrame(keys | {"neighbour_ratio_20km": [1.5, 1.0],
    ...     "other_neighbour_ratio_20km": [2.0, 1.0], "neighbour_ratio_p": 0.2,
    ...     "neighbour_ratio_reason": None})
    >>> table = with_neighbour_ratios(pairs, ratios.head(1))
    >>> table["larger_neighbour_ratio"].tolist(), table["neighbour_ratio_reason"].tolist()
    ([2.0, nan], [None, 'no_places'])
    """
    known = ratios.assign(_found=True)
    table = pairs.merge(known, on=_PAIR, how="left", validate="one_to_one")
    absent = table.pop("_found").isna()
    table.loc[absent, "neighbour_ratio_reason"] = "no_places"
    return table.assign(larger_neighbour_ratio=table[_RATIOS].max(axis=1))


def _ratios_of_year(firms: pd.DataFrame, year: int, seed: int) -> pd.DataFrame:
    """Every pair of the industries that have firms in a year."""
    present = np.unique(firms["industry_key"].to_numpy())
    if len(present) < 2:
        return pd.DataFrame()
    kept = firms.iloc[sampled(len(firms), MOST_SITES_OF_RATIO, seed=seed)]
    number = np.searchsorted(present, kept["industry_key"].to_numpy())
    points = local_plane(kept["longitude"], kept["latitude"]).points
    ratio = _ratios(points, np.ones(len(kept)), number, radius=RADIUS_KM, industries=len(present))
    few = np.bincount(number, minlength=len(present)) < FEWEST_FIRMS
    first, second = np.triu_indices(len(present), k=1)
    left_out = few[first] | few[second]
    p = _tails(points, number, radius=RADIUS_KM, industries=len(present))
    both = np.stack([ratio[first, second], ratio[second, first]])
    chance = np.maximum(p[first, second], p[second, first])
    both[:, left_out] = chance[left_out] = np.nan
    reason = np.full(len(first), None, dtype=object)
    reason[np.isnan(both).any(axis=0)] = "nobody_near"
    reason[left_out] = "few_firms"
    names = {"year": year, "industry_key": present[first], "other_industry_key": present[second]}
    return pd.DataFrame(
        names
        | dict(zip(_RATIOS, both, strict=True))
        | {"neighbour_ratio_p": chance, "neighbour_ratio_reason": reason}
    )


def _checked(
    points: npt.ArrayLike, industry: npt.ArrayLike, radius: float, weights: npt.ArrayLike | None
) -> tuple[Floats, npt.NDArray[np.int64]]:
    number = np.asarray(industry)
    if number.ndim != 1 or not np.issubdtype(number.dtype, np.integer) or (number < 0).any():
        message = "`industry` must be a whole number from 0 on for each firm."
        raise InvalidCountsError(message)
    everybody = np.ones(len(number), dtype=np.bool_)
    sites_of(points, everybody, [radius], neighbours=None, weights=weights)
    return np.asarray(points, dtype=np.float64), number.astype(np.int64)


def _ratios(
    x: Floats,
    weights: Floats,
    industry: npt.NDArray[np.int64],
    *,
    radius: float,
    industries: int,
) -> Floats:
    """M of the pairs, whatever the order of the firms."""
    from geo.concentration.distance._neighbour_kernels import pair_ratio_sums

    order = np.lexsort([weights, industry, x[:, 1], x[:, 0]])
    x, weights, industry = x[order], weights[order], industry[order].astype(np.int64)
    sums, expected = pair_ratio_sums(x, weights, industry, industries, float(radius))
    of_industry = np.bincount(industry, weights, minlength=industries)
    elsewhere = np.outer(expected[:, 0], of_industry)
    elsewhere[np.diag_indices(industries)] -= expected[:, 1]
    with np.errstate(invalid="ignore", divide="ignore"):
        # An industry of one firm has nothing elsewhere, but for rounding.
        ratio: Floats = np.where(elsewhere > 1e-12, sums / elsewhere, np.nan)
    return ratio


def _tails(x: Floats, industry: npt.NDArray[np.int64], *, radius: float, industries: int) -> Floats:
    """Chances of the pairs, whatever the order of the firms."""
    from geo.concentration.distance._neighbour_kernels import place_shares

    order = np.lexsort([industry, x[:, 1], x[:, 0]])
    x, industry = x[order], industry[order]
    firms = np.bincount(industry, minlength=industries).astype(np.float64)
    tail = np.full((industries, industries), np.nan)
    for one in range(industries):
        own = industry == one
        added = place_shares(x, np.flatnonzero(own), float(radius))
        if added.any() and not own.all():
            sums = np.bincount(industry, added, minlength=industries).astype(np.float64)
            tail[one] = _tail_of_samples(sums, firms, added[~own])
    tail[:, firms == 0] = np.nan
    tail[np.diag_indices(industries)] = np.nan
    return tail


def _tail_of_samples(sums: Floats, sizes: Floats, values: Floats) -> Floats:
    """Chances of such sums, or larger ones, of samples of these sizes without replacement."""
    n, mean = len(values), values.mean()
    second, third = (((values - mean) ** k).mean() for k in (2, 3))
    left = np.maximum(n - sizes, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.sqrt(second * sizes * left / (n - 1))
        skew = third * sizes * left * (left - sizes) / ((n - 1) * (n - 2)) / spread**3
        # Without spread every draw is as what is seen.
        alike = ~(spread > 1e-9 * sizes * mean)
        z = np.where(alike, -np.inf, (sums * (1 - 1e-12) - sizes * mean) / spread)
    return pearson_tail(z, np.where(alike | np.isnan(skew), 0.0, skew))
