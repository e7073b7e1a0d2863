"""Reported cells, margins, the input-output table, names of industries."""

import narwhals as nw
import numpy as np
import pandas as pd
import pytest

from geo.dataset import all_cells, cells_of
from geo.errors import DatasetError

CELLS = "region_id,industry,year,establishments,employment\n"
GOOD = "".join(f"A,X{i:02d},2020,1,10\n" for i in range(30))


@pytest.fixture
def reported(folder):
    folder.drop("firms.csv")

    def read(text, header=CELLS, good=GOOD):
        return folder.put("cells.csv", header + text.strip("\n") + "\n" + good).read()

    return read


FAULTS = [
    (",C1,2020,1,1", "id_missing"),
    ("A,,2020,1,1", "value_missing"),
    ("A,C1,,1,1", "value_missing"),
    ("A,C1,NA,1,1", "value_missing"),
    ("A,C1,20,1,1", "not_a_year"),
    ("A,C1,2020,1,-9", "negative_value"),
    ("Z,C1,2020,1,1", "region_unknown"),
]


def test_each_fault_of_a_cell_has_its_reason(reported, reasons, folder):
    folder.put("dataset.yaml", "max_rejected_share: 1")
    rows = [row for row, _ in FAULTS]
    expected = [(i, reason) for i, (_, reason) in enumerate(FAULTS, start=1)]
    # Two rows of one key that say the same are one; two that do not are none.
    rows += ["A,X00,2020,1,10", "A,C2,2020,1,1", "A,C2,2020,5,1"]
    more = ["rows_contradict", "rows_contradict", "id_duplicate"]
    expected += [(len(FAULTS) + 2, more[0]), (len(FAULTS) + 3, more[1]), (len(rows) + 1, more[2])]
    dataset = reported("\n".join(rows))
    assert reasons(dataset) == [("cells", row, reason) for row, reason in expected]


def test_withheld_values_stay_missing_never_zero(reported):
    dataset = reported("B,C1,2020,,\nB,C2,2020,3,\nB,C3,2020,,4", good="")
    table = all_cells(dataset)
    assert table["establishments"].fillna(-1).tolist() == [-1, 3, -1]
    assert table["employment"].fillna(-1).tolist() == [-1, -1, 4]
    assert table["employment_square_sum"].isna().all()


def test_declared_codes_of_withheld_values_are_missing(reported, folder):
    folder.put("dataset.yaml", "missing_values: [-9, D]")
    table = all_cells(reported("B,C1,2020,5,-9\nB,C2,2020,5,D", good=""))
    assert table["employment"].isna().all()


def test_empty_cells_are_used_rows_but_hold_nothing(reported, rows_of):
    dataset = reported("B,C1,2020,0,0\nB,C2,2020,0,\nB,C3,2020,0,5\nB,C4,2020,,0", good="")
    assert rows_of(dataset, "cells")["rows_used"] == 4
    industries = dataset.industries["industry"]
    assert all_cells(dataset)["industry_key"].map(industries).tolist() == ["C3"]


def test_cells_off_the_map_never_stop_the_run(reported, rows_of):
    dataset = reported("".join(f"Z{i},C1,2020,1,1\n" for i in range(70)))
    assert rows_of(dataset, "cells")["gaps"] == 70
    assert any("70 of 100 rows (70%)" in notice.en for notice in dataset.notices)


def test_cells_without_any_figure_are_told(reported):
    with pytest.raises(DatasetError, match=r"establishments \(or employment, output\) is missing"):
        reported("A,C1,2020", "region_id,industry,year\n", "")


def test_number_codes_match_regions_as_text(folder):
    folder.drop("firms.csv")
    square = "POLYGON ((0 0, 1 0, 1 1, 0 1, 0 0))"
    folder.put("regions.csv", f'region_id,geometry\n101,"{square}"\n')
    table = pd.DataFrame(
        {"region_id": [101.0], "industry": [11], "year": [2020], "employment": [5]}
    )
    table.to_parquet(folder.raw / "cells.parquet")
    assert folder.read().cells["region_key"].tolist() == [0]


def test_firms_count_for_their_years_and_reported_cells_for_the_others(folder):
    folder.put("cells.csv", CELLS + "A,C36,2020,99,\nB,C37,2019,7,70\n")
    dataset = folder.read()
    table = all_cells(dataset)
    assert dataset.years == (2019, 2020)
    assert table["year"].tolist() == [2019, 2020, 2020, 2020]
    assert table["establishments"].tolist() == [7, 1, 1, 1]
    assert any("cells are counted from firms" in notice.en for notice in dataset.notices)


