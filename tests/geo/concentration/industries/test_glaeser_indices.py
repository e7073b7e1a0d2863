import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from libpysal.graph import Graph

from geo.concentration.industries.dartboard import dartboard_variance, ellison_glaeser_p
from geo.concentration.industries.glaeser_indices import (
    ellison_glaeser,
    maurel_sedillot,
    neighbour_concentration,
    neighbour_ellison_glaeser,
    raw_concentration,
)
from geo.concentration.industries.industry_table import ellison_glaeser_by_industry
from geo.concentration.industries.plants import plant_herfindahl
from geo.errors import InvalidCountsError

REAT = Path(__file__).resolve().parents[4] / "../shared/oracles/REAT"
SIZES = st.lists(st.integers(1, 50), min_size=2, max_size=12)


def oracle(name):
    if not (REAT / name).exists():
        pytest.skip(f"{name} is not here")
    return REAT / name


def cells_of(*rows, year=2020):
    """Rows of region, industry, establishments, employment, sum of squares."""
    numbers = ["establishments", "employment", "employment_square_sum"]
    table = pd.DataFrame(rows, columns=["region_key", "industry_key", *numbers])
    return table.astype(dict.fromkeys(numbers, float)).assign(year=year)


def test_raw_concentration_by_hand():
    # Three quarters and one quarter are each a quarter off the half: twice 1/16.
    assert raw_concentration([3, 1], [2, 2]) == 1 / 8


def test_index_by_hand():
    # Shares 1, 0 against 1/2, 1/2: G = 1/2; H = 1/4: (1/2 - 1/8) / (1/2 * 3/4) = 1.
    assert ellison_glaeser([4, 0], [2, 2], herfindahl=1 / 4) == 1


def test_maurel_sedillot_by_hand():
    # Shares 1, 0 against 3/4, 1/4: (1 - 5/8) / (3/8) = 1, less H over 1 - H.
    assert maurel_sedillot([4, 0], [3, 1], herfindahl=1 / 4) == 1


def test_evenly_spread_plants_are_below_zero():
    assert ellison_glaeser([2, 2], [1, 1], herfindahl=1 / 4) == pytest.approx(-1 / 3)


def test_single_plant_is_undefined():
    assert np.isnan(ellison_glaeser([5, 0], [1, 1], herfindahl=1))


def test_single_region_is_undefined():
    assert np.isnan(ellison_glaeser([5], [9], herfindahl=0.2))
    assert np.isnan(maurel_sedillot([5], [9], herfindahl=0.2))


def test_unknown_plants_are_undefined():
    assert np.isnan(ellison_glaeser([5, 1], [9, 9], herfindahl=np.nan))


def test_matrix_is_measured_column_by_column():
    counts, h = np.array([[1, 5], [3, 1], [2, 2]]), np.array([0.2, 0.3])
    columns = [
        ellison_glaeser(column, [2, 3, 4], herfindahl=one)
        for column, one in zip(counts.T, h, strict=True)
    ]
    np.testing.assert_allclose(ellison_glaeser(counts, [2, 3, 4], herfindahl=h), columns)


def test_herfindahl_above_one_is_refused():
    with pytest.raises(InvalidCountsError, match="`herfindahl`"):
        ellison_glaeser([5, 1], [9, 9], herfindahl=2)


@pytest.mark.parametrize("index", [ellison_glaeser, maurel_sedillot])
@given(sizes=st.lists(st.integers(1, 50), min_size=2, max_size=5))
@settings(max_examples=30)
def test_expectation_over_every_throw_is_zero(index, sizes):
    reference = [1, 2, 3]
    x = np.array(reference) / 6
    places = np.stack(np.meshgrid(*[range(3)] * len(sizes))).reshape(len(sizes), -1)
    jobs = np.stack([(places == r).T @ np.array(sizes) for r in range(3)])
    values = index(jobs, reference, herfindahl=np.full(jobs.shape[1], plant_herfindahl(sizes)))
    assert np.prod(x[places], axis=0) @ values == pytest.approx(0, abs=1e-12)


@given(sizes=SIZES)
@settings(max_examples=20)
def test_index_of_ten_times_the_jobs_is_the_same(sizes):
    jobs, reference = [sizes[0], sum(sizes[1:])], [3, 5]
    ten = [10 * e for e in jobs]
    assert ellison_glaeser(
        ten, reference, herfindahl=plant_herfindahl([10 * e for e in sizes])
    ) == (pytest.approx(ellison_glaeser(jobs, reference, herfindahl=plant_herfindahl(sizes))))


