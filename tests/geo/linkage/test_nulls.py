"""Countries with nothing but size, nothing but distance, nothing but churn: what tests say there.

Each country is drawn many times. P-values have to be those of chance or larger, never smaller: the
counts are whole numbers, and tests allow for ties that bunch by firm where none do.
"""

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy.stats import binom

from geo.classification.families import SUPPLY
from geo.classification.questions import is_beyond_reach, is_lasting_family
from geo.linkage.collaboration.persistence import persistence_by_cell
from geo.settings import Thresholds
from geo.study.keys import Sizes
from tests.geo.linkage.null_countries import linkage_of

FLOOR = Thresholds().tie_persistence


def drawn(seeds, **what):
    """First years of as many countries, one below the other."""
    tables = [linkage_of(seed, **what) for seed in range(seeds)]
    return pd.concat([t[t["year"] == 2020].assign(seed=k) for k, t in enumerate(tables)])


def rejects_no_more_than_it_says(p):
    """Rates at several levels within the error of so many tests, and no excess below one half.

    The last bound is that of Dvoretzky, Kiefer and Wolfowitz, as Massart (1990) made it exact.
    """
    p = p.dropna().to_numpy()
    assert len(p) > 300
    for level in (0.001, 0.01, 0.05, 0.2):
        # Cells of one country share ties, so this is the error of half as many tests.
        most = binom.ppf(0.999, len(p) // 2, level) / (len(p) // 2)
        assert np.mean(p <= level) <= most
    # At no level up to one half does the distribution of p-values lie above that of chance. (Above
    # it lies a little: a variance that counts what was estimated draws p-values to the middle.)
    levels = np.sort(p[p <= 0.5])
    excess = (np.arange(1, len(levels) + 1) / len(p) - levels).max()
    assert np.exp(-2 * len(p) * max(excess, 0) ** 2) > 0.01


SIZES_ONLY = {
    "firms all alike": {},
    "sizes of a heavy tail": {"heavy": 1.5},
    "sizes without a variance, many ties": {"heavy": 1.05, "per_firm": 10},
    "ties that churn": {"heavy": 1.5, "kept": 0.3, "years": 2},
}


@pytest.mark.slow
@pytest.mark.parametrize("what", SIZES_ONLY.values(), ids=SIZES_ONLY.keys())
def test_where_ties_follow_size_and_no_place_neither_null_rejects(what):
    table = drawn(20, **what)
    for column in ("matching_p", "reach_p", "reach_p_without_hub"):
        rejects_no_more_than_it_says(table[column])


@pytest.mark.slow
@pytest.mark.parametrize("heavy", [None, 1.3])
@pytest.mark.parametrize("decay_km", [80, 40, 15])
def test_where_ties_follow_distance_the_usual_reach_holds_and_random_matching_does_not(
    decay_km, heavy
):
    table = drawn(20, decay_km=decay_km, heavy=heavy, per_firm=6)
    rejects_no_more_than_it_says(table["reach_p"])
    assert (table["matching_p"] <= 0.05).mean() > 0.25
    # One country in twenty may call a cell more than usual.
    is_more = is_beyond_reach(SUPPLY, table, Thresholds()).fillna(value=False)
    assert is_more.groupby(table["seed"]).any().sum() <= binom.ppf(0.999, 20, 0.05)


def test_where_ties_follow_size_no_cell_is_beyond_the_usual_reach():
    table = drawn(4, heavy=1.2, per_firm=6)
    assert not is_beyond_reach(SUPPLY, table, Thresholds()).fillna(value=False).any()


@pytest.mark.slow
@pytest.mark.parametrize("institutions", [12, 60])
def test_institutions_that_look_at_size_alone_are_not_embedded(institutions):
    table = drawn(30, heavy=1.3, institutions=institutions, per_firm=2)
    rejects_no_more_than_it_says(table["institution_p"])


SUPPLIERS, CUSTOMERS = 40, 25


def churned(rng, *, kept, ends_with, cells=250):
    """Cells of customers with several local suppliers each, a year later.

    Ties end one by one, or all those of a customer or of a supplier together.
    """
    parts = []
    for region in range(cells):
        partners = np.minimum(rng.geometric(0.2, CUSTOMERS), SUPPLIERS)
        customer = np.repeat(np.arange(CUSTOMERS), partners)
        pull = rng.pareto(1.5, SUPPLIERS) + 0.3
        supplier = np.concatenate(
            [rng.choice(SUPPLIERS, k, replace=False, p=pull / pull.sum()) for k in partners]
        )
        chance = {
            "itself": rng.random(len(customer)),
            "its customer": rng.random(CUSTOMERS)[customer],
            "its supplier": rng.random(SUPPLIERS)[supplier],
        }[ends_with]
        first = region * (SUPPLIERS + CUSTOMERS)
        parts.append(
            pl.DataFrame(
                {
                    "supplier_region": np.full(len(customer), region),
                    "source_key": first + supplier,
                    "target_key": first + SUPPLIERS + customer,
                    "lasts": chance < kept,
                    "is_seen_later": False,
                }
            )
        )
    ties = pl.concat(parts).with_columns(
        year=2020,
        customer_region="supplier_region",
        supplier_industry=0,
        customer_industry=1,
        is_local=True,
        is_stable=True,
        lives_on=True,
    )
    sizes = Sizes(2020, 1, cells, 2, cells * (SUPPLIERS + CUSTOMERS))
    table = persistence_by_cell(nw.from_native(ties.lazy()), sizes=sizes)
    return table[table["industry_key"] == 1].assign(persistence_base_rate=kept, link_coverage=1.0)


@pytest.mark.parametrize("ends_with", ["itself", "its customer", "its supplier"])
@pytest.mark.parametrize("kept", [0.3, FLOOR, 0.8])
def test_ties_that_end_alike_everywhere_are_seldom_called_more_stable_or_less(kept, ends_with):
    table = churned(np.random.default_rng(8), kept=kept, ends_with=ends_with)
    # The interval is of 95 %. Where ties bunch, their few bunches make it an approximate one.
    nominal = 0.025 if ends_with == "itself" else 0.05
    most = binom.ppf(0.999, len(table), nominal) / len(table)
    assert (table["tie_persistence_low"] > kept).mean() <= most
    assert (table["tie_persistence_high"] < kept).mean() <= most
    answer = is_lasting_family(SUPPLY, table, Thresholds())
    if kept <= FLOOR:
        assert answer.fillna(value=False).mean() <= most
    if kept >= FLOOR:
        assert (~answer).fillna(value=False).mean() <= most
