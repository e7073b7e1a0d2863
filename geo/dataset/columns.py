"""Which column of a file is which column of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.errors import DatasetError
from geo.schema import RAW_TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.dataset.folder import TableFile

__all__ = ["assert_required", "matched_columns"]


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
        same = exact or [name for name in found if _bare(name) == _bare(wanted)]
        if not same and ten_letters:
            same = [name for name in found if _bare(name) == _bare(wanted)[:10]]
        twice = [name for name in found if name.startswith(f"{wanted}_duplicated_")]
        if len(same) + len(twice) > 1:
            raise DatasetError(
                f"{file.name}: two columns are called {wanted}; rename or remove one of them."
            )
        if same:
            matched[column.name] = same[0]
        elif column.name in renames:
            raise DatasetError(
                f"{file.name}: there is no column {wanted}, which dataset.yaml names for "
                f"{column.name}; the file has {_listed(found)}; correct the name there."
            )
    return matched


def assert_required(file: TableFile, ours: Sequence[str], *, found: Sequence[str]) -> None:
    """Check that every required column is there.

    Raises
    ------
    DatasetError
        If one is not; longitude and latitude may be given as geometry, and of coefficient and
        flow, or establishments and employment, one is enough.
    """
    required = [c.name for c in RAW_TABLES[file.table].columns if c.required]
    if "geometry" in ours:
        required = [name for name in required if name not in ("longitude", "latitude")]
    missing = [name for name in required if name not in ours]
    one, other = _EITHER.get(file.table, ("", ""))
    if one and not {one, other} & set(ours):
        missing.append(f"{one} (or {other})")
    if missing:
        either = " (or geometry)" if missing[0] in ("longitude", "latitude") else ""
        raise DatasetError(
            f"{file.name}: the column {missing[0]}{either} is missing; the file has "
            f"{_listed(found)}; add it, or say under `columns` in dataset.yaml which one it is."
        )


_EITHER = {
    "io_table": ("coefficient", "flow"),
    "cells": ("establishments", "employment"),
    "margins": ("establishments", "employment"),
}


def _bare(name: str) -> str:
    return name.strip("\ufeff \t\r\n\u3000\u00a0").casefold()


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(repr(_bare(name)[:30]) for name in names[:12])
    return shown + (", ..." if len(names) > 12 else "") if names else "no columns"
