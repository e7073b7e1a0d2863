"""A small version of the proof: some worlds through the whole program, judged as the page does."""

import pandas as pd
import pytest

from benchmarks.worlds.judging import judged_outcomes
from benchmarks.worlds.page import page
from benchmarks.worlds.rules import by_moran, by_quotient, by_quotient_and_local_share
from benchmarks.worlds.scores import outcomes
from benchmarks.worlds.verdicts import KEY, evidence
from geo.dataset import read_dataset
from geo.worlds import hard_world, write_world
from pipelines.commands.verdicts import verdicts_of

NULL_WORLDS = ("nothing_planted", "distance_decay", "sparse_industry")
PLANTED_WORLDS = ("chains", "ties_go_anywhere", "ties_churn", "hub_tied_institutions")

TABLE = pd.DataFrame(
    {
        "region_id": ["A", "B", "B"],
        "year": 2020,
        "establishments": [30, 10, 60],
        "location_quotient": [3.0, 1.3, 0.8],
        "supply_ties": [100, 10, 10],
        "local_supply_ties": [40, 5, 9],
        "local_moran_quadrant": ["high-low", "high-high", "low-low"],
        "local_moran_p": [0.2, 0.01, 0.01],
    }
)


def test_naive_rules_see_what_they_look_at_and_no_more():
    assert by_quotient(TABLE).tolist() == ["cluster", "cluster", "dispersed"]
    # 40 of 100 ties at home in a region of 30 plants in 100; 5 of 10 in one of 70 in 100.
    local = by_quotient_and_local_share(TABLE).tolist()
    assert local == ["cluster", "agglomeration", "dispersed"]
    assert by_moran(TABLE).tolist() == ["dispersed", "cluster", "dispersed"]


def counted():
    judged = pd.DataFrame(
        {
            "planted": ["chain", "plain", "plain", "plain"],
            "class": ["cluster", "dispersed", "dispersed", "dispersed"],
            "acceptable": ["cluster|undetermined", *["dispersed|networked"] * 3],
            "jiqun": ["undetermined", "cluster", "networked", None],
            "quotient": "cluster",
            "quotient_and_local_share": "agglomeration",
            "moran": "dispersed",
        }
    )
    return outcomes(judged, world="w", seed=1)


def test_a_verdict_is_right_where_the_truth_accepts_it_and_a_missing_one_never_is():
    ours = counted().query("judge == 'jiqun'").set_index("verdict")
    assert ours["is_right"].to_dict() == {
        "cluster": False,
        "missing": False,
        "networked": True,
        "undetermined": True,
    }
    assert ours.index[ours["is_false_cluster"]].tolist() == ["cluster"]


def test_the_page_gives_shares_and_intervals_for_every_rule():
    text = page(counted(), {"w": 1}, {"w": "something"})
    # One planted cell of one is right: 100 %, of which Wilson's interval from one trial is wide.
    assert "| cluster | 1 | 100.0 % (20.7 % to 100.0 %) | 100.0 %" in text
    assert "| `w` | something |" in text


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*currently in beta")
def test_the_class_that_is_judged_is_the_one_that_the_whole_table_gives(tmp_path):
    write_world(hard_world("coverage_60", seed=1), tmp_path / "raw")
    judged = evidence(tmp_path / "raw", tmp_path / "out")
    into = tmp_path / "table" / ".jiqun" / "ingested"
    into.mkdir(parents=True)
    table = verdicts_of(read_dataset(tmp_path / "raw", into=into), tmp_path / "table")
    both = judged[[*KEY, "class"]].merge(table[[*KEY, "class"]], on=KEY, how="outer")
    assert both["class_x"].astype(str).equals(both["class_y"].astype(str))
    assert both["class_x"].nunique() > 2


@pytest.mark.slow
@pytest.mark.parametrize("name", NULL_WORLDS)
def test_where_nothing_is_planted_no_cluster_is_found(name):
    ours = judged_outcomes((name, 1))
    ours = ours[ours["judge"] == "jiqun"]
    assert not ours["is_false_cluster"].any()
    assert ours["cells"].where(ours["is_right"], 0).sum() > 0.99 * ours["cells"].sum()


@pytest.mark.slow
@pytest.mark.parametrize("name", PLANTED_WORLDS)
def test_what_is_planted_is_found_and_the_naive_rules_find_clusters_that_are_none(name):
    every = judged_outcomes((name, 1))
    ours = every[(every["judge"] == "jiqun") & (every["planted"] != "plain")]
    assert ours["cells"].where(ours["is_right"], 0).sum() >= 0.8 * ours["cells"].sum()
    false = every["cells"].where(every["is_false_cluster"], 0).groupby(every["judge"]).sum()
    assert false["jiqun"] < 0.001 * ours["cells"].sum() + 4
    assert false["quotient"] > 100
