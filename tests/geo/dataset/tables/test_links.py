"""Links to ties."""

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.dataset.tables.links import _Packed, years_lived
from geo.errors import DatasetError
from geo.vocabulary import TIE_KINDS

HEADER = "source_id,target_id,year,kind,value\n"
GOOD = "".join(f"f1,f{2 + i % 2},{2000 + i},supply,1\n" for i in range(30))


@pytest.fixture
def linked(folder):
    """Firms f1, f2, f3 in all years, f4 without coordinates, f5 in 2020 alone; u1 to 2009, u2."""
    folder.put(
        "firms.csv",
        "firm_id,industry,longitude,latitude,opened,closed\n"
        + "".join(f"f{i},C{i},{i - 0.5},0.5,,\n" for i in (1, 2, 3))
        + "f4,C1,,,,\nf5,C1,0.5,0.5,2020,2021\n",
    )
    folder.put("institutions.csv", "institution_id,kind,longitude,latitude,closed\n"
               "u1,university,0.5,0.5,2010\nu2,finance,,,\nu3,finance,0.5,0.5,\n")  # fmt: skip

    def read(text, header=HEADER, good=GOOD):
        return folder.put("links.csv", header + text.strip("\n") + "\n" + good).read()

    return read


def ties_of(dataset):
    ids = dataset.parties.collect().to_pandas().set_index("party_key")["party_id"]
    ties = dataset.ties.collect().to_pandas()
    ties["source"], ties["target"] = ties["source_key"].map(ids), ties["target_key"].map(ids)
    return ties


FAULTS = [
    (",f2,2020,supply,1", "id_missing"),
    ("f1,,2020,supply,1", "id_missing"),
    ("f1,f2,,supply,1", "value_missing"),
    ("f1,f2,soon,supply,1", "not_a_year"),
    ("f1,f2,2020,marriage,1", "unknown_kind"),
    ("f1,f2,2020,supply,-1", "negative_value"),
    ("f1,f1,2020,supply,1", "self_tie"),
    ("f1, f1 ,2020,supply,1", "self_tie"),
    ("f1,nobody,2020,supply,1", "party_unknown"),
    ("nobody,f1,2020,supply,1", "party_unknown"),
    ("nobody,nobody,2020,supply,1", "self_tie"),
    ("f1,f4,2020,supply,1", "party_rejected"),
    ("u2,f1,2020,finance,1", "party_rejected"),
    ("f1,f5,2021,supply,1", "party_not_alive"),
    ("f5,f1,2019,supply,1", "party_not_alive"),
    ("u1,f1,2010,research,1", "party_not_alive"),
]


def test_each_fault_of_a_link_has_its_reason(linked, reasons):
    found = [
        r
        for r in reasons(linked("\n".join(row for row, _ in FAULTS), good=GOOD * 8))
        if r[0] == "links"
    ]
    assert found == [("links", i, reason) for i, (_, reason) in enumerate(FAULTS, start=1)]


@pytest.mark.parametrize(
    "row", ["f1,f5,2020,supply,1", "u1,f1,2009,research,", "f1,u1,2009,Supply,", "f2,f1,2029,,"]
)
def test_links_between_living_parties_are_ties(linked, reasons, row):
    dataset = linked(row)
    assert [r for r in reasons(dataset) if r[0] == "links"] == []
    assert len(dataset.ties.collect()) == 31


def test_kind_is_supply_where_it_is_not_given(linked):
    dataset = linked("f1,f2,2020", "source_id,target_id,year\n", "")
    assert ties_of(dataset)[["source", "target", "kind"]].to_numpy().tolist() == [
        ["f1", "f2", "supply"]
    ]


def test_tie_given_twice_a_year_counts_once_with_both_values(linked, rows_of):
    dataset = linked("f3,f1,2020,supply,0.1\nf3,f1,2020,supply,0.2\nf3,f1,2020,supply,\n"
                     "f3,f1,2020,talent,5\nf3,f1,2021,supply,7")  # fmt: skip
    ties = ties_of(dataset)
    ours = ties[ties["source"] == "f3"]
    assert ours[["year", "kind"]].to_numpy().tolist() == [
        [2020, "supply"], [2020, "talent"], [2021, "supply"],
    ]  # fmt: skip
    assert ours["value"].tolist() == pytest.approx([0.3, 5, 7], abs=1e-9)
    assert rows_of(dataset, "links")["rows_used"] == 35
    assert rows_of(dataset, "links")["repaired"] == 2


def test_direction_is_kept(linked):
    ties = ties_of(linked("f2,f1,2020,supply,\nf1,f2,2020,talent,", good=""))
    pairs = set(map(tuple, ties[["source", "target", "kind"]].to_numpy()))
    assert pairs == {("f2", "f1", "supply"), ("f1", "f2", "talent")}


