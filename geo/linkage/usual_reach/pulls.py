"""Pairs of possible partners of a stratum, by region of both and class of distance.

For every supplier region r and customer region q, the number of pairs of a supplier in r and a
customer in q by bin of distance, those at one place apart from those at different places. This is
what the usual reach weighs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.linkage.usual_reach.classes import BINS, EDGES_KM
from geo.sphere import cosine_of_km

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.linkage.usual_reach.points import _Places

__all__ = ["Nearness", "possible_pairs"]

_COSINES = cosine_of_km(EDGES_KM)


class Nearness(NamedTuple):
    """When two parties are at one place: in one region, within a radius, or as a table says."""

    km: float | None = None
    """Radius; None where regions decide."""
    related: npt.NDArray[np.bool_] | None = None
    """Whether the way from each region to each other is short, shape (regions, regions)."""

    @property
    def is_region(self) -> bool:
        """Whether one place is one region."""
        return self.km is None and self.related is None


def possible_pairs(
    sellers: _Places, buyers: _Places, nearness: Nearness
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Pairs of suppliers and customers by region and bin of distance, apart and at one place.

    A party is no partner of itself.

    Parameters
    ----------
    sellers, buyers : places
        As `CellPoints.of_groups` returns them.
    nearness : Nearness
        When two of them are at one place.

    Returns
    -------
    apart, together : ndarray of float32, shape (supplier regions, customer regions, bins)
        Weighted by the parties that places stand for.
    """
    from geo.linkage.usual_reach._pair_counts import count_pairs

    shape = (len(sellers.regions), len(buyers.regions), BINS)
    apart, together = np.zeros(shape), np.zeros(shape)
    if nearness.related is None:
        same = sellers.regions[:, None] == buyers.regions[None, :]
    else:
        same = nearness.related[np.ix_(sellers.regions, buyers.regions)]
    within = np.inf if nearness.km is None else float(cosine_of_km(nearness.km))
    count_pairs(
        sellers.xyz, sellers.weight, sellers.row, sellers.party,
        buyers.xyz, buyers.weight, buyers.row, buyers.party,
        same, within, _COSINES, apart, together,
    )  # fmt: skip
    return apart.astype(np.float32), together.astype(np.float32)
