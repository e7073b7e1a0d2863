"""Distances between points counted on a raster: autocorrelation by fast Fourier transform.

Here belong where points stand on a raster and how a histogram of their distances comes out of it,
in a time that does not grow with the pairs. What the histogram is for, and how far the raster blurs
it, belongs to `duranton_overman`; the compiled loops to `_distances`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]

__all__ = ["Raster", "raster_histogram", "raster_of"]


class Raster(NamedTuple):
    """Where sites stand on a raster, and how it is transformed."""

    nodes: Floats
    cell: float
    shape: tuple[int, int]
    padded: tuple[int, int]
    lags: int


def raster_of(x: Floats, cell: float, reach: float) -> Raster:
    """Sites on a raster of this cell, padded so that no lag within reach wraps around."""
    from scipy.fft import next_fast_len

    nodes = (x - x.min(axis=0)) / cell
    columns, rows = (int(side) + 2 for side in nodes.max(axis=0))
    lags = int(reach / cell) + 2
    padded = (
        int(next_fast_len(rows + min(lags, rows))),
        int(next_fast_len(columns + min(lags, columns), real=True)),
    )
    return Raster(nodes, cell, (rows, columns), padded, lags)


def raster_histogram(
    raster: Raster, chosen: Integers, weights: Floats, *, width: float, bins: int
) -> Floats:
    """Histogram of distances between points at chosen sites, from the raster's autocorrelation."""
    from scipy import fft

    from geo.concentration._distances import deposit, lag_histogram

    here = np.empty(raster.shape, dtype=np.float32)
    own = np.empty((3, 3))
    deposit(here, raster.nodes, chosen, weights, own)
    rows, columns = raster.padded
    # Rows of zeros need no transform along them, lags out of reach none back.
    spectrum = fft.fft(fft.rfft(here, columns, axis=1), rows, axis=0, overwrite_x=True)
    power = spectrum.real**2 + spectrum.imag**2
    lagged = fft.ifft(power, axis=0)[: min(raster.lags, raster.shape[0])]
    correlation = np.asarray(fft.irfft(lagged, columns, axis=1), dtype=np.float32)
    return lag_histogram(correlation, own, raster.cell, width, bins)
