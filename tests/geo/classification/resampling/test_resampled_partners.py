import numpy as np
import pandas as pd

from geo.classification.resampling.resampled_partners import DRAWS, partners_again
from geo.classification.resampling.resampled_plants import learned_priors, plant_totals
from geo.input_output.potential import chain_potential

# Industry 1 buys from industry 0 alone, and nobody else buys.
BUYS = pd.DataFrame(
    {
        "supplying_industry_key": [0],
        "using_industry_key": [1],
        "coefficient": [0.5],
        "flow": [np.nan],
        "year": [np.nan],
    }
)
NO_TABLE = BUYS.iloc[:0]
KEYS = ["year", "region_key", "industry_key"]


def country(suppliers, *, employment=np.nan):
    """Ten regions with 40 plants of industry 1, 400 of others, and so many suppliers each."""
    rows = [
        (2020, region, industry, float(plants))
        for region, here in enumerate(suppliers)
        for industry, plants in ((0, here), (1, 40), (2, 400))
        if plants
    ]
    cells = pd.DataFrame(rows, columns=[*KEYS, "establishments"])
    return cells.assign(employment=cells["establishments"] * employment)


def answers(cells, io_table=BUYS, *, seed=1, wanted=None):
    """Draws for industry 1 of every region."""
    evidence = cells.merge(plant_totals(cells), on=KEYS)
    evidence = evidence.merge(chain_potential(cells, io_table, industries=3), on=KEYS)
    evidence["location_quotient"] = (
        evidence["establishments"]
        * evidence["plants_of_all"]
        / evidence["plants_of_region"]
        / evidence["plants_of_industry"]
    )
    evidence["effective_establishments"] = evidence["establishments"]
    wanted = evidence["industry_key"] == 1 if wanted is None else wanted(evidence)
    drawn = partners_again(
        evidence,
        wanted,
        (cells, None, io_table),
        learned_priors(evidence, evidence["region_key"] < 0),
        industries=3,
        seed=seed,
        completeness=0.5,
    )
    regions = evidence["region_key"].reindex(drawn.index)
    return drawn.set_axis(regions, axis=0)


SUPPLIERS = [400, 0, *[60] * 7, 55]


def test_partners_far_above_their_floor_stay_and_those_far_below_stay_away():
    drawn = answers(country(SUPPLIERS))
    assert drawn.shape == (10, DRAWS)
    assert (drawn.loc[0] == 1).all()
    assert (drawn.loc[1] == 0).all()


def test_partners_at_their_floor_are_there_now_and_then():
    # A region with its share of suppliers has, drawn again, more than that about as often as less.
    # Elsewhere industry 1 finds much the same, which is the other floor.
    level = [50] * 20
    share = (answers(country(level)) == 1).to_numpy().mean()
    assert 0.3 < share < 0.7


def test_quotients_by_jobs_vary_by_the_effective_establishments():
    # Ten jobs a plant: by jobs the quotients are the same, and so is what they rest on.
    by_plants, by_jobs = (answers(country(SUPPLIERS, employment=e)) for e in (np.nan, 10.0))
    assert (by_plants.to_numpy() == by_jobs.to_numpy()).mean() > 0.9


def test_only_cells_that_are_asked_for_are_drawn():
    drawn = answers(
        country(SUPPLIERS), wanted=lambda t: (t["industry_key"] == 1) & (t["region_key"] < 3)
    )
    assert drawn.index.tolist() == [0, 1, 2]


def test_without_a_table_nothing_is_drawn():
    assert answers(country(SUPPLIERS), NO_TABLE).empty


def test_the_order_of_rows_makes_no_difference():
    cells = country(SUPPLIERS)
    shuffled = cells.sample(frac=1, random_state=3)
    one, other = answers(cells), answers(shuffled).sort_index()
    assert (one.to_numpy() == other.to_numpy()).all()


def test_where_the_suppliers_are_withheld_the_table_says_nothing_drawn_or_not():
    cells = country(SUPPLIERS)
    withheld = (cells["region_key"] == 2) & (cells["industry_key"] == 0)
    cells.loc[withheld, "establishments"] = np.nan
    assert 2 not in answers(cells).index
