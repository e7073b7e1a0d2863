"""Inter-regional input-output tables in the layouts in which they are handed out."""

import numpy as np
import openpyxl
import pandas as pd
import pymrio
import pytest

from geo.errors import DatasetError

CELLS = "region_id,industry,year,employment\n" + "".join(
    f"{r},{i},2017,5\n" for r in "ABC" for i in ("01", "02")
)
# From A01, A02, B01, B02 (rows) to the same (columns).
FLOWS = [[10, 0, 3, 4], [5, 6, 0, 1], [2, 2, 20, 0], [0, 1, 7, 8]]
LABELS = [("A", "01"), ("A", "02"), ("B", "01"), ("B", "02")]


@pytest.fixture
def country(folder):
    """Three regions with cells of two industries, without firms."""
    return folder.drop("firms.csv").put("cells.csv", CELLS)


def flows(dataset):
    """Flows by source region and industry, target region and industry, and year."""
    table = dataset.cell_links.collect().to_pandas()
    for end in ("source", "target"):
        table[f"{end}_r"] = table[f"{end}_region_key"].map(dataset.regions["region_id"])
        table[f"{end}_i"] = table[f"{end}_industry_key"].map(dataset.industries["industry"])
    keys = ["source_r", "source_i", "target_r", "target_i", "year"]
    return {tuple(row[:5]): row[5] for row in table[[*keys, "value"]].itertuples(index=False)}


def expected(year=2017):
    return {
        (*LABELS[i], *LABELS[j], year): FLOWS[i][j]
        for i in range(4)
        for j in range(4)
        if FLOWS[i][j]
    }


def grid(*, merged=False, finals=True):
    """Two heading rows and columns, final uses on the right, value added below."""
    regions, industries = ["A", "A", "B", "B"], ["01", "02", "01", "02"]
    if merged:
        regions = ["A", None, "B", None]
    more = [["A", "Households"], ["B", "Households"], [None, "Total"]] if finals else []
    top = [[None, None, *regions, *(m[0] for m in more)],
           [None, None, *industries, *(m[1] for m in more)]]  # fmt: skip
    rows = [
        [r, i, *FLOWS[k], *([9, 9, 44] if finals else [])]
        for k, (r, i) in enumerate(zip(regions, industries, strict=True))
    ]
    below = [[None, "Value added", 1, 2, 3, 4], [None, "Total input", 20, 20, 30, 30]]
    return [*top, *rows, *(below if finals else [])]


def as_csv(rows, separator=","):
    return "\n".join(separator.join("" if c is None else str(c) for c in row) for row in rows)


