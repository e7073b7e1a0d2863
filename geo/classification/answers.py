"""The three questions of a cell, each answered yes, no or not known.

What belongs here: turning effects and their intervals into nullable booleans. What does not: the
measures themselves (`geo.concentration`, `geo.linkage`), and what follows from the answers
(`geo.classification.verdict`).

Answers combine by Kleene's three-valued logic, which is what pandas' nullable booleans do: a
known *no* decides a conjunction even where the rest is not known, and a missing value never
decides anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from geo.linkage.persistence import is_lasting, lasting_share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.settings import Thresholds

__all__ = [
    "answers",
    "concentrated_cells",
    "has_ecosystem",
    "has_nothing_to_compare",
    "is_beyond_chance",
    "is_beyond_distance",
    "is_broad",
    "is_collaborating",
    "is_concentrated",
    "is_stable",
]


_LINKAGE = (
    *(f"matching_{part}{suffix}" for part in ("q", "degree", "degree_high")
      for suffix in ("", "_without_hub")),
    "distance_q", "distance_degree", "distance_degree_high",
    "locally_linked_share", "locally_linked_share_high", "link_coverage",
    "tie_persistence", "tie_persistence_low", "tie_persistence_high", "persistence_base_rate",
    "institution_tied_share", "institution_tied_share_high", "institution_q",
    "innovation_kind_reach", "service_kind_reach",
)  # fmt: skip
"""What questions B and C look at."""


def answers(cells: pd.DataFrame, thresholds: Thresholds) -> pd.DataFrame:
    """The three answers for every cell, and the parts of the second.

    Parameters
    ----------
    cells : DataFrame
        One row per cell with the columns of the concentration, linkage and institution tables.
    thresholds : Thresholds
        Floors of the questions.

    Returns
    -------
    DataFrame
        Nullable booleans `is_concentrated`, `is_collaborating`, `has_ecosystem` and, for the
        reason, `is_beyond_chance`, `is_broad`, `is_stable`, `is_beyond_distance`,
        `is_collaborating_across` (together with an adjoining region), on the index of `cells`;
        <NA> is 'not known'.

        Collaboration is a yes where either the region alone or the two together say so, and a no
        only where neither leaves it open. Institutions on the other side count where the
        collaboration is one across the border; where that is not known, the ecosystem is known
        only if it is the same with them and without.
    """
    across = _across_border(cells)
    together = is_collaborating(across, thresholds).where(_goes_on(cells, across), other=False)
    ecosystem, beside = (has_ecosystem(side, thresholds) for side in (cells, across))
    either = ecosystem | beside
    agreed = either.where((ecosystem == either).fillna(value=False))
    return pd.DataFrame(
        {
            "is_beyond_chance": is_beyond_chance(cells, thresholds),
            "is_broad": is_broad(cells, thresholds),
            "is_stable": is_stable(cells, thresholds),
            "is_beyond_distance": is_beyond_distance(cells, thresholds),
            "is_concentrated": is_concentrated(cells, thresholds),
            "is_collaborating_across": together,
            "is_collaborating": is_collaborating(cells, thresholds) | together,
            "has_ecosystem": ecosystem.mask(together.fillna(value=False), either).mask(
                together.isna(), agreed
            ),
        }
    )


def concentrated_cells(cells: pd.DataFrame, thresholds: Thresholds) -> pd.DataFrame:
    """Keys of the cells that are concentrated: year, region_key, industry_key."""
    found: pd.DataFrame = cells.loc[
        is_concentrated(cells, thresholds).fillna(value=False),
        ["year", "region_key", "industry_key"],
    ]
    return found


def _across_border(cells: pd.DataFrame) -> pd.DataFrame:
    """Evidence of the cells judged together with an adjoining region, under the usual names."""
    suffix = "_across"
    own = [c for c in cells.columns if f"{c}{suffix}" in cells.columns]
    if not own:
        return cells.iloc[:, :0].assign(**dict.fromkeys(_LINKAGE, float("nan")))
    return cells[[f"{c}{suffix}" for c in own]].set_axis(own, axis=1)


def _goes_on(cells: pd.DataFrame, across: pd.DataFrame) -> pd.Series[bool]:
    """Whether a cell goes on in an adjoining region, so that the two are asked together."""
    is_seen = across.notna().any(axis=1)
    return is_seen | cells["other_region_key"].notna() if "other_region_key" in cells else is_seen


def is_concentrated(cells: pd.DataFrame, thresholds: Thresholds) -> pd.Series[bool]:
    """Question A: whether the industry is concentrated in the region.

    Yes asks for all of: a false-discovery rate of at most `significance`, a location quotient of
    at least the floor whose lower bound is above 1, enough establishments, and enough effective
    establishments. In a year of which no plant's size is known, the last is not asked (the
    reason says so): a register without jobs would otherwise have no verdicts at all.

    What is withheld is an interval. Where establishments are, the question is asked at the fewest
    and at the most that the totals allow (columns ending in `_least` and `_most`), and is not known
    where both ends disagree. Where the jobs of most plants are not known, the effective
    establishments lie between one and the number of establishments; where those of some are not,
    these can add one each (`effective_establishments_most`). No where even the most is too few,
    else not known unless the rest says no.

    Where a year has one region or one industry only, every quotient is 1 whatever the plants do:
    that is not known, unless there are too few of them anyway.

    The plants of a register are all the plants there are, so the location quotient is a fact and
    not an estimate: a cell whose many plants chance explains is answered no, not 'not known'.
    """
    answer = _is_concentrated_as(cells, thresholds)
    withheld = cells["establishments"].isna()
    if "establishments_least" not in cells or not withheld.any():
        return answer
    least, most = (
        _is_concentrated_as(cells.assign(**_at_end(cells, end)), thresholds)
        for end in ("least", "most")
    )
    # Comparing with 'not known' is not known, which `where` takes for a no.
    agreed = least.where((least == most).fillna(value=False))
    return answer.where(~withheld, agreed)


def _at_end(cells: pd.DataFrame, end: str) -> dict[str, pd.Series[float]]:
    """The numbers of question A at one end of what is withheld."""
    names = (
        "establishments",
        "location_quotient",
        "location_quotient_low",
        "concentration_q",
    )
    return {name: cells[f"{name}_{end}"] for name in names}


def _is_concentrated_as(cells: pd.DataFrame, thresholds: Thresholds) -> pd.Series[bool]:
    """The answer to question A by the numbers as they stand in `cells`."""
    plants = cells["establishments"]
    q = cells["concentration_q"]
    quotient = cells["location_quotient"]
    effective = cells["effective_establishments"]
    floor = thresholds.effective_establishments
    beyond_others = _all(
        [
            _known(q <= thresholds.significance, q),
            _known(quotient >= thresholds.location_quotient, quotient),
            _known(cells["location_quotient_low"] > 1, cells["location_quotient_low"]),
        ]
    )
    return _all(
        [
            _known(plants >= thresholds.establishments, plants),
            beyond_others.mask(has_nothing_to_compare(cells)),
            _three_valued(effective >= floor, _most_effective(cells) < floor).mask(
                _no_sizes(cells), other=True
            ),
        ]
    )


def _most_effective(cells: pd.DataFrame) -> pd.Series[float]:
    """Effective establishments if plants of unknown size are such as to make them most."""
    known = cells.get("effective_establishments_most", cells["effective_establishments"])
    return known.fillna(cells["establishments"])


def has_nothing_to_compare(cells: pd.DataFrame) -> pd.Series[bool]:
    """Whether a cell's year has one region or one industry, so that its quotient is always 1."""
    is_alone = pd.Series(data=False, index=cells.index)
    for key in ("region_key", "industry_key"):
        if key in cells:
            is_alone |= cells.groupby("year")[key].transform("nunique") == 1
    quotient = cells["location_quotient"]
    return is_alone & ((quotient == 1) | quotient.isna())


