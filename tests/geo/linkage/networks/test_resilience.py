import numpy as np
import pandas as pd
import pytest

from geo.linkage.networks.resilience import (
    SupplyNetwork,
    resilience_by_cell,
    shock_losses,
    supply_network,
    twin,
)
from tests.geo.studies import study_of

HERE, FAR = 0, 1
MAKERS, SUPPLIERS = 10, 11  # industries


def network(supplier, customer, region, industry):
    number = len(region)
    return SupplyNetwork(
        *(np.asarray(values, dtype=np.int64) for values in (supplier, customer, region, industry)),
        np.arange(number),
    )


def ten_makers(suppliers_each):
    """Ten makers (0-9) here, each buying from the first of ten suppliers (10-19) and more."""
    supplier, customer = [], []
    for maker in range(10):
        for k in range(suppliers_each):
            supplier.append(10 + (0 if k == 0 else 1 + (maker + k) % 9))
            customer.append(maker)
    return network(supplier, customer, [HERE] * 20, [MAKERS] * 10 + [SUPPLIERS] * 10)


def losses(made, industry, **options):
    cells = pd.DataFrame({"region_key": [HERE], "industry_key": [industry]})
    return shock_losses(made, cells, **options)


def test_makers_with_one_supplier_each_lose_all_when_it_is_lost():
    # Supplier 10 sells to all ten makers; the makers' own core firm is maker 0, so the loss of
    # supplier 10 is the suppliers' cell's shock: its other firms sell to nobody and lose nothing.
    made = network([10] * 10, range(10), [HERE] * 11, [MAKERS] * 10 + [SUPPLIERS])
    lost = [(HERE, MAKERS, 10, 10)]
    assert losses(made, MAKERS, lost=lost)[0].tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("suppliers_each", "loss", "rerouted"),
    [(2, 1 / 2, 1 / 2 * 3 / 4), (4, 1 / 4, 1 / 4 * 1 / 4)],
)
def test_others_of_the_same_industry_take_over_their_slack_each(suppliers_each, loss, rerouted):
    # A maker loses 1 of n ties; n - 1 others make up for a quarter of it each.
    made = ten_makers(suppliers_each)
    lost = [(HERE, MAKERS, 10, 10)]
    assert losses(made, MAKERS, lost=lost)[0].tolist() == pytest.approx([loss, rerouted])


def test_a_partner_elsewhere_does_not_fail():
    # Maker 0 buys from supplier 10 here and from supplier 11 far away; half of its inputs stay.
    made = network(
        [10] * 10 + [11] * 10,
        [*range(10), *range(10)],
        [HERE] * 11 + [FAR],
        [MAKERS] * 10 + [SUPPLIERS] * 2,
    )
    assert losses(made, MAKERS, lost=[(HERE, MAKERS, 10, 10)])[0].tolist() == [0.5, 0.5]


def test_half_of_sales_elsewhere_are_lost_and_local_customers_take_a_quarter_of_a_tie_each():
    # Ten makers sell one tie far away and two here: a sixth of their sales is lost (1/2 of 1
    # of 3), and two local customers would take over 1/4 tie each, which is all of it.
    supplier = np.repeat(np.arange(10), 3)
    customer = np.tile([20, 10, 11], 10)
    made = network(supplier, customer, [HERE] * 20 + [FAR], [MAKERS] * 10 + [SUPPLIERS] * 11)
    demand = losses(made, MAKERS)[1]
    assert demand.tolist() == [pytest.approx(1 / 6), pytest.approx(0.0)]


def test_what_is_lost_travels_up_and_down_the_chain():
    # Firm 10 supplies 0, which supplies 1, and so on: the whole chain stands still.
    made = network([10, *range(9)], [0, *range(1, 10)], [HERE] * 11, [MAKERS] * 10 + [SUPPLIERS])
    assert losses(made, MAKERS, lost=[(HERE, MAKERS, 10, 10)])[0].tolist() == [1.0, 1.0]


