from math import comb

import numpy as np
import pytest
import shapely

from geo.concentration.distance.firm_footprints import footprints, local_concentration
from geo.concentration.distance.projection import local_plane
from geo.errors import GeoError, InvalidCountsError


def scattered(n, members, seed=0):
    rng = np.random.default_rng(seed)
    return rng.random((n, 2)) * 100, np.isin(np.arange(n), rng.choice(n, members, replace=False))


def test_counts_and_p_by_hand():
    # Around the first of 4 members in 9 firms stand 3 firms, 2 of them members: of the 56 ways to
    # give 3 of 8 others the industry, 3 * 5 have two of these three and 1 all, so 16 / 56.
    points = np.array([[0, 0], [1, 0], [0, 1], [-1, 0], *([[50 + 10 * k, 0] for k in range(5)])])
    members = np.array([True, True, True, False, True, False, False, False, False])
    local = local_concentration(points, members, radius=1)
    assert (local.firms[0], local.same[0]) == (3, 2)
    assert local.p[0] == pytest.approx((3 * 5 + 1) / comb(8, 3))
    assert local.ratio[0] == pytest.approx((2 / 3) / (3 / 8))


def test_p_is_the_share_of_draws_from_the_other_places():
    points, members = scattered(60, 15)
    local = local_concentration(points, members, radius=20)
    rng = np.random.default_rng(1)
    first = np.flatnonzero(members)[0]
    around = np.hypot(*(points - points[first]).T) <= 20
    others = np.delete(np.arange(60), first)
    draws = np.array([around[rng.choice(others, 14, replace=False)].sum() for _ in range(4000)])
    assert local.p[0] == pytest.approx((draws >= local.same[0]).mean(), abs=0.03)


def test_firm_with_nobody_around_is_not_concentrated():
    local = local_concentration([[0, 0], [50, 0], [99, 0]], [True, True, False], radius=1)
    assert np.isnan(local.ratio).all()
    assert (local.p == 1).all()


def test_only_member_has_no_share_to_compare_with():
    local = local_concentration([[0, 0], [1, 0]], [True, False], radius=2)
    assert local.p.tolist() == [1.0]
    assert np.isnan(local.ratio).all()


def test_industry_of_nobody_has_no_rows():
    assert all(len(column) == 0 for column in local_concentration([[0, 0]], [False], radius=1))


def test_industry_like_the_rest_is_found_nowhere():
    found = 0
    for seed in range(60):
        found += (local_concentration(*scattered(400, 40, seed), radius=10).q <= 0.05).any()
    assert found <= 8  # 3 are expected at most; more than 8 come less than once in 200 times


def test_huddle_among_scattered_members_is_found_and_they_are_not():
    points, members = scattered(500, 20)
    huddle = 50 + np.random.default_rng(2).random((25, 2)) * 4
    x, member = np.vstack([points, huddle]), np.r_[members, np.ones(25, dtype=bool)]
    found = local_concentration(x, member, radius=4).q <= 0.05
    assert found[20:].all()
    assert found[:20].sum() <= 3


def test_order_of_firms_does_not_matter():
    points, members = scattered(200, 40)
    turned = np.random.default_rng(1).permutation(200)
    one = local_concentration(points, members, radius=10)
    two = local_concentration(points[turned], members[turned], radius=10)
    position = np.cumsum(members) - 1
    np.testing.assert_array_equal(two.p, one.p[position[turned[members[turned]]]])


def test_huddle_across_a_border_is_one_polygon():
    # A chain of firms a kilometre apart, on both sides of the meridian 10 east.
    lon = 10 + (np.arange(11) - 5) * 0.0139
    plane = local_plane(lon, np.full(11, 50.0))
    found = footprints(plane.points, np.ones(11, dtype=bool), radius=2, crs=plane.crs)
    assert found.firms.tolist() == [11]
    assert found.crs == 4326
    assert shapely.contains_xy(found.geometry[0], lon, 50.0).all()


def test_only_significant_firms_count():
    plane = local_plane([10.0, 10.01, 11.0], [50.0, 50.0, 50.0])
    found = footprints(plane.points, [True, True, False], radius=2, crs=plane.crs)
    assert found.firms.tolist() == [2]


def test_firms_on_one_place_are_all_counted():
    plane = local_plane([10.0, 10.0, 11.0], [50.0, 50.0, 50.0])
    found = footprints(plane.points, [True, True, True], radius=2, crs=plane.crs)
    assert found.firms.tolist() == [2, 1]
    # A polygon of 64 corners has 0.9984 of its circle.
    np.testing.assert_allclose(found.area_km2, 0.9984 * np.pi, rtol=1e-4)


def test_no_significant_firm_has_no_footprint():
    plane = local_plane([10.0, 10.01], [50.0, 50.0])
    found = footprints(plane.points, [False, False], radius=2, crs=plane.crs)
    assert len(found) == 0
    assert list(found.columns) == ["firms", "area_km2", "geometry"]


@pytest.mark.parametrize("radius", [0, -1, np.nan, np.inf])
def test_radius_of_nothing_is_refused(radius):
    with pytest.raises(GeoError, match="radius"):
        local_concentration([[0, 0]], [True], radius=radius)


@pytest.mark.parametrize(
    ("points", "members"), [([[0, np.nan]], [True]), ([0, 1], [True]), ([[0, 1]], [1])]
)
def test_values_out_of_range_are_refused(points, members):
    with pytest.raises(InvalidCountsError):
        local_concentration(points, members, radius=1)
