r"""Every pair of industries of a dataset: whether they sit together, and by more than chance.

Here belong the table of pairs and the chances of co-agglomeration in closed form. The measures are
in `coagglomeration_indices`, their comparison with an input-output table in
`geo.input_output.strength`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.concentration.cells.totals import sorted_cells, totals_by
from geo.concentration.industries.indices import measured_by, regional_shares
from geo.concentration.industries.plants import plants_of_herfindahl
from geo.concentration.pairs.coagglomeration_indices import coagglomeration, pearson_tail, proximity

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.concentration.cells.totals import Measure

    Floats = npt.NDArray[np.float64]

__all__ = ["coagglomeration_by_pair"]

_REGIONS_ALONE = 24
_GROUPS = 8


def coagglomeration_by_pair(
    cells: pd.DataFrame,
    margins: pd.DataFrame | None = None,
    *,
    least_plants: int = 5,
) -> pd.DataFrame:
    r"""Co-agglomeration and proximity of every pair of industries, year by year.

    Jobs are measured where they are known for at least 95 % of the year's establishments (or where
    establishments are not known), else establishments. Cells whose value is not known are left out.

    One industry stays and the other's plants are thrown (see `coagglomeration_p`), then the other
    way round, and the larger p stands, so that neither industry's own concentration is taken for
    the pair's as long as the other is no heap. Nothing is drawn: the largest plant is put into
    every region in turn, and given that, the tail of :math:`\sum_k z_k (s_{r_k i} - x_{r_k})` over
    the others is that of the gamma distribution (Pearson's type III) with its exact mean, variance
    and skewness, or of the normal one where that is not skewed to the right. It has no floor, so a
    correction for all pairs can reject; far out it is an approximation. Plants of unknown sizes
    are taken as equal, or with jobs as the fewest with the known Herfindahl index.

    Parameters
    ----------
    cells : DataFrame
        Columns year, region_key, industry_key, establishments, employment, employment_square_sum
        (NaN = not known); one row per year, region and industry that is there.
    margins : DataFrame, optional
        Columns year, region_key, industry_key (empty = all), establishments, employment.
    least_plants : int, default 5
        Industries of fewer effective plants (1 / H) in a year are left out: their tail is
        too coarse. Where H is not known, regions with the industry are counted instead.

    Returns
    -------
    DataFrame
        One row per year and pair, sorted, industry_key below other_industry_key, with the columns
        year, industry_key, other_industry_key, coagglomeration, coagglomeration_p (plants thrown;
        NaN where nothing is known of them), coagglomeration_heap_p (the industry's part in a region
        thrown as one: do the heaps meet?) and proximity.

    Raises
    ------
    InvalidCountsError
        If a cell or a margin stands there twice, or a value is negative or infinite.

    References
    ----------
    .. [1] Ellison, G., Glaeser, E. L. & Kerr, W. R. (2010). What causes industry agglomeration?
       Evidence from coagglomeration patterns. American Economic Review 100(3), 1195-1213.

    Examples
    --------
    >>> cells = pd.DataFrame({"year": 2020, "region_key": [0, 1, 0, 1, 2],
    ...                       "industry_key": [0, 0, 1, 1, 2], "employment": np.nan,
    ...                       "establishments": [30.0, 10.0, 30.0, 10.0, 80.0],
    ...                       "employment_square_sum": np.nan})
    >>> table = coagglomeration_by_pair(cells)
    >>> (table["coagglomeration"] > 0).tolist()
    [True, False, False]
    """
    ordered = sorted_cells(cells)
    chosen = measured_by(ordered, known=ordered["employment"].notna())
    parts = []
    for year, words in chosen.groupby(level="year"):
        measure: Measure = "employment" if (words == "employment").any() else "establishments"
        here = ordered[(ordered["year"] == year) & (ordered[measure] > 0)]
        totals = totals_by(here, margins, key="region_key", measure=measure)
        if len(totals):
            part = _pairs_of_year(here, totals.droplevel("year").dropna(), measure, least_plants)
            parts.append(part.assign(year=year))
    columns = ["year", "industry_key", "other_industry_key", "coagglomeration"]
    columns += ["coagglomeration_p", "coagglomeration_heap_p", "proximity"]
    if not parts:
        types = dict.fromkeys(columns[:3], np.int64) | dict.fromkeys(columns[3:], np.float64)
        return pd.DataFrame(columns=columns).astype(types)
    return pd.concat(parts, ignore_index=True)[columns]


def _pairs_of_year(
    cells: pd.DataFrame, reference: pd.Series[float], measure: Measure, least_plants: int
) -> pd.DataFrame:
    """Return the pairs of industries of one year."""
    region = reference.index.get_indexer(pd.Index(cells["region_key"]))
    industries, industry = np.unique(cells["industry_key"].to_numpy(), return_inverse=True)
    counts = np.zeros((len(reference), len(industries)))
    counts[region, industry] = cells[measure].to_numpy()
    with np.errstate(invalid="ignore", divide="ignore"):
        if measure == "employment":
            known = cells["employment"].where(cells["employment_square_sum"].notna(), 0.0)
            sums = [np.zeros(len(industries)), np.zeros(len(industries))]
            np.add.at(sums[0], industry, cells["employment_square_sum"].fillna(0.0).to_numpy())
            np.add.at(sums[1], industry, known.to_numpy())
            # Where plants are known in part, the others are taken to be of the same mix of sizes.
            squares = sums[0] * (counts.sum(axis=0) / sums[1])
        else:
            squares = counts.sum(axis=0)
        h = np.minimum(squares / counts.sum(axis=0) ** 2, 1.0)
    number = np.where(np.isnan(h), (counts > 0).sum(axis=0), 1.0 / h)
    kept = number >= least_plants - 1e-9
    industries, counts, h = industries[kept], counts[:, kept], h[kept]
    x = np.asarray(reference, dtype=np.float64)
    index = coagglomeration(counts, x)
    s, share = regional_shares(counts, x)
    first, second = np.triu_indices(len(industries), k=1)
    atoms = _atoms(s - share, share[:, 0])
    plants = _tails(s, share, atoms, *_plant_sums(h))
    heaps = _tails(s, share, atoms, s.max(axis=0), (s**2).sum(axis=0), (s**3).sum(axis=0))
    return pd.DataFrame(
        {
            "industry_key": industries[first],
            "other_industry_key": industries[second],
            "coagglomeration": index[first, second],
            "coagglomeration_p": np.maximum(plants, plants.T)[first, second],
            "coagglomeration_heap_p": np.maximum(heaps, heaps.T)[first, second],
            "proximity": proximity(counts, x)[first, second],
        }
    )


def _plant_sums(herfindahl: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the largest share and sums of squares and cubes, with the fewest plants of that H."""
    largest, cubes = np.full((2, len(herfindahl)), np.nan)
    for k in np.flatnonzero(~np.isnan(herfindahl)):
        sizes, plants = plants_of_herfindahl(float(herfindahl[k]))
        largest[k], cubes[k] = sizes[0], (plants * sizes**3).sum()
    return largest, herfindahl, cubes


def _atoms(gain: Floats, reference: Floats) -> tuple[Floats, Floats]:
    """Return what a throw may gain, and with what chance, in few values per industry (column).

    The regions that gain most stand for themselves, the others in groups for their mean.
    """
    order = np.argsort(-gain, axis=0, kind="stable")
    values, chances = np.take_along_axis(gain, order, axis=0), reference[order]
    own = min(_REGIONS_ALONE, len(gain))
    with np.errstate(invalid="ignore", divide="ignore"):
        rest = np.cumsum(chances[own:], axis=0)
        group = np.minimum(rest / rest[-1:] * _GROUPS, _GROUPS - 1e-9).astype(np.int64)
    parts = [(values[:own], chances[:own])]
    for number in range(_GROUPS if len(gain) > own else 0):
        weight = np.where(group == number, chances[own:], 0.0)
        total = weight.sum(axis=0)
        mean = (weight * values[own:]).sum(axis=0) / np.where(total > 0, total, 1.0)
        parts.append((mean[np.newaxis], total[np.newaxis]))
    return np.concatenate([v for v, _ in parts]), np.concatenate([w for _, w in parts])


def _tails(
    shares: Floats,
    reference: Floats,
    atoms: tuple[Floats, Floats],
    largest: Floats,
    squares: Floats,
    cubes: Floats,
) -> Floats:
    """Return upper tails: industry i (row) stays, industry j (column) is thrown.

    The largest plant or heap of j is thrown for itself, since alone it may decide; the others
    together have a tail by their first three moments.
    """
    gain = shares - reference
    mean = (reference * gain).sum(axis=0)
    second = (reference * (gain - mean) ** 2).sum(axis=0)
    third = (reference * (gain - mean) ** 3).sum(axis=0)
    # What remains of a sum of squares without its only member is rounding.
    left = squares - largest**2
    left = np.where(left > 1e-12 * squares, left, 0.0)
    observed = gain.T @ gain
    slack = 1e-12 * np.abs(observed)
    tail = np.zeros_like(observed)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.sqrt(np.outer(second, left))
        skew = np.outer(third / second**1.5, np.maximum(cubes - largest**3, 0.0) / left**1.5)
        skew = np.where(left > 0, skew, np.where(np.isnan(left), np.nan, 0.0))
        for value, chance in zip(*atoms, strict=True):
            beyond = observed - np.outer(value - mean, largest) - slack
            tail += chance[:, np.newaxis] * pearson_tail(beyond / spread, skew)
    return np.minimum(tail, 1.0)
