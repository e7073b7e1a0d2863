"""Who could fill the gaps of a cell, who fills them today, and which partners it lost.

What belongs here: printing institutions, inputs and ended ties of one cell by name. What does not:
how they are found (`geo.input_output.gaps`, `geo.linkage.partners`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from rich.markup import escape

from geo.vocabulary import INNOVATION_KINDS, INSTITUTION_KINDS, SERVICE_KINDS, Language, Text
from pipelines.commands.gaps.gap_words import RELATIONS, WORDS
from pipelines.commands.numbers import decimals, is_known, percent, whole
from pipelines.commands.printing import say, table_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import narwhals as nw
    from rich.console import Console

    from pipelines.cells import Cell

__all__ = ["print_chain", "print_institutions", "print_lost"]

_MOST_GAPS = 5
_LEAST_SHORTFALL = 0.01  # of all inputs
_MOST_CANDIDATES = 3
_MOST_FIRMS = 3
_MOST_SOURCES = 2
_MOST_LOST = 5
_MOST_HERE = 8
_MANY = 1_000  # ended ties that are counted


def print_institutions(
    console: Console, cell: Cell, lacking: Sequence[str], language: Language
) -> None:
    """Print the kinds of institution that the region lacks, with the nearest of each elsewhere.

    Only kinds of the families that are among the items `lacking`; all where only ties are.
    """
    from geo.input_output.gaps import institution_gaps
    from geo.linkage.partners import nearest_institutions

    institutions = pd.read_parquet(cell.tables / "institutions")
    if institutions.empty:
        say(console, WORDS["no_institutions"].in_language(language))
        return
    region, year = cell.keys[0], int(cell.row["year"])
    kinds = _kinds(lacking)
    gaps = institution_gaps(institutions, region_key=region, year=year).loc[kinds]
    nearest = nearest_institutions(
        institutions, region_key=region, place=_place(cell), year=year
    ).set_index("kind")
    names = institutions.set_index("institution_key")
    missing = gaps.index[gaps["is_missing"].fillna(value=False)]
    if len(missing):
        heads = [(WORDS[word], "left") for word in ("kind", "nearest", "region")]
        km = (Text("km", "公里", "公里"), "right")
        table = table_of([*heads, km], language, title=WORDS["kinds"])
        regions = cell.region_names()
        for kind, found in nearest.loc[missing].sort_values("km").iterrows():
            table.add_row(
                INSTITUTION_KINDS[str(kind)].in_language(language),
                escape(_institution(names.loc[found["institution_key"]])),
                escape(regions.get(found["region_key"], "–")),
                whole(found["km"]),
            )
        console.print(table)
    _print_kinds_here(console, institutions, gaps, cell, language)


def _kinds(lacking: Sequence[str]) -> list[str]:
    families = {"innovation_firms": INNOVATION_KINDS, "service_firms": SERVICE_KINDS}
    chosen = [kinds for item, kinds in families.items() if item in lacking]
    return [str(kind) for kinds in chosen or [INSTITUTION_KINDS] for kind in kinds]


def _print_kinds_here(
    console: Console,
    institutions: pd.DataFrame,
    gaps: pd.DataFrame,
    cell: Cell,
    language: Language,
) -> None:
    """Print institutions of the region by name, and kinds that the data do not hold."""
    year, joint = int(cell.row["year"]), WORDS["joint"].in_language(language)
    is_open = ~(institutions["opened"] > year) & ~(institutions["closed"] <= year)
    is_here = (institutions["region_key"] == cell.keys[0]).fillna(value=False)
    of_kinds = institutions["kind"].isin(gaps.index[gaps["here"] > 0])
    here = institutions[is_open & is_here & of_kinds]
    if len(here):
        say(console, WORDS["here"].in_language(language))
        names = [_institution(row) for _, row in here.head(_MOST_HERE).iterrows()]
        say(console, f"{joint.join(names)}", indent=2)
    nowhere = gaps.index[gaps["is_missing"].isna()]
    if len(nowhere):
        kinds = joint.join(INSTITUTION_KINDS[kind].in_language(language) for kind in nowhere)
        text = WORDS["nowhere"].in_language(language).format(kinds=kinds)
        say(console, text)


def _institution(row: pd.Series[Any]) -> str:
    return str(row["name"]) if is_known(row["name"]) else str(row["institution_id"])


def _place(cell: Cell) -> tuple[float, float]:
    """Where the cell's firms are on average; a point in its region where none is known."""
    from geo.linkage.partners import place_of_cell

    region, industry = cell.keys
    place = place_of_cell(
        _scanned(cell, "establishments"),
        region_key=region,
        industry_key=industry,
        year=int(cell.row["year"]),
    )
    if is_known(place[0]):
        return place
    import geopandas as gpd

    point = gpd.read_parquet(cell.tables / "regions").geometry.loc[region].representative_point()
    return point.x, point.y


