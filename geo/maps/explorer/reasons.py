"""Reasons of verdicts, told apart into sentences that recur and the numbers in them.

A dataset has some ten to some hundred sentences and half a million reasons. Each reason is its
sentence in three languages and its numbers, and most numbers stand in the columns of the cell
already: such a number is only named. It is named where the page, from what it reads, would write
exactly the same; every other number is kept as it was written. So a reason is either told to the
letter or not at all.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from geo.maps.explorer.codecs import Packed, as_text, as_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy.typing as npt

    Texts = npt.NDArray[np.object_]

__all__ = ["Reasons", "packed_reasons"]

_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")  # a comma behind it is not of it
_SLOT = "\x00"
_FORMS = ("0", "1", "2", "3", "%")
_LANGUAGES = ("reason_en", "reason_zh_hant", "reason_zh_hans")
_MOST_TEMPLATES = 60_000
_PROBED = 20


class Reasons(NamedTuple):
    """Reasons of all cells that have one here."""

    template: Packed
    """Position of each cell's template; not known where the reason is left out."""
    templates: list[dict[str, Any]]
    """Sentences with `{0}`, `{1}`, ... by language, and the slots: `[column, form]`, the
    position of a list of written numbers, or None where the number stands in the sentence."""
    written: Packed
    """Written numbers: one line a slot, blanks between the cells in their order."""


def packed_reasons(
    table: pd.DataFrame, columns: Mapping[str, npt.NDArray[np.float64]], *, told: npt.ArrayLike
) -> Reasons:
    """Reasons as sentences and numbers.

    Parameters
    ----------
    table : DataFrame
        Columns reason_en, reason_zh_hant, reason_zh_hans; one row per cell.
    columns : mapping of str to ndarray
        What the page reads of each column, for every cell.
    told : array_like of bool
        Cells whose reason is told whatever it needs; of the others those whose numbers all stand
        in the columns.
    """
    # Many cells have the same reason: each is taken apart once.
    of_cell, first = _distinct(table)
    split = [_split(table[name].iloc[first]) for name in _LANGUAGES]
    shape_of, shapes = pd.factorize(np.array(_templates(split), dtype=object))
    numbers = [split[0][1][k] for k in of_cell]
    writing = _Told(columns, np.asarray(told, dtype=bool))
    by_shape = _rows_by_group(shape_of[of_cell], len(shapes))
    for shape, cells in zip(shapes, by_shape, strict=True):
        if shape and len(writing.templates) < _MOST_TEMPLATES:
            _add_template(shape, cells, numbers, writing)
    return Reasons(as_whole(writing.template), writing.templates, as_text(writing.lines))


def _distinct(table: pd.DataFrame) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Place of each cell's reason among the distinct ones, and a row that has each of them."""
    of_cell = np.asarray(table.groupby(list(_LANGUAGES), sort=False).ngroup(), dtype=np.int64)
    first = np.asarray(np.unique(of_cell, return_index=True)[1], dtype=np.int64)
    return of_cell, first


class _Slot(NamedTuple):
    """The numbers of one place of a sentence, as they were written."""

    texts: list[str]
    digits: npt.NDArray[np.int64]
    """The number without its point."""
    places: npt.NDArray[np.int64]
    """Digits behind the point; -1 where it is not written as sentences write numbers."""


class _Same(NamedTuple):
    """A column that says the same as a slot."""

    column: str
    form: str
    where: npt.NDArray[np.bool_]


def _slot(texts: list[str]) -> _Slot:
    digits = np.array([int(t.replace(",", "").replace(".", "")) for t in texts], dtype=np.int64)
    places = np.array([len(t.partition(".")[2]) for t in texts], dtype=np.int64)
    remembered: dict[tuple[int, int], str] = {}
    for k, text in enumerate(texts):
        key = (int(digits[k]), int(places[k]))
        if key not in remembered:
            remembered[key] = _with_point(*key)
        if remembered[key] != text:
            places[k] = -1
    return _Slot(texts, digits, places)


def _with_point(digits: int, places: int) -> str:
    whole, rest = divmod(digits, 10**places)
    return f"{whole:,}" + (f".{rest:0{places}d}" if places else "")


def _same(
    slot: _Slot, columns: Mapping[str, npt.NDArray[np.float64]], cells: npt.NDArray[np.int64]
) -> _Same | None:
    """Column that writes most of a slot; None where none writes the half of it."""
    best: _Same | None = None
    for column, values in columns.items():
        mine = values[cells]
        for form in _FORMS:
            is_same = _are_written(mine, form, slot, slice(0, _PROBED))
            if not is_same.any():
                continue
            is_same = _are_written(mine, form, slot, slice(None))
            if best is None or is_same.sum() > best.where.sum():
                best = _Same(column, form, is_same)
    return None if best is None or best.where.mean() < 0.5 else best


