"""Numbers of a column in few bytes, as the page reads them back.

Every column becomes whole numbers first (counts as they are, shares in steps, quotients by their
first three digits, words by their place in a list) and these become bytes: the lowest byte of all
values, then the next one, which compresses far better than values side by side. A value that is
not known is 0, all others are one more than themselves.
"""

from __future__ import annotations

import base64
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

__all__ = ["Packed", "as_digits", "as_steps", "as_text", "as_whole", "as_words", "encoded"]

_DIGITS = 900  # three digits: 100 to 999


class Packed(NamedTuple):
    """A column as bytes, and what is needed to read them."""

    data: bytes
    """Planes of bytes, the lowest first; UTF-8 for text."""
    spec: dict[str, Any]
    """How to read it: codec, count, width in bytes, and what the codec needs."""
    numbers: npt.NDArray[np.float64]
    """Numbers as the page will read them, NaN where not known; empty for text."""


def encoded(data: bytes) -> str:
    """`data` compressed (raw deflate), in base64."""
    squeeze = zlib.compressobj(8, zlib.DEFLATED, -15, 9)
    return base64.b64encode(squeeze.compress(data) + squeeze.flush()).decode()


def as_whole(values: npt.ArrayLike, *, is_delta: bool = False) -> Packed:
    r"""Whole numbers from zero on.

    Parameters
    ----------
    values : array_like, shape (n,)
        NaN or <NA> is not known.
    is_delta : bool
        Whether differences from the value before are written: for sorted values.

    Returns
    -------
    Packed
        Codec `whole`.

    Examples
    --------
    >>> as_whole([3, 300, None]).data
    b'\x04-\x00\x00\x01\x00'
    """
    numbers = _numbers(values)
    data, spec = _planes(numbers, is_delta=is_delta)
    return Packed(data, {"codec": "whole", **spec}, numbers)


def as_steps(values: npt.ArrayLike, *, step: float) -> Packed:
    """Numbers to the nearest multiple of `step`, negative ones too.

    Examples
    --------
    >>> as_steps([-0.02, 0.5], step=0.01).spec
    {'codec': 'steps', 'step': 0.01, 'least': -2, 'count': 2, 'width': 1}
    """
    steps = np.round(_numbers(values) / step)
    known = steps[np.isfinite(steps)]
    least = int(known.min()) if len(known) else 0
    data, spec = _planes(steps - least)
    return Packed(data, {"codec": "steps", "step": step, "least": least, **spec}, steps * step)


def as_digits(values: npt.ArrayLike) -> Packed:
    """Numbers from zero on to three digits, whatever their size.

    Examples
    --------
    >>> as_digits([0.0, 1.234, 56789.0]).spec
    {'codec': 'digits', 'least': 0, 'count': 3, 'width': 2}
    """
    numbers = _numbers(values)
    is_above = numbers > 0
    exponent = np.zeros(len(numbers))
    exponent[is_above] = np.floor(np.log10(numbers[is_above]))
    mantissa = np.round(numbers / 10.0 ** (exponent - 2))
    carried = is_above & (mantissa >= 10 * 100)
    exponent[carried] += 1
    mantissa[carried] = 100
    least = int(exponent[is_above].min()) if is_above.any() else 0
    code = np.where(is_above, 1 + (exponent - least) * _DIGITS + mantissa - 100, numbers)
    data, spec = _planes(code)
    rounded = np.where(is_above, mantissa * 10.0 ** (exponent - 2), numbers)
    return Packed(data, {"codec": "digits", "least": least, **spec}, rounded)


def as_words(values: pd.Series[Any], *, known: Sequence[str] | None = None) -> Packed:
    """Words by their place in a list, which goes along.

    Parameters
    ----------
    values : Series of str
        Null is not known.
    known : sequence of str, optional
        The list; the sorted words of `values` where not given.

    Examples
    --------
    >>> as_words(pd.Series(["b", None, "a"])).spec["words"]
    ['a', 'b']
    """
    texts = values.astype("object").where(values.notna(), None)
    words = list(known) if known is not None else sorted({str(v) for v in texts if v is not None})
    place = {word: k for k, word in enumerate(words)}
    numbers = np.array(
        [np.nan if v is None else place.get(str(v), np.nan) for v in texts], dtype=np.float64
    )
    data, spec = _planes(numbers)
    return Packed(data, {"codec": "words", "words": words, **spec}, numbers)


def as_text(values: Sequence[str]) -> Packed:
    """Lines of text; a line break inside one becomes a blank."""
    lines = [" ".join(value.splitlines()) for value in values]
    return Packed("\n".join(lines).encode(), {"codec": "text", "count": len(lines)}, np.empty(0))


def _numbers(values: npt.ArrayLike) -> npt.NDArray[np.float64]:
    if isinstance(values, pd.Series):
        return values.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.asarray(values, dtype=np.float64)


def _planes(
    numbers: npt.NDArray[np.float64], *, is_delta: bool = False
) -> tuple[bytes, dict[str, Any]]:
    """Bytes of whole numbers from zero on, plane by plane; 0 where not known."""
    is_known = np.isfinite(numbers)
    codes = np.where(is_known, numbers, -1.0).astype(np.int64) + 1
    most = int(codes.max()) if len(codes) else 0
    width = next(w for w in (1, 2, 4) if most < 256**w)
    if is_delta:
        codes = np.diff(codes, prepend=0) % 256**width
    raw = codes.astype(f"<u{width}").view(np.uint8).reshape(len(codes), width)
    spec: dict[str, Any] = {"count": len(codes), "width": width}
    if is_delta:
        spec["delta"] = True
    return np.ascontiguousarray(raw.T).tobytes(), spec
