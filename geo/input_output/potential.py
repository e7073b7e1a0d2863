"""What an input-output table makes possible: whether partners of a cell could be in its region.

What belongs here: coverage of a cell's inputs and sales by the industries around it, how complete
its chain is, and the answer these give. It is a potential and never a tie: who buys from whom is
for the modules that read ties. The arithmetic of the national table itself belongs to
`leontief`, regional tables to `regional_tables`, what is missing from one cell to `gaps`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse

from geo.concentration.cells.market import LOCAL
from geo.concentration.cells.quotients import location_quotient_from_totals
from geo.concentration.cells.totals import sorted_cells, totals_of_cells
from geo.input_output.distinctive_inputs import distinctive

if TYPE_CHECKING:
    import numpy.typing as npt

    Matrix = npt.NDArray[np.float64]

__all__ = [
    "ChainTables",
    "chain_completeness",
    "chain_potential",
    "chain_tables",
    "coefficient_matrix",
    "flow_matrix",
    "implied_output",
    "input_coverage",
    "main_inputs",
    "output_coverage",
    "partners_are_here",
    "regional_quotients",
    "table_of_year",
]

_MAIN_SHARE = 0.8
_LEAST_SEEN = 0.5
_COMPLETE = 0.5
_SOLD = 0.25
_KNOWN = 0.9
_ROUNDING = 1e-9
_SLACK = 0.05
_COLUMNS = [
    "local_input_coverage",
    "local_output_coverage",
    "chain_completeness",
    "chain_completeness_value",
    "sales_completeness_value",
    "distinctive_input_coverage",
    "distinctive_output_coverage",
    "expected_input_coverage",
    "expected_output_coverage",
]


def chain_potential(
    cells: pd.DataFrame,
    io_table: pd.DataFrame,
    margins: pd.DataFrame | None = None,
    *,
    industries: int,
    completeness: float = _COMPLETE,
    market: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Coverage, completeness and the answer they give, for every cell.

    Partners are here where at least half of the inputs that set the industry apart come from
    industries that are strong in the region, or half of the sales that set it apart go to such, and
    that side is covered no worse than the same industry finds elsewhere. What every industry buys
    says nothing of a chain (`geo.input_output.distinctive_inputs`).

    Either side, because a chain may be held together from either end: a maker of accessories beside
    the garment makers it lives off has its partners here though its cloth comes from afar. Sales do
    not count where the table tells that less than a quarter of the output goes to industries: a
    shop that sells to households has no chain there. A local industry follows people, and no
    partners are asked for.

    A cell near the line keeps its answer: what was here the year before is here while it falls
    short by no more than 0.05.

    Parameters
    ----------
    cells : DataFrame
        year, region_key, industry_key, establishments, employment; NaN = not known. One row per
        year, region and industry.
    io_table : DataFrame
        supplying_industry_key, using_industry_key, coefficient, flow, year; may be empty. Each
        year of cells uses the latest table of its time, else the earliest.
    margins : DataFrame, optional
        Published totals, for the quotients: year, region_key, industry_key (empty = all),
        establishments, employment. Sums over cells where not given.
    industries : int
        Number of industries.
    completeness : float, default 0.5
        Smallest completeness by value, of inputs or of sales, at which partners are here.
    market : DataFrame, optional
        year, industry_key and market (`traded` or `local`); all are traded where not given.

    Returns
    -------
    DataFrame
        Keys as in `cells`, and

        - local_input_coverage, local_output_coverage: shares of all inputs and sales that
          industries of the region could cover (`input_coverage`, `output_coverage`)
        - chain_completeness: share of the main inputs whose industries are strong here, by number
        - chain_completeness_value, sales_completeness_value: share of the distinctive main inputs,
          and sales, whose industries are strong here, by value
        - distinctive_input_coverage, distinctive_output_coverage: as local coverage, of what is
          distinctive
        - expected_input_coverage, expected_output_coverage: mean of the same over the industry's
          establishments in all other regions; NaN where no other region has the industry
        - is_local_market: whether the industry is a local one
        - chain_partners_before: the answer of the year before
        - chain_partners_here: True or False as above, <NA> where the table names nothing that sets
          the industry apart, or the data hold no plant anywhere of those who supply most of it

        All NaN or <NA> without a table; False for local industries even then.

    Raises
    ------
    InvalidCountsError
        If `cells` holds a year, region and industry twice.

    Examples
    --------
    Region 0 has both industries, region 1 only the second. The second buys a third of its inputs
    from the first and the rest from itself.

    >>> cells = pd.DataFrame({"year": 2020, "region_key": [0, 0, 1], "industry_key": [0, 1, 1],
    ...                       "establishments": [10.0, 10.0, 20.0], "employment": np.nan})
    >>> table = pd.DataFrame({"supplying_industry_key": [0, 1], "using_industry_key": [1, 1],
    ...                       "coefficient": [0.1, 0.2], "flow": np.nan, "year": np.nan})
    >>> result = chain_potential(cells, table, industries=2)
    >>> result["local_input_coverage"].round(2).tolist()
    [nan, 0.78, 0.67]
    >>> result["chain_partners_here"].tolist()
    [<NA>, False, False]
    """
    keys = cells[["year", "region_key", "industry_key"]]
    measures = np.full((len(cells), len(_COLUMNS)), np.nan)
    if len(io_table):
        ordered = sorted_cells(cells.reset_index(drop=True))
        for year, rows in ordered.groupby("year"):
            table = table_of_year(io_table, int(str(year)))
            measures[rows.index] = _of_one_year(rows, table, margins, industries)
    table = pd.DataFrame(measures, index=cells.index, columns=_COLUMNS)
    table["is_local_market"] = _is_local(keys, market)
    table = pd.concat([keys, table], axis=1)
    answers = _year_by_year(table, completeness)
    return table.assign(chain_partners_before=answers[0], chain_partners_here=answers[1])


