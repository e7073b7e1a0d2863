"""What the ties of one family say of every cell: how many, how local, how broad, how lasting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw
import numpy as np
import pandas as pd

from geo.linkage.collaboration.breadth import stably_linked_firms
from geo.linkage.collaboration.hubs import cell_hubs, ends_without_hub, hub_pairs
from geo.linkage.collaboration.nearness import cell_ties, near_hubs, near_partner_ends
from geo.linkage.collaboration.overdispersion import (
    BUNCHES,
    bunches,
    dispersion,
    firm_ends,
    own_ends,
    partner_ends,
)
from geo.linkage.matching import CELL
from geo.linkage.tails import wilson_interval
from geo.linkage.usual_reach.excess import Excess, excess_of, lack_of_fit, usual_by_cell
from geo.linkage.usual_reach.family import stands_out
from geo.linkage.usual_reach.trade.strata import seen_ties
from geo.linkage.usual_reach.usual import usual_ties
from geo.linkage.usual_reach.without_hub import usual_without_hub
from geo.study.keys import grouped, held, lazy_like, looked_up, packed

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.linkage.usual_reach.family import Family
    from geo.study import Study

    Lazy = nw.LazyFrame[Any]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

__all__ = ["family_evidence"]

_LINKED = "stably_linked_firms"


def family_evidence(
    study: Study,
    family: Family,
    cells: pd.DataFrame,
    concentrated: Bools,
    *,
    by_pair: bool,
    spread: float | None = None,
    across: bool = False,
) -> pd.DataFrame:
    """Ties of every cell against the usual reach, with and without the hub; firms with partners.

    Parameters
    ----------
    study : Study
        The country.
    family : Family
        Ties with the usual reach fitted to them.
    cells : DataFrame
        The columns of `CELL` and living_firms; one row per cell that is asked.
    concentrated : ndarray of bool, shape (regions, industries)
        As `concentrated_matrix` returns it.
    by_pair : bool
        Whether it is the pair of firms that stays together, as in supply; else a firm with any
        local partner in the year counts as linked.
    spread : float, optional
        Lack of fit; measured where not given.
    across : bool, default False
        Whether ties that cross a border within a chain count as local.

    Returns
    -------
    DataFrame
        On the index of `cells`, float64:

        - ties, local: ties with an end in the cell, and those that are local; 0 where none
        - dispersion, dispersion_without_hub: how much local ties bunch by firm, at least 1
        - usual, unsure: local ties by the usual reach, and the variance of what was estimated
        - spread: lack of fit, one number; is_crowded: as `strata` has it
        - excess, excess_low, excess_high, p, q: as `Excess` has them
        - hub_key, hub_ties: the hub and its local ties with the cell; NaN without local ties
        - ties_without_hub, local_without_hub, usual_without_hub, unsure_without_hub and the
          columns of `Excess` but q with that suffix: the same without the hub
        - linked, linked_low, linked_high: share of living firms with a local partner (`by_pair`:
          one that stays), and its 95 % Wilson interval; NaN in a year that no other can be
          compared with
        - linked_without_hub: the same without the hub
        - usual_linked: the share that firms with so many (lasting) ties would have by the usual
          reach
    """
    ties = family.ties
    if across:
        ties = held(
            ties.with_columns(
                is_local="is_across", is_stable=nw.col("is_across") & nw.col("lives_long")
            )
        )
        ties = _of_cells(ties, cells, study)
    seen = seen_ties(family.ties, sizes=study.sizes, across=True) if across else family.seen
    usual = usual_ties(family.reach, seen, family.industry_of_giver, across=across).table()
    by_region = study.locality is None and not across
    if not by_pair:
        ties = ties.with_columns(is_stable="is_local", lives_long=nw.lit(value=True))
    found = _counted(ties, cells, study, by_region=by_region)
    expected = usual_by_cell(usual, family.industry_of_giver)
    table = cells[[*CELL, "living_firms"]].merge(found.table, on=CELL, how="left")
    table = table.merge(expected, on=CELL, how="left", validate="one_to_one")
    without = usual_without_hub(
        usual, found.hubs, ties, family.reach, family.industry_of_giver, sizes=study.sizes
    )
    lone = usual_by_cell(without, family.industry_of_giver)
    lone = lone.rename(columns={c: f"{c}_without_hub" for c in ("usual", "unsure")})
    table = table.merge(lone, on=CELL, how="left", validate="one_to_one")
    numbers = [c for c in table.columns if c not in {*CELL, "hub_key", "hub_ties"}]
    table[numbers] = table[numbers].astype("float64").fillna(0.0)
    # Nothing is known of a year without any tie of the family.
    years = set(table.loc[table["ties"] > 0, "year"]) if not across else set(table["year"])
    tested = _tested(table, family, concentrated, spread=spread, known=table["year"].isin(years))
    shares = _linked_shares(table, found.own, study, years=sorted(years))
    return pd.concat([tested, shares], axis=1).set_axis(cells.index, axis=0)


class _Counted(NamedTuple):
    """Counts of the ties of every cell."""

    table: pd.DataFrame
    """By cell, with and without the hub."""
    hubs: pd.DataFrame
    """The columns of `CELL`, hub_key, hub_industry, is_own."""
    own: Lazy
    """Ties of the firms of every cell."""


def _of_cells(ties: Lazy, cells: pd.DataFrame, study: Study) -> Lazy:
    """Ties that have an end in some cells, or in the industry's trade about them."""
    sizes = study.sizes
    keys = (cells["region_key"] * sizes.industries + cells["industry_key"]).drop_duplicates()
    table = lazy_like(ties, {"slot": keys.tolist(), "value": [0] * len(keys)}).with_columns(
        nw.col("slot", "value").cast(nw.Int64)
    )
    slots = {
        f"{end}_cell_": nw.col(f"{end}_region").cast(nw.Int64) * sizes.industries
        + nw.col(f"{end}_industry")
        for end in ("supplier", "customer")
    }
    found = looked_up(
        ties.with_columns(**slots),
        {f"{c}found": c for c in slots},
        table,
        size=sizes.regions * sizes.industries,
    )
    is_theirs = nw.any_horizontal(*(nw.col(f"{c}found") >= 0 for c in slots), ignore_nulls=True)
    return held(found.filter(is_theirs).drop(*slots, *(f"{c}found" for c in slots)))


