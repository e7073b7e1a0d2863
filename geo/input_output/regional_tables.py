r"""Regional input-output tables from the national one, by location quotients.

What belongs here: quotients of pairs of industries (cross-industry, Flegg), the regional
coefficients they give, and the band that not knowing Flegg's exponent leaves. What does not: the
location quotient itself (`geo.concentration.cells.quotients`) and coverage of a cell by it
(`potential`), which sees all regions at once and one quotient per supplier.

Notation throughout: :math:`SLQ_i` is the simple location quotient of industry i in the region,
:math:`a_{ij}` inputs per unit of output of the nation, suppliers i in rows.

References: Flegg, A. T. & Webber, C. D. (1997). On the appropriate use of location quotients in
generating regional input-output tables: reply. Regional Studies 31(8), 795-805, cited as FW97.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.concentration.cells.totals import sorted_cells, totals_of_cells
from geo.dataset.table_diagnosis import as_square
from geo.errors import InputOutputError
from geo.input_output.leontief import leontief_inverse, output_multipliers
from geo.input_output.potential import coefficient_matrix, regional_quotients, table_of_year

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

__all__ = [
    "augmented_flegg_quotients",
    "cross_industry_quotients",
    "flegg_quotients",
    "regional_coefficients",
    "regional_input_shares",
    "regional_linkages",
    "simple_quotients",
    "size_factor",
]

_DELTAS = (0.1, 0.2, 0.3, 0.4)


def simple_quotients(quotients: npt.ArrayLike) -> Floats:
    r"""Every supplier's own quotient for all its users: :math:`SLQ_i` in row i.

    Parameters
    ----------
    quotients : array_like of float, shape (n,)
        Location quotients of the industries in one region; not negative, NaN = not known.

    Returns
    -------
    ndarray of float64, shape (n, n)
        Suppliers in rows, users in columns; a user that is not in the region has a zero column.

    Raises
    ------
    InputOutputError
        If a quotient is negative or infinite, or they are not one-dimensional.

    Examples
    --------
    >>> simple_quotients([0.5, 2.0])
    array([[0.5, 0.5],
           [2. , 2. ]])
    """
    slq = _quotients(quotients)
    here = np.broadcast_to(slq[:, None], (len(slq), len(slq)))
    pairs: Floats = np.where(slq == 0, 0.0, here)
    return pairs


def cross_industry_quotients(quotients: npt.ArrayLike) -> Floats:
    r"""Supplier's quotient over the user's, :math:`CILQ_{ij} = SLQ_i / SLQ_j`.

    A supplier meets the demand of a user that is no stronger in the region than itself. On the
    diagonal, where the ratio would be 1 in any region, stands :math:`SLQ_i`.

    Shapes and errors as in `simple_quotients`.

    References
    ----------
    .. [1] Smith, P. & Morrison, W. I. (1974). Simulating the Urban Economy. Pion. (The diagonal.)
       FW97, Eq. 2.

    Examples
    --------
    >>> cross_industry_quotients([0.5, 2.0])
    array([[0.5 , 0.25],
           [4.  , 2.  ]])
    """
    slq = _quotients(quotients)
    with np.errstate(over="ignore"):
        pairs: Floats = slq[:, None] / np.where(slq > 0, slq, np.nan)
    pairs[:, slq == 0] = 0.0
    np.fill_diagonal(pairs, slq)
    return pairs


def size_factor(size_share: float, *, delta: float = 0.3) -> float:
    r"""Flegg's allowance for a region's size, :math:`\lambda^* = [\log_2(1 + x_R / x_N)]^\delta`.

    Parameters
    ----------
    size_share : float
        Jobs (or plants) of the region over those of the nation, 0 to 1.
    delta : float, default 0.3
        How strongly small regions import, at least 0 and below 1; it has to be assumed.

    Returns
    -------
    float
        Between 0 and 1; 1 for the whole nation.

    Raises
    ------
    InputOutputError
        If the share or delta is out of range.

    References
    ----------
    .. [1] FW97, Eq. 4.

    Examples
    --------
    A region of the size s = 0.41421 has log2(1 + s) = 0.5:

    >>> round(size_factor(2**0.5 - 1, delta=0.5), 4)
    0.7071
    """
    if not (0 <= size_share <= 1 and 0 <= delta < 1):
        message = (
            "`size_share` must lie between 0 and 1 and `delta` between 0 and below 1, not "
            f"{size_share} and {delta}."
        )
        raise InputOutputError(message)
    return float(np.log2(1 + size_share) ** delta)


def flegg_quotients(quotients: npt.ArrayLike, *, size_share: float, delta: float = 0.3) -> Floats:
    r"""Flegg's quotients: cross-industry ones, less for small regions, which import more.

    .. math:: FLQ_{ij} = \lambda^* CILQ_{ij} \; (i \ne j), \qquad FLQ_{ii} = \lambda^* SLQ_i

    Parameters
    ----------
    quotients : array_like of float, shape (n,)
        As in `simple_quotients`.
    size_share, delta : float
        As in `size_factor`.

    Returns
    -------
    ndarray of float64, shape (n, n)
        As in `simple_quotients`.

    Raises
    ------
    InputOutputError
        As `simple_quotients` and `size_factor`.

    References
    ----------
    .. [1] FW97, Eqs. 3 and 4.

    Examples
    --------
    >>> flegg_quotients([0.5, 2.0], size_share=2**0.5 - 1, delta=0.5).round(4)
    array([[0.3536, 0.1768],
           [2.8284, 1.4142]])
    """
    factor = size_factor(size_share, delta=delta)
    pairs: Floats = factor * cross_industry_quotients(quotients)
    return pairs


def augmented_flegg_quotients(
    quotients: npt.ArrayLike, *, size_share: float, delta: float = 0.3
) -> Floats:
    r"""Flegg's quotients with an allowance for users that the region is specialised in.

    .. math:: AFLQ_{ij} = FLQ_{ij} \log_2(1 + SLQ_j) \text{ where } SLQ_j > 1,
        \text{ else } FLQ_{ij}

    Parameters, shapes and errors as in `flegg_quotients`.

    References
    ----------
    .. [1] Flegg, A. T. & Webber, C. D. (2000). Regional size, regional specialization and the FLQ
       formula. Regional Studies 34(6), 563-569.

    Examples
    --------
    The user 1 is at a quotient of 3, so suppliers come to it by log2(4) = 2:

    >>> augmented_flegg_quotients([0.5, 3.0], size_share=1, delta=0.3).round(4)
    array([[0.5   , 0.3333],
           [6.    , 6.    ]])
    """
    slq = _quotients(quotients)
    drawn = np.where(slq > 1, np.log2(1 + slq), 1.0)
    pairs: Floats = flegg_quotients(slq, size_share=size_share, delta=delta) * drawn
    return pairs


def regional_coefficients(coefficients: npt.ArrayLike, pairs: npt.ArrayLike) -> Floats:
    r"""Inputs per unit of output that come from the region, :math:`a_{ij} \min(1, q_{ij})`.

    What is left, :math:`a_{ij} - a^R_{ij}`, is imported from other regions; so no quotient counts
    for more than 1, the augmented one neither.

    Parameters
    ----------
    coefficients : array_like of float, shape (n, n)
        Inputs per unit of output of the nation, suppliers in rows.
    pairs : array_like of float, shape (n, n)
        Quotients by one of the functions above; NaN = not known.

    Returns
    -------
    ndarray of float64, shape (n, n)
        NaN where the quotient is not known and the coefficient is not zero.

    Raises
    ------
    InputOutputError
        If the coefficients are not square and finite, or the quotients are of another shape.

    References
    ----------
    .. [1] FW97, Eq. 5.

    Examples
    --------
    >>> regional_coefficients([[0.2, 0.4], [0.1, 0.0]], [[0.5, 0.25], [4.0, 2.0]])
    array([[0.1, 0.1],
           [0.1, 0. ]])
    """
    a, q = as_square(coefficients, name="coefficients"), np.asarray(pairs, dtype=np.float64)
    if q.shape != a.shape:
        message = f"`pairs` must have the shape of `coefficients`, {a.shape}, not {q.shape}."
        raise InputOutputError(message)
    regional: Floats = np.where(a == 0, 0.0, a * np.minimum(1.0, q))
    return regional


def regional_linkages(
    cells: pd.DataFrame,
    io_table: pd.DataFrame,
    margins: pd.DataFrame | None = None,
    *,
    region_key: int,
    industries: int,
    deltas: Sequence[float] = _DELTAS,
) -> pd.DataFrame:
    """How much of each industry's inputs a region supplies, by every method, with Flegg's band.

    Parameters
    ----------
    cells : DataFrame
        Cells of one year: year, region_key, industry_key, establishments, employment.
    io_table : DataFrame
        supplying_industry_key, using_industry_key, coefficient, flow; of one year.
    margins : DataFrame, optional
        Published totals, as in `geo.input_output.potential.chain_potential`.
    region_key : int
        The region.
    industries : int
        Number of industries.
    deltas : sequence of float, default (0.1, 0.2, 0.3, 0.4)
        Flegg's exponents between which the truth is taken to lie.

    Returns
    -------
    DataFrame
        Indexed by industry_key, one row per industry that the region has and the table speaks of:

        - location_quotient
        - slq, cilq: share of its inputs from within the region, by either method
        - flq_low, flq_high, aflq_low, aflq_high: least and largest of the same over `deltas`
        - multiplier: output of the nation per unit of final demand for it; NaN where the table
          gives flows only
        - multiplier_low, multiplier_high: of the region, least and largest by FLQ over `deltas`

    Raises
    ------
    InputOutputError
        If the region has no cells, a delta is out of range, or the table cannot be inverted.

    Examples
    --------
    Of two regions alike, each is its own supplier but for the allowance for its size,
    log2(1.5) ** 0.3 = 0.85 and log2(1.5) ** 0.1 = 0.95:

    >>> cells = pd.DataFrame({"year": 2020, "region_key": [0, 1], "industry_key": [0, 0],
    ...                       "establishments": [4.0, 4.0], "employment": [9.0, 9.0]})
    >>> table = pd.DataFrame({"supplying_industry_key": [0], "using_industry_key": [0],
    ...                       "coefficient": [0.5], "flow": [np.nan]})
    >>> regional_linkages(cells, table, region_key=0, industries=1, deltas=(0.1, 0.3))[
    ...     ["slq", "flq_low", "flq_high"]].round(2).to_numpy()
    array([[1.  , 0.85, 0.95]])
    """
    regions, quotients, shares = _of_regions(cells, margins, industries)
    if region_key not in regions:
        message = f"`cells` has no row of region {region_key}, so there is nothing to regionalise."
        raise InputOutputError(message)
    here = int(np.searchsorted(regions, region_key))
    slq, share = quotients[here], float(shares[here])
    a = coefficient_matrix(io_table, industries=industries)
    regional = _by_method(a, slq, share, deltas)
    table = pd.DataFrame({"location_quotient": slq, **_input_shares(a, regional)})
    bought = a.sum(axis=0)
    table[["multiplier", "multiplier_low", "multiplier_high"]] = np.nan
    if io_table["coefficient"].notna().all():
        table["multiplier"] = output_multipliers(leontief_inverse(a))
        of_region = np.stack([output_multipliers(leontief_inverse(r)) for r in regional["flq"]])
        table["multiplier_low"] = of_region.min(axis=0)
        table["multiplier_high"] = of_region.max(axis=0)
    present: pd.DataFrame = table[(slq > 0) & (bought > 0)].rename_axis("industry_key")
    return present


def regional_input_shares(
    cells: pd.DataFrame,
    io_table: pd.DataFrame,
    margins: pd.DataFrame | None = None,
    *,
    industries: int,
    deltas: Sequence[float] = _DELTAS,
) -> pd.DataFrame:
    """Share of every cell's inputs from within its region, by every method, with Flegg's band.

    Parameters
    ----------
    cells : DataFrame
        Cells: year, region_key, industry_key, establishments, employment.
    io_table : DataFrame
        supplying_industry_key, using_industry_key, coefficient, flow, year; may be empty. Each
        year of cells uses the latest table of its time, else the earliest.
    margins : DataFrame, optional
        Published totals, as in `geo.input_output.potential.chain_potential`.
    industries : int
        Number of industries.
    deltas : sequence of float, default (0.1, 0.2, 0.3, 0.4)
        Flegg's exponents between which the truth is taken to lie.

    Returns
    -------
    DataFrame
        year, region_key, industry_key and regional_input_share_* of `regional_linkages`: slq,
        cilq, flq_low, flq_high, aflq_low, aflq_high. Shares between 0 and 1; cells of which the
        table does not speak are left out.

    Raises
    ------
    InputOutputError
        If a delta is out of range.

    Examples
    --------
    >>> cells = pd.DataFrame({"year": 2020, "region_key": [0, 1], "industry_key": [0, 0],
    ...                       "establishments": [4.0, 4.0], "employment": [9.0, 9.0]})
    >>> table = pd.DataFrame({"supplying_industry_key": [0], "using_industry_key": [0],
    ...                       "coefficient": [0.5], "flow": [np.nan], "year": [np.nan]})
    >>> regional_input_shares(cells, table, industries=1)["regional_input_share_slq"].tolist()
    [1.0, 1.0]
    """
    keys = ["year", "region_key", "industry_key"]
    found = []
    for year in np.unique(cells["year"]) if len(io_table) else []:
        of_year = cells[cells["year"] == year]
        a = coefficient_matrix(table_of_year(io_table, int(year)), industries=industries)
        published = None if margins is None else margins[margins["year"] == year]
        regions, quotients, sizes = _of_regions(of_year, published, industries)
        shares = _shares_of_regions(a, quotients, sizes, deltas)
        row, industry = np.nonzero(np.isfinite(shares[..., 0]))
        table = pd.DataFrame(shares[row, industry], columns=list(_METHODS))
        found.append(table.assign(year=year, region_key=regions[row], industry_key=industry))
    if not found:
        return pd.DataFrame(columns=[*keys, *(f"regional_input_share_{m}" for m in _METHODS)])
    table = pd.concat(found, ignore_index=True).astype(dict.fromkeys(keys, "int64"))
    renamed = table.rename(columns={m: f"regional_input_share_{m}" for m in _METHODS})
    ordered: pd.DataFrame = renamed.sort_values(keys, ignore_index=True)
    return ordered


_METHODS = ("slq", "cilq", "flq_low", "flq_high", "aflq_low", "aflq_high")


def _shares_of_regions(
    a: Floats, quotients: Floats, sizes: Floats, deltas: Sequence[float]
) -> Floats:
    """Shares by `_METHODS`, shape (n_regions, n_industries, 6), as `_input_shares` of each region.

    One industry at a time for all regions. Flegg's factor falls as delta grows, and shares with
    it, so that the band is that of the largest and the least delta.
    """
    ends = (max(deltas), min(deltas))
    low, high = (np.array([size_factor(float(s), delta=d) for s in sizes]) for d in ends)
    shares = np.full((*quotients.shape, len(_METHODS)), np.nan)
    for user in np.flatnonzero(a.sum(axis=0) > 0):
        here, suppliers = np.flatnonzero(quotients[:, user] > 0), np.flatnonzero(a[:, user])
        weights = a[suppliers, user] / a[suppliers, user].sum()
        own = quotients[here, user]
        drawn = np.where(own > 1, np.log2(1 + own), 1.0)
        simple = quotients[np.ix_(here, suppliers)]
        crossed = np.where(suppliers == user, simple, simple / own[:, None])
        factors = (low[here], high[here], low[here] * drawn, high[here] * drawn)
        by_method = [simple, crossed, *(crossed * factor[:, None] for factor in factors)]
        local = np.stack([np.minimum(1.0, q) @ weights for q in by_method], axis=1)
        shares[here, user] = np.minimum(local, 1.0)
    return shares


def _by_method(a: Floats, slq: Floats, share: float, deltas: Sequence[float]) -> dict[str, Floats]:
    """Coefficients of a region by every method, one table for each delta."""
    pairs = {
        "slq": [simple_quotients(slq)],
        "cilq": [cross_industry_quotients(slq)],
        "flq": [flegg_quotients(slq, size_share=share, delta=delta) for delta in deltas],
        "aflq": [augmented_flegg_quotients(slq, size_share=share, delta=delta) for delta in deltas],
    }
    return {
        name: np.stack([regional_coefficients(a, q) for q in several])
        for name, several in pairs.items()
    }


def _input_shares(a: Floats, regional: dict[str, Floats]) -> dict[str, Floats]:
    """Share of each industry's inputs that is of the region, by `_METHODS`; NaN without inputs."""
    bought = np.where(a.sum(axis=0) > 0, a.sum(axis=0), np.nan)
    local = {name: tables.sum(axis=1) / bought for name, tables in regional.items()}
    # A share is at most one; sums of floating-point numbers may be a hair above.
    ends = {"slq": local["slq"][0], "cilq": local["cilq"][0]}
    for name in ("flq", "aflq"):
        ends[f"{name}_low"] = local[name].min(axis=0)
        ends[f"{name}_high"] = local[name].max(axis=0)
    return {name: np.minimum(ends[name], 1.0) for name in _METHODS}


