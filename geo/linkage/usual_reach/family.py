"""The ties of one family, such as supply or knowledge, with the usual reach fitted to them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw
import numpy as np

from geo.linkage.usual_reach.fit import fit_reach
from geo.linkage.usual_reach.trade.distance_classes import with_distance_class
from geo.linkage.usual_reach.trade.points import Nearness, cell_points, near_regions
from geo.linkage.usual_reach.trade.strata import GIVER, Concentration, seen_ties, strata_of
from geo.linkage.usual_reach.trade.trades import trade_of
from geo.study.keys import held, lazy_like, looked_up

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from geo.linkage.usual_reach.model import Reach
    from geo.linkage.usual_reach.trade.points import CellPoints
    from geo.linkage.usual_reach.trade.strata import Seen
    from geo.study import Study

    Lazy = nw.LazyFrame[Any]
    Bools = npt.NDArray[np.bool_]
    Integers = npt.NDArray[np.int64]

__all__ = ["Family", "concentrated_matrix", "family_of", "firm_points", "nearness_of", "stands_out"]


class Family(NamedTuple):
    """Ties of a family and the usual reach of such ties."""

    ties: Lazy
    """Located ties with giver_key, distance_class, is_first, and is_across: whether the tie is
    local, or crosses into an adjoining region where the other end's cell is concentrated, too."""
    industry_of_giver: Integers
    """Industry of every giver; -1 where it is none."""
    seen: Seen
    reach: Reach


def family_of(study: Study, ties: Lazy, concentrated: Bools, *, given_activity: bool) -> Family:
    """Fit the usual reach to the ties between firms of a family.

    A giver is a kind of tie with the industry of the supplier; supply is of one kind.

    Parameters
    ----------
    study : Study
        The country.
    ties : LazyFrame
        `study.supply` or `study.knowledge`.
    concentrated : ndarray of bool, shape (regions, industries)
        As `concentrated_matrix` returns it.
    given_activity : bool
        Whether how much every region trades is given: a firm has to buy somewhere, but nobody has
        to cooperate.
    """
    sizes = study.sizes
    kinds = 1 + int(ties.select(nw.col("kind_key").max()).collect()["kind_key"].to_list()[0] or 0)
    givers = kinds * sizes.industries
    adjoins = study.adjoins if study.locality is None else np.zeros_like(study.adjoins)
    located = with_distance_class(
        ties.with_columns(
            nw.col("customer_industry").cast(nw.Int32),
            (nw.col("kind_key").cast(nw.Int32) * sizes.industries + nw.col("supplier_industry"))
            .cast(nw.Int32)
            .alias(GIVER),
            is_first=~nw.col("lasted") & ~nw.col("was_seen_before"),
        ),
        study.placed_firms.select("year", "longitude", "latitude", party_key=nw.col("firm_key")),
        sizes=sizes,
        parties=sizes.firms,
    )
    located = held(_with_across(located, concentrated, adjoins))
    seen = seen_ties(located, sizes=sizes)
    points = firm_points(study)
    of_givers = points if kinds == 1 else _repeated(points, kinds)
    parties = np.bincount(
        points.code % points.groups, points.parties(), minlength=points.groups
    ).astype(np.float64)
    one, other = np.nonzero(adjoins)
    concentration = Concentration(np.tile(concentrated, (1, kinds)), concentrated, (one, other))
    nearness = nearness_of(study)
    near = near_regions((points, points), nearness, concentration.pairs(), regions=sizes.regions)
    trades = [
        trade
        for strata in strata_of(seen, parties, regions=sizes.regions)
        if (trade := trade_of(strata, (of_givers, points), nearness, near, concentration))
    ]
    reach = fit_reach(trades, givers=givers, given_activity=given_activity)
    industries = np.tile(np.arange(sizes.industries), kinds)
    return Family(located, industries, seen, reach)


def concentrated_matrix(study: Study, concentrated: pd.DataFrame | None) -> Bools:
    """Cells that are concentrated in most of their years, shape (regions, industries).

    Parameters
    ----------
    study : Study
        The country.
    concentrated : DataFrame or None
        Cells that are concentrated: year, region_key, industry_key; None = not known, so none.
    """
    shape = (study.sizes.regions, study.sizes.industries)
    found = np.zeros(shape, dtype=np.int64)
    if concentrated is None or concentrated.empty:
        return found > 0
    keys = [concentrated[c].to_numpy(np.int64) for c in ("region_key", "industry_key")]
    known = (keys[0] < shape[0]) & (keys[1] < shape[1])
    np.add.at(found, (keys[0][known], keys[1][known]), 1)
    living = (
        study.establishments.select("year", "region_key", "industry_key")
        .unique()
        .group_by("region_key", "industry_key")
        .agg(years=nw.len())
        .collect()
    )
    years = np.ones(shape, dtype=np.int64)
    at = tuple(living[c].to_numpy().astype(np.int64) for c in ("region_key", "industry_key"))
    years[at] = living["years"].to_numpy()
    most: Bools = (found > 0) & (2 * found >= years)
    return most


