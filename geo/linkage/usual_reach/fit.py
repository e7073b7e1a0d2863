r"""Fitting the usual reach of trade: how ties fall off with distance, and who trades how much.

Expected ties of a stratum between a supplier in region r and a customer in region q, at a distance
of class k:

.. math:: E = a_r\, b_q\, f_k, \qquad f_k = \bar f_k\, d_{gk}

:math:`\bar f` is the curve of all strata together, :math:`d_g` what sets the strata of one giver
apart, drawn to 1. The activities a and b belong to a region, drawn to what is usual at its place.
Usual is learned where nothing stands out: the blocks of concentrated cells are left out at first,
and those that do not stand out from the rest come back in.

References
----------
.. [1] Wilson, A. G. (1971). A family of spatial interaction models, and associated developments.
   Environment and Planning A 3(1), 1-32.
.. [2] Goodman, L. A. (1968). The analysis of cross-classified data: independence,
   quasi-independence, and interactions in contingency tables with or without missing entries.
   Journal of the American Statistical Association 63, 1091-1131 (blocks that are left out).
.. [3] Hadi, A. S. & Simonoff, J. S. (1993). Procedures for the identification of multiple outliers
   in linear models. Journal of the American Statistical Association 88, 1264-1272 (begin with what
   is surely usual, and let in what fits).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.linkage.tails import overdispersed_tail
from geo.linkage.usual_reach.model import GIVER_PRIOR, Kernel, Reach, expected_local
from geo.linkage.usual_reach.trade.distance_classes import BINS, CLASSES
from geo.linkage.usual_reach.trade.points import sums_at

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.linkage.usual_reach.trade.trades import Trade

    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

__all__ = ["fit_reach"]

_SWEEPS = 40  # of the activities and the curve, at most
_TRIAL_SWEEPS = 9  # of a fit that only compares
_ROUNDS = 8  # of leaving blocks out
_STILL = 3e-3  # relative change of the curve at which sweeping ends
_CURVE_PRIOR = 5.0  # ties that the next longer distance weighs in a class
_FIRST_PRIOR = 5.0  # ties that what is usual weighs in an activity, before it is estimated
_PRIORS = (0.05, 200.0)  # between which it is estimated
_ALIKE = 30.0  # from which regions trade so much alike that no other way need be tried
_FIXED = 1e12  # prior of activities that are not estimated
_ENTER, _LEAVE = 2.5, 2.0  # standard errors at which a block is left out, and comes back in
_STRICTER = 1.0  # standard errors more where no end is concentrated
_LACK_OF_FIT = 0.02  # variance of the logarithm of what is expected, for a block to stand out
_FEWEST = 1.5  # ties of a block that stands out
_SLOPE_SPREAD = 0.35  # of the elasticities of trade at home among givers, before anything is seen
_SLOPES = (-1.2, 0.5)
_STEADY = 0.05  # change of an elasticity that matters
_FEWEST_AT_HOME, _FEWEST_BLOCKS = 5.0, 5  # ties and blocks that tell of an elasticity
_EVERYDAY_PRIOR = 5.0  # ties of a region that its ratio is drawn to 1 by
_FEW_REGIONS, _MANY_REGIONS = 5, 10
_NEWTON_STEPS = 30
_TINY = 1e-300
_HOME_RATIOS = (1e-2, 1e4)  # of the curve at one place to that between places
_LEAST_POTENTIAL = 1e-12  # weighted pairs of a stratum, below which nobody could trade
_BOUNDS = (1e-30, 1e30)  # of the curve, so that it fits in single precision


def fit_reach(trades: list[Trade], *, givers: int, given_activity: bool = True) -> Reach:
    """Fit the curve and the activities, with the blocks that stand out left out.

    Parameters
    ----------
    trades : list of Trade
        As `trade_of` returns them; their activities are changed.
    givers : int
        Number of givers.
    given_activity : bool, default True
        Whether what every region trades is given, so that only with whom is asked. Where not,
        every possible pair is taken to be as likely as any other at its distance.

    Notes
    -----
    Which side trades alike everywhere is told by the data: of the four ways, the one under which
    regions differ least in how much they trade beside what is expected of them.
    """
    prior = _FIRST_PRIOR if given_activity else _FIXED
    reach = Reach(
        trades=trades,
        curve=np.ones(CLASSES),
        deviation=np.ones((givers, CLASSES)),
        seen=np.zeros((givers, CLASSES)),
        base=np.zeros((givers, CLASSES)),
        priors=(prior, prior),
        home=np.zeros(givers),
        everyday=np.ones(givers),
        levelled=(False, given_activity),
    )
    if not trades:
        return reach
    if given_activity:
        _choose_levelled(reach)
    for _ in range(_ROUNDS):
        _sweep(reach, _SWEEPS, learns=given_activity)
        blocks = [_blocks(reach, trade) for trade in trades]
        changed = [
            _leave_out_what_stands_out(trade, *of_trade)
            for trade, of_trade in zip(trades, blocks, strict=True)
        ]
        moved = _learn_at_home(reach, blocks) if given_activity else 0.0
        if not any(changed) and moved < _STEADY:
            break
    return reach


def _choose_levelled(reach: Reach) -> None:
    """Try which sides trade alike everywhere; keep the way in which regions differ least."""
    best, found = -np.inf, reach.levelled
    for way in ((False, True), (False, False), (True, True), (True, False)):
        reach.levelled = way
        _restart(reach)
        _sweep(reach, _TRIAL_SWEEPS, learns=True)
        likeness = float(np.log(reach.priors).sum())
        if likeness > best + 0.5:
            best, found = likeness, way
        if min(reach.priors) >= _ALIKE:
            break
    reach.levelled = found
    _restart(reach)


def _restart(reach: Reach) -> None:
    """Forget what a trial has learned."""
    reach.curve, reach.priors = np.ones(CLASSES), (_FIRST_PRIOR, _FIRST_PRIOR)
    reach.deviation = np.ones_like(reach.deviation)
    for trade in reach.trades:
        trade.restart()


def _sweep(reach: Reach, sweeps: int, *, learns: bool) -> None:
    """Estimate activities and curve in turn until the curve stands still."""
    kept = [trade.kept_ties() for trade in reach.trades]
    seen = np.zeros_like(reach.deviation)
    for trade, (_, _, classes) in zip(reach.trades, kept, strict=True):
        seen[trade.giver] = classes
        trade.at_home_fitted = trade.at_home
    for sweep in range(sweeps):
        base, told = np.zeros_like(seen), np.zeros((2, 2))
        for trade, (sold, bought, _) in zip(reach.trades, kept, strict=True):
            told += _update_activities(trade, (sold, bought), reach)
            base[trade.giver] = trade.expected_classes()
        change = _update_curves(reach, seen, base)
        if learns and sweep % 3 == 2:
            one, other = np.clip(told[1] / np.maximum(told[0], 1e-9), *_PRIORS)
            reach.priors = float(one), float(other)
        if change < _STILL and sweep > 7:
            break


def _update_activities(trade: Trade, kept: tuple[Floats, Floats], reach: Reach) -> Floats:
    """Update both activities; return what tells how much regions differ, shape (2, sides).

    A region's activity has a gamma prior about what is usual there. The weight of the prior is
    that of the negative binomial counts that regions show: the squares of what is expected over
    the squares of what is seen beyond a Poisson count (method of moments).
    """
    curve = reach.curve_of(trade.giver)
    told = np.zeros((2, 2))
    usual, activity = list(trade.usual), list(trade.activity)
    for side, of in enumerate((trade.sellers, trade.buyers)):
        potential, whole = trade.potentials(curve, side, activity[1 - side])
        usual[side] = np.ones(len(potential))
        if reach.levelled[side]:
            usual[side] = of.parties / np.maximum(whole, _TINY)
        ties, prior = kept[side], reach.priors[side]
        whole_potential = of.sums(usual[side] * potential)
        # Ties that no possible pair could have (places are rounded) tell of no activity.
        scale = np.where(
            whole_potential > _LEAST_POTENTIAL,
            of.sums(ties) / np.maximum(whole_potential, _LEAST_POTENTIAL),
            1.0,
        )
        usual[side] *= scale[of.stratum]
        expected = usual[side] * potential
        activity[side] = usual[side] * (ties + prior) / (expected + prior)
        told[:, side] = ((ties - expected) ** 2 - ties).sum(), (expected**2).sum()
    trade.usual = usual[0], usual[1]
    trade.set_activity(activity[0], activity[1])
    return told


def _update_curves(reach: Reach, seen: Floats, base: Floats) -> float:
    """Update the curve of all and the deviations of givers; return the largest change."""
    whole = seen.sum(axis=0)
    curve = _pooled_curve(whole, (base * reach.deviation).sum(axis=0))
    # Only products of curve and activities matter: the curve is 1 on average over ties.
    curve /= np.exp((np.log(curve) * whole).sum() / max(whole.sum(), _TINY))
    reach.seen, reach.base = seen, base * curve
    deviation = (seen + GIVER_PRIOR) / (reach.base + GIVER_PRIOR)
    change = max(
        float(np.abs(np.log(curve / reach.curve))[whole > 5].max(initial=0.0)),
        float(np.abs(np.log(deviation / reach.deviation))[seen > 5].max(initial=0.0)),
    )
    reach.curve, reach.deviation = curve, deviation
    return change


def _pooled_curve(seen: Floats, base: Floats) -> Floats:
    """Curve of all strata: ties seen over those that a curve of 1 would give.

    A class of few ties is drawn to the next longer distance, and classes at one place to those
    between places, times one ratio for all of them.
    """
    apart, base_apart = seen[0::2], base[0::2]
    between = np.empty(BINS)
    longest = int(np.flatnonzero((apart > 0) & (base_apart > 0)).max(initial=-1))
    if longest < 0:
        between[:] = max(seen.sum(), 1.0) / max(base.sum(), _TINY)
    else:
        between[longest:] = apart[longest:].sum() / max(base_apart[longest:].sum(), _TINY)
        for k in range(longest - 1, -1, -1):
            between[k] = (apart[k] + _CURVE_PRIOR) / (base_apart[k] + _CURVE_PRIOR / between[k + 1])
    within, base_within = seen[1::2], base[1::2]
    ratio = (within.sum() + _CURVE_PRIOR) / ((base_within * between).sum() + _CURVE_PRIOR)
    # Where customers have nowhere else to buy, nothing tells how much nearer home is.
    ratio = float(np.clip(ratio, *_HOME_RATIOS))
    curve = np.empty(CLASSES)
    curve[0::2] = between
    at_one = (within + _CURVE_PRIOR) / (base_within + _CURVE_PRIOR / (ratio * between))
    curve[1::2] = np.clip(at_one, _HOME_RATIOS[0] * between, _HOME_RATIOS[1] * between)
    # Where nothing is left to learn from, every distance is like every other.
    return np.clip(np.where(base.sum() > 0, curve, 1.0), *_BOUNDS)


def _leave_out_what_stands_out(trade: Trade, home: Floats, unions: Floats) -> bool:
    """Leave out the blocks that stand out, let the others in; whether anything changed."""
    from scipy.special import ndtr

    def stands_out(counts: Floats, was_out: Bools, stricter: Floats) -> Bools:
        ties, mean, variance = counts
        limit: Floats = np.where(was_out, _LEAVE, _ENTER) + stricter
        surprise = overdispersed_tail(ties, mean, variance + _LACK_OF_FIT * mean**2)
        # Upper tail of a normal: sf(x) = ndtr(-x).
        found: Bools = (surprise < ndtr(-limit)) & (ties >= _FEWEST)
        return found

    return trade.leave_out(
        stands_out(home, trade.home_out, np.where(trade.is_concentrated, 0.0, _STRICTER)),
        stands_out(unions, trade.union_out, np.zeros(len(trade.union_out))),
    )


def _blocks(reach: Reach, trade: Trade) -> tuple[Floats, Floats]:
    """Ties of every block, those expected, their variance: by supplier region, and by union.

    The activity of a block is told by its ties with elsewhere alone, and the curve by the ties of
    all others, so that nothing in it explains itself.
    """
    ties = trade.ties
    at_one = ties.weight * (ties.kind % 2 == 1)
    local = (
        sums_at(ties.row, at_one, len(trade.sellers.ties)),
        sums_at(ties.column, at_one, len(trade.buyers.ties)),
    )
    elsewhere = (
        np.maximum(trade.sellers.ties - local[0], 0.0),
        np.maximum(trade.buyers.ties - local[1], 0.0),
    )
    expected = expected_local(Kernel.of(reach, trade), elsewhere, reach.priors, 0)
    variance = expected.ties + expected.ties**2 * expected.relative
    return np.stack([local[0], expected.ties, variance]), _unions(reach, trade)


def _unions(reach: Reach, trade: Trade) -> Floats:
    """Ties inside every union of regions, those expected, and their variance."""
    number = len(trade.union_out)
    if not number:
        return np.empty((3, 0))
    of_ties = trade.sellers.union[trade.ties.row]
    inside = (of_ties >= 0) & (of_ties == trade.buyers.union[trade.ties.column])
    at, counts = of_ties[inside], trade.ties.weight[inside]
    ties = sums_at(at, counts, number)
    curve, (alpha, beta), usual = reach.curve_of(trade.giver), trade.activity, trade.usual
    # With whom its regions could trade outside: with everybody, less those inside.
    outside = [
        side.union_sums(of * trade.potentials(curve, k, others)[1], number)
        - trade.inside_unions(*ends) @ curve
        for k, (side, of, others, ends) in enumerate(
            (
                (trade.sellers, usual[0], beta, (usual[0], beta)),
                (trade.buyers, usual[1], alpha, (alpha, usual[1])),
            )
        )
    ]
    trades = [side.union_sums(side.ties, number) - ties for side in (trade.sellers, trade.buyers)]
    is_in = ~trade.union_out[:, None]
    kinds = trade.ties.kind[inside]
    mine = sums_at(at * CLASSES + kinds, counts, number * CLASSES).reshape(-1, CLASSES) * is_in
    own = trade.inside_unions(alpha, beta) * reach.curve * is_in
    parts = trade.inside_unions(*usual) * reach.curve_without(trade.giver, mine, own)
    mean = parts.sum(axis=1)
    share = parts / np.maximum(mean, _TINY)[:, None]
    relative = (share**2 / reach.curve_precision(trade.giver, mine)).sum(axis=1)
    for has, expected, prior in zip(trades, outside, reach.priors, strict=True):
        known = np.maximum(has, 0.0) + prior
        mean = mean * known / (np.maximum(expected, 0.0) + prior)
        relative = relative + 1 / known
    return np.stack([ties, mean, mean + mean**2 * relative])


def _learn_at_home(reach: Reach, blocks: list[tuple[Floats, Floats]]) -> float:
    r"""Let trade at one place go with the number of suppliers there; return the largest change.

    The model gives :math:`n` suppliers :math:`n` times the trade of one. Where people buy in town
    whatever is there, a town of few suppliers trades as much within itself as one of many. So ties
    at one place weigh :math:`n^{\delta_g}`, with :math:`\delta_g` the slope of a Poisson regression
    of the ties of all blocks that are not left out, drawn to 0.
    """
    change = 0.0
    for trade, (home, _) in zip(reach.trades, blocks, strict=True):
        usable = ~trade.home_out & (home[1] > 0)
        every = np.log(np.maximum(trade.sellers.parties, _TINY))
        suppliers, (ties, expected, _) = every[usable], home[:, usable]
        if ties.sum() < _FEWEST_AT_HOME or len(ties) < _FEWEST_BLOCKS:
            continue
        giver = trade.giver
        everyday = _everyday(trade.sellers.region[usable], ties, expected)
        after = max(float(reach.everyday[giver]) * everyday, 1.0)
        change = max(change, abs(np.log(after / reach.everyday[giver])))
        reach.everyday[giver] = after
        middle = float(np.average(suppliers, weights=expected))
        before = float(reach.home[giver])
        slope = before + _slope(suppliers - middle, ties, expected, before)
        reach.home[giver] = np.clip(slope, *_SLOPES)
        change = max(change, abs(float(reach.home[giver]) - before))
        trade.at_home = reach.everyday[giver] * np.exp(reach.home[giver] * (every - middle))
    return change


def _everyday(region: npt.NDArray[np.int64], ties: Floats, expected: Floats) -> float:
    """How much more is bought at home of a giver, in most regions, than the curve gives.

    What most regions do is how such things are bought (freight, wholesale), and not what sets a few
    of them apart: the median over regions. (A lower quantile would be lower by chance alone, and
    leave town after town with more than the usual.) An industry that is hardly anywhere else than
    in a few regions tells nothing of the sort.
    """
    whole, seen = np.bincount(region, expected), np.bincount(region, ties)
    tells = whole >= 1
    few = np.sort(whole)[-_FEW_REGIONS:].sum()
    if tells.sum() < _MANY_REGIONS or few > 0.5 * whole.sum():
        return 1.0
    ratio = (seen[tells] + _EVERYDAY_PRIOR) / (whole[tells] + _EVERYDAY_PRIOR)
    return float(np.median(ratio))


def _slope(x: Floats, ties: Floats, expected: Floats, before: float) -> float:
    """Slope of the logarithm of ties over expected on x, beside the slope that is in `expected`."""
    slope = 0.0
    for _ in range(_NEWTON_STEPS):
        fitted = expected * np.exp(slope * x)
        fitted *= ties.sum() / max(float(fitted.sum()), _TINY)
        mean = float((fitted * x).sum() / max(float(fitted.sum()), _TINY))
        gradient = float(((ties - fitted) * x).sum()) - (before + slope) / _SLOPE_SPREAD**2
        information = float((fitted * (x - mean) ** 2).sum()) + 1 / _SLOPE_SPREAD**2
        step = float(np.clip(gradient / information, -0.5, 0.5))
        slope += step
        if abs(step) < 1e-4:
            break
    return slope
