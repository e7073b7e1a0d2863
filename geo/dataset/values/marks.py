"""Marks that stand where a value is missing or withheld, in any format.

What belongs here: which texts say that there is no value. What does not: reading a value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geo.settings import Settings

__all__ = ["MISSING", "WITHHELD", "Marks"]

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
