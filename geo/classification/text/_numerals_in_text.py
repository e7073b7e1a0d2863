"""Numbers of a table as they stand in a sentence.

What belongs here: how many decimals, separators of thousands, and the word that agrees with a
number. What does not: the sentences (`wording`, `class_transitions`).
"""

from __future__ import annotations

import polars as pl

__all__ = ["about", "chance", "decimals", "percent", "whole", "word"]

_NOT_KNOWN = "?"


def whole(column: str) -> pl.Expr:
    """A number to the nearest whole one, thousands set apart; a question mark where not known.

    Examples
    --------
    >>> frame = pl.DataFrame({"n": [7.0, 1234567.2, None]})
    >>> frame.select(whole("n"))["n"].to_list()
    ['7', '1,234,567', '?']
    """
    return _grouped(_rounded(column, 0)).fill_null(_NOT_KNOWN)


def about(column: str) -> pl.Expr:
    """A number from ten on as a whole one, below with one decimal; a question mark if not known.

    Examples
    --------
    >>> frame = pl.DataFrame({"n": [96.2, 0.44, None]})
    >>> frame.select(about("n"))["n"].to_list()
    ['96', '0.4', '?']
    """
    is_large = (pl.col(column) >= 9.95).fill_null(value=False)
    return pl.when(is_large).then(whole(column)).otherwise(decimals(column, 1))


def decimals(column: str, places: int) -> pl.Expr:
    """A number from zero on with so many decimals; a question mark where not known.

    Examples
    --------
    >>> frame = pl.DataFrame({"n": [6.4, 0.049, 1234.567]})
    >>> frame.select(decimals("n", 2))["n"].to_list()
    ['6.40', '0.05', '1,234.57']
    """
    scaled, unit = _rounded(column, places), 10**places
    fraction = (scaled % unit).cast(pl.String).str.zfill(places)
    text = pl.concat_str([_grouped(scaled // unit), fraction], separator=".")
    return text.fill_null(_NOT_KNOWN)


def percent(column: str) -> pl.Expr:
    """A share in whole percent, without the sign; a question mark where not known."""
    return _rounded(column, 2).cast(pl.String).fill_null(_NOT_KNOWN)


def chance(column: str) -> pl.Expr:
    """A probability with three decimals, or that it is smaller than they can show."""
    return pl.when(pl.col(column) < 0.001).then(pl.lit("< 0.001")).otherwise(decimals(column, 3))


def word(column: str, one: str, many: str) -> pl.Expr:
    """The word that goes with a number as `whole` shows it: `one` with 1, else `many`.

    Examples
    --------
    >>> frame = pl.DataFrame({"n": [1.0, 0.0, None]})
    >>> frame.select(word("n", "kind", "kinds"))["n"].to_list()
    ['kind', 'kinds', 'kinds']
    """
    is_one = (_rounded(column, 0) == 1).fill_null(value=False)
    return pl.when(is_one).then(pl.lit(one)).otherwise(pl.lit(many)).alias(column)


def _rounded(column: str, places: int) -> pl.Expr:
    """Whole number of units of the last decimal; null where there is no finite number."""
    scaled = pl.col(column).cast(pl.Float64).mul(10**places)
    return scaled.round(0).cast(pl.Int64, strict=False)


def _grouped(number: pl.Expr) -> pl.Expr:
    # Groups are of three digits from the right, and the pattern reads from the left.
    digits = number.cast(pl.String).str.reverse()
    return digits.str.replace_all(r"(\d{3})", "${1},").str.reverse().str.strip_prefix(",")
