"""How surprising a count is, in closed form, and between which bounds a count or share lies.

Here belong the moments of a hypergeometric count, the upper tail of a sum of such counts, and the
intervals of counts and shares that the tests of linkage share. What is counted, and over which
strata, belongs to the modules of the tests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

import numpy as np

from geo.errors import InvalidCountsError

if TYPE_CHECKING:
    import narwhals as nw
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

__all__ = [
    "Interval",
    "Moments",
    "binomial_interval",
    "count_interval",
    "hypergeometric_moments",
    "overdispersed_tail",
    "upper_tail",
    "wilson_interval",
]

T = TypeVar("T")
Counts = TypeVar("Counts", "Floats", "nw.Expr")

_ROUNDING = 1e-9  # of a mean or variance of counts, against one


class Moments(NamedTuple, Generic[T]):
    """What is known of a count that chance alone makes."""

    mean: T
    """Expected count."""
    variance: T
    """Its variance."""
    third: T
    """Its third central moment."""
    least: T
    """Smallest count possible."""
    most: T
    """Largest count possible."""


class Interval(NamedTuple):
    """Bounds of a value, in its own unit."""

    low: Floats
    high: Floats


def hypergeometric_moments(a: Counts, b: Counts, n: Counts) -> Moments[Counts]:
    r"""Moments of the number of marked draws: `b` of `n` are drawn, `a` of the `n` are marked.

    .. math::

       \mu = \frac{ab}{n}, \quad
       \sigma^2 = \frac{a b (n-a)(n-b)}{n^2 (n-1)}, \quad
       \kappa_3 = \sigma^2 \frac{(n-2a)(n-2b)}{n (n-2)}

    With `a` ties whose supplier and `b` ties whose customer is in a region, of `n` ties whose
    partners are matched at random, this is the number of ties with both ends in the region.

    Parameters
    ----------
    a, b, n : ndarray of float64, or narwhals expressions
        Numbers of ties, whole and not negative, a <= n and b <= n; as floats, since products of
        four counts outgrow integers. Arrays of one shape, or expressions over columns.

    Returns
    -------
    Moments
        Of the same kind and shape as the input; sums of them over independent counts are the
        moments of the sum. With n = 0 all are zero.

    References
    ----------
    .. [1] Johnson, N. L., Kemp, A. W. & Kotz, S. (2005). Univariate Discrete Distributions,
       3rd ed., section 6.3.

    Examples
    --------
    Two of four ties have their supplier here, two their customer; one local tie is expected:

    >>> m = hypergeometric_moments(np.array([2.0]), np.array([2.0]), np.array([4.0]))
    >>> float(m.mean[0]), round(float(m.variance[0]), 4), float(m.least[0]), float(m.most[0])
    (1.0, 0.3333, 0.0, 2.0)
    """
    # Where n - 1 or n - 2 vanish, so do the numerators: any divisor will do.
    size = n.clip(1)
    mean = a * b / size
    variance = mean * ((n - a) / size) * ((n - b) / (n - 1).clip(1))
    third = variance * ((n - 2 * a) / size) * ((n - 2 * b) / (n - 2).clip(1))
    return Moments(mean, variance, third, (a + b - n).clip(0), a - (a - b).clip(0))


def upper_tail(observed: npt.ArrayLike, moments: Moments[Floats]) -> Floats:
    r"""Chance of a count of at least `observed`, the count being a sum of hypergeometric counts.

    The generating function of a hypergeometric count has real roots only, so a sum of independent
    ones is a sum of independent, unequal yes-or-no trials. It is matched by a shifted binomial of
    the same mean, variance and third moment, whose size and shift may be fractions:

    .. math::

       p = \tfrac12 \Bigl(1 - \frac{\kappa_3}{\sigma^2}\Bigr), \quad
       N = \frac{\sigma^2}{p (1-p)}, \quad s = \mu - N p, \quad
       P(X \ge k) = I_p(k - s, N - k + s + 1)

    A count above the matched range s + N, which chance can still reach, gets Hoeffding's bound:
    the tail of a binomial with the same range and mean, which is never too small.

    Parameters
    ----------
    observed : array_like of float, shape (n,)
        Counts.
    moments : Moments of ndarray of float64, each of shape (n,)
        Of the count if chance alone made it.

    Returns
    -------
    ndarray of float64, shape (n,)
        In [0, 1]. NaN where the variance is zero: then chance has no choice, and the count says
        nothing; NaN where an input is.

    References
    ----------
    .. [1] Pekoz, E., Rollin, A., Cekanavicius, V. & Shwartz, M. (2009). A three-parameter binomial
       approximation. Journal of Applied Probability 46(4), 1073-1085.
    .. [2] Hoeffding, W. (1956). On the distribution of the number of successes in independent
       trials. Annals of Mathematical Statistics 27(3), 713-721, Theorem 4.
    .. [3] Pitman, J. (1997). Probabilistic bounds on the coefficients of polynomials with only real
       zeros. Journal of Combinatorial Theory A 77(2), 279-303.

    Examples
    --------
    Of three ties one has its supplier here and two their customer, so the supplier's partner is
    local with a chance of 2/3, and nothing need be approximated:

    >>> null = hypergeometric_moments(np.array([1.0]), np.array([2.0]), np.array([3.0]))
    >>> upper_tail([1], null).round(4)
    array([0.6667])
    """
    from scipy.special import betainc, gammainc

    columns = np.broadcast_arrays(observed, *moments)
    count, mean, variance, third, least, most = (np.asarray(c, dtype=np.float64) for c in columns)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        p = (1 - third / variance) / 2
        is_rare = p < _ROUNDING  # a Poisson count in the limit
        size = variance / (p * (1 - p))
        shift = np.where(is_rare, mean - variance, mean - size * p)
        above = count - shift
        matched = np.where(
            is_rare, gammainc(above, variance), betainc(above, size - above + 1, np.clip(p, 0, 1))
        )
        # Theorem 4 speaks of counts above the mean, which these are.
        bound = betainc(count - least, most - count + 1, (mean - least) / (most - least))
        tail = np.where(~is_rare & (above > size), bound, matched)
    tail = np.where(above <= 0, 1.0, np.where(count > most + _ROUNDING, 0.0, tail))
    tail[(count <= least + _ROUNDING) & np.isfinite(least)] = 1.0
    tail[~(variance > _ROUNDING) | np.isnan(count)] = np.nan
    return np.clip(tail, 0.0, 1.0)


def overdispersed_tail(observed: npt.ArrayLike, mean: Floats, variance: Floats) -> Floats:
    r"""Chance of a count of at least `observed` where its mean is not known for sure.

    A negative binomial count of that mean and variance; Poisson where they are alike:

    .. math:: P(X \ge k) = I_{1-p}(k, m), \quad m = \frac{\mu^2}{\sigma^2 - \mu},
              \quad p = \frac{m}{m + \mu}

    Parameters
    ----------
    observed : array_like of float
        Counts; need not be whole.
    mean, variance : ndarray of float64
        Of the count; a variance below the mean is taken for the mean.

    Returns
    -------
    ndarray of float64
        In [0, 1]; 1 where nothing is observed, 0 where something is and nothing is expected.

    References
    ----------
    .. [1] Johnson, N. L., Kemp, A. W. & Kotz, S. (2005). Univariate Discrete Distributions,
       3rd ed., section 5.2.

    Examples
    --------
    Three or more where one is expected, for sure (1 - 2.5 / e) and not so:

    >>> overdispersed_tail([3.0, 3.0], np.array([1.0, 1.0]), np.array([1.0, 2.0])).round(3)
    array([0.08 , 0.125])
    """
    from scipy.special import betainc, gammainc

    count = np.asarray(observed, dtype=np.float64)
    excess = np.maximum(variance - mean, 0.0)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        size = mean**2 / excess
        spread = betainc(np.maximum(count, _ROUNDING), size, mean / (size + mean))
        sure = gammainc(np.maximum(count, _ROUNDING), mean)
    is_sure = excess <= _ROUNDING * np.maximum(mean, _ROUNDING)
    tail = np.where(is_sure, sure, spread)
    tail = np.where(count <= 0, 1.0, np.where(mean <= 0, 0.0, tail))
    known: Floats = np.where(np.isnan(count) | np.isnan(mean), np.nan, tail)
    return known


def count_interval(
    observed: npt.ArrayLike, *, most: npt.ArrayLike = np.inf, level: float = 0.95
) -> Interval:
    r"""Exact interval of the expectation that a count was drawn around (Poisson).

    .. math:: \tfrac12 \chi^2_{2k}(\alpha/2) \le \lambda \le \tfrac12 \chi^2_{2k+2}(1 - \alpha/2)

    Parameters
    ----------
    observed : array_like of float
        Counts, not negative.
    most : array_like of float, default inf
        What the expectation cannot exceed, such as the number of all ties.
    level : float, default 0.95
        Level of the interval.

    Returns
    -------
    Interval
        Of the shape of `observed`; NaN where that is NaN.

    Raises
    ------
    InvalidCountsError
        If a count is negative.

    References
    ----------
    .. [1] Garwood, F. (1936). Fiducial limits for the Poisson distribution. Biometrika 28, 437-442.

    Examples
    --------
    Of nothing seen, up to -ln(0.025) = 3.69 may be expected:

    >>> bounds = count_interval([0, 10])
    >>> bounds.low.round(2), bounds.high.round(2)
    (array([0. , 4.8]), array([ 3.69, 18.39]))
    """
    from scipy.special import gammaincinv

    count = np.asarray(observed, dtype=np.float64)
    if (count < 0).any():
        message = f"`observed` must hold counts >= 0: the least is {np.nanmin(count)}."
        raise InvalidCountsError(message)
    outside = (1 - level) / 2
    low = np.where(count == 0, 0.0, gammaincinv(np.where(count == 0, 1.0, count), outside))
    high = gammaincinv(count + 1, 1 - outside)
    return Interval(np.minimum(low, most), np.minimum(high, most))


def binomial_interval(
    observed: npt.ArrayLike, trials: npt.ArrayLike, *, level: float = 0.95
) -> Interval:
    r"""Exact interval of the expectation of a count out of so many trials (binomial).

    .. math:: n B^{-1}_{k, n-k+1}(\alpha/2) \le n \theta \le n B^{-1}_{k+1, n-k}(1 - \alpha/2)

    Parameters
    ----------
    observed, trials : array_like of float
        Counts k and numbers of trials n, 0 <= k <= n; need not be whole.
    level : float, default 0.95
        Level of the interval.

    Returns
    -------
    Interval
        NaN where an argument is NaN or there are no trials.

    References
    ----------
    .. [1] Clopper, C. J. & Pearson, E. S. (1934). The use of confidence or fiducial limits
       illustrated in the case of the binomial. Biometrika 26, 404-413.

    Examples
    --------
    Of 10 that could be, none seen: up to 10 (1 - 0.025^(1/10)) = 3.08 may be expected.

    >>> bounds = binomial_interval([0, 10], 10)
    >>> bounds.low.round(2), bounds.high.round(2)
    (array([0.  , 6.92]), array([ 3.08, 10.  ]))
    """
    from scipy.special import betaincinv

    k, n = np.broadcast_arrays(
        np.asarray(observed, dtype=np.float64), np.asarray(trials, dtype=np.float64)
    )
    outside = (1 - level) / 2
    none, every = k <= 0, k >= n
    low = betaincinv(np.where(none, 1.0, k), np.where(none, 1.0, n - k + 1), outside)
    high = betaincinv(np.where(every, 1.0, k + 1), np.where(every, 1.0, n - k), 1 - outside)
    known = np.where((n > 0) & np.isfinite(k), n, np.nan)
    return Interval(np.where(none, 0.0, low) * known, np.where(every, 1.0, high) * known)


def wilson_interval(
    successes: npt.ArrayLike, trials: npt.ArrayLike, *, level: float = 0.95
) -> Interval:
    r"""Score interval of a share.

    .. math:: \frac{k + z^2/2 \pm z \sqrt{k (m-k)/m + z^2/4}}{m + z^2}

    Parameters
    ----------
    successes, trials : array_like of float
        Counts k <= m, of one shape.
    level : float, default 0.95
        Level of the interval.

    Returns
    -------
    Interval
        In [0, 1]; NaN where there are no trials.

    References
    ----------
    .. [1] Wilson, E. B. (1927). Probable inference, the law of succession, and statistical
       inference. Journal of the American Statistical Association 22, 209-212.

    Examples
    --------
    >>> bounds = wilson_interval([0, 8], [0, 10])
    >>> bounds.low.round(3), bounds.high.round(3)
    (array([ nan, 0.49]), array([  nan, 0.943]))
    """
    from scipy.special import ndtri

    k = np.asarray(successes, dtype=np.float64)
    m = np.asarray(trials, dtype=np.float64)
    z = float(ndtri(1 - (1 - level) / 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        half = z * np.sqrt(k * (m - k) / m + z * z / 4)
        low, high = (k + z * z / 2 - half) / (m + z * z), (k + z * z / 2 + half) / (m + z * z)
    return Interval(np.clip(low, 0, 1), np.clip(high, 0, 1))
