r"""Communities of a network of ties: who trades more with each other than with everybody else.

Communities are those of the Leiden method, for the modularity of an undirected, weighted network:

.. math::

   Q = \frac{1}{2m} \sum_{ij} \Bigl(w_{ij} - \gamma \frac{k_i k_j}{2m}\Bigr) [c_i = c_j]

where k is what a party trades in all and 2m is twice all trade. Both may count more than the ties
handed over: with the ties within reach of each other as w, and all ties of the country as k and m,
a community is what trades nearby more than it would if its ties could go anywhere. The communities
of a whole country's network follow its industries; those within reach follow its places.

Here belongs the method, for any network. Which ties bind places together is in `flows`, what
becomes of them in `functional_communities`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.errors import GeoError, InvalidCountsError

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = ["leiden_communities"]


def leiden_communities(
    one: npt.ArrayLike,
    other: npt.ArrayLike,
    *,
    parties: int,
    weights: npt.ArrayLike | None = None,
    trade: npt.ArrayLike | None = None,
    resolution: float = 1.0,
    passes: int = 2,
    seed: int = 0,
) -> Integers:
    """Community of every party of a network of ties.

    Parameters
    ----------
    one, other : array_like of int, shape (n_ties,)
        The two parties of every tie, from 0 to `parties` - 1. Direction and order do not matter,
        and the weights of ties between the same two add up. A tie of a party with itself weighs
        twice, once for each end.
    parties : int
        Number of parties.
    weights : array_like of float, shape (n_ties,), optional
        Of the ties, not negative; 1 each where not given.
    trade : array_like of float, shape (parties,), optional
        What every party trades in all, k; by default with the ties given.
    resolution : float, default 1
        The factor gamma: the larger, the more and smaller the communities.
    passes : int, default 2
        Times that the method goes over the network; each can only improve the result.
    seed : int, default 0
        Of the method's random choices.

    Returns
    -------
    ndarray of int64, shape (parties,)
        Communities numbered from 0 by their first party. A party without ties is alone.

    Raises
    ------
    InvalidCountsError
        If a party is out of range, lengths differ, or a weight is negative or not finite.
    GeoError
        If `resolution` is not positive.

    References
    ----------
    .. [1] Traag, V. A., Waltman, L. & van Eck, N. J. (2019). From Louvain to Leiden: guaranteeing
       well-connected communities. Scientific Reports 9, 5233.
    .. [2] Expert, P., Evans, T. S., Blondel, V. D. & Lambiotte, R. (2011). Uncovering
       space-independent communities in spatial networks. PNAS 108(19), 7663-7668 (a null model of
       one's own in place of the usual one).

    Examples
    --------
    Two triangles and one tie between them:

    >>> leiden_communities([0, 1, 2, 3, 4, 5, 2], [1, 2, 0, 4, 5, 3, 3], parties=6)
    array([0, 0, 0, 1, 1, 1])
    """
    ends, weight = _checked(one, other, weights, parties=parties)
    if not resolution > 0:
        message = f"`resolution` must be positive: it is {resolution}."
        raise GeoError(message)
    if not len(weight):
        return np.arange(parties, dtype=np.int64)
    ends, weight = _added_up(ends, weight, parties)
    own = np.bincount(ends.ravel(), np.repeat(weight, 2), minlength=parties)
    k = np.asarray(own if trade is None else trade, dtype=np.float64)
    if k.shape != (parties,) or not (np.isfinite(k) & (k >= 0)).all():
        message = f"`trade` must be finite and >= 0 for each of {parties} parties."
        raise InvalidCountsError(message)
    found = _leiden(
        ends, weight, k, resolution=resolution / max(k.sum(), 1e-300), passes=passes, seed=seed
    )
    return _by_first(found)


def _checked(
    one: npt.ArrayLike, other: npt.ArrayLike, weights: npt.ArrayLike | None, *, parties: int
) -> tuple[Integers, Floats]:
    """Ends of the ties, shape (n, 2), and their weights."""
    first, second = np.asarray(one, dtype=np.int64), np.asarray(other, dtype=np.int64)
    weight = np.ones(len(first)) if weights is None else np.asarray(weights, dtype=np.float64)
    if not first.shape == second.shape == weight.shape or first.ndim != 1:
        message = (
            "`one`, `other` and `weights` must be one-dimensional and as long as each other: their "
            f"shapes are {first.shape}, {second.shape} and {weight.shape}."
        )
        raise InvalidCountsError(message)
    ends = np.column_stack([np.minimum(first, second), np.maximum(first, second)])
    if len(ends) and (ends[:, 0].min() < 0 or ends[:, 1].max() >= parties):
        at = int(np.flatnonzero((ends[:, 0] < 0) | (ends[:, 1] >= parties))[0])
        message = (
            f"Parties must be from 0 to {parties - 1}: the tie at position {at} is between "
            f"{first[at]} and {second[at]}."
        )
        raise InvalidCountsError(message)
    if not (np.isfinite(weight) & (weight >= 0)).all():
        at = int(np.flatnonzero(~(np.isfinite(weight) & (weight >= 0)))[0])
        message = f"`weights` must be finite and >= 0: at position {at} is {weight[at]}."
        raise InvalidCountsError(message)
    return ends, weight


def _added_up(ends: Integers, weight: Floats, parties: int) -> tuple[Integers, Floats]:
    """One tie for every two parties, in their order: the method depends on the order of ties."""
    code = ends[:, 0] * parties + ends[:, 1]
    order = np.lexsort([weight, code]) if np.ptp(weight) else np.argsort(code)
    code, weight = code[order], weight[order]
    starts = np.flatnonzero(np.diff(code, prepend=-1))
    code = code[starts]
    return np.column_stack([code // parties, code % parties]), np.add.reduceat(weight, starts)


def _leiden(
    ends: Integers, weight: Floats, trade: Floats, *, resolution: float, passes: int, seed: int
) -> Integers:
    import random

    import igraph

    graph = igraph.Graph(n=len(trade), edges=ends, directed=False)
    # The generator is igraph's own setting for the whole process: put back what was there.
    igraph.set_random_number_generator(random.Random(seed))  # noqa: S311 - no secret
    try:
        found = graph.community_leiden(
            objective_function="CPM",
            weights=weight,
            node_weights=trade,
            resolution=resolution,
            n_iterations=passes,
        )
    finally:
        igraph.set_random_number_generator(random)
    return np.asarray(found.membership, dtype=np.int64)


def _by_first(labels: Integers) -> Integers:
    """Labels numbered from 0 in the order in which they first occur."""
    _, first, label = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return rank[label]
