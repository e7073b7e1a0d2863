"""The truth table: from three answers to one class.

What belongs here: the class and what it rests on. What does not: how an answer is reached
(`geo.classification.questions`) and how it is worded (`geo.classification.text.reason_texts`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.vocabulary import Class

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["TRUTH_TABLE", "verdicts"]

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
