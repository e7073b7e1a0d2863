"""What can be wrong with what a user or a caller hands in, and the setting that would mend it."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from geo.vocabulary import Language, Text

__all__ = [
    "DatasetError",
    "GeoError",
    "InputOutputError",
    "InvalidCountsError",
    "Proposal",
    "Value",
    "brief",
]


Value: TypeAlias = "str | list[str] | dict[str, Value]"
"""What a setting may hold in the file: a text, texts, or either of them by name."""


class Proposal(NamedTuple):
    """A setting, what to put there, and why."""

    setting: str
    value: Value
    """A text takes the place of nothing; texts and mappings are added to those that are there."""
    why: Text


_LONGEST = 60


class GeoError(ValueError):
    """Root of every error that `geo` raises on purpose; its text is one sentence for a user."""

    def __init__(self, sentence: str | Text) -> None:
        text = Text(sentence, sentence, sentence) if isinstance(sentence, str) else sentence
        super().__init__(text.en)
        self.sentence = text
        self.language = Language.EN
        """Language of the dataset that it is about, where that is known."""
        self.proposals: tuple[Proposal, ...] = ()
        """Settings that would read what it is about."""

    def __str__(self) -> str:
        """Return the sentence in the language of the dataset."""
        return self.sentence.in_language(self.language)


class DatasetError(GeoError):
    """A dataset that cannot be used: names the file, the column, the value, and what to do."""

    def __init__(self, sentence: str | Text, *proposals: Proposal) -> None:
        super().__init__(sentence)
        self.proposals = proposals


class InvalidCountsError(GeoError):
    """Counts, shares or sizes outside their allowed range."""


class InputOutputError(GeoError):
    """An input-output table that cannot be read or inverted; says which entry, and what to do."""


def brief(value: object) -> str:
    r"""A value of a user as a sentence repeats it: quoted, in one line, and no longer than needed.

    Examples
    --------
    >>> brief("a\nb"), len(brief("x" * 3_000_000)), brief("\x1b[31m")
    ("'a b'", 62, "'\\x1b[31m'")
    """
    text = " ".join(str(value)[: 10 * _LONGEST].split())
    return repr(text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}...")
