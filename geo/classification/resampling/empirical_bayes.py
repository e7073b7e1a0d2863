r"""What is known of a cell's quotient from all the others: a prior, learned from the country.

A cell that stands out does so partly by luck, the more the fewer its plants: drawn again, it is
likely to be closer to what cells are. How close is learned from the country itself (empirical
Bayes): true quotients are taken to be a mixture

.. math:: \lambda \sim \sum_k w_k \, \text{Gamma}(\text{shape } a, \text{ mean } m_k), \quad
          n \mid \lambda \sim \text{Poisson}(\lambda e)

over a fixed grid of means, e being the plants that a region's share of all plants would give. So
the number of plants drawn again is a mixture of negative binomials, in closed form. Here belong
the weights and what follows from them; what is asked of plants is in
`geo.classification.resampling.resampled_plants`.

References
----------
.. [1] Robbins, H. (1956). An empirical Bayes approach to statistics. Proceedings of the Third
   Berkeley Symposium 1, 157-163.
.. [2] Clayton, D. & Kaldor, J. (1987). Empirical Bayes estimates of age-standardized relative
   risks for use in disease mapping. Biometrics 43(3), 671-681.
.. [3] Laird, N. (1978). Nonparametric maximum likelihood estimation of a mixing distribution.
   Journal of the American Statistical Association 73(364), 805-811.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

__all__ = ["QuotientPrior", "learned_prior", "seen_and_expected"]

_SHAPE = 16.0  # of every component: a spread of a quarter of its mean
_MEANS = 2.0 ** np.arange(-6.0, 9.5, 0.5)  # a component's neighbours are within its spread
_FLAT_CELLS = 10.0  # cells' worth of a prior that is flat over orders of magnitude
_ROUNDS = 200
_STEPS = 10.0  # steps of the logarithm by which expected plants are put together
_EXACT = 30  # plants, above which numbers are put together, too
_UNLIKELY = 1e-5  # weight below which a component is left out


@dataclass(frozen=True)
class QuotientPrior:
    """Weights of the components of the prior; they add up to 1."""

    weights: Floats

    def at_least(self, least: Floats, seen: Floats, expected: Floats) -> Floats:
        """Chance that a cell drawn again has `least` plants or more.

        Parameters
        ----------
        least, seen, expected : ndarray, shape (n_cells,)
            Plants asked for, plants seen (from 0), and plants expected (above 0).
        """
        from scipy.stats import nbinom

        return self._mixed(nbinom.sf, least - 1, seen, expected)

    def exactly(self, plants: Floats, seen: Floats, expected: Floats) -> Floats:
        """Chance that a cell drawn again has so many plants; shapes as in `at_least`."""
        from scipy.stats import nbinom

        return self._mixed(nbinom.pmf, plants, seen, expected)

    def drawn(
        self, seen: Floats, expected: Floats, *, draws: int, rng: np.random.Generator
    ) -> Floats:
        """Quotients drawn again, shape (draws, n_cells): plants drawn again over those expected."""
        # The shares of all cells one after the other make one sorted row to search.
        share = np.cumsum(self._posterior(seen, expected), axis=1)
        share[:, -1] = 1.0
        cell = np.arange(len(seen))
        chance = rng.uniform(size=(draws, len(seen)))
        row = np.searchsorted((share + cell[:, None]).ravel(), chance + cell, side="right")
        component = row - cell * len(_MEANS)
        rate = rng.gamma(_SHAPE + seen, size=(draws, len(seen)))
        quotient = rate / (_SHAPE / _MEANS[component] + expected)
        plants = rng.poisson(quotient * expected)
        again: Floats = np.divide(plants, expected, dtype=np.float64)
        return again

    def _mixed(
        self, law: Callable[..., Floats], at: Floats, seen: Floats, expected: Floats
    ) -> Floats:
        """Mean of `law` over the components, for those that a cell can be of."""
        posterior = self._posterior(seen, expected)
        cell, component = np.nonzero(posterior > _UNLIKELY)
        rate = _SHAPE / _MEANS[component]
        e = expected[cell]
        chance = law(at[cell], _SHAPE + seen[cell], (rate + e) / (rate + 2 * e))
        weighted = posterior[cell, component] * chance
        return np.bincount(cell, weighted, len(seen)).astype(np.float64)

    def _posterior(self, seen: Floats, expected: Floats) -> Floats:
        """Weights of the components given what was seen, shape (n_cells, n_components)."""
        with np.errstate(divide="ignore"):
            log = _log_likelihood(seen, expected) + np.log(self.weights)
        posterior = np.exp(log - log.max(axis=1, keepdims=True))
        whole: Floats = posterior / posterior.sum(axis=1, keepdims=True)
        return whole


def learned_prior(seen: Floats, expected: Floats, cells: Floats) -> QuotientPrior:
    """The prior under which what was seen is likeliest, by expectation and maximisation.

    Parameters
    ----------
    seen, expected : ndarray, shape (n,)
        Plants seen (from 0) and expected (above 0).
    cells : ndarray, shape (n,)
        How many cells are so.

    Returns
    -------
    QuotientPrior
        With few cells it stays near one that is flat over orders of magnitude, under which the
        number of plants drawn again is spread about the number seen.

    Examples
    --------
    Where every cell has what is expected of it, one with nine plants where four are expected was
    lucky: ten or more again have a chance of 5 %, which would be 41 % were it taken at its word.

    >>> many = np.full(1, 500.0)
    >>> prior = learned_prior(np.array([40.0]), np.array([40.0]), many)
    >>> float(prior.at_least(np.array([10.0]), np.array([9.0]), np.array([4.0]))[0].round(2))
    0.05
    """
    flat = np.full(len(_MEANS), 1.0 / len(_MEANS))
    weights = flat
    log = _log_likelihood(seen, expected)
    likelihood = np.exp(log - log.max(axis=1, keepdims=True, initial=-np.inf))
    for _ in range(_ROUNDS):
        joint = likelihood * weights
        posterior = joint / joint.sum(axis=1, keepdims=True)
        found = (cells[:, None] * posterior).sum(axis=0)
        weights = (found + _FLAT_CELLS * flat) / (cells.sum() + _FLAT_CELLS)
    return QuotientPrior(weights)


def seen_and_expected(
    cells: pd.DataFrame, is_meant: pd.Series[bool]
) -> tuple[Floats, Floats, Floats]:
    """What the cells of a year tell of quotients, as `learned_prior` asks for it.

    Regions without plants of an industry tell of it, too. Numbers that are nearly alike are put
    together: expected plants in steps of a tenth, plants above 30 to two digits.

    Parameters
    ----------
    cells : DataFrame
        region_key, industry_key, establishments (NaN = not known, left out) and the columns of
        `geo.classification.resampling.resampled_plants.plant_totals`; one row per cell of one year.
    is_meant : Series of bool
        Which of them count.

    Returns
    -------
    seen, expected, cells : ndarray, shape (n,)

    Examples
    --------
    >>> cells = pd.DataFrame({"region_key": [0, 1], "industry_key": [0, 1],
    ...     "establishments": 4.0, "plants_of_region": 4.0, "plants_of_industry": 4.0,
    ...     "plants_of_all": 8.0})
    >>> is_any = cells["region_key"] >= 0
    >>> [numbers.round(1).tolist() for numbers in seen_and_expected(cells, is_any)]
    [[0.0, 4.0], [2.1, 2.1], [2.0, 2.0]]
    """
    steps = {
        key: _steps(cells.groupby(f"{key}_key")[f"plants_of_{key}"].first())
        for key in ("region", "industry")
    }
    at = cells["region_key"].map(steps["region"]) + cells["industry_key"].map(steps["industry"])
    pairs = _pairs(*(table.dropna() for table in steps.values()))
    none_here = pairs.sub(at.value_counts(), fill_value=0).clip(lower=0)
    known = pd.DataFrame({"seen": _rounded(cells["establishments"]), "at": at})[is_meant].dropna()
    tally = pd.concat([known.value_counts(), pd.concat({0.0: none_here})])
    tally = tally.groupby(level=[0, 1]).sum()
    tally = tally[tally > 0]
    seen, at_step = (tally.index.get_level_values(i).to_numpy(dtype=float) for i in range(2))
    grand = cells["plants_of_all"].to_numpy(dtype=float)[0]
    return seen, np.exp(at_step / _STEPS) / grand, tally.to_numpy(dtype=float)


def _steps(totals: pd.Series[float]) -> pd.Series[float]:
    """Logarithms of totals in whole steps; NaN where there is none."""
    logarithm = totals.where(totals > 0).apply(np.log)
    return (logarithm * _STEPS).round()


def _pairs(one: pd.Series[float], other: pd.Series[float]) -> pd.Series[float]:
    """How many pairs of a region and an industry have each sum of steps."""
    first, second = one.value_counts(), other.value_counts()
    sums = np.add.outer(first.index.to_numpy(), second.index.to_numpy())
    number = np.multiply.outer(first.to_numpy(float), second.to_numpy(float))
    return pd.Series(number.ravel()).groupby(sums.ravel()).sum()


def _rounded(plants: pd.Series[float]) -> pd.Series[float]:
    scale = 10.0 ** (np.floor(np.log10(plants.clip(lower=1))) - 1)
    in_steps = (plants / scale).round() * scale
    return plants.where(plants <= _EXACT, in_steps)


def _log_likelihood(seen: Floats, expected: Floats) -> Floats:
    """Of every component, shape (n_cells, n_components), up to what is the same for all."""
    rate = _SHAPE / _MEANS
    e = expected[:, None]
    log: Floats = _SHAPE * np.log(rate / (rate + e)) + seen[:, None] * np.log(e / (rate + e))
    return log
