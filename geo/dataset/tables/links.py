"""Links to ties: both ends known, alive, each tie once a year."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import narwhals as nw

from geo.dataset.judging.checks import Check, required_checks, value_checks
from geo.dataset.judging.judged_tables import judged
from geo.dataset.judging.typed_values import shown, typed
from geo.dataset.tables.parties import in_lower_case
from geo.dataset.values.ids import with_known_ids
from geo.engine import scan, sink
from geo.errors import DatasetError
from geo.vocabulary import TIE_KINDS, Text

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from geo.dataset.files.formats import Source
    from geo.dataset.judging.ledger import Ledger
    from geo.settings import Settings

__all__ = ["read_links", "with_life_masks", "years_lived"]

_REJECTED_KEY = -1
_BITS = 60


def _words(years: tuple[int, ...]) -> int:
    return (years[-1] - years[0]) // _BITS + 1


def years_lived(establishments: nw.LazyFrame[Any], *, years: tuple[int, ...]) -> nw.LazyFrame[Any]:
    """One row per firm: firm_key and the years it lives in, as bits of whole numbers.

    Bit `b` of `_lives_w` stands for year `years[0] + 60 w + b`: whether a firm lives in a year is
    then a look-up, not a join.
    """
    offset = nw.col("year") - years[0]
    frame = establishments.select("firm_key", offset.alias("_offset"))
    frame = frame.with_columns(
        *(_bit(nw.col("_offset") - _BITS * w).alias(f"_lives_{w}") for w in range(_words(years)))
    )
    return frame.group_by("firm_key").agg(
        *(nw.col(f"_lives_{w}").sum() for w in range(_words(years)))
    )


def with_life_masks(frame: nw.LazyFrame[Any], *, years: tuple[int, ...]) -> nw.LazyFrame[Any]:
    """Rows with opened and closed, and the years they live in, as in `years_lived`."""
    opened, closed = nw.col("opened").fill_null(0), nw.col("closed").fill_null(9999)
    masks = []
    for word in range(_words(years)):
        mask: nw.Expr = nw.lit(0, nw.Int64)
        for year in years:
            bit = year - years[0] - _BITS * word
            if 0 <= bit < _BITS:
                lives = ((opened <= year) & (closed > year)).cast(nw.Int64)
                mask = mask + lives * nw.lit(1 << bit, nw.Int64)
        masks.append(mask.alias(f"_lives_{word}"))
    return frame.with_columns(*masks)


def _bit(offset: nw.Expr) -> nw.Expr:
    """Power of two of an offset within a word, else 0."""
    inside = offset.is_between(0, _BITS - 1)
    power = nw.lit(2.0) ** nw.when(inside).then(offset).otherwise(0)
    return nw.when(inside).then(power.cast(nw.Int64)).otherwise(0)


def read_links(
    source: Source,
    parties: nw.LazyFrame[Any],
    rejected_ids: list[nw.LazyFrame[Any]],
    *,
    years: tuple[int, ...],
    has_institutions: bool,
    settings: Settings,
    ledger: Ledger,
    into: Path,
) -> nw.LazyFrame[Any]:
    """Ties between living parties, each once a year and kind, sorted.

    A tie that stands there more than once counts once, with the sum of the values that are known.

    Parameters
    ----------
    source : Source
        Links as read.
    parties : LazyFrame
        Columns party_id, party_key and the years that the party lives in (`_lives_0`, ...).
    rejected_ids : list of LazyFrame
        Column party_id: ids of firms and institutions, some of whose rows were rejected.
    years : tuple of int
        Years of the run.
    has_institutions : bool
        Whether there is a table of institutions. Where there is none, the unknown end of a tie
        that is not of supply may be one of them, which is a gap and no fault.
    settings : Settings
        Of the dataset.
    ledger : Ledger
        Where the rows are accounted for.
    into : Path
        Working folder.

    Raises
    ------
    DatasetError
        If too many rows are faulty, or none is left.
    """
    del settings
    frame = in_lower_case(typed(source), "kind")
    frame = frame.with_columns(nw.col("kind").fill_null("supply"))
    known = _known_ids(parties, rejected_ids, into=into)
    ids: pl.Series = known.select("party_id").collect().to_native()["party_id"]
    for end in ("source_id", "target_id"):
        found = with_known_ids(frame, end, ids)
        ledger.found_ids(source, end, found)
        frame = found.frame
    words = range(_words(years))
    offset = nw.when(nw.col("year").is_in(years)).then(nw.col("year") - years[0]).otherwise(0)
    for end in ("source", "target"):
        masks = {f"_lives_{w}": f"_{end}_lives_{w}" for w in words}
        there = known.rename({"party_id": f"{end}_id", "party_key": f"{end}_key"} | masks)
        frame = frame.join(there, on=f"{end}_id", how="left")
    frame = frame.with_columns(offset.alias("_offset"))
    frame = frame.with_columns(_bit(nw.col("_offset") % _BITS).alias("_bit"))
    ends = ("source", "target")
    keys = {end: nw.col(f"{end}_key") for end in ends}
    is_no_firm = [] if has_institutions else [
        Check("institution_unknown", f"{end}_id",
              keys[end].is_null() & ~keys[other].is_null() & (nw.col("kind") != "supply"))
        for end, other in (ends, ends[::-1])
    ]  # fmt: skip
    checks = [
        *required_checks(source),
        *value_checks(source),
        Check("self_tie", "target_id", nw.col("source_id") == nw.col("target_id")),
        *is_no_firm,
        *(Check("party_unknown", f"{end}_id", keys[end].is_null()) for end in ends),
        Check("outside_years", "year", ~nw.col("year").is_in(years)),
        *(Check("party_rejected", f"{end}_id", keys[end] == _REJECTED_KEY) for end in ends),
        *(Check("party_not_alive", f"{end}_id", ~_is_alive(end, len(words))) for end in ends),
    ]
    number = int(parties.select(nw.len()).collect().item())
    packed = _Packed(years, parties=number)
    rows = judged(
        source,
        frame.with_columns(packed.number().alias("_tie")),
        checks,
        keep=["_tie", "value"],
        key=[shown(name) for name in ("source_id", "target_id", "year", "kind")],
        ledger=ledger,
        into=into,
    )
    ties = _distinct_ties(rows, packed, into=into)
    total, distinct = (int(f.select(nw.len()).collect().item()) for f in (rows, ties))
    ledger.note(source, "duplicate_tie", total - distinct)
    return ties


def _known_ids(
    parties: nw.LazyFrame[Any], rejected: list[nw.LazyFrame[Any]], *, into: Path
) -> nw.LazyFrame[Any]:
    """Parties, and below them the ids that are known but that no row could be used of."""
    path = into / "known_ids.parquet"
    if not rejected:
        return parties
    ids = nw.concat([ids.select("party_id") for ids in rejected]).drop_nulls().unique()
    gone = ids.join(parties.select("party_id"), on="party_id", how="anti")
    masks = [n for n in parties.collect_schema().names() if n.startswith("_lives_")]
    gone = gone.with_columns(
        nw.lit(_REJECTED_KEY, nw.Int64).alias("party_key"),
        *(nw.lit(0, nw.Int64).alias(name) for name in masks),
    )
    columns = ["party_id", "party_key", *masks]
    sink({path: nw.concat([parties.select(*columns), gone.select(*columns)])})
    return scan(path)


def _is_alive(end: str, words: int) -> nw.Expr:
    mask: nw.Expr = nw.col(f"_{end}_lives_0")
    for word in range(1, words):
        here = nw.col("_offset") // _BITS == word
        mask = nw.when(here).then(nw.col(f"_{end}_lives_{word}")).otherwise(mask)
    return (mask // nw.col("_bit")) % 2 == 1


class _Packed:
    """Year, kind, source and target of a tie as one whole number, in which they sort.

    Grouping and sorting one number takes a third of the memory of four columns, and less time.
    """

    def __init__(self, years: tuple[int, ...], *, parties: int) -> None:
        self.first = years[0]
        self.kinds = sorted(TIE_KINDS)
        self.parties = max(parties, 1)
        spans = years[-1] - years[0] + 1
        if spans * len(self.kinds) * self.parties**2 >= 2**62:
            raise DatasetError(
                Text(
                    f"{parties:,} parties over {spans} years are more ties than can be numbered; "
                    "choose fewer years.",
                    f"{parties:,} 個主體在 {spans} 年間的關聯多到無法編號；請減少年份。",
                    f"{parties:,} 个主体在 {spans} 年间的关联多到无法编号；请减少年份。",
                )
            )

    def number(self) -> nw.Expr:
        """Number of a row with year, kind, source_key and target_key."""
        kind: nw.Expr = nw.lit(0, nw.Int64)
        for position, name in enumerate(self.kinds):
            kind = nw.when(nw.col("kind") == name).then(nw.lit(position, nw.Int64)).otherwise(kind)
        group = (nw.col("year") - self.first) * len(self.kinds) + kind
        return (group * self.parties + nw.col("source_key")) * self.parties + nw.col("target_key")

    def columns(self, number: nw.Expr) -> list[nw.Expr]:
        """Source_key, target_key, year and kind of a number."""
        group = number // self.parties**2
        kind: nw.Expr = nw.lit(self.kinds[0])
        for position, name in enumerate(self.kinds):
            is_kind = group % len(self.kinds) == position
            kind = nw.when(is_kind).then(nw.lit(name)).otherwise(kind)
        return [
            (number // self.parties % self.parties).alias("source_key"),
            (number % self.parties).alias("target_key"),
            (group // len(self.kinds) + self.first).alias("year"),
            kind.alias("kind"),
        ]


def _distinct_ties(rows: nw.LazyFrame[Any], packed: _Packed, *, into: Path) -> nw.LazyFrame[Any]:
    largest = rows.select(nw.col("value").max()).collect().item()
    # Sums of numbers on one binary grid are exact, hence the same in any order.
    grid = 2.0 ** (40 - math.frexp(largest or 1.0)[1])
    value = nw.col("value")
    merged = (
        rows.select(
            "_tie",
            "value",
            ((value * grid).round() / grid).alias("_grid"),
            (~value.is_null()).cast(nw.Int32).alias("_known"),
        )
        .group_by("_tie")
        .agg(nw.col("_grid").sum(), nw.col("value").max(), nw.col("_known").sum())
        .select(
            "_tie",
            nw.when(nw.col("_known") > 1).then(nw.col("_grid")).otherwise(value).alias("value"),
        )
        .sort("_tie")
    )
    path = into / "ties.parquet"
    sink({path: merged.select(*packed.columns(nw.col("_tie")), nw.col("value"))})
    return scan(path)
