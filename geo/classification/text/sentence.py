"""A sentence of a reason, and when it is said."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import polars as pl

    from geo.vocabulary import Text

__all__ = ["Sentence"]


class Sentence(NamedTuple):
    """A text with `{placeholders}` and the condition under which it is said."""

    when: pl.Expr
    text: Text
