"""The setting `local` through the whole job: what it changes, and what it does not."""

import shutil

import pandas as pd
import pytest

from geo.dataset import read_dataset
from pipelines.commands.verdicts import verdicts_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:.*currently in beta"),
]


@pytest.fixture(scope="module")
def judged(small_world, tmp_path_factory):
    """Classification of the small country with a `dataset.yaml` and a table of travel times."""

    def of(setting=None, times=None):
        folder = tmp_path_factory.mktemp("local")
        raw = shutil.copytree(small_world, folder / "raw")
        (raw / "dataset.yaml").write_text("" if setting is None else f"local: {setting}\n")
        if times is not None:
            pd.DataFrame(times, columns=["from_region", "to_region", "minutes"]).to_csv(
                raw / "travel_times.csv", index=False
            )
        return verdicts_of(read_dataset(raw, into=folder / "read"), folder / "out")

    return of


@pytest.fixture(scope="module")
def unset(judged):
    return judged()


def test_local_as_region_is_what_holds_without_the_setting(judged, unset):
    pd.testing.assert_frame_equal(judged("region"), unset, check_exact=True)


def test_a_table_in_which_no_way_takes_an_hour_leaves_local_to_the_region(judged, unset):
    ids = sorted(unset["region_id"].unique())
    far = [(a, b, 61) for a in ids for b in ids if a < b]
    table = judged("{minutes: 60}", far)
    same = ["local_supply_ties", "tie_persistence", "locally_linked_share", "class"]
    pd.testing.assert_frame_equal(table[same], unset[same], check_exact=True)
    # Then a tie takes an hour at most where it is local.
    share = table["local_supply_ties"] / table["supply_ties"]
    pd.testing.assert_series_equal(
        table["within_hour_share"], share, check_names=False, check_dtype=False
    )


def test_a_table_in_which_every_way_is_short_makes_every_tie_local(judged, unset):
    ids = sorted(unset["region_id"].unique())
    table = judged("{minutes: 60}", [(a, b, 30) for a in ids for b in ids if a < b])
    assert table["local_supply_ties"].equals(unset["supply_ties"])
    # Nothing then exceeds chance, which makes every tie local, too.
    assert not table["is_collaborating"].fillna(value=False).any()
