r"""What falls apart when institutions are taken out: who is joined by them alone.

The local network of a cell is its firms, the parties of its region that they have a tie with (of
any kind), and those ties. Of the pairs of the cell's firms that are connected in it, some are so
only by way of institutions:

.. math:: 1 - \frac{\sum_c n_c (n_c - 1)}{\sum_C n_C (n_C - 1)}

where n counts the cell's firms in the components C of the network and c of the network without
institutions. An institution tied to the hub firm alone joins nobody, and breaks nothing.

Here belongs connection. How many firms institutions reach is in `institutions`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw
import numpy as np
import pandas as pd

from geo.linkage.matching import CELL
from geo.study.keys import Sizes, held, looked_up, packed

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.study import Study

    Lazy = nw.LazyFrame[Any]
    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = ["brokerage_by_cell"]


def brokerage_by_cell(study: Study) -> pd.DataFrame:
    """What institutions hold together in every cell whose firms are tied to one of their region.

    Parameters
    ----------
    study : Study
        The country, its institutions with institution_id; local is the region here.

    Returns
    -------
    DataFrame
        One row per cell with a tie to a local institution, sorted by year, region_key and
        industry_key:

        - institution_brokerage: share of the connected pairs of its firms that only institutions
          connect; NaN where no two of its firms are connected
        - key_institution: id of the institution that breaks most when it alone is taken out; None
          where none breaks anything
        - key_institution_brokerage: share of the connected pairs that it breaks

    References
    ----------
    .. [1] Everett, M. G. & Valente, T. W. (2016). Bridging, brokerage and betweenness. Social
       Networks 44, 202-208.
    .. [2] Borgatti, S. P. (2006). Identifying sets of key players in a social network.
       Computational and Mathematical Organization Theory 12(1), 21-34, eq. 4 (fragmentation).

    Examples
    --------
    Firms 0 and 1 trade, 2 does not; one university is tied to 1 and 2, and with it all three pairs
    are connected, without it one.

    >>> import polars as pl
    >>> from geo.study import Study
    >>> living = pl.LazyFrame({"firm_key": [0, 1, 2], "year": 2020, "region_key": 0,
    ...                        "industry_key": 5})
    >>> ties = pl.LazyFrame({"source_key": [0, 3, 3], "target_key": [1, 1, 2], "year": 2020,
    ...                      "kind": ["supply", "research", "research"]})
    >>> university = pd.DataFrame({"institution_key": [3], "kind": "university",
    ...                            "region_key": 0, "institution_id": ["U1"]})
    >>> table = brokerage_by_cell(Study(establishments=nw.from_native(living),
    ...     ties=nw.from_native(ties), institutions=university, firms=3))
    >>> table[["institution_brokerage", "key_institution"]].round(3).to_numpy().tolist()
    [[0.667, 'U1']]
    """
    here = study.by_region
    institutions = here.institutions
    trade = held(_local_ties(here.establishments, here.ties, here.sizes))
    joined = held(
        here.institution_ties.filter(nw.col("is_local")).select(
            *CELL, "firm_key", "institution_key"
        )
    )
    years = sorted(int(y) for y in joined.select("year").unique().collect()["year"].to_list())
    parts = [
        _of_year(trade.filter(nw.col("year") == year), joined.filter(nw.col("year") == year), year)
        for year in years
    ]
    ids = institutions.set_index("institution_key")["institution_id"].astype(object)
    empty = pd.DataFrame(columns=[*CELL, *_FOUND])
    table = pd.concat(parts, ignore_index=True) if parts else empty
    breaks = table["key_institution_brokerage"].to_numpy(dtype=np.float64) > 0
    named = table["key_institution"].map(ids).astype(object).where(breaks, None)
    return table.assign(key_institution=named).astype(
        {c: "float64" for c in _FOUND if c != "key_institution"} | dict.fromkeys(CELL, "int64")
    )


def _local_ties(establishments: Lazy, ties: Lazy, sizes: Sizes) -> Lazy:
    """Ties between firms of one region: year, ends, region_key and the industries of both."""
    ends = ["source_key", "target_key"]
    pairs = (
        ties.filter(*(nw.col(e) < sizes.firms for e in ends))
        .select(nw.col("year", *ends).cast(nw.Int64))
        .unique()
    )
    places = establishments.select(
        slot=packed(["firm_key", "year"], sizes),
        value=packed(["region_key", "industry_key"], sizes),
    )
    slots = {
        f"{e}_slot": nw.col(e) * sizes.years + (nw.col("year") - sizes.first_year) for e in ends
    }
    is_dated = nw.col("year").is_between(sizes.first_year, sizes.first_year + sizes.years - 1)
    placed = looked_up(
        pairs.filter(is_dated).with_columns(**slots),
        {f"{e}_place": f"{e}_slot" for e in ends},
        places,
        size=sizes.years * sizes.firms,
    )
    one, other = (nw.col(f"{e}_place") for e in ends)
    region = one // sizes.industries
    return placed.filter(one >= 0, other >= 0, region == other // sizes.industries).select(
        "year",
        *ends,
        region_key=region,
        source_industry=one % sizes.industries,
        target_industry=other % sizes.industries,
    )


def _of_year(trade: Lazy, joined: Lazy, year: int) -> pd.DataFrame:
    """Brokerage of the cells of one year."""
    firms, bonds = (frame.collect().to_dict(as_series=False) for frame in (trade, joined))
    tie = {c: np.asarray(v, dtype=np.int64) for c, v in firms.items()}
    bond = {c: np.asarray(v, dtype=np.int64) for c, v in bonds.items()}
    cells = np.unique(np.column_stack([bond["region_key"], bond["industry_key"]]), axis=0)
    of_cell = pd.MultiIndex.from_arrays(list(cells.T))
    of_bond = of_cell.get_indexer(
        pd.MultiIndex.from_arrays([bond["region_key"], bond["industry_key"]])
    )
    ends = [
        of_cell.get_indexer(pd.MultiIndex.from_arrays([tie["region_key"], tie[f"{e}_industry"]]))
        for e in ("source", "target")
    ]
    net = _Firms.of(tie, ends, of_bond, bond["firm_key"])
    # Two firms of one component with the same institution are one bond.
    bonds_of = np.unique(
        np.column_stack(
            [of_bond, net.component(of_bond, bond["firm_key"]), bond["institution_key"]]
        ),
        axis=0,
    )
    without = np.bincount(net.cell, net.own * (net.own - 1) / 2, minlength=len(cells))
    gained = _gained(bonds_of, net.own, size=len(cells))
    together = without + gained
    key, lost = _lost_with_one(bonds_of, net.own, gained)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = [np.where(together > 0, x / together, np.nan) for x in (gained, lost)]
    return pd.DataFrame(
        {
            "year": year,
            "region_key": cells[:, 0],
            "industry_key": cells[:, 1],
            "institution_brokerage": shares[0],
            "key_institution": key,
            "key_institution_brokerage": shares[1],
        }
    )


class _Firms(NamedTuple):
    """Firms in the local networks of cells, and how they are connected by their own ties."""

    code: Integers
    """Cell and firm of every node, in one number, ascending."""
    label: Integers
    """Component of every node."""
    cell: Integers
    """Cell of every component."""
    own: Floats
    """Firms of the cell itself in every component."""

    @classmethod
    def of(
        cls,
        tie: dict[str, Integers],
        ends: list[npt.NDArray[Any]],
        of_bond: npt.NDArray[Any],
        bonded: Integers,
    ) -> _Firms:
        """Networks of the ties of each cell (`ends`, -1 for none) and its bonded firms."""
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        # A tie is in the network of the cell of each of its ends, once where they are the same.
        second = np.where(ends[1] == ends[0], -1, ends[1])
        cell = np.concatenate([ends[0], second])
        source, target = (np.tile(tie[f"{e}_key"], 2) for e in ("source", "target"))
        source, target, cell = source[cell >= 0], target[cell >= 0], cell[cell >= 0]
        own = np.concatenate(
            [e[e >= 0] * _MOST + tie[f"{k}_key"][e >= 0]
             for e, k in zip(ends, ("source", "target"), strict=True)]
            + [of_bond * _MOST + bonded]
        )  # fmt: skip
        code, at = np.unique(
            np.concatenate([cell * _MOST + source, cell * _MOST + target, own]),
            return_inverse=True,
        )
        links = (at[: len(cell)], at[len(cell) : 2 * len(cell)])
        graph = coo_array((np.ones(len(cell)), links), shape=(len(code), len(code)))
        count, label = connected_components(graph, directed=False)
        of_component = np.zeros(count, dtype=np.int64)
        of_component[label] = code // _MOST
        is_own = np.zeros(len(code))
        is_own[at[2 * len(cell) :]] = 1.0
        return cls(
            code,
            label.astype(np.int64),
            of_component,
            np.bincount(label, is_own, minlength=count).astype(np.float64),
        )

    def component(self, cell: npt.NDArray[Any], firm: Integers) -> Integers:
        """Component of firms in the networks of cells."""
        return self.label[np.searchsorted(self.code, cell * _MOST + firm)]


def _gained(bonds: Integers, own: Floats, *, size: int) -> Floats:
    """Pairs of firms that institutions connect beyond those connected without.

    `bonds` has the columns copy (of a network), component and institution; the result is by copy.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    one, at_one = np.unique(bonds[:, [0, 1]], axis=0, return_inverse=True)
    two, at_two = np.unique(bonds[:, [0, 2]], axis=0, return_inverse=True)
    nodes = len(one) + len(two)
    links = (at_one.ravel(), len(one) + at_two.ravel())
    graph = coo_array((np.ones(len(bonds)), links), shape=(nodes, nodes))
    count, label = connected_components(graph, directed=False)
    label = label[: len(one)]
    firms = own[one[:, 1]]
    whole = np.bincount(label, firms, minlength=count)
    of = np.zeros(count, dtype=np.int64)
    of[label] = one[:, 0]
    together, apart = (
        np.bincount(copy, n * (n - 1) / 2, minlength=size)
        for copy, n in ((of, whole), (one[:, 0], firms))
    )
    return np.asarray(together - apart, dtype=np.float64)


