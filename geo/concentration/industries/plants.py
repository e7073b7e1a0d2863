r"""The plants of an industry: how unequal they are, and stand-ins where only that is known.

Here belong plants without their places. Where they stand belongs to `glaeser_indices`, throwing
them at a map to `dartboard`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.errors import InvalidCountsError

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]


__all__ = ["plant_herfindahl", "plants_of_herfindahl"]


_MOST_PLANTS = 2**53


def check_plants(plants: float) -> None:
    """Raise where an industry has more plants than floats tell apart."""
    if plants > _MOST_PLANTS:
        message = (
            f"An industry must have at most 2**53 plants, as far as whole numbers are counted "
            f"exactly: one has {plants:.3g}. Look whether jobs or money stand where plants should."
        )
        raise InvalidCountsError(message)


def as_sizes(sizes: npt.ArrayLike) -> Floats:
    """Return sizes of plants as floats, none of them negative or missing."""
    e = np.asarray(sizes, dtype=np.float64)
    if e.ndim != 1 or not np.isfinite(e).all() or (e < 0).any():
        message = "`sizes` and `plants` must be one-dimensional, finite and not negative."
        raise InvalidCountsError(message)
    return e


def plant_herfindahl(sizes: npt.ArrayLike) -> np.float64:
    r"""Herfindahl index of the plants of one industry.

    .. math:: H = \sum_k z_k^2 = \frac{\sum_k e_k^2}{(\sum_k e_k)^2}

    Parameters
    ----------
    sizes : array_like of float, shape (n_plants,)
        Jobs of each plant; finite and not negative.

    Returns
    -------
    float64
        From 1 / n_plants to 1; NaN without plants or jobs.

    Raises
    ------
    InvalidCountsError
        If a size is negative or not finite, or `sizes` is not one-dimensional.

    References
    ----------
    .. [1] Ellison, G. & Glaeser, E. L. (1997). Geographic concentration in U.S. manufacturing
       industries: a dartboard approach. Journal of Political Economy 105(5), 889-927.

    Examples
    --------
    >>> plant_herfindahl([2, 1, 1])
    np.float64(0.375)
    """
    e = as_sizes(sizes)
    with np.errstate(invalid="ignore"):
        return np.float64((e**2).sum() / e.sum() ** 2 if e.sum() else np.nan)


def plants_of_herfindahl(herfindahl: float) -> tuple[Floats, Integers]:
    r"""Shares of the fewest plants with a given Herfindahl index, all equal but one.

    :math:`m = \lfloor 1/H \rfloor` plants of share a and one of the rest, :math:`1 - m a`, with a
    the larger root of :math:`(m^2 + m) a^2 - 2 m a + 1 = H`. They stand in for plants of which no
    more is known: thrown at a map, they give :math:`G` the same expectation and almost the same
    variance.

    Parameters
    ----------
    herfindahl : float
        In (0, 1].

    Returns
    -------
    tuple of ndarray, each of shape (2,)
        The two shares, and how many plants have each; the second share is 0 where 1/H is whole.

    Raises
    ------
    InvalidCountsError
        If `herfindahl` is not in (0, 1], or below what 2**53 equal plants have.

    Examples
    --------
    Two plants of 0.4 and one of 0.2: 0.16 + 0.16 + 0.04 = 0.36.

    >>> sizes, plants = plants_of_herfindahl(0.36)
    >>> sizes.round(12).tolist(), plants.tolist()
    ([0.4, 0.2], [2, 1])
    """
    if not 0 < herfindahl <= 1:
        message = f"`herfindahl` must lie in (0, 1]: it is {herfindahl}."
        raise InvalidCountsError(message)
    check_plants(1.0 / herfindahl)
    m = np.floor(1.0 / herfindahl + 1e-9)
    root = np.sqrt(max(m * ((m + 1.0) * herfindahl - 1.0), 0.0))
    a = min((m + root) / (m**2 + m), 1.0 / m)
    return np.array([a, 1.0 - m * a]), np.array([m, 1], dtype=np.int64)
