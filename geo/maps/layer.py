"""One layer of a map: what it is, and the words and look-ups that all layers share.

What belongs here: the shape of a layer. What does not: the rows of any one of them
(`geo.maps.region_layers`, `geo.maps.firm_layers`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from geo.schema import RESULT_TABLES, Column, Type
from geo.vocabulary import CLASSES, Class, Language, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import geopandas as gpd
    import numpy.typing as npt

__all__ = [
    "CLASSIFICATION",
    "CLASS_LABEL",
    "RANK",
    "Layer",
    "class_labels",
    "joined",
    "positions",
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


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One layer: its rows, and what a reader has to know about them."""

    name: str
    """Table name in the file."""
    title: Text
    description: Text
    """What a row is, and what was left out."""
    frame: gpd.GeoDataFrame
    """Rows in WGS 84; its columns are those of `columns`, then `geometry`."""
    columns: tuple[Column, ...]
    """Meaning of every column but the geometry."""
    geometry_type: GeometryType


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
