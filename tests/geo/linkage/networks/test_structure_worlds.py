"""Who is core in countries whose truth is known: planted chains, and nothing planted."""

import pytest

from geo.dataset import read_dataset
from geo.linkage.networks.structure import structure_by_cell
from geo.study import Study
from geo.worlds import hard_world, write_world


def structure_of(name, tmp_path, seed=5):
    """Structure of the last year by cell, with what was planted there."""
    drawn = hard_world(name, seed=seed)
    write_world(drawn, tmp_path / "raw")
    (tmp_path / "into").mkdir()
    data = read_dataset(tmp_path / "raw", into=tmp_path / "into")
    tables = data.tables()
    country = Study(
        establishments=data.establishments,
        ties=data.ties,
        institutions=data.institutions,
        firms=data.firms,
    )
    found = structure_by_cell(country, seed=1).cells
    named = found.assign(
        region_id=tables["regions"]["region_id"].to_numpy()[found["region_key"]],
        industry=tables["industries"]["industry"].to_numpy()[found["industry_key"]],
    )
    truth = drawn.truth[["region_id", "industry", "year", "planted"]]
    table = named.merge(truth, on=["region_id", "industry", "year"])
    return table[table["year"] == table["year"].max()].set_index("planted")


def test_where_nothing_is_planted_nobody_is_core(tmp_path):
    found = structure_of("nothing_planted", tmp_path)
    # Hundreds of cells, each tested at one in twenty networks: chance may give a few, and some
    # wholesalers and hauliers serve a town.
    assert (found["core_firms"] > 0).mean() <= 0.02


@pytest.mark.slow
def test_planted_chains_have_core_and_supporting_firms_and_the_rest_has_none(tmp_path):
    found = structure_of("chains", tmp_path)
    chains = found[found.index.str.startswith("chain_")]
    assert (chains["supporting_firms"] > 0).mean() >= 0.8
    assert chains["core_firms"].sum() >= len(chains) / 2
    assert chains["supporting_firms"].sum() > 5 * chains["core_firms"].sum()
    assert (chains.loc["chain_with_institutions", "supporting_institutions"] > 0).mean() >= 0.8
    assert (found.loc["plain", "core_firms"] > 0).mean() <= 0.02


@pytest.mark.slow
def test_a_hub_with_all_the_ties_is_hub_and_spoke_with_one_core_firm(tmp_path):
    found = structure_of("hub_and_spoke", tmp_path).loc["hub_and_spoke"]
    assert set(found["shape"]) == {"hub_and_spoke"}
    assert set(found["core_firms"]) <= {0, 1}
    assert (found["core_tie_share"] > 0.8).all()
    # What the hub is, its number of partners says already.
    assert (found["core_periphery_p"] > 0.05).all()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ties_go_far", "ownership_ties"])
def test_huddles_without_local_ties_have_no_structure(name, tmp_path):
    found = structure_of(name, tmp_path)
    huddles = found[found.index != "plain"]
    assert len(huddles) >= 3
    assert (huddles["core_firms"] == 0).all()


@pytest.mark.slow
def test_partners_that_change_every_year_make_few_core_firms(tmp_path):
    # Six huddles a country are few, and two that share a firm are no two: so three countries.
    core_firms = []
    for seed in (5, 6, 7):
        (tmp_path / str(seed)).mkdir()
        found = structure_of("ties_churn", tmp_path / str(seed), seed=seed)
        core_firms += found.loc["huddle_churning", "core_firms"].to_list()
    # They trade near like everybody besides, so some have lasting partners.
    assert sum(core_firms) <= len(core_firms) / 2
