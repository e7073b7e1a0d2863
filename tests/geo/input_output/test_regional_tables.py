from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from geo.errors import InputOutputError
from geo.input_output.potential import input_coverage
from geo.input_output.regional_tables import (
    augmented_flegg_quotients,
    cross_industry_quotients,
    flegg_quotients,
    regional_coefficients,
    regional_input_shares,
    regional_linkages,
    simple_quotients,
    size_factor,
)

NAN = np.nan
DELTAS = (0.1, 0.2, 0.3, 0.4)


def cells(rows):
    columns = ["region_key", "industry_key", "establishments", "employment"]
    return pd.DataFrame(rows, columns=columns).assign(year=2020)


def table(rows):
    columns = ["supplying_industry_key", "using_industry_key", "coefficient", "flow"]
    return pd.DataFrame(rows, columns=columns).astype({"coefficient": float, "flow": float})


# Region 0 has a quarter of the nation's plants, half in industry 0, of which the nation has a
# quarter: quotients 2 and 2/3.
TWO = cells([(0, 0, 10, NAN), (0, 1, 10, NAN), (1, 0, 10, NAN), (1, 1, 50, NAN)])
BUYS = table([(0, 1, 0.2, NAN), (1, 1, 0.2, NAN)])


def test_cross_industry_quotients_of_three_have_their_own_on_the_diagonal():
    expected = [[0.5, 0.5, 0.25], [2.0, 1.0, 0.5], [4.0, 2.0, 2.0]]
    assert cross_industry_quotients([0.5, 1.0, 2.0]).tolist() == expected


@pytest.mark.parametrize("method", [simple_quotients, cross_industry_quotients])
def test_an_absent_supplier_supplies_none_and_an_absent_user_buys_none(method):
    pairs = method([0.0, 1.5])
    assert pairs.tolist() == [[0, 0], [0, 1.5]]


def test_an_unknown_quotient_leaves_unknown_what_depends_on_it():
    assert np.isnan(cross_industry_quotients([NAN, 1.0])).tolist() == [[True, True], [True, False]]


def test_the_whole_nation_needs_no_allowance_for_size():
    assert size_factor(1.0, delta=0.4) == 1


def test_allowance_for_size_is_largest_for_the_smallest_region():
    # log2(1.25) = 0.32193; 0.32193 ** 0.3 = exp(0.3 x ln 0.32193) = exp(-0.34002) = 0.7118.
    assert size_factor(0.25, delta=0.3) == pytest.approx(0.7118, abs=5e-5)
    assert size_factor(0.0, delta=0.3) == 0


def test_without_delta_flegg_is_the_cross_industry_quotient():
    slq = [0.5, 1.0, 2.0]
    assert (flegg_quotients(slq, size_share=0.1, delta=0) == cross_industry_quotients(slq)).all()


def test_augmentation_touches_only_users_above_one():
    slq = [0.5, 1.0, 3.0]
    plain = flegg_quotients(slq, size_share=0.25)
    # log2(1 + 3) = 2.
    assert augmented_flegg_quotients(slq, size_share=0.25) == pytest.approx(plain * [1, 1, 2])


def test_no_more_comes_from_the_region_than_is_bought():
    assert regional_coefficients([[0.3]], [[5.0]]).tolist() == [[0.3]]


def test_what_is_not_bought_is_not_unknown():
    assert regional_coefficients([[0.0]], [[NAN]]).tolist() == [[0]]


@pytest.mark.parametrize(
    "call",
    [
        lambda: simple_quotients([-1.0]),
        lambda: cross_industry_quotients([[1.0]]),
        lambda: cross_industry_quotients([np.inf]),
        lambda: size_factor(1.5),
        lambda: size_factor(0.5, delta=1.0),
        lambda: size_factor(NAN),
        lambda: regional_coefficients([[0.1]], [0.1]),
        lambda: regional_linkages(TWO, BUYS, region_key=9, industries=2),
    ],
)
def test_what_is_out_of_range_is_refused(call):
    with pytest.raises(InputOutputError):
        call()


quotients = hnp.arrays(float, 4, elements=st.just(0.0) | st.floats(1e-6, 10))
shares = st.floats(0.001, 1)
matrices = hnp.arrays(float, (4, 4), elements=st.floats(0, 0.24))


@given(quotients, shares)
def test_flegg_falls_as_delta_rises(slq, share):
    low, high = (flegg_quotients(slq, size_share=share, delta=delta) for delta in (0.4, 0.1))
    assert (low <= high + 1e-12).all()


@given(matrices, quotients, shares)
def test_a_region_never_makes_more_of_its_inputs_than_it_buys(a, slq, share):
    regional = regional_coefficients(a, augmented_flegg_quotients(slq, size_share=share))
    assert (regional <= a).all()
    assert (regional >= 0).all()


@given(matrices, quotients.filter(lambda q: (q > 0).all()))
def test_simple_quotients_give_the_coverage_of_a_cell(a, slq):
    local = regional_coefficients(a, simple_quotients(slq)).sum(axis=0)
    covered = input_coverage(slq[None, :], a)[0] * a.sum(axis=0)
    assert local == pytest.approx(np.nan_to_num(covered))


