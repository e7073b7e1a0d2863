"""Which column of a file is which column of ours."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from geo.dataset.files.other_names import likely_renames, rename
from geo.errors import DatasetError
from geo.schema import RAW_TABLES
from geo.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.dataset.files.folder import TableFile
    from geo.proposal import Proposal

__all__ = ["assert_required", "bare_name", "has_required", "matched_columns", "used_columns"]


def matched_columns(
    file: TableFile, found: Sequence[str], *, renames: Mapping[str, str], ten_letters: bool = False
) -> dict[str, str]:
    """Column of the file for each column of ours that it has.

    White space, a byte order mark and upper case do not matter. What `dataset.yaml` renames comes
    first.

    Parameters
    ----------
    file : TableFile
        Where the columns are, for the message.
    found : sequence of str
        Names in the file.
    renames : mapping of str to str
        Our name to the name in the file.
    ten_letters : bool
        Whether the format cuts names after ten letters, as Shapefile does.

    Raises
    ------
    DatasetError
        If a renamed column is not there, or two columns have the name of one of ours.
    """
    matched: dict[str, str] = {}
    for column in RAW_TABLES[file.table].columns:
        wanted = renames.get(column.name, column.name)
        exact = [name for name in found if name == wanted]
        same = exact or [name for name in found if bare_name(name) == bare_name(wanted)]
        if not same and ten_letters:
            same = [name for name in found if bare_name(name) == bare_name(wanted)[:10]]
        twice = [name for name in found if name.startswith(f"{wanted}_duplicated_")]
        if len(same) + len(twice) > 1:
            raise DatasetError(
                Text(
                    f"{file.name}: two columns are called {wanted}; rename or remove one of them.",
                    f"{file.name}：有兩欄都叫 {wanted}；請改名或刪去其一。",
                    f"{file.name}：有两列都叫 {wanted}；请改名或删去其一。",
                )
            )
        if same:
            matched[column.name] = same[0]
        elif column.name in renames:
            raise DatasetError(
                Text(
                    f"{file.name}: there is no column {wanted}, which dataset.yaml names for "
                    f"{column.name}; the file has {_listed(found)}; correct the name there.",
                    f"{file.name}：沒有 dataset.yaml 為 {column.name} 指定的欄 {wanted}；"
                    f"該檔有 {_listed(found)}；請在設定中改正。",
                    f"{file.name}：没有 dataset.yaml 为 {column.name} 指定的列 {wanted}；"
                    f"该文件有 {_listed(found)}；请在设置中改正。",
                )
            )
    return matched


def has_required(table: str, found: Sequence[str], renames: Mapping[str, str]) -> bool:
    """Whether names of columns are the heading of a table: all that it needs are there."""
    wanted = {bare_name(renames.get(c.name, c.name)): c.name for c in RAW_TABLES[table].columns}
    return not _missing(table, [wanted[bare_name(n)] for n in found if bare_name(n) in wanted])


def used_columns(table: str, found: Sequence[str | None], renames: Mapping[str, str]) -> set[int]:
    """Places of the columns of a heading that are columns of ours."""
    wanted = {bare_name(renames.get(c.name, c.name)) for c in RAW_TABLES[table].columns}
    return {place for place, name in enumerate(found) if name and bare_name(name) in wanted}


def assert_required(file: TableFile, ours: Sequence[str], *, found: Sequence[str]) -> None:
    """Check that every required column is there.

    Raises
    ------
    DatasetError
        If one is not; longitude and latitude may be given as geometry, and of coefficient and
        flow, or establishments and employment, one is enough.
    """
    missing = _missing(file.table, ours)
    if missing:
        one, *others = _EITHER.get(file.table, ("",))
        also = "geometry" if missing[0] in ("longitude", "latitude") else ""
        also = ", ".join(others) if missing[0] == one else also
        either = f" (or {also})" if also else ""
        raise DatasetError(
            Text(
                f"{file.name}: the column {missing[0]}{either} is missing; the file has "
                f"{_listed(found)}; add it, or say under `columns` in dataset.yaml which one it "
                "is.",
                f"{file.name}：缺少欄 {missing[0]}{f'（或 {also}）' if also else ''}；該檔有 "
                f"{_listed(found)}；請補上，或在 dataset.yaml 的 `columns` 中註明是哪一欄。",
                f"{file.name}：缺少列 {missing[0]}{f'（或 {also}）' if also else ''}；该文件有 "
                f"{_listed(found)}；请补上，或在 dataset.yaml 的 `columns` 中注明是哪一列。",
            ),
            *_proposed(file, ours, found),
        )


def _proposed(file: TableFile, ours: Sequence[str], found: Sequence[str]) -> list[Proposal]:
    """Renames that would find what is missing."""
    others = [name for name in found if bare_name(name) not in ours]
    names = likely_renames(file.table, ours, others)
    if _missing(file.table, [*ours, *names]):
        return []  # it helps nobody to find a part of it
    return [rename(file.table, file.name, names)]


def _missing(table: str, ours: Sequence[str]) -> list[str]:
    """Required columns that are not among ours."""
    required = [c.name for c in RAW_TABLES[table].columns if c.required]
    if "geometry" in ours or "place" in ours:
        required = [name for name in required if name not in ("longitude", "latitude")]
    missing = [name for name in required if name not in ours]
    either = _EITHER.get(table, ())
    return missing + ([either[0]] if either and not set(either) & set(ours) else [])


_EITHER: dict[str, tuple[str, ...]] = {
    "cell_links": ("ties", "value"),
    "io_table": ("coefficient", "flow"),
    "cells": ("establishments", "employment", "output"),
    "margins": ("establishments", "employment"),
}


def bare_name(name: str) -> str:
    """Name of a column without what does not tell it from another: case, width, outer space."""
    text = unicodedata.normalize("NFKC", name)
    return text.strip("\ufeff \t\r\n").casefold()


def _plain(name: str) -> str:
    return "".join(c for c in name.strip("\ufeff \t\r\n\u3000\u00a0") if c.isprintable())


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(repr(_plain(name)[:30]) for name in names[:12])
    return shown + (", ..." if len(names) > 12 else "") if names else "no columns"
