r"""Functional clusters: what lives off each other within reach, whatever borders run through it.

Cells are joined by what they trade with each other within reach beyond the usual (`flows`), and the
communities of that network (`communities`) are candidates. Cells and not firms are what is joined:
the signature of a chain is many buyers times many suppliers, and a method that looks for dense
groups of firms cuts so thin a network wherever chance left a gap.

Any network falls into communities, also one of chance. A candidate counts only where its trade is
more surprising than that of *any* candidate in each of many worlds of usual trade, to which the
same method is put. Beyond that it has to pass what question B asks of a cell, asked of it as one:
the degree of matching, firms with a stable partner inside, also without the largest hub, and
ties that last.

Here belong candidates, their test and their figures. Their shapes are in `functional_shapes`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw
import numpy as np
import pandas as pd

from geo.linkage.communities import leiden_communities
from geo.linkage.dense import Sizes, grouped, held, lazy_like, looked_up, sizes_of
from geo.linkage.flows import region_centres
from geo.linkage.flows import cell_flows, stable_ties, tails_by_group, usual_flows
from geo.linkage.located import located_ties, supply_pairs, supply_years
from geo.linkage.persistence import is_lasting, persistence_by_cell
from geo.linkage.tails import Moments

if TYPE_CHECKING:
    import numpy.typing as npt

    Lazy = nw.LazyFrame[Any]
    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = ["FunctionalClusters", "candidates", "functional_clusters"]

_CLUSTER = ["year", "cluster"]
_CELL = ["year", "region_key", "industry_key"]
_LOOSE = 0.005  # a cell whose ties with its community are more probable than this does not belong
_PRUNINGS = 2


class FunctionalClusters(NamedTuple):
    """Functional clusters of all observed years; empty where ties are not seen in two years."""

    cells: pd.DataFrame
    """Their cells: year, region_key, industry_key, cluster, establishments; sorted."""
    table: pd.DataFrame
    """Their figures: year, cluster and those of `functional_clusters`; sorted."""
    firms: pd.DataFrame
    """Places of the firms with a stable tie inside: year, cluster, longitude, latitude, firms (on
    that very place); sorted."""


def functional_clusters(
    establishments: Lazy,
    ties: Lazy,
    near: pd.DataFrame,
    *,
    firms: int,
    degree: float = 0.25,
    linked_share: float = 0.3,
    persistence: float = 0.5,
    persistence_gain: float = 0.25,
    least_firms: int = 5,
    significance: float = 0.05,
    seed: int = 0,
) -> FunctionalClusters:
    r"""Functional clusters and their figures, year by year.

    A cluster is drawn once from all years, so that it keeps its name; it is there in those years
    in which it has at least `least_firms` linked firms and the share `linked_share` of them.

    Parameters
    ----------
    establishments : LazyFrame
        Columns firm_key, year, region_key, industry_key, longitude, latitude, employment,
        group_key; one row per firm and year.
    ties : LazyFrame
        Columns source_key, target_key, year, kind.
    near : DataFrame
        As `flows.regions_within_reach` returns it.
    firms : int
        Number of firms; keys from there on are institutions.
    degree : float, default 0.25
        Smallest degree of matching: :math:`(o - \mu) / (\text{most} - \mu)`.
    linked_share : float, default 0.3
        Smallest share of the living firms of its cells that have a stable partner inside, also with
        the largest hub left out.
    persistence, persistence_gain : float, default 0.5 and 0.25
        Share of the ties inside that must live on for a year, and, where all ties of its industries
        last less, the way from their share to 1 that those inside must go: floor and gain of
        `persistence.is_lasting`, as for cells.
    least_firms : int, default 5
        Fewest linked firms.
    significance : float, default 0.05
        Chance of any cluster in a year's country of usual trade, at most.
    seed : int, default 0
        Of the worlds of usual trade.

    Returns
    -------
    FunctionalClusters
        Columns of the table:

        - establishments, linked_firms, linked_share, linked_share_without_hub: living firms of its
          cells, those with a stable tie inside, and their share
        - employment: jobs of the linked firms
        - supply_ties, ties_inside, border_ties: supply ties with an end in its cells, with both,
          and those of the latter between two regions
        - tie_persistence: share of the ties inside that are there a year later, over all years
        - matching_ratio, matching_degree: stable ties inside over those of random matching, and
          beyond them as a share of all that could be inside; over all years
        - cluster_p: chance of so surprising a cluster anywhere, were trade the usual

    Examples
    --------
    Ten regions in a row, four suppliers and four customers in each. Those of the first two trade
    with each other whatever the border between them, the others with anybody but these.

    >>> import polars as pl
    >>> n = np.arange(80)
    >>> living = pl.LazyFrame({"firm_key": n, "region_key": n // 8, "industry_key": n % 2,
    ...     "longitude": n / 8, "latitude": 0.0, "employment": 10.0,
    ...     "group_key": [None] * 80}).with_columns(pl.col("group_key").cast(pl.Float64))
    >>> years = pl.LazyFrame({"year": [2020, 2021]})
    >>> pairs = [(i, j) for i in range(0, 16, 2) for j in range(1, 16, 2)]
    >>> pairs += [(i, (i + 22 * k + 1) % 64 + 16) for i in range(16, 80, 2) for k in range(6)]
    >>> ties = pl.LazyFrame({"source_key": [i for i, _ in pairs],
    ...     "target_key": [j for _, j in pairs], "kind": "supply"}).join(years, how="cross")
    >>> row = range(10)
    >>> near = pd.DataFrame([(i, j) for i in row for j in row if abs(i - j) < 2],
    ...                     columns=["supplier_region", "customer_region"])
    >>> found = functional_clusters(nw.from_native(living.join(years, how="cross")),
    ...     nw.from_native(ties), near, firms=80)
    >>> found.cells.query("year == 2021")[["region_key", "industry_key"]].to_numpy().tolist()
    [[0, 0], [0, 1], [1, 0], [1, 1]]
    >>> found.table[["ties_inside", "border_ties"]].to_numpy().tolist()
    [[64, 32], [64, 32]]
    """
    sizes = sizes_of(establishments, firms=firms)
    pairs = supply_pairs(ties, firms=firms)
    supply = located_ties(establishments, pairs, supply_years(pairs), sizes=sizes)
    stable = held(stable_ties(supply))
    flows, margins = cell_flows(stable, near, sizes=sizes)
    if not len(flows):
        return _none()
    centres = region_centres(establishments, regions=sizes.regions)
    usual = usual_flows(flows, margins, near, centres=centres)
    found = candidates(usual, margins, significance=significance, seed=seed)
    found = found[found["matching_degree"] >= degree]
    if not len(found):
        return _none()
    cells = found.drop_duplicates(["region_key", "industry_key"])[
        ["region_key", "industry_key", "cluster"]
    ]
    inside = held(_inside(stable, cells, sizes))
    table = _figures(inside, establishments, cells, sizes).merge(
        found.drop_duplicates("cluster")[
            ["cluster", "matching_ratio", "matching_degree", "cluster_p"]
        ],
        on="cluster",
    )
    base = table["cluster"].map(_base_rates(stable, cells, sizes))
    lasts = is_lasting(table, base, floor=persistence, gain=persistence_gain)
    table = table[lasts & _is_broad(table, linked_share, least_firms)]
    return _named(table, cells, inside, establishments, sizes)


def candidates(
    usual: pd.DataFrame, margins: pd.DataFrame, *, significance: float = 0.05, seed: int = 0
) -> pd.DataFrame:
    """Communities of cells that no world of usual trade has the like of.

    Parameters
    ----------
    usual : DataFrame
        As `flows.usual_flows` returns it.
    margins : DataFrame
        As `flows.cell_flows` returns them.
    significance : float, default 0.05
        Chance of any such community in a world of usual trade, at most.
    seed : int, default 0
        Of those worlds.

    Returns
    -------
    DataFrame
        One row per cell of such a community, sorted: cluster (from 0, by its first cell),
        region_key, industry_key, matching_ratio, matching_degree, cluster_p (of the community).
    """
    network = _Network.of(usual, margins)
    worlds = int(np.ceil(1 / significance - 1e-9)) - 1
    ties, most = usual["ties"].to_numpy(), usual["most"].to_numpy(np.int64)
    share = np.clip(usual["mean"].to_numpy() / most, 0, 1)
    label = network.communities(ties)
    strength = network.strengths(label, ties)
    strongest = np.empty(worlds)
    for world in range(worlds):
        drawn = np.random.default_rng([seed, world]).binomial(most, share).astype(np.float64)
        strongest[world] = network.strengths(network.communities(drawn), drawn).max(initial=0.0)
    p = (1 + (strongest[:, None] >= strength).sum(axis=0)) / (worlds + 1)
    cells = pd.DataFrame(
        {"region_key": network.region, "industry_key": network.industry, "cluster": label}
    )
    found = cells[(p <= significance)[label] & (strength > 0)[label]]
    degrees = _degrees(found, usual, margins)
    told = degrees.assign(cluster_p=p[degrees["cluster"].to_numpy()])
    table: pd.DataFrame = found.merge(told, on="cluster").sort_values(
        ["cluster", "region_key", "industry_key"], ignore_index=True
    )
    return table


class _Network(NamedTuple):
    """Cells, and the flows between them."""

    region: Integers
    industry: Integers
    one: Integers
    other: Integers
    usual: Moments[Floats]
    trade: Floats
    """Ends of ties in every cell, wherever the other end is."""

    @classmethod
    def of(cls, usual: pd.DataFrame, margins: pd.DataFrame) -> _Network:
        """Network of the flows `usual`, with what its cells trade in all."""
        ends = [
            margins[["region_key", industry]].set_axis(["region_key", "industry_key"], axis=1)
            for industry in ("supplier_industry", "customer_industry")
        ]
        sums = [
            end.assign(trade=margins[c]) for end, c in zip(ends, ("sold", "bought"), strict=True)
        ]
        trade = pd.concat(sums).groupby(["region_key", "industry_key"], sort=True)["trade"].sum()
        index = trade.index
        one, other = (
            index.get_indexer(pd.MultiIndex.from_frame(usual[[f"{e}_region", f"{e}_industry"]]))
            for e in ("supplier", "customer")
        )
        region, industry = (index.get_level_values(k).to_numpy(dtype=np.int64) for k in range(2))
        return cls(
            region,
            industry,
            one,
            other,
            Moments(*(usual[c].to_numpy() for c in Moments._fields)),
            trade.to_numpy(),
        )

    def communities(self, ties: Floats) -> Integers:
        """Community of every cell by the ties beyond the usual."""
        beyond = ties - self.usual.mean
        has_more = beyond > 0
        label = leiden_communities(
            self.one[has_more],
            self.other[has_more],
            parties=len(self.region),
            weights=beyond[has_more],
            trade=self.trade,
        )
        for _ in range(_PRUNINGS):
            is_loose = ~self._holds(label, ties)
            label = np.where(is_loose, label.max() + 1 + np.arange(len(label)), label)
        return np.unique(label, return_inverse=True)[1].astype(np.int64)

    def _holds(self, label: Integers, ties: Floats) -> npt.NDArray[np.bool_]:
        """Cells whose own ties with their community are more than the usual."""
        inside = label[self.one] == label[self.other]
        twice = inside & (self.one != self.other)
        both = np.concatenate([np.flatnonzero(inside), np.flatnonzero(twice)])
        cell = np.concatenate([self.one[inside], self.other[twice]])
        moments = Moments(*(m[both] for m in self.usual))
        return tails_by_group(cell, ties[both], moments, size=len(label)) < _LOOSE

    def strengths(self, label: Integers, ties: Floats) -> Floats:
        """How surprising the ties inside every community are: minus the logarithm of the chance."""
        of = label[self.one]
        inside = np.where(of == label[self.other], of, -1)
        tail = tails_by_group(inside, ties, self.usual, size=int(label.max(initial=-1)) + 1)
        strength: Floats = -np.log10(np.maximum(tail, 1e-300))
        return strength


def _degrees(found: pd.DataFrame, usual: pd.DataFrame, margins: pd.DataFrame) -> pd.DataFrame:
    """Ratio and degree of matching of every cluster, over the pairs of its industries."""
    cluster = found.set_index(["region_key", "industry_key"])["cluster"]

    def of(table: pd.DataFrame, region: str, industry: str) -> npt.NDArray[Any]:
        at = pd.MultiIndex.from_frame(table[[region, industry]])
        labels: npt.NDArray[Any] = cluster.reindex(at).to_numpy()
        return labels

    pair = ["supplier_industry", "customer_industry"]
    n = margins.groupby(pair)["sold"].sum().rename("n")
    sold = margins.assign(cluster=of(margins, "region_key", pair[0]))
    bought = margins.assign(cluster=of(margins, "region_key", pair[1]))
    key = ["cluster", *pair]
    a, b = sold.groupby(key)["sold"].sum(), bought.groupby(key)["bought"].sum()
    one, other = (of(usual, f"{e}_region", f"{e}_industry") for e in ("supplier", "customer"))
    seen = usual.assign(cluster=one)[one == other].groupby(key)["ties"].sum()
    strata = pd.concat({"a": a, "b": b}, axis=1).dropna().join(n, on=pair)
    strata["seen"] = seen.reindex(strata.index).fillna(0.0)
    strata["mean"] = strata.eval("a * b / n")
    strata["most"] = strata[["a", "b"]].min(axis=1)
    sums = strata.groupby("cluster")[["seen", "mean", "most"]].sum().reset_index()
    room = (sums["most"] - sums["mean"]).where(sums["most"] - sums["mean"] > 1e-9)
    return pd.DataFrame(
        {
            "cluster": sums["cluster"].astype("int64"),
            "matching_ratio": sums["seen"] / sums["mean"],
            "matching_degree": (sums["seen"] - sums["mean"]) / room,
        }
    )


def _inside(stable: Lazy, cells: pd.DataFrame, sizes: Sizes) -> Lazy:
    """Ties with the cluster of each end, those with at least one: supplier_cluster, ..."""
    code = cells["region_key"] * sizes.industries + cells["industry_key"]
    table = lazy_like(stable, {"slot": code.tolist(), "value": cells["cluster"].tolist()})
    slots = {
        f"{end}_slot": nw.col(f"{end}_region").cast(nw.Int64) * sizes.industries
        + nw.col(f"{end}_industry")
        for end in ("supplier", "customer")
    }
    placed = looked_up(
        stable.with_columns(**slots),
        {f"{end}_cluster": f"{end}_slot" for end in ("supplier", "customer")},
        table,
        size=sizes.regions * sizes.industries,
    ).drop(*slots)
    return placed.filter((nw.col("supplier_cluster") >= 0) | (nw.col("customer_cluster") >= 0))


def _figures(inside: Lazy, establishments: Lazy, cells: pd.DataFrame, sizes: Sizes) -> pd.DataFrame:
    """Counts of every cluster and year."""
    ours = inside.filter(nw.col("supplier_cluster") == nw.col("customer_cluster"))
    one, two = (nw.col(f"{e}_region") for e in ("supplier", "customer"))
    within = ours.with_columns(
        cluster="supplier_cluster",
        crosses=(one != two).cast(nw.Int64),
    )
    counts = within.group_by(_CLUSTER).agg(
        ties_inside=nw.len(),
        border_ties=nw.col("crosses").sum(),
    )
    touching = nw.concat(
        [
            inside.select("year", cluster="supplier_cluster"),
            inside.filter(nw.col("supplier_cluster") != nw.col("customer_cluster")).select(
                "year", cluster="customer_cluster"
            ),
        ]
    ).filter(nw.col("cluster") >= 0)
    members = _members(within)
    hubs = members.group_by([*_CLUSTER, "firm_key"]).agg(ties=nw.len()).collect().to_pandas()
    hub = hubs.sort_values(
        [*_CLUSTER, "ties", "firm_key"], ascending=[True, True, False, True]
    ).drop_duplicates(_CLUSTER)
    without = members.join(
        lazy_like(
            members,
            {
                "year": hub["year"].tolist(),
                "cluster": hub["cluster"].tolist(),
                "hub_key": hub["firm_key"].tolist(),
            },
        ).with_columns(nw.col("year", "hub_key").cast(nw.Int64), nw.col("cluster").cast(nw.Int64)),
        on=_CLUSTER,
    ).filter(nw.col("firm_key") != nw.col("hub_key"), nw.col("partner_key") != nw.col("hub_key"))
    parts = [
        counts,
        touching.group_by(_CLUSTER).agg(supply_ties=nw.len()),
        _employment(members, establishments),
        without.group_by(_CLUSTER).agg(without_hub=nw.col("firm_key").n_unique()),
        _living(establishments, cells, sizes),
    ]
    table = parts[0].collect().to_pandas()
    for part in parts[1:]:
        table = table.merge(part.collect().to_pandas(), on=_CLUSTER, how="left")
    table = table.fillna({"linked_firms": 0, "without_hub": 0}).sort_values(
        _CLUSTER, ignore_index=True
    )
    table = table.merge(_persistence(within, cells, sizes), on="cluster", how="left")
    return table.assign(
        linked_share=table["linked_firms"] / table["establishments"],
        linked_share_without_hub=table["without_hub"] / (table["establishments"] - 1).clip(lower=1),
    )


def _persistence(within: Lazy, cells: pd.DataFrame, sizes: Sizes) -> pd.DataFrame:
    """Persistence of the ties inside every cluster, as if each were one cell."""
    number = int(cells["cluster"].max()) + 1
    as_cells = within.with_columns(
        **dict.fromkeys(("supplier_region", "customer_region"), nw.col("cluster")),
        **dict.fromkeys(("supplier_industry", "customer_industry"), nw.lit(0)),
        is_local=nw.lit(value=True),
    )
    table = persistence_by_cell(as_cells, sizes=sizes._replace(regions=number, industries=1))
    columns = ["tie_persistence", "tie_persistence_low"]
    return table.rename(columns={"region_key": "cluster"})[["cluster", *columns]]


def _base_rates(stable: Lazy, cells: pd.DataFrame, sizes: Sizes) -> pd.Series[float]:
    """Persistence of all ties that the industries of every cluster take part in, wherever."""
    ends = ["supplier_industry", "customer_industry"]
    lived = grouped(
        stable.filter(nw.col("lives_on")),
        ends,
        sizes,
        nw.len().alias("tried"),
        nw.col("lasts").cast(nw.Int64).sum().alias("kept"),
    )
    counts = lived.collect().to_pandas()
    rates = {}
    for cluster, industries in cells.groupby("cluster")["industry_key"]:
        mine = counts[counts[ends].isin(set(industries)).any(axis=1)]
        rates[cluster] = mine["kept"].sum() / max(mine["tried"].sum(), 1)
    return pd.Series(rates, dtype="float64")


def _members(within: Lazy) -> Lazy:
    """Firms of stable ties inside, once for each partner."""
    stable = within.filter(nw.col("is_stable"))
    return nw.concat(
        [
            stable.select(
                *[nw.col(c).cast(nw.Int64) for c in _CLUSTER],
                nw.col(key).cast(nw.Int64).alias("firm_key"),
                nw.col(other).cast(nw.Int64).alias("partner_key"),
            )
            for key, other in (("source_key", "target_key"), ("target_key", "source_key"))
        ]
    ).unique([*_CLUSTER, "firm_key", "partner_key"])


def _employment(members: Lazy, establishments: Lazy) -> Lazy:
    """Linked firms of every cluster, and their jobs, which add up on a grid in any order."""
    firms = members.select(*_CLUSTER, "firm_key").unique()
    jobs = establishments.select(
        nw.col("firm_key").cast(nw.Int64), nw.col("year").cast(nw.Int64), "employment"
    )
    return (
        firms.join(jobs, on=["firm_key", "year"])
        .with_columns(whole=(nw.col("employment") * _GRID).round() / _GRID)
        .group_by(_CLUSTER)
        .agg(linked_firms=nw.len(), employment=nw.col("whole").sum())
    )


def _living(establishments: Lazy, cells: pd.DataFrame, sizes: Sizes) -> Lazy:
    """Living firms of the cells of every cluster."""
    placed = lazy_like(
        establishments, {c: cells[c].tolist() for c in ("region_key", "industry_key", "cluster")}
    ).with_columns(
        nw.col("region_key", "industry_key", "cluster").cast(nw.Int64),
    )
    living = grouped(establishments, _CELL, sizes, nw.len().alias("living")).with_columns(
        nw.col(*_CELL).cast(nw.Int64)
    )
    return (
        living.join(placed, on=["region_key", "industry_key"])
        .group_by(_CLUSTER)
        .agg(establishments=nw.col("living").sum())
    )


def _is_broad(table: pd.DataFrame, linked_share: float, least_firms: int) -> pd.Series[bool]:
    """Whether enough firms of every cluster and year are linked, with and without the hub."""
    broad = table[["linked_share", "linked_share_without_hub"]].min(axis=1) >= linked_share
    return broad & (table["linked_firms"] >= least_firms)


def _named(
    table: pd.DataFrame,
    cells: pd.DataFrame,
    inside: Lazy,
    establishments: Lazy,
    sizes: Sizes,
) -> FunctionalClusters:
    """Clusters of the years in which they are there, with cells and places of firms."""
    there = table[_CLUSTER].astype("int64")
    living = (
        grouped(establishments, _CELL, sizes, nw.len().alias("establishments"))
        .collect()
        .to_pandas()
        .astype("int64")
    )
    of_years = living.merge(cells.astype("int64")).merge(there, on=_CLUSTER)
    within = inside.filter(nw.col("supplier_cluster") == nw.col("customer_cluster")).with_columns(
        cluster="supplier_cluster"
    )
    members = _members(within).select(*_CLUSTER, "firm_key").unique()
    places = establishments.select(
        nw.col("firm_key").cast(nw.Int64), nw.col("year").cast(nw.Int64), "longitude", "latitude"
    ).filter(~nw.col("longitude").is_null(), ~nw.col("latitude").is_null())
    at = [*_CLUSTER, "longitude", "latitude"]
    points = (
        members.join(places, on=["firm_key", "year"])
        .group_by(at)
        .agg(firms=nw.len())
        .collect()
        .to_pandas()
        .merge(there, on=_CLUSTER)
        .sort_values(at, ignore_index=True)
    )
    return FunctionalClusters(
        of_years[[*_CELL, "cluster", "establishments"]].sort_values(_CELL, ignore_index=True),
        table[[*_CLUSTER, *_FIGURES]].reset_index(drop=True),
        points,
    )


_GRID = 2.0**20  # jobs on a grid add up to the same in any order
_FIGURES = [
    "establishments",
    "linked_firms",
    "linked_share",
    "linked_share_without_hub",
    "employment",
    "supply_ties",
    "ties_inside",
    "border_ties",
    "tie_persistence",
    "matching_ratio",
    "matching_degree",
    "cluster_p",
]


def _none() -> FunctionalClusters:
    """No clusters."""
    return FunctionalClusters(
        pd.DataFrame(columns=[*_CELL, "cluster", "establishments"], dtype="int64"),
        pd.DataFrame(columns=[*_CLUSTER, *_FIGURES], dtype="float64").astype(
            dict.fromkeys(_CLUSTER, "int64")
        ),
        pd.DataFrame(columns=[*_CLUSTER, "longitude", "latitude", "firms"], dtype="float64"),
    )
