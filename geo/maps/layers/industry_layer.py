"""The layer that answers where an industry is: every cell of every year, on its region's polygon.

What belongs here: how all cells fit into a small file, and which of their numbers the map shows.
What does not: how they look (`geo.maps.geopackage.qml`).

Polygons are stored once, in `borders`. A view joins them to the cells, so half a million cells
cost their numbers alone. They lie in the order of industry and year, so two numbers find those of
an industry where an index would take as much room as a column.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from geo.maps.layers.layer import (
    CLASS_LABEL,
    CLASSIFICATION,
    FROM_DATE,
    PARENT_NAME,
    Layer,
    PlainTable,
    joined,
    sql_type,
)
from geo.maps.measures import MANY, columns_shown, is_kept
from geo.maps.palette import breaks_of, decades
from geo.schema import Column, Type
from geo.vocabulary import CLASSES, Class, Language, Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    import numpy.typing as npt

    from geo.maps.measures import Measure
    from geo.settings import Settings

__all__ = ["industries_layer", "industry_of_interest"]

_EVERYWHERE = ("establishments", "employment", "location_quotient", "confidence")
"""Measures that every cell of a large dataset keeps."""
_QUADRANT = "local_moran_quadrant"
_NAME = Text("industry", "行業", "行业")
_CHANGE = Column(
    name="change",
    type=Type.TEXT,
    meaning=Text(
        "what is missing to move up, and what it would move down by losing",
        "上升尚缺什麼；失去什麼即下降",
        "上升尚缺什么；失去什么即下降",
    ),
)
_CHANGE_BEGINS = re.compile("Missing to move up|It would move down|上升尚缺")
_CHANGE_ENDS = "判定即下降。"
"""How a reason turns to what would change it: by its first words, or in Chinese by its last."""


class _Stored(NamedTuple):
    """Which columns are stored where."""

    everywhere: list[str]
    """With every cell."""
    details: list[str]
    """With those that there is more to tell of."""


def industries_layer(
    classification: pd.DataFrame,
    *,
    regions: gpd.GeoDataFrame,
    language: Language,
    settings: Settings,
) -> Layer:
    """Every cell on its region's polygon; the map shows one industry at a time.

    Of a large dataset the dispersed cells keep their size, quotient, class, confidence and reason
    alone, and the description says so.

    Parameters
    ----------
    classification : DataFrame
        Result `region_industry_classification` of all years.
    regions : GeoDataFrame
        The map, in the order of the layer of borders.
    language : Language
        Language of the names and labels.
    settings : Settings
        Floors, and the industries of interest.
    """
    cells = classification[classification["region_id"].isin(regions["region_id"])]
    cells = cells.sort_values(["industry", "year", "region_id"], kind="stable")
    cells = _with_significant_quadrants(cells.reset_index(drop=True), settings)
    cells = _with_change(cells)
    known = {name for name in cells.columns if cells[name].notna().any()}
    measures = [m for m in columns_shown(known) if m.column in CLASSIFICATION.names]
    told = is_kept(cells, "spoken", thresholds=settings.thresholds)
    told = told | (len(cells) <= MANY)
    stored = _stored(measures, known)
    names = ("region_id", "region_name", "industry", "industry_name", "year", "class")
    columns = {name: CLASSIFICATION.column(name) for name in names}
    columns |= {c.name: c for c in (PARENT_NAME, FROM_DATE, CLASS_LABEL)}
    numbers = [*stored.everywhere, *stored.details, "reason"]
    order = [*names[:2], "parent_name", *names[2:5], "from_date", "class", "class_label", *numbers]
    order.append("change")
    columns |= {name: CLASSIFICATION.column(name) for name in numbers} | {"change": _CHANGE}
    on_map = tuple(m for m in measures if m.on_map)
    return Layer(
        name="industries",
        title=Text("Where one industry is", "單一行業的分布", "单一行业的分布"),
        description=_description(int((~told).sum())),
        frame=cells,
        columns=tuple(columns[name] for name in order),
        geometry_type="MultiPolygon",
        query=_query(stored),
        tables=_tables(cells, stored, told=told, regions=regions, language=language),
        filtered=f"\"industry\" = '{industry_of_interest(cells, settings)}'",
        labels={m.column: m.label.in_language(language) for m in measures}
        | {"industry_name": _NAME.in_language(language)},
        measures=on_map,
        breaks={
            m.column: breaks_of(m, settings.thresholds) or decades(float(cells[m.column].max()))
            for m in on_map
            if m.form != "words"
        },
    )


def industry_of_interest(classification: pd.DataFrame, settings: Settings) -> str:
    """Industry that the map shows first: the first that the dataset names, or the most clustered.

    The most clustered has the most clusters in the last year, then the most emerging clusters,
    and so on.
    """
    there = set(classification["industry"])
    named = [code for code in settings.industries_of_interest if code in there]
    if named:
        return named[0]
    latest = classification[classification["year"] == classification["year"].max()]
    counts = pd.crosstab(latest["industry"], latest["class"].astype(str))
    ranked = [str(c) for c in reversed(Class) if str(c) in counts]
    best = counts.sort_index().sort_values(ranked, ascending=False, kind="stable")
    return str(best.index[0])


def _with_significant_quadrants(cells: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    if _QUADRANT not in cells:
        return cells
    significant = is_kept(cells, "significant", thresholds=settings.thresholds)
    quadrants = cells[_QUADRANT].astype(object).where(significant, None)
    return cells.assign(**{_QUADRANT: quadrants})


def _with_change(cells: pd.DataFrame) -> pd.DataFrame:
    """Cells with their reason cut in two: why, and what would change it, which many share."""
    place, reasons = pd.factorize(cells["reason"].astype(object).fillna(""))
    parts = [(r[:k].strip(), r[k:].strip() or None) for r in reasons for k in [_turn(r)]]
    why, change = (np.array(texts, dtype=object) for texts in zip(*parts, strict=True))
    return cells.assign(reason=why[place], change=change[place])


def _turn(reason: str) -> int:
    """Where in `reason` the first sentence about a change begins; its end where there is none."""
    found = _CHANGE_BEGINS.search(reason)
    if found is not None:
        return found.start()
    if reason.endswith(_CHANGE_ENDS):
        return reason.rfind("。", 0, -len(_CHANGE_ENDS)) + 1
    return len(reason)


def _stored(measures: Iterable[Measure], known: set[str]) -> _Stored:
    everywhere, details = [], []
    for m in measures:
        beside = [m.low, m.high, m.whole, m.usual, m.chance]
        if m.column in (*_EVERYWHERE, _QUADRANT):
            everywhere.append(m.column)
        elif m.column != "class":
            details.append(m.column)
        details += [c for c in beside if c in known and c in CLASSIFICATION.names]
    return _Stored(everywhere, [c for c in dict.fromkeys(details) if c not in everywhere])


def _description(left_out: int) -> Text:
    said = [
        Text(
            "Every cell (region, industry, year) on its region. The layer's filter chooses the "
            "industry; a region without it has no row.",
            "每個單元（區域、行業、年份）置於其區域上。圖層篩選決定所示行業；無該行業的區域沒有資料列。",
            "每个单元（区域、行业、年份）置于其区域上。图层筛选决定所示行业；无该行业的区域没有数据行。",
        )
    ]
    if left_out:
        said.append(
            Text(
                f"{left_out:,} dispersed cells keep size, quotient, class, confidence and reason "
                "alone; region_industry_classification.parquet has the rest.",
                f"{left_out:,} 個分散單元僅保留規模、區位商、類型、置信度與理由；"
                "其餘見 region_industry_classification.parquet。",
                f"{left_out:,} 个分散单元仅保留规模、区位商、类型、置信度与理由；"
                "其余见 region_industry_classification.parquet。",
            )
        )
    return joined(said)


def _query(stored: _Stored) -> str:
    """SELECT of the view; columns are plain, since readers take their types from the tables."""
    numbers = "".join(f"c.{name}, " for name in stored.everywhere)
    numbers += "".join(f"d.{name}, " for name in stored.details)
    return (
        "SELECT c.fid AS OGC_FID, b.region_id, b.region_name, b.parent_name, i.industry, "  # noqa: S608 - our own names
        f"i.industry_name, i.year, i.from_date, k.class, k.class_label, {numbers}r.reason, "
        "m.change, b.geom "
        "FROM industry_years AS i JOIN cells AS c ON c.fid BETWEEN i.first_cell AND i.last_cell "
        "JOIN class_names AS k ON k.fid = c.class_fid JOIN reasons AS r ON r.fid = c.reason_fid "
        "JOIN borders AS b ON b.fid = c.region_fid LEFT JOIN changes AS m ON m.fid = c.change_fid "
        "LEFT JOIN cell_details AS d ON d.fid = c.fid"
    )


def _tables(
    cells: pd.DataFrame,
    stored: _Stored,
    *,
    told: npt.NDArray[np.bool_],
    regions: gpd.GeoDataFrame,
    language: Language,
) -> tuple[PlainTable, ...]:
    """Tables under the view; `cells` are in the order of industry and year."""
    reason_fid, reasons = pd.factorize(cells["reason"].astype(object), sort=True)
    change_fid, changes = pd.factorize(cells["change"].astype(object), sort=True)
    place = pd.Index(regions["region_id"]).get_indexer(cells["region_id"])
    ranks = {str(c): k for k, c in enumerate(Class, start=1)}
    keys = pd.DataFrame(
        {
            "region_fid": place + 1,
            "class_fid": cells["class"].astype(object).map(ranks),
            "reason_fid": reason_fid + 1,
            "change_fid": change_fid + 1,
        }
    )
    classes = [(str(c), CLASSES[c].label.in_language(language)) for c in Class]
    return (
        _industry_years(cells),
        _table(
            "class_names",
            Text("classes", "類型", "类型"),
            pd.DataFrame(classes, columns=["class", "class_label"], dtype=object),
            {"class": "TEXT", "class_label": "TEXT"},
        ),
        _table(
            "reasons",
            Text("reasons, each once", "理由（不重複）", "理由（不重复）"),
            pd.DataFrame({"reason": np.asarray(reasons, dtype=object)}),
            {"reason": "TEXT"},
        ),
        _table(
            "changes",
            Text("what would change verdicts", "何者會改變判定", "何者会改变判定"),
            pd.DataFrame({"change": np.asarray(changes, dtype=object)}),
            {"change": "TEXT"},
        ),
        _table(
            "cells",
            Text("cells: keys and main numbers", "單元：鍵與主要數字", "单元：键与主要数字"),
            pd.concat([keys, cells[stored.everywhere]], axis=1),
            dict.fromkeys(keys.columns, "INTEGER") | _types(stored.everywhere),
        ),
        _table(
            "cell_details",
            Text("cells: further numbers", "單元：其餘數字", "单元：其余数字"),
            cells.loc[told, stored.details],
            _types(stored.details),
        ),
    )


def _industry_years(cells: pd.DataFrame) -> PlainTable:
    """Industries by year, each with its first and last cell."""
    numbered = cells[["industry", "industry_name", "year"]].assign(
        cell=np.arange(1, len(cells) + 1)
    )
    grouped = numbered.groupby(["industry", "year"], sort=True, observed=True)
    rows = grouped.agg(
        industry_name=("industry_name", "first"),
        first_cell=("cell", "min"),
        last_cell=("cell", "max"),
    ).reset_index()
    rows["from_date"] = [f"{year}-01-01T00:00:00.000Z" for year in rows["year"]]
    types = {
        "industry": "TEXT",
        "industry_name": "TEXT",
        "year": "INTEGER",
        "from_date": "DATETIME",
        "first_cell": "INTEGER",
        "last_cell": "INTEGER",
    }
    meaning = Text("industries by year", "行業與年份", "行业与年份")
    indexed = (("industry",), ("industry_name",))
    return _table("industry_years", meaning, rows[[*types]], types, indexed=indexed)


def _table(
    name: str,
    meaning: Text,
    frame: pd.DataFrame,
    types: dict[str, str],
    *,
    indexed: tuple[tuple[str, ...], ...] = (),
) -> PlainTable:
    numbered = frame.set_axis(frame.index + 1)
    return PlainTable(name=name, meaning=meaning, frame=numbered, types=types, indexed=indexed)


def _types(names: Iterable[str]) -> dict[str, str]:
    return {name: sql_type(CLASSIFICATION.column(name)) for name in names}
