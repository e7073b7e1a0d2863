"""From evidence to class: the answers and the truth table, in one step.

What belongs here: that the verdict under any thresholds is reached in one way, whoever asks. What
does not: how an answer is reached (`answers`), the truth table itself (`verdict`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from geo.classification.answers import answers
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
        = not known).
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
    if "is_local_market" in cells:
        # That an industry is a local one is told without any table.
        by_table = cells["is_local_market"].astype(bool) & (classes["basis"] == "input_output")
        classes["basis"] = classes["basis"].mask(by_table, "none")
    return pd.concat([given, classes], axis=1)


def _shown_in_part(cells: pd.DataFrame, is_broad: pd.Series[bool]) -> pd.Series[bool]:
    """Whether firms have stable local partners, of whose ties a part only is seen.

    With links for a fifth of the firms a cluster shows a fifth of its firms' partners at most, and
    they are partners that are here.
    """
    is_partial = cells["link_coverage"] < 1
    open_or_yes = is_broad.fillna(value=True).astype(bool)
    shown: pd.Series[bool] = open_or_yes & is_partial & (cells["locally_linked_share"] > 0)
    return shown
