r"""The national input-output table: coefficients, inverses, multipliers and linkages.

What belongs here: the arithmetic of one table. What does not: what may be wrong with it
(`table_diagnosis`), reading it as it is published (`wide_tables`), regional tables
(`regional_tables`), what it makes possible for a cell (`potential`), what a cell lacks (`gaps`).

Notation throughout: :math:`Z` holds flows, suppliers in rows and users in columns, :math:`x` gross
output; :math:`A = Z \hat{x}^{-1}` are inputs per unit of output, :math:`B = \hat{x}^{-1} Z` sales
per unit of output, :math:`L = (I - A)^{-1}`, :math:`G = (I - B)^{-1}`.

References: Miller, R. E. & Blair, P. D. (2009). Input-Output Analysis: Foundations and Extensions,
2nd ed., Cambridge University Press, cited as MB.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.dataset.table_diagnosis import as_square, fault_of_inversion
from geo.errors import InputOutputError
from geo.input_output.potential import coefficient_matrix, implied_output, table_of_year

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

__all__ = [
    "allocation_coefficients",
    "backward_linkages",
    "content",
    "forward_linkages",
    "ghosh_inverse",
    "industry_linkages",
    "industry_linkages_by_year",
    "input_multipliers",
    "key_sectors",
    "leontief_inverse",
    "linkage_spread",
    "output_multipliers",
    "technical_coefficients",
    "type_one_multipliers",
]


def technical_coefficients(flows: npt.ArrayLike, output: npt.ArrayLike) -> Floats:
    r"""Inputs per unit of output, :math:`a_{ij} = z_{ij} / x_j`.

    Parameters
    ----------
    flows : array_like of float, shape (n, n)
        Suppliers in rows, users in columns, in one currency.
    output : array_like of float, shape (n,)
        Gross output of each industry in the same currency.

    Returns
    -------
    ndarray of float64, shape (n, n)
        Dimensionless. A column without output is zero.

    Raises
    ------
    InputOutputError
        If the shapes do not fit, a value is not finite, or an industry buys without any output.

    References
    ----------
    .. [1] MB, Eq. 2.3.

    Examples
    --------
    >>> technical_coefficients([[150, 500], [200, 100]], [1000, 2000])
    array([[0.15, 0.25],
           [0.2 , 0.05]])
    """
    z = as_square(flows, name="flows")
    x = _output(output, z.sum(axis=0), n=len(z))
    coefficients: Floats = z / np.where(x == 0, 1.0, x)
    return coefficients


def allocation_coefficients(flows: npt.ArrayLike, output: npt.ArrayLike) -> Floats:
    r"""Sales per unit of output, :math:`b_{ij} = z_{ij} / x_i`.

    Shapes, units and errors as in `technical_coefficients`; a row without output is zero.

    References
    ----------
    .. [1] MB, Eq. 12.1.

    Examples
    --------
    >>> allocation_coefficients([[150, 500], [200, 100]], [1000, 2000])
    array([[0.15, 0.5 ],
           [0.1 , 0.05]])
    """
    z = as_square(flows, name="flows")
    x = _output(output, z.sum(axis=1), n=len(z))
    coefficients: Floats = z / np.where(x == 0, 1.0, x)[:, None]
    return coefficients


def leontief_inverse(coefficients: npt.ArrayLike) -> Floats:
    r"""Output that a unit of final demand calls for, rounds of suppliers included.

    .. math:: L = (I - A)^{-1} = I + A + A^2 + \dots

    Parameters
    ----------
    coefficients : array_like of float, shape (n, n)
        Inputs per unit of output, suppliers in rows.

    Returns
    -------
    ndarray of float64, shape (n, n)
        :math:`l_{ij}`, output of i per unit of final demand for j.

    Raises
    ------
    InputOutputError
        If the table is not square or not finite, or cannot be inverted
        (`geo.dataset.table_diagnosis` says why).

    References
    ----------
    .. [1] MB, Eq. 2.10 and the example of section 2.3.

    Examples
    --------
    >>> leontief_inverse([[0.15, 0.25], [0.2, 0.05]]).round(3)
    array([[1.254, 0.33 ],
           [0.264, 1.122]])
    """
    a = as_square(coefficients, name="coefficients")
    fault = fault_of_inversion(a)
    if fault is not None:
        raise InputOutputError(fault.sentence.en)
    return np.asarray(np.linalg.inv(np.eye(len(a)) - a), dtype=np.float64)


def ghosh_inverse(allocation: npt.ArrayLike) -> Floats:
    r"""Output that a unit of primary input enables, rounds of customers included.

    .. math:: G = (I - B)^{-1}

    Parameters
    ----------
    allocation : array_like of float, shape (n, n)
        Sales per unit of output, suppliers in rows.

    Returns
    -------
    ndarray of float64, shape (n, n)
        :math:`g_{ij}`, output of j per unit of primary input of i.

    Raises
    ------
    InputOutputError
        As `leontief_inverse`.

    References
    ----------
    .. [1] Ghosh, A. (1958). Input-output approach in an allocation system. Economica 25, 58-64.
       MB, Eq. 12.4.

    Examples
    --------
    >>> ghosh_inverse([[0.15, 0.5], [0.1, 0.05]]).round(3)
    array([[1.254, 0.66 ],
           [0.132, 1.122]])
    """
    return leontief_inverse(allocation)


def output_multipliers(inverse: npt.ArrayLike) -> Floats:
    r"""Output of all industries per unit of final demand for each, :math:`\sum_i l_{ij}`.

    Also called total backward linkage (not normalised).

    References
    ----------
    .. [1] MB, Eq. 6.1.

    Examples
    --------
    >>> output_multipliers([[1.254, 0.33], [0.264, 1.122]]).round(3)
    array([1.518, 1.452])
    """
    multipliers: Floats = as_square(inverse, name="inverse").sum(axis=0)
    return multipliers


def input_multipliers(ghosh: npt.ArrayLike) -> Floats:
    r"""Output of all industries per unit of primary input of each, :math:`\sum_j g_{ij}`.

    Also called total forward linkage (not normalised), the one that statistical offices print.

    References
    ----------
    .. [1] MB, section 12.2.3. Beutel, J. (2008). Eurostat Manual of Supply, Use and Input-Output
       Tables, chapter 15.

    Examples
    --------
    >>> input_multipliers([[1.254, 0.66], [0.132, 1.122]]).round(3)
    array([1.914, 1.254])
    """
    multipliers: Floats = as_square(ghosh, name="ghosh").sum(axis=1)
    return multipliers


def content(direct: npt.ArrayLike, inverse: npt.ArrayLike) -> Floats:
    r"""Jobs, wages or value added per unit of final demand, suppliers' included: :math:`v L`.

    Parameters
    ----------
    direct : array_like of float, shape (n,)
        Jobs, wages or value added per unit of output.
    inverse : array_like of float, shape (n, n)
        Leontief inverse.

    Returns
    -------
    ndarray of float64, shape (n,)
        In the unit of `direct`.

    References
    ----------
    .. [1] MB, Eq. 6.5.

    Examples
    --------
    >>> content([0.3, 0.2], [[1.25, 0.5], [0.25, 1.5]]).round(3)
    array([0.425, 0.45 ])
    """
    total: Floats = np.asarray(direct, dtype=float) @ as_square(inverse, name="inverse")
    return total


def type_one_multipliers(direct: npt.ArrayLike, inverse: npt.ArrayLike) -> Floats:
    r"""Content over its direct part, :math:`(v L)_j / v_j`; NaN where there is no direct part.

    References
    ----------
    .. [1] MB, Eq. 6.9.

    Examples
    --------
    >>> type_one_multipliers([0.5, 0.0], [[1.25, 0.5], [0.25, 1.5]])
    array([1.25,  nan])
    """
    v = np.asarray(direct, dtype=float)
    multipliers: Floats = content(v, inverse) / np.where(v == 0, np.nan, v)
    return multipliers


def backward_linkages(inverse: npt.ArrayLike) -> Floats:
    r"""Power of dispersion: pull on suppliers against that of the mean industry.

    .. math:: U_j = \frac{\frac{1}{n} \sum_i l_{ij}}{\frac{1}{n^2} \sum_{i,j} l_{ij}}

    Parameters
    ----------
    inverse : array_like of float, shape (n, n)
        Leontief inverse.

    Returns
    -------
    ndarray of float64, shape (n,)
        Dimensionless, 1 on average.

    References
    ----------
    .. [1] Rasmussen, P. N. (1956). Studies in Inter-sectoral Relations. North-Holland.
       MB, Eq. 12.17.

    Examples
    --------
    >>> backward_linkages([[1.5, 0.5], [0.5, 1.5]])
    array([1., 1.])
    """
    total = output_multipliers(inverse)
    linkages: Floats = total / total.mean()
    return linkages


def forward_linkages(inverse: npt.ArrayLike) -> Floats:
    r"""Sensitivity of dispersion: dependence on all users against that of the mean industry.

    .. math:: U_i = \frac{\frac{1}{n} \sum_j l_{ij}}{\frac{1}{n^2} \sum_{i,j} l_{ij}}

    Rasmussen took the Leontief inverse; with the Ghosh inverse it is the measure of Jones, which
    is preferred since rows of :math:`L` add up demands for unlike goods.

    Parameters
    ----------
    inverse : array_like of float, shape (n, n)
        Leontief or Ghosh inverse.

    Returns
    -------
    ndarray of float64, shape (n,)
        Dimensionless, 1 on average.

    References
    ----------
    .. [1] Rasmussen (1956), as above.
    .. [2] Jones, L. P. (1976). The measurement of Hirschmanian linkages. Quarterly Journal of
       Economics 90(2), 323-333.

    Examples
    --------
    >>> forward_linkages([[1.5, 1.0], [0.5, 1.0]])
    array([1.25, 0.75])
    """
    total = input_multipliers(inverse)
    linkages: Floats = total / total.mean()
    return linkages


def linkage_spread(inverse: npt.ArrayLike, *, forward: bool = False) -> Floats:
    r"""Coefficient of variation of each column: whether the pull is on many suppliers or on few.

    .. math:: V_j = \frac{1}{\bar{l}_j} \sqrt{\frac{1}{n - 1} \sum_i (l_{ij} - \bar{l}_j)^2}

    Along rows with `forward`. NaN with a single industry.

    References
    ----------
    .. [1] Rasmussen (1956), as above, section 8.5.

    Examples
    --------
    >>> linkage_spread([[2.0, 1.0], [2.0, 3.0]]).round(4)
    array([0.    , 0.7071])
    """
    entries = as_square(inverse, name="inverse")
    axis = 1 if forward else 0
    if len(entries) < 2:
        return np.full(len(entries), np.nan)
    spread: Floats = entries.std(axis=axis, ddof=1) / entries.mean(axis=axis)
    return spread


def key_sectors(backward: npt.ArrayLike, forward: npt.ArrayLike) -> npt.NDArray[np.str_]:
    """Which way an industry is linked more than the mean: `key`, `backward`, `forward`, `weak`.

    A key sector is above 1 both ways; NaN on either side gives the empty word.

    Examples
    --------
    >>> key_sectors([1.2, 1.2, 0.8, 0.8], [1.1, 0.9, 1.1, 0.9]).tolist()
    ['key', 'backward', 'forward', 'weak']
    """
    pulls, pushes = np.asarray(backward, dtype=float), np.asarray(forward, dtype=float)
    known = ~(np.isnan(pulls) | np.isnan(pushes))
    conditions = [~known, (pulls > 1) & (pushes > 1), pulls > 1, pushes > 1]
    return np.select(conditions, ["", "key", "backward", "forward"], default="weak")


def industry_linkages(io_table: pd.DataFrame, *, industries: int) -> pd.DataFrame:
    """Multipliers and linkages of every industry of a table.

    Parameters
    ----------
    io_table : DataFrame
        supplying_industry_key, using_industry_key, coefficient, flow; of one year.
    industries : int
        Number of industries.

    Returns
    -------
    DataFrame
        Indexed by industry_key: output_multiplier, backward_linkage, backward_spread,
        forward_linkage, forward_spread (Rasmussen), input_multiplier, forward_linkage_ghosh (NaN
        where the table does not tell flows and coefficients), key_sector. All NaN for industries
        that are not in the table; they do not count in the means.

    Raises
    ------
    InputOutputError
        If a column has flows and no coefficients, or the table cannot be inverted.

    Examples
    --------
    >>> table = pd.DataFrame({"supplying_industry_key": [0, 1], "using_industry_key": [1, 0],
    ...                       "coefficient": [0.5, 0.5], "flow": np.nan})
    >>> industry_linkages(table, industries=3)["output_multiplier"].round(6).tolist()
    [2.0, 2.0, nan]
    """
    if (io_table["coefficient"].isna() & io_table["flow"].notna()).any():
        message = (
            "The input-output table gives flows without coefficients: multipliers need inputs per "
            "unit of gross output; add the column `coefficient`."
        )
        raise InputOutputError(message)
    keys = ["supplying_industry_key", "using_industry_key"]
    named = np.unique(io_table[keys].to_numpy(dtype=np.int64))
    a = coefficient_matrix(io_table, industries=industries, signed=True)[np.ix_(named, named)]
    inverse = leontief_inverse(a)
    backward, forward = backward_linkages(inverse), forward_linkages(inverse)
    output = implied_output(io_table, industries=industries)[named]
    table = pd.DataFrame(
        {
            "output_multiplier": output_multipliers(inverse),
            "backward_linkage": backward,
            "backward_spread": linkage_spread(inverse),
            "forward_linkage": forward,
            "forward_spread": linkage_spread(inverse, forward=True),
            "input_multiplier": np.nan,
            "forward_linkage_ghosh": np.nan,
        },
        index=pd.Index(named, name="industry_key"),
    )
    if np.isfinite(output).all():
        # G = x^-1 L x (MB, Eq. 12.7), which spares a second inverse.
        ghosh = inverse * output / output[:, None]
        table["input_multiplier"] = input_multipliers(ghosh)
        table["forward_linkage_ghosh"] = forward_linkages(ghosh)
    table["key_sector"] = pd.Series(key_sectors(backward, forward), index=table.index, dtype="str")
    return table.reindex(pd.RangeIndex(industries, name="industry_key"))


def industry_linkages_by_year(
    io_table: pd.DataFrame, *, industries: int, years: Sequence[int]
) -> pd.DataFrame:
    """Multipliers and linkages of every industry, each year by the latest table of its time.

    Parameters
    ----------
    io_table : DataFrame
        supplying_industry_key, using_industry_key, coefficient, flow, year; may be empty.
    industries : int
        Number of industries.
    years : sequence of int
        Years asked for.

    Returns
    -------
    DataFrame
        year, industry_key and the columns of `industry_linkages`, for the industries that the
        table speaks of. A table without coefficients, or one that has no inverse, leaves all
        measures NaN and key_sector empty (`geo.dataset.table_diagnosis` says why).

    Examples
    --------
    >>> table = pd.DataFrame({"supplying_industry_key": [0, 1], "using_industry_key": [1, 0],
    ...                       "coefficient": [0.5, 0.5], "flow": np.nan, "year": np.nan})
    >>> industry_linkages_by_year(table, industries=2, years=[2020])["output_multiplier"].tolist()
    [2.0, 2.0]
    """
    found = [pd.DataFrame(columns=["year", "industry_key", *_LINKAGES])]
    for year in years if len(io_table) else []:
        rows = table_of_year(io_table, year)
        named = np.unique(rows[["supplying_industry_key", "using_industry_key"]].to_numpy())
        try:
            table = industry_linkages(rows, industries=industries).loc[named]
        except InputOutputError:
            table = pd.DataFrame(index=pd.Index(named, name="industry_key"), columns=_LINKAGES)
        found.append(table.reset_index().assign(year=year))
    whole = pd.concat(found[1:] or found, ignore_index=True)
    keys = {"year": "int64", "industry_key": "int64"}
    numbers = dict.fromkeys(_LINKAGES[:-1], "float64")
    return whole.astype(keys | numbers | {"key_sector": "str"})[
        ["year", "industry_key", *_LINKAGES]
    ]


_LINKAGES = [
    "output_multiplier",
    "backward_linkage",
    "backward_spread",
    "forward_linkage",
    "forward_spread",
    "input_multiplier",
    "forward_linkage_ghosh",
    "key_sector",
]


def _output(values: npt.ArrayLike, traded: Floats, *, n: int) -> Floats:
    output = np.asarray(values, dtype=np.float64)
    if output.shape != (n,):
        message = f"`output` must have shape ({n},), one per industry, not {output.shape}."
        raise InputOutputError(message)
    wrong = ~np.isfinite(output) | (output < 0) | ((output == 0) & (traded != 0))
    if wrong.any():
        first = int(np.argmax(wrong))
        message = (
            f"`output` must be finite, and above zero where there are flows: {output[first]} of "
            f"industry {first} is not."
        )
        raise InputOutputError(message)
    return output
