r"""How much industries depend on each other's goods, and whether those who trade sit together.

Here belong the strength of trade of a pair, from an input-output table, and its correlation with a
measure of pairs. Those measures are in `geo.concentration.pairs`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from geo.errors import InvalidCountsError
from geo.input_output.potential import table_of_year

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    from collections.abc import Sequence

__all__ = ["correlation_by_year", "input_output_strength", "strength_by_year", "trade_correlation"]


def strength_by_year(io_table: pd.DataFrame, years: Sequence[int]) -> pd.DataFrame | None:
    """How much two industries depend on each other, by the table of each year's time.

    Parameters
    ----------
    io_table : DataFrame
        Columns supplying_industry_key, using_industry_key, flow, coefficient, year (NaN = undated),
        of any number of years.
    years : sequence of int
        Years to ask for: each gets the latest table that is not after it, else the earliest.

    Returns
    -------
    DataFrame or None
        Columns year, industry_key, other_industry_key, input_share, output_share, input_output;
        None without a table, or a year.

    Examples
    --------
    Industry 1 bought only from 0 until 2020, and as much from 2 afterwards.

    >>> table = pd.DataFrame({"supplying_industry_key": [0, 0, 2], "using_industry_key": [1, 1, 1],
    ...     "flow": [1.0, 1.0, 1.0], "coefficient": None, "year": [2020, 2022, 2022]})
    >>> found = strength_by_year(table, [2021, 2022])
    >>> found.loc[found["other_industry_key"] == 1, ["year", "input_share"]].values.tolist()
    [[2021.0, 1.0], [2022.0, 0.5]]
    """
    if not len(io_table) or not len(years):
        return None
    return pd.concat(
        [input_output_strength(table_of_year(io_table, y)).assign(year=y) for y in years],
        ignore_index=True,
    )


def correlation_by_year(
    pairs: pd.DataFrame,
    strength: pd.DataFrame,
    *,
    seed: int,
    permutations: int = 999,
    measures: Sequence[str] = ("coagglomeration",),
) -> pd.DataFrame:
    """Do those who trade sit together? Rank correlation of each year with its own table.

    Parameters
    ----------
    pairs : DataFrame
        As `geo.concentration.pairs.pair_table.coagglomeration_by_pair` gives it.
    strength : DataFrame
        As `strength_by_year` gives it.
    seed, permutations
        As in `geo.input_output.strength.trade_correlation`.
    measures : sequence of str, default ("coagglomeration",)
        Columns of the pairs to set against trade, one after the other.

    Returns
    -------
    DataFrame
        Columns measure, year, industries, correlation, correlation_p.

    Examples
    --------
    >>> pairs = pd.DataFrame({"year": 2020, "industry_key": [0, 0, 0, 1, 1, 2],
    ...     "other_industry_key": [1, 2, 3, 2, 3, 3],
    ...     "coagglomeration": [0.6, 0.1, 0.2, 0.3, 0.4, 0.5]})
    >>> strength = pairs.rename(columns={"coagglomeration": "input_output"})
    >>> correlation_by_year(pairs, strength, seed=0)["correlation"].tolist()
    [1.0]
    """
    found = [
        trade_correlation(
            here,
            strength[strength["year"] == year],
            seed=seed,
            permutations=permutations,
            measure=measure,
        ).assign(measure=measure)
        for measure in measures
        for year, here in pairs.groupby("year")
    ]
    columns = ["measure", "year", "industries", "correlation", "correlation_p"]
    return pd.concat(found, ignore_index=True)[columns] if found else pd.DataFrame()


def input_output_strength(io_table: pd.DataFrame) -> pd.DataFrame:
    r"""How much two industries depend on each other's goods, pair by pair.

    .. math:: \max \bigl( \mathrm{In}_{ij}, \mathrm{In}_{ji}, \mathrm{Out}_{ij}, \mathrm{Out}_{ji}
       \bigr), \qquad \mathrm{In}_{ij} = \frac{f_{ji}}{\sum_k f_{ki}}, \quad
       \mathrm{Out}_{ij} = \frac{f_{ij}}{\sum_k f_{ik}}

    with :math:`f_{ij}` what industry i supplies to j: the shares of i's intermediate inputs that
    come from j, and of i's intermediate sales that go to j.

    Parameters
    ----------
    io_table : DataFrame
        Columns supplying_industry_key, using_industry_key, flow and coefficient, of one year. Where
        no flow is given, the coefficients are put in its place: shares of inputs then stand, shares
        of sales are not known and left out.

    Returns
    -------
    DataFrame
        One row per pair of industries that occur in the table, sorted, industry_key below
        other_industry_key, with the columns input_share (the larger of the two), output_share
        (NaN without flows) and input_output (the largest of all). 0 for a pair without trade.

    Raises
    ------
    InvalidCountsError
        If a pair of supplier and user stands there twice, or a flow or coefficient is infinite.
        (Negative ones, which tables have for subsidies and stocks, count as none.)

    References
    ----------
    .. [1] Ellison, G., Glaeser, E. L. & Kerr, W. R. (2010). What causes industry agglomeration?
       Evidence from coagglomeration patterns. American Economic Review 100(3), 1195-1213,
       Section III. (Their denominators hold value added and final sales too.)

    Examples
    --------
    Industry 1 buys 3 from 0 and 1 from itself; 0 buys nothing.

    >>> table = pd.DataFrame({"supplying_industry_key": [0, 1], "using_industry_key": [1, 1],
    ...                       "flow": [3.0, 1.0], "coefficient": [0.3, 0.1]})
    >>> input_output_strength(table)[["input_share", "output_share"]].iloc[0].tolist()
    [0.75, 1.0]
    """
    names = ["supplying_industry_key", "using_industry_key"]
    if io_table.duplicated(names).any():
        message = "`io_table` must hold each supplier and user once; hand in one year of it."
        raise InvalidCountsError(message)
    by_flow = bool(io_table["flow"].notna().any())
    given = io_table["flow" if by_flow else "coefficient"].to_numpy(dtype=np.float64)
    if np.isinf(given).any():
        message = "`io_table` must hold finite flows and coefficients."
        raise InvalidCountsError(message)
    industries = np.union1d(io_table[names[0]].to_numpy(), io_table[names[1]].to_numpy())
    flow = np.zeros((len(industries), len(industries)))
    rows, columns = (np.searchsorted(industries, io_table[name].to_numpy()) for name in names)
    flow[rows, columns] = np.maximum(np.nan_to_num(given), 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        bought = np.nan_to_num(flow / flow.sum(axis=0))
        sold = np.nan_to_num(flow / flow.sum(axis=1, keepdims=True))
    first, second = np.triu_indices(len(industries), k=1)
    inputs = np.maximum(bought, bought.T)[first, second]
    outputs = np.maximum(sold, sold.T)[first, second] if by_flow else np.full(len(first), np.nan)
    return pd.DataFrame(
        {
            "industry_key": industries[first],
            "other_industry_key": industries[second],
            "input_share": inputs,
            "output_share": outputs,
            "input_output": np.fmax(inputs, outputs),
        }
    )


def trade_correlation(
    pairs: pd.DataFrame,
    strength: pd.DataFrame,
    *,
    seed: int,
    permutations: int = 999,
    column: Literal["input_output", "input_share", "output_share"] = "input_output",
    measure: str = "coagglomeration",
) -> pd.DataFrame:
    r"""Do those who trade sit together: rank correlation of a measure of pairs and trade.

    Spearman's coefficient over the pairs of industries of a year that both tables hold. Pairs that
    share an industry are not independent, so its p-value comes from exchanging the names of the
    industries in one of the tables (the quadratic assignment procedure, a Mantel test):
    :math:`p = (1 + \#\{\rho^* \ge \rho\}) / (1 + \text{permutations})`.

    Parameters
    ----------
    pairs : DataFrame
        Columns year, industry_key, other_industry_key and the measure, as
        `geo.concentration.pairs.pair_table.coagglomeration_by_pair` gives them.
    strength : DataFrame
        As `input_output_strength` gives it.
    seed : int
        Start of the random numbers.
    permutations : int, default 999
        Exchanges of names.
    column : {"input_output", "input_share", "output_share"}
        Strength to use.
    measure : str, default "coagglomeration"
        Column of the pairs to set against it.

    Returns
    -------
    DataFrame
        One row per year, with the columns year, industries (that both tables hold), correlation and
        correlation_p; NaN with fewer than four industries or where all pairs are alike.

    Raises
    ------
    InvalidCountsError
        If `permutations` is below 1.

    References
    ----------
    .. [1] Mantel, N. (1967). The detection of disease clustering and a generalized regression
       approach. Cancer Research 27(2), 209-220.
    .. [2] Hubert, L. & Schultz, J. (1976). Quadratic assignment as a general data analysis
       strategy. British Journal of Mathematical and Statistical Psychology 29(2), 190-241.

    Examples
    --------
    >>> pairs = pd.DataFrame({"year": 2020, "industry_key": [0, 0, 0, 1, 1, 2],
    ...                       "other_industry_key": [1, 2, 3, 2, 3, 3],
    ...                       "coagglomeration": [0.6, 0.1, 0.2, 0.3, 0.4, 0.5]})
    >>> strength = pairs.rename(columns={"coagglomeration": "input_output"}).drop(columns="year")
    >>> trade_correlation(pairs, strength, seed=0)["correlation"].tolist()
    [1.0]
    """
    if permutations < 1:
        message = f"`permutations` must be at least 1: it is {permutations}."
        raise InvalidCountsError(message)
    keys = ["industry_key", "other_industry_key"]
    rows = []
    for year, here in pairs.groupby("year"):
        both = here[[*keys, measure]].merge(strength[[*keys, column]], on=keys)
        both = both.dropna().sort_values(keys)
        industries = np.union1d(both[keys[0]].to_numpy(), both[keys[1]].to_numpy())
        rho, p = np.nan, np.nan
        if len(industries) >= 4:
            at = [np.searchsorted(industries, both[key].to_numpy()) for key in keys]
            values = [both[name].to_numpy() for name in (measure, column)]
            rng = np.random.default_rng(seed)
            rho, p = _mantel(values[0], values[1], at, len(industries), permutations, rng)
        rows.append((year, len(industries), rho, p))
    return pd.DataFrame(rows, columns=["year", "industries", "correlation", "correlation_p"])


def _mantel(
    first: Floats,
    second: Floats,
    at: list[npt.NDArray[np.intp]],
    n: int,
    permutations: int,
    rng: np.random.Generator,
) -> tuple[float, float]:
    """Return the rank correlation over pairs and its upper tail under exchanged names."""
    ranks = [pd.Series(values).rank().to_numpy() for values in (first, second)]
    a, b = (values - values.mean() for values in ranks)
    scale = np.sqrt((a**2).sum() * (b**2).sum())
    if scale == 0:
        return float("nan"), float("nan")
    # Pairs that neither table holds stay at the mean and weigh nothing, wherever names go.
    table = np.zeros((n, n))
    table[at[0], at[1]] = table[at[1], at[0]] = b
    observed = a @ b
    reaching = 0
    for _ in range(permutations):
        names = rng.permutation(n)
        reaching += bool(a @ table[names[at[0]], names[at[1]]] >= observed - 1e-9 * scale)
    return float(observed / scale), (1 + reaching) / (1 + permutations)
