"""What confidence claims, and what happens when a country is drawn again."""

import pandas as pd
import pytest

from benchmarks.calibration import outcomes
from benchmarks.calibration_page import page
from benchmarks.reliability import reliability


def cells(confidence, kept, country=1, kind="borderline"):
    return pd.DataFrame(
        {
            "class": "cluster", "confidence": confidence, "kept": kept, "draws": 4,
            "country": country, "kind": kind,
        }
    )  # fmt: skip


def test_observed_shares_are_of_all_draws_in_a_bin():
    found = reliability(cells([0.82, 0.88, 0.3, None], [4, 3, 1, 4])).set_index("bin")
    assert found["cells"].to_dict() == {0: 1, 4: 2}
    assert found.loc[4, ["claimed", "observed"]].tolist() == pytest.approx([0.85, 7 / 8])
    assert found.loc[0, "observed"] == 0.25


def test_intervals_are_over_countries_since_cells_of_one_are_alike():
    # All cells of one country stay, none of the other's does.
    unlike = pd.concat([cells([0.85] * 9, [4] * 9), cells([0.85] * 9, [0] * 9, country=2)])
    (row,) = reliability(unlike).to_dict("records")
    assert (row["observed"], row["low"], row["high"]) == (0.5, 0.0, 1.0)


def test_the_page_shows_a_point_for_every_bin():
    both = pd.concat([cells([0.3, 0.9], [1, 4]), cells([0.9], [3], kind="random")])
    text, drawing = page(both)
    assert drawing.count('r="4"') == 3 + 3  # three more in the legend
    assert "about the floors: of 1 cells with a confidence of 0.85 to 0.95" in text
    assert "100 % kept their class (claimed: 90 %)" in text
    assert "75 % kept their class (claimed: 90 %)" in text


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_what_is_said_with_confidence_is_said_again_when_the_country_is_drawn_again():
    drawn = pd.concat([outcomes((kind, 901, 2)) for kind in ("borderline", "random")])
    some = drawn[drawn["class"] != "dispersed"]
    sure, unsure = some[some["confidence"] >= 0.9], some[some["confidence"] < 0.7]

    def share(rows):
        return rows["kept"].sum() / rows["draws"].sum()

    assert len(sure) >= 10
    assert len(unsure) >= 10
    assert share(sure) >= 0.9
    # An estimator that knows nothing would give both the same.
    assert share(unsure) < 0.7
    assert abs(share(drawn) - drawn["confidence"].mean()) < 0.03
