"""Every kind of fault and gap of a dataset, with its first value and what to do about it.

What belongs here: the account of a ledger, kind by kind. What does not: how it is shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from geo.dataset.judging.checks import advice
from geo.vocabulary import REJECTIONS, REPAIRS, Text

if TYPE_CHECKING:
    from geo.dataset.judging.ledger import Ledger

__all__ = ["Finding", "findings_of"]


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