def _is_local(keys: pd.DataFrame, market: pd.DataFrame | None) -> npt.NDArray[np.bool_]:
    """Whether the industry of a cell is a local one in its year."""
    if market is None:
        return np.zeros(len(keys), dtype=np.bool_)
    joined = keys.merge(market, on=["year", "industry_key"], how="left", validate="many_to_one")
    return joined["market"].eq(LOCAL).to_numpy(dtype=np.bool_)


def _year_by_year(
    table: pd.DataFrame, completeness: float
) -> tuple[pd.Series[bool], pd.Series[bool]]:
    """The answer of the year before, False where there is none, and the answer of every cell."""
    before = pd.Series(data=False, index=table.index)
    here = pd.Series(pd.NA, index=table.index, dtype="boolean")
    cell = table["region_key"].astype("int64") * (int(table["industry_key"].max() or 0) + 1)
    cell += table["industry_key"].astype("int64")
    was: set[int] = set()
    for _, of_year in table.groupby("year"):
        before.loc[of_year.index] = cell.loc[of_year.index].isin(was)
        rows = of_year.assign(chain_partners_before=before.loc[of_year.index])
        answer = partners_are_here(rows, completeness=completeness)
        here.loc[of_year.index] = answer
        was = set(cell.loc[of_year.index][answer.fillna(value=False).astype(bool)])
    return before, here


def partners_are_here(
    measures: pd.DataFrame, *, completeness: float = _COMPLETE
) -> pd.Series[bool]:
    """Whether those who sell to a cell or buy from it are in its region; <NA> = not known.

    Parameters
    ----------
    measures : DataFrame
        Columns as `chain_potential` returns them: distinctive and expected coverage of inputs and
        of sales, chain_completeness_value, sales_completeness_value, is_local_market,
        chain_partners_before.
    completeness : float, default 0.5
        As for `chain_potential`.
    """
    is_local = measures["is_local_market"].astype(bool)
    slack = np.where(measures["chain_partners_before"].astype(bool), _SLACK, 0.0) + _ROUNDING
    answer = pd.Series(data=False, index=measures.index)
    for side, complete in (("input", "chain"), ("output", "sales")):
        coverage = measures[f"distinctive_{side}_coverage"]
        covered = coverage >= measures[f"expected_{side}_coverage"].fillna(0) - slack
        strong = measures[f"{complete}_completeness_value"] >= completeness - slack
        answer |= covered & strong
    unknown = measures["chain_completeness_value"].isna() & ~answer & ~is_local
    return (answer & ~is_local).astype("boolean").mask(unknown)


def coefficient_matrix(io_table: pd.DataFrame, *, industries: int, signed: bool = False) -> Matrix:
    """Inputs per unit of output, supplying industries in rows, using ones in columns.

    A column that lacks a coefficient is given by its flows instead: the mix of purchases, which is
    all that coverage needs. Missing entries count as zero, and unless `signed` negative ones
    (by-products) do.

    Examples
    --------
    >>> table = pd.DataFrame({"supplying_industry_key": [0, 1], "using_industry_key": [1, 1],
    ...                       "coefficient": [0.1, np.nan], "flow": [10.0, 30.0]})
    >>> coefficient_matrix(table, industries=2)
    array([[ 0., 10.],
           [ 0., 30.]])
    """
    lacks = io_table["coefficient"].isna() & io_table["flow"].notna()
    by_flow = lacks.groupby(io_table["using_industry_key"]).transform("any")
    return _matrix(
        io_table, io_table["coefficient"].mask(by_flow, io_table["flow"]), industries, signed
    )


