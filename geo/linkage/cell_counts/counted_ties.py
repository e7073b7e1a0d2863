r"""Test B where ties are counted between cells, and no pair of firms may leave the office.

The null is that of pairs (`usual_reach`), on the distances between regions: all firms of a region
stand at one point, so every local tie is in one class of distance, and what is usual at home is
told by the regions among themselves. What pairs tell beyond counts is bounded by them, or open:

- *Bunching*: how much ties bunch by firm is not seen. Counts say no more than how many ties a firm
  of the row has on average, which is the least they can bunch.
- *Breadth*: firms of the cell with a local partner are at least those of its largest row within the
  region, and at most those of all its rows together.
- *The largest hub* has at most so many local ties as its rows leave to one firm. What exceeds the
  usual without so many exceeds it without the hub; what does not is open.
- *Lasting*: of the ties of a year, those that are seen again in the next are kept at the least. One
  that comes back after a gap lasts, too, and counts as new when it does: so many more may be kept.
  A tie whose firm has died counts as lost, there as everywhere.

Here belong the counts and their bounds. The fit and the test are those of `usual_reach`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl

from geo.linkage.matching import CELL
from geo.linkage.tails import wilson_interval
from geo.linkage.usual_reach.excess import Excess, excess_of, lack_of_fit, usual_by_cell
from geo.linkage.usual_reach.family import Family, stands_out
from geo.linkage.usual_reach.fit import fit_reach
from geo.linkage.usual_reach.trade.distance_classes import EDGES_KM
from geo.linkage.usual_reach.trade.points import CellPoints, Nearness, near_regions
from geo.linkage.usual_reach.trade.strata import GIVER, Concentration, Seen, strata_of
from geo.linkage.usual_reach.trade.trades import trade_of
from geo.linkage.usual_reach.usual import usual_ties
from geo.sphere import haversine_of_km, unit_vectors

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Bools = npt.NDArray[np.bool_]

__all__ = [
    "CellTies",
    "Country",
    "counts_by_cell",
    "excess_of_counts",
    "fitted_counts",
    "flows_by_cell",
    "lasting_by_cell",
    "located_counts",
    "seen_counts",
]

_ENDS = ["supplier_region", "supplier_industry", "customer_region", "customer_industry"]
_COUNTS = ["ties", "suppliers", "customers", "ties_seen_again"]
_MOST_PLACES = 48  # of a cell, all at one point: what is no pair is one firm with itself
_KEY = [GIVER, *_ENDS]


class Country(NamedTuple):
    """What counts are laid over."""

    cells: pd.DataFrame
    """year, region_key, industry_key, establishments (NaN = not known), sorted."""
    places: pd.DataFrame
    """longitude, latitude (degrees) of the point of every region, by region_key from 0."""
    industries: int
    adjoins: Bools
    """Whether two regions adjoin, shape (regions, regions), both ways."""
    concentrated: Bools
    """Cells that are concentrated in most of their years, shape (regions, industries)."""

    @property
    def regions(self) -> int:
        """Number of regions."""
        return len(self.places)


class CellTies(NamedTuple):
    """Counts of one family of ties with the usual reach fitted to them."""

    rows: pd.DataFrame
    """As `located_counts` returns them."""
    family: Family
    country: Country


def located_counts(
    links: pd.DataFrame, country: Country, kinds: tuple[str, ...], *, amount: str = "ties"
) -> pd.DataFrame:
    """Counts between cells with the class of their distance.

    Parameters
    ----------
    links : DataFrame
        source_region_key, source_industry_key, target_region_key, target_industry_key, year, kind,
        ties, suppliers, customers, ties_seen_again, value; NaN = not known.
    country : Country
        Where the cells are.
    kinds : tuple of str
        Kinds of the family.
    amount : str, default "ties"
        Column that counts.

    Returns
    -------
    DataFrame
        One row per year, kind and pair of cells that may have ties: year, giver_key,
        supplier_region, supplier_industry, customer_region, customer_industry, distance_class,
        is_local, is_across (local, or both cells concentrated and their regions adjoining),
        is_withheld, and the counts ties (0 where withheld), suppliers, customers, ties_seen_again.
    """
    number = {kind: k for k, kind in enumerate(kinds)}
    rows = links[links["kind"].isin(kinds) & ~(links[amount] == 0)]
    ends = [
        rows[c].to_numpy(np.int64)
        for c in (
            "source_region_key",
            "source_industry_key",
            "target_region_key",
            "target_industry_key",
        )
    ]
    kind = rows["kind"].map(number).to_numpy(np.int64)
    seller, sold_by, buyer, bought_by = ends
    dense = country.concentrated
    crosses = country.adjoins[seller, buyer] & dense[seller, sold_by] & dense[buyer, bought_by]
    is_local = seller == buyer
    columns: dict[str, Any] = {
        "year": rows["year"].to_numpy(np.int64),
        GIVER: kind * country.industries + sold_by,
        **dict(zip(_ENDS, ends, strict=True)),
        "distance_class": 2 * _bins(country.places, seller, buyer) + is_local,
        "is_local": is_local,
        "is_across": is_local | crosses,
    }
    counts = {c: rows[c].to_numpy(np.float64) for c in _COUNTS}
    counts["ties"] = rows[amount].fillna(0.0).to_numpy(np.float64)
    columns["is_withheld"] = rows[amount].isna().to_numpy()
    table = pd.DataFrame(columns | counts)
    return table.sort_values(["year", GIVER, *_ENDS], ignore_index=True)


def _bins(places: pd.DataFrame, one: Integers, other: Integers) -> Integers:
    """Bin of the distance between the points of two regions."""
    regions = len(places)
    xyz = unit_vectors(places["longitude"].to_numpy(), places["latitude"].to_numpy())
    # The haversine of an angle is half of one less its cosine.
    haversine = np.clip((1 - xyz @ xyz.T) / 2, 0.0, 1.0)
    np.fill_diagonal(haversine, 0.0)
    bins = np.searchsorted(haversine_of_km(EDGES_KM), haversine.ravel())
    found: Integers = bins[one * regions + other]
    return found


def seen_counts(rows: pd.DataFrame, *, across: bool = False) -> Seen:
    """Counts between cells as the fit and the test ask for them.

    Different ties are those of the first year and those that are new in a later one; where nobody
    says how many are new, the same ties are seen every year.

    Parameters
    ----------
    rows : DataFrame
        As `located_counts` returns them.
    across : bool, default False
        Whether those across a border within a chain count as local.
    """
    key = [GIVER, "customer_industry"]
    rows = rows[rows["ties"] > 0]
    local = rows["ties"] * rows["is_across" if across else "is_local"]
    counted = rows.assign(local=local)
    sides = [
        counted.rename(columns={f"{end}_region": "region_key"})
        .groupby(["year", *key, "region_key"], as_index=False)[["ties", "local"]]
        .sum()
        for end in ("supplier", "customer")
    ]
    classes = rows.groupby([*key, "distance_class"], as_index=False)[["ties"]].sum()
    pair = [*key, "supplier_region", "customer_region", "distance_class"]
    at_home = rows[rows["is_across"]].groupby(pair, as_index=False)[["ties"]].sum()
    return Seen(sides[0], sides[1], classes, at_home, _years_seen(rows))


def _years_seen(rows: pd.DataFrame) -> float:
    """In how many years a tie is seen, on average."""
    if rows.empty:
        return 1.0
    first = rows["year"].min()
    again = rows["ties_seen_again"].where(rows["year"] > first)
    if again.notna().any():
        different = (rows["ties"] - again.fillna(0.0)).sum()
        return float(rows["ties"].sum() / max(different, 1.0))
    return float(rows["year"].nunique())


def fitted_counts(
    rows: pd.DataFrame,
    country: Country,
    *,
    kinds: int,
    given_activity: bool = True,
    sizes: Floats | None = None,
) -> CellTies:
    """The usual reach, fitted to counts between cells.

    Parameters
    ----------
    rows : DataFrame
        As `located_counts` returns them.
    country : Country
        Where the cells are, and how many establishments they have.
    kinds : int
        Kinds of the family.
    given_activity : bool, default True
        As for `family_of`.
    sizes : ndarray of float64, shape (regions, industries), optional
        Sizes of cells in place of their establishments, on average over the years; a cell may
        then trade with itself, whatever its size.
    """
    seen = seen_counts(rows)
    counted = _parties(rows, country) if sizes is None else sizes
    fewest = 1 if sizes is None else _MOST_PLACES
    points = _points(counted, country.places, kinds=1, fewest=fewest)
    of_givers = _points(np.tile(counted, (1, kinds)), country.places, kinds=kinds, fewest=fewest)
    one, other = np.nonzero(country.adjoins)
    dense = country.concentrated
    concentration = Concentration(np.tile(dense, (1, kinds)), dense, (one, other))
    nearness = Nearness()
    near = near_regions((points, points), nearness, (one, other), regions=country.regions)
    trades = [
        trade
        for strata in strata_of(seen, counted.sum(axis=0), regions=country.regions)
        if (trade := trade_of(strata, (of_givers, points), nearness, near, concentration))
    ]
    givers = kinds * country.industries
    reach = fit_reach(trades, givers=givers, given_activity=given_activity)
    industries = np.tile(np.arange(country.industries), kinds)
    # A family is of ties one by one, which nobody has here.
    return CellTies(rows, Family(nw.from_native(pl.LazyFrame()), industries, seen, reach), country)


def _parties(rows: pd.DataFrame, country: Country) -> Floats:
    """Establishments of every cell, on average over the years, shape (regions, industries)."""
    found = np.zeros((country.regions, country.industries))
    cells = country.cells
    at = (cells["region_key"].to_numpy(np.int64), cells["industry_key"].to_numpy(np.int64))
    number = cells["establishments"].to_numpy(dtype=np.float64)
    # Where the number is withheld there is one at least.
    np.add.at(found, at, np.where(np.isnan(number), 1.0, number))
    found /= max(cells["year"].nunique(), 1)
    # Who trades is there.
    for end in ("supplier", "customer"):
        ends = rows[f"{end}_region"].to_numpy(np.int64), rows[f"{end}_industry"].to_numpy(np.int64)
        found[ends] = np.maximum(found[ends], 1.0 / max(cells["year"].nunique(), 1))
    return found


def _points(parties: Floats, places: pd.DataFrame, *, kinds: int, fewest: int = 1) -> CellPoints:
    """All parties of a cell at the one point of its region, as so many places, `fewest` at least.

    A firm is no partner of itself, so a cell of n has n (n - 1) pairs of its own.
    """
    groups = parties.shape[1]
    region, group = np.nonzero(parties > 0)
    number = parties[region, group]
    taken = np.clip(np.rint(number), fewest, _MOST_PLACES).astype(np.int64)
    start = np.concatenate([[0], np.cumsum(taken)])
    cell = np.repeat(np.arange(len(region)), taken)
    xyz = unit_vectors(places["longitude"].to_numpy(), places["latitude"].to_numpy())
    # The parties of an industry are the same ones in every kind of tie.
    industries = groups // kinds
    of_cell = (region * industries + group % industries) * _MOST_PLACES
    return CellPoints(
        groups,
        region * groups + group,
        start,
        xyz[region[cell]],
        of_cell[cell] + np.arange(len(cell)) - start[cell],
        (number / taken)[cell],
    )


def counts_by_cell(ties: CellTies, *, across: bool = False) -> pd.DataFrame:
    r"""What the counts of every cell say, and what they leave open, as bounds.

    Parameters
    ----------
    ties : CellTies
        Counts with the usual reach fitted to them.
    across : bool, default False
        Whether those across a border within a chain count as local.

    Returns
    -------
    DataFrame
        One row per cell of the country: the columns of `CELL`, float64

        - ties, local: with an end in the cell, and local; 0 where none
        - usual, unsure: local ties by the usual reach, and the variance of what was estimated
        - linked_least, linked_most: firms of the cell with a local partner; NaN = not known
        - hub_most: local ties with the cell that one firm can have at most; NaN = not known
        - covered: share of the rows of the cell that are not withheld
        - dispersion: how much local ties bunch by firm at the least: of N firms, as many as can be
          share the local ties evenly, and all of them all ties,

          .. math:: \varphi = \max\left(1, \frac{N}{N - 1} \cdot
                    \frac{L^2 (1 / S - 1 / N)}{p (1 - p) T}\right), \qquad p = L / T

          with L local of T ties and S firms that have one
    """
    rows, country = ties.rows, ties.country
    seen = seen_counts(rows, across=True) if across else ties.family.seen
    industries = ties.family.industry_of_giver
    usual = usual_ties(ties.family.reach, seen, industries, across=across).table()
    table = country.cells[[*CELL, "establishments"]]
    for part in (
        _sums(rows, "is_across" if across else "is_local"),
        _firms(rows, "is_across" if across else "is_local"),
        usual_by_cell(usual, industries),
    ):
        table = table.merge(part, on=CELL, how="left", validate="one_to_one")
    nothing = ["ties", "local", "usual", "unsure"]
    table[nothing] = table[nothing].astype("float64").fillna(0.0)
    is_bare = table["local"] == 0
    firms = ["linked_least", "linked_most", "hub_most"]
    table[firms] = table[firms].astype("float64").mask(is_bare, 0.0)
    living = table["establishments"].to_numpy(dtype=np.float64)
    for name in firms[:2]:
        table[name] = np.minimum(table[name], living)
    table["covered"] = table["covered"].fillna(1.0)
    table["dispersion"] = _least_dispersion(table, living)
    return table


def flows_by_cell(ties: CellTies) -> pd.DataFrame:
    """Flows of every cell, and what of them is local: the first columns of `counts_by_cell`."""
    industries = ties.family.industry_of_giver
    usual = usual_ties(ties.family.reach, ties.family.seen, industries).table()
    table = ties.country.cells[CELL]
    for part in (_sums(ties.rows, "is_local"), usual_by_cell(usual, industries)):
        table = table.merge(part, on=CELL, how="left", validate="one_to_one")
    numbers = ["ties", "local", "usual"]
    return table.assign(**table[numbers].astype("float64").fillna(0.0))


def _from_both_ends(rows: pd.DataFrame, *, twice: bool) -> pd.DataFrame:
    """Rows seen from the cells of either end: firms of the cell, and of the partner's.

    Parameters
    ----------
    rows : DataFrame
        As `located_counts` returns them.
    twice : bool
        Whether a row within a cell is there from both of its ends, or once.
    """
    is_own = (rows["supplier_region"] == rows["customer_region"]) & (
        rows["supplier_industry"] == rows["customer_industry"]
    )
    views = []
    for end, other, firms, partners in (
        ("supplier", "customer", "suppliers", "customers"),
        ("customer", "supplier", "customers", "suppliers"),
    ):
        mine = rows if twice or end == "supplier" else rows[~is_own]
        views.append(
            mine.rename(
                columns={
                    f"{end}_region": "region_key",
                    f"{end}_industry": "industry_key",
                    f"{other}_region": "other_region",
                    f"{other}_industry": "other_industry",
                    firms: "firms",
                    partners: "partners",
                }
            )
        )
    return pd.concat(views, ignore_index=True)


def _sums(rows: pd.DataFrame, local: str) -> pd.DataFrame:
    """Ties of every cell, local ones, and the share of its rows that is told."""
    ends = _from_both_ends(rows, twice=False)
    ends = ends.assign(local=ends["ties"] * ends[local], covered=1.0 - ends["is_withheld"])
    groups = ends.groupby(CELL)
    return groups[["ties", "local"]].sum().join(groups["covered"].mean()).reset_index()


def _firms(rows: pd.DataFrame, local: str) -> pd.DataFrame:
    """Bounds of the firms with a local partner, and of the local ties of the largest."""
    ends = _from_both_ends(rows[rows[local] & (rows["ties"] > 0)], twice=True)
    firms, partners, ties = (ends[c] for c in ("firms", "partners", "ties"))
    # Every other firm of a row has a tie at least, and no two of a pair have two.
    ends = ends.assign(
        own=np.minimum(partners, ties - firms + 1), other=np.minimum(firms, ties - partners + 1)
    )
    of_cell = ends.groupby(CELL)
    table = of_cell.agg(linked_least=("firms", "max"))
    for name, column in (("linked_most", "firms"), ("hub_most", "own")):
        # One row that does not say leaves the sum open.
        is_silent = ends[column].isna().groupby([ends[c] for c in CELL]).any()
        table[name] = of_cell[column].sum().mask(is_silent)
    partner = [*CELL, "other_region", "other_industry"]
    largest = ends.groupby(partner)["other"].sum().groupby(CELL).max()
    table["hub_most"] = np.maximum(table["hub_most"], largest)
    return table.reset_index()


def _least_dispersion(table: pd.DataFrame, living: Floats) -> Floats:
    """How much local ties bunch by firm at the least, as `counts_by_cell` says."""
    ties, local, linked = (
        table[c].to_numpy(dtype=np.float64) for c in ("ties", "local", "linked_most")
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (local + 0.5) / (ties + 1)
        spread = local**2 * (1 / linked - 1 / living) / (share * (1 - share) * ties)
        phi = spread * living / (living - 1)
        at_most = local / linked
    phi = np.fmin(phi, at_most)
    least: Floats = np.where(np.isfinite(phi), np.maximum(phi, 1.0), 1.0)
    return least


def excess_of_counts(
    table: pd.DataFrame, ties: CellTies, *, known: pd.Series[bool], spread: float | None = None
) -> pd.DataFrame:
    """The test of every cell, and the bound of the one without its largest hub.

    Parameters
    ----------
    table : DataFrame
        As `counts_by_cell` returns it.
    ties : CellTies
        The same.
    known : Series of bool
        Cells of years with ties.
    spread : float, optional
        Lack of fit; measured where not given.

    Returns
    -------
    DataFrame
        On the index of `table`: the columns that `family_evidence` has of the test, those with the
        suffix `_without_hub` for the largest hub that the counts leave room for, which takes none
        of the usual ties with it. That can show an excess, and never that there is none: the upper
        bound without the hub is NaN. Without a bound of the hub all of them are.
    """
    at = table["region_key"].to_numpy(np.int64), table["industry_key"].to_numpy(np.int64)
    dense = ties.country.concentrated[at]
    numbers = table[["ties", "local", "usual", "unsure", "dispersion"]].astype("float64")
    view = numbers.where(known).assign(
        year=table["year"], is_concentrated=dense, is_ordinary=~stands_out(ties.family)[at[1]]
    )
    if spread is None:
        spread = lack_of_fit(view.dropna())
    hub = table["hub_most"].where(known)
    taken = np.minimum(hub, view["local"])
    # What one firm has within the region it has of the cell's ties, too.
    alone = view.assign(local=view["local"] - taken, ties=view["ties"] - taken)
    alone.loc[hub.isna().to_numpy(), ["usual", "unsure"]] = np.nan
    columns: dict[str, Any] = {"spread": spread, "is_crowded": dense, "hub_most": hub}
    for suffix, rows in (("", view), ("_without_hub", alone)):
        excess = excess_of(rows, spread=spread)
        for name in numbers.columns:
            columns[f"{name}{suffix}"] = rows[name].to_numpy()
        for field, name in zip(Excess._fields, _EXCESS, strict=True):
            columns[f"{name}{suffix}"] = getattr(excess, field)
    columns["excess_high_without_hub"] = np.full(len(table), np.nan)
    del columns["q_without_hub"]
    return pd.DataFrame(columns | _linked_shares(table, known), index=table.index)


_EXCESS = ("excess", "excess_low", "excess_high", "p", "q")


def _linked_shares(table: pd.DataFrame, known: pd.Series[bool]) -> dict[str, Any]:
    """Bounds of the share of firms with a local partner, and the most that is usual."""
    living = table["establishments"].astype("float64")
    least, most = (table[f"linked_{end}"] / living for end in ("least", "most"))
    share = (table["usual"] / table["ties"]).clip(0.0, 1.0)
    # So many ties reach most firms where all firms have as many of them.
    usual = 1 - (1 - share) ** (table["ties"] / living)
    return {
        "linked": least.where(known),
        "linked_low": least.where(known),
        "linked_high": most.fillna(1.0).where(known & living.notna()),
        "usual_linked": usual.fillna(0.0).where(known & living.notna()),
    }


def lasting_by_cell(rows: pd.DataFrame, *, local: str = "is_local") -> pd.DataFrame:
    r"""Share of the local ties of every region and industry that are seen again the year after.

    .. math:: \text{persistence} = \frac{\sum_t a_{t + 1}}{\sum_t L_t}

    with L ties of a year and a those of them that the next year counts as seen again, over the rows
    of which both are told. That is the least. Of those not seen again, as many as are new in the
    year after may have come back, so the upper bound counts them as kept.

    Parameters
    ----------
    rows : DataFrame
        As `located_counts` returns them.
    local : str, default "is_local"
        Column that says which rows count.

    Returns
    -------
    DataFrame
        One row per region and industry: region_key, industry_key, persistence_trials,
        persistence_kept, tie_persistence, the 95 % Wilson bounds tie_persistence_low of that and
        tie_persistence_high of the most that may be kept, and persistence_base_rate: the least of
        all ties of the industry, wherever they go. Empty where no row tells of it.
    """
    trials = _trials(rows)
    ends = _from_both_ends(trials, twice=False)
    base = ends.groupby("industry_key")[["trials", "kept"]].sum()
    place = ["region_key", "industry_key"]
    table = ends.groupby(place)[["trials"]].sum()[[]]
    table = table.join(ends[ends[local]].groupby(place)[["trials", "kept", "most"]].sum())
    number, kept, most = (table[c].to_numpy(dtype=np.float64) for c in ("trials", "kept", "most"))
    with np.errstate(invalid="ignore", divide="ignore"):
        share = kept / number
    rate = (base["kept"] / base["trials"]).rename("persistence_base_rate")
    found = pd.DataFrame(
        {
            "persistence_trials": number,
            "persistence_kept": kept,
            "tie_persistence": share,
            "tie_persistence_low": wilson_interval(kept, number).low,
            "tie_persistence_high": wilson_interval(most, number).high,
        },
        index=table.index,
    ).reset_index()
    return found.merge(rate.reset_index(), on="industry_key", how="left")


def _trials(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of which the next year tells how many ties are there again: trials, kept, most."""
    # A row that is not there the year after has none of its ties again, if that year tells at all.
    told = rows[rows["ties_seen_again"].notna()]["year"].unique()
    asked = rows[rows["year"].isin(told - 1) & ~rows["is_withheld"]]
    asked = asked.drop(columns="is_withheld").rename(columns={"ties_seen_again": "before"})
    counts = rows[["year", *_KEY, "ties", "ties_seen_again", "is_withheld"]]
    next_year, after = (
        asked[["year", *_KEY]].merge(
            counts.assign(year=counts["year"] - years), on=["year", *_KEY], how="left"
        )
        for years in (1, 2)
    )
    # A row that is not there has no tie.
    kept = next_year["ties_seen_again"].mask(next_year["ties"].isna(), 0.0)
    kept = np.minimum(kept, asked["ties"].to_numpy())
    new = after["ties"].fillna(0.0) - after["ties_seen_again"].fillna(0.0)
    new = new.mask(after["is_withheld"].astype("boolean").fillna(value=False).astype(bool), np.inf)
    most = np.minimum(kept + new.clip(lower=0.0), asked["ties"].to_numpy())
    table = asked.reset_index(drop=True).assign(trials=asked["ties"].to_numpy(), kept=kept)
    told_of: pd.DataFrame = table.assign(most=most)[kept.notna()]
    return told_of