def test_index_z_and_herfindahl_agree_with_reat():
    data = json.loads(oracle("expected_reat.json").read_text())["ellison.a_FK2014"]
    regions = data["E_j_order"]
    jobs = pd.Series(data["E_ik"]).groupby(pd.Series(data["region"])).sum().loc[regions]
    h = plant_herfindahl(data["E_ik"])
    x = np.array(data["E_j"])
    raw = raw_concentration(jobs, x)
    own = ((x / x.sum()) ** 2).sum()
    z = (raw - (1 - own) * h) / np.sqrt(dartboard_variance(x, sizes=data["E_ik"]))
    ours = [ellison_glaeser(jobs, x, herfindahl=h), raw, z, h]
    expected = [data["run"][name] for name in ("Gamma i", "G i", "z Gi", "HHI i")]
    np.testing.assert_allclose(ours, expected, rtol=1e-12)
    assert ours[0] == pytest.approx(data["documented"], abs=5e-9)


def test_four_austrian_industries_agree_with_reat():
    plants = pd.read_csv(oracle("FK2014_EGC.csv"))
    expected = pd.read_csv(oracle("expected_ellison_a2_FK2014_EGC.csv"), index_col=0)
    # REAT takes the listed plants' own totals as reference, not the column emp_region.
    x = plants.groupby("region")["emp_firm"].sum()
    for industry, own in plants.groupby("industry"):
        jobs = own.groupby("region")["emp_firm"].sum()
        h = plant_herfindahl(own["emp_firm"])
        index = ellison_glaeser(jobs, x, herfindahl=h)
        assert index == pytest.approx(expected.loc[industry, "Gamma i"], rel=1e-12)


def test_table_with_counts_only_takes_plants_for_equal():
    cells = cells_of(
        (0, 0, 4, np.nan, np.nan), (1, 0, 1, np.nan, np.nan), (1, 1, 5, np.nan, np.nan)
    )
    table = ellison_glaeser_by_industry(cells, draws=99)
    assert table["plant_herfindahl"].tolist() == pytest.approx([1 / 5, 1 / 5])
    assert table["measured_by"].tolist() == ["establishments"] * 2
    assert table["ellison_glaeser"][0] == pytest.approx(
        ellison_glaeser([4, 1], [4, 6], herfindahl=1 / 5)
    )


def test_table_with_plant_sizes_uses_their_squares():
    # Industry 0: plants of 8 and 2 in region 0, one of 10 in region 1.
    cells = cells_of((0, 0, 2, 10, 68), (1, 0, 1, 10, 100), (1, 1, 3, 20, 200))
    table = ellison_glaeser_by_industry(cells, draws=99)
    assert table["measured_by"].tolist() == ["employment"] * 2
    assert table["plant_herfindahl"][0] == pytest.approx(168 / 400)
    assert table["ellison_glaeser"][0] == pytest.approx(
        ellison_glaeser([10, 10], [10, 30], herfindahl=168 / 400)
    )


def test_employment_without_plant_sizes_falls_back_to_establishments():
    cells = cells_of((0, 0, 2, 10, np.nan), (1, 0, 1, 10, np.nan), (1, 1, 3, 20, np.nan))
    assert ellison_glaeser_by_industry(cells)["measured_by"].tolist() == ["establishments"] * 2


def test_employment_alone_says_nothing_of_plants():
    cells = cells_of((0, 0, np.nan, 10, np.nan), (1, 0, np.nan, 30, np.nan))
    table = ellison_glaeser_by_industry(cells)
    assert table["measured_by"].isna().all()
    assert table[["ellison_glaeser", "ellison_glaeser_p"]].isna().all(axis=None)


def test_single_plant_industry_is_undefined_in_the_table():
    cells = cells_of((0, 0, 1, 10, 100), (1, 1, 5, 30, 200), (0, 1, 2, 9, 41))
    table = ellison_glaeser_by_industry(cells, draws=99)
    assert table["ellison_glaeser"].isna().tolist() == [True, False]
    assert table["ellison_glaeser_p"].isna().tolist() == [True, False]


