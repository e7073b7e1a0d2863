"""Ties by stratum, pooled over the years: who trades how much, and at which distances.

A stratum is one kind of supplier (the *giver*: an industry, or a kind of knowledge tie and an
industry, or a kind of institution) and one industry of customers. Strata with few ties are put
together by giver.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

import narwhals as nw
import numpy as np

from geo.linkage.usual_reach.trade.distance_classes import CLASSES
from geo.study.keys import Sizes, grouped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy.typing as npt
    import pandas as pd

    Lazy = nw.LazyFrame[Any]
    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

    Bools = npt.NDArray[np.bool_]

__all__ = ["GIVER", "Concentration", "Seen", "Stratum", "seen_ties", "strata_of", "unions_of"]


class Concentration(NamedTuple):
    """Which cells are concentrated, and which regions adjoin."""

    givers: Bools
    """Shape (regions, givers)."""
    customers: Bools
    """Shape (regions, customer industries)."""
    adjoin: tuple[Integers, Integers]
    """Regions that adjoin, each pair both ways; a region does not adjoin itself."""
    beside: pd.DataFrame | None = None
    """supplier_region, customer_region, customer_industry: the pairs of regions that count as one
    place across a border, where it is not those that adjoin and are concentrated."""

    def pairs(self) -> tuple[Integers, Integers]:
        """Pairs of regions that may count as one place across a border in some stratum."""
        if self.beside is None:
            return self.adjoin
        ends = [self.beside[f"{end}_region"].to_numpy(np.int64) for end in ("supplier", "customer")]
        return ends[0], ends[1]

    def crossing(
        self, stratum: Stratum, sellers: Integers, buyers: Integers
    ) -> tuple[Integers, Integers]:
        """Pairs of regions that count as one place across a border, by positions, sorted."""
        one, other = self.pairs()
        if self.beside is None:
            sells, buys = (np.zeros(len(self.givers), dtype=bool) for _ in range(2))
            sells[sellers], buys[buyers] = self.ends(stratum, sellers, buyers)
            known = sells[one] & buys[other]
        else:
            known = self.beside["customer_industry"].isin(stratum.customers).to_numpy(dtype=bool)
            known = known & np.isin(one, sellers) & np.isin(other, buyers)
        at = np.unique(
            np.searchsorted(sellers, one[known]) * len(buyers)
            + np.searchsorted(buyers, other[known])
        )
        return at // max(len(buyers), 1), at % max(len(buyers), 1)

    def ends(self, stratum: Stratum, sellers: Integers, buyers: Integers) -> tuple[Bools, Bools]:
        """Whether the suppliers of each region are concentrated, and its customers."""
        sells = self.givers[sellers, stratum.giver]
        # Of customers that are put together, the industry that buys most there speaks for them.
        return sells, self.customers[buyers, stratum.main_customer[buyers]]


def unions_of(
    sellers: Integers, buyers: Integers, crossing: tuple[Integers, Integers]
) -> tuple[Integers, Integers, int]:
    """Unions of adjoining regions that crossing pairs join.

    Parameters
    ----------
    sellers, buyers : ndarray of int64
        Regions of suppliers and of customers, ascending.
    crossing : tuple of ndarray of int64
        As `Concentration.crossing` returns it.

    Returns
    -------
    of_sellers, of_buyers : ndarray of int64
        Union of every region; -1 where it is in none.
    number : int
        How many there are.

    Examples
    --------
    >>> sellers, buyers = np.array([0, 1, 5]), np.array([1, 2, 6])
    >>> unions_of(sellers, buyers, (np.array([0, 2]), np.array([0, 2])))
    (array([0, 0, 1]), array([ 0, -1,  1]), 2)
    """
    rows, columns = crossing
    if not len(rows):
        return np.full(len(sellers), -1), np.full(len(buyers), -1), 0
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    regions, at = np.unique(np.concatenate([sellers[rows], buyers[columns]]), return_inverse=True)
    one, other = at[: len(rows)], at[len(rows) :]
    graph = coo_array((np.ones(len(one)), (one, other)), shape=(len(regions), len(regions)))
    number, label = connected_components(graph, directed=False)

    def of(side: Integers) -> Integers:
        place = np.minimum(np.searchsorted(regions, side), len(regions) - 1)
        found: Integers = np.where(regions[place] == side, label[place], -1).astype(np.int64)
        return found

    return of(sellers), of(buyers), int(number)


GIVER = "giver_key"
_KEY = [GIVER, "customer_industry"]
_LEAST = 100.0  # different ties of a stratum that is looked at by itself


class Seen(NamedTuple):
    """Counts of ties, as the fit and the test ask for them."""

    sold: pd.DataFrame
    """year, giver_key, customer_industry, region_key (of the supplier), ties, local."""
    bought: pd.DataFrame
    """year, giver_key, customer_industry, region_key (of the customer), ties, local."""
    classes: pd.DataFrame
    """giver_key, customer_industry, distance_class, ties: over all years."""
    local: pd.DataFrame
    """giver_key, customer_industry, supplier_region, customer_region, distance_class, ties: those
    at one place or across a border within a chain, over all years."""
    years_seen: float
    """In how many years a tie is seen, on average; counts over this are of different ties."""


def seen_ties(ties: Lazy, *, sizes: Sizes, across: bool = False) -> Seen:
    """Counts of located ties.

    Parameters
    ----------
    ties : LazyFrame
        Columns year, giver_key, customer_industry, supplier_region, customer_region, is_local,
        is_across (whether it is local or crosses a border within a chain), distance_class,
        is_first (whether the same tie was seen in no earlier year).
    sizes : Sizes
        Of the keys.
    across : bool, default False
        Whether ties that cross a border within a chain count as local.
    """
    local = nw.col("is_across" if across else "is_local").cast(nw.Int32)
    sides = [
        grouped(
            ties.select("year", *_KEY, region_key=region, local=local),
            ["year", *_KEY, "region_key"],
            sizes,
            nw.len().cast(nw.Float64).alias("ties"),
            nw.col("local").sum().cast(nw.Float64),
        )
        .collect()
        .to_pandas()
        .sort_values(["year", *_KEY, "region_key"], ignore_index=True)
        for region in ("supplier_region", "customer_region")
    ]
    by_class = ties.group_by(*_KEY, "distance_class").agg(ties=nw.len().cast(nw.Float64))
    by_pair = (
        ties.filter(nw.col("is_across"))
        .group_by(*_KEY, "supplier_region", "customer_region", "distance_class")
        .agg(ties=nw.len().cast(nw.Float64))
    )
    first = ties.select(first=nw.col("is_first").cast(nw.Int64).sum(), ties=nw.len()).collect()
    different, whole = (float(first[c].to_list()[0] or 0) for c in ("first", "ties"))
    classes, pairs = (
        frame.collect().to_pandas().sort_values([*_KEY, *rest, "distance_class"], ignore_index=True)
        for frame, rest in ((by_class, []), (by_pair, ["supplier_region", "customer_region"]))
    )
    years_seen = whole / different if different else 1.0
    return Seen(sides[0], sides[1], classes, pairs, years_seen)


class Stratum(NamedTuple):
    """One kind of supplier with one industry of customers, or with several that buy little."""

    giver: int
    customers: tuple[int, ...]
    weights: Floats
    """What a party of each customer industry counts: ties per party where there are several."""
    sold: Floats
    """Different ties by region of the supplier, shape (regions,)."""
    bought: Floats
    """Different ties by region of the customer, shape (regions,)."""
    classes: Floats
    """Different ties by class of distance, shape (classes,)."""
    local: pd.DataFrame
    """supplier_region, customer_region, distance_class, ties (different ones), of `Seen.local`."""
    main_customer: Integers
    """Customer industry that has most of the ties of every region, shape (regions,)."""


def strata_of(seen: Seen, parties: Floats, *, regions: int) -> Iterator[list[Stratum]]:
    """Strata of every giver, in order; those with fewer than 100 different ties put together.

    Parameters
    ----------
    seen : Seen
        As `seen_ties` returns it.
    parties : ndarray of float64, shape (customer industries,)
        Parties of every customer industry.
    regions : int
        Number of regions.
    """
    if not len(seen.sold):
        return
    totals = seen.classes.groupby(_KEY)["ties"].sum() / seen.years_seen
    groups = [table.groupby(_KEY, sort=False) for table in (seen.sold, seen.bought)]
    at = [group.indices for group in groups]
    by_class = seen.classes.groupby(_KEY, sort=False).indices
    by_pair = seen.local.groupby(_KEY, sort=False).indices
    for name, of_giver in totals.groupby(level=0):
        giver = int(cast("int", name))
        industries = of_giver.index.get_level_values(1).to_numpy()
        large = of_giver.to_numpy() >= _LEAST
        several = [tuple(int(j) for j in industries[~large])] if (~large).any() else []
        found = []
        for customers in [(int(j),) for j in industries[large]] + several:
            keys = [(giver, j) for j in customers]
            weights = np.zeros(len(parties))
            ties = of_giver.to_numpy()[np.isin(industries, customers)]
            per_party = ties / np.maximum(parties[list(customers)], 1e-9)
            weights[list(customers)] = per_party / per_party.max()
            sold, bought = (
                np.bincount(
                    table["region_key"].to_numpy()[rows],
                    weights=table["ties"].to_numpy()[rows],
                    minlength=regions,
                )
                / seen.years_seen
                for table, rows in zip(
                    (seen.sold, seen.bought),
                    (_rows(indices, keys) for indices in at),
                    strict=True,
                )
            )
            of_class = seen.classes.iloc[_rows(by_class, keys)]
            classes = np.bincount(
                of_class["distance_class"], weights=of_class["ties"], minlength=CLASSES
            )
            local = seen.local.iloc[_rows(by_pair, keys)].drop(columns=_KEY)
            found.append(
                Stratum(
                    *(giver, customers, weights, sold, bought),
                    classes / seen.years_seen,
                    local.assign(ties=local["ties"] / seen.years_seen),
                    _main_customer(seen.bought, _rows(at[1], keys), customers, regions),
                )
            )
        yield found


def _main_customer(
    bought: pd.DataFrame, rows: Integers, customers: tuple[int, ...], regions: int
) -> Integers:
    """Customer industry with most ties by region, of some rows; the first of equal ones."""
    found = np.full(regions, customers[0], dtype=np.int64)
    if len(customers) == 1:
        return found
    mine = bought.iloc[rows]
    ties = mine.groupby(["region_key", "customer_industry"], as_index=False)[["ties"]].sum()
    order = ["region_key", "ties", "customer_industry"]
    most = ties.sort_values(order, ascending=[True, False, True]).drop_duplicates("region_key")
    found[most["region_key"].to_numpy()] = most["customer_industry"].to_numpy()
    return found


def _rows(indices: Mapping[Any, Any], keys: list[tuple[int, int]]) -> Integers:
    """Positions of the rows of some groups."""
    parts = [indices[key] for key in keys if key in indices]
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)
