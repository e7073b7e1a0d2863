"""Test C: whether service and innovation institutions stand with the firms or merely near.

Presence without a tie counts for nothing: an idle university is no ecosystem.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pandas as pd

from geo.linkage.matching import CELL
from geo.linkage.tails import wilson_interval
from geo.linkage.usual_reach.excess import excess_of, lack_of_fit, usual_by_cell
from geo.linkage.usual_reach.family import firm_points, nearness_of
from geo.linkage.usual_reach.fit import fit_reach
from geo.linkage.usual_reach.trade.distance_classes import with_distance_class
from geo.linkage.usual_reach.trade.points import cell_points, near_regions
from geo.linkage.usual_reach.trade.strata import Concentration, seen_ties, strata_of
from geo.linkage.usual_reach.trade.trades import trade_of
from geo.linkage.usual_reach.usual import usual_ties
from geo.study.keys import held, lazy_like
from geo.vocabulary import INNOVATION_KINDS, INSTITUTION_KINDS, SERVICE_KINDS

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.linkage.usual_reach.trade.points import CellPoints
    from geo.study import Study

    Lazy = nw.LazyFrame[Any]
    Bools = npt.NDArray[np.bool_]

__all__ = ["ecosystem_by_cell", "known_families"]

_FAMILIES = {"innovation": INNOVATION_KINDS, "service": SERVICE_KINDS}
_REACH = 0.1  # of a cell's firms, for a kind to be counted


def known_families(institutions: pd.DataFrame) -> dict[str, bool]:
    """Whether any institution of a family is anywhere in the data.

    Where none is, its absence beside a cell says nothing.

    Parameters
    ----------
    institutions : DataFrame
        Column kind.

    Returns
    -------
    dict
        By family, innovation and service.
    """
    return {
        family: bool(institutions["kind"].isin(list(kinds)).any())
        for family, kinds in _FAMILIES.items()
    }


def ecosystem_by_cell(
    study: Study,
    living: pd.DataFrame,
    concentrated: Bools,
    *,
    beside: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Ties of every cell's firms with institutions, and their test against the usual reach.

    Parameters
    ----------
    study : Study
        The country.
    living : DataFrame
        One row per cell that is asked: the columns of `CELL` and living_firms.
    concentrated : ndarray of bool, shape (regions, industries)
        As `concentrated_matrix` returns it.
    beside : DataFrame, optional
        The columns of `CELL` and other_region_key: where given, institutions of the other region
        are local to the firms of the cell, too.

    Returns
    -------
    DataFrame
        One row per row of `living`, in its order, with the columns of `CELL` and

        - tied_institutions: local institutions that a firm of the cell is tied to
        - institution_kinds: kinds among them that reach at least a tenth of the cell's firms
        - institution_tied_share, institution_tied_share_low, institution_tied_share_high: share
          of the cell's firms tied to a local institution, with its 95 % Wilson interval
        - innovation_reach, service_reach: the same, of innovation and of service institutions
        - innovation_kind_reach, service_kind_reach: the same, of the one kind of each family that
          reaches most
        - institution_ties, local_institution_ties: ties of the cell's firms with institutions,
          and with local ones
        - usual_local_institution_ties: local ones by the usual reach of such ties
        - institution_p, institution_q: chance of so many, and adjusted over the cells of a year
        - innovation_known, service_known: whether such an institution is anywhere in the data

        All are NaN in a year without any tie with an institution; the reaches of a family of
        which no institution is in the data are NaN in every year.
    """
    located = study.institution_ties
    if beside is not None:
        located = _with_beside(located, beside)
    table = living[[*CELL, "living_firms"]].reset_index(drop=True)
    counted: list[str] = []
    for counts in _counts(located):
        counted += [c for c in counts.columns if c not in table.columns]
        table = table.merge(counts, how="left", validate="many_to_one")
    is_seen = table["all_institution_ties"] > 0
    table[counted] = table[counted].astype("float64").fillna(0.0).where(is_seen)
    size = table["living_firms"].to_numpy(dtype=np.float64)
    bounds = wilson_interval(table["tied_firms"].to_numpy(), size)
    known = known_families(study.institutions)
    reached = table[list(INSTITUTION_KINDS)].div(size, axis=0)
    families = {
        name: values if known[family] else np.full(len(table), np.nan)
        for family, kinds in _FAMILIES.items()
        for name, values in (
            (f"{family}_reach", table[family] / size),
            (f"{family}_kind_reach", reached[list(kinds)].max(axis=1)),
        )
    }
    usual = _usual(study, located, concentrated, beside)
    table = table.merge(usual, on=CELL, how="left", validate="one_to_one")
    test = _tested(table, concentrated)
    return table[CELL].assign(
        tied_institutions=table["tied_institutions"],
        institution_kinds=(reached >= _REACH).sum(axis=1).astype("float64").where(is_seen),
        institution_tied_share=table["tied_firms"] / size,
        institution_tied_share_low=bounds.low,
        institution_tied_share_high=bounds.high,
        **families,
        institution_ties=table["institution_ties"],
        local_institution_ties=table["local_institution_ties"],
        **test,
        **{f"{family}_known": is_known for family, is_known in known.items()},
    )


