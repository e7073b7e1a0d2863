"""The three questions of a cell, each answered yes, no or not known.

Answers combine by Kleene's three-valued logic, which is what pandas' nullable booleans do: a known
*no* decides a conjunction and a known *yes* a disjunction, even where the rest is not known; a
missing value never decides anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from geo.classification.families import KNOWLEDGE, SUPPLY
from geo.linkage.collaboration.persistence import is_lasting, lasting_share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.classification.families import FamilyColumns
    from geo.settings import Thresholds

__all__ = [
    "answers",
    "collaborates_by",
    "concentrated_by",
    "crowded_cells",
    "has_ecosystem",
    "has_nothing_to_compare",
    "is_beyond_reach",
    "is_broad",
    "is_collaborating",
    "is_concentrated",
    "is_lasting_family",
    "is_testable",
]

_FEWEST_WITHOUT_SIZES = 10  # plants of a concentration by jobs in a year that knows no plant sizes
_FEWEST_SIZED = 0.5  # share of plants of known size, from which jobs say something


_ECOSYSTEM = (
    "institution_tied_share",
    "institution_tied_share_high",
    "institution_q",
    "innovation_kind_reach",
    "service_kind_reach",
    "tie_coverage",
)


def _columns_of(family: FamilyColumns) -> list[str]:
    """Every column that question B reads of a family."""
    excess, bounds = family.excess, ("low", "high")
    both = [excess, *(f"{excess}_{end}" for end in bounds), family.p, family.ties]
    return [
        family.q,
        *(f"{c}{suffix}" for c in (*both, family.usual) for suffix in ("", "_without_hub")),
        *(f"{c}{end}" for c in (family.linked, family.persistence) for end in _ENDS),
        *(family.usual_linked, family.coverage, "persistence_base_rate", "living_firms"),
    ]


_ENDS = ("", "_low", "_high")


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
        On the index of `cells`, nullable booleans (<NA> is 'not known'), and two words:

        - is_concentrated; concentrated_by: `plants`, `jobs`, `both`, `output`, or None
        - is_beyond_reach, is_broad, is_stable: the parts of collaboration by supply
        - collaborates_by_supply, collaborates_by_knowledge
        - is_collaborating_across: by supply, together with adjoining regions
        - is_collaborating; collaboration_by: `supply`, `knowledge`, `both`, or None
        - has_ecosystem

        Collaboration is a yes where either family says so, alone or together with adjoining
        regions, and a no only where neither leaves the cell's own open. Institutions beside count
        where the collaboration is one across the border.
    """
    across = _across_border(cells)
    goes_on = across.notna().any(axis=1)
    # Across a border only a yes counts: of the cell's own ties its own answer is the better one.
    together = collaborates_by(SUPPLY, across, thresholds).where(goes_on, other=False)
    together = together.fillna(value=False)
    ecosystem, beside = (has_ecosystem(side, thresholds) for side in (cells, across))
    either = ecosystem | beside
    by_plants, by_jobs = concentrated_by(cells, thresholds)
    by_supply = collaborates_by(SUPPLY, cells, thresholds)
    by_knowledge = collaborates_by(KNOWLEDGE, cells, thresholds)
    supply = by_supply | together
    return pd.DataFrame(
        {
            "is_concentrated": is_concentrated(cells, thresholds),
            "concentrated_by": _named(by_plants, by_jobs, ("plants", "jobs")).mask(
                _by_output(cells, thresholds).fillna(value=False).astype(bool), "output"
            ),
            "is_beyond_reach": is_beyond_reach(SUPPLY, cells, thresholds),
            "is_broad": is_broad(SUPPLY, cells, thresholds),
            "is_stable": is_lasting_family(SUPPLY, cells, thresholds),
            "collaborates_by_supply": by_supply,
            "collaborates_by_knowledge": by_knowledge,
            "is_collaborating_across": together,
            "is_collaborating": supply | by_knowledge,
            "collaboration_by": _named(supply, by_knowledge, ("supply", "knowledge")),
            "has_ecosystem": ecosystem.mask(together.astype(bool), either),
        }
    )


def _named(one: pd.Series[bool], other: pd.Series[bool], names: tuple[str, str]) -> pd.Series[str]:
    """Which of two says yes: its name, `both`, or None."""
    yes, too = (x.fillna(value=False).astype(bool) for x in (one, other))
    word = pd.Series(None, index=one.index, dtype="object")
    word = word.mask(yes, names[0]).mask(too, names[1]).mask(yes & too, "both")
    return word.where(yes | too, None)


