"""What sets the purchases of an industry apart from what every industry buys.

What belongs here: the part of an input-output table that can tell one chain from another. What a
region could cover of it belongs to `potential`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Matrix = npt.NDArray[np.float64]

__all__ = ["distinctive"]

_WORTH_NAMING = 0.005
_MANY = 1 / 3


def distinctive(table: Matrix) -> Matrix:
    r"""Part of every purchase above what the average industry spends on that input.

    .. math:: d_{ji} = \max\Bigl(0,\; s_{ji} - \tfrac{1}{n - 1} \sum_{k \ne i} s_{jk}\Bigr),
              \qquad s_{ji} = \frac{a_{ji}}{\sum_j a_{ji}}

    Overheads are left out altogether: inputs on which more than a third of the industries spend
    0.5 % of their purchases or more (power, head offices, advertising, banks, landlords, freight).
    What an industry buys of its like counts: film studios live off film studios.

    Parameters
    ----------
    table : ndarray, shape (n_industries, n_industries)
        What each industry (column) buys of each (row); not negative. For sales, its transpose.

    Returns
    -------
    ndarray, shape (n_industries, n_industries)
        0 throughout for an industry that buys nothing, or nothing but what all buy.

    Examples
    --------
    Industry 1 buys of industry 0 alone; industry 2 spends 0.8 on it and 0.2 on industry 1. What
    sets them apart is what the one spends more on industry 0, and the other on industry 1:

    >>> distinctive(np.array([[0, 3.0, 0.8], [0, 0, 0.2], [0, 0, 0]])).round(2).tolist()
    [[0.0, 0.2, 0.0], [0.0, 0.0, 0.2], [0.0, 0.0, 0.0]]
    """
    bought = table.sum(axis=0)
    share = np.divide(table, bought, out=np.zeros_like(table), where=bought > 0)
    buyers = int((bought > 0).sum())
    others = (share.sum(axis=1, keepdims=True) - share) / max(buyers - 1, 1)
    found: Matrix = np.maximum(share - others, 0.0)
    spent_by = (share >= _WORTH_NAMING).sum(axis=1)
    found[(spent_by > _MANY * buyers) & (buyers > _FEW)] = 0.0
    return found


_FEW = 9
"""Industries that buy, up to which no input can be told to be everybody's."""