def _with_beside(located: Lazy, beside: pd.DataFrame) -> Lazy:
    """Ties, those with institutions of the other region of a cell being local, too."""
    keys = [*CELL, "institution_region"]
    pairs = beside.rename(columns={"other_region_key": "institution_region"})[keys]
    named = lazy_like(located, {c: pairs[c].astype("int64").tolist() for c in keys})
    kinds = located.collect_schema()
    named = named.with_columns(
        *(nw.col(c).cast(kinds[c]) for c in keys), is_beside=nw.lit(value=True)
    )
    joined = located.join(named, on=keys, how="left")
    across = nw.col("is_local") | nw.col("is_beside").fill_null(value=False)
    return joined.with_columns(is_local=across).drop("is_beside")


def _usual(
    study: Study, located: Lazy, concentrated: Bools, beside: pd.DataFrame | None
) -> pd.DataFrame:
    """Local institution ties of cells by the usual reach: the columns of `CELL`, usual, unsure.

    A kind of institution is to firms what a supplying industry is to its customers; so how far its
    ties reach is learned for each kind.
    """
    nothing = pd.DataFrame(columns=[*CELL, "usual", "unsure"], dtype="float64")
    if study.institutions.empty:
        return nothing
    kinds = list(INSTITUTION_KINDS)
    sizes = study.sizes
    ties = _as_ties(study, located, kinds)
    own = ties if beside is None else ties.with_columns(is_local="is_home")
    seen = seen_ties(own, sizes=sizes)
    points = firm_points(study), _institution_points(study, kinds)
    kind_of = points[0].code % points[0].groups
    parties: npt.NDArray[np.float64] = np.bincount(
        kind_of, points[0].parties(), sizes.industries
    ).astype(np.float64)
    concentration = Concentration(
        np.zeros((sizes.regions, len(kinds)), dtype=bool),
        concentrated,
        (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)),
        None if beside is None else _pairs(beside),
    )
    nearness = nearness_of(study)
    near = near_regions(points, nearness, concentration.pairs(), regions=sizes.regions)
    trades = [
        trade
        for strata in strata_of(seen, parties, regions=sizes.regions)
        if (trade := trade_of(strata, points[::-1], nearness, near, concentration))
    ]
    reach = fit_reach(trades, givers=len(kinds))
    counted = seen if beside is None else seen_ties(ties, sizes=sizes)
    nobody = np.full(len(kinds), -1)
    usual = usual_ties(reach, counted, nobody, across=beside is not None).table()
    return usual_by_cell(usual[~usual["sells"].astype(bool)], nobody) if len(usual) else nothing


def _pairs(beside: pd.DataFrame) -> pd.DataFrame:
    """Regions of institutions beside those of firms, by industry of the firms."""
    return (
        beside[["other_region_key", "region_key", "industry_key"]]
        .drop_duplicates()
        .set_axis(["supplier_region", "customer_region", "customer_industry"], axis=1)
    )


def _as_ties(study: Study, located: Lazy, kinds: list[str]) -> Lazy:
    """Ties with institutions as ties of a supplier, the institution, with a customer, the firm."""
    giver: nw.Expr = nw.lit(0)
    for number, kind in enumerate(kinds):
        giver = nw.when(nw.col("institution_kind") == kind).then(nw.lit(number)).otherwise(giver)
    pair = ["institution_key", "firm_key"]
    first = located.group_by(pair).agg(first_=nw.col("year").min())
    ties = located.join(first, on=pair).select(
        "year",
        "is_local",
        source_key=nw.col("institution_key").cast(nw.Int64),
        target_key=nw.col("firm_key").cast(nw.Int64),
        giver_key=giver.cast(nw.Int32),
        customer_industry=nw.col("industry_key").cast(nw.Int32),
        supplier_region=nw.col("institution_region").cast(nw.Int32),
        customer_region=nw.col("region_key").cast(nw.Int32),
        is_first=nw.col("year") == nw.col("first_"),
        is_across="is_local",
    )
    is_home = nw.col("supplier_region") == nw.col("customer_region")
    ties = ties.with_columns(is_home=is_home if study.locality is None else nw.col("is_local"))
    parties = study.firms + len(study.institutions)
    classed = with_distance_class(
        ties.rename({"is_local": "is_counted"}).with_columns(is_local="is_home"),
        _places(study),
        sizes=study.sizes,
        parties=max(parties, int(study.institutions["institution_key"].max()) + 1),
    )
    return held(classed.with_columns(is_local="is_counted").drop("is_counted"))


