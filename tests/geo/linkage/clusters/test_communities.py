"""Communities of a network of ties."""

import random

import networkx as nx
import numpy as np
import pytest

from geo.errors import GeoError, InvalidCountsError
from geo.linkage.clusters.communities import leiden_communities


def random_network(seed, *, parties=60, ties=240):
    rng = np.random.default_rng(seed)
    return rng.integers(0, parties, (2, ties))


def as_sets(labels):
    return {frozenset(np.flatnonzero(labels == k)) for k in set(labels)}


def test_cliques_joined_in_a_ring_are_the_communities():
    ring = nx.ring_of_cliques(8, 6)
    one, other = np.array(ring.edges).T
    assert as_sets(leiden_communities(one, other, parties=48)) == {
        frozenset(range(6 * k, 6 * k + 6)) for k in range(8)
    }


@pytest.mark.parametrize("seed", range(5))
def test_modularity_is_as_good_as_that_of_networkx_louvain(seed):
    one, other = random_network(seed)
    network = nx.Graph()
    network.add_nodes_from(range(60))
    for pair in zip(one.tolist(), other.tolist(), strict=True):
        if pair[0] != pair[1]:
            weight = network.get_edge_data(*pair, {"weight": 0})["weight"]
            network.add_edge(*pair, weight=weight + 1)
    edges = np.array([(i, j, w) for i, j, w in network.edges(data="weight")])
    found = leiden_communities(edges[:, 0], edges[:, 1], parties=60, weights=edges[:, 2], passes=10)
    louvain = nx.community.louvain_communities(network, seed=seed)
    ours = nx.community.modularity(network, as_sets(found))
    assert ours >= nx.community.modularity(network, louvain) - 0.01


@pytest.mark.parametrize("seed", range(3))
def test_order_and_direction_of_ties_change_nothing(seed):
    one, other = random_network(seed)
    order = np.random.default_rng(seed).permutation(len(one))
    assert (
        leiden_communities(one, other, parties=60)
        == leiden_communities(other[order], one[order], parties=60)
    ).all()


def test_the_generator_of_the_process_is_left_as_it_was():
    random.seed(5)
    expected = random.random()  # noqa: S311 - no secret
    random.seed(5)
    leiden_communities(*random_network(0), parties=60, seed=3)
    assert random.random() == expected  # noqa: S311 - no secret


def test_with_far_more_trade_elsewhere_neighbours_are_not_cut_in_two():
    # Two triangles with a tie between any two of them are cut where their ties are all there is.
    one, other = np.array(nx.complete_multipartite_graph(3, 3).edges).T
    nearby = leiden_communities(one, other, parties=6, trade=np.full(6, 3.0), resolution=0.1)
    assert as_sets(nearby) == {frozenset(range(6))}


def test_a_party_without_ties_is_alone():
    assert leiden_communities([0], [1], parties=3).tolist() == [0, 0, 1]


def test_no_ties_make_no_communities():
    assert leiden_communities([], [], parties=3).tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("one", "rest", "said"),
    [
        ([3], {}, "position 0"),
        ([-1], {}, "position 0"),
        ([0], {"weights": [-1.0]}, ">= 0"),
        ([0], {"weights": [1.0, 2.0]}, "as long"),
        ([0], {"trade": [1.0]}, "each of 3"),
    ],
)
def test_what_is_no_network_is_told(one, rest, said):
    with pytest.raises(InvalidCountsError, match=said):
        leiden_communities(one, [1], parties=3, **rest)


def test_resolution_must_be_positive():
    with pytest.raises(GeoError, match="positive"):
        leiden_communities([0], [1], parties=2, resolution=0)