def _of_regions(
    cells: pd.DataFrame, margins: pd.DataFrame | None, industries: int
) -> tuple[npt.NDArray[np.int64], Floats, Floats]:
    """Keys of the regions, quotients of shape (n_regions, n_industries), shares of the nation."""
    regions, quotients, _ = regional_quotients(cells, margins, industries=industries)
    ordered = sorted_cells(cells)
    first = np.searchsorted(ordered["region_key"].to_numpy(), regions)
    shares = np.zeros(len(regions))
    for measure in ("establishments", "employment"):
        totals = totals_of_cells(ordered, margins, measure=measure)
        if margins is not None or ordered[measure].notna().all():
            share = (totals.region / totals.grand)[first]
            shares = np.where(np.isfinite(share), share, shares)
    # A cell of unknown size is taken for absent here: a table with holes has no inverse.
    return regions, np.nan_to_num(quotients), shares


def _quotients(values: npt.ArrayLike) -> Floats:
    slq = np.asarray(values, dtype=np.float64)
    if slq.ndim != 1 or (slq < 0).any() or np.isinf(slq).any():
        message = (
            "`quotients` must be one-dimensional, finite and >= 0 (NaN = not known), not of shape "
            f"{slq.shape} with least {np.nanmin(slq, initial=0)}."
        )
        raise InputOutputError(message)
    return slq
