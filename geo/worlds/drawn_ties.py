"""Who trades with whom: supply and talent ties between firms, year by year.

Every firm begins a number of ties, each from a *slot* that lasts: a slot is a purchase or a sale,
its partner's industry follows the input-output table, and its partner is kept from year to year
with a certain chance, or else chosen anew. Where a slot looks for partners (in the place itself,
in one far region, away, anywhere) is what archetypes differ in. Ties with institutions are in
`geo.worlds.building`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.worlds.geography import KM_PER_DEGREE

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.worlds.firms import Firms, Place
    from geo.worlds.geography import Country
    from geo.worlds.recipes import Recipe

__all__ = ["draw_ties"]

_PLAIN, _ANYWHERE, _AWAY, _ONE_REGION, _LOCAL, _HOME = range(6)
_AT_ONCE = 2_000_000  # distances between firms
_AWAY_KM = 120.0  # what is nearer is not away


@dataclass(frozen=True, kw_only=True)
class _Slots:
    """Standing wishes for a tie, as arrays of one length."""

    firm: npt.NDArray[np.int64]
    place: npt.NDArray[np.int64]
    buys: npt.NDArray[np.bool_]
    is_talent: npt.NDArray[np.bool_]
    industry: npt.NDArray[np.int64]
    """Of the partner, where partners are sought outside the place."""
    local_industry: npt.NDArray[np.int64]
    """Of the partner, where it is sought in the place itself."""
    lot: npt.NDArray[np.float64]
    """Uniform in [0, 1); decides where the slot looks, once and for all."""
    is_everyday: npt.NDArray[np.bool_]
    """Whether the supplier is one of those that everybody has at home."""


def draw_ties(
    recipe: Recipe,
    country: Country,
    places: tuple[Place, ...],
    firms: Firms,
    *,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Ties between firms: source, target (positions in `firms`), year, kind, value.

    One row per pair, year and kind; no firm with itself; both ends alive.
    """
    slots = _slots(recipe, places, firms, rng=rng)
    finder = _Finder(recipe, country, places, firms)
    partner = np.full(len(slots.firm), -1)
    scope_before = np.full(len(slots.firm), -1)
    first, last = recipe.years
    tables = []
    for year in range(first, last + 1):
        alive = firms.alive(year)
        scope = _scopes(slots, places, year - first)
        scope[slots.is_everyday & np.isin(scope, (_PLAIN, _ANYWHERE))] = _HOME
        chance = _persistence(slots, scope, recipe, places, year - first)
        keeps = (
            (partner >= 0)
            & alive[partner]
            & (scope == scope_before)
            & (rng.random(len(partner)) < chance)
        )
        seeks = alive[slots.firm] & ~keeps
        partner = np.where(keeps, partner, -1)
        partner[seeks] = finder.find(slots, np.flatnonzero(seeks), scope, alive, rng=rng)
        tables.append(_rows(slots, partner, alive, year))
        scope_before = scope
    ties = pd.concat(tables, ignore_index=True)
    ties = _signed_at_seats(ties, recipe, country, firms, rng=rng).drop_duplicates(
        ["source", "target", "year", "kind"], ignore_index=True
    )
    size = firms.jobs[ties["source"]] * firms.jobs[ties["target"]]
    noise = np.exp(rng.standard_normal(len(ties)))
    return ties.assign(value=np.maximum(1.0, np.round(2.0 * np.sqrt(size) * noise)))


def _slots(
    recipe: Recipe, places: tuple[Place, ...], firms: Firms, *, rng: np.random.Generator
) -> _Slots:
    n = len(firms.region)
    mean = np.full(n, recipe.ties.per_firm)
    talent = np.zeros(n)
    for k, p in enumerate(places):
        mean[firms.place == k] = p.planting.archetype.ties
        talent[firms.place == k] = p.planting.archetype.talent_ties
    # Larger firms trade more, and some trade much: a heavy tail around the mean.
    size = firms.jobs**0.3
    appetite = size / size.mean() * rng.gamma(2.0, 0.5, n)
    supply = np.maximum(rng.poisson(mean * appetite), (mean > 0).astype(np.int64))
    firm = np.concatenate(
        [np.repeat(np.arange(n), supply), np.repeat(np.arange(n), rng.poisson(talent))]
    )
    is_talent = np.arange(len(firm)) >= supply.sum()
    own, place = firms.industry[firm], firms.place[firm]

    inputs = _input_matrix(recipe)
    buys = rng.random(len(firm)) < recipe.ties.bought
    buys = _able_to(inputs, own, buys)
    industry = _partner_industry(inputs, own, buys, rng=rng)
    local_industry = industry.copy()
    for k, p in enumerate(places):
        mine = np.flatnonzero(place == k)
        inside = np.zeros_like(inputs)
        block = np.ix_(p.industries, p.industries)
        inside[block] = inputs[block]
        local_buys = _able_to(inside, own[mine], buys[mine])
        buys[mine] = local_buys
        local_industry[mine] = _partner_industry(inside, own[mine], local_buys, rng=rng)
        industry[mine] = _partner_industry(inputs, own[mine], local_buys, rng=rng)
    return _Slots(
        firm=firm,
        place=place,
        buys=buys,
        is_talent=is_talent,
        industry=industry,
        local_industry=local_industry,
        lot=rng.random(len(firm)),
        # From a stream of its own: a country without such suppliers stays as it was.
        is_everyday=rng.spawn(1)[0].random(len(firm))
        < np.array([i.everyday for i in recipe.industries])[np.where(buys, industry, own)],
    )


