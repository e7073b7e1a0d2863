"""Ties with the places of both their ends: what every test of linkage counts.

Here belong the look-ups of (region, industry) for the ends of ties, and of the same tie in the
next and the previous observed year, each done once. Everything is a join or a filter over
Narwhals lazy frames. Counting belongs to the modules of the tests.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import narwhals as nw

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    Lazy = nw.LazyFrame[Any]

__all__ = [
    "held",
    "lazy_like",
    "located_institution_ties",
    "located_supply_ties",
    "next_years",
    "supply_years",
]

_WIDEST_GAP = 2  # years between two observed ones that are still compared


def supply_years(ties: Lazy, *, firms: int) -> list[int]:
    """Years in which any firm supplies another, ascending.

    Parameters
    ----------
    ties : LazyFrame
        Columns source_key, target_key, year, kind.
    firms : int
        Number of firms; keys from there on are institutions.
    """
    years = _between_firms(ties, firms).select("year").unique().collect()
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


def located_supply_ties(establishments: Lazy, ties: Lazy, *, firms: int) -> Lazy:
    """Supply ties between firms, with the cells of both ends and what became of them.

    Ties inside one ownership group are left out: they are one firm dealing with itself.

    Parameters
    ----------
    establishments : LazyFrame
        Columns firm_key, year, region_key, industry_key, group_key; one row per firm and year.
    ties : LazyFrame
        Columns source_key, target_key, year, kind; one row per distinct tie.
    firms : int
        Number of firms; keys from there on are institutions.

    Returns
    -------
    LazyFrame
        One row per tie: year, source_key, target_key, supplier_region, supplier_industry,
        customer_region, customer_industry and the booleans

        - is_local: both ends in the same region
        - lives_on: both ends are alive in the next observed year
        - lasts: the tie is there in the next observed year
        - lasted: the tie was there in the previous observed year

        The last three are false where there is no such year.
    """
    following = next_years(supply_years(ties, firms=firms))
    preceding = {after: before for before, after in following.items()}
    pairs = _between_firms(ties, firms).select("source_key", "target_key", "year")
    places = _with_next_year(establishments, following)
    ends = ["source_key", "target_key"]
    located = (
        pairs.join(_places_of("source_key", "supplier", places), on=["source_key", "year"])
        .join(_places_of("target_key", "customer", places), on=["target_key", "year"])
        .filter(
            # Null is no group; a comparison with it is null, which `|` lets the others decide.
            (nw.col("supplier_group") != nw.col("customer_group"))
            | nw.col("supplier_group").is_null()
            | nw.col("customer_group").is_null()
        )
        .with_columns(
            is_local=nw.col("supplier_region") == nw.col("customer_region"),
            lives_on=nw.col("supplier_lives_on") & nw.col("customer_lives_on"),
            next_year=_year_by(following),
            previous_year=_year_by(preceding),
        )
    )
    for column, year in (("lasts", "next_year"), ("lasted", "previous_year")):
        there = pairs.select(*ends, nw.col("year").alias(year), nw.lit(value=True).alias(column))
        located = located.join(there, on=[*ends, year], how="left")
    return located.select(
        "year",
        *ends,
        *(f"{end}_{what}" for end in ("supplier", "customer") for what in ("region", "industry")),
        "is_local",
        "lives_on",
        nw.col("lasts").fill_null(value=False),
        nw.col("lasted").fill_null(value=False),
    )


def _between_firms(ties: Lazy, firms: int) -> Lazy:
    return ties.filter(
        nw.col("kind") == "supply", nw.col("source_key") < firms, nw.col("target_key") < firms
    )


def _year_by(years: Mapping[int, int]) -> nw.Expr:
    """Year that `years` gives for the column `year`; -1, which no year is, where it gives none."""
    found: nw.Expr = nw.lit(-1)
    for year, other in years.items():
        found = nw.when(nw.col("year") == year).then(nw.lit(other)).otherwise(found)
    return found.cast(nw.Int64)


def _with_next_year(establishments: Lazy, following: Mapping[int, int]) -> Lazy:
    """Establishments with `lives_on`: whether the firm is alive in the next observed year too."""
    alive = establishments.select(
        "firm_key", nw.col("year").alias("next_year"), nw.lit(value=True).alias("lives_on")
    )
    return (
        establishments.select("firm_key", "year", "region_key", "industry_key", "group_key")
        .with_columns(next_year=_year_by(following))
        .join(alive, on=["firm_key", "next_year"], how="left")
        .with_columns(nw.col("lives_on").fill_null(value=False))
    )


def _places_of(key: str, end: str, places: Lazy) -> Lazy:
    return places.select(
        "year",
        nw.col("firm_key").alias(key),
        nw.col("region_key").alias(f"{end}_region"),
        nw.col("industry_key").alias(f"{end}_industry"),
        nw.col("group_key").alias(f"{end}_group"),
        nw.col("lives_on").alias(f"{end}_lives_on"),
    )


def located_institution_ties(
    establishments: Lazy, ties: Lazy, institutions: pd.DataFrame, *, firms: int
) -> Lazy:
    """Ties between a firm and an institution, of any kind of tie, with the places of both.

    Parameters
    ----------
    establishments, ties : LazyFrame
        As for `located_supply_ties`.
    institutions : DataFrame
        Columns institution_key, kind, region_key.
    firms : int
        Number of firms; keys from there on are institutions.

    Returns
    -------
    LazyFrame
        One row per firm, institution and year: year, firm_key, region_key and industry_key of the
        firm, institution_key, kind, institution_region, is_local.
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
    return (
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
        .with_columns(is_local=nw.col("region_key") == nw.col("institution_region"))
    )


def lazy_like(frame: Lazy, columns: Mapping[str, list[Any]]) -> Lazy:
    """Small table of `columns` as a lazy frame of the engine that `frame` is of."""
    if frame.implementation.is_pyspark():
        session = frame.to_native().sparkSession
        table = nw.from_dict(columns, backend="pyarrow")
        return table.lazy(backend="pyspark", session=session)
    return nw.from_dict(columns, backend=frame.implementation).lazy()


def held(frame: Lazy) -> Lazy:
    """`frame` computed once and kept by its engine, since several counts start from it."""
    native = frame.to_native()
    computed = (
        native.collect(engine="streaming").lazy()
        if frame.implementation.is_polars()
        else native.cache()
    )
    kept: Lazy = nw.from_native(computed)
    return kept
