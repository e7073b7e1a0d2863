"""The null of embeddedness against rewiring that keeps every number of ties, tie by tie."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kstest

from geo.linkage.institutions import institution_test

FIRMS, INSTITUTIONS, REGIONS, TIES = 240, 24, 6, 360
REGION_OF_FIRM = np.arange(FIRMS) % REGIONS
REGION_OF_INSTITUTION = np.arange(INSTITUTIONS) % REGIONS


def drawn(rng):
    """Distinct ties, some firms and institutions with many, places without a say."""
    appetite = rng.gamma(0.7, 1, FIRMS)
    pull = rng.gamma(0.7, 1, INSTITUTIONS)
    weight = np.outer(appetite, pull).ravel()
    code = rng.choice(weight.size, TIES, replace=False, p=weight / weight.sum())
    return np.column_stack([code // INSTITUTIONS, code % INSTITUTIONS])


def rewired(ties, rng, *, swaps):
    """The same ties after swaps of partners that leave no tie twice."""
    ties = ties.copy()
    known = set(map(tuple, ties.tolist()))
    for i, j in rng.integers(0, len(ties), (swaps, 2)):
        (a, x), (b, y) = ties[i].tolist(), ties[j].tolist()
        if (a, y) in known or (b, x) in known:
            continue
        known -= {(a, x), (b, y)}
        known |= {(a, y), (b, x)}
        ties[i, 1], ties[j, 1] = y, x
    return ties


def local_by_region(ties):
    here = REGION_OF_FIRM[ties[:, 0]]
    local = here == REGION_OF_INSTITUTION[ties[:, 1]]
    return np.bincount(here[local], minlength=REGIONS)


def chances(ties):
    of_firms = np.bincount(REGION_OF_FIRM[ties[:, 0]], minlength=REGIONS)
    of_institutions = np.bincount(REGION_OF_INSTITUTION[ties[:, 1]], minlength=REGIONS)
    return institution_test(
        pd.DataFrame(
            {
                "year": 2020,
                "institution_ties": of_firms,
                "region_institution_ties": of_institutions,
                "all_institution_ties": len(ties),
                "local_institution_ties": local_by_region(ties),
                "tie_ends": of_firms,
            }
        ).astype("float64")
    )


@pytest.mark.parametrize("seed", range(3))
def test_expected_ties_and_chances_are_those_of_rewiring(seed):
    rng = np.random.default_rng(seed)
    ties = drawn(rng)
    table, seen = chances(ties), local_by_region(ties)
    chain = rewired(ties, rng, swaps=10 * TIES)
    counts = []
    for _ in range(300):
        chain = rewired(chain, rng, swaps=2 * TIES)
        counts.append(local_by_region(chain))
    means, p = np.mean(counts, axis=0), np.mean(np.array(counts) >= seen, axis=0)
    expected = table["expected_local_institution_ties"].to_numpy()
    assert expected == pytest.approx(means, rel=0.1, abs=0.7)
    assert table["institution_p"].to_numpy() == pytest.approx(p, abs=0.15)


def test_chances_are_no_smaller_than_they_should_be_where_places_have_no_say():
    rng = np.random.default_rng(11)
    p = np.concatenate([chances(drawn(rng))["institution_p"].to_numpy() for _ in range(150)])
    assert (p <= 0.05).mean() <= 0.06
    # Counts are whole numbers: their chances are a little large, never a little small.
    assert kstest(p, "uniform", alternative="greater").pvalue > 0.01
