"""What a cluster asks of one cell: how much is there, how much is needed, what could be lost.

What belongs here: the floors of the three questions as counts of plants, ties and firms of one
cell. What does not: the answers themselves (`questions`), the fewest that turn one
(`least_change`), inputs that fall short and who could make them (`geo.input_output.gaps`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from geo.classification.counterfactuals.least_change import (
    lasting_ties_to_turn,
    linked_firms_to_turn,
    local_ties_to_turn,
    plants_to_turn,
)
from geo.classification.families import KNOWLEDGE, SPREAD_OF, SUPPLY
from geo.classification.questions import is_beyond_reach, is_broad, is_lasting_family, is_testable

if TYPE_CHECKING:
    import numpy.typing as npt

    from geo.classification.counterfactuals.least_change import LeastChange
    from geo.classification.families import FamilyColumns
    from geo.settings import Thresholds

__all__ = ["ITEMS", "requirements"]

ITEMS = {
    "plants": "is_concentrated",
    "effective_plants": "is_concentrated",
    "local_ties": "is_collaborating",
    "local_ties_without_hub": "is_collaborating",
    "linked_firms": "is_collaborating",
    "lasting_ties": "is_collaborating",
    "local_knowledge_ties": "is_collaborating",
    "knowledge_firms": "is_collaborating",
    "lasting_exchange": "is_collaborating",
    "tied_firms": "has_ecosystem",
    "institution_ties": "has_ecosystem",
    "innovation_firms": "has_ecosystem",
    "service_firms": "has_ecosystem",
}
"""What is asked for, and by which question."""

_NAN = float("nan")
_ROUNDING = 1e-9
_Cell = pd.Series  # one row of evidence


class _Requirement(NamedTuple):
    """One row of the table; counts are NaN where they are not known or do not exist."""

    is_met: bool | None
    there: float = _NAN
    needed: float = _NAN
    loss: float = _NAN
    lacking_data: str | None = None


def requirements(cells: pd.DataFrame, thresholds: Thresholds, *, at: int) -> pd.DataFrame:
    r"""Every floor of the three questions, for one cell.

    .. math:: distance = \frac{needed - there}{needed}

    Parameters
    ----------
    cells : DataFrame
        The evidence and the answers of the cells of one year, whose correction for many tests is
        theirs together: rows of `region_industry_classification`, with the columns of the same
        cells that `geo.linkage.collaboration.linkage_table.linkage_by_cell` and
        `geo.classification.resampling.resampled_plants.plant_totals` return. What is missing is not
        known.
    thresholds : Thresholds
        Floors of the questions.
    at : int
        Position of the cell that is asked.

    Returns
    -------
    DataFrame
        One row for each of `ITEMS` that is asked of the cell, in their order:

        - item, question
        - is_met: nullable; <NA> = not known, also where numbers are there but do not decide
        - there, needed: plants, effective plants, ties, or firms; NaN = not known, or not a count
        - distance: as above, between 0 (met) and 1 (nothing is there); NaN where there is no count
        - loss: fewest that, if lost, leave it met no longer; NaN unless it is met
        - lacking_data: where it is not known, what is lacking: `plants`, `comparison`, `jobs`,
          `ties`, `years`, `coverage`, `elsewhere` (such ties are local anyway, so that nothing
          beyond the usual could show), `innovation`, `service`, `institution_ties`; None where the
          data are there and do not decide

        `effective_plants` is left out of a concentration in a year that knows no sizes at all, and
        what is asked of knowledge ties of a cell without any.

    Examples
    --------
    Three of ten firms have a stable local partner, and 0.4 of all are asked for:

    >>> from geo.settings import Thresholds
    >>> cells = pd.DataFrame([{"year": 2020, "living_firms": 10.0, "locally_linked_share": 0.3,
    ...     "locally_linked_share_low": 0.1, "locally_linked_share_high": 0.6,
    ...     "usual_linked_share": 0.0, "link_coverage": 1.0, "persistence_base_rate": 0.8}])
    >>> table = requirements(cells, Thresholds(locally_linked_share=0.4), at=0)
    >>> table.set_index("item").loc["linked_firms", ["there", "needed", "distance"]].tolist()
    [3.0, 4.0, 0.25]
    """
    known = cells.reindex(columns=cells.columns.union([*_ANSWERS, *_NUMBERS]))
    numbers = dict.fromkeys(_NUMBERS, "Float64")
    known = known.reset_index(drop=True).astype(numbers).astype(dict.fromkeys(_NUMBERS, "float64"))
    year = _Year(known, np.arange(len(known)) == at, thresholds)
    cell = known.iloc[at]
    found: dict[str, _Requirement | None] = {
        "plants": _plants(cell, year),
        "effective_plants": _effective_plants(cell, thresholds),
        **_collaboration(cell, year),
        **_ecosystem(cell, thresholds),
    }
    rows = [
        {"item": item, "question": question, **asked._asdict()}
        for item, question in ITEMS.items()
        if (asked := found[item]) is not None
    ]
    table = pd.DataFrame(rows).astype({"is_met": "boolean"})
    short = ((table["needed"] - table["there"]) / table["needed"]).clip(0.0, 1.0)
    table["distance"] = short.mask(table["is_met"].fillna(value=False), 0.0)
    columns = ["item", "question", "is_met", "there", "needed", "distance", "loss", "lacking_data"]
    return table[columns]


class _Year(NamedTuple):
    """Cells of a year, and which of them is asked."""

    cells: pd.DataFrame
    is_asked: npt.NDArray[np.bool_]
    thresholds: Thresholds

    def counted(self, change: LeastChange, there: float, *, is_met: bool | None) -> _Requirement:
        """What is there, with the fewest that lose it where it is met, or that are lacking."""
        more, fewer = (float(ends[self.is_asked][0]) for ends in change)
        if is_met:
            return _Requirement(is_met=True, there=there, needed=there - fewer + 1, loss=fewer)
        return _Requirement(is_met, there, there + more)


_ANSWERS = ["is_concentrated", "innovation_known", "service_known"]
_NUMBERS = [
    *("establishments", "location_quotient", "location_quotient_asked"),
    *("location_quotient_asked_low", "concentration_p", "concentration_q"),
    *("effective_establishments", "plants_of_region", "plants_of_industry", "plants_of_all"),
    *(
        f"{name}{suffix}"
        for family in (SUPPLY, KNOWLEDGE)
        for name in (
            *(family.ties, family.local, family.usual, family.p, family.q, family.excess),
            *(f"{family.excess}_low", f"{family.excess}_high"),
            *(SPREAD_OF[family].unsure, SPREAD_OF[family].dispersion),
        )
        for suffix in ("", "_without_hub")
    ),
    *(
        f"{name}{end}"
        for family in (SUPPLY, KNOWLEDGE)
        for name in (family.linked, family.persistence)
        for end in ("", "_low", "_high")
    ),
    *(family.usual_linked for family in (SUPPLY, KNOWLEDGE)),
    *(family.coverage for family in (SUPPLY, KNOWLEDGE)),
    *(SPREAD_OF[family].lack_of_fit for family in (SUPPLY, KNOWLEDGE)),
    *("tie_coverage", "living_firms", "persistence_base_rate", "persistence_trials"),
    *("institution_tied_share", "institution_tied_share_high", "institution_q"),
    *("innovation_kind_reach", "service_kind_reach"),
]


def _number(cell: _Cell, column: str) -> float:
    return _NAN if pd.isna(cell[column]) else float(cell[column])


def _answer(value: object) -> bool | None:
    return None if pd.isna(value) else bool(value)  # type: ignore[call-overload]


def _plants(cell: _Cell, year: _Year) -> _Requirement:
    """Plants: at least the floor, and as many as the quotient and chance ask for."""
    thresholds = year.thresholds
    plants = _number(cell, "establishments")
    if np.isnan(plants):
        return _Requirement(_answer(cell["is_concentrated"]), lacking_data="plants")
    cell_is_open = _answer(cell["is_concentrated"]) is None
    numbers = [
        _number(cell, c)
        for c in ("location_quotient_asked", "location_quotient_asked_low", "concentration_q")
    ]
    if plants < thresholds.establishments:
        is_met: bool | None = False
    elif np.isnan(numbers).any():
        is_met = None
    else:
        quotient, low, q = numbers
        is_met = (
            quotient >= thresholds.location_quotient and low > 1 and q <= thresholds.significance
        )
    if is_met is False and cell_is_open and plants >= thresholds.establishments:
        # One region or one industry: the quotient is 1 whatever the plants do.
        return _Requirement(None, plants, lacking_data="comparison")
    # No more than one industry can fill a region with.
    most = year.cells["plants_of_region"] + year.cells["plants_of_industry"]
    change = plants_to_turn(
        year.cells,
        thresholds,
        rising=year.is_asked,
        falling=year.is_asked,
        most=most.to_numpy(),
    )
    found = year.counted(change, plants, is_met=is_met)
    return found._replace(lacking_data="plants" if is_met is None else None)


def _effective_plants(cell: _Cell, thresholds: Thresholds) -> _Requirement | None:
    effective, floor = (
        _number(cell, "effective_establishments"),
        thresholds.effective_establishments,
    )
    if np.isnan(effective):
        if _answer(cell["is_concentrated"]):
            return None
        too_few = _number(cell, "establishments") < floor
        return _Requirement(False if too_few else None, needed=floor, lacking_data="jobs")
    is_met = effective >= floor
    return _Requirement(is_met, effective, floor, effective - floor if is_met else _NAN)


def _collaboration(cell: _Cell, year: _Year) -> dict[str, _Requirement | None]:
    """Local ties beyond the usual reach, firms with a lasting local partner, ties that last."""
    found: dict[str, _Requirement | None] = {}
    for suffix in ("", "_without_hub"):
        found[f"local_ties{suffix}"] = _local_ties(SUPPLY, cell, year, suffix)
    found["linked_firms"] = _linked_firms(SUPPLY, cell, year)
    found["lasting_ties"] = _lasting_ties(cell, year)
    exchanges = _number(cell, KNOWLEDGE.ties) > 0
    row = year.cells[year.is_asked]
    lasts = _answer(is_lasting_family(KNOWLEDGE, row, year.thresholds).iloc[0])
    share = _number(cell, KNOWLEDGE.persistence)
    lacking = "years" if np.isnan(share) else None
    return found | {
        "local_knowledge_ties": _local_ties(KNOWLEDGE, cell, year, "") if exchanges else None,
        "knowledge_firms": _linked_firms(KNOWLEDGE, cell, year) if exchanges else None,
        "lasting_exchange": _Requirement(lasts, lacking_data=lacking if lasts is None else None)
        if exchanges
        else None,
    }


def _lacking_of(family: FamilyColumns, cell: _Cell) -> str | None:
    return None if _number(cell, family.ties) > 0 else "ties"


def _local_ties(family: FamilyColumns, cell: _Cell, year: _Year, suffix: str) -> _Requirement:
    row = year.cells[year.is_asked]
    is_met = _answer(is_beyond_reach(family, row, year.thresholds, suffix=suffix).iloc[0])
    lacking = _lacking_of(family, cell) if is_met is None else None
    local, spread = _number(cell, f"{family.local}{suffix}"), SPREAD_OF[family]
    names = (family.usual, spread.unsure, spread.dispersion)
    if np.isnan([local, *(_number(cell, f"{name}{suffix}") for name in names)]).any():
        return _Requirement(is_met, lacking_data=lacking)
    change = local_ties_to_turn(
        family,
        year.cells,
        year.thresholds,
        rising=year.is_asked,
        falling=year.is_asked,
        suffixes=(suffix,),
    )
    found = year.counted(change, local, is_met=is_met)
    testable = bool(is_testable(family, row, year.thresholds, suffix=suffix).iloc[0])
    if is_met is None and lacking is None and np.isnan(found.needed) and not testable:
        lacking = "elsewhere"
    return found._replace(lacking_data=lacking)


def _linked_firms(family: FamilyColumns, cell: _Cell, year: _Year) -> _Requirement:
    """Firms with a lasting local partner, as many as the floor and the usual reach ask for."""
    row = year.cells[year.is_asked]
    is_met = _answer(is_broad(family, row, year.thresholds).iloc[0])
    lacking = _lacking_of(family, cell)
    if is_met is None and lacking is None and _number(cell, family.coverage) < 1:
        lacking = "coverage"
    lacking = lacking if is_met is None else None
    share, firms = _number(cell, family.linked), _number(cell, "living_firms")
    if np.isnan(share):
        least = np.ceil(year.thresholds.locally_linked_share * firms - _ROUNDING)
        return _Requirement(is_met, needed=float(least), lacking_data=lacking)
    change = linked_firms_to_turn(
        family, year.cells, year.thresholds, rising=year.is_asked, falling=year.is_asked
    )
    found = year.counted(change, float(np.round(share * firms)), is_met=is_met)
    return found._replace(lacking_data=lacking)


def _firms(
    cell: _Cell, column: str, *, floor: float, is_met: bool | None, lacking: str | None
) -> _Requirement:
    """Firms of the cell that a floor asks a share of."""
    share, firms = _number(cell, column), _number(cell, "living_firms")
    needed = float(np.ceil(floor * firms - _ROUNDING))
    if np.isnan(share):
        return _Requirement(is_met, needed=needed, lacking_data=lacking)
    there = float(np.round(share * firms))
    loss = there - needed + 1 if is_met else _NAN
    return _Requirement(is_met, there, needed, loss, lacking if is_met is None else None)


def _lasting_ties(cell: _Cell, year: _Year) -> _Requirement:
    """Local ties that are there again, of all that could be, over all years."""
    has_ties = _number(cell, SUPPLY.ties) > 0
    row = year.cells[year.is_asked]
    is_met = _answer(is_lasting_family(SUPPLY, row, year.thresholds).iloc[0])
    base, trials = _number(cell, "persistence_base_rate"), _number(cell, "persistence_trials")
    if np.isnan(base):
        return _Requirement(None, lacking_data="years" if has_ties else "ties")
    if np.isnan(trials):
        return _Requirement(is_met, lacking_data="ties" if is_met is None else None)
    kept = float(np.round(_number(cell, "tie_persistence") * trials)) if trials > 0 else 0.0
    change = lasting_ties_to_turn(
        year.cells, year.thresholds, rising=year.is_asked, falling=year.is_asked
    )
    return year.counted(change, kept, is_met=is_met)


def _ecosystem(cell: _Cell, thresholds: Thresholds) -> dict[str, _Requirement | None]:
    """Firms tied to institutions at all, and to one kind of each family."""
    uncovered = 1 - _number(cell, "tie_coverage")
    share, q = _number(cell, "institution_tied_share"), _number(cell, "institution_q")
    families = ("innovation", "service")
    unknown = [f for f in families if not _answer(cell[f"{f}_known"])]
    lacking = unknown[0] if len(unknown) == len(families) else "institution_ties"
    floor = thresholds.institution_tied_share
    most = _number(cell, "institution_tied_share_high") + uncovered
    found: dict[str, _Requirement | None] = {
        "tied_firms": _firms(
            cell,
            "institution_tied_share",
            floor=floor,
            is_met=_either(yes=share >= floor, no=most < floor),
            lacking=_lack(share, uncovered, lacking),
        ),
        "institution_ties": _Requirement(
            _either(yes=q <= thresholds.significance, no=False),
            lacking_data=lacking if np.isnan(q) else None,
        ),
    }
    for family in families:
        reach, floor = _number(cell, f"{family}_kind_reach"), thresholds.institution_kind_reach
        lacking = family if family in unknown else "institution_ties"
        found[f"{family}_firms"] = _firms(
            cell,
            f"{family}_kind_reach",
            floor=floor,
            is_met=_either(yes=reach >= floor, no=reach + uncovered < floor),
            lacking=_lack(reach, uncovered, lacking),
        )
    return found


def _lack(share: float, uncovered: float, lacking: str) -> str | None:
    if np.isnan(share):
        return lacking
    return "coverage" if uncovered > 0 else None


def _either(*, yes: bool, no: bool) -> bool | None:
    return True if yes else False if no else None