def _scanned(cell: Cell, name: str) -> nw.LazyFrame[Any]:
    import narwhals as nw
    import polars as pl

    return nw.from_native(pl.scan_parquet(cell.tables / name))


def print_chain(console: Console, cell: Cell, language: Language) -> None:
    """Print the inputs that the region falls short of, who could make them, who does today."""
    from geo.input_output.gaps import candidate_industries, chain_gaps
    from geo.input_output.potential import table_of_year

    region, industry = cell.keys
    year = int(cell.row["year"])
    industries = pd.read_parquet(cell.tables / "industries")
    cells = pd.read_parquet(cell.tables / "cells", filters=[("year", "==", year)])
    margins = pd.read_parquet(cell.tables / "margins")
    io_table = table_of_year(pd.read_parquet(cell.tables / "io_table"), year)
    if not (io_table["using_industry_key"] == industry).any():
        say(console, WORDS["no_table"].in_language(language))
        return
    gaps = chain_gaps(
        cells,
        io_table,
        industries,
        margins if len(margins) else None,
        region_key=region,
        industry_key=industry,
    )
    gaps = gaps[gaps["shortfall"] >= _LEAST_SHORTFALL].head(_MOST_GAPS)
    if gaps.empty:
        say(console, WORDS["no_gaps"].in_language(language))
        return
    candidates = candidate_industries(
        cells,
        io_table,
        industries,
        region_key=region,
        industry_keys=[int(key) for key in gaps["industry_key"]],
    )
    sources = _sources(cell, [int(key) for key in gaps["industry_key"]])
    names = cell.industry_names(language)
    called = industries["industry"].map(names)
    say(console, WORDS["chain"].in_language(language), style="bold")
    for gap in gaps.to_dict("records"):
        key = int(gap["industry_key"])
        text = (
            WORDS["gap"]
            .in_language(language)
            .format(
                input=called[key],
                short=percent(gap["shortfall"]),
                share=percent(gap["input_share"]),
                quotient=decimals(gap["location_quotient"]),
                plants=whole(gap["establishments"]),
            )
        )
        say(console, f"• {text}")
        own = candidates[candidates["gap_key"] == key].head(_MOST_CANDIDATES)
        _print_candidates(console, cell, own, called, language)
        if sources is not None:
            _print_sources(console, cell, sources[sources["industry_key"] == key], language)


def _print_candidates(
    console: Console,
    cell: Cell,
    candidates: pd.DataFrame,
    called: pd.Series[str],
    language: Language,
) -> None:
    """Print the industries here that are nearest to making an input, with their largest firms."""
    from geo.linkage.partners import candidate_firms

    could, colon = (WORDS[word].in_language(language) for word in ("could", "colon"))
    if candidates.empty:
        text = WORDS["nobody"].in_language(language)
        say(console, f"{could}{colon}{text}", indent=2)
        return
    keys = [int(key) for key in candidates["industry_key"]]
    firms = candidate_firms(
        _scanned(cell, "establishments"),
        region_key=cell.keys[0],
        year=int(cell.row["year"]),
        industry_keys=keys,
        most=_MOST_FIRMS,
    )
    parties = _party_names(cell, firms["firm_key"].tolist())
    joint = WORDS["joint"].in_language(language)
    say(console, f"{could}{colon}", indent=2)
    for candidate in candidates.to_dict("records"):
        text = (
            WORDS["candidate"]
            .in_language(language)
            .format(
                industry=called[int(candidate["industry_key"])],
                relation=RELATIONS[candidate["relation"]].in_language(language),
                plants=whole(candidate["establishments"]),
            )
        )
        own = firms[firms["industry_key"] == candidate["industry_key"]]["firm_key"]
        shown = joint.join(parties[int(key)] for key in own)
        say(console, f"{text}{colon if shown else ''}{shown}", indent=4)