def _counted(ties: Lazy, cells: pd.DataFrame, study: Study, *, by_region: bool) -> _Counted:
    """Counts by cell; `by_region` says that a tie is local just where both ends are in one."""
    sizes = study.sizes
    ends = held(firm_ends(ties, sizes=sizes))
    own = held(own_ends(ends, sizes=sizes))
    if by_region:
        partners, hubs = partner_ends(ends), held(cell_hubs(own, ends, sizes=sizes))
    else:
        partners = near_partner_ends(ties, ends, sizes=sizes)
        hubs = held(near_hubs(own, ties, sizes=sizes))
    pairs = held(hub_pairs(ties, hubs, sizes=sizes))
    own_left, partners_left = (
        ends_without_hub(rows, hubs, pairs, sizes=sizes) for rows in (own, partners)
    )
    own_left = held(own_left)
    table = _collected(
        grouped(
            cell_ties(ties),
            CELL,
            sizes,
            nw.len().cast(nw.Float64).alias("ties"),
            nw.col("is_local").cast(nw.Int64).sum().cast(nw.Float64).alias("local"),
        )
    )
    left = stably_linked_firms(own_left, sizes=sizes).rename({_LINKED: f"{_LINKED}_without_hub"})
    of_hubs = _collected(hubs)
    for part in (
        _dispersion(own, partners, study).rename(columns={"phi": "dispersion"}),
        _dispersion(own_left, partners_left, study).rename(
            columns={"phi": "dispersion_without_hub"}
        ),
        of_hubs[[*CELL, "hub_key", "hub_ties"]],
        _collected(stably_linked_firms(own, sizes=sizes)),
        _collected(left),
        _ties_of_hubs(own, hubs, study),
    ):
        table = table.merge(part, on=CELL, how="left", validate="one_to_one")
    theirs = table["ties_of_hub"].fillna(table["hub_ties"])
    table = table.assign(
        hub_is_own=table.pop("ties_of_hub").notna(),
        ties_without_hub=table["ties"] - theirs.fillna(0.0),
        local_without_hub=table["local"] - table["hub_ties"].fillna(0.0),
    )
    is_own = of_hubs["hub_industry"] == of_hubs["industry_key"]
    told = of_hubs.assign(is_own=is_own, hub_industry=_industry_of_hubs(of_hubs, study))
    asked = cells[CELL].merge(told, on=CELL)
    return _Counted(table, asked, own)


def _industry_of_hubs(hubs: pd.DataFrame, study: Study) -> npt.NDArray[np.int64]:
    """Industry of every hub in its year."""
    keys = hubs[["year", "hub_key"]].drop_duplicates().astype("int64")
    firms = (
        study.establishments.select(
            nw.col("year").cast(nw.Int64),
            nw.col("industry_key").cast(nw.Int64),
            hub_key=nw.col("firm_key").cast(nw.Int64),
        )
        .join(
            lazy_like(
                study.establishments, {c: keys[c].tolist() for c in keys.columns}
            ).with_columns(nw.col(*keys.columns).cast(nw.Int64)),
            on=["year", "hub_key"],
        )
        .collect()
        .to_pandas()
    )
    named = hubs[["year", "hub_key"]].merge(firms, on=["year", "hub_key"], how="left")
    return named["industry_key"].fillna(-1).to_numpy(dtype=np.int64)


