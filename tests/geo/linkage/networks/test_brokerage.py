"""What falls apart without institutions, against counting every pair by hand."""

from itertools import combinations

import igraph
import networkx as nx
import numpy as np
import pandas as pd
import pytest

from geo.dataset import read_dataset
from geo.linkage.networks.brokerage import brokerage_by_cell
from geo.study import Study
from geo.worlds.hard import hard_world
from geo.worlds.writing import write_world
from tests.geo.studies import study_of

FIRMS, INSTITUTIONS = 40, 6


def random_country(seed):
    """Firms of two regions and three industries, sparse ties, institutions in both regions."""
    rng = np.random.default_rng(seed)
    living = pd.DataFrame(
        {
            "firm_key": np.arange(FIRMS),
            "year": 2020,
            "region_key": rng.integers(0, 2, FIRMS),
            "industry_key": rng.integers(0, 3, FIRMS),
        }
    )
    trade = rng.integers(0, FIRMS, (30, 2))
    joined = np.column_stack(
        [rng.integers(FIRMS, FIRMS + INSTITUTIONS, 20), rng.integers(0, FIRMS, 20)]
    )
    ties = pd.DataFrame(np.vstack([trade, joined]), columns=["source_key", "target_key"])
    ties = ties[ties["source_key"] != ties["target_key"]].drop_duplicates()
    ties = ties.assign(year=2020, kind="supply")
    institutions = pd.DataFrame(
        {
            "institution_key": np.arange(FIRMS, FIRMS + INSTITUTIONS),
            "kind": "university",
            "region_key": rng.integers(0, 2, INSTITUTIONS),
            "institution_id": [f"U{k}" for k in range(INSTITUTIONS)],
        }
    )
    return living, ties, institutions


def measured(living, ties, institutions, *, firms=FIRMS):
    return brokerage_by_cell(study_of(living, ties, institutions, firms=firms))


def local_network(living, ties, institutions, region, industry):
    place = living.set_index("firm_key")
    seat = institutions.set_index("institution_key")["region_key"]
    own = set(place[(place["region_key"] == region) & (place["industry_key"] == industry)].index)
    network = nx.Graph()
    network.add_nodes_from(own)
    for one, other in ties[["source_key", "target_key"]].itertuples(index=False):
        regions = {(seat if k >= FIRMS else place["region_key"])[k] for k in (one, other)}
        if regions == {region} and (one in own or other in own):
            network.add_edge(one, other)
    return own, network


def connected_pairs(network, own, *, without=()):
    left = network.subgraph(set(network) - set(without))
    return sum(nx.has_path(left, i, j) for i, j in combinations(sorted(own), 2))


@pytest.mark.parametrize("seed", range(12))
def test_shares_are_those_of_trying_every_pair_of_firms(seed):
    country = random_country(seed)
    table = measured(*country)
    assert len(table)
    for row in table.itertuples():
        own, network = local_network(*country, row.region_key, row.industry_key)
        brokers = {k for k in network if k >= FIRMS}
        whole = connected_pairs(network, own)
        if not whole:
            assert np.isnan(row.institution_brokerage)
            continue
        without = connected_pairs(network, own, without=brokers)
        assert row.institution_brokerage == pytest.approx(1 - without / whole)
        each = {k: whole - connected_pairs(network, own, without={k}) for k in brokers}
        assert row.key_institution_brokerage == pytest.approx(max(each.values()) / whole)
        best = min((k for k in each if each[k] == max(each.values())), default=None)
        expected = f"U{best - FIRMS}" if max(each.values()) else None
        assert row.key_institution == expected


@pytest.mark.parametrize("seed", range(12))
def test_an_institution_that_breaks_something_is_an_articulation_point(seed):
    country = random_country(seed)
    for row in measured(*country).dropna(subset="key_institution").itertuples():
        _, network = local_network(*country, row.region_key, row.industry_key)
        graph = igraph.Graph.from_networkx(network)
        cuts = {graph.vs[k]["_nx_name"] for k in graph.articulation_points()}
        assert int(row.key_institution[1:]) + FIRMS in cuts


def test_shuffled_rows_change_nothing():
    living, ties, institutions = random_country(3)
    again = measured(
        living.sample(frac=1, random_state=1),
        ties.sample(frac=1, random_state=2),
        institutions.sample(frac=1, random_state=3),
    )
    pd.testing.assert_frame_equal(measured(living, ties, institutions), again)


def test_without_institutions_there_are_no_rows():
    living, ties, institutions = random_country(0)
    assert len(measured(living, ties[ties["source_key"] < FIRMS], institutions)) == 0
    assert len(measured(living, ties, institutions.iloc[:0])) == 0


def test_an_institution_of_another_region_joins_nobody():
    living, ties, institutions = random_country(0)
    assert len(measured(living, ties, institutions.assign(region_key=9))) == 0


def test_institutions_tied_to_the_hub_alone_break_next_to_nothing(tmp_path):
    def of(name):
        write_world(hard_world(name, seed=1), tmp_path / name)
        into = tmp_path / f"{name}-typed"
        into.mkdir()
        data = read_dataset(tmp_path / name, into=into)
        table = brokerage_by_cell(
            Study(
                establishments=data.establishments,
                ties=data.ties,
                institutions=data.institutions,
                firms=data.firms,
            )
        )
        truth = pd.read_csv(tmp_path / name / "truth.csv")
        keys = {
            "region_id": data.regions["region_id"].to_numpy()[table["region_key"]],
            "industry": data.industries["industry"].to_numpy()[table["industry_key"]],
        }
        merged = table.assign(**keys).merge(truth, on=["region_id", "industry", "year"])
        return merged.loc[merged["planted"] != "plain", "key_institution_brokerage"]

    hub = of("hub_tied_institutions")
    assert len(hub)
    assert hub.max() < 0.05
