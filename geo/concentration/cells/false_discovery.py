"""What remains of small p-values when many were looked at.

Here belongs the control of the false-discovery rate over a family of tests. The tests themselves
do not, and neither does the choice of the family (all cells of a year, say): the caller makes it.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from geo.errors import GeoError, InvalidCountsError

__all__ = ["q_values"]

Floats = npt.NDArray[np.float64]


def q_values(
    p: npt.ArrayLike,
    *,
    groups: npt.ArrayLike | None = None,
    method: Literal["bh", "by"] = "bh",
) -> Floats:
    r"""Smallest false-discovery rate at which each test would be called significant.

    With the :math:`m` known p-values in ascending order,

    .. math:: q_{(k)} = \min_{l \ge k} \min\Bigl(1, \frac{c\, m}{l}\, p_{(l)}\Bigr)

    where :math:`c = 1` for Benjamini and Hochberg's rule ("bh", for tests that are independent or
    positively dependent) and :math:`c = \sum_{l=1}^{m} 1/l` for Benjamini and Yekutieli's ("by",
    for any dependence).

    Parameters
    ----------
    p : array_like of float, shape (n_tests,)
        P-values in [0, 1]; NaN is a test that was not made, and does not count in :math:`m`.
    groups : array_like, shape (n_tests,), optional
        Label of the family of each test, the year for instance; one family where not given.
    method : {"bh", "by"}, default "bh"
        Rule to use.

    Returns
    -------
    ndarray of float64, shape (n_tests,)
        In [0, 1], never below `p`; NaN where `p` is.

    Raises
    ------
    InvalidCountsError
        If `p` is not one-dimensional or holds a value outside [0, 1], or if `groups` has another
        length.
    GeoError
        If `method` is neither "bh" nor "by".

    References
    ----------
    .. [1] Benjamini, Y. & Hochberg, Y. (1995). Controlling the false discovery rate. Journal of the
       Royal Statistical Society B 57(1), 289-300.
    .. [2] Benjamini, Y. & Yekutieli, D. (2001). The control of the false discovery rate in multiple
       testing under dependency. Annals of Statistics 29(4), 1165-1188, Theorem 1.3.

    Examples
    --------
    The smallest of three is multiplied by 3 / 1, the next by 3 / 2, the largest by 3 / 3:

    >>> q_values([0.01, 0.5, 0.02, np.nan])
    array([0.03, 0.5 , 0.03,  nan])
    """
    # scipy.stats takes most of a second to import.
    from scipy.stats import false_discovery_control

    values = np.asarray(p, dtype=np.float64)
    if method not in ("bh", "by"):
        message = f"`method` must be 'bh' or 'by': it is {method!r}."
        raise GeoError(message)
    if values.ndim != 1 or np.any((values < 0) | (values > 1)):
        message = "`p` must be one-dimensional and lie in [0, 1], NaN where no test was made."
        raise InvalidCountsError(message)
    families = _families(groups, len(values))
    q = np.full(len(values), np.nan)
    for family in range(families.max(initial=-1) + 1):
        known = np.flatnonzero((families == family) & ~np.isnan(values))
        if len(known):
            q[known] = false_discovery_control(values[known], method=method)
    return q


def _families(groups: npt.ArrayLike | None, tests: int) -> npt.NDArray[np.intp]:
    """Return the number of each test's family, from 0 on."""
    if groups is None:
        return np.zeros(tests, dtype=np.intp)
    labels = np.asarray(groups)
    if labels.shape != (tests,):
        message = f"`groups` must hold one label per test, {tests}: its shape is {labels.shape}."
        raise InvalidCountsError(message)
    return np.unique(labels, return_inverse=True)[1]
