"""Ids of one table found in another, also where a program has changed how they are written.

Ids that are the same are the same. Of the others a light normal form is compared: without spaces
and characters that no eye sees, digits in half width, no `.0` at the end; then without leading
zeros. It counts where it names one id alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Matched", "matched_ids", "normal_forms", "with_known_ids", "with_known_names"]

_UNSEEN = r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"


class Matched(NamedTuple):
    """Rows with ids as the other table writes them."""

    frame: nw.LazyFrame[Any]
    rows: int
    """Rows whose id was written otherwise."""
    example: tuple[str, str] | None
    """One id as it was given, and as it is known."""


def with_known_ids(
    frame: nw.LazyFrame[Any], column: str, known: pl.Series | Sequence[str]
) -> Matched:
    """Rows whose ids in `column` are written as in `known`, where they are the same id.

    Parameters
    ----------
    frame : LazyFrame
        Rows with text in `column`.
    column : str
        Which ids.
    known : Series or sequence of str
        Ids of the table that has them.
    """
    there = pl.Series("known", known, dtype=pl.String).drop_nulls().unique()
    same = nw.from_native(pl.LazyFrame({column: there}))
    # What is not known is little: the rest is never held at once.
    given = frame.select(column).drop_nulls().join(same, on=column, how="anti")
    counted: pl.LazyFrame = given.group_by(column).agg(nw.len().alias("rows")).to_native()
    strange = counted.collect(engine="streaming")
    pairs = matched_ids(strange[column], there)
    if pairs.is_empty():
        return Matched(frame, 0, None)
    pairs = pairs.sort("given")
    rows = strange.join(pairs, left_on=column, right_on="given", how="semi")["rows"].sum()
    lookup = nw.from_native(pairs.rename({"given": column, "known": "_known_id"}).lazy())
    names = frame.collect_schema().names()
    joined = frame.join(lookup, on=column, how="left").with_columns(
        nw.coalesce("_known_id", column).alias(column)
    )
    return Matched(joined.select(*names), int(rows), (pairs["given"][0], pairs["known"][0]))


def with_known_names(frame: nw.LazyFrame[Any], column: str, names: Mapping[str, str]) -> Matched:
    """Rows in which a name stands for an id, with the id.

    Parameters
    ----------
    frame : LazyFrame
        Rows with text in `column`.
    column : str
        Which ids.
    names : mapping of str to str
        The id that has each name; no name is an id itself.
    """
    if not names:
        return Matched(frame, 0, None)
    named = frame.select(column).drop_nulls().filter(nw.col(column).is_in(list(names)))
    counted: pl.LazyFrame = named.group_by(column).agg(nw.len().alias("rows")).to_native()
    found = counted.sort(column).collect(engine="streaming")
    if found.is_empty():
        return Matched(frame, 0, None)
    given = found[column].to_list()
    lookup = pl.LazyFrame({column: given, "_named": [names[name] for name in given]})
    columns = frame.collect_schema().names()
    joined = frame.join(nw.from_native(lookup), on=column, how="left").with_columns(
        nw.coalesce("_named", column).alias(column)
    )
    rows = int(found["rows"].sum())
    return Matched(joined.select(*columns), rows, (given[0], names[given[0]]))


def matched_ids(given: pl.Series, known: pl.Series) -> pl.DataFrame:
    """Ids that are not known as they are written, and the known id that each of them is.

    Examples
    --------
    >>> known = pl.Series(["01001", "01003", "7", "07"])
    >>> matched_ids(pl.Series(["1001", " ０１００３", "01003.0", "007", "x"]), known).rows()
    [(' ０１００３', '01003'), ('01003.0', '01003'), ('1001', '01001')]
    """
    pairs = []
    rest = given
    for zeros in (True, False):
        if rest.is_empty():
            break
        table = pl.DataFrame({"known": known, "form": normal_forms(known, zeros=zeros)})
        alone = table.filter(pl.len().over("form") == 1)
        ours = pl.DataFrame({"given": rest, "form": normal_forms(rest, zeros=zeros)})
        found = ours.join(alone, on="form", how="inner", maintain_order="left")
        pairs.append(found.select("given", "known"))
        rest = rest.filter(~rest.is_in(found["given"].to_list()))
    empty = pl.DataFrame(schema={"given": pl.String, "known": pl.String})
    return pl.concat([empty, *pairs])


def normal_forms(ids: pl.Series, *, zeros: bool) -> pl.Series:
    """Light normal form of ids, with or without their leading zeros."""
    form = ids.str.normalize("NFKC").str.replace_all(_UNSEEN, "").str.replace(r"^(\d+)\.0+$", "$1")
    if zeros:
        return form
    bare = form.str.strip_chars_start("0")
    return pl.select(pl.when(bare == "").then(form).otherwise(bare)).to_series()
