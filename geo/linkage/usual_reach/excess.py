"""Ties beyond the usual reach: whether a cell's firms are tied more than such firms are."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from geo.concentration.cells.false_discovery import q_values
from geo.linkage.tails import overdispersed_tail

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

__all__ = ["Excess", "excess_half_width", "excess_of", "lack_of_fit", "usual_by_cell"]

_FEWEST_USUAL = 2.0  # local ties that a cell must be expected to have to tell how well all fit
_FEWEST_CELLS = 20.0  # cells that a perfect fit weighs, before any is seen
_TYPICAL = 0.05  # variance of the logarithm by what a model leaves out, for the weights alone
_MOST = 4.0  # variance of the logarithm of what is expected
_ONE_SIDED = 1.6448536269514722  # standard errors of a one-sided 95 % bound


class Excess(NamedTuple):
    """The test of local ties against those of the usual reach, by cell."""

    share: Floats
    """Excess local ties over all ties of the cell."""
    low: Floats
    """Its one-sided 95 % lower bound."""
    high: Floats
    """Its one-sided 95 % upper bound."""
    p: Floats
    """Chance of so many local ties; NaN where none can be."""
    q: Floats
    """The same, adjusted over the cells of a year (Benjamini and Hochberg), those that are
    concentrated and the others apart."""


def excess_of(cells: pd.DataFrame, *, spread: float) -> Excess:
    r"""Local ties beyond the usual reach.

    .. math:: e = \frac{o - \mu}{T}, \qquad
              \operatorname{Var}(o) = \varphi \mu + \mu^2 (v + \tau^2)

    with o local ties of T, :math:`\mu` usual ones, :math:`\varphi` how much ties bunch by firm, v
    the variance of what was estimated and :math:`\tau^2` the lack of fit. The tail is that of a
    negative binomial count. The interval of e has the sampling variance of the local share in place
    of that of chance.

    Parameters
    ----------
    cells : DataFrame
        year, ties (T), local (o), usual, unsure (variance of `usual` by what was estimated),
        dispersion, is_concentrated; NaN = not known.
    spread : float
        :math:`\tau^2`, as `lack_of_fit` returns it.

    References
    ----------
    .. [1] Efron, B. (2008). Simultaneous inference: when should hypothesis testing problems be
       combined? Annals of Applied Statistics 2(1), 197-223 (false discoveries by group).

    Examples
    --------
    Of ten ties eight are local, where two are usual:

    >>> cells = pd.DataFrame({"year": [2020], "ties": 10.0, "local": 8.0, "usual": 2.0,
    ...     "unsure": 0.0, "dispersion": 1.0, "is_concentrated": True})
    >>> excess = excess_of(cells, spread=0.0)
    >>> float(excess.share[0]), float(excess.p[0].round(4))
    (0.6, 0.0011)
    """
    ties, local, usual, unsure, phi = (
        cells[c].to_numpy(dtype=np.float64)
        for c in ("ties", "local", "usual", "unsure", "dispersion")
    )
    estimated = unsure + spread * usual**2
    tail = overdispersed_tail(local, usual, phi * usual + estimated)
    p = np.where((ties > 0) & (usual > 0), tail, np.nan)
    groups = cells["year"].to_numpy() * 2 + cells["is_concentrated"].to_numpy(dtype=np.int64)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (local - usual) / ties
        half = excess_half_width(local, ties, phi, estimated)
    known = ties > 0
    share, low, high = (np.where(known, x, np.nan) for x in (share, share - half, share + half))
    return Excess(share, low, high, p, q_values(p, groups=groups))


def excess_half_width(local: Floats, ties: Floats, dispersion: Floats, estimated: Floats) -> Floats:
    """From an excess local share to its one-sided 95 % bounds.

    Parameters
    ----------
    local, ties : ndarray of float64
        Local ties, and all.
    dispersion : ndarray of float64
        How much ties bunch by firm, at least 1.
    estimated : ndarray of float64
        Variance of usual local ties.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        sampled = dispersion * np.maximum(local * (1 - local / ties), 0.5)
        half: Floats = _ONE_SIDED * np.sqrt(sampled + estimated) / ties
    return half


