"""Sections of the report that show a result table: a heading, a caption, a figure, rows.

What belongs here: how any result table is shown, with the headings that the schema gives its
columns. What does not: which tables are shown and what is chosen of them
(`geo.maps.report_sections`), and the page as a whole (`geo.maps.report`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.maps.wording import THRESHOLDS, WORDS
from geo.official_rules import PROFILES
from geo.schema import RESULT_TABLES, Column, Type
from geo.vocabulary import CLASSES, SHAPES, STAGES, Class, Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["NOTHING", "Section", "as_text", "shown_value", "table_section"]

NOTHING = Text("–", "–", "–")
_LISTS = {"industries": " | ", "members": ", "}
"""Columns that list codes of industries, and what stands between two."""
_LONG = {"region_names", "industries", "members", "rests_on"}
_SHORT = {
    "region_id": Text("region", "區域", "区域"),
    "industry": Text("industry", "行業", "行业"),
    "other_industry": Text("other industry", "另一行業", "另一行业"),
}


@dataclass(frozen=True, kw_only=True)
class Section:
    """One section of the page, in all languages."""

    key: str
    """Anchor in the page."""
    title: Text
    caption: Text
    figures: Sequence[str] = ()
    """SVG whose labels are in all languages."""
    columns: Sequence[Text] = ()
    kinds: Sequence[str] = ()
    """What each column holds: n = numbers, which are set to the right, s = sentences, which need
    room, w = words."""
    rows: Sequence[Sequence[Text]] = ()


def as_text(words: object) -> Text:
    """The same words in every language."""
    return Text(str(words), str(words), str(words))


def table_section(
    name: str,
    table: pd.DataFrame,
    columns: Sequence[str],
    *,
    title: Text,
    caption: Text,
    industries: Mapping[str, Text],
    headings: Mapping[str, Text] | None = None,
    figures: Sequence[str] = (),
    key: str | None = None,
) -> Section:
    """Rows of a result as a section.

    Parameters
    ----------
    name : str
        Result of the schema.
    table : DataFrame
        The rows to show, in order.
    columns : sequence of str
        Columns of the result to show. `region_id` shows the region's name, `industry` the name in
        each language, and so does a list of codes (`industries`, `members`); a stem such as
        `sentence` shows `sentence_en` and its like.
    title, caption : Text
        Heading, and what a reader has to know.
    industries : mapping of str to Text
        Name of every industry by its code.
    headings : mapping of str to Text, optional
        Shorter headings than the schema's meanings.
    figures : sequence of str
        Drawings above the rows.
    key : str, optional
        Anchor of the section, where it is not the name of the result.
    """
    schema = {column.name: column for column in RESULT_TABLES[name].columns}
    described = [schema.get(column) or schema[f"{column}_en"] for column in columns]
    short = _SHORT | dict(headings or {})
    heads = [short.get(n, c.meaning) for n, c in zip(columns, described, strict=True)]
    rows = [
        [_cell(row, n, c, industries) for n, c in zip(columns, described, strict=True)]
        for row in table.to_dict("records")
    ]
    numbers = {Type.NUMBER, Type.INTEGER}
    return Section(
        key=key or name.replace("_", "-"),
        title=title,
        caption=caption,
        figures=figures,
        columns=heads,
        kinds=[
            "n" if c.type in numbers else "s" if _is_long(c, columns) else "w" for c in described
        ],
        rows=rows,
    )


def _cell(
    row: Mapping[Any, Any], name: str, column: Column, industries: Mapping[str, Text]
) -> Text:
    if name == "region_id":
        named = row.get("region_name")
        return as_text(named if isinstance(named, str) and named else row[name])
    if name in {"industry", "other_industry"}:
        return industries.get(row[name], as_text(row[name]))
    if name in _LISTS and isinstance(row[name], str):
        listed = [industries.get(code, as_text(code)) for code in row[name].split(_LISTS[name])]
        return _listed(listed)
    if name == "rests_on":
        return _thresholds(row[name])
    if column.name.endswith("_en") and name != column.name:
        parts = [row[f"{name}_{suffix}"] for suffix in ("en", "zh_hant", "zh_hans")]
        return Text(*("–" if pd.isna(part) else str(part) for part in parts))
    return shown_value(column, row[name])


def _is_long(column: Column, columns: Sequence[str]) -> bool:
    return column.name in _LONG or column.name not in columns


def _listed(texts: Sequence[Text]) -> Text:
    return Text(
        *(
            joint.join(words)
            for joint, words in zip(WORDS["joint"], zip(*texts, strict=True), strict=True)
        )
    )


def _thresholds(names: object) -> Text:
    """Thresholds, which the table joins by commas, in words."""
    if not isinstance(names, str):
        return NOTHING
    return _listed([THRESHOLDS[name] for name in names.split(",")])


def shown_value(column: Column, value: Any) -> Text:  # noqa: ANN401 - of a table
    """A value of a column as a reader wants it: shares in per cent, words in their language.

    Examples
    --------
    >>> from geo.schema import RESULT_TABLES
    >>> table = RESULT_TABLES["region_industry_classification"]
    >>> shown_value(table.column("locally_linked_share"), 0.256).en
    '26 %'
    >>> shown_value(table.column("class"), "cluster").zh_hant
    '集群'
    """
    if pd.isna(value):
        return NOTHING
    if column.name == "profile":
        return PROFILES[value].name
    words = _WORDS.get(column.allowed or ())
    if words is not None:
        return words[value]
    if column.type is Type.YES_NO:
        return _YES if value else _NO
    if column.type in (Type.NUMBER, Type.INTEGER) and not column.name.startswith("year"):
        return as_text(_figure(column, float(value)))
    return as_text(value)


_INDICES = {"gini", "hoover", "herfindahl"}
"""Between 0 and 1, and no shares."""
_SHARES = {"explained_by_drivers", "explained_by_partners", "drivers_low", "drivers_high",
           "partners_low", "partners_high"}  # fmt: skip
"""Shares that may be below 0, where what is added explains less than nothing."""
_YES, _NO = Text("yes", "是", "是"), Text("no", "否", "否")
_WORDS: dict[tuple[str, ...], Mapping[str, Text]] = {
    tuple(Class): {str(name): style.label for name, style in CLASSES.items()},
    tuple(STAGES): STAGES,
    tuple(SHAPES): SHAPES,
    ("employment", "establishments"): {
        "employment": Text("jobs", "就業", "就业"),
        "establishments": Text("firms", "企業", "企业"),
    },
    ("more", "alike", "less"): {
        "more": Text("more", "較強", "较强"),
        "alike": Text("alike", "相當", "相当"),
        "less": Text("less", "較弱", "较弱"),
    },
}


def _figure(column: Column, value: float) -> str:
    if column.type is Type.INTEGER:
        return f"{value:,.0f}"
    if column.name.endswith(("_p", "_q")):
        return "< 0.001" if value < 0.001 else f"{value:.3f}"
    is_share = (column.minimum, column.maximum) == (0, 1) and column.name not in _INDICES
    if is_share or column.name in _SHARES:
        return f"{round(100 * value) + 0.0:,.0f} %".replace("-", "−")
    digits = 0 if abs(value) >= 100 else 2 if abs(value) >= 0.1 else 3
    # Adding 0 takes the sign from a number that is rounded to nought.
    return f"{round(value, digits) + 0.0:,.{digits}f}".replace("-", "−")
