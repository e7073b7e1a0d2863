"""Publishing results: all files of a run at once, so that a reader sees the old or the new.

The results folder holds links into `.jiqun/current`, itself a link to the folder of one run,
which keeps the tables that questions are answered from in `.tables`, out of sight. A run writes
its files into a folder of its own, and turning that one link, which is a single atomic rename,
publishes all of them together. A run killed before leaves everything as it was.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import GeoError
from geo.schema import RESULT_TABLES
from geo.vocabulary import Language, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "NotOursError",
    "OutputBusyError",
    "assert_ours",
    "keep_tables",
    "language_of_results",
    "left_as_it_was",
    "locked",
    "published",
    "tables_of_results",
]

_HIDDEN = ".jiqun"
_TABLES = ".tables"
_NAMES = (*(f"{name}.parquet" for name in RESULT_TABLES), "maps", "report", "run.json")


class OutputBusyError(GeoError):
    """Another run is writing to the same results folder."""


class NotOursError(GeoError):
    """Something of somebody else stands where results would be published."""


def assert_ours(out: Path, names: Iterable[str] = _NAMES) -> None:
    """Refuse a results folder in which a file or folder of others has the name of a result.

    Raises
    ------
    NotOursError
        If `out` holds anything but a link of ours under one of the names.
    """
    for name in names:
        path = out / name
        is_ours = path.is_symlink() and path.readlink().parts[0] == _HIDDEN
        if os.path.lexists(path) and not is_ours:
            raise NotOursError(
                Text(
                    f"{path} was not written by jiqun and would be replaced: move it away, or "
                    "choose another folder with --out.",
                    f"{path} 並非 jiqun 所寫，將被取代：請移走，或以 --out 另選資料夾。",
                    f"{path} 并非 jiqun 所写，将被取代：请移走，或以 --out 另选文件夹。",
                )
            )


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold the results folder `out` for one run; the lock goes with the process.

    Raises
    ------
    OutputBusyError
        If another run holds it.
    """
    hidden = out / _HIDDEN
    hidden.mkdir(parents=True, exist_ok=True)
    with (hidden / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = f"{out} is being written by another run; wait for it or choose another --out."
            raise OutputBusyError(message) from error
        yield


@contextmanager
def left_as_it_was(out: Path) -> Iterator[None]:
    """Leave nothing in a results folder that was empty, or was not there, if a run fails."""
    was_there = out.exists()
    was_empty = not was_there or not any(out.iterdir())
    try:
        yield
    except BaseException:
        if was_empty and not (out / _HIDDEN / "current").exists():
            shutil.rmtree(out / _HIDDEN, ignore_errors=True)
            if not was_there and out.exists() and not any(out.iterdir()):
                out.rmdir()
        raise


def language_of_results(out: Path) -> Language:
    """Language of the dataset that the published results are from; English where none says."""
    try:
        record = json.loads((out / "run.json").read_text(encoding="utf-8"))
        return Language(record["parameters"]["language"])
    except (OSError, ValueError, KeyError, TypeError):
        return Language.EN


def tables_of_results(out: Path) -> Path:
    """Folder of the tables that the published results were made from."""
    return out / _HIDDEN / "current" / _TABLES


def keep_tables(tables: Path, names: Iterable[str], folder: Path) -> None:
    """Keep working tables with the results that are made from them.

    They are linked, not copied, where the disk can: a later run puts new files beside them and
    never writes into old ones.

    Parameters
    ----------
    tables : Path
        Working folder; a table is a file, or a folder of files.
    names : iterable of str
        Tables to keep.
    folder : Path
        As `published` gives it.
    """
    for path in (tables / name for name in names):
        for file in sorted(path.rglob("*.parquet")) if path.is_dir() else [path]:
            kept = folder / _TABLES / file.relative_to(tables)
            kept.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(file, kept)
            except OSError:
                shutil.copyfile(file, kept)


@contextmanager
def published(out: Path) -> Iterator[Path]:
    """Folder to write a run's files into; on leaving without an error they are published.

    Every file and folder at the top of that folder appears under its name in `out`, but for
    hidden ones.

    Raises
    ------
    NotOursError
        If a file or folder of others stands in `out` under such a name.
    """
    assert_ours(out)
    runs = out / _HIDDEN / "runs"
    runs.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(out)
    fresh = runs / uuid.uuid4().hex
    fresh.mkdir()
    try:
        yield fresh
        assert_ours(out, _shown(fresh))
        _sync(fresh)
        _turn_link(out / _HIDDEN / "current", Path("runs") / fresh.name)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    for name in _shown(fresh):
        _turn_link(out / name, Path(_HIDDEN) / "current" / name)


def _shown(run: Path) -> list[str]:
    """Names of what a run shows, sorted."""
    return sorted(path.name for path in run.iterdir() if not path.name.startswith("."))


def _remove_leftovers(out: Path) -> None:
    """Remove what earlier runs left behind: all run folders but the current one.

    The results that a run replaces stay until the next one, for readers in the middle of them.
    """
    current = (out / _HIDDEN / "current").resolve()
    for run in (out / _HIDDEN / "runs").glob("*"):
        if run.resolve() != current:
            shutil.rmtree(run, ignore_errors=True)


def _turn_link(link: Path, target: Path) -> None:
    """Make `link` point to `target` in one step."""
    temporary = link.with_name(f".{link.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(target)
    temporary.replace(link)


def _sync(folder: Path) -> None:
    """Have the files on disk before they are pointed to, so that a power cut loses nothing."""
    for path in [p for p in folder.rglob("*") if p.is_file()] + [folder]:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
