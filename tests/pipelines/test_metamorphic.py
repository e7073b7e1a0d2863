"""What may not matter does not, and what is taken away decides nothing: from files to verdicts."""

import json
import shutil

import geopandas as gpd
import numpy as np
import pandas as pd
import pandas.testing as pdt
import pytest

from geo.dataset import read_dataset
from pipelines.commands.verdicts import verdicts_of

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:.*currently in beta")]

KEYS = ["region_id", "industry", "year"]
ANSWERS = ["is_concentrated", "is_collaborating", "has_ecosystem"]
NUMBERS = [
    "establishments", "location_quotient", "concentration_p", "effective_establishments",
    "supply_ties", "local_supply_ties", "matching_ratio", "matching_q", "reach_q",
    "locally_linked_share", "tie_persistence", "institution_tied_share", "institution_q",
    "local_input_coverage", "within_hour_share",
]  # fmt: skip
SUPPORTED = {"cluster", "emerging_cluster"}


class Folder:
    """A copy of a dataset whose tables can be changed before it is judged."""

    def __init__(self, source, into):
        self.raw, self.out = into / "raw", into / "out"
        shutil.copytree(source, self.raw)

    def change(self, name, how):
        path = next(self.raw.glob(f"{name}.*"))
        if path.suffix == ".parquet":
            how(pd.read_parquet(path)).to_parquet(path, index=False)
        elif path.suffix == ".csv":
            how(pd.read_csv(path, dtype={"industry": str})).to_csv(path, index=False)
        else:
            path.write_text(how(gpd.read_file(path)).to_json(), encoding="utf-8")

    def drop(self, name):
        next(self.raw.glob(f"{name}.*")).unlink()

    def setting(self, **values):
        path = self.raw / "dataset.yaml"
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        lines = [f"{name}: {json.dumps(value)}\n" for name, value in values.items()]
        path.write_text(before + "".join(lines), encoding="utf-8")

    def verdicts(self):
        into = self.out / ".jiqun" / "ingested"
        into.mkdir(parents=True)
        return verdicts_of(read_dataset(self.raw, into=into), self.out)


@pytest.fixture
def changed(small_world, tmp_path):
    return Folder(small_world, tmp_path)


@pytest.fixture(scope="module")
def full(small_world, tmp_path_factory):
    return Folder(small_world, tmp_path_factory.mktemp("full")).verdicts()


def beside(full, other):
    both = full.merge(other, on=KEYS, suffixes=("_full", ""), validate="one_to_one", how="outer")
    assert both["class"].notna().all()
    assert both["class_full"].notna().all()
    return both


# The usual reach sums possible pairs in single precision, in the order of the regions.
RTOL = 1e-6


def assert_same(full, other):
    columns = [*KEYS, "class", *ANSWERS, *NUMBERS]
    one, two = (t[columns].sort_values(KEYS, ignore_index=True) for t in (full, other))
    pdt.assert_frame_equal(one, two, check_dtype=False, check_categorical=False, rtol=RTOL)


def test_the_small_country_has_every_class_to_lose(full):
    assert {"cluster", "emerging_cluster", "agglomeration", "dispersed"} <= set(full["class"])


def test_rows_in_another_order_change_nothing(full, changed):
    for name in ("firms", "links", "institutions", "industries", "io_table", "regions"):
        changed.change(name, lambda t: t.sample(frac=1, random_state=5))
    assert_same(full, changed.verdicts())


def test_other_names_of_regions_change_nothing(full, changed):
    # Reversed, so that nothing that follows the order of names stays as it was.
    names = sorted(full["region_id"].unique())
    other = dict(zip(names, [f"X{len(names) - k:03}" for k in range(len(names))], strict=True))
    changed.change("regions", lambda t: t.assign(region_id=t["region_id"].map(other)))
    found = changed.verdicts()
    back = {new: old for old, new in other.items()}
    assert_same(full, found.assign(region_id=found["region_id"].astype(str).map(back)))


def test_other_units_of_jobs_and_values_change_nothing(full, changed):
    changed.change("firms", lambda t: t.assign(employment=2 * t["employment"]))
    changed.change("links", lambda t: t.assign(value=2 * t["value"]))
    assert_same(full, changed.verdicts())


def test_jobs_all_given_as_zero_are_jobs_that_nobody_counted(small_world, tmp_path):
    zero, none = (Folder(small_world, tmp_path / name) for name in ("zero", "none"))
    zero.change("firms", lambda t: t.assign(employment=0))
    none.change("firms", lambda t: t.drop(columns="employment"))
    assert_same(zero.verdicts(), none.verdicts())


def test_without_links_and_table_a_huddle_is_left_open(changed):
    changed.drop("links")
    changed.drop("io_table")
    assert set(changed.verdicts()["class"]) <= {"undetermined", "dispersed"}


def test_links_of_half_of_the_firms_never_make_a_cluster_nor_deny_one(full, changed):
    rng = np.random.default_rng(2)

    def of_half(links):
        firms = pd.unique(links[["source_id", "target_id"]].to_numpy().ravel())
        known = pd.Series(rng.random(len(firms)) < 0.5, index=firms)
        return links[(links["source_id"].map(known) & links["target_id"].map(known)).to_numpy()]

    changed.change("links", of_half)
    changed.setting(link_coverage=0.5)
    both = beside(full, changed.verdicts())
    was, now = both["class_full"].isin(SUPPORTED), both["class"].isin(SUPPORTED)
    assert not (now & ~was).any()
    # What was collaborating is not called an agglomeration on less evidence.
    assert not (both["class"].isin({"agglomeration", "dispersed"}) & was).any()


@pytest.mark.parametrize("share", [0.7, 0.45, 0.2])
def test_links_lost_at_random_deny_no_cluster_and_make_none(full, changed, share):
    # Ties told of one year and not the next look fickle; they come back, which real churn does not.
    changed.change("links", lambda t: t.sample(frac=share, random_state=4))
    both = beside(full, changed.verdicts())
    was = both["class_full"].isin(SUPPORTED)
    assert not (both["class"].isin({"agglomeration", "dispersed"}) & was).any()
    assert not (both["class"].isin(SUPPORTED) & ~was).any()


def test_a_year_whose_links_are_lost_denies_no_cluster_and_makes_none(full, changed):
    lost = sorted(full["year"].unique())[1]
    changed.change("links", lambda t: t[t["year"] != lost])
    both = beside(full, changed.verdicts())
    there = both[both["year"] == lost]
    was = there["class_full"].isin(SUPPORTED)
    assert was.any()
    assert not set(there.loc[was, "class"]) & {"agglomeration", "networked", "dispersed"}
    assert not (there["class"].isin(SUPPORTED) & ~was).any()


def test_without_institutions_no_cluster_is_left_and_none_is_denied(full, changed):
    gone = pd.read_csv(changed.raw / "institutions.csv")["institution_id"]
    changed.drop("institutions")
    changed.change("links", lambda t: t[~t["source_id"].isin(gone) & ~t["target_id"].isin(gone)])
    both = beside(full, changed.verdicts())
    was = both["class_full"] == "cluster"
    assert set(both.loc[was, "class"]) == {"emerging_cluster"}
    assert both.loc[was, "has_ecosystem"].isna().all()
    others = ~both["class_full"].isin(SUPPORTED)
    assert (both["class"] == both["class_full"])[others].all()
