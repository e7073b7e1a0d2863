"""How much a verdict hangs on what somebody chose: thresholds, what is local, how cells are cut.

What belongs here: variants of the thresholds, and how often verdicts stand under variants of any
kind. What does not: chance (`geo.classification.resampling.redrawn_verdicts` draws the data again;
here the data stay and the rules move).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.classification.families import SUPPLY
from geo.classification.truth_table import judgements
from geo.input_output.potential import partners_are_here
from geo.linkage.usual_reach.excess import excess_half_width

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.settings import Thresholds

__all__ = ["rests_on_null", "standing", "threshold_sensitivity", "threshold_variants"]

# The nearest round figures on either side of each default that the literature or practice uses,
# as ratios, so that thresholds of the user's own get neighbours as near.
_NEIGHBOURS = {
    "significance": (0.2, 2.0),
    "location_quotient": (0.88, 1.2),
    "establishments": (0.6, 1.6),
    "effective_establishments": (2 / 3, 4 / 3),
    "excess_local_share": (0.6, 1.6),
    "excess_ruled_out": (0.8, 1.2),
    "locally_linked_share": (2 / 3, 4 / 3),
    "tie_persistence": (0.8, 1.2),
    "tie_persistence_gain": (0.8, 1.2),
    "chain_completeness": (0.8, 1.2),
    "institution_tied_share": (2 / 3, 4 / 3),
    "institution_kind_reach": (0.5, 1.5),
}


def threshold_variants(thresholds: Thresholds) -> dict[str, tuple[Thresholds, Thresholds]]:
    """For every threshold, the thresholds with that one lower and with that one higher.

    By default: significance 0.01 and 0.1, location quotient 1.1 and 1.5, establishments 3 and 8,
    effective establishments 2 and 4, excess local share 0.03 and 0.08, excess ruled out 0.2 and
    0.3, linked share 0.2 and 0.4, persistence 0.4 and 0.6, its gain 0.2 and 0.3, completeness of
    the chain 0.4 and 0.6, share tied to institutions 0.1 and 0.2, reach of a kind 0.05 and 0.15.

    Examples
    --------
    >>> from geo.settings import Thresholds
    >>> lower, higher = threshold_variants(Thresholds())["location_quotient"]
    >>> lower.location_quotient, higher.location_quotient
    (1.1, 1.5)
    """
    return {
        name: (_with(thresholds, name, low), _with(thresholds, name, high))
        for name, (low, high) in _NEIGHBOURS.items()
    }


def _with(thresholds: Thresholds, name: str, ratio: float) -> Thresholds:
    value = getattr(thresholds, name)
    moved = round(value * ratio, 4)
    if isinstance(value, int):
        moved = max(1, round(moved))
    elif name == "effective_establishments":
        moved = max(1.0, moved)
    elif value <= 1:
        moved = min(moved, 1.0)
    return thresholds.model_copy(update={name: moved})


def threshold_sensitivity(cells: pd.DataFrame, thresholds: Thresholds) -> pd.DataFrame:
    """How often each verdict stands when the thresholds move, one at a time.

    Parameters
    ----------
    cells : DataFrame
        The evidence, as `geo.classification.truth_table.judgements` asks for it, and supply_ties.
    thresholds : Thresholds
        Those of the verdict; each is moved as `threshold_variants` says.

    Returns
    -------
    DataFrame
        On the index of `cells`:

        - threshold_agreement: share of the variants under which the class is the same
        - rests_on: names of the thresholds that turn the verdict when moved either way, in the
          order of the questions, joined by commas, and `null` where random matching in place of
          the usual reach would turn it; empty where none does
    """
    variants = threshold_variants(thresholds)
    lowest = variants["location_quotient"][0].location_quotient
    # Below the lowest floor and without a tie a cell is dispersed whatever the thresholds are.
    is_plain = (cells["location_quotient"] < lowest) & ~(cells["supply_ties"] > 0)
    others = cells[~is_plain]
    given = judgements(others, thresholds)["class"]
    turned, turns = {}, np.zeros(len(others))
    for name, pair in variants.items():
        asked = [
            _with_partners(others, v) if name == "chain_completeness" else others for v in pair
        ]
        differs = [
            (judgements(c, v)["class"] != given).to_numpy()
            for c, v in zip(asked, pair, strict=True)
        ]
        turned[name] = differs[0] | differs[1]
        turns += np.sum(differs, axis=0)
    # Not one of the thresholds: what the ties are compared with.
    turned["null"] = rests_on_null(others, thresholds).to_numpy()
    names = np.array(list(turned), dtype=object)
    rests = [",".join(names[row]) or None for row in np.column_stack(list(turned.values()))]
    table = pd.DataFrame({"threshold_agreement": 1.0, "rests_on": None}, index=cells.index)
    table.loc[~is_plain, "threshold_agreement"] = 1 - turns / (2 * len(variants))
    table.loc[~is_plain, "rests_on"] = np.array(rests, dtype=object)
    return table


def _with_partners(cells: pd.DataFrame, thresholds: Thresholds) -> pd.DataFrame:
    """Cells with the answer of the input-output table under other thresholds."""
    if "distinctive_input_coverage" not in cells:
        return cells
    answer = partners_are_here(cells, completeness=thresholds.chain_completeness)
    # Where the table was not heard, it is not heard now.
    heard = cells["chain_partners_here"].astype("boolean").notna()
    return cells.assign(chain_partners_here=answer.where(heard))


def rests_on_null(cells: pd.DataFrame, thresholds: Thresholds) -> pd.Series[bool]:
    """Whether random matching in place of the usual reach would turn the verdict.

    Parameters
    ----------
    cells : DataFrame
        The evidence, as for `threshold_sensitivity`.
    thresholds : Thresholds
        Floors of the questions.
    """
    if "expected_local_supply_ties" not in cells:
        return pd.Series(data=False, index=cells.index)
    local, ties, expected, phi = (
        cells[c].to_numpy(dtype=np.float64)
        for c in (
            "local_supply_ties",
            "supply_ties",
            "expected_local_supply_ties",
            "tie_dispersion",
        )
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (local - expected) / ties
        half = excess_half_width(local, ties, phi, 0.0 * expected)
    columns = {
        SUPPLY.usual: expected,
        SUPPLY.excess: share,
        f"{SUPPLY.excess}_low": share - half,
        f"{SUPPLY.excess}_high": share + half,
        SUPPLY.p: cells["matching_p"].to_numpy(dtype=np.float64),
        SUPPLY.q: cells["matching_q"].to_numpy(dtype=np.float64),
    }
    # Without the hub random matching is not asked again.
    alone = {
        f"{name}_without_hub": columns[name]
        for name in columns
        if f"{name}_without_hub" in cells.columns
    }
    matched = cells.assign(**columns, **alone, **{SUPPLY.usual_linked: 0.0})
    by_reach, by_matching = (judgements(x, thresholds)["class"] for x in (cells, matched))
    return by_reach != by_matching


def standing(base: pd.Series[str], variants: Mapping[str, pd.Series[str]]) -> pd.DataFrame:
    """How often each verdict stands under variants of any kind.

    Parameters
    ----------
    base : Series of str
        Classes, by any index that the variants share.
    variants : mapping of str to Series of str
        Classes under each variant; an entry that is missing there was not judged and does not
        count.

    Returns
    -------
    DataFrame
        On the index of `base`: variants (number that judged the cell), agreeing, standing (their
        ratio; NaN without variants), turned_by (names of the variants with another class, joined
        by commas; None where there is none).

    Examples
    --------
    >>> base = pd.Series(["cluster", "dispersed"])
    >>> standing(base, {"larger regions": pd.Series(["agglomeration", "dispersed"])})[
    ...     "turned_by"].iloc[0]
    'larger regions'
    """
    said = pd.DataFrame({name: classes.reindex(base.index) for name, classes in variants.items()})
    said = said.reindex(index=base.index)
    # Where there is no variant at all a frame without columns has no type.
    judged = said.notna().to_numpy(dtype=bool)
    agrees = said.eq(base, axis=0).to_numpy(dtype=bool) & judged
    names = said.columns.to_numpy(dtype=object)
    turned = [", ".join(names[row]) or None for row in judged & ~agrees]
    number = judged.sum(axis=1)
    return pd.DataFrame(
        {
            "variants": number,
            "agreeing": agrees.sum(axis=1),
            "standing": agrees.sum(axis=1) / np.where(number > 0, number, np.nan),
            "turned_by": np.array(turned, dtype=object),
        },
        index=base.index,
    )
