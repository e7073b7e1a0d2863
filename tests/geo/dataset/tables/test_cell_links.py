"""Ties between cells: which rows are used, which are not, and what they say."""

from pathlib import Path

import polars as pl
import pytest

from geo.dataset import read_dataset
from geo.errors import DatasetError

WIOD = Path(__file__).resolve().parents[4] / "../shared/data/wiod-2005-2011"
HEADER = (
    "source_region_id,source_industry,target_region_id,target_industry,year,kind,ties,suppliers,"
    "customers,ties_seen_again,value"
)


def put(folder, *rows, settings="max_rejected_share: 1", header=HEADER):
    folder.put("dataset.yaml", settings)
    return folder.put("cell_links.csv", "\n".join([header, *rows]))


def table(dataset):
    return dataset.cell_links.collect().to_native()


GOOD = "A,C36,B,C37,2020,,9,4,3,5,1000"


def test_a_row_is_a_tie_between_two_cells_by_their_keys(folder):
    dataset = put(folder, GOOD).read()
    # Regions A, B, C and industries C36, C37 have the keys 0, 1, 2 and 0, 1.
    assert table(dataset).rows() == [(0, 0, 1, 1, 2020, "supply", 9, 4, 3, 5, 1000)]
    assert table(dataset).columns == [
        "source_region_key", "source_industry_key", "target_region_key", "target_industry_key",
        "year", "kind", "ties", "suppliers", "customers", "ties_seen_again", "value",
    ]  # fmt: skip
    assert dataset.facts()["has_cell_links"]


def test_what_is_not_given_is_not_known(folder):
    header = "source_region_id,source_industry,target_region_id,target_industry,year,value"
    dataset = put(folder, "A,C36,A,C36,2020,7.5", header=header).read()
    assert table(dataset).rows() == [(0, 0, 0, 0, 2020, "supply", *[None] * 4, 7.5)]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Z,C36,B,C37,2020,,9,4,3,5,1", "region_unknown"),
        ("A,C36,Z,C37,2020,,9,4,3,5,1", "region_unknown"),
        ("A,X99,B,C37,2020,,9,4,3,5,1", "industry_unknown"),
        ("A,C36,B,X99,2020,,9,4,3,5,1", "industry_unknown"),
        ("A,C36,B,C37,2020,,-9,,,,1", "negative_value"),
        ("A,C36,B,C37,2020,,9,-4,,,1", "negative_value"),
        ("A,C36,B,C37,2020,,9,4,10,,1", "more_than_ties"),
        ("A,C36,B,C37,2020,,9,10,,,1", "more_than_ties"),
        ("A,C36,B,C37,2020,,9,4,3,10,1", "more_than_ties"),
        ("A,C36,B,C37,2031,,9,4,3,5,1", "outside_years"),
        ("A,C36,B,C37,,,9,4,3,5,1", "value_missing"),
        ("A,C36,B,C37,2020,love,9,4,3,5,1", "unknown_kind"),
        ("A,C36,B,C37,2020,,,4,3,5,", "ties_missing"),
        (",C36,B,C37,2020,,9,4,3,5,1", "id_missing"),
        ("A,,B,C37,2020,,9,4,3,5,1", "value_missing"),
        ("A,C36,B,C37,2020,,9,4,3,5,1,more", "too_many_values"),
        ("A,C36,B,C37,2020,,1e11,4,3,5,1", "too_large"),
    ],
)
def test_a_row_that_cannot_be_used_has_its_reason(folder, reasons, row, reason):
    dataset = put(folder, "A,C36,C,C36,2020,,1,1,1,0,1", row).read()
    assert reasons(dataset) == [("cell_links", 2, reason)]
    assert len(table(dataset)) == 1


def test_rows_of_one_key_that_say_the_same_count_once(folder, reasons):
    assert reasons(put(folder, GOOD, GOOD).read()) == [("cell_links", 2, "id_duplicate")]