def test_ties_are_in_order_whatever_the_order_of_rows(linked):
    one = linked("f2,f1,2020,supply,3\nf1,f3,2020,supply,2").ties.collect().to_pandas()
    other = linked("", good=GOOD + "f1,f3,2020,supply,2\nf2,f1,2020,supply,3\n")
    pd.testing.assert_frame_equal(one, other.ties.collect().to_pandas())


def test_too_many_unknown_parties_stop_the_run(linked):
    rows = "\n".join(f"f1,ghost{i},2020,supply,1" for i in range(10))
    with pytest.raises(DatasetError) as caught:
        linked(rows)
    assert "links.csv: 10 of 40 rows cannot be used" in str(caught.value)
    assert "row 1, column target_id ('ghost0')" in str(caught.value)


def test_firm_with_a_year_of_its_own_is_alive_in_it_alone(folder, reasons):
    folder.put("firms.csv", "firm_id,industry,longitude,latitude,year\n"
               "a,C1,0.5,0.5,2019\na,C1,0.5,0.5,2020\nb,C1,0.5,0.5,2019\n")  # fmt: skip
    folder.put("links.csv", "source_id,target_id,year\na,b,2019\na,b,2020\na,b,2021\n")
    assert reasons(folder.read()) == [
        ("links", 2, "party_not_alive"), ("links", 3, "outside_years"),
    ]  # fmt: skip


def test_lives_are_exact_over_more_than_sixty_years():
    years = tuple(range(1900, 2040))
    lived = np.array([1900, 1959, 1960, 2039])
    frame = pl.LazyFrame({"firm_key": [7] * 4, "year": lived})
    masks = years_lived(nw.from_native(frame), years=years).collect().rows(named=True)[0]
    assert masks["_lives_0"] == 1 + 2**59
    assert masks["_lives_1"] == 1
    assert masks["_lives_2"] == 2**19


def test_ties_are_checked_over_more_than_sixty_years(folder, reasons):
    folder.put("firms.csv", "firm_id,industry,longitude,latitude,opened,closed\n"
               "a,C1,0.5,0.5,1900,\nb,C1,0.5,0.5,1965,1970\n")  # fmt: skip
    rows = "".join(f"a,b,{year}\n" for year in (1905, 1964, 1965, 1969, 1970, 2030))
    folder.put("links.csv", f"source_id,target_id,year\n{rows}")
    dataset = folder.read()
    assert ties_of(dataset)["year"].tolist() == [1965, 1969]
    assert [row for _, row, _ in reasons(dataset)] == [1, 2, 5, 6]


def test_links_of_other_years_do_not_stop_the_run_but_are_no_ties(linked, folder):
    linked("")
    dataset = folder.read(years=(2050, 2050))
    assert dataset.ties is None
    assert "outside_years" in dataset.rejected_by_reason()["reason"].tolist()


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99), st.integers(1990, 2009),
                          st.sampled_from(list(TIE_KINDS))), min_size=1))  # fmt: skip
def test_ties_survive_being_packed_into_one_number_and_sort_alike(ties):
    names = ["source_key", "target_key", "year", "kind"]
    packed = _Packed(tuple(range(1990, 2010)), parties=100)
    frame = nw.from_native(pl.DataFrame(ties, schema=names, orient="row"))
    numbers = frame.with_columns(packed.number().alias("n")).sort("n")
    unpacked = numbers.select(*packed.columns(nw.col("n"))).rows()
    assert unpacked == sorted(ties, key=lambda t: (t[2], t[3], t[0], t[1]))


def test_more_parties_than_can_be_numbered_are_told():
    with pytest.raises(DatasetError, match="choose fewer years"):
        _Packed(tuple(range(1900, 2000)), parties=10**9)


def test_without_a_table_of_institutions_their_ties_are_a_gap_that_is_told(folder, reasons):
    ties = "".join(f"f1,u{i},2020,research,1\nf1,f2,2020,supply,1\n" for i in range(3))
    folder.put("links.csv", f"{HEADER}{ties}")
    dataset = folder.read()
    assert reasons(dataset) == [("links", row, "institution_unknown") for row in (1, 3, 5)]
    why = "which has no table of institutions (target_id, such as 'u0'; first in row 1)."
    assert any(notice.en.endswith(why) for notice in dataset.notices)


@pytest.mark.parametrize("row", ["f1,u1,2020,supply,1", "u1,u2,2020,research,1"])
def test_without_institutions_unknown_ends_of_supply_and_of_both_sides_stay_faults(folder, row):
    folder.put("links.csv", f"{HEADER}{row}\nf1,f2,2020,supply,1\n")
    with pytest.raises(DatasetError, match="neither a firm nor an institution"):
        folder.read()
