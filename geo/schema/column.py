"""What a table and a column are, and how one is written down in a line.

What belongs here: the types that describe tables, makers of columns, and the columns that several
tables share. What does not: any one table.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from geo.vocabulary import Class, Text

__all__ = [
    "CLASS",
    "REGION",
    "YEAR",
    "Column",
    "Table",
    "Type",
    "amount",
    "answer",
    "count",
    "geometry",
    "number",
    "share",
    "text",
    "year",
]


class Type(StrEnum):
    """What a column holds."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    YEAR = "year"  # a year, or a date of which the year is read
    YES_NO = "yes or no"
    GEOMETRY = "geometry"


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: what it is called, holds and means, and what may stand in it."""

    name: str
    type: Type
    meaning: Text
    required: bool = False
    nullable: bool = True
    minimum: float | None = None
    maximum: float | None = None
    allowed: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table: its name, its meaning and grain, and its columns in order."""

    name: str
    meaning: Text
    columns: tuple[Column, ...]
    required: bool = False
    key: tuple[str, ...] = ()

    def column(self, name: str) -> Column:
        """Column called `name`; KeyError where there is none."""
        return next((c for c in self.columns if c.name == name), None) or _no_column(self, name)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(c.name for c in self.columns)


def _no_column(table: Table, name: str) -> Column:
    message = f"{table.name} has no column {name}"
    raise KeyError(message)


def text(name: str, en: str, hant: str, hans: str | None = None, **rest: object) -> Column:
    """Column of text."""
    return Column(name=name, type=Type.TEXT, meaning=Text(en, hant, hans), **rest)  # type: ignore[arg-type]


def count(name: str, en: str, hant: str, hans: str | None = None, **rest: object) -> Column:
    """Column of whole numbers from zero on."""
    return Column(
        name=name,
        type=Type.INTEGER,
        meaning=Text(en, hant, hans),
        minimum=0,
        **rest,  # type: ignore[arg-type]
    )


def number(name: str, en: str, hant: str, hans: str | None = None, **rest: object) -> Column:
    """Column of numbers."""
    return Column(name=name, type=Type.NUMBER, meaning=Text(en, hant, hans), **rest)  # type: ignore[arg-type]


def amount(name: str, en: str, hant: str, hans: str | None = None, **rest: object) -> Column:
    """Column of numbers from zero on."""
    return number(name, en, hant, hans, minimum=0, **rest)


def share(name: str, en: str, hant: str, hans: str | None = None, **rest: object) -> Column:
    """Column of numbers between 0 and 1."""
    return number(name, en, hant, hans, minimum=0, maximum=1, **rest)


def year(name: str, en: str, hant: str, hans: str | None = None, **rest: object) -> Column:
    """Column of years."""
    return Column(name=name, type=Type.YEAR, meaning=Text(en, hant, hans), **rest)  # type: ignore[arg-type]


def answer(name: str, en: str, hant: str, hans: str | None = None) -> Column:
    """Column of yes, no or null for 'not known'."""
    return Column(name=name, type=Type.YES_NO, meaning=Text(en, hant, hans))


def geometry(en: str, hant: str, hans: str | None = None, **rest: object) -> Column:
    """The column of geometry."""
    return Column(name="geometry", type=Type.GEOMETRY, meaning=Text(en, hant, hans), **rest)  # type: ignore[arg-type]


CLASS = text("class", "verdict", "類型", allowed=tuple(Class), nullable=False)
REGION = (
    text("region_id", "id of the region", "區域編號", nullable=False),
    text("region_name", "name of the region", "區域名稱"),
)
YEAR = Column(name="year", type=Type.INTEGER, meaning=Text("year", "年份"), nullable=False)
