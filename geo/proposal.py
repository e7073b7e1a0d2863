"""One setting of `dataset.yaml` that would read what is not read without it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from geo.vocabulary import Text

__all__ = ["Proposal", "Value"]

Value: TypeAlias = "str | list[str] | dict[str, Value]"
"""What a setting may hold in the file: a text, texts, or either of them by name."""


class Proposal(NamedTuple):
    """A setting, what to put there, and why."""

    setting: str
    value: Value
    """A text takes the place of nothing; texts and mappings are added to those that are there."""
    why: Text
