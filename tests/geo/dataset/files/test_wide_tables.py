from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geo.dataset.files.wide_tables import long_from_wide
from geo.dataset.table_diagnosis import diagnosis
from geo.errors import DatasetError, InputOutputError
from geo.input_output.leontief import leontief_inverse, output_multipliers
from geo.input_output.potential import coefficient_matrix

SHARED = Path(__file__).resolve().parents[4] / "../shared"
CHINA = SHARED / "data/cn-io"

SMALL = pd.DataFrame(
    {
        "Code": ["01", "02", "TII", "TI"],
        "Description": ["farms", "mills", "inputs", "output"],
        "01": [10.0, 20.0, 30.0, 100.0],
        "02": [0.0, 5.0, 5.0, 50.0],
        "TIU": [10.0, 25.0, 35.0, np.nan],
    }
)
BY_ORIGIN = pd.DataFrame(
    {
        "Code": ["01", "02", "01", "02", "TI"],
        "Origin": ["Domestic", "Domestic", "Imports", "Imports", "TOT"],
        "01": [10, 20, 1, 2, 100],
        "02": [0, 5, 3, 4, 50],
    }
)


def flows(wide, **options):
    long = long_from_wide(wide, **options)
    return long.set_index(["supplying_industry", "using_industry"])["flow"].to_dict()


def test_industries_are_the_codes_of_both_rows_and_columns():
    assert flows(SMALL) == {("01", "01"): 10, ("02", "01"): 20, ("02", "02"): 5}


def test_coefficients_are_flows_over_the_output_of_the_user():
    assert long_from_wide(SMALL)["coefficient"].tolist() == [0.1, 0.2, 0.1]


def test_output_may_be_a_column():
    wide = SMALL[:2].assign(GO=[100, 50])
    assert long_from_wide(wide)["coefficient"].tolist() == [0.1, 0.2, 0.1]


def test_without_output_there_are_no_coefficients():
    assert long_from_wide(SMALL[:2])["coefficient"].isna().all()


def test_output_can_be_named():
    wide = SMALL.replace({"Code": {"TI": "made"}})
    assert long_from_wide(wide, output="made")["coefficient"].tolist() == [0.1, 0.2, 0.1]


def test_imports_are_added_to_domestic_goods_unless_an_origin_is_asked_for():
    assert flows(BY_ORIGIN) == {
        ("01", "01"): 11, ("02", "01"): 22, ("01", "02"): 3, ("02", "02"): 9,
    }  # fmt: skip
    assert flows(BY_ORIGIN, origin="Domestic")["02", "01"] == 20
    assert flows(BY_ORIGIN, origin="Imports")["01", "02"] == 3


def test_codes_that_were_read_as_numbers_find_their_headings():
    wide = SMALL[:2].assign(Code=[1, 2])
    assert flows(wide) == {("01", "01"): 10, ("02", "01"): 20, ("02", "02"): 5}


def test_blank_flows_are_none():
    assert ("02", "01") not in flows(SMALL.replace({"01": {20.0: np.nan}}))


def test_the_table_is_not_changed():
    before = BY_ORIGIN.copy()
    long_from_wide(BY_ORIGIN)
    assert BY_ORIGIN.equals(before)


@pytest.mark.parametrize(
    ("wide", "options", "words"),
    [
        (SMALL, {"codes": "Sector"}, "no column 'Sector'"),
        (SMALL, {"codes": "Description"}, "names a column"),
        (SMALL, {"origin": "Domestic"}, "no rows of origin"),
        (BY_ORIGIN, {"origin": "Mars"}, "it has"),
        (SMALL, {"output": "XX"}, "no row and no column 'XX'"),
        (pd.concat([SMALL, SMALL[:1]]), {}, "more than one row"),
    ],
)
def test_a_table_that_is_not_wide_is_refused_with_the_way_out(wide, options, words):
    with pytest.raises(InputOutputError, match=words):
        long_from_wide(wide, **options)


def matrix(long):
    codes = sorted(set(long["supplying_industry"]) | set(long["using_industry"]))
    keys = {code: k for k, code in enumerate(codes)}
    keyed = long.assign(
        supplying_industry_key=long["supplying_industry"].map(keys),
        using_industry_key=long["using_industry"].map(keys),
    )
    return coefficient_matrix(keyed, industries=len(codes))


