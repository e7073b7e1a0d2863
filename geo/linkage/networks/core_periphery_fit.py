r"""Core and periphery: whether all ties touch a few firms, more than their number implies.

A few firms with many ties always look like a core. So the fit is held against networks in which
every firm keeps its number of partners and only who is tied to whom is drawn anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.linkage.networks.trophic import InvalidTiesError

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = ["CorePeriphery", "core_periphery"]

MOST_FIRMS = 5_000
"""Firms of the largest network that is rewired."""


class CorePeriphery(NamedTuple):
    """Fit of a network to a core and a periphery."""

    fit: float
    """Correlation with the ideal, at most 1; NaN where everybody is tied to everybody or nobody."""
    p: float
    """Share of rewired networks that fit as well; NaN where none was made."""
    core: Integers
    """Firms of the best core, the one with the most partners first."""


def core_periphery(
    ties: npt.ArrayLike, *, firms: int, rng: np.random.Generator, rewirings: int = 99
) -> CorePeriphery:
    r"""Fit of a network to the ideal in which every tie has a core firm at an end, and its chance.

    .. math:: \rho = \max_k \mathrm{corr}(A_{ij}, \Delta^k_{ij}), \quad i < j

    where A is 1 for partners and :math:`\Delta^k` is 1 where i or j is among the k firms with the
    most partners. The null keeps every firm's number of partners: pairs of ties exchange ends.

    Parameters
    ----------
    ties : array_like of int, shape (n_ties, 2)
        Two firms each, from 0 to `firms` - 1; direction and repetition do not count.
    firms : int
        Number of firms; those without ties count as periphery.
    rng : Generator
        Makes the rewired networks.
    rewirings : int, default 99
        Number of rewired networks; the smallest p is 1 / (rewirings + 1). 0 for none.

    Returns
    -------
    CorePeriphery
        p is NaN for a network of more than `MOST_FIRMS` firms too, which is not rewired.

    Raises
    ------
    InvalidTiesError
        If `ties` is not a list of pairs of two different firms.

    Notes
    -----
    Cores are sought among the firms with the most partners, in order: for the variant without
    core-periphery ties that is exact [2]_. One network follows from the last by as many trials of
    a swap as there are pairs; the observed one stands at a random place of that series, which
    makes p exact although its neighbours are alike [3]_.

    References
    ----------
    .. [1] Borgatti, S. P. & Everett, M. G. (2000). Models of core/periphery structures. Social
       Networks 21, 375-395, Eqs. 1-2.
    .. [2] Lip, S. Z. W. (2011). A fast algorithm for the discrete core/periphery bipartitioning
       problem. arXiv:1102.5511.
    .. [3] Besag, J. & Clifford, P. (1989). Generalized Monte Carlo significance tests.
       Biometrika 76, 633-642.
    .. [4] Kojaku, S. & Masuda, N. (2018). Core-periphery structure requires something else in the
       network. New Journal of Physics 20, 043012.

    Examples
    --------
    One firm with four partners is a perfect core, but its number of partners says as much.

    >>> star = [[0, 1], [0, 2], [0, 3], [0, 4]]
    >>> found = core_periphery(star, firms=5, rng=np.random.default_rng(1))
    >>> round(found.fit, 9), found.p, found.core.tolist()
    (1.0, 1.0, [0])
    """
    pairs = _distinct_pairs(ties, firms)
    partners = np.bincount(pairs.ravel(), minlength=firms)
    order = np.lexsort((np.arange(firms), -partners))
    rank = np.empty(firms, dtype=np.int64)
    rank[order] = np.arange(firms)
    fits = _fits(rank[pairs], firms)
    if not np.isfinite(fits).any():
        return CorePeriphery(float("nan"), float("nan"), order[:0])
    size = int(np.nanargmax(fits)) + 1
    fit, p = float(fits[size - 1]), float("nan")
    if rewirings and firms <= MOST_FIRMS:
        drawn = _rewired_fits(rank[pairs], firms, rewirings, rng)
        p = (1 + int((drawn >= fit - 1e-12).sum())) / (rewirings + 1)
    return CorePeriphery(fit, p, order[:size])


def _distinct_pairs(ties: npt.ArrayLike, firms: int) -> Integers:
    pairs = np.asarray(ties, dtype=np.int64).reshape(-1, 2)
    if pairs.size and (
        pairs.min() < 0 or pairs.max() >= firms or (pairs[:, 0] == pairs[:, 1]).any()
    ):
        message = (
            f"`ties` must be pairs of two different firms from 0 to {firms - 1}; "
            "number the firms in a row and leave out self-ties."
        )
        raise InvalidTiesError(message)
    code = np.unique(pairs.min(axis=1) * firms + pairs.max(axis=1))
    return np.column_stack([code // firms, code % firms])


def _fits(ranked: Integers, firms: int) -> Floats:
    """Correlation with the ideal for cores of 1, 2, ... firms, pairs being given by rank."""
    ideal = _ideal_shares(firms)
    every = firms * (firms - 1) / 2
    touched = np.cumsum(
        np.bincount(ranked.min(axis=1, initial=firms), minlength=firms)[: firms - 1]
    )
    density = len(ranked) / every if every else 0.0
    with np.errstate(invalid="ignore", divide="ignore"):
        fits: Floats = (touched / every - density * ideal) / np.sqrt(
            density * (1 - density) * ideal * (1 - ideal)
        )
    fits[~np.isfinite(fits)] = np.nan
    return fits


def _ideal_shares(firms: int) -> Floats:
    """Share of all pairs of firms that have one of the first 1, 2, ... firms."""
    k = np.arange(1, firms, dtype=np.float64)
    every = max(firms * (firms - 1) / 2, 1.0)
    ideal: Floats = (every - (firms - k) * (firms - k - 1) / 2) / every
    return ideal


def _rewired_fits(ranked: Integers, firms: int, rewirings: int, rng: np.random.Generator) -> Floats:
    """Best fit of every rewired network."""
    from geo.linkage.networks._rewiring import best_fit, swap_ends

    ideal = _ideal_shares(firms)
    before = int(rng.integers(0, rewirings + 1))
    found = []
    for steps in (before, rewirings - before):
        pairs = ranked.copy()
        adjacent = np.zeros((firms, firms), dtype=np.bool_)
        adjacent[pairs[:, 0], pairs[:, 1]] = adjacent[pairs[:, 1], pairs[:, 0]] = True
        for _ in range(steps):
            picks = rng.integers(0, len(pairs), size=(len(pairs), 2))
            swap_ends(pairs, adjacent, picks, rng.integers(0, 2, size=len(pairs)))
            found.append(best_fit(pairs, ideal))
    return np.array(found)