def _able_to(
    inputs: npt.NDArray[np.float64], own: npt.NDArray[np.int64], buys: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Who buys, once those that cannot buy sell and those that cannot sell buy."""
    can_buy, can_sell = inputs.sum(0)[own] > 0, inputs.sum(1)[own] > 0
    able: npt.NDArray[np.bool_] = (buys & can_buy) | ~can_sell
    return able


def _input_matrix(recipe: Recipe) -> npt.NDArray[np.float64]:
    """Coefficients by supplying (row) and using industry, weighted by the users' output."""
    codes = {i.code: k for k, i in enumerate(recipe.industries)}
    matrix = np.zeros((len(codes), len(codes)))
    for supplier, user, coefficient in recipe.inputs:
        matrix[codes[supplier], codes[user]] = coefficient
    output = np.array([i.share * i.jobs for i in recipe.industries])
    weighted: npt.NDArray[np.float64] = matrix * output
    return weighted


def _partner_industry(
    inputs: npt.NDArray[np.float64],
    own: npt.NDArray[np.int64],
    buys: npt.NDArray[np.bool_],
    *,
    rng: np.random.Generator,
) -> npt.NDArray[np.int64]:
    """Industry of each partner: along the column for a purchase, along the row for a sale.

    Where the table holds nothing for that industry, the partner is of the same industry.
    """
    weight = np.concatenate([inputs.T, inputs])  # rows: own industry as buyer, then as seller
    total = weight.sum(axis=1)
    step = np.cumsum(weight, axis=1) / np.where(total > 0, total, 1.0)[:, None]
    row = np.where(buys, own, own + len(inputs))
    found = (step[row] <= rng.random(len(own))[:, None]).sum(axis=1)
    picked: npt.NDArray[np.int64] = np.where(
        total[row] > 0, np.minimum(found, len(inputs) - 1), own
    ).astype(np.int64)
    return picked


def _scopes(slots: _Slots, places: tuple[Place, ...], elapsed: int) -> npt.NDArray[np.int64]:
    scope = np.full(len(slots.firm), _PLAIN)
    for k, p in enumerate(places):
        kind = p.planting.archetype
        mine = slots.place == k
        over = kind.linking_ends is not None and elapsed >= kind.linking_ends
        local = 0.0 if elapsed < kind.linking_begins or over else kind.local_share
        lot = slots.lot[mine]
        far, away = local + kind.one_region_share, local + kind.one_region_share + kind.away_share
        scope[mine] = np.select(
            [slots.is_talent[mine] | (lot < local), lot < far, lot < away],
            [_LOCAL, _ONE_REGION, _AWAY],
            _PLAIN if kind.like_plain else _ANYWHERE,
        )
    return scope


def _persistence(
    slots: _Slots,
    scope: npt.NDArray[np.int64],
    recipe: Recipe,
    places: tuple[Place, ...],
    elapsed: int,
) -> npt.NDArray[np.float64]:
    chance = np.full(len(scope), recipe.ties.persistence)
    for k, p in enumerate(places):
        kind = p.planting.archetype
        mine = slots.place == k
        other = (
            recipe.ties.persistence if kind.other_persistence is None else kind.other_persistence
        )
        other = 0.05 if kind.rerouting_year == elapsed else other
        chance[mine] = np.where(scope[mine] == _LOCAL, kind.local_persistence, other)
    return chance


class _Finder:
    """Draws partners by size: first a region, then a firm in it, or firms by their distance."""

    def __init__(
        self, recipe: Recipe, country: Country, places: tuple[Place, ...], firms: Firms
    ) -> None:
        self.places, self.firms = places, firms
        self.n_regions, self.n_industries = len(country.weight), len(recipe.industries)
        self.cell = firms.industry * self.n_regions + firms.region
        self.order = np.argsort(self.cell, kind="stable")
        self.ends = np.searchsorted(
            self.cell[self.order], np.arange(self.n_regions * self.n_industries + 1)
        )
        flat = np.ones_like(country.distance_km)
        near = country.distance_km
        decay, power = recipe.ties.decay_km, recipe.ties.decay_power
        self.kernel = {
            _PLAIN: flat if decay is None else 1.0 / (1.0 + (near / decay) ** power),
            _ANYWHERE: flat,
            # In a small country 'away' is at least some other region.
            _AWAY: ((near > min(_AWAY_KM, np.median(near))) & ~np.eye(len(near), dtype=bool)) * 1.0,
        }
        self.kernel[_HOME] = np.eye(len(near))
        self.between_firms = recipe.ties.between_firms
        self.decay = decay or np.inf, power
        self.exponent = recipe.ties.size_exponent
        reachable = np.array([p.planting.archetype.reachable for p in places] + [True])
        self.is_reachable = reachable[firms.place]  # plain firms, at -1, read the last

    def find(
        self,
        slots: _Slots,
        which: npt.NDArray[np.int64],
        scope: npt.NDArray[np.int64],
        alive: npt.NDArray[np.bool_],
        *,
        rng: np.random.Generator,
    ) -> npt.NDArray[np.int64]:
        """Partners for the slots `which`; -1 where nobody fits."""
        partner = np.full(len(which), -1)
        for _ in range(3):  # again for those who drew themselves
            for look in (_PLAIN, _ANYWHERE, _AWAY, _ONE_REGION, _HOME):
                mine = np.flatnonzero((scope[which] == look) & (partner < 0))
                if len(mine):
                    partner[mine] = self._elsewhere(slots, which[mine], look, alive, rng=rng)
            for k in np.unique(slots.place[which][scope[which] == _LOCAL]):
                mine = (scope[which] == _LOCAL) & (slots.place[which] == k) & (partner < 0)
                at = np.flatnonzero(mine)
                partner[at] = self._local(slots, which[at], int(k), alive, rng=rng)
            partner[partner == slots.firm[which]] = -1
        return partner

    def _elsewhere(
        self,
        slots: _Slots,
        which: npt.NDArray[np.int64],
        look: int,
        alive: npt.NDArray[np.bool_],
        *,
        rng: np.random.Generator,
    ) -> npt.NDArray[np.int64]:
        exponent = np.full(len(which), self.exponent)
        for k, p in enumerate(self.places):
            own = p.planting.archetype.size_exponent
            if own is not None:
                exponent[slots.place[which] == k] = own
        partner = np.full(len(which), -1)
        for power in np.unique(exponent):
            weight = np.where(alive & self.is_reachable, self.firms.jobs**power, 0.0)
            mine = np.flatnonzero(exponent == power)
            partner[mine] = self._by_weight(slots, which[mine], look, weight, rng=rng)
        return partner

    def _by_weight(
        self,
        slots: _Slots,
        which: npt.NDArray[np.int64],
        look: int,
        weight: npt.NDArray[np.float64],
        *,
        rng: np.random.Generator,
    ) -> npt.NDArray[np.int64]:
        home, industry = self.firms.region[slots.firm[which]], slots.industry[which]
        if self.between_firms and look in {_PLAIN, _HOME}:
            return self._by_distance(slots.firm[which], industry, look, weight, rng=rng)
        if look == _ONE_REGION:
            region = np.array([p.far_region for p in self.places])[slots.place[which]]
        else:
            region = np.empty(len(which), dtype=np.int64)
            mass = np.bincount(self.cell, weight, self.n_regions * self.n_industries)
            mass = mass.reshape(self.n_industries, self.n_regions)
            for i in np.unique(industry):
                step = np.cumsum(self.kernel[look] * mass[i], axis=1)
                at = np.flatnonzero(industry == i)
                aim = rng.random(len(at)) * step[home[at], -1]
                found = (step[home[at]] <= aim[:, None]).sum(axis=1)
                region[at] = np.minimum(found, self.n_regions - 1)
        return self._in_cell(industry * self.n_regions + region, weight, rng=rng)

    def _by_distance(
        self,
        firm: npt.NDArray[np.int64],
        industry: npt.NDArray[np.int64],
        look: int,
        weight: npt.NDArray[np.float64],
        *,
        rng: np.random.Generator,
    ) -> npt.NDArray[np.int64]:
        """Partners by weight and distance between firms; of the own region alone if at `_HOME`."""
        decay, power = self.decay
        lonlat, region = self.firms.lonlat, self.firms.region
        partner = np.full(len(firm), -1)
        for i in np.unique(industry):
            pool = np.flatnonzero((self.firms.industry == i) & (weight > 0))
            seekers = np.flatnonzero(industry == i)
            if not len(pool):
                continue
            for some in np.array_split(seekers, len(seekers) * len(pool) // _AT_ONCE + 1):
                of = firm[some]
                step = (lonlat[of][:, None] - lonlat[pool][None]) * KM_PER_DEGREE
                step[..., 0] *= np.cos(np.radians(lonlat[of, 1]))[:, None]
                likely = weight[pool] / (
                    1.0 + (np.hypot(*np.moveaxis(step, 2, 0)) / decay) ** power
                )
                likely[of[:, None] == pool] = 0.0
                if look == _HOME:
                    likely[region[of][:, None] != region[pool]] = 0.0
                upto = np.cumsum(likely, axis=1)
                drawn = (upto <= (rng.random(len(of)) * upto[:, -1])[:, None]).sum(axis=1)
                found = pool[np.minimum(drawn, len(pool) - 1)]
                partner[some] = np.where(upto[:, -1] > 0, found, -1)
        return partner

    def _in_cell(
        self,
        cell: npt.NDArray[np.int64],
        weight: npt.NDArray[np.float64],
        *,
        rng: np.random.Generator,
    ) -> npt.NDArray[np.int64]:
        step = np.concatenate([[0.0], np.cumsum(weight[self.order])])
        low, high = step[self.ends[cell]], step[self.ends[cell + 1]]
        aim = low + rng.random(len(cell)) * (high - low)
        at = np.clip(
            np.searchsorted(step, aim, side="right") - 1,
            self.ends[cell],
            np.maximum(self.ends[cell + 1] - 1, 0),
        )
        firm = self.order[np.minimum(at, len(self.order) - 1)]
        found: npt.NDArray[np.int64] = np.where((high > low) & (weight[firm] > 0), firm, -1)
        return found

    def _local(
        self,
        slots: _Slots,
        which: npt.NDArray[np.int64],
        k: int,
        alive: npt.NDArray[np.bool_],
        *,
        rng: np.random.Generator,
    ) -> npt.NDArray[np.int64]:
        place = self.places[k]
        kind = place.planting.archetype
        here = alive & np.isin(self.firms.region, place.regions)
        if kind.through_hub:
            lead = np.where(here & (self.firms.place == k), self.firms.jobs, 0.0)
            lead = np.where(self.firms.industry == place.industries[0], lead, 0.0)
            return np.full(len(which), int(np.argmax(lead)) if lead.any() else -1)
        if kind.groups >= 1.0:
            here &= self.firms.place == k
        partner = np.full(len(which), -1)
        wanted = slots.local_industry[which]
        for i in np.unique(wanted):
            pool = np.flatnonzero(here & (self.firms.industry == i))
            if not len(pool):
                continue
            step = np.cumsum(self.firms.jobs[pool] ** kind.local_size_exponent)
            at = np.flatnonzero(wanted == i)
            drawn = np.searchsorted(step, rng.random(len(at)) * step[-1], side="right")
            partner[at] = pool[np.minimum(drawn, len(pool) - 1)]
        return partner


def _signed_at_seats(
    ties: pd.DataFrame,
    recipe: Recipe,
    country: Country,
    firms: Firms,
    *,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Supply ties in which a seat in the largest region stands for the plants that it signs for."""
    if not recipe.ties.headquarters:
        return ties
    n = len(firms.region)
    metropolis = int(np.argmax(country.weight))
    seat = np.arange(n)
    for industry in range(len(recipe.industries)):
        there = (firms.industry == industry) & (firms.region == metropolis) & (firms.place < 0)
        seats = np.flatnonzero(there & (firms.closed > recipe.years[1]))
        seats = seats[np.argsort(-firms.jobs[seats], kind="stable")][:5]
        branches = np.flatnonzero((firms.industry == industry) & (firms.place < 0))
        branches = branches[rng.random(len(branches)) < recipe.ties.headquarters]
        if len(seats):
            seat[branches] = rng.choice(seats, len(branches))
    target = ties["target"].to_numpy()
    opened = firms.opened[seat[target]] <= ties["year"].to_numpy()
    signed = np.where((ties["kind"] == "supply") & opened, seat[target], target)
    found: pd.DataFrame = ties.assign(target=signed)
    return found[found["source"] != found["target"]]


def _rows(
    slots: _Slots,
    partner: npt.NDArray[np.int64],
    alive: npt.NDArray[np.bool_],
    year: int,
) -> pd.DataFrame:
    on = (partner >= 0) & alive[slots.firm]
    firm, other, buys = slots.firm[on], partner[on], slots.buys[on]
    return pd.DataFrame(
        {
            "source": np.where(buys, other, firm),
            "target": np.where(buys, firm, other),
            "year": year,
            "kind": np.where(slots.is_talent[on], "talent", "supply"),
        }
    )
