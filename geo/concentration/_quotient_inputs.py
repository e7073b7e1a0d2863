"""Counts and totals that quotients are made of, checked once for all of them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geo.errors import InvalidCountsError

__all__ = ["as_counts", "as_matrix", "as_totals"]

Floats = npt.NDArray[np.float64]


def as_totals(
    cell: npt.ArrayLike, region: npt.ArrayLike, industry: npt.ArrayLike, grand: npt.ArrayLike
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the four numbers of a quotient as checked arrays."""
    return (
        as_counts(cell, name="cell"),
        as_counts(region, name="region_total"),
        as_counts(industry, name="industry_total"),
        as_counts(grand, name="grand_total"),
    )


def as_counts(values: npt.ArrayLike, *, name: str, infinite: bool = False) -> Floats:
    """Return `values` as floats, of which none is negative; NaN passes."""
    x = np.asarray(values, dtype=np.float64)
    wrong = x < 0
    if not infinite:
        wrong |= np.isinf(x)
    if wrong.any():
        first = x[wrong].flat[0] if x.ndim else x
        rule = "not negative" if infinite else "finite and not negative"
        message = (
            f"`{name}` must be {rule}, NaN where not known: "
            f"{int(wrong.sum())} value(s) are not, first {first}."
        )
        raise InvalidCountsError(message)
    return x


def as_matrix(values: npt.ArrayLike, *, name: str) -> Floats:
    """Return a region x industry matrix of finite values, none negative."""
    x = np.asarray(values, dtype=np.float64)
    if x.ndim != 2:
        message = f"`{name}` must have two dimensions, regions and industries: it has {x.ndim}."
        raise InvalidCountsError(message)
    wrong = ~np.isfinite(x) | (x < 0)
    if wrong.any():
        region, industry = np.argwhere(wrong)[0]
        message = (
            f"`{name}` must be finite and >= 0: {int(wrong.sum())} value(s) are not, "
            f"first {x[region, industry]} at region {region}, industry {industry}."
        )
        raise InvalidCountsError(message)
    return x
