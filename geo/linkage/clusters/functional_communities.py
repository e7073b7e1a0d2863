r"""Functional clusters: what lives off each other within reach, whatever borders run through it.

Cells are joined by what they trade with each other within reach beyond the usual
(`usual_reach.flows`), and the communities of that network (`communities`) are candidates. Cells and
not firms are what is joined: the signature of a chain is many buyers times many suppliers, and a
method that looks for dense groups of firms cuts so thin a network wherever chance left a gap.

Any network falls into communities, also one of chance. A candidate counts only where its trade is
more surprising than that of *any* candidate in each of many worlds of usual trade, to which the
same method is put. Beyond that it has to pass what question B asks of a cell, asked of it as one:
ties beyond the usual reach as a share of all, firms with a stable partner inside, also without the
largest hub, and ties that last.

Here belong candidates, their test and their figures. Their shapes are in `functional_shapes`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw
import numpy as np
import pandas as pd

from geo.linkage.clusters.communities import leiden_communities
from geo.linkage.collaboration.persistence import is_lasting, persistence_by_cell
from geo.linkage.tails import overdispersed_tail
from geo.linkage.usual_reach.excess import lack_of_fit
from geo.linkage.usual_reach.family import concentrated_matrix, family_of, stands_out
from geo.linkage.usual_reach.flows import ENDS, usual_flows
from geo.study.keys import Sizes, grouped, held, lazy_like, looked_up

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.linkage.usual_reach.family import Family
    from geo.study import Study

    Lazy = nw.LazyFrame[Any]
    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = ["FunctionalClusters", "candidates", "functional_clusters", "trade_of_cells"]

_CLUSTER = ["year", "cluster"]
_CELL = ["year", "region_key", "industry_key"]
_LOOSE = 0.005  # a cell whose ties with its community are more probable than this does not belong
_FEWEST_USUAL = 0.2  # ties of a flow that tells how much flows scatter
_FAR_OUT = 4.0  # standard errors that a flow counts for, at most
_PRUNINGS = 2
_FEWEST_YEARS = 2  # of ties, to see that they last


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
    study: Study, near: pd.DataFrame, concentrated: pd.DataFrame | None = None, *, seed: int = 0
) -> FunctionalClusters:
    r"""Functional clusters and their figures, year by year.

    A cluster is drawn once from all years, so that it keeps its name; it is there in those years
    in which it has at least `establishments` linked firms and the share `locally_linked_share` of
    them, floors of the study's thresholds.

    Parameters
    ----------
    study : Study
        The country.
    near : DataFrame
        As `regions_within_reach` returns it.
    concentrated : DataFrame, optional
        Cells that are concentrated: year, region_key, industry_key. What is usual is learned from
        the others first.
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
        - tie_persistence: share of the ties inside that are there again, over all years
        - usual_inside_share, excess_inside_share: share of its ties that would be inside by the
          usual reach, and the share of those beyond
        - cluster_p: chance of so surprising a cluster anywhere, were trade the usual
    """
    thresholds, sizes = study.thresholds, study.sizes
    if len(study.compared(study.supply_years)) < _FEWEST_YEARS:
        return _none()
    by_region = study.by_region
    dense = concentrated_matrix(study, concentrated)
    family = family_of(by_region, by_region.supply, dense, given_activity=True)
    flows = usual_flows(family, near, sizes=sizes)
    found = candidates(
        flows,
        trade_of_cells(family),
        spread=_spread(flows, family),
        dispersion=_dispersion(flows, family),
        seed=seed,
        significance=thresholds.significance,
    )
    found = found[found["excess_inside_share"] >= thresholds.excess_local_share]
    if not len(found):
        return _none()
    cells = found.drop_duplicates(["region_key", "industry_key"])[
        ["region_key", "industry_key", "cluster"]
    ]
    stable = held(_stable_ties(by_region.supply))
    inside = held(_inside(stable, cells, sizes))
    figures = _figures(inside, study.establishments, cells, sizes)
    told = found.drop_duplicates("cluster")[
        ["cluster", "usual_inside_share", "excess_inside_share", "cluster_p"]
    ]
    table = figures.merge(told, on="cluster")
    base = table["cluster"].map(_base_rates(stable, cells, sizes))
    lasts = is_lasting(
        table, base, floor=thresholds.tie_persistence, gain=thresholds.tie_persistence_gain
    )
    is_broad = _is_broad(table, thresholds.locally_linked_share, thresholds.establishments)
    return _named(table[lasts & is_broad], cells, inside, study.establishments, sizes)


def candidates(
    flows: pd.DataFrame,
    trade: pd.Series[float],
    *,
    spread: float,
    dispersion: float = 1.0,
    significance: float = 0.05,
    seed: int = 0,
) -> pd.DataFrame:
    r"""Communities of cells that no world of usual trade has the like of.

    In such a world every flow is a negative binomial count about what is usual, times a factor of
    each of its two cells, gamma with mean 1 and variance :math:`\tau^2 / 2`.

    Parameters
    ----------
    flows : DataFrame
        As `usual_flows` returns it.
    trade : Series of float
        As `trade_of_cells` returns it.
    spread : float
        :math:`\tau^2`, variance of the logarithm of a flow by what the usual reach leaves out.
    dispersion : float, default 1
        Variance of a flow over its mean by chance; 1 is Poisson's.
    significance : float, default 0.05
        Chance of any such community in a world of usual trade, at most.
    seed : int, default 0
        Of those worlds.

    Returns
    -------
    DataFrame
        One row per cell of such a community, sorted: cluster (from 0, by its first cell),
        region_key, industry_key; and of the community usual_inside_share and excess_inside_share
        (usual ties inside, and those beyond them, over all ties with an end in it), cluster_p.
    """
    network = _Network.of(flows, trade, spread, dispersion)
    worlds = int(np.ceil(1 / significance - 1e-9)) - 1
    ties = flows["ties"].to_numpy()
    label = network.communities(ties)
    strength = network.strengths(label, ties)
    strongest = np.empty(worlds)
    for world in range(worlds):
        drawn = network.drawn(np.random.default_rng([seed, world]))
        strongest[world] = network.strengths(network.communities(drawn), drawn).max(initial=0.0)
    p = (1 + (strongest[:, None] >= strength).sum(axis=0)) / (worlds + 1)
    table = pd.DataFrame(
        {
            "cluster": label,
            "region_key": network.region,
            "industry_key": network.industry,
            **network.shares(label, ties),
            "cluster_p": p[label],
        }
    )
    found: pd.DataFrame = table[(p <= significance)[label] & (strength > 0)[label]]
    return found.sort_values(["cluster", "region_key", "industry_key"], ignore_index=True)


def trade_of_cells(family: Family) -> pd.Series[float]:
    """Ends of different ties in every cell that trades, by region_key and industry_key."""
    sold, bought = family.seen.sold, family.seen.bought
    industry = family.industry_of_giver[sold["giver_key"].to_numpy(np.int64)]
    ends = [
        sold.assign(industry_key=industry),
        bought.rename(columns={"customer_industry": "industry_key"}),
    ]
    whole = pd.concat(ends)[["region_key", "industry_key", "ties"]]
    return whole.groupby(["region_key", "industry_key"])["ties"].sum() / family.seen.years_seen


def _spread(flows: pd.DataFrame, family: Family) -> float:
    r"""Variance of the logarithm of flows about the usual, of industries that nothing binds.

    It is twice that of what a cell trades in all, :math:`\tau^2 / 2`: flows themselves are too
    small for their quartiles to tell.
    """
    ordinary = ~stands_out(family)
    ends = [
        flows[[f"{end}_region", f"{end}_industry", "ties", "usual"]].set_axis(
            ["region_key", "industry_key", "local", "usual"], axis=1
        )
        for end in ("supplier", "customer")
    ]
    traded = pd.concat(ends).groupby(["region_key", "industry_key"], as_index=False).sum()
    cells = traded.assign(
        unsure=0.0,
        dispersion=1.0,
        is_concentrated=False,
        is_ordinary=ordinary[traded["industry_key"].to_numpy(np.int64)],
    )
    return 2 * lack_of_fit(cells)


def _dispersion(flows: pd.DataFrame, family: Family) -> float:
    """Variance of flows over their mean, of industries that nothing binds; at least 1.

    Ties bunch by firm: one large buyer makes many at once. Flows beyond four standard errors count
    as four, so that no real cluster makes chance of itself.
    """
    ordinary = ~stands_out(family)
    usual = flows["usual"].to_numpy(dtype=np.float64)
    tells = usual >= _FEWEST_USUAL
    for end in ("supplier", "customer"):
        tells &= ordinary[flows[f"{end}_industry"].to_numpy(np.int64)]
    if not tells.any():
        return 1.0
    squared = (flows["ties"].to_numpy(dtype=np.float64)[tells] - usual[tells]) ** 2 / usual[tells]
    return max(float(np.minimum(squared, _FAR_OUT**2).mean()), 1.0)


class _Network(NamedTuple):
    """Cells, and the flows between them."""

    region: Integers
    industry: Integers
    one: Integers
    other: Integers
    usual: Floats
    trade: Floats
    """Ends of ties in every cell, wherever the other end is."""
    spread: float
    dispersion: float

    @classmethod
    def of(
        cls, flows: pd.DataFrame, trade: pd.Series[float], spread: float, dispersion: float
    ) -> _Network:
        """Network of the flows, with what its cells trade in all."""
        ends = [
            pd.MultiIndex.from_frame(flows[[f"{e}_region", f"{e}_industry"]])
            for e in ("supplier", "customer")
        ]
        # A cell without a tie could have some.
        index = trade.index.append(ends).unique().sort_values()
        trade = trade.reindex(index, fill_value=0.0)
        one, other = (index.get_indexer(end) for end in ends)
        region, industry = (index.get_level_values(k).to_numpy(dtype=np.int64) for k in range(2))
        usual: Floats = flows["usual"].to_numpy(dtype=np.float64)
        every: Floats = trade.to_numpy().astype(np.float64)
        return cls(region, industry, one, other, usual, every, spread, dispersion)

    def drawn(self, rng: np.random.Generator) -> Floats:
        """Flows of a world of usual trade."""
        shape = 2 / max(self.spread, 1e-9)
        factor = rng.gamma(shape, 1 / shape, size=len(self.region))
        mean = self.usual * factor[self.one] * factor[self.other]
        if self.dispersion <= 1:
            return rng.poisson(mean).astype(np.float64)
        # A negative binomial is a Poisson count about a gamma mean.
        scale = self.dispersion - 1
        return rng.poisson(scale * rng.gamma(mean / scale)).astype(np.float64)

    def communities(self, ties: Floats) -> Integers:
        """Community of every cell by the ties beyond the usual."""
        beyond = ties - self.usual
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
        tails = self._tails(cell, ties[both], self.usual[both], len(label))
        held: npt.NDArray[np.bool_] = tails < _LOOSE
        return held

    def strengths(self, label: Integers, ties: Floats) -> Floats:
        """How surprising the ties inside every community are: minus the logarithm of the chance."""
        inside = label[self.one] == label[self.other]
        size = int(label.max(initial=-1)) + 1
        tail = self._tails(label[self.one][inside], ties[inside], self.usual[inside], size)
        strength: Floats = -np.log10(np.maximum(tail, 1e-300))
        return strength

    def shares(self, label: Integers, ties: Floats) -> dict[str, Floats]:
        """Usual ties inside the community of every cell, and those beyond, over all of its ties."""
        inside = label[self.one] == label[self.other]
        of = label[self.one][inside]
        size = int(label.max(initial=-1)) + 1
        seen, usual = (np.bincount(of, x[inside], size) for x in (ties, self.usual))
        # A tie inside has both of its ends there.
        whole = np.maximum(np.bincount(label, self.trade, size) - seen, 1e-9)
        return {
            "usual_inside_share": (usual / whole)[label],
            "excess_inside_share": ((seen - usual) / whole)[label],
        }

    def _tails(self, group: Integers, ties: Floats, usual: Floats, size: int) -> Floats:
        """Chance of at least so many ties in every group of flows; 1 where not more than usual."""
        seen, mean = (
            np.bincount(group, x, minlength=size).astype(np.float64) for x in (ties, usual)
        )
        squares = np.bincount(group, usual**2, minlength=size)
        variance = self.dispersion * mean + self.spread * squares
        tail = overdispersed_tail(seen, mean, variance)
        return np.where((seen > mean) & ~np.isnan(tail), tail, 1.0)


def _stable_ties(supply: Lazy) -> Lazy:
    """Supply ties with is_stable: whether each lasts, wherever its ends are."""
    return supply.select(
        "source_key",
        "target_key",
        nw.col("year").cast(nw.Int64),
        *ENDS,
        "lives_on",
        "lasts",
        "is_seen_later",
        is_stable=nw.col("lives_long"),
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
        (nw.col("lasts") | nw.col("is_seen_later")).cast(nw.Int64).sum().alias("kept"),
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
    "usual_inside_share",
    "excess_inside_share",
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
