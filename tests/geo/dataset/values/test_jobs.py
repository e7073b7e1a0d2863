"""Years whose jobs are all given as 0 know no jobs; a single 0 is a fact."""

import narwhals as nw
import pandas as pd
import polars as pl

from geo.dataset.values.jobs import with_jobs_known, years_without_jobs

FIRMS = """
    firm_id,industry,longitude,latitude,employment,year
    f1,C36,0.5,0.5,0,2020
    f2,C36,1.5,0.5,0,2020
    f1,C36,0.5,0.5,0,2021
    f2,C36,1.5,0.5,7,2021
    """


def test_only_years_in_which_all_jobs_are_zero_are_jobless():
    table = pl.LazyFrame(
        {
            "year": [2019, 2019, 2020, 2020, 2021, 2022, 2022],
            "employment": [0.0, 0.0, 0.0, 3.0, None, None, 0.0],
        }
    )
    assert years_without_jobs(nw.from_native(table)) == [2019, 2022]


def test_a_table_without_jobs_stays_as_it_is():
    table = pd.DataFrame({"year": [2020, 2020], "employment": [float("nan")] * 2})
    known, years = with_jobs_known(table)
    assert years == []
    pd.testing.assert_frame_equal(known, table)


def test_firms_of_a_jobless_year_have_jobs_that_are_not_known(folder):
    dataset = folder.put("firms.csv", FIRMS).read()
    table = dataset.establishments.collect().to_pandas().sort_values(["year", "firm_key"])
    assert table["employment"].isna().tolist() == [True, True, False, False]
    assert table["employment"].tolist()[2:] == [0, 7]
    (notice,) = (n.en for n in dataset.notices if "employment" in n.en)
    assert notice.startswith("firms.csv: employment is 0 in every row of 2020,")


def test_cells_of_a_jobless_year_have_jobs_that_are_not_known(folder):
    folder.drop("firms.csv").put(
        "cells.csv",
        """
        region_id,industry,year,establishments,employment
        A,C1,2020,3,0
        B,C1,2020,4,0
        A,C1,2021,3,0
        B,C1,2021,4,9
        """,
    )
    dataset = folder.read()
    cells = dataset.cells.sort_values(["year", "region_key"])
    assert cells["employment"].isna().tolist() == [True, True, False, False]
    assert cells["establishments"].tolist() == [3, 4, 3, 4]
    assert any(n.en.startswith("cells.csv: employment is 0") for n in dataset.notices)
