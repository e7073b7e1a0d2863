r"""Resilience: what a shock costs a cell's firms, and how much of it local partners take up.

What belongs here: a shock propagated through local supply ties, with and without re-routing, and
the same in the network shuffled. What does not: what an input-output table says of a shock to an
industry (`geo.input_output.content` of the final demand that is lost).

The model is linear and of ties, not of values. A firm loses inputs as its suppliers fail, which
travels down the chain, and sales as its customers do, which travels up, each by itself; the larger
of the two losses binds:

.. math::

   u_i = \max(x_i, y_i), \quad
   x_i = \frac{1}{n_i} \sum_{s \to i} (1 - \rho_{si}) x_s, \quad
   y_i = d_i + \frac{1}{m_i} \sum_{i \to c} (1 - \rho'_{ic}) y_c

with all of the firm's :math:`n_i` supplier ties and :math:`m_i` customer ties in the denominators,
so that partners elsewhere, who do not fail, hold it up; for a firm that is lost x = y = 1. Without
re-routing :math:`\rho = \rho' = 0`. With it, what one local partner fails to deliver the others of
the same industry, whom the firm deals with already, make up for by a stated slack each:
:math:`\rho = \min(1, slack \cdot others)`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw
import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.study import Study

    Floats = npt.NDArray[np.float64]
    Keys = npt.NDArray[np.int64]

__all__ = [
    "SHOCKS",
    "SupplyNetwork",
    "resilience_by_cell",
    "shock_losses",
    "supply_network",
    "twin",
]

SHOCKS = ("core_firm", "demand")
"""The firm with most local ties is lost; or half of all sales outside the region are."""

_LOST_DEMAND = 0.5
_FEWEST = 10  # firms of a cell in supply ties
_ROUNDS, _SETTLED = 60, 1e-6
_ENOUGH = 0.5  # of the twins must have a loss that could be re-routed


class SupplyNetwork(NamedTuple):
    """Supply ties of one year by the positions of their firms, and where and what those are."""

    supplier: Keys
    customer: Keys
    region: Keys
    """Region of every firm in a tie, by position."""
    industry: Keys
    keys: Keys
    """Key of every firm in a tie, ascending."""


def supply_network(study: Study, *, year: int) -> SupplyNetwork:
    """Supply ties of one year between firms that live in it, outside ownership groups.

    Parameters
    ----------
    study : Study
        The country.
    year : int
        The year.
    """
    of_year = study.supply.filter(nw.col("year") == year).sort("source_key", "target_key").collect()

    def column(name: str) -> Keys:
        return of_year[name].to_numpy().astype(np.int64)

    ends = np.concatenate([column("source_key"), column("target_key")])
    keys, first, place = np.unique(ends, return_index=True, return_inverse=True)
    half = len(ends) // 2
    regions = np.concatenate([column("supplier_region"), column("customer_region")])
    industries = np.concatenate([column("supplier_industry"), column("customer_industry")])
    return SupplyNetwork(place[:half], place[half:], regions[first], industries[first], keys)


def resilience_by_cell(
    network: SupplyNetwork,
    cells: pd.DataFrame,
    *,
    seed: int,
    twins: int = 99,
    slack: float = 0.25,
) -> pd.DataFrame:
    """What each shock costs each cell, how much re-routing spares, and how much it would by chance.

    The twin of a network has the same firms with as many ties each, and the partners of every pair
    of industries shuffled over the whole country: what is local there is so by chance.

    Parameters
    ----------
    network : SupplyNetwork
        As `supply_network` returns it.
    cells : DataFrame
        The cells that are asked for: region_key, industry_key.
    seed : int
        Of the twins.
    twins : int, default 99
        Shuffled networks.
    slack : float, default 0.25
        How much more of a tie's business a partner can take over.

    Returns
    -------
    DataFrame
        One row per cell with at least 10 firms in supply ties, and shock: region_key,
        industry_key, shock, firms, lost_key (of the core firm), loss, loss_rerouted (mean share of
        business lost over the cell's other firms), rerouting_gain = 1 - loss_rerouted / loss (NaN
        where nothing is lost), twin_gain, twin_gain_low, twin_gain_high (mean and 2.5 and 97.5 %
        points over the twins; NaN where fewer than half of them lose anything), against_twin:
        `more` or `less` resilient where the gain is outside the twins' points, else `alike`.

    References
    ----------
    .. [1] Inoue, H. & Todo, Y. (2019). Firm-level propagation of shocks through supply-chain
       networks. Nature Sustainability 2, 841-847 (substitution among suppliers of one industry).
    .. [2] Diem, C., Borsos, A., Reisch, T., Kertesz, J. & Thurner, S. (2022). Quantifying
       firm-level economic systemic risk from nation-wide supply networks. Scientific Reports 12,
       7719 (losses downstream and upstream, the larger of which binds).
    """
    targets = _targets(network, cells)
    columns = ["loss", "loss_rerouted", "rerouting_gain"]
    table = pd.DataFrame(
        [(*cell, shock) for cell in targets for shock in SHOCKS],
        columns=["region_key", "industry_key", "firms", "lost_key", "shock"],
    )
    losses = shock_losses(network, cells, slack=slack)
    table[columns] = _with_gain(losses)
    rng = np.random.default_rng(seed)
    drawn = np.array(
        [
            _with_gain(shock_losses(twin(network, rng=rng), cells, slack=slack, lost=targets))[:, 2]
            for _ in range(twins)
        ]
    ).reshape(twins, len(table))
    gains = pd.DataFrame(drawn)
    enough = gains.notna().mean() >= _ENOUGH
    low, high = (gains.quantile(q).where(enough).to_numpy() for q in (0.025, 0.975))
    gain = table["rerouting_gain"]
    verdict = np.select([gain > high, gain < low], ["more", "less"], default="alike")
    verdict = verdict.astype(object)
    verdict[gain.isna().to_numpy() | np.isnan(high)] = None
    return table.assign(
        twin_gain=gains.mean().where(enough).to_numpy(),
        twin_gain_low=low,
        twin_gain_high=high,
        against_twin=verdict,
    )


def twin(network: SupplyNetwork, *, rng: np.random.Generator) -> SupplyNetwork:
    """The network with the customers of every pair of industries dealt out anew.

    Every firm keeps the number of its ties with each industry; a pair of firms may be dealt to
    each other twice.
    """
    stratum = network.industry[network.supplier] * (network.industry.max(initial=0) + 1)
    stratum = stratum + network.industry[network.customer]
    order = np.argsort(stratum, kind="stable")
    dealt = np.lexsort((rng.random(len(stratum)), stratum))
    customer = np.empty_like(network.customer)
    customer[order] = network.customer[dealt]
    return network._replace(customer=customer)


def shock_losses(
    network: SupplyNetwork,
    cells: pd.DataFrame,
    *,
    slack: float = 0.25,
    lost: list[tuple[int, int, int, int]] | None = None,
) -> Floats:
    """Mean share of business that each shock costs the firms of each cell.

    Parameters
    ----------
    network : SupplyNetwork
        As `supply_network` returns it.
    cells : DataFrame
        region_key, industry_key.
    slack : float, default 0.25
        As in `resilience_by_cell`.
    lost : list, optional
        Region, industry, firms and the key of the firm lost of every cell; found in the network
        where not given.

    Returns
    -------
    ndarray of float64, shape (n_cells x 2, 2)
        Without re-routing and with it; the two shocks of each cell in turn, for the cells with
        enough firms in order of their keys.
    """
    targets = _targets(network, cells) if lost is None else lost
    ties = _LocalTies.of(network, sorted({cell[0] for cell in targets}), slack)
    found = np.zeros((len(targets) * len(SHOCKS), 2))
    for rerouted in (0, 1):
        for region in sorted({cell[0] for cell in targets}):
            which = [k for k, cell in enumerate(targets) if cell[0] == region]
            rows = [2 * k + s for k in which for s in range(len(SHOCKS))]
            found[rows, rerouted] = _losses_of_region(
                network,
                ties,
                region,
                [targets[k] for k in which],
                slack,
                is_rerouted=bool(rerouted),
            )
    return found


def _with_gain(losses: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        gain = np.where(losses[:, 0] > _SETTLED, 1 - losses[:, 1] / losses[:, 0], np.nan)
    return np.column_stack([losses, np.clip(gain, 0, 1)])


def _targets(network: SupplyNetwork, cells: pd.DataFrame) -> list[tuple[int, int, int, int]]:
    """Region, industry, firms in ties, and key of the firm with most local ties, by cell."""
    is_local = network.region[network.supplier] == network.region[network.customer]
    number = len(network.keys)
    local = np.bincount(network.supplier[is_local], minlength=number)
    local += np.bincount(network.customer[is_local], minlength=number)
    found = []
    for region, industry in sorted(
        set(zip(cells["region_key"], cells["industry_key"], strict=True))
    ):
        mine = np.flatnonzero((network.region == region) & (network.industry == industry))
        if len(mine) >= _FEWEST:
            core = mine[np.argmax(local[mine])]
            found.append((int(region), int(industry), len(mine), int(network.keys[core])))
    return found


class _LocalTies(NamedTuple):
    """Ties inside the regions asked for, and how much of each others would take over."""

    supplier: Keys
    customer: Keys
    region: Keys
    taken_by_suppliers: Floats
    taken_by_customers: Floats
    bought: Floats
    """Supplier ties of every firm, wherever they go."""
    sold: Floats

    @classmethod
    def of(cls, network: SupplyNetwork, regions: list[int], slack: float) -> _LocalTies:
        here = network.region[network.supplier]
        is_local = (here == network.region[network.customer]) & np.isin(here, regions)
        supplier, customer = network.supplier[is_local], network.customer[is_local]
        number = len(network.keys)
        return cls(
            supplier,
            customer,
            here[is_local],
            np.minimum(1, slack * _others(customer, network.industry[supplier])),
            np.minimum(1, slack * _others(supplier, network.industry[customer])),
            np.bincount(network.customer, minlength=number).astype(np.float64),
            np.bincount(network.supplier, minlength=number).astype(np.float64),
        )


def _others(firm: Keys, industry: Keys) -> Floats:
    """How many other ties of the list the firm has with partners of the same industry."""
    code = firm * (industry.max(initial=0) + 1) + industry
    _, place, counts = np.unique(code, return_inverse=True, return_counts=True)
    return (counts[place] - 1).astype(np.float64)


def _losses_of_region(
    network: SupplyNetwork,
    ties: _LocalTies,
    region: int,
    targets: list[tuple[int, int, int, int]],
    slack: float,
    *,
    is_rerouted: bool,
) -> list[float]:
    """Mean loss of each target's firms under each shock."""
    from scipy import sparse

    nodes = np.flatnonzero(network.region == region)
    mine = ties.region == region
    s, c = (np.searchsorted(nodes, ends[mine]) for ends in (ties.supplier, ties.customer))
    bought, sold = (np.maximum(1.0, counts[nodes]) for counts in (ties.bought, ties.sold))
    kept = (
        (1 - ties.taken_by_suppliers[mine], 1 - ties.taken_by_customers[mine])
        if is_rerouted
        else (np.ones(len(s)), np.ones(len(s)))
    )
    shape = (len(nodes), len(nodes))
    inputs = sparse.csr_array((kept[0] / bought[c], (c, s)), shape=shape)
    sales = sparse.csr_array((kept[1] / sold[s], (s, c)), shape=shape)
    local_sales = np.bincount(s, minlength=len(nodes)).astype(np.float64)
    industry = network.industry[nodes]
    demand = np.zeros((len(nodes), len(targets) * len(SHOCKS)))
    fixed = np.zeros_like(demand, dtype=np.bool_)
    for k, (_, code, _, lost_key) in enumerate(targets):
        fixed[np.searchsorted(network.keys[nodes], lost_key), 2 * k] = True
        lost = _LOST_DEMAND * (ties.sold[nodes] - local_sales)
        if is_rerouted:
            lost = lost - np.minimum(lost, slack * local_sales)
        demand[:, 2 * k + 1] = np.where(industry == code, lost / sold, 0.0)
    short = _settled(inputs, np.zeros_like(demand), fixed)
    loss = np.maximum(short, _settled(sales, demand, fixed))
    means = []
    for column in range(demand.shape[1]):
        counted = (industry == targets[column // 2][1]) & ~fixed[:, column]
        means.append(float(loss[counted, column].mean()) if counted.any() else 0.0)
    return means


def _settled(weights: Any, start: Floats, fixed: npt.NDArray[np.bool_]) -> Floats:  # noqa: ANN401
    """Least losses that agree with each other, from those of the shock itself upwards."""
    loss: Floats = np.where(fixed, 1.0, start)
    for _ in range(_ROUNDS):
        after = np.where(fixed, 1.0, np.minimum(start + weights @ loss, 1.0))
        if np.abs(after - loss).max(initial=0.0) < _SETTLED:
            return after
        loss = after
    return loss
