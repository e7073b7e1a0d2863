r"""Levels of a supply network: who stands above whom, and how far goods flow one way.

Here belong the trophic level of every firm, how badly levels fit the flows (trophic incoherence)
and the share of ties on no cycle (flow hierarchy). Arrays of ties in, arrays out; which ties
these are is the business of `structure`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.errors import GeoError

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = ["InvalidTiesError", "flow_hierarchy", "trophic_incoherence", "trophic_levels"]

_TOLERANCE = 1e-10


class InvalidTiesError(GeoError):
    """Ties that are no pairs of firms."""


def trophic_levels(ties: npt.ArrayLike, *, firms: int) -> Floats:
    r"""Trophic level of every firm: its height in the flow of goods.

    .. math:: \Lambda h = v, \quad \Lambda = \mathrm{diag}(u) - W - W^T

    with u a firm's number of ties, v those it buys by less those it sells by. Levels make the
    step from supplier to customer as near to 1 as all ties together allow.

    Parameters
    ----------
    ties : array_like of int, shape (n_ties, 2)
        Supplier and customer, from 0 to `firms` - 1.
    firms : int
        Number of firms.

    Returns
    -------
    ndarray of float64, shape (firms,)
        0 for the lowest firm of each connected part, rounded to 9 decimals. NaN for a firm
        without ties.

    Raises
    ------
    InvalidTiesError
        If `ties` is not a list of pairs, or holds a firm that does not exist.

    References
    ----------
    .. [1] MacKay, R. S., Johnson, S. & Sansom, B. (2020). How directed is a directed network?
       Royal Society Open Science 7, 201138, Eqs. 2.4-2.6.

    Examples
    --------
    Firm 0 supplies firm 1, which supplies firm 2.

    >>> trophic_levels([[0, 1], [1, 2]], firms=3)
    array([0., 1., 2.])
    """
    from scipy.sparse import coo_array, diags_array
    from scipy.sparse.csgraph import connected_components
    from scipy.sparse.linalg import cg

    pairs = _as_pairs(ties, firms)
    source, target = pairs.T
    bought, sold = (np.bincount(end, minlength=firms).astype(float) for end in (target, source))
    total = bought + sold
    flows = coo_array((np.ones(len(pairs)), (source, target)), shape=(firms, firms)).tocsr()
    laplacian = (diags_array(total) - flows - flows.T).tocsr()
    inverse = diags_array(1.0 / np.maximum(total, 1.0))
    levels, failed = cg(laplacian, bought - sold, rtol=_TOLERANCE, M=inverse)
    part = connected_components(flows, directed=False)[1]
    lowest = np.full(firms, np.inf)
    np.minimum.at(lowest, part, levels)
    height: Floats = np.round(levels - lowest[part], 9)
    height[(total == 0) | bool(failed)] = np.nan
    return height


def trophic_incoherence(ties: npt.ArrayLike, levels: npt.ArrayLike) -> float:
    r"""How badly levels fit the flows: 0 where every tie goes one step up, 1 where none has a way.

    .. math:: F = \frac{1}{L} \sum_{(m, n)} (h_n - h_m - 1)^2

    Parameters
    ----------
    ties : array_like of int, shape (n_ties, 2)
        Supplier and customer.
    levels : array_like of float, shape (firms,)
        As `trophic_levels` returns them.

    Returns
    -------
    float
        Between 0 and 1; NaN without ties.

    Raises
    ------
    InvalidTiesError
        As `trophic_levels`.

    References
    ----------
    .. [1] MacKay, R. S., Johnson, S. & Sansom, B. (2020), Eq. 2.7.

    Examples
    --------
    Two firms that supply each other have no way up.

    >>> ties = [[0, 1], [1, 0]]
    >>> trophic_incoherence(ties, trophic_levels(ties, firms=2))
    1.0
    """
    height = np.asarray(levels, dtype=np.float64)
    source, target = _as_pairs(ties, len(height)).T
    if not len(source):
        return float("nan")
    return float(np.mean((height[target] - height[source] - 1.0) ** 2))


def flow_hierarchy(ties: npt.ArrayLike, *, firms: int) -> float:
    """Share of ties that lie on no cycle of supply.

    Parameters
    ----------
    ties : array_like of int, shape (n_ties, 2)
        Supplier and customer, from 0 to `firms` - 1.
    firms : int
        Number of firms.

    Returns
    -------
    float
        Between 0 (whoever supplies is supplied in turn) and 1 (goods flow one way); NaN without
        ties.

    Raises
    ------
    InvalidTiesError
        As `trophic_levels`.

    References
    ----------
    .. [1] Luo, J. & Magee, C. L. (2011). Detecting evolving patterns of self-organizing networks
       by flow hierarchy measurement. Complexity 16(6), 53-61.
    .. [2] Luo, J., Baldwin, C. Y., Whitney, D. E. & Magee, C. L. (2012). The architecture of
       transaction networks. Industrial and Corporate Change 21(6), 1307-1335.

    Examples
    --------
    Firms 0 and 1 supply each other, and 1 supplies 2.

    >>> flow_hierarchy([[0, 1], [1, 0], [1, 2]], firms=3)
    0.3333333333333333
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    pairs = _as_pairs(ties, firms)
    source, target = pairs.T
    if not len(pairs):
        return float("nan")
    flows = coo_array((np.ones(len(pairs)), (source, target)), shape=(firms, firms)).tocsr()
    knot = connected_components(flows, directed=True, connection="strong")[1]
    return float(np.mean(knot[source] != knot[target]))


def _as_pairs(ties: npt.ArrayLike, firms: int) -> Integers:
    pairs = np.asarray(ties, dtype=np.int64)
    if pairs.size == 0:
        return np.empty((0, 2), dtype=np.int64)
    if pairs.ndim != 2 or pairs.shape[1] != 2:
        message = (
            f"`ties` must have shape (n_ties, 2): a supplier and a customer; not {pairs.shape}."
        )
        raise InvalidTiesError(message)
    if pairs.min() < 0 or pairs.max() >= firms:
        message = (
            f"`ties` must hold firms from 0 to {firms - 1}: the smallest is {pairs.min()}, "
            f"the largest {pairs.max()}; number the firms in a row."
        )
        raise InvalidTiesError(message)
    return pairs