def test_a_cell_of_few_firms_is_not_judged():
    made = network([0], [1], [HERE, HERE], [MAKERS, SUPPLIERS])
    assert len(losses(made, MAKERS)) == 0
    cells = pd.DataFrame({"region_key": [HERE], "industry_key": [MAKERS]})
    assert len(resilience_by_cell(made, cells, seed=0, twins=3)) == 0


def test_without_ties_no_cell_is_judged():
    cells = pd.DataFrame({"region_key": [HERE], "industry_key": [MAKERS]})
    assert len(resilience_by_cell(network([], [], [], []), cells, seed=0, twins=3)) == 0


def test_the_twin_keeps_how_many_ties_every_firm_has_with_each_industry():
    rng = np.random.default_rng(0)
    made = network(
        rng.integers(0, 40, 300),
        rng.integers(0, 40, 300),
        rng.integers(0, 3, 40),
        np.arange(40) % 4,
    )
    shuffled = twin(made, rng=rng)
    assert (shuffled.customer != made.customer).any()

    def degrees(one):
        sold = np.zeros((40, 4))
        np.add.at(sold, (one.supplier, one.industry[one.customer]), 1)
        bought = np.zeros((40, 4))
        np.add.at(bought, (one.customer, one.industry[one.supplier]), 1)
        return sold, bought

    for before, after in zip(degrees(made), degrees(shuffled), strict=True):
        assert (before == after).all()


def country(local_share, seed):
    """Two industries in ten regions; in region 0 a share of the ties stays at home."""
    rng = np.random.default_rng(seed)
    region = np.tile(np.repeat(np.arange(10), 20), 2)
    industry = np.repeat([SUPPLIERS, MAKERS], 200)
    supplier = np.repeat(np.arange(200), 5)
    at_home = (region[supplier] == HERE) & (rng.random(1000) < local_share)
    customer = np.where(at_home, 200 + rng.integers(0, 20, 1000), 200 + rng.integers(0, 200, 1000))
    return network(supplier, customer, region, industry)


def test_a_cell_that_lives_off_itself_is_more_resilient_than_its_network_shuffled():
    cells = pd.DataFrame({"region_key": [HERE, 3], "industry_key": SUPPLIERS})
    table = resilience_by_cell(country(0.6, seed=1), cells, seed=2, twins=60)
    by = table.set_index(["region_key", "shock"])
    assert by.loc[(HERE, "demand"), "against_twin"] == "more"
    assert by.loc[(3, "demand"), "against_twin"] == "alike"


@pytest.mark.slow
def test_where_nothing_is_planted_one_cell_in_twenty_is_outside_its_twins():
    cells = pd.DataFrame({"region_key": range(10), "industry_key": SUPPLIERS})
    said = pd.concat(
        resilience_by_cell(country(0, seed=s), cells, seed=s, twins=60).query("shock == 'demand'")
        for s in range(30)
    )
    outside = (said["against_twin"] != "alike").mean()
    # 300 cells at 5 %: standard error 1.3 %.
    assert outside < 0.05 + 3 * 0.013


def test_same_seed_same_figures_whatever_the_order_of_rows():
    firms = pd.DataFrame(
        {"firm_key": np.arange(60), "year": 2020, "region_key": np.arange(60) % 2,
         "industry_key": np.arange(60) // 30, "group_key": np.nan}
    )  # fmt: skip
    rng = np.random.default_rng(3)
    ties = pd.DataFrame(
        {"source_key": rng.integers(0, 30, 200), "target_key": rng.integers(30, 60, 200),
         "year": 2020, "kind": "supply"}
    ).drop_duplicates()  # fmt: skip
    cells = pd.DataFrame({"region_key": [0, 1], "industry_key": 0})

    def figures(order):
        made = supply_network(study_of(firms, ties.loc[order], firms=60), year=2020)
        return resilience_by_cell(made, cells, seed=4, twins=20)

    pd.testing.assert_frame_equal(figures(ties.index), figures(ties.index[::-1]))