def _are_written(
    values: npt.NDArray[np.float64], form: str, slot: _Slot, part: slice
) -> npt.NDArray[np.bool_]:
    places = 2 if form == "%" else int(form)
    scaled = np.floor(values[part] * 10**places + 0.5)
    asked = 0 if form == "%" else places
    same: npt.NDArray[np.bool_] = (slot.places[part] == asked) & (scaled == slot.digits[part])
    return same


def _split(reasons: pd.Series[str]) -> tuple[list[str], list[list[str]]]:
    """Each reason with its numbers taken out, and the numbers."""
    texts = reasons.astype(object).tolist()
    return [_NUMBER.sub(_SLOT, t) for t in texts], [_NUMBER.findall(t) for t in texts]


def _templates(split: list[tuple[list[str], list[list[str]]]]) -> list[str]:
    """Sentences in three languages whose slots name the numbers of the English one.

    Empty where a number of another language does not stand in the English one.
    """
    texts: list[str] = []
    remembered: dict[tuple[str, ...], str] = {}
    (english, numbers), *others = split
    for k, first in enumerate(english):
        places = [_places(numbers[k], other[1][k]) for other in others]
        key = (first, *(other[0][k] for other in others), repr(places))
        if key not in remembered:
            filled = [_with_slots(first, range(len(numbers[k])))]
            filled += [
                _with_slots(other[0][k], p)
                for other, p in zip(others, places, strict=True)
                if p is not None
            ]
            remembered[key] = "\x01".join(filled) if len(filled) == len(split) else ""
        texts.append(remembered[key])
    return texts


def _places(first: list[str], other: list[str]) -> list[int] | None:
    """Place in `first` of every number of `other`; None where one is not there."""
    free: dict[str, list[int]] = {}
    for place, number in enumerate(first):
        free.setdefault(number, []).append(place)
    found = []
    for number in other:
        places = free.get(number)
        if not places:
            return None
        found.append(places.pop(0) if len(places) > 1 else places[0])
    return found


def _with_slots(text: str, places: Iterable[int]) -> str:
    parts = text.split(_SLOT)
    return parts[0] + "".join(f"{{{p}}}{rest}" for p, rest in zip(places, parts[1:], strict=True))


def _rows_by_group(group: npt.NDArray[np.int64], count: int) -> list[npt.NDArray[np.int64]]:
    order = np.argsort(group, kind="stable")
    return np.split(order, np.searchsorted(group[order], np.arange(1, count)))


def _add_template(
    shape: str,
    cells: npt.NDArray[np.int64],
    numbers: list[list[str]],
    told: _Told,
) -> None:
    """Write the cells of one sentence: those whose numbers can be named, then the others."""
    slots = [_slot([numbers[c][s] for c in cells]) for s in range(len(numbers[cells[0]]))]
    found = [None if len(set(s.texts)) == 1 else _same(s, told.columns, cells) for s in slots]
    is_named = np.ones(len(cells), dtype=bool)
    for same in found:
        if same is not None:
            is_named &= same.where
    nothing: list[_Same | None] = [None] * len(found)
    for mine, names in ((is_named, found), (~is_named, nothing)):
        texts = [np.array(s.texts, dtype=object) for s in slots]
        is_free = all(
            name is not None or len(set(t[mine])) <= 1 for name, t in zip(names, texts, strict=True)
        )
        chosen = mine if is_free else mine & told.must[cells]
        if chosen.any():
            told.add(shape, cells[chosen], [t[chosen] for t in texts], names)


class _Told:
    """The reasons written so far."""

    def __init__(
        self, columns: Mapping[str, npt.NDArray[np.float64]], must: npt.NDArray[np.bool_]
    ) -> None:
        self.columns, self.must = columns, must
        self.template = np.full(len(must), np.nan)
        self.templates: list[dict[str, Any]] = []
        self.lines: list[str] = []

    def add(
        self,
        shape: str,
        cells: npt.NDArray[np.int64],
        texts: list[Texts],
        names: list[_Same | None],
    ) -> None:
        """Write cells with one sentence; numbers that are the same in all stand in it."""
        self.template[cells] = len(self.templates)
        slots: list[Any] = []
        for place, (numbers, name) in enumerate(zip(texts, names, strict=True)):
            if len(set(numbers)) == 1:
                shape = shape.replace(f"{{{place}}}", str(numbers[0]))
                slots.append(None)
            elif name is not None:
                slots.append([name.column, name.form])
            else:
                slots.append(len(self.lines))
                self.lines.append(" ".join(numbers))
        self.templates.append({"text": shape.split("\x01"), "slots": slots})
