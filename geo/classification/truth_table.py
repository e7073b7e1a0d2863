"""From evidence to class: the answers, and the truth table of three answers to one class.

What belongs here: that the verdict under any thresholds is reached in one way, whoever asks. What
does not: how an answer is reached (`questions`) and how it is worded
(`geo.classification.text.reason_texts`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.classification.questions import answers
from geo.vocabulary import Class

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.settings import Thresholds

__all__ = ["TRUTH_TABLE", "judgements", "verdicts"]


Answer = bool | None
"""Yes, no, or None for 'not known'."""

# Rows in the order of reading, the first that fits decides. Columns: A concentrated,
# B collaborating, chain partners here (asked only where B is not known), C ecosystem.
# A set lists the answers that fit; the last two are the class and what it rests on.
_ANY: frozenset[Answer] = frozenset({True, False, None})
_YES, _NO, _NOT_KNOWN = frozenset({True}), frozenset({False}), frozenset({None})

TRUTH_TABLE: Sequence[
    tuple[frozenset[Answer], frozenset[Answer], frozenset[Answer], frozenset[Answer], Class, str]
] = (
    (_NO, _YES, _ANY, _ANY, Class.NETWORKED, "ties"),
    (_NO, _NO, _ANY, _ANY, Class.DISPERSED, "ties"),
    (_NO, _NOT_KNOWN, _ANY, _ANY, Class.DISPERSED, "none"),
    (_YES, _NO, _ANY, _ANY, Class.AGGLOMERATION, "ties"),
    (_YES, _NOT_KNOWN, _YES, _ANY, Class.POTENTIAL_CLUSTER, "input_output"),
    (_YES, _NOT_KNOWN, _NO, _ANY, Class.AGGLOMERATION, "input_output"),
    (_YES, _NOT_KNOWN, _NOT_KNOWN, _ANY, Class.UNDETERMINED, "none"),
    (_YES, _YES, _ANY, _YES, Class.CLUSTER, "ties"),
    (_YES, _YES, _ANY, _NO | _NOT_KNOWN, Class.EMERGING_CLUSTER, "ties"),
    (_NOT_KNOWN, _YES | _NO, _ANY, _ANY, Class.UNDETERMINED, "ties"),
    (_NOT_KNOWN, _NOT_KNOWN, _ANY, _ANY, Class.UNDETERMINED, "none"),
)


def verdicts(
    is_concentrated: pd.Series[bool],
    is_collaborating: pd.Series[bool],
    has_ecosystem: pd.Series[bool],
    chain_partners_here: pd.Series[bool],
) -> pd.DataFrame:
    """Class and basis of every cell.

    Parameters
    ----------
    is_concentrated, is_collaborating, has_ecosystem, chain_partners_here : Series of boolean
        Nullable answers, all on one index; <NA> is 'not known'. The last says whether the
        industries that the cell buys from and sells to are in the region, by an input-output
        table; <NA> where there is none.

    Returns
    -------
    DataFrame
        Columns `class` (a `geo.vocabulary.Class`) and `basis` (`ties`, `input_output`, `none`);
        `judgements` names flows between cells, where it is they that say it.

    Examples
    --------
    >>> yes, unknown = (pd.Series([x], dtype="boolean") for x in (True, None))
    >>> verdicts(yes, yes, unknown, unknown).iloc[0].tolist()
    ['emerging_cluster', 'ties']
    """
    columns = (is_concentrated, is_collaborating, chain_partners_here, has_ecosystem)
    codes = np.column_stack([_codes(column) for column in columns])
    fits = [
        np.logical_and.reduce(
            [
                np.isin(codes[:, i], [_CODE[answer] for answer in row[i]])  # type: ignore[index]
                for i in range(4)
            ]
        )
        for row in TRUTH_TABLE
    ]
    first = np.argmax(np.array(fits), axis=0)
    return pd.DataFrame(
        {
            "class": np.array([str(row[4]) for row in TRUTH_TABLE], dtype=object)[first],
            "basis": np.array([row[5] for row in TRUTH_TABLE], dtype=object)[first],
        },
        index=is_concentrated.index,
    )


_CODE: dict[Answer, int] = {False: 0, True: 1, None: 2}


def _codes(answers: pd.Series[bool]) -> np.ndarray:
    return answers.astype("Int8").fillna(_CODE[None]).to_numpy(dtype=np.int8)


def judgements(cells: pd.DataFrame, thresholds: Thresholds) -> pd.DataFrame:
    """Answers and class of every cell.

    Parameters
    ----------
    cells : DataFrame
        The evidence: the columns that `answers` asks for, and chain_partners_here (boolean, <NA>
        = not known), by an input-output table; where flows between cells are given,
        flow_partners_here, which is heard before it.
    thresholds : Thresholds
        Floors of the questions.

    Returns
    -------
    DataFrame
        The columns of `answers`, `chain_partners_here` as far as it is heard, and `class` and
        `basis` of `verdicts`, on the index of `cells`.
    """
    given = answers(cells, thresholds)
    partners = cells["chain_partners_here"].astype("boolean")
    by_flows = _by_flows(cells)
    partners = partners.where(by_flows.isna(), by_flows)
    # A table that expects no partners here does not speak against ties that show some.
    shown = given["is_beyond_reach"].fillna(value=False) | _shown_in_part(cells, given["is_broad"])
    is_refuted = (shown & ~partners).fillna(value=False)
    given["chain_partners_here"] = partners.mask(is_refuted)
    classes = verdicts(
        given["is_concentrated"],
        given["is_collaborating"],
        given["has_ecosystem"],
        given["chain_partners_here"],
    )
    classes["basis"] = classes["basis"].mask(
        by_flows.notna() & (classes["basis"] == "input_output"), "flows"
    )
    if "is_local_market" in cells:
        # That an industry is a local one is told without any table.
        by_table = cells["is_local_market"].astype(bool) & (classes["basis"] == "input_output")
        classes["basis"] = classes["basis"].mask(by_table, "none")
    return pd.concat([given, classes], axis=1)


def _by_flows(cells: pd.DataFrame) -> pd.Series[bool]:
    """What flows say of partners; nothing of a local industry, which has no chain to look for."""
    if "flow_partners_here" not in cells:
        return pd.Series(pd.NA, index=cells.index, dtype="boolean")
    answer = cells["flow_partners_here"].astype("boolean")
    if "is_local_market" in cells:
        answer = answer.mask(cells["is_local_market"].fillna(value=False).astype(bool))
    return answer


def _shown_in_part(cells: pd.DataFrame, is_broad: pd.Series[bool]) -> pd.Series[bool]:
    """Whether firms have stable local partners, of whose ties a part only is seen.

    With links for a fifth of the firms a cluster shows a fifth of its firms' partners at most, and
    they are partners that are here.
    """
    is_partial = cells["link_coverage"] < 1
    open_or_yes = is_broad.fillna(value=True).astype(bool)
    shown: pd.Series[bool] = open_or_yes & is_partial & (cells["locally_linked_share"] > 0)
    return shown
