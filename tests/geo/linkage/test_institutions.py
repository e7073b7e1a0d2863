"""Test C's null models and what they say of idle and of hub-only institutions."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from geo.linkage.institutions import institution_test, known_families


def cells(**columns):
    values = {
        "year": 2020,
        "institution_ties": 10.0,
        "region_institution_ties": 12.0,
        "all_institution_ties": 100.0,
        "local_institution_ties": 8.0,
        "tie_ends": 30.0,
    }
    return pd.DataFrame({k: np.atleast_1d(columns.get(k, v)) for k, v in values.items()})


def test_null_that_keeps_degrees_is_hypergeometric():
    # Ten ties of firms here, twelve of institutions here, eight meet, of a hundred.
    test = institution_test(cells()).iloc[0]
    assert test["institution_p"] == pytest.approx(stats.hypergeom(100, 10, 12).sf(7))
    assert test["expected_local_institution_ties"] == pytest.approx(1.2)
    assert test["institution_null"] == "degrees"


def test_degrees_agree_with_dealing_institutions_anew():
    rng = np.random.default_rng(2)
    of_firm, of_institution = np.arange(100) < 10, np.arange(100) < 12
    deals = np.array([(of_firm & rng.permutation(of_institution)).sum() for _ in range(20_000)])
    for seen in (2, 3, 4):
        p = institution_test(cells(local_institution_ties=float(seen)))["institution_p"][0]
        assert p == pytest.approx((deals >= seen).mean(), abs=0.01)


def test_only_cell_with_institution_ties_is_judged_by_its_share_of_all_ties():
    # All forty institution ties of the country are of one of two cells: dealing them anew gives
    # forty again. By activity it should have had 30 of 300 ends of ties, a tenth.
    table = pd.concat(
        [
            cells(institution_ties=40.0, region_institution_ties=40.0, all_institution_ties=40.0,
                  local_institution_ties=40.0),
            cells(institution_ties=0.0, region_institution_ties=0.0, all_institution_ties=40.0,
                  local_institution_ties=0.0, tie_ends=270.0),
        ],
        ignore_index=True,
    )  # fmt: skip
    test = institution_test(table)
    assert test["institution_null"][0] == "activity"
    assert test["expected_local_institution_ties"][0] == pytest.approx(4.0)
    assert test["institution_p"][0] == pytest.approx(0.1**40)


def test_region_whose_institutions_have_no_ties_is_not_tested():
    test = institution_test(cells(region_institution_ties=0.0, local_institution_ties=0.0)).iloc[0]
    assert test.isna().all()


def test_cell_beside_institutions_that_it_does_not_use_is_not_surprising():
    test = institution_test(cells(institution_ties=0.0, local_institution_ties=0.0)).iloc[0]
    assert test["institution_p"] == 1.0


def test_q_values_are_by_year():
    table = pd.concat([cells(), cells(), cells(year=2021)], ignore_index=True)
    table.loc[1, "local_institution_ties"] = 0.0
    test = institution_test(table)
    assert test["institution_q"][0] == pytest.approx(2 * test["institution_p"][0])
    assert test["institution_q"][2] == pytest.approx(test["institution_p"][2])


def test_families_are_known_by_their_kinds():
    table = pd.DataFrame({"kind": ["testing", "university"]})
    assert known_families(table) == {"innovation": True, "service": False}
