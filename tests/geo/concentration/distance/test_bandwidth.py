import numpy as np
import pytest
from scipy.spatial.distance import pdist

from geo.concentration.distance.bandwidth import original_bandwidth
from geo.errors import GeoError


def scattered(n):
    return np.random.default_rng(0).random((n, 2)) * 100


@pytest.mark.parametrize(
    ("points", "found"),
    [([[0, 0], [8, 0]], 1), ([[0, 0], [90, 0]], 0), (np.zeros((3, 2)), 3)],
)
def test_fewer_than_two_different_distances_in_reach_tell_no_bandwidth(points, found):
    with pytest.raises(GeoError, match=rf"{found} distance\(s\) within 80, not two"):
        original_bandwidth(points, reach=40)


def test_bandwidth_of_many_firms_comes_from_a_histogram():
    x = scattered(4000)
    apart = pdist(x)
    apart = apart[apart <= 80]
    quartiles = np.ptp(np.percentile(apart, [25, 75])) / 1.34
    exact = 0.9 * min(apart.std(ddof=1), quartiles) * len(apart) ** -0.2
    assert original_bandwidth(x, reach=40) == pytest.approx(exact, rel=1e-3)


def test_bandwidth_of_very_many_firms_comes_from_a_raster():
    x = scattered(25_000)
    rough = original_bandwidth(x, reach=40)
    # Of the same square, 4,000 firms have the same spread of distances but for chance.
    other = original_bandwidth(x[:4000], reach=40)
    assert rough == pytest.approx(other * (4000 / 25_000) ** 0.4, rel=0.02)