def test_rows_of_one_key_that_contradict_each_other_are_both_out(folder, reasons):
    other = GOOD.replace(",9,", ",8,")
    rows = [GOOD, other, "A,C36,C,C36,2020,,1,1,1,0,1"]
    dataset = put(folder, *rows).read()
    assert reasons(dataset) == [("cell_links", k, "rows_contradict") for k in (1, 2)]


def test_kinds_are_different_keys(folder):
    dataset = put(folder, GOOD, GOOD.replace("2020,,", "2020,Talent,")).read()
    assert table(dataset)["kind"].to_list() == ["supply", "talent"]


def test_parts_are_added_up_where_the_settings_say_so(folder):
    other = GOOD.replace(",9,4,3,5,1000", ",1,1,1,0,500")
    dataset = put(folder, GOOD, other, settings="sum_repeated: cell_links").read()
    # A firm may be in both parts: how many suppliers and customers there are is not known.
    assert table(dataset).rows() == [(0, 0, 1, 1, 2020, "supply", 10, None, None, 5, 1500)]


def test_rows_are_accounted_for(folder, rows_of):
    dataset = put(folder, GOOD, "Z,C36,B,C37,2020,,9,4,3,5,1", GOOD).read()
    account = rows_of(dataset, "cell_links")
    assert (account["rows_read"], account["rows_used"], account["rows_rejected"]) == (3, 1, 2)


def test_findings_say_what_share_of_the_ties_goes_with_a_fault(folder):
    dataset = put(folder, GOOD, "A,C36,B,X99,2020,,3,,,,").read()
    found = next(f for f in dataset.findings if f.table == "cell_links")
    # 3 of 12 ties.
    assert (found.column, found.value, found.row, found.jobs) == ("target_industry", "X99", 2, 0.25)


def test_a_notice_speaks_of_ties_not_of_jobs(folder):
    dataset = put(folder, GOOD, "A,C36,B,X99,2020,,3,,,,").read()
    assert any("nor 25% of all ties with them" in notice.en for notice in dataset.notices)


def test_many_unknown_industries_stop_the_run(folder):
    rows = [GOOD, "A,C36,B,X99,2020,,3,,,,"]
    with pytest.raises(DatasetError, match="no firm, cell or list of industries has this"):
        put(folder, *rows, settings="{}").read()


def test_industries_that_only_the_list_has_are_known(folder):
    folder.put("industries.csv", "industry\nX99\n")
    assert len(table(put(folder, "A,C36,B,X99,2020,,3,,,,").read())) == 1


def test_links_of_firms_and_of_cells_are_one_too_many(folder):
    folder.put("links.csv", "source_id,target_id,year\nf1,f2,2020\n")
    with pytest.raises(DatasetError, match=r"cell_links.csv both hold ties") as caught:
        put(folder, GOOD).read()
    assert "links.csv" in caught.value.sentence.zh_hans


def test_years_of_the_ties_are_years_of_firms_without_years(folder):
    folder.put("firms.csv", "firm_id,industry,longitude,latitude\nf1,C36,0.5,0.5\n")
    dataset = put(folder, "A,C36,A,C36,2018,,1,,,,", "A,C36,A,C36,2019,,1,,,,").read()
    assert dataset.years == (2018, 2019)


def test_a_dataset_without_the_table_has_it_empty_among_its_tables(folder):
    dataset = folder.read()
    assert dataset.cell_links is None
    empty = dataset.tables()["cell_links"].collect().to_native()
    assert empty.is_empty()
    assert empty.columns[:2] == ["source_region_key", "source_industry_key"]


@pytest.mark.skipif(not WIOD.exists(), reason="the table is not here")
def test_the_world_table_is_read_but_for_the_rest_of_the_world(tmp_path):
    dataset = read_dataset(WIOD, into=tmp_path)
    given = pl.read_parquet(WIOD / "cell_links.parquet")
    ends = [given[c].cast(pl.String) != "RoW" for c in ("source_region_id", "target_region_id")]
    inside = given.filter(ends[0] & ends[1])
    found = table(dataset)
    assert len(found) == len(inside)
    assert found["value"].sum() == pytest.approx(inside["value"].sum(), rel=1e-12)
    assert set(dataset.rejected_by_reason()["reason"]) == {"region_unknown"}
