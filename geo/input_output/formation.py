r"""Formation: what the numbers of an industry's plants go with, region by region.

What belongs here: a count model of plants, and how much of it outside drivers and how much trading
partners explain. It is evidence of what goes together, not of what made what: partners may have
come for the plants as well as the plants for the partners.

The model: :math:`y_r` plants of the industry are Poisson with mean
:math:`T_r \exp(\beta_0 + \sum_k \beta_k x_{rk})`, where :math:`T_r` are all plants of the region.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from geo.concentration.cells.totals import sorted_cells
from geo.input_output.potential import coefficient_matrix, table_of_year

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Block = Literal["drivers", "partners"]

__all__ = ["deviance_shares", "driver_exposure", "formation_by_industry", "partner_exposure"]

_FEWEST_PLANTS, _FEWEST_REGIONS = 30, 20
_GROUPS = 10
_NORMAL_95 = 1.959963984540054
_SHARES = (
    "explained",
    "explained_by_drivers",
    "explained_by_partners",
    "drivers_low",
    "drivers_high",
    "partners_low",
    "partners_high",
)


def formation_by_industry(
    cells: pd.DataFrame, drivers: Floats, io_table: pd.DataFrame, *, industries: int
) -> pd.DataFrame:
    """How much of every industry's location pattern drivers and partners go with.

    Parameters
    ----------
    cells : DataFrame
        Cells of one year: year, region_key, industry_key, establishments, employment.
    drivers : ndarray of float64, shape (n_regions, n_kinds)
        As `driver_exposure` gives it, for the regions by key; no columns where there are none.
    io_table : DataFrame
        supplying_industry_key, using_industry_key, coefficient, flow, year; may be empty.
    industries : int
        Number of industries.

    Returns
    -------
    DataFrame
        One row per industry that the cells have: industry_key, regions, and as `deviance_shares`
        gives them explained, explained_by_drivers, explained_by_partners with their bounds; NaN
        with a `reason` (`few_plants`: under 30, or not known; `few_regions`: under 20; `no_drivers`
        and `no_partners`: nothing to set the pattern against; `no_fit`: the model has none).

    References
    ----------
    .. [1] Ellison, G. & Glaeser, E. L. (1999). The geographic concentration of industry: does
       natural advantage explain agglomeration? American Economic Review 89(2), 311-316.
    .. [2] Guimaraes, P., Figueiredo, O. & Woodward, D. (2003). A tractable approach to the firm
       location decision problem. Review of Economics and Statistics 85(1), 201-204 (why a Poisson
       model of counts is one of choices of place).
    """
    ordered = sorted_cells(cells)
    plants = np.zeros((len(drivers), industries))
    counts = ordered["establishments"].to_numpy(dtype=np.float64)
    plants[ordered["region_key"], ordered["industry_key"]] = counts
    totals = np.nansum(plants, axis=1)
    year = int(ordered["year"].iloc[0]) if len(ordered) else 0
    inputs = coefficient_matrix(table_of_year(io_table, year), industries=industries)
    sales = inputs.T
    rows = []
    for industry in np.unique(ordered["industry_key"]):
        partners = partner_exposure(plants, inputs, sales, industry=int(industry))
        row = _row(plants[:, industry], totals, drivers, partners)
        rows.append({"industry_key": int(industry), **row})
    return pd.DataFrame(rows, columns=["industry_key", "regions", "reason", *_SHARES])


def _row(plants: Floats, totals: Floats, drivers: Floats, partners: Floats) -> dict[str, object]:
    open_ = (totals > 0) & np.isfinite(plants)
    row: dict[str, object] = {"regions": int(open_.sum()), "reason": None}
    reasons = {
        "few_plants": np.isnan(plants).any() or plants.sum() < _FEWEST_PLANTS,
        "few_regions": open_.sum() < _FEWEST_REGIONS,
        "no_drivers": not drivers[open_].any(),
        "no_partners": not partners[open_].any(),
    }
    failed = [reason for reason, holds in reasons.items() if holds]
    if failed:
        return row | {"reason": failed[0]}
    shares = deviance_shares(plants[open_], totals[open_], drivers[open_], partners[open_])
    if shares is None:
        return row | {"reason": "no_fit"}
    return row | dict(shares)


def driver_exposure(
    regions: gpd.GeoDataFrame, drivers: gpd.GeoDataFrame, *, reach_km: float = 25.0
) -> Floats:
    r"""What drivers of each kind are near each region.

    .. math:: x_{rk} = \ln\Bigl(1 + \sum_d v_d e^{-\text{distance}(r, d) / reach}\Bigr)

    over the drivers d of kind k, with their value (1 where none is given), the distance being that
    of their outlines: 0 where they touch.

    Parameters
    ----------
    regions, drivers : GeoDataFrame
        In EPSG:4326; drivers with kind and value.
    reach_km : float, default 25
        Distance over which a driver's pull falls to a third.

    Returns
    -------
    ndarray of float64, shape (n_regions, n_kinds)
        Kinds in alphabetical order.
    """
    kinds = sorted(drivers["kind"].unique())
    if not kinds:
        return np.zeros((len(regions), 0))
    plane = _local_plane(regions)
    here, there = (layer.geometry.to_crs(plane) for layer in (regions, drivers))
    value = drivers["value"].astype("float64").fillna(1.0).to_numpy()
    exposure = np.zeros((len(regions), len(kinds)))
    for k, kind in enumerate(kinds):
        for d in np.flatnonzero(drivers["kind"].to_numpy() == kind):
            km = here.distance(there.iloc[d]).to_numpy() / 1000
            exposure[:, k] += value[d] * np.exp(-km / reach_km)
    logged: Floats = np.log1p(np.maximum(exposure, 0.0))
    return logged


def _local_plane(regions: gpd.GeoDataFrame) -> str:
    """An equal-area plane about the middle of the map, true enough for distances of a region."""
    west, south, east, north = regions.total_bounds
    middle = f"+lat_0={(south + north) / 2} +lon_0={(west + east) / 2}"
    return f"+proj=laea {middle} +datum=WGS84 +units=m"


def partner_exposure(plants: Floats, inputs: Floats, sales: Floats, *, industry: int) -> Floats:
    """How present the industries that an industry buys from and sells to are in each region.

    The mean over its suppliers (customers) of their plants' share of the region over that of the
    nation, as logarithm of one plus it, weighted by what it buys from (sells to) each; itself left
    out.

    Parameters
    ----------
    plants : ndarray of float64, shape (n_regions, n_industries)
    inputs, sales : ndarray of float64, shape (n_industries, n_industries)
        What each industry (column) buys from, and sells to, each (row).
    industry : int
        The industry.

    Returns
    -------
    ndarray of float64, shape (n_regions, 2)
        Suppliers, customers; 0 where the table names none.

    Examples
    --------
    Industry 0 buys from industry 1, of which region 0 has three times the nation's share:

    >>> plants = np.array([[1.0, 3.0, 0.0], [1.0, 1.0, 10.0]])
    >>> inputs = np.array([[0, 0, 0], [0.5, 0, 0], [0, 0, 0]])
    >>> np.expm1(partner_exposure(plants, inputs, inputs.T, industry=0)).round(2)
    array([[3.  , 0.  ],
           [0.33, 0.  ]])
    """
    known = np.nan_to_num(plants)
    totals = known.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        quotients = (known / totals) / (known.sum(axis=0) / known.sum())
    quotients = np.nan_to_num(quotients)
    sides = []
    for table in (inputs, sales):
        weights = table[:, industry].copy()
        weights[industry] = 0.0
        whole = weights.sum()
        sides.append(quotients @ (weights / whole) if whole > 0 else np.zeros(len(plants)))
    logged: Floats = np.log1p(np.column_stack(sides))
    return logged


def deviance_shares(
    plants: Floats, totals: Floats, drivers: Floats, partners: Floats
) -> dict[str, float] | None:
    r"""Share of the deviance of plants that drivers and partners explain, each by Shapley's value.

    .. math:: R(S) = 1 - D(S) / D(\emptyset), \qquad
       \phi_{drivers} = \tfrac12 [R(d) + R(d, p) - R(p)]

    Parameters
    ----------
    plants, totals : ndarray of float64, shape (n_regions,)
        Plants of the industry, and of all.
    drivers, partners : ndarray of float64, shape (n_regions, any)
        The two blocks.

    Returns
    -------
    dict or None
        explained = R(d, p); explained_by_drivers and explained_by_partners, which sum to it;
        drivers_low, drivers_high, partners_low, partners_high: 95 % bounds, within 0 and 1, by the
        delete-a-group jackknife over ten groups of regions. None where a model has no fit.

    References
    ----------
    .. [1] Shorrocks, A. F. (2013). Decomposition procedures for distributional analysis: a unified
       framework based on the Shapley value. Journal of Economic Inequality 11, 99-126.
    .. [2] Cameron, A. C. & Windmeijer, F. A. G. (1996). R-squared measures for count data
       regression models. Journal of Business & Economic Statistics 14(2), 209-220.
    .. [3] Kott, P. S. (2001). The delete-a-group jackknife. Journal of Official Statistics 17(4),
       521-526.
    """
    blocks = {"drivers": _spread(drivers), "partners": _spread(partners)}
    whole = _shapley(plants, totals, blocks)
    if whole is None:
        return None
    group = np.arange(len(plants)) % _GROUPS
    left = []
    for out in range(_GROUPS):
        stays = group != out
        less = {name: _spread(block[stays]) for name, block in blocks.items()}
        shares = _shapley(plants[stays], totals[stays], less)
        if shares is not None:
            left.append(shares)
    result = {
        "explained": float(np.clip(whole.sum(), 0, 1)),
        "explained_by_drivers": float(whole[0]),
        "explained_by_partners": float(whole[1]),
    }
    if len(left) == _GROUPS:
        spread = np.sqrt((_GROUPS - 1) / _GROUPS * ((np.array(left) - whole) ** 2).sum(axis=0))
        for k, name in enumerate(("drivers", "partners")):
            reach = _NORMAL_95 * spread[k]
            for end, bound in (("low", whole[k] - reach), ("high", whole[k] + reach)):
                result[f"{name}_{end}"] = float(np.clip(bound, 0, 1))
    return result


def _spread(block: Floats) -> Floats:
    """Columns that differ between regions, brought to mean 0 and standard deviation 1."""
    differs = block.std(axis=0) > 1e-9
    kept = block[:, differs]
    return (kept - kept.mean(axis=0)) / kept.std(axis=0) if differs.any() else kept


def _shapley(plants: Floats, totals: Floats, blocks: dict[str, Floats]) -> Floats | None:
    """Shapley values of the two blocks; None where a model has no fit."""
    none = np.zeros((len(plants), 0))
    drivers, partners = blocks["drivers"], blocks["partners"]
    designs = (none, drivers, partners, np.hstack([drivers, partners]))
    deviances = [_deviance(plants, totals, design) for design in designs]
    if any(d is None for d in deviances) or not deviances[0]:
        return None
    of_drivers, of_partners, of_both = (1 - float(d or 0) / deviances[0] for d in deviances[1:])
    return np.array(
        [
            (of_drivers + of_both - of_partners) / 2,
            (of_partners + of_both - of_drivers) / 2,
        ]
    )


def _deviance(plants: Floats, totals: Floats, design: Floats) -> float | None:
    """Deviance of the Poisson model; None where it has no fit."""
    import statsmodels.api as sm

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("error")
        try:
            model = sm.GLM(
                plants,
                np.hstack([np.ones((len(plants), 1)), design]),
                family=sm.families.Poisson(),
                offset=np.log(totals),
            )
            fit = model.fit(maxiter=50)
        except (Warning, ValueError, np.linalg.LinAlgError):
            return None
    return float(fit.deviance) if fit.converged and np.isfinite(fit.deviance) else None