def crowded_cells(cells: pd.DataFrame, thresholds: Thresholds) -> pd.DataFrame:
    """Keys of the cells that are concentrated, however their jobs are spread over their plants.

    What is usual is learned from the others first: where many firms of an industry sit together,
    their ties could be a chain's, also where one of them is a giant.

    Parameters
    ----------
    cells : DataFrame
        As for `is_concentrated`.
    thresholds : Thresholds
        Floors of the questions.

    Returns
    -------
    DataFrame
        year, region_key, industry_key.
    """
    alike = thresholds.model_copy(update={"effective_establishments": 1.0})
    # Of one plant or more the effective number is at least 1; one not known is not asked.
    found: pd.DataFrame = cells.loc[
        is_concentrated(cells, alike).fillna(value=False), ["year", "region_key", "industry_key"]
    ]
    return found


def _across_border(cells: pd.DataFrame) -> pd.DataFrame:
    """Evidence of the cells together with adjoining regions, under the usual names."""
    suffix = "_across"
    wanted = [*_columns_of(SUPPLY), *_ECOSYSTEM]
    table = pd.DataFrame(
        {c: cells.get(f"{c}{suffix}", pd.Series(float("nan"), index=cells.index)) for c in wanted}
    )
    # Firms are those of the cell itself.
    goes_on = table.notna().any(axis=1)
    living = cells.get("living_firms", pd.Series(float("nan"), index=cells.index))
    return table.assign(living_firms=living.where(goes_on), ties_are_counted=_are_counted(cells))


def _are_counted(cells: pd.DataFrame) -> pd.Series[bool]:
    """Whether ties are known as counts between cells only."""
    nowhere = pd.Series(data=False, index=cells.index)
    counted = cells.get("ties_are_counted", nowhere).astype("boolean")
    return counted.fillna(value=False).astype(bool)


def is_concentrated(cells: pd.DataFrame, thresholds: Thresholds) -> pd.Series[bool]:
    """Question A: whether the industry is concentrated in the region, by plants or by jobs.

    A region that holds more than a twentieth of the country is compared with the rest of it.

    By plants, yes asks for all of: a false-discovery rate of at most `significance`, a location
    quotient of at least the floor whose lower bound is above 1, enough establishments, and enough
    effective establishments. By jobs: the same of the quotient by jobs. In a year of which no
    plant's size is known, effective establishments are not asked of either (the reason says so),
    and jobs need ten establishments.

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

    Where flows between cells are all there is, and nobody counts plants or jobs, the quotient of
    output alone answers, without a test (column `size_quotient`): the class that can follow is no
    more than a potential.
    """
    by_output = _by_output(cells, thresholds)
    answer = _either_measure(cells, *concentrated_by(cells, thresholds))
    return answer.where(by_output.isna(), by_output)


def _by_output(cells: pd.DataFrame, thresholds: Thresholds) -> pd.Series[bool]:
    """Whether the quotient of output is large enough; not known where plants or jobs are told."""
    if "size_quotient" not in cells:
        return pd.Series(pd.NA, index=cells.index, dtype="boolean")
    quotient = cells["size_quotient"].astype("float64")
    return _known(quotient >= thresholds.location_quotient, quotient)


def _either_measure(
    cells: pd.DataFrame, by_plants: pd.Series[bool], by_jobs: pd.Series[bool]
) -> pd.Series[bool]:
    """Concentrated by plants or by jobs; jobs that nobody counted in a year are not asked."""
    if "jobs_quotient_asked" not in cells:
        return by_plants
    known = cells["jobs_quotient_asked"].notna().groupby(cells["year"]).transform("any")
    return by_plants | by_jobs.where(known, other=False)


def concentrated_by(
    cells: pd.DataFrame, thresholds: Thresholds
) -> tuple[pd.Series[bool], pd.Series[bool]]:
    """Question A by plants, and by jobs; as `is_concentrated` says."""
    by_plants = _by_plants(cells, thresholds)
    withheld = cells["establishments"].isna()
    if "establishments_least" in cells and withheld.any():
        least, most = (
            _by_plants(cells.assign(**_at_end(cells, end)), thresholds) for end in ("least", "most")
        )
        # Comparing with 'not known' is not known, which `where` takes for a no.
        agreed = least.where((least == most).fillna(value=False))
        by_plants = by_plants.where(~withheld, agreed)
    return by_plants, _by_jobs(cells, thresholds)


