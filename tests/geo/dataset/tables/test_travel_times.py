"""The table of travel times: what is used, what is rejected, when the run stops."""

import pytest

from geo.errors import DatasetError

HEADER = "from_region,to_region,minutes\n"


@pytest.fixture
def times(folder):
    def read(text):
        return folder.put("travel_times.csv", HEADER + text).read()

    return read


def test_ways_are_read_as_listed_by_key(times):
    table = times("B,A,70\nA,B,45.5\nA,C,").travel_times
    assert table.fillna(-1).to_numpy().tolist() == [[0, 1, 45.5], [0, 2, -1], [1, 0, 70]]


def test_each_fault_of_a_way_has_its_reason(times, folder, reasons, rows_of):
    folder.put("dataset.yaml", "max_rejected_share: 1")
    faults = [
        (",B,5", "id_missing"),
        ("A,,5", "value_missing"),
        ("A,B,-5", "negative_value"),
        ("A,B,far", "not_a_number"),
        ("Z,B,5", "region_unknown"),
        ("A,Z,5", "region_unknown"),
    ]
    rows = [row for row, _ in faults] + ["A,B,5", "A,B,5", "A,C,1", "A,C,2"]
    dataset = times("\n".join(rows))
    expected = [("travel_times", i, why) for i, (_, why) in enumerate(faults, start=1)]
    more = [(8, "id_duplicate"), (9, "rows_contradict"), (10, "rows_contradict")]
    assert reasons(dataset) == [*expected, *(("travel_times", *pair) for pair in more)]
    assert rows_of(dataset, "travel_times")["rows_used"] == 1
    assert dataset.travel_times["minutes"].tolist() == [5]


def test_too_many_faults_stop_the_run_and_name_the_first(times):
    with pytest.raises(DatasetError, match=r"travel_times\.csv: .*row 2, column minutes \('-5'\)"):
        times("A,B,5\nB,C,-5\nA,C,9")


def test_a_table_without_minutes_is_refused(folder):
    folder.put("travel_times.csv", "from_region,to_region\nA,B\n")
    with pytest.raises(DatasetError, match="minutes"):
        folder.read()


@pytest.mark.parametrize("text", [None, HEADER])
def test_minutes_without_a_speed_need_the_table(folder, text):
    folder.put("dataset.yaml", "local: {minutes: 60}")
    if text is not None:
        folder.put("travel_times.csv", text)
    with pytest.raises(DatasetError, match=r"local.*travel_times\.csv .*or add `speed_kmh`"):
        folder.read()


def test_minutes_at_a_speed_need_no_table(folder):
    folder.put("dataset.yaml", "local: {minutes: 60, speed_kmh: 40}")
    assert folder.read().travel_times is None


def test_regions_with_firms_and_without_a_way_are_named(times):
    texts = [notice.en for notice in times("A,B,5").notices]
    assert any("1 of 3 regions with firms (C)" in text for text in texts)


def test_a_row_for_the_way_within_a_region_speaks_of_it(times):
    notices = [notice.en for notice in times("A,B,5\nC,C,").notices]
    assert not any("no row for" in notice for notice in notices)
    assert any("within_hour_share goes by" in notice for notice in notices)


LINKED = """
source_id,target_id,year
f1,f2,2020
"""


@pytest.mark.parametrize(("local", "told"), [("region", 0), ("{radius_km: 5}", 1)])
def test_what_stays_by_region_is_told_where_local_is_not(folder, local, told):
    folder.put("links.csv", LINKED).put("dataset.yaml", f"local: {local}")
    notices = [notice.en for notice in folder.read().notices]
    assert sum("By region stay: tiers" in notice for notice in notices) == told


def test_a_dataset_without_the_table_has_an_empty_one(folder):
    assert list(folder.read().tables()["travel_times"]) == [
        "from_region_key",
        "to_region_key",
        "minutes",
    ]