def lack_of_fit(cells: pd.DataFrame) -> float:
    r"""Variance of the logarithm of usual ties by what the model leaves out, :math:`\tau^2`.

    So large that the median absolute deviation of standardised residuals of ordinary cells is a
    normal one's; half of them may be out of the ordinary. Ordinary are those that are not
    concentrated, of industries in which nothing stands out; twenty cells more are taken to fit. A
    cell weighs what it tells of :math:`\tau^2`, the square of
    :math:`\mu^2 / \operatorname{Var}(o)` (Fisher's information of a normal variance, at a typical
    :math:`\tau^2`): where few ties are usual, chance hides what the model leaves out.

    Parameters
    ----------
    cells : DataFrame
        The columns of `excess_of`, and is_ordinary (industry in which nothing stands out).
    """
    from scipy.optimize import brentq

    usual = cells["usual"].to_numpy(dtype=np.float64)
    plain = ~cells["is_concentrated"].to_numpy(dtype=bool) & (usual >= _FEWEST_USUAL)
    ordinary = plain & cells["is_ordinary"].to_numpy(dtype=bool)
    if ordinary.sum() < _FEWEST_CELLS:
        ordinary = plain
    if not ordinary.any():
        return 0.0
    local, unsure, phi = (
        cells[c].to_numpy(dtype=np.float64)[ordinary] for c in ("local", "unsure", "dispersion")
    )
    mean = usual[ordinary]
    chance = phi * mean + unsure
    weight = (mean**2 / (chance + _TYPICAL * mean**2)) ** 2
    as_many = weight.sum() ** 2 / (weight**2).sum()

    def width(spread: float) -> float:
        z = (local - mean) / np.sqrt(chance + spread * mean**2)
        half = _weighted_median(np.abs(z - _weighted_median(z, weight)), weight)
        squared = (half / _NORMAL_HALF) ** 2
        return float((as_many * squared + _FEWEST_CELLS) / (as_many + _FEWEST_CELLS) - 1)

    if width(0.0) <= 0:
        return 0.0
    if width(_MOST) >= 0:
        return _MOST
    return float(brentq(width, 0.0, _MOST, xtol=1e-6))


_NORMAL_HALF = 0.6744897501960817
"""Median absolute deviation of a normal distribution, in standard deviations."""


def _weighted_median(values: Floats, weights: Floats) -> float:
    return float(np.quantile(values, 0.5, weights=weights, method="inverted_cdf"))


def usual_by_cell(usual: pd.DataFrame, industries: npt.NDArray[np.int64]) -> pd.DataFrame:
    """Usual local ties of every cell: the sums over the strata that it is in.

    Parameters
    ----------
    usual : DataFrame
        As `UsualTies.table` returns it.
    industries : ndarray of int64
        Industry of every giver.

    Returns
    -------
    DataFrame
        year, region_key, industry_key, usual, unsure (variance of `usual`).
    """
    group = usual["group"].to_numpy(dtype=np.int64)
    sells = usual["sells"].to_numpy(dtype=bool)
    industry = np.where(sells, industries[np.where(sells, group, 0)], group)
    ties = usual["usual"].to_numpy()
    rows = pd.DataFrame(
        {
            "year": usual["year"],
            "region_key": usual["region"],
            "industry_key": industry,
            "usual": ties,
            "unsure": ties**2 * usual["relative"].to_numpy(),
        }
    )
    # Ties within a cell are there from both of their ends, so half of them counts from each.
    within = usual["within"].to_numpy()
    rows["usual"] *= 1 - within / 2
    rows["unsure"] *= (1 - within / 2) ** 2 * (1 + within)
    keys = ["year", "region_key", "industry_key"]
    return rows.groupby(keys, as_index=False)[["usual", "unsure"]].sum()
