"""What the page tells of an industry: measures, curves, who it sits with, what it buys.

Also of a region, and of single cells where a result has few rows: any result with a key of region,
industry and year becomes a list of facts, named as the schema names its columns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.input_output.potential import coefficient_matrix, table_of_year
from geo.places import regions_of_points
from geo.schema import RESULT_TABLES, Column, Type
from geo.vocabulary import Class, Language, Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

__all__ = [
    "chains",
    "changes",
    "curves",
    "facts",
    "footprints",
    "main_inputs",
    "pairs",
    "survival",
]

_MOST_INPUTS = 15
_MOST_PAIRS = 12
_MOST_FOOTPRINTS = 8
_MOST_ROWS = 8_000
_MOST_CHANGES = 1_500
_FACTS = {
    "industry_concentration": Text("Concentration", "集聚", "集聚"),
    "industry_distances": Text(
        "Nearness, whatever the borders", "不論區界的鄰近", "不论区界的邻近"
    ),
    "industry_linkages": Text("Who pulls, who pushes", "誰拉動、誰推動", "谁拉动、谁推动"),
    "formation": Text("What its locations go with", "區位與何相伴", "区位与何相伴"),
    "region_specialisation": Text("What the region lives on", "區域靠什麼", "区域靠什么"),
    "resilience": Text("If its core firm were lost", "若失去核心企業", "若失去核心企业"),
}
"""Results that are told as lists of facts, and their headings."""
_NOT_TOLD = {"region_id", "region_name", "industry", "industry_name", "year", "moran_reason"}


def facts(results: Mapping[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """Results as facts by region, industry and year.

    Parameters
    ----------
    results : mapping of str to DataFrame
        Result tables by name.

    Returns
    -------
    list of dict
        Title, the columns with their meaning, and rows: region id, industry, year (None where
        the result has none), then the values. Of a long result the last year alone.
    """
    told = []
    for name, title in _FACTS.items():
        table = results.get(name)
        if table is None or table.empty:
            continue
        if len(table) > _MOST_ROWS:
            table = table[table["year"] == table["year"].max()]
        columns = [
            c
            for c in RESULT_TABLES[name].columns
            if c.name in table and c.name not in _NOT_TOLD and _is_told(c, table)
        ]
        keys = [table.get(k) for k in ("region_id", "industry", "year")]
        parts = [[None] * len(table) if k is None else _plain(k) for k in keys]
        parts += [_plain(table[c.name]) for c in columns]
        told.append(
            {
                "title": list(title),
                "columns": [
                    {
                        "label": list(c.meaning),
                        "share": c.maximum == 1 and c.minimum == 0 and c.type is Type.NUMBER,
                        "language": _language(c.name),
                    }
                    for c in columns
                ],
                "rows": [list(row) for row in zip(*parts, strict=True)],
            }
        )
    return told


def _is_told(column: Column, table: pd.DataFrame) -> bool:
    """Whether a reader can make something of a column: no ids, no codes, nothing unknown."""
    is_code = column.name.endswith("_id") or column.allowed is not None
    names_a_table = "`" in column.meaning.en
    return not is_code and not names_a_table and bool(table[column.name].notna().any())


def _language(name: str) -> int | None:
    """Place of the language that a column is written in; None for all."""
    endings = ("_en", "_zh_hant", "_zh_hans")
    return next((k for k, ending in enumerate(endings) if name.endswith(ending)), None)


def _plain(values: pd.Series[Any]) -> list[Any]:
    """Values as JSON has them, numbers to four digits, None where not known."""
    plain: list[Any] = []
    for value in values.astype(object):
        if value is None or pd.isna(value):
            plain.append(None)
        elif isinstance(value, bool | np.bool_):
            plain.append(bool(value))
        elif isinstance(value, float | np.floating):
            plain.append(float(f"{value:.4g}") if np.isfinite(value) else None)
        elif isinstance(value, int | np.integer):
            plain.append(int(value))
        else:
            plain.append(str(value))
    return plain


def curves(table: pd.DataFrame | None, codes: Sequence[str]) -> list[dict[str, Any]]:
    """Curves over distance with their envelope, one per industry and measure.

    Parameters
    ----------
    table : DataFrame or None
        Result `distance_curves`.
    codes : sequence of str
        Industries in the order of the list.
    """
    if table is None or table.empty:
        return []
    place = {code: k for k, code in enumerate(codes)}
    return [
        {
            "industry": place[str(industry)],
            "measure": str(measure),
            "year": int(rows["year"].iloc[0]),
            "km": _plain(rows["distance_km"]),
            "value": _plain(rows["value"]),
            "low": _plain(rows["low"]),
            "high": _plain(rows["high"]),
        }
        for (industry, measure, _), rows in table.groupby(
            ["industry", "measure", "year"], sort=True
        )
        if str(industry) in place
    ]


def survival(table: pd.DataFrame | None, codes: Sequence[str]) -> list[dict[str, Any]]:
    """How long ties last, local and other ones, by industry.

    Parameters
    ----------
    table : DataFrame or None
        Result `tie_survival`.
    codes : sequence of str
        Industries in the order of the list.
    """
    if table is None or table.empty:
        return []
    place = {code: k for k, code in enumerate(codes)}
    return [
        {
            "industry": place[str(industry)],
            "local": bool(is_local),
            **{c: _plain(rows[c]) for c in ("age", "at_risk", "survival")},
        }
        for (industry, is_local), rows in table.groupby(["industry", "is_local"], sort=True)
        if str(industry) in place
    ]


def footprints(
    table: gpd.GeoDataFrame | None, codes: Sequence[str], *, regions: gpd.GeoDataFrame
) -> list[list[Any]]:
    """Places where an industry huddles, whatever the borders, in the last year.

    Parameters
    ----------
    table : GeoDataFrame or None
        Result `footprints`.
    codes : sequence of str
        Industries of the page, in its order.
    regions : GeoDataFrame
        The map, in the order of the page.

    Returns
    -------
    list of list
        Year, industry, region of its middle (-1: in none), establishments, jobs and square
        kilometres of each, those with the most establishments first.
    """
    if table is None or table.empty:
        return []
    rows = table[table["year"] == table["year"].max()]
    rows = rows[rows["industry"].isin(list(codes))]
    rows = rows.sort_values(["industry", "establishments"], ascending=[True, False], kind="stable")
    rows = rows.groupby("industry", sort=False).head(_MOST_FOOTPRINTS)
    middles = rows.geometry.representative_point()
    region = regions_of_points(middles.x, middles.y, regions.geometry).region_key
    place = pd.Index(list(codes)).get_indexer(pd.Index(rows["industry"]))
    told = zip(
        _plain(rows["year"]),
        place.tolist(),
        region.tolist(),
        *(_plain(rows[c]) for c in ("establishments", "employment", "area_km2")),
        strict=True,
    )
    return [list(row) for row in told]


def pairs(table: pd.DataFrame | None, codes: Sequence[str]) -> list[list[Any]]:
    """Of every industry those that it sits or trades with most, in the last year.

    Parameters
    ----------
    table : DataFrame or None
        Result `industry_pairs`.
    codes : sequence of str
        Industries in the order of the list.

    Returns
    -------
    list of list
        Industry, other industry, co-agglomeration, its chance, trade.
    """
    if table is None or table.empty:
        return []
    place = pd.Series(range(len(codes)), index=list(codes))
    last = table[(table["year"] == table["year"].max()) & table["coagglomeration"].notna()]
    mirrored = last.rename(columns={"industry": "other_industry", "other_industry": "industry"})
    both = pd.concat([last, mirrored]).drop_duplicates(["industry", "other_industry"])
    chosen = pd.concat(
        [
            both.sort_values(by, ascending=False).groupby("industry").head(_MOST_PAIRS)
            for by in ("coagglomeration", "input_output")
        ]
    ).drop_duplicates(["industry", "other_industry"])
    chosen = chosen.sort_values(["industry", "coagglomeration"], ascending=[True, False])
    parts = [place.reindex(chosen[c]).astype(int).tolist() for c in ("industry", "other_industry")]
    parts += [
        _plain(chosen[c]) for c in ("coagglomeration", "coagglomeration_heap_p", "input_output")
    ]
    return [list(row) for row in zip(*parts, strict=True)]


def changes(
    table: pd.DataFrame | None, *, regions: pd.Series[str], codes: Sequence[str]
) -> list[list[Any]]:
    """Changes of class or stage in sentences, the latest first.

    Parameters
    ----------
    table : DataFrame or None
        Result `transitions`.
    regions : Series of str
        Ids in the order of the map.
    codes : sequence of str
        Industries in the order of the list.

    Returns
    -------
    list of list
        Year, positions of region and industry, the sentence in each language.
    """
    if table is None or table.empty:
        return []
    latest = table.sort_values(["year", "region_id", "industry"], ascending=[False, True, True])
    shown = latest.head(_MOST_CHANGES)
    parts = [
        shown["year"].astype(int).tolist(),
        _positions(shown["region_id"], regions),
        _positions(shown["industry"], codes),
        *(shown[f"sentence_{language.column_suffix}"].tolist() for language in Language),
    ]
    return [[*row[:3], list(row[3:])] for row in zip(*parts, strict=True)]


def chains(table: pd.DataFrame | None, *, regions: pd.Series[str], year: int) -> list[list[Any]]:
    """Value chains that are concentrated or collaborate as a whole, in one year.

    Parameters
    ----------
    table : DataFrame or None
        Result `region_chain_classification`.
    regions : Series of str
        Ids in the order of the map.
    year : int
        Year of the page.

    Returns
    -------
    list of list
        Position of the region, chain, codes of its industries, class, plants.
    """
    if table is None or table.empty:
        return []
    silent = (str(Class.DISPERSED), str(Class.UNDETERMINED))
    spoken = table[(table["year"] == year) & ~table["class"].isin(silent)].head(_MOST_ROWS)
    parts = [
        _positions(spoken["region_id"], regions),
        spoken["chain"].astype(str).tolist(),
        [[code.strip() for code in str(m).split(",")] for m in spoken["members"]],
        spoken["class"].astype(str).tolist(),
        _plain(spoken["establishments"]),
    ]
    return [list(row) for row in zip(*parts, strict=True)]


def _positions(ids: pd.Series[str], known: Sequence[str] | pd.Series[str]) -> list[int]:
    return [int(place) for place in pd.Index(list(known)).get_indexer(pd.Index(ids))]


def main_inputs(io_table: pd.DataFrame, *, year: int, industries: int) -> list[list[Any]]:
    """Largest inputs of every industry, as shares of all it buys from industries.

    Parameters
    ----------
    io_table : DataFrame
        supplying_industry_key, using_industry_key, coefficient, flow, year.
    year : int
        Year of the page.
    industries : int
        Number of industries.

    Returns
    -------
    list of list
        Using industry, supplying industry, share; the largest first.
    """
    if io_table.empty:
        return []
    inputs = coefficient_matrix(table_of_year(io_table, year), industries=industries)
    rows = []
    for user in range(industries):
        bought = inputs[:, user].sum()
        if bought <= 0:
            continue
        for supplier in np.argsort(-inputs[:, user], kind="stable")[:_MOST_INPUTS]:
            if inputs[supplier, user] > 0:
                share = float(f"{inputs[supplier, user] / bought:.3g}")
                rows.append([user, int(supplier), share])
    return rows
