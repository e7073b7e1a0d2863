"""Levels of a classification, totals, and rows that contradict each other."""

import pytest

from geo.errors import DatasetError

CELLS = "region_id,industry,year,establishments,employment\n"
PARTS = "".join(f"{r},{i},2020,{n},{10 * n}\n" for r in "ABC" for i, n in
                (("3111", 2), ("3112", 3), ("5112", 4)))  # fmt: skip


@pytest.fixture
def reported(folder):
    folder.drop("firms.csv")

    def read(more, settings=""):
        return folder.put("dataset.yaml", settings).put("cells.csv", CELLS + PARTS + more).read()

    return read


def lines(code, establishments):
    return "".join(f"{r},{code},2020,{establishments},{10 * establishments}\n" for r in "ABC")


@pytest.mark.parametrize(("code", "sum_"), [("311", 5), ("31-33", 5), ("10", 9), ("0", 9)])
def test_a_code_that_is_the_sum_of_others_stops_with_its_name_and_the_setting(reported, code, sum_):
    with pytest.raises(DatasetError, match=rf"sums of others \({code}\).*say `level: 4`"):
        reported(lines(code, sum_))


def test_a_code_that_only_looks_like_a_parent_is_an_industry(reported):
    assert len(reported(lines("311", 1)).industries) == 4


def test_the_setting_picks_a_level_and_counts_the_others(reported, reasons):
    dataset = reported(lines("311", 5) + lines("10", 9), "level: 4")
    assert dataset.industries["industry"].tolist() == ["3111", "3112", "5112"]
    assert [r[2] for r in reasons(dataset)] == ["other_level"] * 6


def test_lines_called_total_are_left_out_and_told(reported, reasons):
    dataset = reported("Total,3111,2020,6,60\nA,合計,2020,9,90\n")
    assert [r[2] for r in reasons(dataset)] == ["total_row"] * 2
    assert any("the row is a total of others" in notice.en for notice in dataset.notices)


FIRMS = "firm_id,industry,longitude,latitude,year\n"


def register(folder, codes, settings=""):
    rows = "".join(f"f{i},{code},0.5,0.5,2020\n" for i, code in enumerate(codes))
    return folder.put("dataset.yaml", settings).put("firms.csv", FIRMS + rows).read()


def test_a_register_that_is_coded_coarser_in_part_is_told(folder):
    told = [n.en for n in register(folder, ["3111", "3112", "31", "31"]).notices]
    assert any("2 of 4 rows (50%) have codes that are coarser" in t and "(31)" in t for t in told)


def test_a_register_can_be_cut_to_a_level(folder):
    dataset = register(folder, ["3111", "3112", "31", "C10.71"], "level: 2")
    assert dataset.industries["industry"].tolist() == ["31", "C10"]


def test_running_numbers_are_no_levels(folder):
    told = [n.en for n in register(folder, [f"C{i}" for i in range(1, 30)]).notices]
    assert not any("coarser" in t for t in told)


def test_rows_that_contradict_each_other_are_both_out(reported, reasons):
    good = "".join(f"A,Y{i},2020,1,1\n" for i in range(20))
    dataset = reported(f"A,X,2020,1,1\nA,X,2020,5,1\n{good}")
    assert reasons(dataset) == [("cells", row, "rows_contradict") for row in (10, 11)]
    assert any("say `sum_repeated: cells`" in notice.en for notice in dataset.notices)


def test_many_rows_that_contradict_each_other_stop_with_the_setting_that_sums_them(reported):
    with pytest.raises(DatasetError, match="say `sum_repeated: cells`"):
        reported("".join(f"{r},{i},2020,50,900\n" for r in "ABC" for i in ("3111", "3112")))


def test_rows_of_one_cell_are_summed_where_asked_and_not_known_where_a_part_is_not(reported):
    more = "A,3111,2020,10,100\nB,3111,2020,10,D\n"
    dataset = reported(more, "sum_repeated: cells")
    cells = dataset.cells[dataset.cells["industry_key"] == 0].sort_values("region_key")
    # A: 2 + 10 and 20 + 100; B: 2 + 10 and 20 + a withheld number; C as it was.
    assert cells["establishments"].tolist() == [12, 12, 2]
    assert cells["employment"].fillna(-1).tolist() == [120, -1, 20]
    assert ["cells", "rows_summed", 2] in dataset.repairs.to_numpy().tolist()
    assert dataset.reconciliation.set_index("table").loc["cells", "rows_used"] == 11


@pytest.mark.parametrize(
    "text",
    ["2021-11-21", "21-Nov", "Nov-21", "11月21日", "1.23E+11", "#REF!", "2021-11-21 00:00:00"],
)
def test_a_code_that_a_spreadsheet_spoilt_is_told_with_its_row(reported, text):
    dataset = reported(f"A,{text},2020,1,1\n")
    told = [n.en for n in dataset.notices]
    assert any("a spreadsheet such as Excel" in t and "first in row 10" in t for t in told)
    assert text not in dataset.industries["industry"].tolist()
