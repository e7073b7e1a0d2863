"""One layer of a map: what it is, and the words and look-ups that all layers share.

What belongs here: the shape of a layer. What does not: the rows of any one of them
(`geo.maps.layers.region_layers`, `geo.maps.layers.firm_layers`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from geo.schema import RESULT_TABLES, Column, Type
from geo.vocabulary import CLASSES, Class, Language, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy.typing as npt

    from geo.maps.measures import Measure

__all__ = [
    "CLASSIFICATION",
    "CLASS_LABEL",
    "FROM_DATE",
    "KIND_LABEL",
    "PARENT_NAME",
    "RANK",
    "Layer",
    "PlainTable",
    "class_labels",
    "joined",
    "positions",
    "sql_type",
    "words_for",
]

GeometryType = Literal["MultiPolygon", "Point", "LineString", "Unknown"]

RANK = {str(c): rank for rank, c in enumerate(Class)}

CLASSIFICATION = RESULT_TABLES["region_industry_classification"]

CLASS_LABEL = Column(
    name="class_label",
    type=Type.TEXT,
    meaning=Text("verdict in words", "類型（文字）", "类型（文字）"),
)


KIND_LABEL = Column(
    name="kind_label", type=Type.TEXT, meaning=Text("kind in words", "類別（文字）", "类别（文字）")
)

FROM_DATE = Column(
    name="from_date",
    type=Type.TEXT,
    meaning=Text("first day of the year", "該年首日", "该年首日"),
)
"""What the time slider of QGIS goes by; a date in the file."""

PARENT_NAME = Column(
    name="parent_name",
    type=Type.TEXT,
    meaning=Text(
        "larger region that it is part of; # and its id where the map has no name for it",
        "上級區域（# 為其編號，地圖未載名稱時）",
        "上级区域（# 为其编号，地图未载名称时）",
    ),
)


@dataclass(frozen=True, kw_only=True)
class PlainTable:
    """Rows without geometry that views are made of; the index of the frame is the fid."""

    name: str
    meaning: Text
    frame: pd.DataFrame
    types: Mapping[str, str]
    """SQL type of each column, in the order of the frame."""
    indexed: tuple[tuple[str, ...], ...] = ()
    """Columns by which rows are looked up."""


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One layer: its rows, and what a reader has to know about them."""

    name: str
    """Table name in the file."""
    title: Text
    description: Text
    """What a row is, and what was left out."""
    frame: pd.DataFrame
    """Rows; its columns are those of `columns`, then `geometry` (WGS 84) unless it is a view."""
    columns: tuple[Column, ...]
    """Meaning of every column but the geometry."""
    geometry_type: GeometryType
    query: str | None = None
    """Of a view, the SELECT over `tables` and `borders`, with OGC_FID first and geom last."""
    tables: tuple[PlainTable, ...] = ()
    """Of a view, what it is made of."""
    filtered: str = ""
    """Condition in SQL on the rows that the map shows until a reader chooses others."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Short names of columns in the language of the map, where the schema's are too long."""
    measures: tuple[Measure, ...] = ()
    """What the layer can be coloured by, the first unless a reader chooses another."""
    breaks: Mapping[str, Sequence[float]] = field(default_factory=dict)
    """Values at which colours part, by column of the measures of numbers."""

    @property
    def is_yearly(self) -> bool:
        """Whether it has rows of several years, of which a map shows one at a time."""
        return any(column.name == FROM_DATE.name for column in self.columns)

    @property
    def last_year(self) -> int:
        """Last year of its rows."""
        return int(self.frame["year"].max())


def sql_type(column: Column) -> str:
    """Type of a column in SQL, as GeoPackages name it."""
    if column.name == FROM_DATE.name:
        # As a plain date QGIS compares it as text, and finds the years one day off.
        return "DATETIME"
    return {
        Type.TEXT: "TEXT",
        Type.INTEGER: "INTEGER",
        Type.YEAR: "INTEGER",
        Type.NUMBER: "REAL",
        Type.YES_NO: "BOOLEAN",
    }[column.type]


def class_labels(classes: pd.Series[str], language: Language) -> pd.Series[str]:
    """Names of `classes` in `language`; missing where the class is.

    Examples
    --------
    >>> class_labels(pd.Series(["cluster", None]), Language.ZH_HANS).tolist()
    ['集群', None]
    """
    words = {str(c): style.label.in_language(language) for c, style in CLASSES.items()}
    labels = [words.get(c) for c in classes.astype(object)]
    return pd.Series(labels, index=classes.index, dtype=object)


def words_for(kinds: Iterable[str], words: dict[str, Text], language: Language) -> list[str]:
    """Words of `kinds` in `language`; a kind without words stays as it is."""
    return [words[k].in_language(language) if k in words else k for k in kinds]


def joined(texts: Sequence[Text]) -> Text:
    """Texts one after the other: with spaces in English, without in Chinese."""
    en, hant, hans = zip(*texts, strict=True)
    return Text(" ".join(en), "".join(hant), "".join(hans))


def positions(values: pd.Series[str], among: pd.Series[str]) -> npt.NDArray[np.int64]:
    """Position of each of `values` in `among`; -1 where it is not there."""
    return pd.Index(among).get_indexer(pd.Index(values)).astype(np.int64)
