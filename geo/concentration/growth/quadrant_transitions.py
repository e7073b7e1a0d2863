"""How cells move between the quadrants of local Moran's I from year to year.

Here belongs the Markov reading of the map over time: does a high place among low ones pull its
neighbours up, or fall back? The quadrants themselves come from `map_table`; the stages of a
verdict, which also look at ties, do not belong here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.concentration.map.autocorrelation import QUADRANTS
from geo.errors import GeoError

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

__all__ = ["long_run_shares", "quadrant_transitions", "transition_table"]

_NAMES = list(QUADRANTS[1:])
_NEEDED = ("year", "region_key", "industry_key", "local_moran_quadrant")


def quadrant_transitions(local: pd.DataFrame, *, by_industry: bool = False) -> pd.DataFrame:
    r"""Cells that go from one quadrant to another in a year, and their share of those there.

    .. math:: p_{ab} = n_{ab} / \sum_c n_{ac}

    where n_ab is the number of cells in quadrant a in a year and in b in the next. Only cells that
    have a quadrant in both years count; where a year is missing, nothing is bridged.

    Parameters
    ----------
    local : DataFrame
        From `map_autocorrelation`: year, region_key, industry_key, local_moran_quadrant.
    by_industry : bool
        Whether each industry has a table of its own.

    Returns
    -------
    DataFrame
        One row per pair of quadrants (and industry_key): `before`, `after`, cells, share; 16 rows
        a table, share NaN where no cell was in the quadrant before.

    Raises
    ------
    GeoError
        If a column is missing.

    References
    ----------
    .. [1] Rey, S. J. (2001). Spatial empirics for economic growth and convergence. Geographical
       Analysis 33, 195-214.

    Examples
    --------
    Of two cells that are high among low, one pulls its neighbours up:

    >>> local = pd.DataFrame(
    ...     {
    ...         "year": [2020, 2020, 2021, 2021],
    ...         "region_key": [0, 1, 0, 1],
    ...         "industry_key": 0,
    ...         "local_moran_quadrant": ["high-low", "high-low", "high-high", "high-low"],
    ...     }
    ... )
    >>> table = quadrant_transitions(local)
    >>> table[table.cells > 0]
          before      after  cells  share
    12  high-low  high-high      1    0.5
    15  high-low   high-low      1    0.5
    """
    missing = [name for name in _NEEDED if name not in local]
    if missing:
        message = f"`local` lacks the column(s) {', '.join(missing)}."
        raise GeoError(message)
    keys = ["industry_key"] if by_industry else []
    now = local.loc[local["local_moran_quadrant"].isin(_NAMES), list(_NEEDED)]
    later = now.assign(year=now["year"] - 1)
    pairs = now.merge(later, on=list(_NEEDED[:3]), suffixes=("_before", "_after"))
    pairs = pairs.rename(
        columns={f"local_moran_quadrant_{when}": when for when in ("before", "after")}
    )
    cells = pairs.groupby([*keys, "before", "after"], observed=True).size()
    found = cells.reindex(_every_pair(pairs, keys), fill_value=0).rename("cells").reset_index()
    there = found.groupby([*keys, "before"])["cells"].transform("sum")
    return found.assign(share=found["cells"] / there.where(there > 0))


def transition_table(local: pd.DataFrame) -> pd.DataFrame:
    """Transitions of all industries together, and where they would lead.

    Parameters
    ----------
    local : DataFrame
        From `map_autocorrelation`: year, region_key, industry_key, local_moran_quadrant.

    Returns
    -------
    DataFrame
        `quadrant_transitions`, with long_run_share: share of cells in the quadrant `after` in the
        end (`long_run_shares`).

    Raises
    ------
    GeoError
        If a column is missing.

    See Also
    --------
    quadrant_transitions, long_run_shares : The formulas and their sources.

    Examples
    --------
    >>> local = pd.DataFrame(
    ...     {
    ...         "year": [2020, 2021],
    ...         "region_key": 0,
    ...         "industry_key": 0,
    ...         "local_moran_quadrant": ["high-low", "high-high"],
    ...     }
    ... )
    >>> transition_table(local)["long_run_share"].isna().all()
    np.True_
    """
    table = quadrant_transitions(local)
    return table.assign(long_run_share=table["after"].map(long_run_shares(table)))


def _every_pair(pairs: pd.DataFrame, keys: list[str]) -> pd.MultiIndex:
    """All pairs of quadrants, for each industry where `keys` say so."""
    levels = [np.sort(pairs[key].unique()) for key in keys]
    return pd.MultiIndex.from_product([*levels, _NAMES, _NAMES], names=[*keys, "before", "after"])


def long_run_shares(transitions: pd.DataFrame) -> pd.Series:
    r"""Shares of the quadrants to which transitions like these would lead, and then stay.

    .. math:: \pi = \pi P, \quad \sum_a \pi_a = 1

    Parameters
    ----------
    transitions : DataFrame
        One table of `quadrant_transitions`: before, after, share.

    Returns
    -------
    Series
        One share per quadrant, in the order of `QUADRANTS`; NaN where the table does not lead to
        one single state: a quadrant that was never left from, or several that are closed.

    Raises
    ------
    GeoError
        If it is not one table of all pairs of quadrants.

    References
    ----------
    .. [1] Kemeny, J. G. & Snell, J. L. (1976). Finite Markov Chains. Springer. Theorem 4.1.4.

    Examples
    --------
    If every year a tenth of high-high cells go and three tenths of low-low cells come, three
    quarters end high:

    >>> table = pd.DataFrame(
    ...     {
    ...         "before": np.repeat(QUADRANTS[1:], 4),
    ...         "after": QUADRANTS[1:] * 4,
    ...         "share": [0.9, 0, 0.1, 0, 0, 0, 1, 0, 0.3, 0, 0.7, 0, 1, 0, 0, 0],
    ...     }
    ... )
    >>> long_run_shares(table).round(6).tolist()
    [0.75, 0.0, 0.25, 0.0]
    """
    if len(transitions) != len(_NAMES) ** 2 or transitions[["before", "after"]].duplicated().any():
        message = (
            "`transitions` must be one table of all 16 pairs of quadrants: it has "
            f"{len(transitions)} rows; choose one industry."
        )
        raise GeoError(message)
    square = transitions.pivot_table(
        index="before", columns="after", values="share", dropna=False, sort=False
    )
    chances: Floats = square.reindex(index=_NAMES, columns=_NAMES).to_numpy(dtype=np.float64)
    if np.isnan(chances).any():
        return pd.Series(np.nan, index=_NAMES, name="share")
    # Stationary: as many come as go, and the shares sum to 1.
    system = np.vstack([chances.T - np.eye(len(_NAMES)), np.ones(len(_NAMES))])
    goal = np.append(np.zeros(len(_NAMES)), 1.0)
    shares, _, rank, _ = np.linalg.lstsq(system, goal)
    if rank < len(_NAMES):
        return pd.Series(np.nan, index=_NAMES, name="share")
    return pd.Series(np.maximum(shares, 0.0), index=_NAMES, name="share")