def _places(study: Study) -> Lazy:
    """Places of firms and institutions by year: party_key, year, longitude, latitude."""
    firms = study.placed_firms.select(
        party_key=nw.col("firm_key").cast(nw.Int64),
        year=nw.col("year").cast(nw.Int64),
        longitude=nw.col("longitude").cast(nw.Float64),
        latitude=nw.col("latitude").cast(nw.Float64),
    )
    table = study.placed_institutions
    years = range(study.sizes.first_year, study.sizes.first_year + study.sizes.years)
    columns = {
        "party_key": np.repeat(table["institution_key"].to_numpy(np.int64), len(years)).tolist(),
        "year": np.tile(list(years), len(table)).tolist(),
        **{
            c: np.repeat(table[c].to_numpy(np.float64), len(years)).tolist()
            for c in ("longitude", "latitude")
        },
    }
    return nw.concat([firms, lazy_like(study.establishments, columns)])


def _institution_points(study: Study, kinds: list[str]) -> CellPoints:
    """Places of the institutions of every region and kind."""
    table = study.placed_institutions
    rows = lazy_like(
        study.establishments,
        {
            "party_key": table["institution_key"].to_numpy(np.int64).tolist(),
            "region_key": table["region_key"].to_numpy(np.int64).tolist(),
            "group": [kinds.index(kind) for kind in table["kind"]],
            "year": [study.sizes.first_year] * len(table),
            **{c: table[c].to_numpy(np.float64).tolist() for c in ("longitude", "latitude")},
        },
    )
    return cell_points(rows, groups=len(kinds), years=1)


def _tested(table: pd.DataFrame, concentrated: Bools) -> dict[str, Any]:
    """The test of every cell: usual_local_institution_ties, institution_p, institution_q."""
    at = (table["region_key"].to_numpy(np.int64), table["industry_key"].to_numpy(np.int64))
    is_known = table["local_institution_ties"].notna()
    cells = pd.DataFrame(
        {
            "year": table["year"],
            "ties": table["institution_ties"],
            "local": table["local_institution_ties"],
            "usual": table["usual"].fillna(0.0).where(is_known),
            "unsure": table["unsure"].fillna(0.0).where(is_known),
            "dispersion": 1.0,
            "is_concentrated": concentrated[at],
            "is_ordinary": True,
        }
    )
    excess = excess_of(cells, spread=lack_of_fit(cells.dropna()))
    return {
        "usual_local_institution_ties": cells["usual"].to_numpy(),
        "institution_p": excess.p,
        "institution_q": excess.q,
    }


def _counts(located: Lazy) -> list[pd.DataFrame]:
    """What is counted of located institution ties: per cell, per region of institutions, per year.

    Columns that count firms bear the name of the kind or the family whose institutions they count.
    """
    of_cell = located.group_by(CELL).agg(
        institution_ties=nw.len(), local_institution_ties=nw.col("is_local").cast(nw.Int64).sum()
    )
    local = located.filter(nw.col("is_local"))
    tied = local.group_by(CELL).agg(
        tied_firms=nw.col("firm_key").n_unique(),
        tied_institutions=nw.col("institution_key").n_unique(),
    )
    is_of = [
        nw.col("institution_kind").is_in(list(kinds)).cast(nw.Int64).max().alias(name)
        for name, kinds in _FAMILIES.items()
    ] + [
        (nw.col("institution_kind") == kind).cast(nw.Int64).max().alias(kind)
        for kind in INSTITUTION_KINDS
    ]
    reached = (
        local.group_by(*CELL, "firm_key")
        .agg(*is_of)
        .group_by(CELL)
        .agg(nw.col(*_FAMILIES, *INSTITUTION_KINDS).sum())
    )
    whole = located.group_by("year").agg(all_institution_ties=nw.len())
    return [
        frame.collect().to_pandas()
        for frame in (
            of_cell,
            tied,
            reached,
            whole,
        )
    ]
