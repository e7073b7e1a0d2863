"""Chains as units, given or derived from who buys from whom."""

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from geo.classification.tables.chains import (
    chain_classification,
    chain_communities,
    industry_chains,
)
from geo.dataset import read_dataset
from geo.study import Study
from geo.vocabulary import STAGES


def industries(*chains: str | None) -> pd.DataFrame:
    codes = [f"C{i}" for i in range(len(chains))]
    return pd.DataFrame({"industry": codes, "chain": pd.Series(chains, dtype="object")})


def io_table(*flows: tuple[int, int, float]) -> pd.DataFrame:
    names = ["supplying_industry_key", "using_industry_key", "flow"]
    table = pd.DataFrame(flows, columns=names)
    return table.assign(coefficient=table["flow"] / 100, year=np.nan)


# Two triangles of trade, joined by one thin flow.
TWO_CHAINS = io_table(
    (0, 1, 9), (1, 2, 9), (2, 0, 9), (3, 4, 9), (4, 5, 9), (5, 3, 9), (2, 3, 0.1)
)  # fmt: skip


def test_chains_are_those_of_the_dataset() -> None:
    table = industry_chains(industries("cars", None, "cars"), TWO_CHAINS, seed=1)
    assert table["chain_source"].eq("industries").all()
    assert table["chain_key"].nunique() == 2
    assert table.loc[0, "members"] == "C0, C2"
    assert table["chain"].isna().tolist() == [False, True, False]


def test_without_chains_communities_of_trade_make_them() -> None:
    table = industry_chains(industries(*[None] * 7), TWO_CHAINS, seed=1)
    assert table["chain_source"].eq("input_output").all()
    assert table["members"].tolist() == ["C0, C1, C2"] * 3 + ["C3, C4, C5"] * 3 + ["C6"]
    assert pd.isna(table.loc[6, "chain"])


def test_without_chains_and_table_there_are_none() -> None:
    table = industry_chains(industries(None, None), io_table(), seed=1)
    assert table["chain"].isna().all()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_communities_are_no_worse_than_those_of_networkx(seed: int) -> None:
    rng = np.random.default_rng(seed)
    strength = pd.DataFrame(
        [(i, j, rng.exponential() * (5 if i // 5 == j // 5 else 1)) for i in range(20)
         for j in range(i + 1, 20)],
        columns=["industry_key", "other_industry_key", "input_output"],
    )  # fmt: skip
    found = chain_communities(strength, seed=seed)
    graph = nx.from_pandas_edgelist(strength, "industry_key", "other_industry_key", "input_output")
    ours = [set(found.index[found == c]) for c in found.unique()]
    theirs = nx.community.louvain_communities(graph, weight="input_output", seed=seed)
    quality = [nx.community.modularity(graph, c, weight="input_output") for c in (ours, theirs)]
    assert quality[0] >= quality[1] - 1e-3
    assert chain_communities(strength, seed=seed).equals(found)


@pytest.fixture(scope="module")
def default_world(tmp_path_factory: pytest.TempPathFactory):
    from pathlib import Path

    raw = Path(__file__).resolve().parents[4] / "data" / "raw"
    return read_dataset(raw, into=tmp_path_factory.mktemp("ingested")).tables()


def classified(tables, chains: pd.DataFrame) -> pd.DataFrame:
    study = Study(
        establishments=tables["establishments"],
        ties=tables["ties"],
        institutions=tables["institutions"],
        firms=tables["facts"]["firms"],
    )
    return chain_classification(
        study,
        reported=tables["reported_cells"],
        margins=tables["margins"],
        chains=chains,
        regions=tables["regions"],
    )


def test_planted_chains_are_found_as_whole_chains(default_world) -> None:
    chains = industry_chains(default_world["industries"], default_world["io_table"], seed=1)
    table = classified(default_world, chains)
    latest = table[table["year"] == table["year"].max()]
    clusters = latest.loc[latest["class"] == "cluster", ["region_id", "chain"]]
    # The chains that the dataset's README says were planted, with institutions.
    assert set(clusters.itertuples(index=False, name=None)) == {
        ("R011", "life sciences"), ("R021", "cars"), ("R024", "fashion"), ("R031", "machinery"),
        ("R042", "digital"), ("R048", "cars"),
    }  # fmt: skip
    assert (table["local_ties_within"] <= table["local_supply_ties"]).all()


def test_chains_have_a_stage_and_say_why(default_world) -> None:
    chains = industry_chains(default_world["industries"], default_world["io_table"], seed=1)
    table = classified(default_world, chains)
    assert set(table["stage"]) <= set(STAGES)
    assert (table.loc[table["year"] == 2019, "stage"] == "not_known").all()
    for label, column in (("Cluster.", "reason_en"), ("集群。", "reason_zh_hant"),
                          ("集群。", "reason_zh_hans")):  # fmt: skip
        told = table.loc[table["class"] == "cluster", column]
        assert told.str.startswith(label).all()
        numbers = table.loc[table["class"] == "cluster", "local_supply_ties"].map("{:,}".format)
        assert all(n in text for n, text in zip(numbers, told, strict=True))


def test_dataset_without_chains_has_an_empty_table(default_world) -> None:
    none = industry_chains(default_world["industries"].assign(chain=None), io_table(), seed=1)
    assert classified(default_world, none).empty
