"""From evidence to class: the answers and the truth table, in one step.

What belongs here: that the verdict under any thresholds is reached in one way, whoever asks. What
does not: how an answer is reached (`questions`), the truth table itself (`verdict`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from geo.classification.questions import answers
from geo.classification.verdict import verdicts

if TYPE_CHECKING:
    from geo.settings import Thresholds

__all__ = ["judgements"]


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
