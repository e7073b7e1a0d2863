"""What is told: in the dataset's language, short, from a hundredth of the rows on."""

import re

import pytest

from geo.errors import DatasetError, brief

HEADER = "firm_id,industry,longitude,latitude,employment,year\n"
CHINESE = re.compile("[\u4e00-\u9fff]")


def put(folder, bad, good=98):
    rows = [*bad, *(f"g{i},C1,0.5,0.5,10,2020" for i in range(good))]
    return folder.put("firms.csv", HEADER + "\n".join(rows))


SPOILT = {
    "faults": ("firms.csv", HEADER + "f,C1,east,0.5,1,2020"),
    "no column": ("firms.csv", "firm_id,industry\nf,C1"),
    "no text": ("firms.csv", b"\x89PNG\r\n\x1a\n"),
    "empty": ("firms.csv", b""),
    "quote": ("firms.csv", HEADER + 'f,"C1,0.5,0.5,1,2020'),
    "two readings": ("firms.csv", HEADER + "f,C1,0.5,0.5,1.500,2020"),
    "two files": ("firms.parquet", b"PAR1"),
    "no parquet": ("links.parquet", b"nothing"),
    "no workbook": ("links.xlsx", b"nothing"),
    "no map": ("drivers.gpkg", b"nothing"),
    "no year": ("firms.csv", HEADER + "f,C1,0.5,0.5,1,soon"),
}


@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans"])
@pytest.mark.parametrize("kind", SPOILT)
def test_errors_speak_the_language_of_the_dataset(folder, kind, language):
    folder.put("dataset.yaml", f"language: {language}").put(*SPOILT[kind])
    with pytest.raises(DatasetError) as caught:
        folder.read()
    assert CHINESE.search(str(caught.value))
    assert caught.value.sentence.en.isascii()


@pytest.mark.parametrize("text", ["colour: red", "years: ["])
def test_errors_of_the_settings_speak_it_too(folder, text):
    folder.put("dataset.yaml", f"{text}\nlanguage: zh-Hant")
    with pytest.raises(DatasetError) as caught:
        folder.read()
    assert CHINESE.search(str(caught.value))


def told(folder, bad, good=98):
    sentences = [n.en for n in put(folder, bad, good).read().notices]
    return [s for s in sentences if s.startswith("firms.csv: ") and "share their point" not in s]


def test_faults_are_told_from_a_hundredth_of_the_rows_on(folder):
    bad = [f"f{i},C1,9,9,10,2020" for i in range(2)]
    assert any("2 of 100 rows (2%) are not used" in t for t in told(folder, bad))
    assert told(folder, bad[:1], good=150) == []


def test_a_single_fault_is_told_where_a_tenth_of_the_jobs_goes_with_it(folder):
    sentences = told(folder, ["f,C1,9,9,5000,2020"], good=150)
    # 5,000 of 6,500 jobs.
    assert any("are not used, nor 77% of all jobs with them" in t for t in sentences)


def test_half_of_the_firms_without_industry_stop_the_run(folder):
    with pytest.raises(DatasetError, match=r"98 of 196 rows.*column industry"):
        put(folder, [f"f{i},,0.5,0.5,10,2020" for i in range(98)]).read()


@pytest.mark.parametrize(
    ("row", "advice"),
    [
        ("f{},C1,0.5,0.5,-9,2020", "`missing_values: ['-9']`"),
        ("NA,C1,0.5,0.5,1{},2020", "`not_missing: ['NA']`"),
        ("f{},C1,500,0.5,1,2020", "`datum` or `crs`"),
    ],
)
def test_the_advice_is_the_setting_that_loses_nothing(folder, row, advice):
    with pytest.raises(DatasetError) as caught:
        put(folder, [row.format(i) for i in range(50)]).read()
    assert advice in str(caught.value)
    assert "max_rejected_share" not in str(caught.value)


@pytest.mark.parametrize("column", ["establishments", "employment"])
def test_sizes_that_no_country_has_are_rejected_with_their_value(folder, reasons, column):
    header = "region_id,industry,year,establishments,employment\n"
    good = "".join(f"A,C{i},2020,1,1\n" for i in range(20))
    values = {"establishments": "1e17,5", "employment": "5,1e18"}[column]
    folder.drop("firms.csv").put("cells.csv", f"{header}{good}B,C1,2020,{values}\n")
    assert reasons(folder.read()) == [("cells", 21, "too_large")]


def test_coefficients_that_no_table_has_are_rejected(folder, reasons):
    good = "".join(f"C{i},C36,0.1\n" for i in range(20))
    folder.put("io_table.csv", f"supplying_industry,using_industry,coefficient\n{good}A,B,-1e300\n")
    assert reasons(folder.read()) == [("io_table", 21, "too_large")]


def test_industries_in_other_codes_are_told(folder):
    folder.put("industries.csv", "industry,name\nX1,Food\nX2,Cars\n")
    told_of = "industries.csv speaks of 0 of the 2 industries of the firms or cells"
    assert any(n.en.startswith(told_of) for n in folder.read().notices)


def test_ties_inside_one_owner_are_counted_and_a_vast_owner_is_named(folder):
    folder.put("firms.csv", "firm_id,industry,longitude,latitude,year,group_id\n"
               "a,C1,0.5,0.5,2020,unknown\nb,C1,0.5,0.5,2020,unknown\n"
               "c,C1,0.5,0.5,2020,")  # fmt: skip
    folder.put("links.csv", "source_id,target_id,year\na,b,2020\nb,c,2020")
    dataset = folder.read()
    sentences = [n.en for n in dataset.notices]
    assert any("1 of 2 ties of supply (50%) are between firms of one owner" in t for t in sentences)
    assert any("group_id 'unknown', has 67% of all firms" in t for t in sentences)
    assert ["links", "tie_inside_owner", 1] in dataset.repairs.to_numpy().tolist()


def test_a_damaged_column_of_any_table_is_told(folder):
    import polars as pl

    for name in ("links", "institutions"):
        table = pl.DataFrame({c: ["f1"] * 5000 for c in ("source_id", "target_id", "institution_id",
                                                         "kind", "longitude", "latitude")}
                             | {"year": [str(2020 + i % 3) for i in range(5000)]})  # fmt: skip
        path = folder.raw / f"{name}.parquet"
        table.write_parquet(path, compression="uncompressed")
        content = bytearray(path.read_bytes())
        content[4:400] = b"\xff" * 396
        path.write_bytes(content)
        with pytest.raises(DatasetError, match=f"{name}.parquet"):
            folder.read()
        path.unlink()


def test_a_value_of_megabytes_is_told_in_a_few_words(folder):
    folder.put("firms.csv", HEADER + f"f,C1,{'x' * 3_000_000},0.5,1,2020")
    with pytest.raises(DatasetError) as caught:
        folder.read()
    assert len(str(caught.value)) < 600
    assert len(brief("x" * 3_000_000)) < 70


def test_wide_tables_read_their_flows_like_any_numbers_and_tell_what_is_none(folder):
    folder.put("io_table.csv", 'Code,Name,C36,C37,Total output\nC36,Steel,"1,250",..,"4,000"\n'
               'C37,Ships,400,much,"5,000"\n')  # fmt: skip
    dataset = folder.read()
    assert dataset.io_table["flow"].tolist() == [1250, 400]
    # 1,250 and 400 of an output of 4,000.
    assert dataset.io_table["coefficient"].tolist() == [0.3125, 0.1]
    assert any("1 value(s) of flow cannot be read, such as 'C37 x C37: much' in row 2" in n.en
               for n in dataset.notices)  # fmt: skip