def flow_matrix(io_table: pd.DataFrame, sizes: npt.ArrayLike, *, industries: int) -> Matrix:
    """Flows, suppliers in rows: as given, else inputs per unit times the size of the user.

    Parameters
    ----------
    io_table : DataFrame
        supplying_industry_key, using_industry_key, coefficient, flow.
    sizes : array_like of float, shape (n_industries,)
        Plants or jobs of each industry, in place of its output where flows are not given for all
        entries: one unit throughout.
    industries : int
        Number of industries.
    """
    if io_table["flow"].notna().all():
        return _matrix(io_table, io_table["flow"], industries)
    per_unit = coefficient_matrix(io_table, industries=industries)
    by_flow = io_table.loc[io_table["coefficient"].isna(), "using_industry_key"].unique()
    bought = per_unit.sum(axis=0)
    bought[np.setdiff1d(np.arange(industries), by_flow)] = 1.0
    flows: Matrix = per_unit / np.where(bought > 0, bought, 1.0) * np.asarray(sizes, dtype=float)
    return flows


def _matrix(
    io_table: pd.DataFrame,
    value: pd.Series[float],
    industries: int,
    signed: bool = False,  # noqa: FBT001, FBT002 - passed on
) -> Matrix:
    keys = ["supplying_industry_key", "using_industry_key"]
    entries = io_table[keys].astype("int64").assign(value=value.astype("float64"))
    # Sums of floating-point numbers depend on their order, so entries given twice are sorted.
    entries = entries[(entries["value"] > 0) | (signed & (entries["value"] < 0))].sort_values(
        [*keys, "value"]
    )
    matrix = np.zeros((industries, industries))
    np.add.at(matrix, (entries[keys[0]].to_numpy(), entries[keys[1]].to_numpy()), entries["value"])
    return matrix


def implied_output(io_table: pd.DataFrame, *, industries: int) -> Matrix:
    """Gross output of each industry, from a table that gives both flows and coefficients.

    The sum of a column's flows over the sum of its coefficients, over the entries that have both;
    in the unit of the flows, shape (n_industries,), NaN for an industry that has no such entry.

    Examples
    --------
    >>> table = pd.DataFrame({"supplying_industry_key": [0, 1], "using_industry_key": [1, 1],
    ...                       "coefficient": [0.1, 0.2], "flow": [10.0, 20.0]})
    >>> implied_output(table, industries=2).round(6)
    array([ nan, 100.])
    """
    both = io_table[io_table["flow"].notna() & (io_table["coefficient"] != 0)]
    columns = ["using_industry_key", "flow", "coefficient"]
    both = both.dropna(subset=["coefficient"])[columns].sort_values(columns)
    sums = both.groupby("using_industry_key")[["flow", "coefficient"]].sum()
    output: Matrix = np.full(industries, np.nan)
    output[sums.index.to_numpy(dtype=np.int64)] = sums["flow"] / sums["coefficient"]
    return output


