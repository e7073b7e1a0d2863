"""Numba's compiler for kernels, whose code is kept on disk where there is a place for it.

Numba keeps compiled code beside the module, else in the home of who runs it, and refuses to load
the module where it can write to neither: as in a container, whose packages are read-only and whose
user has no home. There kernels are compiled in every process instead.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any, TypeVar

__all__ = ["NotKeptWarning", "code_is_kept", "njit"]

_Kernel = TypeVar("_Kernel", bound=Callable[..., Any])


class NotKeptWarning(UserWarning):
    """Compiled code cannot be kept, so that every process compiles anew."""


def njit(*, cache: bool, **choices: Any) -> Callable[[_Kernel], _Kernel]:  # noqa: ANN401
    """Compile as `numba.njit` does; where the code cannot be kept, warn once and go on.

    Parameters
    ----------
    cache : bool
        Whether to keep the code.
    **choices
        As `numba.njit` takes them.
    """

    def compiled(function: _Kernel) -> _Kernel:
        import numba

        is_kept = cache and _can_be_kept(function)
        if cache and not is_kept:
            _warn_once()
        kernel: _Kernel = numba.njit(cache=is_kept, **choices)(function)
        return kernel

    return compiled


@functools.cache
def _warn_once() -> None:
    warnings.warn(
        "Compiled code is not kept, so every process compiles anew: name a folder that can be "
        "written to in NUMBA_CACHE_DIR.",
        NotKeptWarning,
        stacklevel=4,  # the module of the kernel
    )


def code_is_kept() -> bool:
    """Whether there is a place where compiled code can be kept."""
    return _can_be_kept(_nothing)


def _can_be_kept(function: Callable[..., Any]) -> bool:
    import numba

    try:
        numba.njit(cache=True)(function)
    except (RuntimeError, OSError):
        # Nothing is compiled before the first call: what fails here is finding the place.
        return False
    return True


def _nothing() -> None:
    """Stand in for a kernel."""
