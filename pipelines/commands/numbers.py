"""Numbers as the commands print them: thousands set apart, shares in percent, gaps told apart."""

from __future__ import annotations

import math

import pandas as pd

__all__ = ["chance", "decimals", "interval", "is_known", "percent", "whole"]

_NOT_KNOWN = "–"


def is_known(value: object) -> bool:
    """Whether there is a value at all."""
    return not pd.isna(value)  # type: ignore[call-overload]


def whole(value: float) -> str:
    """A count, such as 12,345."""
    return f"{value:,.0f}" if is_known(value) else _NOT_KNOWN


def decimals(value: float, places: int = 2) -> str:
    """A number with so many decimals."""
    return f"{value:,.{places}f}" if is_known(value) else _NOT_KNOWN


def percent(value: float) -> str:
    """A share, such as 55 %."""
    return f"{value:.0%}".replace("%", " %") if is_known(value) else _NOT_KNOWN


def chance(value: float) -> str:
    """A probability; what is too small to show is said to be smaller."""
    if not is_known(value):
        return _NOT_KNOWN
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def interval(low: str, high: str) -> str:
    """Both ends in brackets; nothing where neither is known."""
    return "" if low == high == _NOT_KNOWN else f" ({low}–{high})"


def short_share(value: float) -> str:
    """A share that is never rounded to nothing or to all."""
    return percent(min(max(value, 0.01), 0.99)) if 0 < value < 1 else percent(value)


def as_count(value: float, places: int = 1) -> str:
    """A count with decimals only where it is not whole."""
    is_whole = is_known(value) and math.isclose(value, round(value))
    return whole(value) if is_whole else decimals(value, places)
