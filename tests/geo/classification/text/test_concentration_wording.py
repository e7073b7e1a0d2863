"""Each way in which question A stays open has a sentence of its own, in each language."""

import numpy as np
import pandas as pd
import pytest

from geo.classification.questions import concentrated_by, is_concentrated
from geo.classification.tables.classification_table import classification_table, evidence
from geo.concentration.cells.cell_table import cell_concentration
from geo.concentration.cells.suppression import concentration_bounds
from geo.schema import RESULT_TABLES
from geo.settings import Settings, Thresholds
from tests.geo.classification.evidence_by_hand import CLUSTER, EXCHANGE
from tests.geo.classification.tables.test_classification_table import WRITTEN

KEYS = ["year", "region_key", "industry_key"]
NAMES = RESULT_TABLES["region_industry_classification"].names
NOT_LINKED = {*NAMES, *CLUSTER, *EXCHANGE} - WRITTEN
"""What is not known of cells without ties, institutions, and an input-output table."""


def table_of(*rows):
    """Cells of 2020 from (region, industry, establishments, jobs, sum of squared jobs)."""
    cells = pd.DataFrame(
        rows,
        columns=[*KEYS[1:], "establishments", "employment", "employment_square_sum"],
    )
    floats = ["establishments", "employment", "employment_square_sum"]
    return cells.assign(year=2020).astype(dict.fromkeys(floats, float))


def totals(*rows):
    """Published totals from (region, industry, establishments, jobs)."""
    margins = pd.DataFrame(rows, columns=[*KEYS[1:], "establishments", "employment"])
    kinds = {**dict.fromkeys(KEYS[1:], "Int64"), "establishments": float, "employment": float}
    return margins.assign(year=2020).astype(kinds)


def sentence(cells, margins=None, language="en"):
    """What the reason of region 0's industry 0 says of its concentration."""
    found = evidence(
        cells, [cell_concentration(cells, margins), concentration_bounds(cells, margins)]
    )
    lacking = [c for c in NOT_LINKED if c not in found]
    linkage = pd.DataFrame(np.nan, index=found.index, columns=lacking)
    keys = range(max(found["region_key"].max(), found["industry_key"].max()) + 1)
    names = [f"n{k}" for k in keys]
    judged = classification_table(
        found.join(linkage).assign(chain_partners_here=None),
        pd.DataFrame({"region_id": names, "name": names}),
        pd.DataFrame({"industry": names, "name": names, "name_zh": names}),
        Settings(language=language),
        has_ties=False,
        has_institutions=False,
    )
    first = judged[(judged["region_id"] == "n0") & (judged["industry"] == "n0")].iloc[0]
    assert pd.isna(first["is_concentrated"])
    assert first["class"] == "undetermined"
    stop = ". " if language == "en" else "。"
    return first["reason"].split(stop)[1].removesuffix(".")


REST = [(0, 1, 20, 200, 2000), (1, 0, 5, 50, 500), (1, 1, 200, 2000, 20_000)]
NO = np.nan
ONE_REGION = table_of((0, 0, 30, 300, 3000), (0, 1, 5, 50, 500))
ONE_INDUSTRY = table_of((0, 0, 30, 300, 3000), (1, 0, 5, 50, 500))
NO_JOBS = table_of((0, 0, 30, NO, NO), *REST)
ZERO_JOBS = table_of((0, 0, 30, 0, 0), *REST)
FEW_JOBS = table_of((0, 0, 30, 40, NO), *REST)
CONTRADICTED = table_of((0, 0, 30, 300, 3000), *REST)
BELOW = totals((0, None, 10, 100))
WITHHELD = table_of((0, 0, NO, NO, NO), *REST)
PUBLISHED = totals((0, None, 50, NO), (None, 0, 35, NO), (None, None, 255, NO))
REGION_ONLY = totals((0, None, 50, NO))
NOT_COUNTED = table_of(*((r, i, NO, jobs, NO) for r, i, jobs in [(0, 0, 30), (0, 1, 9), (1, 1, 9)]))
NOTHING_GIVEN = table_of((0, 0, NO, NO, NO), (0, 1, NO, 9, NO), (1, 1, NO, 9, NO))
WITHHELD_WITH_JOBS = table_of((0, 0, NO, 300, NO), *REST)

OPEN = {
    "one region": (ONE_REGION, None, "the data hold one region only"),
    "one industry": (ONE_INDUSTRY, None, "the data hold one industry only"),
    "no plant's jobs": (NO_JOBS, None, "the jobs of all of them are withheld"),
    "zero jobs": (ZERO_JOBS, None, "all of them report zero jobs"),
    "few plants' jobs": (FEW_JOBS, None, "the jobs of most of them are withheld"),
    "totals contradict": (CONTRADICTED, BELOW, "contradict one another"),
    # At most 50 - 20 plants of the region and 35 - 5 of the industry: none to 30.
    "ends disagree": (WITHHELD, PUBLISHED, "allow 0 to 30, 0.00 to 4.37 times the overall share"),
    "no test": (WITHHELD, REGION_ONLY, "allow 0 to 30, but the published totals do not suffice"),
    "no bounds": (WITHHELD, None, "and no published total bounds it"),
    "no bounds, jobs": (WITHHELD_WITH_JOBS, None, "bounds it; by jobs the share is"),
    "never counted": (NOTHING_GIVEN, None, "the number of establishments is not given"),
    "never counted, jobs": (NOT_COUNTED, None, "is not given; by jobs the share is 1.23 times"),
}


@pytest.mark.parametrize("way", OPEN)
def test_what_keeps_concentration_open_is_said(way):
    cells, margins, words = OPEN[way]
    said = sentence(cells, margins)
    assert said.startswith("Concentration not known: ")
    assert words in said


def test_jobs_answer_where_the_totals_of_plants_alone_contradict_one_another():
    found = evidence(CONTRADICTED, [cell_concentration(CONTRADICTED, totals((0, None, 10, NO)))])
    by_plants, by_jobs = concentrated_by(found, Thresholds())
    # 300 of 350 jobs of the industry are here, 500 of 2,750 of all: 4.71 times the share.
    assert pd.isna(by_plants.iloc[0])
    assert by_jobs.iloc[0]
    assert is_concentrated(found, Thresholds()).iloc[0]


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans"])
def test_no_two_ways_share_a_sentence_in_chinese_either(language):
    said = [sentence(cells, margins, language) for cells, margins, _ in OPEN.values()]
    assert len(set(said)) == len(OPEN)
    assert all(text.startswith(("集聚與否未知", "集聚与否未知")) for text in said)


def test_too_few_plants_are_a_no_even_where_there_is_nothing_to_compare():
    cells = table_of((0, 0, 3, 30, 300), (0, 1, 5, 50, 500))
    found = evidence(cells, [cell_concentration(cells)])
    assert is_concentrated(found, Thresholds()).tolist() == [False, pd.NA]