def _no_sizes(cells: pd.DataFrame) -> pd.Series[bool]:
    """Whether a cell's year knows no plant sizes at all."""
    known = cells["effective_establishments"].notna()
    return ~known.groupby(cells["year"]).transform("any")


def is_collaborating(cells: pd.DataFrame, thresholds: Thresholds) -> pd.Series[bool]:
    """Question B: whether there is stable supply-chain collaboration among the cell's firms.

    Yes asks that local ties are beyond chance (with the largest hub taken out, too), that they
    reach enough of the firms, and that they last. Not known wherever no two years of ties were
    seen, since lasting cannot be seen in one.
    """
    answer = _all(
        [
            is_beyond_chance(cells, thresholds),
            is_beyond_chance(cells, thresholds, suffix="_without_hub"),
            is_broad(cells, thresholds),
            is_stable(cells, thresholds),
            *([is_beyond_distance(cells, thresholds)] if thresholds.asks_distance else []),
        ]
    )
    return answer.mask(cells["persistence_base_rate"].isna().astype("boolean"))


def is_beyond_chance(
    cells: pd.DataFrame, thresholds: Thresholds, *, suffix: str = ""
) -> pd.Series[bool]:
    """Whether local supply ties exceed random matching by enough to matter.

    Yes: the excess is significant, and the degree of matching (the excess as a share of what
    could be) at least the floor. No: even its upper bound is below the floor, also if firms that
    the link source does not cover have as many more local ties as they are firms. `suffix` chooses
    the variant of the columns, such as the one without the cell's largest hub.
    """
    q = cells[f"matching_q{suffix}"]
    degree = cells[f"matching_degree{suffix}"]
    yes = (q <= thresholds.significance) & (degree >= thresholds.matching_degree)
    most = cells[f"matching_degree_high{suffix}"] + (1 - cells["link_coverage"])
    return _three_valued(yes, most < thresholds.matching_degree)


