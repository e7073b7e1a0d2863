import numpy as np
import pyproj
import pytest

from geo.concentration.distance.projection import local_plane, stacked_share
from geo.errors import GeoError, InvalidCountsError


def scattered(west, south, width, height, n=300, seed=0):
    rng = np.random.default_rng(seed)
    return west + width * rng.random(n), south + height * rng.random(n)


def test_degree_along_a_meridian_has_its_length_in_kilometres():
    # The meridian arc from 49.5 to 50.5 degrees north is 111.229 km on the WGS84 ellipsoid.
    points = local_plane([7.0, 7.0], [49.5, 50.5]).points
    assert np.hypot(*(points[1] - points[0])) == pytest.approx(111.229, abs=1e-3)


@pytest.mark.parametrize(
    ("box", "most"),
    [
        ((10, 48, 4, 3), 0.001),  # some 400 km
        ((-124, 25, 57, 24), 0.02),  # the contiguous United States
        ((73, 18, 61, 35), 0.04),  # China
        ((-75, -55, 9, 37), 0.02),  # Chile, long from north to south
        ((18, 78, 12, 2), 0.001),  # Svalbard
    ],
)
def test_distances_on_the_plane_are_geodesic_within_the_distortion_told(box, most):
    lon, lat = scattered(*box)
    plane = local_plane(lon, lat)
    i, j = np.triu_indices(len(lon), 1)
    geodesic = pyproj.Geod(ellps="WGS84").inv(lon[i], lat[i], lon[j], lat[j])[2] / 1000
    error = np.abs(np.hypot(*(plane.points[i] - plane.points[j]).T) / geodesic - 1)
    assert plane.distortion < most
    # The figure told comes from a sample of pairs.
    assert error.max() < 1.5 * plane.distortion


def test_points_on_both_sides_of_the_date_line_are_neighbours():
    points = local_plane([179.95, -179.95], [0.0, 0.0]).points
    assert np.hypot(*(points[1] - points[0])) == pytest.approx(11.132, abs=1e-3)


def test_longitudes_from_0_to_360_are_the_same_places():
    a = local_plane([200.0, 201.0], [20.0, 21.0]).points
    np.testing.assert_allclose(a, local_plane([-160.0, -159.0], [20.0, 21.0]).points, atol=1e-6)


def test_projected_coordinates_come_in_by_their_system():
    # Two points 3 km and 4 km apart in UTM zone 32; its scale in the middle is 0.9996.
    points = local_plane([500_000, 503_000], [5_500_000, 5_504_000], system="EPSG:32632").points
    assert np.hypot(*(points[1] - points[0])) == pytest.approx(5 / 0.9996, rel=1e-6)


def test_shifted_chinese_coordinates_keep_their_distances():
    lon, lat = np.array([116.30, 116.40]), np.array([39.90, 39.95])
    true = local_plane(lon, lat).points
    shifted = local_plane(lon + 0.0062, lat + 0.0014, system="GCJ-02").points
    assert np.hypot(*(shifted[1] - shifted[0])) == pytest.approx(
        np.hypot(*(true[1] - true[0])), rel=0.01
    )


def test_unknown_coordinate_stays_unknown_and_changes_nothing_else():
    plane = local_plane([5.0, np.nan, 6.0], [50.0, 50.0, 51.0])
    assert np.isnan(plane.points[1]).all()
    np.testing.assert_array_equal(
        plane.points[[0, 2]], local_plane([5.0, 6.0], [50.0, 51.0]).points
    )


def test_order_of_the_points_does_not_matter():
    lon, lat = scattered(100, 20, 20, 15)
    turned = np.random.default_rng(1).permutation(len(lon))
    plane, other = local_plane(lon, lat), local_plane(lon[turned], lat[turned])
    np.testing.assert_array_equal(plane.points[turned], other.points)


def test_plane_can_be_undone():
    lon, lat = scattered(-100, 30, 30, 15)
    plane = local_plane(lon, lat)
    back = pyproj.Transformer.from_crs(plane.crs, 4326, always_xy=True)
    np.testing.assert_allclose(back.transform(*plane.points.T), [lon, lat], atol=1e-7)


def test_single_place_has_no_distortion():
    assert local_plane([5.0, 5.0], [50.0, 50.0]).distortion == 0


def test_metres_taken_for_degrees_are_refused():
    with pytest.raises(InvalidCountsError, match="at position 0"):
        local_plane([500_000.0], [5_500_000.0])


def test_no_known_point_is_refused():
    with pytest.raises(InvalidCountsError, match="nothing to project"):
        local_plane([np.nan], [1.0])


def test_points_around_the_globe_are_refused():
    with pytest.raises(GeoError, match="around the globe"):
        local_plane([0.0, 90.0, 180.0, 270.0], [0.0, 0.0, 0.0, 0.0])


def test_coordinates_of_two_lengths_are_refused():
    with pytest.raises(InvalidCountsError, match="as long as"):
        local_plane([1.0, 2.0], [1.0])


def test_no_points_have_no_stacks():
    assert np.isnan(stacked_share(np.zeros((0, 2))))


def test_stacks_of_an_unknown_place_are_refused():
    with pytest.raises(InvalidCountsError):
        stacked_share([[np.nan, 1.0]])
