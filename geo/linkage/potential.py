"""What an input-output table makes possible: whether partners of a cell could be in its region.

What belongs here: coverage of a cell's inputs and sales by the industries around it, and how
complete its chain is. It is a potential and never a tie: who buys from whom is for the modules
that read ties. The arithmetic of the national table itself (inverses, multipliers) does not
belong here either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import numpy.typing as npt

    Matrix = npt.NDArray[np.float64]

__all__ = [
    "chain_completeness",
    "chain_potential",
    "coefficient_matrix",
    "input_coverage",
    "output_coverage",
    "regional_quotients",
    "table_of_year",
]

_MAIN_SHARE = 0.8
_COMPLETE = 0.5
_KNOWN = 0.9
_COLUMNS = [
    "local_input_coverage",
    "local_output_coverage",
    "expected_input_coverage",
    "expected_output_coverage",
    "chain_completeness",
]


def chain_potential(
    cells: pd.DataFrame, io_table: pd.DataFrame, *, industries: int
) -> pd.DataFrame:
    """Coverage, completeness and the answer they give, for every cell.

    Parameters
    ----------
    cells : DataFrame
        year, region_key, industry_key, establishments, employment; NaN = not known.
    io_table : DataFrame
        supplying_industry_key, using_industry_key, coefficient, flow, year; may be empty. Each
        year of cells uses the latest table of its time, else the earliest.
    industries : int
        Number of industries.

    Returns
    -------
    DataFrame
        Keys as in `cells`, and

        - local_input_coverage, local_output_coverage: shares that industries of the region could
          cover (`input_coverage`, `output_coverage`)
        - expected_input_coverage, expected_output_coverage: mean of the same over the industry's
          establishments in all other regions
        - chain_completeness: see there
        - chain_partners_here: True where at least half of the main inputs are strong here and
          inputs are covered no worse than the industry finds elsewhere; False where not; <NA>
          where the table says nothing of the industry's inputs

        All NaN or <NA> without a table.
    """
    keys = ["year", "region_key", "industry_key"]
    result = cells[keys].copy()
    result[_COLUMNS] = np.nan
    if len(io_table):
        for year, rows in cells.groupby("year"):
            table = table_of_year(io_table, int(str(year)))
            result.loc[rows.index, _COLUMNS] = _of_one_year(rows, table, industries)
    complete = result["chain_completeness"] >= _COMPLETE
    covered = result["local_input_coverage"] >= result["expected_input_coverage"].fillna(0)
    answer = (complete & covered).astype("boolean")
    result["chain_partners_here"] = answer.mask(result["chain_completeness"].isna())
    return result


def coefficient_matrix(io_table: pd.DataFrame, *, industries: int) -> Matrix:
    """Inputs per unit of output, supplying industries in rows, using ones in columns.

    Where a table gives flows only, a column is shared out in proportion to them: the mix of
    purchases, which is all that coverage needs. Negative entries (by-products) count as zero.
    """
    value = io_table["coefficient"].fillna(io_table["flow"])
    return _matrix(io_table, value, industries)


def _flow_matrix(io_table: pd.DataFrame, sizes: Matrix, industries: int) -> Matrix:
    """Flows as given, or coefficients times the size of the using industry."""
    size = pd.Series(sizes).reindex(io_table["using_industry_key"]).to_numpy()
    value = io_table["flow"].fillna(io_table["coefficient"] * size)
    return _matrix(io_table, value, industries)


def _matrix(io_table: pd.DataFrame, value: pd.Series[float], industries: int) -> Matrix:
    matrix = np.zeros((industries, industries))
    rows = io_table["supplying_industry_key"].to_numpy(dtype=np.int64)
    columns = io_table["using_industry_key"].to_numpy(dtype=np.int64)
    np.add.at(matrix, (rows, columns), np.clip(np.nan_to_num(value.to_numpy(float)), 0, None))
    return matrix


def input_coverage(quotients: Matrix, coefficients: Matrix) -> Matrix:
    r"""Share of an industry's inputs that the industries of a region could supply.

    .. math:: \frac{\sum_j a_{ji} \min(1, LQ_{rj})}{\sum_j a_{ji}}

    An industry with a quotient below one is taken to meet its regional demand in that proportion
    (the simple location quotient as regional purchase coefficient).

    Parameters
    ----------
    quotients : ndarray, shape (n_regions, n_industries)
        Location quotients; NaN counts as zero.
    coefficients : ndarray, shape (n_industries, n_industries)
        Supplying industries in rows.

    Returns
    -------
    ndarray, shape (n_regions, n_industries)
        Between 0 and 1; NaN for an industry without inputs in the table.

    References
    ----------
    .. [1] Flegg, A. T. & Webber, C. D. (1997). On the appropriate use of location quotients in
       generating regional input-output tables: reply. Regional Studies 31(8), 795-805.

    Examples
    --------
    Half of the inputs come from industry 0, which is half as present as elsewhere; the other half
    from industry 1, which is amply there: 0.5 x 0.5 + 0.5 x 1.

    >>> input_coverage(np.array([[0.5, 3.0]]), np.array([[0.2, 0.0], [0.2, 0.0]]))
    array([[0.75,  nan]])
    """
    present = np.minimum(1.0, np.nan_to_num(quotients))
    with np.errstate(invalid="ignore"):
        covered = (present @ coefficients) / coefficients.sum(axis=0)
    full: Matrix = np.minimum(1.0, covered)  # against rounding in the sums
    return full


def output_coverage(quotients: Matrix, flows: Matrix) -> Matrix:
    r"""Share of an industry's sales to industries that those of a region could take.

    .. math:: \frac{\sum_j z_{ij} \min(1, LQ_{rj})}{\sum_j z_{ij}}

    Shapes and edges as in `input_coverage`, along the rows of the flows.
    """
    return input_coverage(quotients, flows.T)


def chain_completeness(quotients: Matrix, coefficients: Matrix) -> Matrix:
    """Share of an industry's main inputs whose industries are strong in a region.

    The main inputs are the fewest industries that together make up 80 % of its purchases; each
    counts alike, and is strong here at a location quotient of at least 1.

    Parameters
    ----------
    quotients, coefficients : ndarray
        As in `input_coverage`.

    Returns
    -------
    ndarray, shape (n_regions, n_industries)
        Between 0 and 1; NaN for an industry without inputs in the table.
    """
    strong = np.nan_to_num(quotients) >= 1
    main = _main_inputs(coefficients)
    with np.errstate(invalid="ignore"):
        complete: Matrix = (strong.astype(float) @ main) / main.sum(axis=0)
    return complete


def _main_inputs(coefficients: Matrix) -> Matrix:
    """1 for the supplying industries (rows) that are main inputs of the using ones (columns)."""
    order = np.argsort(-coefficients, axis=0, kind="stable")
    ranked = np.take_along_axis(coefficients, order, axis=0)
    before = np.cumsum(ranked, axis=0) - ranked
    needed = (before < _MAIN_SHARE * ranked.sum(axis=0) * (1 - 1e-12)) & (ranked > 0)
    main = np.zeros_like(coefficients)
    np.put_along_axis(main, order, needed.astype(float), axis=0)
    return main


def table_of_year(io_table: pd.DataFrame, year: int) -> pd.DataFrame:
    """Rows of the latest table of `year`'s time, else of the earliest; all where undated."""
    years = io_table["year"].dropna().unique()
    if len(years) == 0:
        return io_table
    past = years[years <= year]
    chosen: pd.DataFrame = io_table[io_table["year"] == (past.max() if len(past) else years.min())]
    return chosen


