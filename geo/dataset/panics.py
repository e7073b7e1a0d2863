"""What the engine prints when it panics over a damaged file, kept off the terminal.

The engine raises an exception, too, which becomes a sentence; the print-out of its own stack helps
nobody who reads a dataset.
"""

from __future__ import annotations

import os
import re
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["without_panics", "without_traces"]

_BEGINS = re.compile(rb"thread '.*' .*panicked at ")
_LONGEST = 8
"""Lines that a message may have before its trace; what comes later is of somebody else."""


def without_traces(lines: Iterable[bytes]) -> Iterator[bytes]:
    r"""Lines without those of panics: the message, the trace, and the note that ends it.

    Examples
    --------
    >>> lines = [b"a\n", b"thread '<unnamed>' (1) panicked at x.rs:1\n", b"unwrap\n",
    ...          b"stack backtrace:\n", b"  0: f\n", b"note: more\n", b"b\n"]
    >>> list(without_traces(lines))
    [b'a\n', b'b\n']
    """
    left, in_trace = 0, False
    blank: list[bytes] = []
    for line in lines:
        if _BEGINS.match(line):
            left, in_trace, blank = _LONGEST, False, []  # a panic begins with a blank line
        elif in_trace or left:
            in_trace = in_trace or line.startswith(b"stack backtrace:")
            left -= 1
            if line.startswith(b"note: "):
                left, in_trace = 0, False
            elif in_trace:
                left = 1  # a trace may be of any length: its note ends it
        elif not line.strip():
            blank.append(line)
        else:
            yield from blank
            blank = []
            yield line
    yield from blank


@contextmanager
def without_panics() -> Iterator[None]:
    """Standard error of this process without panics, while something is done.

    Everything else goes where it went, at once. Where standard error is closed, nothing is done.
    """
    try:
        there = os.dup(2)
    except OSError:
        yield
        return
    source, target = os.pipe()
    sys.stderr.flush()
    os.dup2(target, 2)
    os.close(target)
    passing = threading.Thread(target=_pass_on, args=(source, there), daemon=True)
    passing.start()
    try:
        yield
    finally:
        sys.stderr.flush()
        # The last writer of the pipe goes, so that its reader comes to an end.
        os.dup2(there, 2)
        passing.join(timeout=5)
        if not passing.is_alive():
            os.close(there)


def _pass_on(source: int, target: int) -> None:
    with os.fdopen(source, "rb", buffering=0) as stream:
        for line in without_traces(iter(stream.readline, b"")):
            os.write(target, line)
