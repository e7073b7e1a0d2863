"""The account of every row: read, used, rejected, repaired, for every table.

Filled table by table while a dataset is read; stops the run where a table is unusable. Why a row
is rejected is found in `geo.dataset.judging.checks`; every kind of fault is told with its first
value.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw
import pandas as pd
import polars as pl

from geo.dataset.files.formats import ROW
from geo.dataset.judging.checks import advice, assert_usable, is_essential
from geo.dataset.judging.proposals import proposals_of_rows, proposals_of_unread
from geo.engine import scan, sink
from geo.schema import RAW_TABLES
from geo.vocabulary import REJECTIONS, REPAIRS, Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from geo.dataset.files.formats import Source
    from geo.dataset.values.ids import Matched
    from geo.dataset.values.survey import Unread
    from geo.errors import Proposal
    from geo.vocabulary import Language

__all__ = ["LARGE_SHARE", "Finding", "Ledger", "findings_of"]


class Finding(NamedTuple):
    """One kind of thing that is wrong with a table, or missing from it."""

    table: str
    column: str
    value: str
    """The first value, '' where there is none."""
    row: int
    """The row of its file in which it stands, the first after the header being 1."""
    rows: int
    share: float
    """Of the rows of the table."""
    jobs: float | None
    """Of the jobs or ties of the table, where it has any."""
    is_used: bool
    """Whether the rows are used all the same."""
    why: Text
    advice: Text


def findings_of(ledger: Ledger) -> tuple[Finding, ...]:
    """Findings of all tables, in the order in which these were read, the most frequent first."""
    found = []
    for (source, _), entry, reasons in zip(
        ledger.rejected, ledger.entries, ledger.reasons, strict=True
    ):
        for why in sorted(reasons, key=lambda r: (-r["rows"], r["reason"])):
            jobs = (why["weight"] or 0.0) / entry["weight"] if entry["weight"] else None
            # A row of links is a tie.
            jobs = why["rows"] / source.rows if source.table == "links" else jobs
            found.append(
                Finding(
                    source.table,
                    why["column"],
                    (why["value"] or "").strip(", "),
                    source.place_of(why["_row"])[1],
                    why["rows"],
                    why["rows"] / source.rows,
                    jobs,
                    is_used=False,
                    why=REJECTIONS[why["reason"]].text,
                    advice=advice(source, why),
                )
            )
    for source, unread in ledger.unread:
        row = source.place_of(unread.row)[1]
        share = unread.rows / source.rows
        found.append(
            Finding(
                source.table, unread.column, unread.value, row, unread.rows, share, None,
                is_used=True, why=REPAIRS["value_not_read"], advice=_NAME_IT,
            )
        )  # fmt: skip
    return tuple(found)


_NAME_IT = Text(
    "correct them; words that mean 'not known' can be named under `missing_values` in dataset.yaml",
    "請改正；表示未知的詞可在 dataset.yaml 的 `missing_values` 中列出",
    "请改正；表示未知的词可在 dataset.yaml 的 `missing_values` 中列出",
)


LARGE_SHARE = 0.05
"""Share of an area, or of stacked points, from which a defect is told, not only counted."""


@dataclass
class Ledger:
    """Rows of the tables read so far."""

    max_rejected_share: float
    entries: list[dict[str, Any]] = field(default_factory=list)
    reasons: list[list[dict[str, Any]]] = field(default_factory=list)
    """For each entry its reasons, that of the first row first: reason, rows rejected for it, and
    of the first of them _row, column and value."""
    repairs: list[dict[str, Any]] = field(default_factory=list)
    rejected: list[tuple[Source, list[nw.LazyFrame[Any]]]] = field(default_factory=list)
    unread: list[tuple[Source, Unread]] = field(default_factory=list)
    """Values that no row needs and that cannot be read, by table and column."""
    written_otherwise: list[tuple[Source, str, Matched]] = field(default_factory=list)
    """Ids that were found though they are written otherwise than in the table that has them."""
    proposals: list[Proposal] = field(default_factory=list)
    """Settings that would read more."""
    last: tuple[Source, list[nw.LazyFrame[Any]]] | None = None
    """The table that was entered last, also where it stops the run, and its rejected rows."""

    def enter(
        self,
        source: Source,
        *,
        used: int,
        rejected: list[nw.LazyFrame[Any]],
        repaired: Mapping[str, int],
        weight: float = 0.0,
        weighs: str | None = None,
    ) -> None:
        """Account for one table.

        Parameters
        ----------
        source : Source
            The table.
        used : int
            Rows used.
        rejected : list of LazyFrame
            Rejected rows: _row, _id, key, column, value, reason, weight.
        repaired : mapping of str to int
            Rows by what was repaired or noted.
        weight : float
            Jobs, or whatever else says how much a row matters, of the rows used.
        weighs : str, optional
            Column that says so.

        Raises
        ------
        DatasetError
            If too many rows are faulty, or none is left.
        RuntimeError
            If rows read are not rows used and rows rejected: a fault of ours.
        """
        reasons = _reasons(rejected)
        faults = sum(r["rows"] for r in reasons if REJECTIONS[r["reason"]].is_fault)
        total = sum(r["rows"] for r in reasons)
        if used + total != source.rows:
            raise RuntimeError(
                f"{source.name}: {source.rows} rows read, but {used} used and {total} rejected"
            )
        self.proposals += proposals_of_rows(source, reasons, rejected)
        self.proposals += [*source.survey.proposals, *proposals_of_unread(source)]
        self.last = (source, rejected)
        assert_usable(
            source,
            reasons,
            used=used,
            max_share=self.max_rejected_share,
            hole=self._hole_in_map(),
            map_name=next((e["file"] for e in self.entries if e["table"] == "regions"), ""),
        )
        unread = [
            u for u in source.survey.unread
            if not is_essential(source.table, RAW_TABLES[source.table].column(u.column))
        ]  # fmt: skip
        self.unread += [(source, u) for u in unread]
        repaired = {**source.survey.repairs, **repaired}
        lost = repaired.get("value_not_read", 0) + sum(u.rows for u in unread)
        repaired["value_not_read"] = lost
        otherwise = [f.rows for s, _, f in self.written_otherwise if s.table == source.table]
        repaired["id_written_otherwise"] = repaired.get("id_written_otherwise", 0) + sum(otherwise)
        self.rejected.append((source, rejected))
        self.reasons.append(reasons)
        self.repairs += [
            {"table": source.table, "code": code, "rows": int(n)}
            for code, n in repaired.items()
            if n
        ]
        self.entries.append(
            {
                "table": source.table,
                "file": source.name,
                "rows_read": source.rows,
                "rows_used": used,
                "rows_rejected": total,
                "faults": faults,
                "gaps": total - faults,
                "weighs": weighs,
                "weight": weight + sum(r["weight"] or 0.0 for r in reasons),
                "repaired": sum(int(n) for c, n in repaired.items() if c in _REPAIRS),
            }
        )

    def _hole_in_map(self) -> Text:
        """Which regions were rejected, whose points then lie in none; '' where none was."""
        for (source, _), reasons in zip(self.rejected, self.reasons, strict=True):
            if source.table == "regions" and reasons:
                rows = sum(r["rows"] for r in reasons)
                part, row = source.place_of(reasons[0]["_row"])
                why = REJECTIONS[reasons[0]["reason"]].text
                return Text(
                    f" (the map has a hole: {rows} of its rows, first row {row:,} of {part}, "
                    f"cannot be used: {why.en})",
                    f"（地圖有缺口：{part} 有 {rows} 行無法使用，首見於第 {row:,} 行："
                    f"{why.zh_hant}）",
                    f"（地图有缺口：{part} 有 {rows} 行无法使用，首见于第 {row:,} 行："
                    f"{why.zh_hans}）",
                )
        return Text("", "", "")

    def note(self, source: Source, code: str, rows: int) -> None:
        """Add what was found about rows of a table that is already entered."""
        if not rows:
            return
        self.repairs.append({"table": source.table, "code": code, "rows": rows})
        if code in _REPAIRS:
            entry = next(e for e in self.entries if e["table"] == source.table)
            entry["repaired"] += rows

    def found_ids(self, source: Source, column: str, found: Matched) -> None:
        """Keep in mind that ids of a table are written otherwise than they are known."""
        if found.example is not None:
            self.written_otherwise.append((source, column, found))

    def reconciliation(self) -> pd.DataFrame:
        """One row per table: rows read, used, rejected, faults, gaps, repaired."""
        return pd.DataFrame(self.entries).drop(columns=["weight", "weighs"], errors="ignore")

    def repair_table(self) -> pd.DataFrame:
        """One row per table and kind of repair."""
        return pd.DataFrame(self.repairs, columns=["table", "code", "rows"])

    def write_rejected(self, path: Path, *, language: Language) -> nw.LazyFrame[Any]:
        """Write every rejected row to `path`, sorted by table and row; return the written rows."""
        ordered = sorted(self.rejected, key=lambda pair: pair[0].table)
        parts = [_described(source, frames, language) for source, frames in ordered]
        sink({path: nw.concat(parts) if parts else _described_nothing()})
        return scan(path)


_REPAIRS = (
    "white_space",
    "letter_case",
    "date_to_year",
    "number_marks",
    "other_calendar",
    "id_written_otherwise",
    "geometry_made_valid",
    "curve_made_linear",
    "parts_joined",
    "rows_summed",
    "duplicate_tie",
)


def _reasons(frames: list[nw.LazyFrame[Any]]) -> list[dict[str, Any]]:
    """Rows by reason, with the first of them: reason, rows, weight, _row, column, value."""
    rows = nw.concat(frames)
    first = rows.group_by("reason").agg(
        nw.len().alias("rows"), nw.col("weight").sum(), nw.col(ROW).min()
    )
    with_values = first.join(
        rows.select("reason", ROW, "column", "value"), on=["reason", ROW], how="left"
    )
    collected: pl.DataFrame = with_values.sort(ROW).collect().to_native()
    return collected.to_dicts()


def _described(
    source: Source, frames: list[nw.LazyFrame[Any]], language: Language
) -> nw.LazyFrame[Any]:
    rows: pl.LazyFrame = nw.concat(frames).to_native().sort(ROW)
    parts = pl.LazyFrame(
        {"file": [p[0] for p in source.parts], "_first": [p[1] for p in source.parts]},
        schema={"file": pl.String, "_first": pl.Int64},
    )
    sentences = {code: why.text.in_language(language) for code, why in REJECTIONS.items()}
    rows = rows.join_asof(parts, left_on=ROW, right_on="_first", strategy="backward")
    return nw.from_native(
        rows.select(
            pl.lit(source.table).alias("table"),
            "file",
            (pl.col(ROW) - pl.col("_first") + 1).alias("row"),
            "key",
            "column",
            "value",
            "reason",
            pl.col("reason").replace_strict(sentences).alias("sentence"),
        )
    )


def _described_nothing() -> nw.LazyFrame[Any]:
    text = dict.fromkeys(("table", "file", "key", "column", "value", "reason", "sentence"))
    schema: dict[str, Any] = dict.fromkeys(text, pl.String) | {"row": pl.Int64}
    names = ["table", "file", "row", "key", "column", "value", "reason", "sentence"]
    return nw.from_native(pl.LazyFrame(schema={name: schema[name] for name in names}))
