"""What is wrong with an input-output table, in a sentence.

What belongs here: checks of a table of coefficients and how they are worded. What does not: the
measures that are taken from a sound table (`geo.input_output`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from geo.errors import InputOutputError
from geo.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

__all__ = ["Fault", "as_square", "diagnosis", "fault_of_inversion", "notices_of_coefficients"]

_WORST_CONDITION = 1e12
_ROUNDING = 1e-9


class Fault(NamedTuple):
    """One thing that is wrong with a table of coefficients."""

    kind: str
    """`negative`, `column_above_one`, `not_productive` or `singular`."""
    column: int | None
    """Position of the using industry that shows it most; None where it is the whole table's."""
    value: float
    """The coefficient, the column's sum, the largest eigenvalue or the condition number."""
    sentence: Text
    """What was found and what to do, one sentence in each language."""


def diagnosis(
    coefficients: npt.ArrayLike, *, names: Sequence[str] | None = None
) -> tuple[Fault, ...]:
    """What keeps a table of coefficients from meaning what its inverse is read as.

    Negative coefficients (by-products booked as negative inputs); columns that sum above one (an
    industry that spends more on inputs than it earns); a largest eigenvalue of one or more (the
    rounds of suppliers never end: Hawkins and Simon's condition fails); no inverse at all.

    Parameters
    ----------
    coefficients : array_like of float, shape (n, n)
        Inputs per unit of output, suppliers in rows.
    names : sequence of str, optional
        Names of the industries, for the sentences; positions otherwise.

    Returns
    -------
    tuple of Fault
        In the order above, one of each kind at most; empty where nothing is wrong.

    Raises
    ------
    InputOutputError
        If the table is not square or not finite.

    References
    ----------
    .. [1] Hawkins, D. & Simon, H. A. (1949). Note: some conditions of macroeconomic stability.
       Econometrica 17, 245-248.

    Examples
    --------
    >>> faults = diagnosis([[0.5, 0.2], [0.7, 0.1]], names=["steel", "cars"])
    >>> [(fault.kind, fault.column, round(fault.value, 2)) for fault in faults]
    [('column_above_one', 0, 1.2)]
    >>> faults[0].sentence.en
    'Inputs of steel sum to 1.2 per unit of output (1 column(s) above 1): check its output.'
    """
    a = as_square(coefficients, name="coefficients")
    labels = [str(i) for i in range(len(a))] if names is None else list(names)
    faults = []
    if (a < 0).any():
        faults.append(_negative(a, labels))
    if (a.sum(axis=0) > 1 + _ROUNDING).any():
        faults.append(_above_one(a.sum(axis=0), labels))
    singular = fault_of_inversion(a)
    radius = float(np.abs(np.linalg.eigvals(a)).max(initial=0))
    if singular is not None:
        faults.append(singular)
    elif radius >= 1:
        faults.append(_not_productive(radius))
    return tuple(faults)


def notices_of_coefficients(io_table: pd.DataFrame) -> list[Text]:
    """What is wrong with the coefficients of a table in long form, each year by itself.

    Parameters
    ----------
    io_table : DataFrame
        supplying_industry, using_industry, coefficient, year (NaN = of no year); a year whose
        entries lack coefficients is passed over, since flows alone can be of any size.

    Returns
    -------
    list of Text
        Sentences as `diagnosis` words them, the year before them where there is one.

    Examples
    --------
    >>> table = pd.DataFrame({"supplying_industry": ["a"], "using_industry": ["a"],
    ...                       "coefficient": [1.5], "year": [2020.0]})
    >>> notices_of_coefficients(table)[0].en
    '2020: Inputs of a sum to 1.5 per unit of output (1 column(s) above 1): check its output.'
    """
    notices = []
    for year in sorted(io_table["year"].unique()):
        rows = io_table[io_table["year"].eq(year) | (io_table["year"].isna() & np.isnan(year))]
        if rows["coefficient"].isna().any():
            continue
        names = sorted(set(rows["supplying_industry"]) | set(rows["using_industry"]))
        square = rows.pivot_table(
            index="supplying_industry", columns="using_industry", values="coefficient",
            aggfunc="sum", fill_value=0.0,
        ).reindex(index=names, columns=names, fill_value=0.0)  # fmt: skip
        when = "" if pd.isna(year) else f"{int(year)}: "
        notices += [
            Text(*(f"{when}{sentence}" for sentence in fault.sentence))
            for fault in diagnosis(square.to_numpy(), names=names)
        ]
    return notices