def _at_end(cells: pd.DataFrame, end: str) -> dict[str, pd.Series[float]]:
    """The numbers of question A at one end of what is withheld."""
    return {
        "establishments": cells[f"establishments_{end}"],
        "location_quotient_asked": cells[f"location_quotient_{end}"],
        "location_quotient_asked_low": cells[f"location_quotient_low_{end}"],
        "concentration_q": cells[f"concentration_q_{end}"],
    }


def _by_plants(cells: pd.DataFrame, thresholds: Thresholds) -> pd.Series[bool]:
    """The answer to question A by the plants as they stand in `cells`."""
    plants, q = cells["establishments"], cells["concentration_q"]
    quotient, low = cells["location_quotient_asked"], cells["location_quotient_asked_low"]
    beyond_others = _all(
        [
            _known(q <= thresholds.significance, q),
            _known(quotient >= thresholds.location_quotient, quotient),
            _known(low > 1, low),
        ]
    )
    return _all(
        [
            _known(plants >= thresholds.establishments, plants),
            beyond_others.mask(has_nothing_to_compare(cells)),
            _is_spread(cells, thresholds),
        ]
    )


def _by_jobs(cells: pd.DataFrame, thresholds: Thresholds) -> pd.Series[bool]:
    """The answer to question A by jobs; not known where too few plants have told theirs."""
    if "jobs_quotient_asked" not in cells:
        return pd.Series(data=False, index=cells.index, dtype="boolean")
    plants, quotient = cells["establishments"], cells["jobs_quotient_asked"]
    low, q = cells["jobs_quotient_asked_low"], cells["jobs_q"]
    fewest = pd.Series(thresholds.establishments, index=cells.index).where(
        ~_no_sizes(cells), max(_FEWEST_WITHOUT_SIZES, thresholds.establishments)
    )
    beyond_others = _all(
        [
            _known(q <= thresholds.significance, q),
            _known(quotient >= thresholds.location_quotient, quotient),
            _known(low > 1, low),
        ]
    )
    sized = cells.get("sized_establishments", plants) / plants
    is_told = (sized >= _FEWEST_SIZED) | _no_sizes(cells)
    unknown = has_nothing_to_compare(cells) | ~is_told.fillna(value=False).astype(bool)
    return _all(
        [
            _known(plants >= fewest, plants),
            beyond_others.mask(unknown),
            _is_spread(cells, thresholds),
        ]
    )


def _is_spread(cells: pd.DataFrame, thresholds: Thresholds) -> pd.Series[bool]:
    """Whether jobs are spread over enough plants; yes in a year that knows no sizes."""
    floor = thresholds.effective_establishments
    effective = cells["effective_establishments"]
    spread = _three_valued(effective >= floor, _most_effective(cells) < floor)
    return spread.mask(_no_sizes(cells), other=True)


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
    """Question B: whether the cell's firms collaborate, by supply or by knowledge."""
    return collaborates_by(SUPPLY, cells, thresholds) | collaborates_by(
        KNOWLEDGE, cells, thresholds
    )


def collaborates_by(
    family: FamilyColumns, cells: pd.DataFrame, thresholds: Thresholds
) -> pd.Series[bool]:
    """Question B by one family of ties.

    Yes asks that local ties are beyond the usual reach (with the largest hub taken out, too), that
    they reach enough of the firms, and that they last. Not known wherever no two years of ties were
    seen, since lasting cannot be seen in one. A family of which the dataset has no tie at all does
    not collaborate, as far as anybody could know: of knowledge that is a no, of supply it is open.
    """
    if family.ties not in cells:
        return _nothing(family, cells)
    answer = _all(
        [
            is_beyond_reach(family, cells, thresholds),
            is_beyond_reach(family, cells, thresholds, suffix="_without_hub"),
            is_broad(family, cells, thresholds),
            is_lasting_family(family, cells, thresholds),
        ]
    )
    if family is SUPPLY:
        return answer.mask(cells["persistence_base_rate"].isna().astype("boolean"))
    is_absent = not cells[family.ties].notna().any()
    return _nothing(family, cells) if is_absent else answer


def _nothing(family: FamilyColumns, cells: pd.DataFrame) -> pd.Series[bool]:
    """The answer where the dataset has no tie of a family."""
    answer = pd.NA if family is SUPPLY else False
    return pd.Series(answer, index=cells.index, dtype="boolean")


