"""Which regions are within a travel time of each other, by a table of travel times.

A table says how long the way from one region to another takes. Here belongs what it says of pairs
that it does not list; which ties are then local is up to `locality`, which are near to `reach`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

__all__ = ["HOUR_MINUTES", "regions_within"]

HOUR_MINUTES = 60.0

_PAIR = ["from_region_key", "to_region_key"]


def regions_within(
    travel_times: pd.DataFrame, *, regions: int, minutes: float = HOUR_MINUTES
) -> pd.DataFrame:
    """Every ordered pair of regions whose way takes at most `minutes`.

    A way that is listed in one direction alone takes as long in the other. A pair that is listed in
    neither, or without minutes, is out of reach, as tables of travel times are cut at their longest
    way. A region is within reach of itself, unless a row for the way within it says otherwise.

    Parameters
    ----------
    travel_times : DataFrame
        Columns from_region_key, to_region_key, minutes (NaN = out of reach); each ordered pair
        once.
    regions : int
        Number of regions; pairs with a key from there on are left out.
    minutes : float, default 60
        Longest travel time.

    Returns
    -------
    DataFrame
        from_region_key, to_region_key (int64), sorted.

    Examples
    --------
    Half an hour from region 0 to region 1, back by a longer road, and a wide region 2:

    >>> times = pd.DataFrame({"from_region_key": [0, 1, 2], "to_region_key": [1, 0, 2],
    ...                       "minutes": [30.0, 70.0, 80.0]})
    >>> regions_within(times, regions=3).values.tolist()
    [[0, 0], [0, 1], [1, 1]]
    """
    start, end = (travel_times[c].to_numpy(dtype=np.int64) for c in _PAIR)
    is_there = (start < regions) & (end < regions)
    start, end = start[is_there], end[is_there]
    is_near = travel_times["minutes"].to_numpy(dtype=np.float64)[is_there] <= minutes
    listed = start * regions + end
    # Of a large table few ways are short: only these, and the way back of these, are looked at.
    back = end[is_near] * regions + start[is_near]
    itself = np.arange(regions) * (regions + 1)
    unlisted = np.union1d(back, itself)
    near = np.union1d(listed[is_near], unlisted[~np.isin(unlisted, listed)])
    return pd.DataFrame({_PAIR[0]: near // max(regions, 1), _PAIR[1]: near % max(regions, 1)})