def fault_of_inversion(coefficients: Floats) -> Fault | None:
    r"""The fault of a table whose Leontief inverse does not exist to any useful accuracy, or None.

    Judged by the condition number of :math:`I - A`, which may be 1e12 at most.

    Examples
    --------
    >>> fault_of_inversion(np.array([[1.0, 0.0], [0.0, 0.5]])).kind
    'singular'
    """
    if len(coefficients) == 0:
        return None
    condition = float(np.linalg.cond(np.eye(len(coefficients)) - coefficients, 1))
    return None if condition <= _WORST_CONDITION else _singular(condition)


def _negative(a: Floats, labels: list[str]) -> Fault:
    supplier, user = (int(k) for k in np.unravel_index(np.argmin(a), a.shape))
    value, count = float(a[supplier, user]), int((a < 0).sum())
    pair = (labels[supplier], labels[user])
    return Fault(
        "negative",
        user,
        value,
        Text(
            f"{count} coefficient(s) are negative, the lowest {value:.6g} from {pair[0]} to "
            f"{pair[1]}: book by-products as output.",
            f"{count} 個系數為負，最低為 {pair[0]} 對 {pair[1]} 的 {value:.6g}：副產品應記為產出。",
            f"{count} 个系数为负，最低为 {pair[0]} 对 {pair[1]} 的 {value:.6g}：副产品应记为产出。",
        ),
    )


def _above_one(sums: Floats, labels: list[str]) -> Fault:
    worst, count = int(np.argmax(sums)), int((sums > 1 + _ROUNDING).sum())
    value = float(sums[worst])
    return Fault(
        "column_above_one",
        worst,
        value,
        Text(
            f"Inputs of {labels[worst]} sum to {value:.6g} per unit of output ({count} column(s) "
            "above 1): check its output.",
            f"{labels[worst]} 的投入合計為產出的 {value:.6g} 倍"
            f"（{count} 欄大於 1）：請核對其產出。",
            f"{labels[worst]} 的投入合计为产出的 {value:.6g} 倍"
            f"（{count} 列大于 1）：请核对其产出。",
        ),
    )


def _not_productive(radius: float) -> Fault:
    return Fault(
        "not_productive",
        None,
        radius,
        Text(
            f"The table asks for more than it makes (largest eigenvalue {radius:.6g}, must be "
            "below 1), so its inverse has no meaning: check the columns with the largest sums.",
            f"投入產出表所需多於所產（最大特徵值 {radius:.6g}，應小於 1），其逆矩陣沒有意義："
            "請核對合計最大的欄。",
            f"投入产出表所需多于所产（最大特征值 {radius:.6g}，应小于 1），其逆矩阵没有意义："
            "请核对合计最大的列。",
        ),
    )


def _singular(condition: float) -> Fault:
    return Fault(
        "singular",
        None,
        condition,
        Text(
            f"The table cannot be inverted (condition number {condition:.3g}): columns that sum "
            "to one are shares of purchases; give inputs per unit of gross output.",
            f"投入產出表不可逆（條件數 {condition:.3g}）：合計為一的欄是採購占比，"
            "請提供每單位總產出的投入。",
            f"投入产出表不可逆（条件数 {condition:.3g}）：合计为一的列是采购占比，"
            "请提供每单位总产出的投入。",
        ),
    )


def as_square(values: npt.ArrayLike, *, name: str) -> Floats:
    """Square matrix of finite numbers.

    Raises
    ------
    InputOutputError
        If it is not square, or holds a value that is not finite; `name` stands in the sentence.

    Examples
    --------
    >>> as_square([[1, 2], [3, 4]], name="flows").dtype
    dtype('float64')
    """
    matrix = np.asarray(values, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        message = f"`{name}` must have as many rows as columns, not shape {matrix.shape}."
        raise InputOutputError(message)
    if not np.isfinite(matrix).all():
        row, column = (int(k) for k in np.argwhere(~np.isfinite(matrix))[0])
        message = f"`{name}` must be finite: {matrix[row, column]} at row {row}, column {column}."
        raise InputOutputError(message)
    return matrix
