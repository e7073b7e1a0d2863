"""Columns that follow from others, so that next to nothing of them has to be written.

A quotient is a size over the size of its region and that of its industry: one factor a region and
one an industry give it back. The bounds of an interval follow almost wholly from the number of
plants: their usual ratio to the middle, for each number of plants, and what differs from it.

Nothing is taken on trust: a column that does not follow is written value by value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.maps.explorer.codecs import Packed, as_steps

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Keys = npt.NDArray[np.int64]

__all__ = ["as_product", "as_ratio"]

_CLOSE = 2e-3  # of the value: below what three digits show
_STEP = 2e-4  # of the logarithm of a ratio: a tenth of the last of three digits, or less


def as_product(values: Floats, size: Floats, *, row: Keys, column: Keys) -> Packed | None:
    """Values that are a size times a factor of its row times a factor of its column.

    Parameters
    ----------
    values, size : ndarray, shape (n,)
        NaN is not known; a value is not known where its size is not.
    row, column : ndarray of int, shape (n,)
        From zero on.

    Returns
    -------
    Packed or None
        Codec `product`: the factors of rows and then of columns, 32-bit floats. None where the
        values do not follow to two thousandths, or are known where others are not.

    Examples
    --------
    >>> size = np.array([2.0, 6.0, 4.0, 3.0])
    >>> row, column = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    >>> found = as_product(size * [1, 0.5, 3, 1.5], size, row=row, column=column)
    >>> found.numbers.round(3).tolist()
    [2.0, 3.0, 12.0, 4.5]
    """
    is_known = np.isfinite(values) & np.isfinite(size)
    is_above = is_known & (size > 0) & (values > 0)
    follows = np.isfinite(values) == np.isfinite(size)
    if not is_above.any() or not follows.all() or (is_known & ~is_above & (values != 0)).any():
        return None
    rows, columns = int(row.max()) + 1, int(column.max()) + 1
    logs = np.log(values[is_above] / size[is_above])
    factors = _terms(logs, row[is_above], column[is_above], rows, columns)
    written = np.exp(factors).astype("<f4")
    read = size * written[row].astype(float) * written[rows + column].astype(float)
    worst = np.abs(read[is_above] / values[is_above] - 1).max()
    if worst > _CLOSE:
        return None
    spec = {"codec": "product", "count": len(values), "rows": rows, "columns": columns}
    return Packed(written.tobytes(), spec, read)


def as_ratio(values: Floats, middle: Floats, *, by: Floats) -> Packed | None:
    """Bounds as their ratio to a middle, which is usual for a number of plants.

    Parameters
    ----------
    values, middle, by : ndarray, shape (n,)
        Bounds, what they are bounds of, and the number of plants; NaN is not known.

    Returns
    -------
    Packed or None
        Codec `ratio`: differences from the usual logarithm of the ratio, whose table by number
        goes along. None where a bound is known and its middle or number is not, or is not above
        zero.

    Examples
    --------
    >>> ten = np.full(3, 10.0)
    >>> as_ratio(np.array([5.0, 5.0, np.nan]), ten, by=ten).numbers.round(2).tolist()
    [5.0, 5.0, nan]
    """
    is_known = np.isfinite(values)
    parts = np.stack([values, middle, by])[:, is_known]
    if not is_known.any() or not np.isfinite(parts).all() or not (parts[:2] > 0).all():
        return None
    steps = np.full(len(values), np.nan)
    steps[is_known] = np.round(np.log(parts[0] / parts[1]) / _STEP)
    usual = pd.Series(steps[is_known]).groupby(parts[2]).median().round()
    expected = usual.reindex(by).to_numpy()
    rest = as_steps(steps - expected, step=1)
    spec = {
        **rest.spec,
        "codec": "ratio",
        "step": _STEP,
        "by": usual.index.astype(int).tolist(),
        "usual": usual.astype(int).tolist(),
    }
    return Packed(rest.data, spec, middle * np.exp(steps * _STEP))


def _terms(logs: Floats, row: Keys, column: Keys, rows: int, columns: int) -> Floats:
    """Terms of rows, then of columns, whose sums are the values, where any are.

    One row is set to nought; from it follow its columns, from these their other rows, and so on.
    What is not connected begins anew.
    """
    ends = (row, rows + column)
    terms = np.zeros(rows + columns)
    is_set = np.zeros(rows + columns, dtype=bool)
    while True:
        waits = ~is_set[ends[0]] & ~is_set[ends[1]]
        if not waits.any():
            return terms
        is_set[ends[0][int(waits.argmax())]] = True
        moves = True
        while moves:
            moves = _followed(terms, is_set, logs, *ends)
            moves |= _followed(terms, is_set, logs, *ends[::-1])


def _followed(
    terms: Floats, is_set: npt.NDArray[np.bool_], logs: Floats, known: Keys, new: Keys
) -> bool:
    """Set the terms that follow from those that are set; whether there were any."""
    follows = is_set[known] & ~is_set[new]
    if not follows.any():
        return False
    rest = logs[follows] - terms[known[follows]]
    total = np.bincount(new[follows], rest, len(terms))
    count = np.bincount(new[follows], minlength=len(terms))
    now = count > 0
    terms[now] = total[now] / count[now]
    is_set |= now
    return True