def test_equal_plants_of_the_table_are_thrown_as_singly():
    rows = [(r, 0, n, np.nan, np.nan) for r, n in enumerate([7, 1, 1, 0.0])]
    rows += [(r, 1, n, np.nan, np.nan) for r, n in enumerate([9, 12, 8, 15])]
    table = ellison_glaeser_by_industry(cells_of(*rows), draws=4000, seed=2)
    raw = raw_concentration([7, 1, 1, 0], [16, 13, 9, 15])
    alone = ellison_glaeser_p(raw, [16, 13, 9, 15], sizes=np.ones(9), draws=4000, seed=2)
    assert table["ellison_glaeser_p"][0] == alone


def test_plant_sizes_of_the_table_are_thrown():
    cells = cells_of((0, 0, 2, 10, 68), (1, 0, 1, 10, 100), (1, 1, 3, 20, 200), (2, 1, 1, 5, 25))
    sizes = pd.DataFrame(
        {"year": 2020, "industry_key": 0, "employment": [2.0, 8.0, 10.0], "establishments": 1}
    )
    table = ellison_glaeser_by_industry(cells, sizes, draws=4000, seed=2)
    reference = [10, 30, 5]
    raw = raw_concentration([10, 10, 0], reference)
    alone = ellison_glaeser_p(raw, reference, sizes=[8, 2, 10], draws=4000, seed=2)
    assert table["ellison_glaeser_p"][0] == alone


def test_unknown_sizes_are_thrown_as_plants_of_the_same_herfindahl():
    # Plants of 12, 12 and 6: H = 324 / 900 = 0.36, which two plants of a and one of 1 - 2a reach
    # at a = 0.4: the same plants again.
    cells = cells_of((0, 0, 2, 24, 288), (1, 0, 1, 6, 36), (0, 1, 9, 20, 80), (1, 1, 9, 40, 300))
    sizes = pd.DataFrame(
        {"year": 2020, "industry_key": 0, "employment": [12.0, 6.0], "establishments": [2, 1]}
    )
    known = ellison_glaeser_by_industry(cells, sizes, draws=2000)
    guessed = ellison_glaeser_by_industry(cells, draws=2000)
    assert guessed["ellison_glaeser_p"][0] == known["ellison_glaeser_p"][0]


def test_industries_beside_it_do_not_change_a_chance():
    rows = [
        (r, i, n, np.nan, np.nan)
        for i, counts in enumerate([[7, 1, 3], [9, 12, 8], [1, 1, 2]])
        for r, n in enumerate(counts)
    ]
    both = ellison_glaeser_by_industry(cells_of(*rows), draws=500)
    totals = pd.DataFrame(
        {
            "year": 2020,
            "region_key": pd.array([0, 1, 2], dtype="Int64"),
            "industry_key": pd.array([None] * 3, dtype="Int64"),
            "establishments": [17.0, 14.0, 13.0],
            "employment": np.nan,
        }
    )
    alone = ellison_glaeser_by_industry(cells_of(*rows[3:6]), margins=totals, draws=500)
    assert alone["ellison_glaeser_p"][0] == both["ellison_glaeser_p"][1]


def test_years_are_measured_alone():
    first = cells_of((0, 0, 4, np.nan, np.nan), (1, 0, 1, np.nan, np.nan), (1, 1, 5, 1, 1))
    second = cells_of((2, 0, 2, 10, 68), (3, 0, 1, 10, 100), (3, 1, 3, 20, 200), year=2021)
    both = ellison_glaeser_by_industry(pd.concat([second, first]), draws=99)
    alone = [ellison_glaeser_by_industry(one, draws=99) for one in (first, second)]
    pd.testing.assert_frame_equal(both, pd.concat(alone, ignore_index=True))


def test_no_cells_give_no_rows():
    table = ellison_glaeser_by_industry(cells_of())
    assert len(table) == 0
    assert "ellison_glaeser_p" in table


def row_of_regions(n, weight=1.0):
    """Regions in a row, each the neighbour of the next."""
    first = np.arange(n - 1)
    focal, neighbour = np.r_[first, first + 1], np.r_[first + 1, first]
    return Graph.from_arrays(focal, neighbour, np.full(2 * (n - 1), weight))


def test_neighbours_by_hand():
    # s - x = (1, 1, -2) / 6 with equal thirds: squares 6/36, twice the products of neighbours
    # 2 (1 - 2) / 36, so 4/36. x' Psi x = 3/9 + 4/9. (1/9 - 2/9 H) / (2/9 (1 - H)) at H = 1/4: 1/3.
    graph = row_of_regions(3)
    assert neighbour_concentration([2, 2, 0], [1, 1, 1], graph) == pytest.approx(1 / 9)
    index = neighbour_ellison_glaeser([2, 2, 0], [1, 1, 1], graph, herfindahl=1 / 4)
    assert index == pytest.approx(1 / 3)


