"""Ties with the places of both their ends, and what became of them: what every test counts."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import narwhals as nw

from geo.study.keys import held, lazy_like, looked_up, packed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from geo.study.keys import Sizes
    from geo.study.locality import Locality

    Lazy = nw.LazyFrame[Any]

__all__ = [
    "KNOWLEDGE_KINDS",
    "by_year",
    "located_institution_ties",
    "located_ties",
    "next_years",
    "supply_pairs",
    "supply_years",
    "tie_pairs",
    "tie_years",
    "with_other_years",
]

KNOWLEDGE_KINDS = ("research", "standard", "talent")
"""Kinds of ties by which firms learn from each other."""

_WIDEST_GAP = 2  # years between two observed ones that are still compared
_OTHER_YEARS = {"lasts": 1, "lasted": -1, "is_seen_later": 2, "was_seen_before": -2}
"""Whether a tie is there so many observed years later."""
_ENDS = {"supplier": "source_key", "customer": "target_key"}


def supply_pairs(ties: Lazy, *, firms: int) -> Lazy:
    """Supply ties between firms, as `tie_pairs` returns them."""
    return tie_pairs(ties, firms=firms, kinds=("supply",))


def tie_pairs(ties: Lazy, *, firms: int, kinds: Sequence[str]) -> Lazy:
    """Ties of some kinds between firms, computed once.

    Parameters
    ----------
    ties : LazyFrame
        Columns source_key, target_key, year, kind; one row per distinct tie.
    firms : int
        Number of firms; keys from there on are institutions.
    kinds : sequence of str
        Kinds of ties.

    Returns
    -------
    LazyFrame
        Columns year, source_key, target_key, kind_key (position in `kinds`).
    """
    key = nw.Int32 if firms < 2**31 else nw.Int64
    kind: nw.Expr = nw.lit(0)
    for number, name in enumerate(kinds[1:], start=1):
        kind = nw.when(nw.col("kind") == name).then(nw.lit(number)).otherwise(kind)
    return held(
        ties.filter(
            nw.col("kind").is_in(list(kinds)),
            nw.col("source_key") < firms,
            nw.col("target_key") < firms,
        ).select(
            nw.col("year").cast(nw.Int32),
            nw.col(*_ENDS.values()).cast(key),
            kind_key=kind.cast(nw.Int8),
        )
    )


def supply_years(pairs: Lazy) -> list[int]:
    """Years in which there is a tie, ascending."""
    return tie_years(pairs)


def tie_years(pairs: Lazy) -> list[int]:
    """Years in which there is a tie, ascending."""
    years = pairs.select("year").unique().collect()
    return sorted(int(y) for y in years["year"].to_list())


def next_years(years: list[int]) -> dict[int, int]:
    """Each observed year with the one it is compared with, where there is one.

    That is the next observed year. One missing year between is bridged: a tie then has to live
    for two years to count as kept, so persistence is understated rather than overstated, for the
    cells as for the base rate. A wider gap is not bridged.

    Examples
    --------
    >>> next_years([2015, 2016, 2018, 2021])
    {2015: 2016, 2016: 2018}
    """
    return {before: after for before, after in pairwise(years) if after - before <= _WIDEST_GAP}


def by_year(numbers: Mapping[int, int]) -> nw.Expr:
    """Number that `numbers` gives for the column `year`; -1 where it gives none."""
    found: nw.Expr = nw.lit(-1)
    for year, number in numbers.items():
        found = nw.when(nw.col("year") == year).then(nw.lit(number)).otherwise(found)
    return found.cast(nw.Int64)


def located_ties(
    establishments: Lazy,
    pairs: Lazy,
    years: list[int],
    *,
    sizes: Sizes,
    locality: Locality | None = None,
) -> Lazy:
    """Ties between firms, with the cells of both ends and what became of them.

    Ties inside one ownership group are left out: they are one firm dealing with itself.

    Parameters
    ----------
    establishments : LazyFrame
        Columns firm_key, year, region_key, industry_key, group_key; one row per firm and year.
    pairs : LazyFrame
        As `tie_pairs` returns it.
    years : list of int
        As `tie_years` returns it.
    sizes : Sizes
        Of the keys.
    locality : Locality, optional
        Which places are near each other; local is the same region where not given.

    Returns
    -------
    LazyFrame
        One row per tie whose ends both exist in its year: year, source_key, target_key, kind_key,
        supplier_region, supplier_industry, customer_region, customer_industry, with a locality
        supplier_place and customer_place (-1 where not known), and the booleans

        - is_local: both ends in the same region, or at places near each other
        - lives_on: both ends are alive in the next observed year
        - lasts, lasted: the tie is there in the next, in the previous observed year
        - is_seen_later, was_seen_before: the tie is there in the observed year after the next, in
          the one before the previous
        - lives_long: the tie is there in one of these four years, so that it lasts with a gap of a
          year at most
        - is_stable: the tie is local and lives long

        All but the first are false where there are no such years.
    """
    following = next_years(years)
    dated = held(with_other_years(pairs, years, sizes))
    located = _between_groups(
        _with_places(dated, establishments, following, sizes), establishments, sizes
    )
    is_local = nw.col("supplier_region") == nw.col("customer_region")
    if locality is not None:
        located, is_local = _related(located, locality, sizes), nw.col("is_local")
    lives_long = nw.any_horizontal(*(nw.col(c) for c in _OTHER_YEARS), ignore_nulls=True)
    return (
        located.with_columns(is_local=is_local, lives_long=lives_long)
        .with_columns(is_stable=nw.col("is_local") & nw.col("lives_long"))
        .drop("supplier_slot", "customer_slot")
    )


def with_other_years(pairs: Lazy, years: list[int], sizes: Sizes) -> Lazy:
    """Ties with whether the same tie is there in the years before and after.

    Parameters
    ----------
    pairs : LazyFrame
        Columns year, source_key, target_key and, where ties are of several kinds, kind_key.
    years : list of int
        Years with a tie, ascending.
    sizes : Sizes
        Of the keys.

    Returns
    -------
    LazyFrame
        `pairs` with lasts, lasted, is_seen_later, was_seen_before.
    """
    # Years that are compared follow each other; a gap of two numbers keeps others apart.
    following = next_years(years)
    position, positions = 0, {}
    for year in years:
        positions[year] = position
        position += 1 if year in following else 3
    ends = nw.col("source_key").cast(nw.Int64) * sizes.firms + nw.col("target_key")
    if "kind_key" in pairs.collect_schema().names():
        ends = ends * len(KNOWLEDGE_KINDS) + nw.col("kind_key").cast(nw.Int64)
    coded = pairs.with_columns(code_=ends * max(position, 1) + by_year(positions))
    # One sort is several times as fast as joining the ties with themselves twice.
    found = _by_sorting(coded) if coded.implementation.is_polars() else _by_joining(coded)
    return found.drop("code_")


def _by_sorting(coded: Lazy) -> Lazy:
    """Ties with whether they are there in other years, by what stands next to their code."""
    import polars as pl

    code = pl.col("code_")
    near = {
        1: code.shift(-1) == code + 1,
        -1: code.shift(1) == code - 1,
        2: (code.shift(-1) == code + 2) | (code.shift(-2) == code + 2),
        -2: (code.shift(1) == code - 2) | (code.shift(2) == code - 2),
    }
    found: Lazy = nw.from_native(
        coded.to_native()
        .sort("code_")
        .with_columns(
            near[step].fill_null(value=False).alias(name) for name, step in _OTHER_YEARS.items()
        )
    )
    return found


def _by_joining(coded: Lazy) -> Lazy:
    """The same, by looking for the code that the other tie would have."""
    codes = coded.select("code_")
    for name, step in _OTHER_YEARS.items():
        there = codes.select(
            (nw.col("code_") - step).alias("code_"), nw.lit(value=True).alias(name)
        )
        coded = coded.join(there, on="code_", how="left").with_columns(
            nw.col(name).fill_null(value=False)
        )
    return coded


def _with_places(
    pairs: Lazy, establishments: Lazy, following: Mapping[int, int], sizes: Sizes
) -> Lazy:
    """Pairs with the region and industry of both ends, and whether both live on."""
    size = sizes.years * sizes.firms
    of_firm = ["firm_key", "year"]
    places = establishments.select(
        slot=packed(of_firm, sizes),
        place=packed(["region_key", "industry_key"], sizes),
        later=_slot("firm_key", by_year(following), sizes),
    )
    places = looked_up(
        places, {"there": "later"}, places.select("slot", value="place"), size=size
    ).select("slot", value=nw.col("place") * 2 + (nw.col("there") >= 0).cast(nw.Int64))
    slots = {f"{end}_slot": _slot(key, nw.col("year"), sizes) for end, key in _ENDS.items()}
    coded = looked_up(
        pairs.with_columns(**slots),
        {f"{end}_place": f"{end}_slot" for end in _ENDS},
        places,
        size=size,
    ).filter(nw.col("supplier_place") >= 0, nw.col("customer_place") >= 0)
    unpacked = {}
    for end in _ENDS:
        place = nw.col(f"{end}_place") // 2
        unpacked[f"{end}_region"] = (place // sizes.industries).cast(nw.Int32)
        unpacked[f"{end}_industry"] = (place % sizes.industries).cast(nw.Int32)
    both = nw.col("supplier_place") % 2 + nw.col("customer_place") % 2
    return coded.with_columns(**unpacked, lives_on=both == 2).drop(
        "supplier_place", "customer_place"
    )


def _between_groups(located: Lazy, establishments: Lazy, sizes: Sizes) -> Lazy:
    """Ties without those whose ends belong to one ownership group."""
    grouped_firms = establishments.filter(~nw.col("group_key").is_null())
    if not len(grouped_firms.select("year").head(1).collect()):
        return located
    groups = grouped_firms.select(
        slot=packed(["firm_key", "year"], sizes), value=nw.col("group_key").cast(nw.Int64)
    )
    names = {f"{end}_group": f"{end}_slot" for end in _ENDS}
    known = looked_up(located, names, groups, size=sizes.years * sizes.firms)
    one, other = (nw.col(name) for name in names)
    return known.filter((one != other) | (one < 0)).drop(*names)


def _related(located: Lazy, locality: Locality, sizes: Sizes) -> Lazy:
    """Ties with the places of both ends, and is_local: whether these are related."""
    places = locality.places.select(
        slot=packed(["firm_key", "year"], sizes), value=nw.col("place_key").cast(nw.Int64)
    )
    names = {f"{end}_place": f"{end}_slot" for end in _ENDS}
    placed = looked_up(located, names, places, size=sizes.years * sizes.firms)
    of_ties = dict(zip(names, ("place_key", "other_place"), strict=True))
    near = lazy_like(located, {c: locality.related[c].tolist() for c in of_ties.values()})
    keys = near.select(
        *(nw.col(column).cast(nw.Int64).alias(name) for name, column in of_ties.items()),
        is_local=nw.lit(value=True),
    )
    return (
        placed.with_columns(nw.col(*names).cast(nw.Int64))
        .join(keys, on=list(names), how="left")
        .with_columns(nw.col("is_local").fill_null(value=False))
    )


def _slot(key: str, year: nw.Expr, sizes: Sizes) -> nw.Expr:
    """Place of a firm's year in a dense array; -1 where there is no such year."""
    slot = nw.col(key).cast(nw.Int64) * sizes.years + year - sizes.first_year
    return nw.when(year >= 0).then(slot).otherwise(nw.lit(-1))