def is_beyond_distance(cells: pd.DataFrame, thresholds: Thresholds) -> pd.Series[bool]:
    """Whether local ties exceed what the usual distance of trade explains; asked if `strict`.

    Yes: the excess is significant, and as a share of what could be (`distance_degree`) at least
    the floor of the degree of matching. No: even its upper bound is below that floor. Not known
    where the profile does not ask.
    """
    if not thresholds.asks_distance:
        return pd.Series(pd.NA, index=cells.index, dtype="boolean")
    floor = thresholds.matching_degree
    yes = (cells["distance_q"] <= thresholds.significance) & (cells["distance_degree"] >= floor)
    return _three_valued(yes, cells["distance_degree_high"] < floor)


def is_broad(cells: pd.DataFrame, thresholds: Thresholds) -> pd.Series[bool]:
    """Whether enough of the cell's firms have a stable local supply partner.

    Firms that the link source does not cover could all have one or none: no is said only where
    the upper bound plus all uncovered firms stays below the floor (Manski bounds).
    """
    share = cells["locally_linked_share"]
    most = cells["locally_linked_share_high"] + (1 - cells["link_coverage"])
    floor = thresholds.locally_linked_share
    return _three_valued(share >= floor, most < floor)


def is_stable(cells: pd.DataFrame, thresholds: Thresholds) -> pd.Series[bool]:
    """Whether the cell's local ties last.

    The floor is that of lasting ties, or, where ties of the same industries everywhere last less
    than that, a quarter of the way from their base rate to lasting altogether if this is lower:
    what is more than usual by little is a difference, but not stability. Yes: the share is at
    least the floor, and its lower bound above the base rate (above the floor where the base rate
    is not lower). No: the upper bound is below the floor, also if all ties of firms that the link
    source does not cover lasted. Not known where the base rate is not.
    """
    floor = thresholds.tie_persistence
    base, gain = cells["persistence_base_rate"], thresholds.tie_persistence_gain
    yes = is_lasting(cells, base, floor=floor, gain=gain)
    most = cells["tie_persistence_high"] + (1 - cells["link_coverage"])
    return _three_valued(yes, most < lasting_share(base, floor=floor, gain=gain))


def has_ecosystem(cells: pd.DataFrame, thresholds: Thresholds) -> pd.Series[bool]:
    """Question C: whether service and innovation institutions stand with the firms.

    Yes asks that enough firms are tied to local institutions, more than chance gives, and that
    one kind of innovation and one kind of service institution each reach enough firms. Where no
    institution of a family is anywhere in the data, that family is not known.
    """
    share = cells["institution_tied_share"]
    floor = thresholds.institution_tied_share
    most = cells["institution_tied_share_high"] + (1 - cells["link_coverage"])
    tied = _three_valued(
        (cells["institution_q"] <= thresholds.significance) & (share >= floor), most < floor
    )
    uncovered = 1 - cells["link_coverage"]
    families = []
    for family in ("innovation", "service"):
        reach = cells[f"{family}_kind_reach"]
        least = thresholds.institution_kind_reach
        families.append(_three_valued(reach >= least, reach + uncovered < least))
    return _all([tied, *families])


def _known(condition: pd.Series[bool], value: pd.Series[float]) -> pd.Series[bool]:
    """`condition`, not known where `value` is missing."""
    return condition.astype("boolean").mask(value.isna())


def _three_valued(yes: pd.Series[bool], no: pd.Series[bool]) -> pd.Series[bool]:
    """Yes where `yes`, no where `no`, else not known; comparisons with NaN are neither."""
    return yes.astype("boolean").where(yes | no)


def _all(parts: Sequence[pd.Series[bool]]) -> pd.Series[bool]:
    """Kleene conjunction of `parts`."""
    whole = parts[0]
    for part in parts[1:]:
        whole = whole & part
    return whole
