from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.spatial.distance import cdist

from geo.concentration.distance import marcon_puech
from geo.concentration.distance.marcon_puech import neighbour_ratio, neighbour_ratio_test
from geo.errors import InvalidCountsError

SHARED = Path(__file__).resolve().parents[4] / "../shared/oracles/dbmss"
GOETTINGEN, PARACOU = "goettingen_health_xy_km.csv", "paracou16.csv"


def table(name):
    if not (SHARED / name).exists():
        pytest.skip("the shared folder is not beside the checkout")
    return pd.read_csv(SHARED / name)


def inputs(name, kind, other=None):
    data = table(name)
    around = {} if other is None else {"neighbours": (data.PointType == other).to_numpy()}
    points, member = data[["X", "Y"]].to_numpy(), (data.PointType == kind).to_numpy()
    return points, member, {"weights": data.PointWeight.to_numpy(), **around}


@pytest.mark.parametrize(
    ("data", "kind", "other", "expected"),
    [
        (GOETTINGEN, "pharm", None, "goettingen_M_pharm"),
        (GOETTINGEN, "phys_gen", None, "goettingen_M_phys_gen"),
        (GOETTINGEN, "phys_gyn", None, "goettingen_M_phys_gyn"),
        (GOETTINGEN, "psych", None, "goettingen_M_psych"),
        (GOETTINGEN, "pharm", "phys_gen", "goettingen_M_pharm_physgen"),
        (PARACOU, "Q. Rosea", None, "paracou_M_Qrosea"),
        (PARACOU, "V. Americana", None, "paracou_M_Vamericana"),
        (PARACOU, "V. Americana", "Q. Rosea", "paracou_M_Vamericana_Qrosea"),
    ],
)
def test_ratio_agrees_with_dbmss(data, kind, other, expected):
    points, member, options = inputs(data, kind, other)
    theirs = table(f"expected_{expected}.csv")
    ours = neighbour_ratio(points, member, theirs.r, **options)
    np.testing.assert_allclose(ours, theirs.M, rtol=1e-12)


def test_envelope_has_the_mean_and_width_of_that_of_dbmss():
    # Theirs is pointwise, and rough with its 99 simulations; our pointwise one is as wide, our
    # global one wider.
    points, member, options = inputs(GOETTINGEN, "pharm")
    theirs = table("expected_goettingen_MEnvelope_pharm_99sims_seed1.csv")
    ours = neighbour_ratio_test(points, member, theirs.r, seed=1, draws=399, **options)
    np.testing.assert_allclose(ours.ratio, theirs.obs, rtol=1e-12)
    width = theirs.hi - theirs.lo
    assert (np.abs(ours.envelope.centre - theirs.mmean) < 0.15 * width).all()
    pointwise = ours.envelope.pointwise_high - ours.envelope.pointwise_low
    assert abs((pointwise / width).mean() - 1) < 0.1
    assert (np.abs(ours.envelope.pointwise_low - theirs.lo) < 0.3 * width).all()
    assert (np.abs(ours.envelope.pointwise_high - theirs.hi) < 0.3 * width).all()
    assert (ours.envelope.high - ours.envelope.low > 0.9 * width).all()
    assert (ours.envelope.high - ours.envelope.low < 2.5 * width).all()


def scattered(n, members, seed=0):
    rng = np.random.default_rng(seed)
    member = np.isin(np.arange(n), rng.choice(n, members, replace=False))
    return rng.random((n, 2)) * 100, member, rng.lognormal(2, 1, n)


def textbook(points, member, distances, weights):
    """All distances in one matrix."""
    apart = cdist(points[member], points)
    apart[np.arange(member.sum()), np.flatnonzero(member)] = np.inf
    elsewhere = (weights[member].sum() - weights[member]) / (weights.sum() - weights[member])
    ratios = []
    for r in distances:
        around = (apart <= r) @ weights
        some = around > 0
        local = (apart <= r) @ (weights * member)
        ratios.append((local[some] / around[some]).sum() / elsewhere[some].sum())
    return np.array(ratios)


def test_ratio_is_that_of_the_textbook():
    points, member, w = scattered(400, 60)
    r = np.array([0.5, 2, 10, 40, 200])
    np.testing.assert_allclose(
        neighbour_ratio(points, member, r, weights=w), textbook(points, member, r, w), rtol=1e-12
    )


def test_ratio_is_one_where_everybody_is_around():
    points, member, w = scattered(50, 9)
    assert neighbour_ratio(points, member, [200.0], weights=w)[0] == pytest.approx(1)