def located_institution_ties(
    establishments: Lazy,
    ties: Lazy,
    institutions: pd.DataFrame,
    *,
    firms: int,
    locality: Locality | None = None,
) -> Lazy:
    """Ties between a firm and an institution, of any kind of tie, with the places of both.

    Parameters
    ----------
    establishments, ties : LazyFrame
        As for `supply_pairs` and `located_ties`.
    institutions : DataFrame
        Columns institution_key, kind, region_key.
    firms : int
        Number of firms; keys from there on are institutions.
    locality : Locality, optional
        Which places are near each other; local is the same region where not given.

    Returns
    -------
    LazyFrame
        One row per firm, institution and year: year, firm_key, region_key and industry_key of the
        firm, institution_key, institution_kind, institution_region, is_local; with a locality
        firm_place and institution_place (-1 where not known).
    """
    of_institutions = lazy_like(
        establishments,
        {
            "institution_key": institutions["institution_key"].astype("int64").tolist(),
            "institution_kind": institutions["kind"].astype("object").tolist(),
            "institution_region": institutions["region_key"].astype("int64").tolist(),
        },
    ).with_columns(
        # An empty table has no types of its own.
        nw.col("institution_key", "institution_region").cast(nw.Int64),
        nw.col("institution_kind").cast(nw.String),
    )
    source_is_firm = nw.col("source_key") < firms
    located = (
        ties.filter(source_is_firm != (nw.col("target_key") < firms))
        .select(
            "year",
            firm_key=nw.when(source_is_firm).then("source_key").otherwise("target_key"),
            institution_key=nw.when(source_is_firm).then("target_key").otherwise("source_key"),
        )
        .unique(["year", "firm_key", "institution_key"])
        .join(
            establishments.select("firm_key", "year", "region_key", "industry_key"),
            on=["firm_key", "year"],
        )
        .join(of_institutions, on="institution_key")
    )
    if locality is None:
        return located.with_columns(is_local=nw.col("region_key") == nw.col("institution_region"))
    return _related_institutions(located, locality)


def _related_institutions(located: Lazy, locality: Locality) -> Lazy:
    """Ties with the places of firm and institution, and is_local: whether these are related."""
    of_firms = locality.places.select(
        nw.col("firm_key", "year").cast(nw.Int64), firm_place=nw.col("place_key").cast(nw.Int64)
    )
    ends = {"firm_place": "place_key", "institution_place": "other_place"}
    tables = (
        locality.institutions.rename(columns={"place_key": "institution_place"}),
        locality.related.rename(columns={v: k for k, v in ends.items()}),
    )
    of_institutions, near = (
        lazy_like(located, {str(c): table[c].tolist() for c in table}).with_columns(
            nw.all().cast(nw.Int64)
        )
        for table in tables
    )
    return (
        located.with_columns(nw.col("firm_key", "year", "institution_key").cast(nw.Int64))
        .join(of_firms, on=["firm_key", "year"], how="left")
        .join(of_institutions, on="institution_key", how="left")
        .with_columns(nw.col(*ends).fill_null(-1))
        .join(near.with_columns(is_local=nw.lit(value=True)), on=list(ends), how="left")
        .with_columns(nw.col("is_local").fill_null(value=False))
    )