@pytest.mark.parametrize(
    ("stem", "sectors"), [("china_2018_42", 42), ("china_2020_42", 42), ("china_2020_153", 153)]
)
def test_tables_of_china_are_read_as_they_come(stem, sectors):
    file = SHARED / f"data/cn-io/{stem}.csv"
    if not file.exists():
        pytest.skip("needs the tables of China")
    wide = pd.read_csv(file)
    long = long_from_wide(wide)
    assert long["using_industry"].nunique() == sectors
    inputs = wide.set_index("Code").loc["TII"]
    bought = long.groupby("using_industry")["flow"].sum()
    # The published totals of intermediate inputs, imported goods included.
    assert bought.to_numpy() == pytest.approx(inputs[bought.index].to_numpy(dtype=float), rel=1e-9)
    assert diagnosis(matrix(long)) == ()
    assert (output_multipliers(leontief_inverse(matrix(long))) >= 1).all()


@pytest.mark.parametrize("year", [2018, 2020])
def test_inputs_of_china_and_value_added_make_up_output(year):
    file = SHARED / f"data/cn-io/china_{year}_42.csv"
    if not file.exists():
        pytest.skip("needs the tables of China")
    wide = pd.read_csv(file)
    shares = long_from_wide(wide).groupby("using_industry")["coefficient"].sum()
    rows = wide.set_index("Code")
    added = (rows.loc["TVA"][shares.index] / rows.loc["TI"][shares.index]).to_numpy(dtype=float)
    assert shares.to_numpy() + added == pytest.approx(np.ones(len(shares)), rel=1e-9)


def test_the_table_of_the_united_kingdom_is_read_as_it_comes():
    file = SHARED / "oracles/iotables/uk_2010_iot_pxp_wide.csv"
    if not file.exists():
        pytest.skip("needs the published tables")
    wide = pd.read_csv(file)
    long = long_from_wide(wide)
    assert long["supplying_industry"].nunique() <= 127
    total = wide.set_index("uk_row").loc["Total output", "10-1"]
    flow = long.set_index(["supplying_industry", "using_industry"]).loc[("01", "10-1")]
    assert flow["coefficient"] == flow["flow"] / total


def test_a_wide_file_is_read_as_flows_and_the_reader_is_told(folder):
    folder.put(
        "io_table.csv",
        """
        Code,Description,C36,C37,EX,GO
        C36,cars,150,500,350,1000
        C37,ships,200,100,1700,2000
        VA,value added,650,1400,,
        TI,total inputs,1000,2000,,
        """,
    )
    dataset = folder.read()
    table = dataset.io_table
    codes = dataset.industries["industry"]
    flows = {
        (codes[row.supplying_industry_key], codes[row.using_industry_key]): row.coefficient
        for row in table.itertuples()
    }
    assert flows == {
        ("C36", "C36"): 0.15,
        ("C36", "C37"): 0.25,
        ("C37", "C36"): 0.2,
        ("C37", "C37"): 0.05,
    }
    assert any("io_table.csv is a wide table" in notice.en for notice in dataset.notices)
    assert list(codes) == ["C36", "C37"]


def test_a_file_that_is_neither_long_nor_wide_lacks_a_column(folder):
    folder.put("io_table.csv", "supplier,buyer,share\nC36,C37,0.2\n")
    with pytest.raises(DatasetError, match="supplying_industry is missing"):
        folder.read()


@pytest.mark.skipif(not CHINA.exists(), reason="the tables of China are not here")
@pytest.mark.parametrize(("name", "sectors"), [("china_2018_42", 42), ("china_2020_153", 153)])
def test_a_dataset_takes_a_table_of_china_as_it_comes(folder, name, sectors):
    folder.put("io_table.csv", (CHINA / f"{name}.csv").read_bytes())
    folder.put("firms.csv", "firm_id,industry,longitude,latitude,year\nf1,01,0.5,0.5,2020\n")
    table = folder.read().io_table
    assert table["using_industry_key"].nunique() == sectors
    assert table["coefficient"].notna().all()


def test_two_columns_of_one_name_are_told():
    wide = pd.DataFrame([["a", 1, 2]], columns=["Code", "a", "a "])
    with pytest.raises(InputOutputError, match="two columns 'a'"):
        long_from_wide(wide)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_titles_above_a_wide_table_are_left_out(folder, form):
    rows = [["Flows of 2020", None, None], ["Code", "C36", "C37"], ["C36", 5, 1], ["C37", 2, 0]]
    table = pd.DataFrame(rows)
    if form == "csv":
        table.to_csv(folder.raw / "io_table.csv", index=False, header=False)
    else:
        table.to_excel(folder.raw / "io_table.xlsx", index=False, header=False)
    dataset = folder.read()
    assert dataset.io_table["flow"].sum() == 8
    assert any("Flows of 2020" in notice.en for notice in dataset.notices)