def input_coverage(quotients: Matrix, coefficients: Matrix) -> Matrix:
    r"""Share of an industry's inputs that the industries of a region could supply.

    .. math:: \frac{\sum_j a_{ji} \min(1, LQ_{rj})}{\sum_j a_{ji}}

    An industry with a quotient below one is taken to meet its regional demand in that proportion
    (the simple location quotient as regional purchase coefficient).

    Parameters
    ----------
    quotients : ndarray, shape (n_regions, n_industries)
        Location quotients; NaN is 'not known' and leaves the input out of both sums.
    coefficients : ndarray, shape (n_industries, n_industries)
        Supplying industries in rows; not negative.

    Returns
    -------
    ndarray, shape (n_regions, n_industries)
        Between 0 and 1; NaN for an industry without (known) inputs.

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
    return _covered(np.minimum(1.0, quotients), coefficients)


def _covered(present: Matrix, inputs: Matrix) -> Matrix:
    """Mean over inputs of what is present, weighted by the inputs; NaN in `present` is left out."""
    known = ~np.isnan(present)
    # One thread and one order of summation, whatever the linear algebra library would do.
    shared_out = sparse.csr_matrix(inputs.T)
    total = np.broadcast_to(inputs.sum(axis=0), (len(present), inputs.shape[1]))
    if not known.all():
        total = (shared_out @ known.T.astype(float)).T
    with np.errstate(invalid="ignore", divide="ignore"):
        covered = (shared_out @ np.nan_to_num(present).T).T / np.where(total > 0, total, np.nan)
    full: Matrix = np.minimum(1.0, covered)  # against rounding in the sums
    return full


def output_coverage(quotients: Matrix, flows: Matrix) -> Matrix:
    r"""Share of an industry's sales to industries that those of a region could take.

    .. math:: \frac{\sum_j z_{ij} \min(1, LQ_{rj})}{\sum_j z_{ij}}

    Shapes and edges as in `input_coverage`, along the rows of the flows.
    """
    return input_coverage(quotients, flows.T)


def chain_completeness(
    quotients: Matrix, coefficients: Matrix, *, by_value: bool = False
) -> Matrix:
    """Share of an industry's main inputs whose industries are strong in a region.

    The main inputs are the fewest industries that together make up 80 % of its purchases, itself
    among them where it buys from its like; one is strong here at a location quotient of at least 1.

    Parameters
    ----------
    quotients, coefficients : ndarray
        As in `input_coverage`.
    by_value : bool, default False
        Weigh each main input by what is spent on it; all alike otherwise.

    Returns
    -------
    ndarray, shape (n_regions, n_industries)
        Between 0 and 1; NaN for an industry without (known) inputs in the table.

    Examples
    --------
    Two inputs of 60 and 20 % make up four fifths; only the larger is strong here.

    >>> inputs = np.array([[0.6, 0.0, 0.0], [0.2, 0.0, 0.0], [0.2, 0.0, 0.0]])
    >>> here = np.array([[1.5, 0.5, 2.0]])
    >>> float(chain_completeness(here, inputs)[0, 0])
    0.5
    >>> float(chain_completeness(here, inputs, by_value=True)[0, 0].round(9))
    0.75
    """
    strong = np.where(np.isnan(quotients), np.nan, quotients >= 1 - _ROUNDING)
    main = main_inputs(coefficients)
    return _covered(strong, main * coefficients if by_value else main.astype(float))


def main_inputs(coefficients: Matrix) -> npt.NDArray[np.bool_]:
    """Whether a supplying industry (row) is one of the main inputs of the using one (column).

    The fewest that together make up 80 % of a column; among equals the first ones.

    Examples
    --------
    >>> main_inputs(np.array([[0.1, 0.0], [0.5, 0.0], [0.4, 0.0]])).tolist()
    [[False, False], [True, False], [True, False]]
    """
    order = np.argsort(-coefficients, axis=0, kind="stable")
    ranked = np.take_along_axis(coefficients, order, axis=0)
    before = np.cumsum(ranked, axis=0) - ranked
    needed = (before < _MAIN_SHARE * ranked.sum(axis=0) * (1 - _ROUNDING)) & (ranked > 0)
    main = np.zeros(coefficients.shape, dtype=np.bool_)
    np.put_along_axis(main, order, needed, axis=0)
    return main


def table_of_year(io_table: pd.DataFrame, year: int) -> pd.DataFrame:
    """Rows of the latest table of `year`'s time, else of the earliest; all where undated."""
    years = io_table["year"].dropna().unique()
    if len(years) == 0:
        return io_table
    past = years[years <= year]
    chosen: pd.DataFrame = io_table[io_table["year"] == (past.max() if len(past) else years.min())]
    return chosen


def _of_one_year(
    cells: pd.DataFrame, io_table: pd.DataFrame, margins: pd.DataFrame | None, industries: int
) -> Matrix:
    """The measures of one year's cells, in the order of `_COLUMNS`."""
    regions, quotients, sizes = regional_quotients(cells, margins, industries=industries)
    row = np.searchsorted(regions, cells["region_key"])
    column = cells["industry_key"].to_numpy(dtype=np.int64)
    tables = chain_tables(io_table, sizes, industries=industries)
    inputs, outputs = (input_coverage(quotients, t) for t in (tables.inputs, tables.sales))
    measures = (
        input_coverage(quotients, tables.coefficients),
        output_coverage(quotients, tables.flows),
        chain_completeness(quotients, tables.coefficients),
        chain_completeness(quotients, tables.inputs, by_value=True),
        chain_completeness(quotients, tables.sales, by_value=True),
        inputs,
        outputs,
        _mean_elsewhere(inputs, sizes),
        _mean_elsewhere(outputs, sizes),
    )
    return np.column_stack([measure[row, column] for measure in measures])