def test_squares_are_not_known_where_fewer_than_half_of_the_plants_are():
    import polars as pl

    plants = pl.LazyFrame(
        {"year": 2020, "region_key": 0, "industry_key": [0, 0, 1, 1, 1],
         "employment": [0.1, 0.2, 5.0, None, None]},
    )  # fmt: skip
    table = cells_of(nw.from_native(plants))
    assert table["employment"].tolist() == [0.3, 5.0]
    assert table["employment_square_sum"].round(2).fillna(-1).tolist() == [0.05, -1]


def test_margins_say_which_total_they_are(folder):
    folder.put("margins.csv", "region_id,industry,year,establishments,employment\n"
               "A,,2020,5,50\n,C36,2020,6,60\n,,2020,9,\nZ,,2020,1,1\n")  # fmt: skip
    dataset = folder.read()
    margins = dataset.margins
    assert margins["establishments"].tolist() == [9, 6, 5]
    assert margins["region_key"].isna().tolist() == [True, True, False]
    assert margins["industry_key"].isna().tolist() == [True, False, True]
    assert dataset.rejected_by_reason().to_numpy().tolist() == [["margins", "region_unknown", 1]]


def test_same_margin_twice_is_a_duplicate_whichever_keys_are_empty(folder, reasons):
    rows = "".join(f"A,X{i},2020,5\n" for i in range(30))
    folder.put("margins.csv", "region_id,industry,year,establishments\n,,2020,9\n,,2020,9\n" + rows)
    assert reasons(folder.read()) == [("margins", 2, "id_duplicate")]


IO = "supplying_industry,using_industry,coefficient,flow\n"


def test_io_table_joins_its_industries_to_the_list(folder):
    folder.put("io_table.csv", IO + "B05,C36,0.2,\nC36,C37,,-3\n")
    dataset = folder.read()
    assert dataset.industries["industry"].tolist() == ["B05", "C36", "C37"]
    table = dataset.io_table
    assert table["supplying_industry_key"].tolist() == [0, 1]
    assert table["coefficient"].fillna(-1).tolist() == [0.2, -1]
    assert table["flow"].fillna(-1).tolist() == [-1, -3]
    assert table["year"].isna().all()


def test_io_row_without_figures_is_a_gap(folder, reasons):
    folder.put("io_table.csv", IO + "B05,C36,,\nC36,C37,0.1,\n")
    assert reasons(folder.read()) == [("io_table", 1, "flow_missing")]


def test_io_table_without_coefficient_and_flow_is_told(folder):
    folder.put("io_table.csv", "supplying_industry,using_industry\nB05,C36\n")
    with pytest.raises(DatasetError, match=r"the column coefficient \(or flow\) is missing"):
        folder.read()


def test_flows_with_thousands_set_apart_are_read(folder):
    folder.put("io_table.csv", IO + 'B05,C36,,"1,234"\n')
    assert folder.read().io_table["flow"].tolist() == [1234]


def test_a_flow_that_is_no_number_is_a_fault_with_its_value(folder):
    folder.put("io_table.csv", IO + "B05,C36,,much\n")
    with pytest.raises(DatasetError, match=r"column flow \('much'\): the value is not a number"):
        folder.read()


def test_industries_are_sorted_and_named_by_their_code_where_no_name_is(folder):
    folder.put(
        "industries.csv", "industry,name,name_zh,parent,chain\nC37,Ships,船,C,sea\nA01,,,,\n"
    )
    table = folder.read().industries
    assert table["industry"].tolist() == ["A01", "C36", "C37"]
    assert table["name"].tolist() == ["A01", "C36", "Ships"]
    assert table.loc[2, ["name_zh", "parent", "chain"]].tolist() == ["船", "C", "sea"]


def test_tables_that_are_not_there_are_none_and_empty_for_the_assets(folder):
    dataset = folder.read()
    assert dataset.ties is None
    assert dataset.cells is None
    assert not dataset.has_institutions_table
    tables = dataset.tables()
    assert len(tables["reported_cells"]) == len(tables["margins"]) == len(tables["drivers"]) == 0
    assert tables["facts"]["has_ties"] is False
    assert np.array_equal(tables["facts"]["years"], [2020])