def _ties_of_hubs(own: Lazy, hubs: Lazy, study: Study) -> pd.DataFrame:
    """All ties of the hubs that are firms of the cell: the columns of `CELL`, ties_of_hub."""
    sizes = study.sizes
    mine = hubs.select(code_=packed([*CELL, "hub_key"], sizes))
    rows = own.with_columns(code_=packed([*CELL, "firm_key"], sizes)).join(mine, on="code_")
    return _collected(rows.select(*CELL, ties_of_hub=nw.col("ties").cast(nw.Float64)))


def _dispersion(own: Lazy, partners: Lazy, study: Study) -> pd.DataFrame:
    """How much the local ties of every cell bunch by firm: the columns of `CELL`, phi."""
    sides = [_collected(bunches(rows, sizes=study.sizes)) for rows in (own, partners)]
    both = sides[0].merge(sides[1], on=CELL, how="outer", suffixes=("_own", "_partners"))
    parts = [
        both[[f"{c}_{side}" for c in BUNCHES]].set_axis(BUNCHES, axis=1).astype("float64")
        for side in ("own", "partners")
    ]
    return both[CELL].assign(phi=dispersion(*parts))


def _tested(
    table: pd.DataFrame,
    family: Family,
    concentrated: Bools,
    *,
    spread: float | None,
    known: pd.Series[bool],
) -> pd.DataFrame:
    """The test with and without the hub."""
    at = (table["region_key"].to_numpy(np.int64), table["industry_key"].to_numpy(np.int64))
    dense = concentrated[at]
    views = []
    for suffix in ("", "_without_hub"):
        names = ("ties", "local", "usual", "unsure", "dispersion")
        view = table[[f"{c}{suffix}" for c in names]].set_axis(names, axis=1)
        view = view.where(known).assign(
            year=table["year"],
            dispersion=view["dispersion"].clip(lower=1.0),
            is_concentrated=dense,
            is_ordinary=~stands_out(family)[at[1]],
        )
        views.append(view)
    if spread is None:
        spread = lack_of_fit(views[0].dropna())
    columns: dict[str, Any] = {"spread": spread, "is_crowded": dense}
    for suffix, view in zip(("", "_without_hub"), views, strict=True):
        with_hubs = table["hub_key"].notna() | ~known
        shown = view.where(with_hubs, views[0]) if suffix else view
        excess = excess_of(shown, spread=spread)
        for name in ("ties", "local", "usual", "unsure", "dispersion"):
            columns[f"{name}{suffix}"] = shown[name].to_numpy()
        for field, name in zip(Excess._fields, _EXCESS, strict=True):
            columns[f"{name}{suffix}"] = getattr(excess, field)
    # Without its hub a cell is asked again what it has passed: no further adjustment is due.
    del columns["q_without_hub"]
    columns["hub_key"] = table["hub_key"].astype("float64").to_numpy()
    columns["hub_ties"] = table["hub_ties"].astype("float64").to_numpy()
    return pd.DataFrame(columns, index=table.index)


_EXCESS = ("excess", "excess_low", "excess_high", "p", "q")


def _linked_shares(
    table: pd.DataFrame, own: Lazy, study: Study, *, years: list[int]
) -> pd.DataFrame:
    """Shares of living firms with a stable local partner, and the usual one."""
    is_compared = table["year"].isin(study.compared(years))
    living = table["living_firms"]
    linked, without = table[_LINKED], table[f"{_LINKED}_without_hub"]
    bounds = wilson_interval(linked, living)
    lasting = _collected(
        grouped(own, [*CELL, "lasting"], study.sizes, nw.len().cast(nw.Float64).alias("firms"))
    )
    share = table[CELL].assign(p=(table["usual"] / table["ties"]).clip(0.0, 1.0))
    # Sums of floats depend on their order, and groups come in any.
    firms = lasting.sort_values([*CELL, "lasting"]).merge(share, on=CELL)
    firms["linked"] = firms["firms"] * (1 - (1 - firms["p"]) ** firms["lasting"])
    usual = table[CELL].merge(
        firms.groupby(CELL, as_index=False)["linked"].sum(), on=CELL, how="left"
    )["linked"]
    others = living - table["hub_is_own"]
    return pd.DataFrame(
        {
            "linked": linked / living,
            "linked_low": bounds.low,
            "linked_high": bounds.high,
            "linked_without_hub": (without / others).where(others > 0, 0.0),
            "usual_linked": (usual / living).fillna(0.0),
        },
        index=table.index,
    ).where(is_compared)


def _collected(frame: Lazy) -> pd.DataFrame:
    table: pd.DataFrame = frame.collect().to_pandas()
    return table