def _lost_with_one(bonds: Integers, own: Floats, gained: Floats) -> tuple[Integers, Floats]:
    """Institution of every cell that breaks most pairs when it alone is taken out, and how many."""
    cell, _, institution = bonds.T
    key = np.full(len(gained), -1, dtype=np.int64)
    lost = np.zeros(len(gained))
    broker, times = np.unique(np.column_stack([cell, institution]), axis=0, return_counts=True)
    broker = broker[times > 1]  # one with a single bond joins nobody
    if not len(broker):
        return key, lost
    # A copy of the bonds of its cell for every such institution, without its own.
    first = np.searchsorted(cell, broker[:, 0])
    many = np.searchsorted(cell, broker[:, 0], side="right") - first
    copy = np.repeat(np.arange(len(broker)), many)
    row = np.arange(len(copy)) - np.repeat(np.cumsum(many) - many, many) + first[copy]
    stays = institution[row] != broker[copy, 1]
    copy, row = copy[stays], row[stays]
    left = np.zeros(len(broker))
    if len(copy):
        left = _gained(
            np.column_stack([copy, bonds[row, 1], institution[row]]), own, size=len(broker)
        )
    breaks = gained[broker[:, 0]] - left
    order = np.lexsort([broker[:, 1], -breaks, broker[:, 0]])
    best = order[np.unique(broker[order, 0], return_index=True)[1]]
    key[broker[best, 0]], lost[broker[best, 0]] = broker[best, 1], breaks[best]
    return key, lost


_MOST = 1 << 32  # more than there are firms
_FOUND = ["institution_brokerage", "key_institution", "key_institution_brokerage"]
