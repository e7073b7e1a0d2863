import numpy as np
import pandas as pd
import pytest

from geo.concentration.cells.totals import (
    published_totals,
    sorted_cells,
    totals_by,
    totals_of_cells,
)
from geo.errors import InvalidCountsError


def cells_of(*rows, year=2020):
    """Rows of region, industry, establishments."""
    table = pd.DataFrame(rows, columns=["region_key", "industry_key", "establishments"])
    return table.astype({"establishments": float}).assign(year=year)


def margins_of(*rows, year=2020):
    """Rows of region or None, industry or None, establishments."""
    table = pd.DataFrame(rows, columns=["region_key", "industry_key", "establishments"])
    types = {"region_key": "Int64", "industry_key": "Int64", "establishments": float}
    return table.astype(types).assign(year=year)


CELLS = cells_of((0, 0, 1), (0, 1, 2), (1, 0, 4), (1, 1, np.nan))


def totals(margins=None):
    return totals_of_cells(CELLS, margins, measure="establishments")


def test_sums_run_over_known_cells():
    region, industry, grand = totals()
    assert region.tolist() == [3, 3, 4, 4]
    assert industry.tolist() == [5, 2, 5, 2]
    assert grand.tolist() == [7, 7, 7, 7]


def test_line_of_unknown_cells_only_is_unknown_not_zero():
    cells = cells_of((0, 0, 1), (1, 1, np.nan))
    region, industry, grand = totals_of_cells(cells, measure="establishments")
    assert np.isnan(region).tolist() == [False, True]
    assert np.isnan(industry).tolist() == [False, True]
    assert grand.tolist() == [1, 1]


def test_each_published_total_goes_before_its_own_sum():
    region, industry, grand = totals(margins_of((1, None, 9), (None, 0, 6), (None, None, 50)))
    assert region.tolist() == [3, 3, 9, 9]
    assert industry.tolist() == [6, 2, 6, 2]
    assert grand.tolist() == [50] * 4


def test_published_total_that_is_missing_leaves_the_sum():
    assert totals(margins_of((1, None, np.nan))).region.tolist() == [3, 3, 4, 4]


def test_margin_of_one_cell_is_no_total():
    assert totals(margins_of((0, 0, 99))).region.tolist() == [3, 3, 4, 4]


def test_unpublished_grand_total_is_the_larger_of_two_sums():
    # Regions: 3 + 9. Industries: 5 + 2.
    assert totals(margins_of((1, None, 9))).grand.tolist() == [12] * 4


def test_regions_of_margins_alone_have_totals_too():
    series = totals_by(CELLS, margins_of((7, None, 9)), key="region_key", measure="establishments")
    assert series.to_dict() == {(2020, 0): 3, (2020, 1): 4, (2020, 7): 9}


def test_margins_of_years_without_cells_are_left_out():
    margins = margins_of((7, None, 9), year=1999)
    series = totals_by(CELLS, margins, key="region_key", measure="establishments")
    assert len(series) == 2


def test_total_given_twice_is_named():
    with pytest.raises(InvalidCountsError, match=r"'region_key': 7"):
        published_totals(margins_of((7, None, 9), (7, None, 9)), "region_key", "establishments")


def test_cells_are_sorted_with_their_labels():
    ordered = sorted_cells(CELLS.iloc[::-1])
    assert ordered.index.tolist() == [0, 1, 2, 3]


def test_cell_given_twice_is_named():
    with pytest.raises(InvalidCountsError, match="year 2020, region 0, industry 1"):
        sorted_cells(pd.concat([CELLS, CELLS.iloc[[1]]]))
