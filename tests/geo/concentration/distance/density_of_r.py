"""What R's density() gave before version 4.4, for figures that were made with it."""

import numpy as np
from scipy import stats


def as_r_before_4_4(values, weights, bandwidth, *, start, end, n):
    """R's density() as it was up to 4.3: the kernel is laid on points that are too close.

    Its 2 n points span twice the range of n points, so their steps are (2 n - 2) / (2 n - 1) of
    those of the binned values ("old coordinates" in R's help since 4.4).
    """
    asked, n = int(n), int(n) if n <= 512 else 2 ** int(np.ceil(np.log2(int(n))))
    low, high = start - 4 * bandwidth, end + 4 * bandwidth
    at = (values - low) / ((high - low) / (n - 1))
    left = np.floor(at).astype(int)
    inside = (left >= 0) & (left <= n - 2)
    mass = np.bincount(left[inside], ((1 - at + left) * weights)[inside], minlength=2 * n)
    mass += np.bincount(left[inside] + 1, ((at - left) * weights)[inside], minlength=2 * n)
    mass[0] += ((at - left) * weights)[left == -1].sum()
    mass[n - 1] += ((1 - at + left) * weights)[left == n - 1].sum()
    steps = np.linspace(0, 2 * (high - low), 2 * n)
    steps[n + 1 :] = -steps[n - 1 : 0 : -1]
    kernel = np.fft.fft(stats.norm.pdf(steps, scale=bandwidth))
    smooth = np.fft.ifft(np.fft.fft(mass) * kernel.conj()).real[:n].clip(0)
    x = np.linspace(start, end, asked)
    return x, np.interp(x, np.linspace(low, high, n), smooth)