class ChainTables(NamedTuple):
    """What an input-output table says of each industry's partners."""

    coefficients: Matrix
    """Inputs per unit of output, suppliers in rows; 0 throughout where most are not in the data."""
    flows: Matrix
    """Sales, suppliers in rows."""
    inputs: Matrix
    """Distinctive inputs, suppliers in rows."""
    sales: Matrix
    """Distinctive sales, customers in rows; 0 throughout where less than a quarter of an industry's
    output goes to industries."""


def chain_tables(io_table: pd.DataFrame, sizes: Matrix, *, industries: int) -> ChainTables:
    """The matrices by which a year's cells are measured.

    Parameters
    ----------
    io_table : DataFrame
        Of the year (`table_of_year`), as for `chain_potential`.
    sizes : ndarray, shape (n_regions, industries)
        As `regional_quotients` returns it.
    industries : int
        Number of industries.
    """
    coefficients = _of_seen_suppliers(coefficient_matrix(io_table, industries=industries), sizes)
    flows = flow_matrix(io_table, sizes.sum(axis=0), industries=industries)
    sales = distinctive(flows.T) * _sells_to_industries(io_table, flows)
    return ChainTables(coefficients, flows, distinctive(coefficients), sales)


def _of_seen_suppliers(coefficients: Matrix, sizes: Matrix) -> Matrix:
    """Coefficients without the industries whose suppliers the data mostly do not hold.

    A register that covers a part of the economy, or codes its industries otherwise, has no plant
    of a supplier anywhere: that the supplier is not in a region then says nothing.
    """
    seen = coefficients[sizes.sum(axis=0) > 0].sum(axis=0)
    return np.where(seen >= _LEAST_SEEN * coefficients.sum(axis=0), coefficients, 0.0)


def _sells_to_industries(io_table: pd.DataFrame, flows: Matrix) -> npt.NDArray[np.bool_]:
    """Whether a quarter of each industry's output goes to industries; yes where not told."""
    if not io_table["flow"].notna().all():
        return np.ones(len(flows), dtype=np.bool_)
    share = flows.sum(axis=1) / implied_output(io_table, industries=len(flows))
    sells: npt.NDArray[np.bool_] = ~(share < _SOLD)
    return sells


def regional_quotients(
    cells: pd.DataFrame, margins: pd.DataFrame | None = None, *, industries: int
) -> tuple[npt.NDArray[np.int64], Matrix, Matrix]:
    """Location quotients of every region and industry of one year, as matrices.

    By jobs where at least nine cells in ten tell theirs, else by plants, which offices withhold
    less often; a cell that lacks the one is measured by the other.

    Parameters
    ----------
    cells : DataFrame
        Cells of one year: year, region_key, industry_key, establishments, employment.
    margins : DataFrame, optional
        Published totals, as in `chain_potential`.
    industries : int
        Number of industries.

    Returns
    -------
    regions : ndarray of int64, shape (n_regions,)
        Keys of the regions that have cells, sorted: the rows of the matrices.
    quotients : ndarray, shape (n_regions, industries)
        0 where the region has no such cell, NaN where it has one of unknown size.
    sizes : ndarray, shape (n_regions, industries)
        Plants; jobs where no cell tells its plants. 0 where not known.

    Raises
    ------
    InvalidCountsError
        If `cells` holds a region and industry twice.
    """
    ordered = sorted_cells(cells)
    regions, row = np.unique(ordered["region_key"].to_numpy(dtype=np.int64), return_inverse=True)
    column = ordered["industry_key"].to_numpy(dtype=np.int64)
    plants, jobs = (
        location_quotient_from_totals(
            ordered[measure].to_numpy(dtype=float),
            *totals_of_cells(ordered, margins, measure=measure),
        )
        for measure in ("establishments", "employment")
    )
    by_jobs = ordered["employment"].notna().mean() >= _KNOWN
    first, second = (jobs, plants) if by_jobs else (plants, jobs)
    quotients, sizes = np.zeros((2, len(regions), industries))
    quotients[row, column] = np.where(np.isnan(first), second, first)
    of = "establishments" if ordered["establishments"].notna().any() else "employment"
    sizes[row, column] = ordered[of].fillna(0).to_numpy(dtype=float)
    return regions, quotients, sizes


def _mean_elsewhere(coverage: Matrix, weights: Matrix) -> Matrix:
    """Mean over all other regions, weighted by the industry's size there; NaN where nowhere."""
    weights = np.where(np.isnan(coverage), 0.0, weights)
    weighted = np.nan_to_num(coverage) * weights
    others = weights.sum(axis=0) - weights
    mean: Matrix = (weighted.sum(axis=0) - weighted) / np.where(others > 0, others, np.nan)
    return mean