def test_without_neighbours_it_is_ellison_and_glaesers():
    counts, h = np.array([[1, 5], [3, 1], [2, 2]]), np.array([0.2, 0.3])
    np.testing.assert_allclose(
        neighbour_ellison_glaeser(counts, [2, 3, 4], row_of_regions(3, weight=0), herfindahl=h),
        ellison_glaeser(counts, [2, 3, 4], herfindahl=h),
    )


def test_border_through_a_cluster_matters_less_with_neighbours():
    reference, graph = [1, 1, 1, 1, 1, 1], row_of_regions(6)
    cut, apart = [10, 10, 0, 0, 0, 0], [10, 0, 0, 0, 0, 10]
    assert ellison_glaeser(cut, reference, herfindahl=1 / 20) == pytest.approx(
        ellison_glaeser(apart, reference, herfindahl=1 / 20)
    )
    near, far = (
        neighbour_ellison_glaeser(jobs, reference, graph, herfindahl=1 / 20)
        for jobs in (cut, apart)
    )
    assert near > far


def test_mean_of_both_directions_counts():
    one_way = Graph.from_arrays([0, 1, 2], [1, 2, 0], [1.0, 1.0, 1.0])
    both = Graph.from_arrays([0, 1, 1, 2, 2, 0], [1, 0, 2, 1, 0, 2], np.full(6, 0.5))
    first, second = (
        neighbour_concentration([5, 1, 0], [1, 2, 3], graph) for graph in (one_way, both)
    )
    assert first == pytest.approx(second)


def test_regions_that_are_all_neighbours_are_undefined():
    graph = Graph.from_arrays([0, 1], [1, 0], [1.0, 1.0])
    assert np.isnan(neighbour_ellison_glaeser([3, 1], [1, 1], graph, herfindahl=0.3))


@given(sizes=st.lists(st.integers(1, 50), min_size=2, max_size=5))
@settings(max_examples=30)
def test_expectation_with_neighbours_over_every_throw_is_zero(sizes):
    reference, graph = [1, 2, 3], row_of_regions(3, weight=0.7)
    x = np.array(reference) / 6
    places = np.stack(np.meshgrid(*[range(3)] * len(sizes))).reshape(len(sizes), -1)
    jobs = np.stack([(places == r).T @ np.array(sizes) for r in range(3)])
    h = np.full(jobs.shape[1], plant_herfindahl(sizes))
    values = neighbour_ellison_glaeser(jobs, reference, graph, herfindahl=h)
    assert np.prod(x[places], axis=0) @ values == pytest.approx(0, abs=1e-12)


def test_table_with_neighbours_equals_the_single_measures():
    # Region 1 has nothing at all, and is left out of the map with its links.
    rows = [(r, 0, n, np.nan, np.nan) for r, n in ((0, 5), (2, 4), (3, 1))]
    rows += [(r, 1, n, np.nan, np.nan) for r, n in ((0, 9), (2, 8), (3, 15))]
    graph = row_of_regions(4, weight=0.5)
    table = ellison_glaeser_by_industry(cells_of(*rows), graph=graph, draws=2000, seed=4)
    rest = Graph.from_arrays([0, 1, 2], [0, 2, 1], [0.0, 0.5, 0.5])
    counts, reference = [5, 4, 1], [14, 12, 16]
    index = neighbour_ellison_glaeser(counts, reference, rest, herfindahl=1 / 10)
    raw = neighbour_concentration(counts, reference, rest)
    p = ellison_glaeser_p(raw, reference, sizes=np.ones(10), graph=rest, draws=2000, seed=4)
    assert table["neighbour_ellison_glaeser"][0] == pytest.approx(index)
    assert table["neighbour_ellison_glaeser_p"][0] == p
    plain = ellison_glaeser_by_industry(cells_of(*rows), draws=2000, seed=4)
    pd.testing.assert_frame_equal(table[plain.columns], plain)


def test_graph_that_misses_a_region_is_refused():
    cells = cells_of((0, 0, 4, np.nan, np.nan), (5, 0, 4, np.nan, np.nan))
    with pytest.raises(InvalidCountsError, match="every region_key"):
        ellison_glaeser_by_industry(cells, graph=row_of_regions(3))