def workbook(folder, sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(folder.raw / "cell_links.xlsx")
    return folder


def yearly(folder):
    return folder.put("dataset.yaml", "constants: {cell_links: {year: 2017}}")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("merged", [True, False])
def test_two_headings_each_way_are_read_from_csv(country, merged, separator):
    yearly(country).put("cell_links.csv", as_csv(grid(merged=merged), separator).encode())
    dataset = country.read()
    assert flows(dataset) == expected()
    assert any("read as 12 flows between the cells" in n.en for n in dataset.notices)


@pytest.mark.parametrize("merged", [True, False])
def test_two_headings_each_way_are_read_from_a_workbook(country, merged):
    assert flows(workbook(yearly(country), {"Z": grid(merged=merged)}).read()) == expected()


def test_titles_above_the_headings_do_not_matter_and_tell_the_year(country):
    rows = [["Interregional table of 2017"], ["million"], *grid(merged=True)]
    assert flows(workbook(country, {"MRIO": rows}).read()) == expected()
    country.drop("cell_links.xlsx").put("cell_links.csv", as_csv(rows).encode())
    assert flows(country.read()) == expected()


def test_a_sheet_a_year_is_read_and_other_sheets_are_told(country):
    country.put("cells.csv", CELLS + "A,01,2018,5\n")
    sheets = {"2017": grid(), "2018": grid(), "notes": [["a", "b"], ["c", "d"]]}
    dataset = workbook(country, sheets).read()
    assert flows(dataset) == expected() | expected(2018)
    assert any("were found in notes" in n.en for n in dataset.notices)


def test_two_sheets_of_one_year_are_one_too_many(country):
    sheets = {"a 2017": grid(), "b 2017": grid()}
    with pytest.raises(DatasetError, match="the sheet b 2017 is a second table of 2017"):
        workbook(country, sheets).read()


def test_a_table_without_a_year_asks_for_one(country):
    with pytest.raises(DatasetError, match=r"constants: \{cell_links: \{year: 2017\}\}"):
        country.put("cell_links.csv", as_csv(grid()).encode()).read()


def test_the_single_year_of_the_run_is_the_year_of_the_table(country):
    country.put("dataset.yaml", "years: 2017").put("cell_links.csv", as_csv(grid()).encode())
    assert flows(country.read()) == expected()


def test_one_label_for_region_and_industry_is_read_as_figaro_gives_it(country):
    labels = [f"{r}_{i}" for r, i in LABELS]
    rows = [["rowLabels", *labels, "A_P3_S14", "B_P3_S14"],
            *([label, *FLOWS[k], 9, 9] for k, label in enumerate(labels)),
            ["W2_B2A3G", 1, 2, 3, 4]]  # fmt: skip
    yearly(country).put("cell_links.csv", as_csv(rows).encode())
    assert flows(country.read()) == expected()


def test_industries_before_regions_are_told_apart_by_the_map(country):
    rows = [[None, None, *(i for _, i in LABELS)], [None, None, *(r for r, _ in LABELS)],
            *([i, r, *FLOWS[k]] for k, (r, i) in enumerate(LABELS))]  # fmt: skip
    yearly(country).put("cell_links.csv", as_csv(rows).encode())
    assert flows(country.read()) == expected()


def test_names_of_regions_and_industries_stand_for_their_ids(country):
    names = {"A": "Name A", "B": "Name B", "01": "Farming", "02": "Mining"}
    country.put("industries.csv", "industry,name\n01,Farming\n02,Mining\n")
    rows = [[names.get(cell, cell) for cell in row] for row in grid()]
    dataset = workbook(yearly(country), {"Z": rows}).read()
    assert flows(dataset) == expected()
    assert ["cell_links", "id_written_otherwise"] in dataset.repairs[
        ["table", "code"]
    ].to_numpy().tolist()


def test_a_region_off_the_map_is_a_gap(country):
    rows = [[cell if cell != "B" else "RoW" for cell in row] for row in grid()]
    dataset = workbook(yearly(country), {"Z": rows}).read()
    inside = {k: v for k, v in expected().items() if k[0] == k[2] == "A"}
    assert flows(dataset) == inside
    # 12 flows, of which three are within A.
    assert dataset.rejected_by_reason()["rows"].tolist() == [9]


def test_grouped_numbers_and_marks_of_nothing_are_read_as_anywhere(country):
    rows = grid(finals=False)
    rows[2][2], rows[2][4] = '"1,500"', "-"
    yearly(country).put("cell_links.csv", as_csv(rows).encode())
    found = flows(country.read())
    assert found["A", "01", "A", "01", 2017] == 1500
    assert ("A", "01", "B", "01", 2017) not in found


def test_a_value_that_is_no_number_is_rejected(country):
    rows = grid(finals=False)
    rows[2][2] = "many"
    country.put("dataset.yaml",
                "max_rejected_share: 0.2\nconstants: {cell_links: {year: 2017}}")  # fmt: skip
    dataset = country.put("cell_links.csv", as_csv(rows).encode()).read()
    assert dataset.rejected_by_reason().to_numpy().tolist() == [["cell_links", "not_a_number", 1]]


@pytest.fixture(scope="module")
def mrio():
    return pymrio.load_test().Z


@pytest.fixture
def six(folder, mrio):
    """The six regions and eight industries of the small table of pymrio."""
    folder.drop("firms.csv")
    regions = sorted(set(mrio.index.get_level_values(0)))
    square = "POLYGON (({0} 0, {1} 0, {1} 1, {0} 1, {0} 0))"
    folder.put("regions.csv", "region_id,geometry\n" + "".join(
        f'{r},"{square.format(k, k + 1)}"\n' for k, r in enumerate(regions)))  # fmt: skip
    rows = "".join(f"{r},{s},2010,5\n" for r, s in mrio.index)
    folder.put("dataset.yaml", "years: 2010")
    return folder.put("cells.csv", f"region_id,industry,year,employment\n{rows}")


@pytest.mark.parametrize("form", ["csv", "tsv", "xlsx"])
def test_the_small_table_of_pymrio_is_read_as_pymrio_reads_it(six, mrio, form):
    if form == "xlsx":
        mrio.to_excel(six.raw / "cell_links.xlsx", sheet_name="Z")
    else:
        mrio.to_csv(six.raw / "cell_links.csv", sep="," if form == "csv" else "\t")
    found = pd.Series(flows(six.read())).droplevel(4)
    theirs = mrio.stack([0, 1])  # noqa: PD013
    theirs = theirs[theirs != 0]
    assert len(found) == len(theirs)
    np.testing.assert_allclose(found.to_numpy(), theirs.loc[found.index].to_numpy(), rtol=1e-12)
