"""A dataset examined: read as far as it goes, with the settings that would read more of it."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from geo.dataset import Dataset, read_dataset
from geo.dataset.files.settings_file import SETTINGS_FILE, language_of, with_proposals
from geo.errors import GeoError

if TYPE_CHECKING:
    from geo.errors import Proposal
    from geo.vocabulary import Language

__all__ = ["Examined", "Mended", "examined", "mended"]

_ROUNDS = 12


@dataclass(frozen=True)
class Examined:
    """What was found: a dataset, or the error that stopped its reading."""

    folder: Path
    language: Language
    dataset: Dataset | None
    error: GeoError | None

    @property
    def proposals(self) -> tuple[Proposal, ...]:
        """Settings that would read more."""
        if self.dataset is not None:
            return self.dataset.proposals
        return () if self.error is None else self.error.proposals


@dataclass(frozen=True)
class Mended:
    """Settings with everything that was proposed, and what they make of the dataset."""

    text: str
    """Content of a `dataset.yaml`."""
    proposals: tuple[Proposal, ...]
    """What was added to those that are there."""
    result: Examined


def examined(
    folder: Path, *, years: tuple[int, int] | None, settings_file: Path | None = None
) -> Examined:
    """Dataset of a folder, or why it cannot be used.

    Parameters
    ----------
    folder : Path
        The dataset.
    years : tuple of int, optional
        First and last year to read.
    settings_file : Path, optional
        File of settings in the place of its `dataset.yaml`.
    """
    language = language_of(folder, settings_file)
    with tempfile.TemporaryDirectory() as working:
        try:
            dataset = read_dataset(
                folder, into=Path(working), years=years, settings_file=settings_file
            )
        except GeoError as error:
            return Examined(folder, language, None, error)
    return Examined(folder, language, dataset, None)


def mended(
    first: Examined, *, years: tuple[int, int] | None, settings_file: Path | None = None
) -> Mended:
    """Settings that read most of a dataset: what is proposed is added until nothing more is.

    Parameters
    ----------
    first : Examined
        As it reads with the settings that are there.
    years : tuple of int, optional
        As for `examined`.
    settings_file : Path, optional
        As for `examined`.
    """
    given = settings_file or first.folder / SETTINGS_FILE
    old = given.read_text(encoding="utf-8-sig") if first.proposals and given.is_file() else ""
    text, result = old, first
    added: list[Proposal] = []
    # What stops the reading hides what comes after it: one round tells one such thing.
    for _ in range(_ROUNDS):
        added += [p for p in result.proposals if p not in added]
        more = with_proposals(old, added, first.language) if added else old
        if more == text:
            break
        text = more
        with tempfile.TemporaryDirectory() as working:
            file = Path(working) / SETTINGS_FILE
            file.write_text(text, encoding="utf-8")
            result = examined(first.folder, years=years, settings_file=file)
    return Mended(text, tuple(added), result)
