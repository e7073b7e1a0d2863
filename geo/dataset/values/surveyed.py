"""What is found of the texts of one table, and the marks that say that there is no value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geo.errors import Proposal
    from geo.settings import Settings
    from geo.vocabulary import Text

__all__ = [
    "MISSING",
    "ROW",
    "WITHHELD",
    "Marks",
    "Survey",
    "Unread",
    "distinct_texts",
    "enter",
    "is_declared",
    "text_of",
]


_WORDS = ("na", "n/a", "n.a.", "#n/a", "nan", "null", "none", "<na>", "nat", "#null!")
_SIGNS = ("-", "--", "---", ".", "..", "...", "…", "……", "–", "—", "――", "——", "−", "－", ":")
MISSING = frozenset((*_WORDS, *_SIGNS))
"""What programs and offices write for 'no value', in lower case."""

WITHHELD = frozenset(
    ["d", "(d)", "s", "(s)", "x", "(x)", "c", "(c)", ": c", ":c", "c :", "*", "**", "***"]
)
"""What offices write for a number that may not be published, in lower case."""


@dataclass(frozen=True)
class Marks:
    """Marks of one dataset: the usual ones, and what its settings add or take away."""

    missing: frozenset[str] = MISSING
    """In lower case; missing in every column."""
    withheld: frozenset[str] = WITHHELD
    """In lower case; missing in columns of numbers."""
    declared: frozenset[str] = frozenset()
    """Texts that `missing_values` names, as written there."""
    numbers: frozenset[float] = frozenset()
    """Those of them that are numbers."""

    @classmethod
    def of(cls, settings: Settings) -> Marks:
        """Marks as `missing_values` and `not_missing` of the dataset say.

        Examples
        --------
        >>> from geo.settings import Settings
        >>> marks = Marks.of(Settings(missing_values=("-9",), not_missing=("NA",)))
        >>> marks.is_missing("NA"), marks.is_missing("N/A"), marks.is_withheld("-9.0")
        (False, True, True)
        """
        kept = {text.casefold() for text in settings.not_missing}
        declared = frozenset(text.strip() for text in settings.missing_values)
        return cls(
            MISSING - kept,
            WITHHELD - kept,
            declared,
            frozenset(number for number in map(_number, declared) if number is not None),
        )

    def is_missing(self, text: str) -> bool:
        """Whether a text of any column says that there is no value."""
        return text in self.declared or text.casefold() in self.missing

    def is_withheld(self, text: str) -> bool:
        """Whether a text of a column of numbers or years says that its value is not told."""
        number = _number(text) if self.numbers else None
        return self.is_missing(text) or text.casefold() in self.withheld or number in self.numbers


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


ROW = "_row"
"""Column with the number of a row in its file."""


@dataclass(frozen=True)
class Unread:
    """Values of one column that cannot be read."""

    column: str
    value: str
    row: int
    rows: int


@dataclass
class Survey:
    """How the texts of one table are read."""

    marks: Marks
    readings: dict[str, pl.DataFrame] = field(default_factory=dict)
    """By column the texts that are not plain: text, value (null = none), wrong, rows."""
    unread: list[Unread] = field(default_factory=list)
    repairs: dict[str, int] = field(default_factory=dict)
    """Rows by what was done to read them."""
    controlled: list[str] = field(default_factory=list)
    """Columns of text with characters that no eye sees."""
    floats: list[str] = field(default_factory=list)
    """Columns of codes that a program has written as numbers with `.0`."""
    codes: frozenset[str] = frozenset()
    """Codes of industries that are none of the marks, since the settings look at them closely."""
    notices: list[Text] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    """Settings that would read more of it."""

    def count(self, code: str, rows: int) -> None:
        """Add rows of a repair."""
        if rows:
            self.repairs[code] = self.repairs.get(code, 0) + rows


def enter(
    survey: Survey, name: str, odd: pl.DataFrame, values: pl.Series, wrong: Iterable[bool]
) -> None:
    """Put the values of the odd texts of a column into a survey, and the first that is none."""
    table = odd.with_columns(values, pl.Series("wrong", list(wrong), pl.Boolean))
    survey.readings[name] = table.select("text", "value", "wrong", "rows")
    lost = table.filter("wrong").sort("row")
    if len(lost):
        first = lost.row(0, named=True)
        survey.unread.append(Unread(name, first["text"], first["row"], int(lost["rows"].sum())))


def text_of(name: str) -> pl.Expr:
    """Text of a column without the space around it."""
    return pl.col(name).cast(pl.String).str.strip_chars()


def is_declared(name: str, marks: Marks) -> pl.Expr:
    """Whether a number is one that the settings name as a mark of nothing."""
    if not marks.numbers:
        return pl.lit(value=False)
    value = text_of(name).cast(pl.Float64, strict=False)
    return value.is_in(list(marks.numbers)).fill_null(value=False)


def distinct_texts(frame: pl.LazyFrame, name: str, condition: pl.Expr) -> pl.DataFrame:
    """Distinct texts of a column where a condition holds: text, rows, row (the first)."""
    text = text_of(name)
    return (
        frame.filter(condition & pl.col(name).is_not_null() & (text != ""))
        .group_by(text.alias("text"))
        .agg(pl.len().alias("rows"), pl.col(ROW).min().alias("row"))
        .sort("row")
        .collect(engine="streaming")
    )