def test_firms_on_one_place_are_neighbours_at_distance_zero():
    # The member at 0 has one member and one other beside it there, the one at 9 nobody: (1/2 +
    # 1/2) over (2/3 + 2/3), where the elsewhere of each is 2 members of 3 firms.
    points = [[0, 0], [0, 0], [0, 0], [9, 0]]
    ratio = neighbour_ratio(points, [True, True, False, True], [0.0])
    assert ratio[0] == pytest.approx(3 / 4)


def test_one_industry_around_another_by_hand():
    # Around the member are one firm looked for and one other: 1/2, over 1 of 3 elsewhere.
    points = [[0, 0], [1, 0], [0, 1], [50, 0]]
    ratio = neighbour_ratio(
        points, [True, False, False, False], [1.0], neighbours=[False, True, False, False]
    )
    assert ratio[0] == pytest.approx(3 / 2)


def test_far_empty_firm_without_jobs_changes_nothing():
    points, member, w = scattered(50, 9)
    more = np.vstack([points, [[1000.0, 1000.0]]])
    r = np.array([5.0, 50.0])
    np.testing.assert_allclose(
        neighbour_ratio(more, np.r_[member, False], r, weights=np.r_[w, 0]),
        neighbour_ratio(points, member, r, weights=w),
    )


def test_industry_of_nobody_has_no_ratio():
    assert np.isnan(neighbour_ratio(np.eye(2), [False, False], [5.0])).all()


def test_only_firm_has_no_ratio():
    assert np.isnan(neighbour_ratio([[0, 0]], [True], [5.0])).all()


def test_table_in_blocks_gives_the_same(monkeypatch):
    points, member, w = scattered(300, 60)
    options = {"weights": w, "seed": 1, "draws": 19}
    whole = neighbour_ratio_test(points, member, [5.0, 20.0], **options)
    monkeypatch.setattr(marcon_puech, "_MOST_NEIGHBOURS", 2000)
    parts = neighbour_ratio_test(points, member, [5.0, 20.0], **options)
    np.testing.assert_allclose(whole.envelope.high, parts.envelope.high, rtol=1e-14)
    np.testing.assert_allclose(whole.ratio, parts.ratio, rtol=1e-14)


@pytest.mark.parametrize("other", [False, True])
def test_threads_and_order_change_nothing(other):
    points, member, w = scattered(300, 60)
    turned = np.random.default_rng(1).permutation(300)
    found = scattered(300, 50, seed=8)[1] & ~member
    around = {"neighbours": found} if other else {}
    around_turned = {"neighbours": found[turned]} if other else {}
    r, options = [5.0, 20.0], {"seed": 3, "draws": 39}
    one = neighbour_ratio_test(points, member, r, weights=w, **around, **options)
    two = neighbour_ratio_test(
        points[turned], member[turned], r, weights=w[turned], threads=2, **around_turned, **options
    )
    for a, b in zip(one.envelope, two.envelope, strict=True):
        np.testing.assert_array_equal(a, b)


def test_huddle_is_concentrated():
    points, _, w = scattered(500, 1)
    member = np.zeros(500, dtype=bool)
    member[np.argsort(np.hypot(*(points - 50).T))[:60:2]] = True
    result = neighbour_ratio_test(points, member, [3.0, 10, 20], seed=1, weights=w, draws=99)
    assert result.envelope.p == 1 / 100
    assert result.envelope.above[1] > 0


def test_p_is_uniform_where_firms_are_alike():
    points = scattered(200, 1)[0]
    p = []
    for seed in range(150):
        member = scattered(200, 20, seed=seed + 100)[1]
        result = neighbour_ratio_test(points, member, [10.0, 25, 60], seed=seed, draws=39)
        p.append(result.envelope.p)
    middled = np.array(p) - np.random.default_rng(5).random(150) / 40
    assert stats.kstest(middled, "uniform").pvalue > 0.01


@pytest.mark.parametrize(
    "change",
    [
        {"points": [[0.0, np.nan], [1, 1]]},
        {"points": [0.0, 1.0]},
        {"members": [0, 1]},
        {"members": [True]},
        {"distances": [2.0, 1.0]},
        {"distances": [-1.0]},
        {"distances": []},
        {"weights": [1.0, -1.0]},
        {"weights": [1.0]},
        {"neighbours": [True]},
    ],
)
def test_values_out_of_range_are_refused(change):
    given = {"points": [[0.0, 0], [1, 1]], "members": [True, False], "distances": [1.0], **change}
    with pytest.raises(InvalidCountsError):
        neighbour_ratio(**given)
