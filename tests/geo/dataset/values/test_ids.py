"""Ids of one table found in another."""

import pytest

CELLS = "region_id,industry,year,establishments\n"
SQUARE = "POLYGON (({0} 0, {1} 0, {1} 1, {0} 1, {0} 0))"


@pytest.fixture
def mapped(folder):
    """A map of the regions 01001, 01003 and 10."""
    rows = [f'{r},"{SQUARE.format(i, i + 1)}"' for i, r in enumerate(("01001", "01003", "10"))]
    return folder.put("regions.csv", "region_id,geometry\n" + "\n".join(rows))


@pytest.mark.parametrize("written", ["1001", "01001.0", "1001.0", " 01001", "０１００１", "0 1001"])
def test_a_region_is_found_however_its_id_is_written_and_that_is_counted(mapped, written):
    mapped.drop("firms.csv").put("cells.csv", f"{CELLS}{written},C1,2020,5\n01003,C1,2020,7")
    dataset = mapped.read()
    assert dataset.cells["establishments"].tolist() == [5, 7]
    if written.strip() != "01001":
        assert ["cells", "id_written_otherwise", 1] in dataset.repairs.to_numpy().tolist()
        assert any("write region_id otherwise" in notice.en for notice in dataset.notices)


def test_an_id_that_could_be_two_is_none_of_them(mapped):
    square = SQUARE.format(3, 4)
    rows = (mapped.raw / "regions.csv").read_text(encoding="utf-8")
    mapped.put("regions.csv", f'{rows}0010,"{square}"')
    good = "".join(f"01003,C{i},2020,7\n" for i in range(20))
    mapped.drop("firms.csv").put("cells.csv", f"{CELLS}{good}00010,C1,2020,5")
    assert mapped.read().rejected_by_reason()["reason"].tolist() == ["region_unknown"]


def test_links_find_firms_without_their_leading_zeros(mapped):
    mapped.put("firms.csv", "firm_id,industry,longitude,latitude,year\n"
               "007,C1,0.5,0.5,2020\n008,C1,1.5,0.5,2020")  # fmt: skip
    mapped.put("links.csv", "source_id,target_id,year\n7,8,2020")
    assert mapped.read().ties.collect().rows() == [(0, 1, 2020, "supply", None)]


def test_travel_times_margins_and_codes_find_theirs(mapped):
    mapped.put("firms.csv", "firm_id,industry,longitude,latitude,year\n"
               "a,0111,0.5,0.5,2020\nb,0112,1.5,0.5,2020")  # fmt: skip
    mapped.put("travel_times.csv", "from_region,to_region,minutes\n1001,1003,30")
    mapped.put("margins.csv", "region_id,industry,year,establishments\n1001,111,2020,5")
    mapped.put("io_table.csv", "supplying_industry,using_industry,coefficient\n111,112,0.1")
    mapped.put("industries.csv", "industry,name\n111,Wheat\n112,Rice")
    dataset = mapped.read()
    assert dataset.travel_times.to_numpy().tolist() == [[0, 1, 30]]
    assert dataset.margins["region_key"].tolist() == [0]
    assert dataset.industries["industry"].tolist() == ["0111", "0112"]
    assert dataset.industries["name"].tolist() == ["Wheat", "Rice"]
    assert dataset.io_table["supplying_industry_key"].tolist() == [0]


def test_two_spellings_of_one_region_are_one_key(mapped, reasons):
    good = "".join(f"01003,C{i},2020,7\n" for i in range(20))
    mapped.drop("firms.csv").put("cells.csv", f"{CELLS}{good}1001,C1,2020,5\n01001,C1,2020,5")
    assert reasons(mapped.read()) == [("cells", 22, "id_duplicate")]


def test_a_region_called_na_is_one_where_the_settings_say_so(folder):
    folder.put("regions.csv", f'region_id,geometry\nNA,"{SQUARE.format(0, 1)}"')
    folder.put("dataset.yaml", "not_missing: [NA]")
    folder.drop("firms.csv").put("cells.csv", f"{CELLS}NA,C1,2020,5")
    assert folder.read().cells["establishments"].tolist() == [5]


def test_regions_that_get_nothing_are_named_beside_those_that_are_not_on_the_map(mapped):
    rows = "01001,C1,2020,5\n01001,C2,2020,5\nX1,C1,2020,5\nX2,C1,2020,5"
    mapped.drop("firms.csv").put("cells.csv", CELLS + rows)
    told = [notice.en for notice in mapped.read().notices]
    assert any(t.startswith("2 of the 3 regions of the map get nothing ('01003', '10')")
               for t in told)  # fmt: skip


def test_areas_off_the_map_may_be_nine_in_ten_and_no_more(mapped):
    rows = "01001,C1,2020,5\n" + "".join(f"X{i},C1,2020,5\n" for i in range(9))
    mapped.drop("firms.csv").put("cells.csv", CELLS + rows)
    assert len(mapped.read().cells) == 1
    mapped.put("cells.csv", CELLS + rows + "X9,C1,2020,5\n")
    with pytest.raises(ValueError, match="more than the 90% allowed"):
        mapped.read()