def stands_out(family: Family) -> Bools:
    """Industries that take part in a stratum in which a block is left out, shape (industries,)."""
    found = np.zeros(int(family.industry_of_giver.max(initial=0)) + 1, dtype=bool)
    for trade in family.reach.trades:
        is_out = np.zeros(len(trade.customers), dtype=bool)
        is_out[trade.sellers.stratum[trade.home_out]] = True
        in_union = trade.sellers.union >= 0
        in_union[in_union] = trade.union_out[trade.sellers.union[in_union]]
        is_out[trade.sellers.stratum[in_union]] = True
        if is_out.any():
            found[family.industry_of_giver[trade.giver]] = True
        for stratum in np.flatnonzero(is_out):
            if len(trade.customers[stratum]) == 1:
                found[trade.customers[stratum][0]] = True
    return found


def firm_points(study: Study) -> CellPoints:
    """Places of the firms of every cell."""
    years = study.establishments.select("year").unique().collect()
    return cell_points(
        study.placed_firms.select(
            *("year", "region_key", "longitude", "latitude"),
            party_key=nw.col("firm_key"),
            group=nw.col("industry_key"),
        ),
        groups=study.sizes.industries,
        years=max(len(years), 1),
    )


def nearness_of(study: Study) -> Nearness:
    """When two parties are at one place, by the setting `local`."""
    locality, local = study.locality, study.settings.local
    if locality is None or isinstance(local, str):
        return Nearness()
    if local.km is not None:
        return Nearness(km=local.km)
    regions = study.sizes.regions
    related = np.zeros((regions, regions), dtype=bool)
    one, other = (locality.related[c].to_numpy(np.int64) for c in ("place_key", "other_place"))
    known = (one < regions) & (other < regions)
    related[one[known], other[known]] = True
    return Nearness(related=related)


def _repeated(points: CellPoints, kinds: int) -> CellPoints:
    """Places by kind of tie and industry: those of the industry, once for every kind."""
    sizes = np.diff(points.start)
    region, industry = points.code // points.groups, points.code % points.groups
    groups = kinds * points.groups
    code = np.concatenate([region * groups + k * points.groups + industry for k in range(kinds)])
    order = np.argsort(code, kind="stable")
    source = np.tile(np.arange(len(points.code)), kinds)[order]
    taken = sizes[source]
    start = np.concatenate([[0], np.cumsum(taken)])
    at = (
        np.repeat(points.start[source], taken) + np.arange(start[-1]) - np.repeat(start[:-1], taken)
    )
    return replace(
        points,
        groups=groups,
        code=code[order],
        start=start,
        xyz=points.xyz[at],
        party=points.party[at],
        weight=points.weight[at],
    )


def _with_across(ties: Lazy, concentrated: Bools, adjoins: Bools) -> Lazy:
    """Ties with is_across."""
    regions, industries = concentrated.shape
    pairs = np.flatnonzero(adjoins)
    cells = np.flatnonzero(concentrated)
    if not len(pairs) or not len(cells):
        return ties.with_columns(is_across="is_local")
    beside, dense = (
        lazy_like(ties, {"slot": found.tolist(), "value": [0] * len(found)}).with_columns(
            nw.col("slot", "value").cast(nw.Int64)
        )
        for found in (pairs, cells)
    )
    region = {end: nw.col(f"{end}_region").cast(nw.Int64) for end in ("supplier", "customer")}
    slots = {
        f"{end}_cell": region[end] * industries + nw.col(f"{end}_industry")
        for end in ("supplier", "customer")
    }
    coded = ties.with_columns(**slots, pair_=region["supplier"] * regions + region["customer"])
    found = looked_up(coded, {"beside_": "pair_"}, beside, size=regions * regions)
    found = looked_up(found, {f"{c}_dense": c for c in slots}, dense, size=regions * industries)
    crosses = (
        (nw.col("beside_") >= 0)
        & (nw.col("supplier_cell_dense") >= 0)
        & (nw.col("customer_cell_dense") >= 0)
    )
    return found.with_columns(is_across=nw.col("is_local") | crosses).drop(
        *slots, "pair_", "beside_", *(f"{c}_dense" for c in slots)
    )