def _sources(cell: Cell, keys: Sequence[int]) -> pd.DataFrame | None:
    """Regions that the inputs come from today; None where no tie of the year is known."""
    from geo.linkage.partners import outside_suppliers

    region, industry = cell.keys
    year, ties = int(cell.row["year"]), _scanned(cell, "ties")
    if year not in _tie_years(ties):
        return None
    return outside_suppliers(
        ties,
        _scanned(cell, "establishments"),
        region_key=region,
        industry_key=industry,
        year=year,
        industry_keys=keys,
        most=_MOST_SOURCES,
    )


def _tie_years(ties: nw.LazyFrame[Any]) -> set[int]:
    """Years in which any firm supplies another."""
    import narwhals as nw

    supplies = ties.filter(nw.col("kind") == "supply")
    return {int(y) for y in supplies.select("year").unique().collect()["year"].to_list()}


def _print_sources(console: Console, cell: Cell, sources: pd.DataFrame, language: Language) -> None:
    """Print where an input is bought today."""
    regions = cell.region_names()
    shown = [
        WORDS["source"]
        .in_language(language)
        .format(
            region=regions.get(row["region_key"], "–"),
            ties=whole(row["ties"]),
            km=whole(row["nearest_km"]),
        )
        for row in sources.to_dict("records")
    ] or [WORDS["untied"].in_language(language)]
    today, joint, colon = (WORDS[w].in_language(language) for w in ("today", "joint", "colon"))
    say(console, f"{today}{colon}{joint.join(shown)}", indent=2)


def print_lost(console: Console, cell: Cell, language: Language) -> None:
    """Print the local ties that ended though both firms live on, by name."""
    from geo.linkage.partners import lost_partners

    region, industry = cell.keys
    year, ties = int(cell.row["year"]), _scanned(cell, "ties")
    if not {year - 1, year} <= _tie_years(ties):
        text = WORDS["lost_unknown"].in_language(language)
        say(console, text.format(before=year - 1, year=year))
        return
    lost = lost_partners(
        ties,
        _scanned(cell, "establishments"),
        region_key=region,
        industry_key=industry,
        year=year,
        most=_MANY,
    )
    if lost.empty:
        text = WORDS["lost_none"].in_language(language)
        say(console, text.format(before=year - 1))
        return
    title = WORDS["lost"].in_language(language).format(before=year - 1)
    say(console, title, style="bold")
    shown = lost.head(_MOST_LOST)
    parties = _party_names(cell, [*shown["supplier_key"], *shown["customer_key"]])
    for row in shown.to_dict("records"):
        ends = f"{parties[row['supplier_key']]} → {parties[row['customer_key']]}"
        lasted = WORDS["lasted"].in_language(language).format(years=row["years"])
        say(console, f"• {ends}{lasted}")
    if len(lost) > len(shown):
        count = whole(len(lost) - len(shown)) + ("+" if len(lost) == _MANY else "")
        more = WORDS["more"].in_language(language).format(count=count)
        say(console, f"{more}", indent=2)


def _party_names(cell: Cell, keys: Sequence[int]) -> dict[int, str]:
    """Names of parties by key; the id where there is no name."""
    where = [("party_key", "in", [int(key) for key in keys])]
    if not keys:
        return {}
    parties = pd.read_parquet(cell.tables / "parties", filters=where)
    names = parties["name"].fillna(parties["party_id"])
    return dict(zip(parties["party_key"].tolist(), names, strict=True))