def is_beyond_reach(
    family: FamilyColumns, cells: pd.DataFrame, thresholds: Thresholds, *, suffix: str = ""
) -> pd.Series[bool]:
    """Whether local ties exceed the usual reach of such ties by enough to matter.

    Yes: the excess is significant, as a share of all ties at least the floor, and its lower bound
    above half of the floor. No: nothing speaks for an excess, and its upper bound is below
    `excess_ruled_out`, also if all ties of firms that the source does not cover were local. Not
    known where the usual reach makes so many ties local that an excess could not be told
    (`is_testable`). A cell without a tie has no excess. `suffix` chooses the variant without the
    largest hub.
    """
    share, low, high = (cells[f"{family.excess}{end}{suffix}"] for end in _ENDS)
    p, q = cells[f"{family.p}{suffix}"], cells[family.chance(suffix)]
    floor = thresholds.excess_local_share
    yes = (q <= thresholds.significance) & (share >= floor) & (low > floor / 2)
    covered = cells[family.coverage]
    most = covered * high + (1 - covered)
    # Where no tie could be local there is no chance to compute, and nothing to speak.
    nothing_speaks = (p > 2 * thresholds.significance) | (cells[f"{family.usual}{suffix}"] == 0)
    no = (most < thresholds.excess_ruled_out) & nothing_speaks & ~yes
    return _three_valued(yes, no & is_testable(family, cells, thresholds, suffix=suffix))


def is_testable(
    family: FamilyColumns, cells: pd.DataFrame, thresholds: Thresholds, *, suffix: str = ""
) -> pd.Series[bool]:
    """Whether an excess would show: the usual reach leaves enough ties to go elsewhere."""
    usual, ties = cells[f"{family.usual}{suffix}"], cells[f"{family.ties}{suffix}"]
    return 1 - usual / ties >= thresholds.excess_ruled_out


def is_broad(family: FamilyColumns, cells: pd.DataFrame, thresholds: Thresholds) -> pd.Series[bool]:
    """Whether enough of the cell's firms have a lasting local partner, and more than usual.

    Who lists many ties has a local one by chance, so the share has to be above the one that firms
    with so many ties would have by the usual reach, too: an excess that a few firms carry is not
    broad. No where it is not, or where its upper bound is below the floor; firms that the source
    does not cover could all have a partner or none (Manski bounds). Where ties are counted between
    cells, the least and the most firms that the counts allow stand for the share and its upper
    bound, and what is usual is known as the most that it can be: it speaks against a yes alone.
    """
    share, high = cells[family.linked], cells[f"{family.linked}_high"]
    usual = cells[family.usual_linked]
    floor = thresholds.locally_linked_share
    uncovered = 1 - cells[family.coverage]
    # Where all firms would have one anyway, all of them is as many as there can be.
    is_more = (share > usual) | (usual >= 1 - 1 / cells["living_firms"])
    yes = (share >= floor) & is_more
    told = share.mask(_are_counted(cells))
    no = (high + uncovered < floor) | (told + uncovered <= usual)
    return _three_valued(yes, no & ~yes)


def is_lasting_family(
    family: FamilyColumns, cells: pd.DataFrame, thresholds: Thresholds
) -> pd.Series[bool]:
    """Whether the cell's local ties last, with a gap of one year at most.

    Of supply the floor is that of lasting ties, or, where ties of the same industries everywhere
    last less, a quarter of the way from their base rate to lasting altogether: a small difference
    is no stability. Yes: the share is at least the floor, and its lower bound above the base rate
    (above the floor where the base rate is not lower). No: the upper bound is below the floor, also
    if all ties of firms that the source does not cover lasted. Of knowledge it is the firms with a
    local partner that have to have one again: the share and its lower bound at least the floor.
    """
    floor = thresholds.tie_persistence
    share, low, high = (cells[f"{family.persistence}{end}"] for end in _ENDS)
    most = high + (1 - cells[family.coverage])
    if family is not SUPPLY:
        return _three_valued((share >= floor) & (low >= floor), most < floor)
    base, gain = cells["persistence_base_rate"], thresholds.tie_persistence_gain
    yes = is_lasting(cells, base, floor=floor, gain=gain)
    return _three_valued(yes, most < lasting_share(base, floor=floor, gain=gain))


def has_ecosystem(cells: pd.DataFrame, thresholds: Thresholds) -> pd.Series[bool]:
    """Question C: whether service and innovation institutions stand with the firms.

    Yes asks that enough firms are tied to local institutions, more than the usual reach of such
    ties gives, and that one kind of innovation and one kind of service institution each reach
    enough firms. Where no institution of a family is anywhere in the data, that family is not
    known.
    """
    share = cells["institution_tied_share"]
    floor = thresholds.institution_tied_share
    uncovered = 1 - cells["tie_coverage"]
    most = cells["institution_tied_share_high"] + uncovered
    tied = _three_valued(
        (cells["institution_q"] <= thresholds.significance) & (share >= floor), most < floor
    )
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
