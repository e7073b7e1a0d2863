"""Publishing results: all files of a run at once, so that a reader sees the old or the new.

The results folder holds links into `.jiqun/current`, itself a link to the folder of one run.
A run writes its files into a folder of its own, and turning that one link, which is a single
atomic rename, publishes all of them together. A run killed before leaves everything as it was.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import GeoError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["OutputBusyError", "locked", "published"]

_HIDDEN = ".jiqun"


class OutputBusyError(GeoError):
    """Another run is writing to the same results folder."""


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
def published(out: Path) -> Iterator[Path]:
    """Folder to write a run's files into; on leaving without an error they are published.

    Every file and folder at the top of that folder appears under its name in `out`. A folder
    or file that stands in `out` under such a name and is not a link of ours is replaced.
    """
    runs = out / _HIDDEN / "runs"
    runs.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(out)
    fresh = runs / uuid.uuid4().hex
    fresh.mkdir()
    try:
        yield fresh
        _sync(fresh)
        _turn_link(out / _HIDDEN / "current", Path("runs") / fresh.name)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    for name in sorted(path.name for path in fresh.iterdir()):
        _turn_link(out / name, Path(_HIDDEN) / "current" / name)


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
    if link.is_dir() and not link.is_symlink():
        shutil.rmtree(link)
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