def _of_one_year(cells: pd.DataFrame, io_table: pd.DataFrame, industries: int) -> Matrix:
    """The measures of one year's cells, shape (n_cells, 5), in the order of `_COLUMNS`."""
    regions, quotients, weights = regional_quotients(cells, industries=industries)
    row = np.searchsorted(regions, cells["region_key"])
    column = cells["industry_key"].to_numpy(dtype=np.int64)
    coefficients = coefficient_matrix(io_table, industries=industries)
    flows = _flow_matrix(io_table, weights.sum(axis=0), industries)
    inputs, outputs = input_coverage(quotients, coefficients), output_coverage(quotients, flows)
    measures = (
        inputs,
        outputs,
        _mean_elsewhere(inputs, weights),
        _mean_elsewhere(outputs, weights),
        chain_completeness(quotients, coefficients),
    )
    return np.column_stack([measure[row, column] for measure in measures])


def regional_quotients(
    cells: pd.DataFrame, *, industries: int
) -> tuple[npt.NDArray[np.int64], Matrix, Matrix]:
    """Location quotients of every region and industry of one year, as matrices.

    Parameters
    ----------
    cells : DataFrame
        Cells of one year: region_key, industry_key, establishments, employment.
    industries : int
        Number of industries.

    Returns
    -------
    regions : ndarray of int64, shape (n_regions,)
        Keys of the regions that have cells, sorted: the rows of the matrices.
    quotients : ndarray, shape (n_regions, industries)
        By jobs where nine cells in ten tell theirs (or none tells its plants), else by plants.
    sizes : ndarray, shape (n_regions, industries)
        Plants; jobs where no cell tells its plants.
    """
    regions, row = np.unique(cells["region_key"].to_numpy(dtype=np.int64), return_inverse=True)
    column = cells["industry_key"].to_numpy(dtype=np.int64)

    def matrix(measure: str) -> Matrix:
        values = np.zeros((len(regions), industries))
        values[row, column] = np.nan_to_num(cells[measure].to_numpy(float))
        return values

    plants, jobs = matrix("establishments"), matrix("employment")
    by_jobs = cells["employment"].notna().mean() >= _KNOWN or not plants.any()
    quotients = _location_quotients(jobs if by_jobs else plants)
    return regions, quotients, plants if plants.any() else jobs


def _location_quotients(sizes: Matrix) -> Matrix:
    with np.errstate(invalid="ignore", divide="ignore"):
        regional = sizes / sizes.sum(axis=1, keepdims=True)
        quotient: Matrix = regional / (sizes.sum(axis=0) / sizes.sum())
    return quotient


def _mean_elsewhere(coverage: Matrix, weights: Matrix) -> Matrix:
    """Mean over all other regions, weighted by the industry's size there; NaN where nowhere."""
    weighted = np.nan_to_num(coverage) * weights
    others = weights.sum(axis=0) - weights
    with np.errstate(invalid="ignore", divide="ignore"):
        mean: Matrix = (weighted.sum(axis=0) - weighted) / np.where(others > 0, others, np.nan)
    return mean