def test_shares_of_inputs_from_the_region_by_every_method():
    row = regional_linkages(TWO, BUYS, region_key=0, industries=2).loc[1]
    # Industry 1 buys as much from 0 (quotient 2) as from itself (2/3).
    assert row["slq"] == pytest.approx((1 + 2 / 3) / 2)
    assert row["cilq"] == pytest.approx((1 + 2 / 3) / 2)
    # Of 0: 2 / (2/3) = 3 times the factor, above 1 for every delta; of itself 2/3 of the factor.
    for name, delta in (("flq_low", 0.4), ("flq_high", 0.1)):
        assert row[name] == pytest.approx((1 + 2 / 3 * size_factor(0.25, delta=delta)) / 2)


def test_multipliers_of_the_region_lie_between_one_and_the_nations():
    result = regional_linkages(TWO, BUYS, region_key=0, industries=2)
    row = result.loc[1]
    # 1 + 0.2 / 0.8 for itself, 0.2 / 0.8 for industry 0.
    assert row["multiplier"] == pytest.approx(1.5)
    # The region's own: a01 = 0.2 in full, a11 = 0.2 x 2/3 x factor.
    own = 0.2 * 2 / 3 * size_factor(0.25, delta=0.1)
    assert row["multiplier_high"] == pytest.approx(1.2 / (1 - own))
    assert 1 < row["multiplier_low"] < row["multiplier_high"] < row["multiplier"]


def test_industries_that_are_not_there_or_buy_nothing_are_left_out():
    assert regional_linkages(TWO, BUYS, region_key=0, industries=3).index.tolist() == [1]


def test_a_table_of_flows_gives_shares_and_no_multipliers():
    flows = table([(0, 1, NAN, 7), (1, 1, NAN, 7)])
    row = regional_linkages(TWO, flows, region_key=0, industries=2).loc[1]
    assert row["slq"] == pytest.approx((1 + 2 / 3) / 2)
    assert np.isnan(row["multiplier"])


def test_the_size_of_a_region_is_the_published_one_where_given():
    margins = pd.DataFrame(
        {"year": 2020, "region_key": [0, pd.NA], "industry_key": [pd.NA, pd.NA],
         "establishments": [20.0, 80.0], "employment": [300.0, 600.0]}
    ).astype({"region_key": "Int64", "industry_key": "Int64"})  # fmt: skip
    row = regional_linkages(TWO, BUYS, margins, region_key=0, industries=2, deltas=(0.4,)).loc[1]
    # Half of the jobs, and not a quarter of the plants.
    assert row["flq_low"] == pytest.approx((1 + 2 / 3 * size_factor(0.5, delta=0.4)) / 2)


def test_counties_of_the_united_states_import_more_than_simple_quotients_say():
    folder = Path(__file__).resolve().parents[3] / "../shared/data/us-2016"
    if not folder.exists():
        pytest.skip("needs the county statistics of 2016")
    rows = pd.read_parquet(folder / "cells.parquet")
    rows = rows.astype({"region_id": "str", "industry": "str", "employment": "float64"})
    inputs = pd.read_csv(folder / "io_table.csv.gz", dtype={0: "str", 1: "str"})
    regions, industries = (pd.Index(sorted(rows[k].unique())) for k in ("region_id", "industry"))
    rows["region_key"] = regions.get_indexer(rows["region_id"])
    rows["industry_key"] = industries.get_indexer(rows["industry"])
    for end in ("supplying_industry", "using_industry"):
        inputs[f"{end}_key"] = industries.get_indexer(inputs[end])
    wayne = regional_linkages(
        rows, inputs, region_key=int(regions.get_loc("26163")), industries=len(industries)
    )
    cars = wayne.loc[industries.get_loc("3361")]
    assert cars["flq_low"] < cars["flq_high"] < cars["slq"]
    assert (wayne["multiplier_low"] >= 1).all()
    assert (wayne["multiplier_high"] <= wayne["multiplier"] + 1e-9).all()


def test_shares_of_every_cell_are_those_of_its_region_alone():
    shares = regional_input_shares(TWO, BUYS.assign(year=NAN), industries=2)
    assert shares[["region_key", "industry_key"]].to_numpy().tolist() == [[0, 1], [1, 1]]
    for region in (0, 1):
        alone = regional_linkages(TWO, BUYS, region_key=region, industries=2).loc[1]
        for method in ("slq", "cilq", "flq_low", "flq_high", "aflq_low", "aflq_high"):
            of_cell = shares[f"regional_input_share_{method}"][shares["region_key"] == region]
            assert of_cell.tolist() == pytest.approx([alone[method]])


def test_each_year_of_cells_takes_the_table_of_its_time():
    later = pd.concat([TWO, TWO.assign(year=2021)])
    only_itself = table([(1, 1, 0.2, NAN)]).assign(year=2021.0)
    dated = pd.concat([BUYS.assign(year=2020.0), only_itself])
    shares = regional_input_shares(later, dated, industries=2)
    here = shares[shares["region_key"] == 0].set_index("year")["regional_input_share_slq"]
    # Half from industry 0 (quotient 2, so all of it) and half from itself (2/3); then itself only.
    assert here.to_dict() == pytest.approx({2020: (1 + 2 / 3) / 2, 2021: 2 / 3})


def test_without_a_table_no_cell_has_a_share():
    assert len(regional_input_shares(TWO, table([]).assign(year=[]), industries=2)) == 0
