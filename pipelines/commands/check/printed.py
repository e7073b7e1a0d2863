"""What `jiqun check` prints: rows, faults and gaps, and what to do about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from geo.dataset.files.settings_file import setting_line
from geo.vocabulary import REPAIRS, Text
from pipelines.commands.check.words import FINDING, ROWS, SUMMARY, USABLE, share_of_jobs
from pipelines.commands.printing import harmless, say, terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from geo.dataset import Dataset
    from geo.errors import Proposal
    from geo.vocabulary import Language

__all__ = ["print_dataset", "print_proposals"]

_WIDEST = 18
_TOLD = Text("{}. → {}.", "{}。→ {}。", "{}。→ {}。")
_WOULD_READ = Text(
    "Settings that would read more; `--fix FILE` writes them:",
    "以下設定可讀入更多資料；`--fix FILE` 會寫出：",
    "以下设置可读入更多数据；`--fix FILE` 会写出：",
)


def print_dataset(dataset: Dataset) -> None:
    """Rows read, used and rejected by table and reason, and what else to know."""
    language = dataset.settings.language
    console = terminal()
    table = Table(title=harmless(str(dataset.folder)))
    for text, justify in SUMMARY:
        table.add_column(text.in_language(language), justify=justify)  # type: ignore[arg-type]
    for row in dataset.reconciliation.to_dict("records"):
        table.add_row(
            harmless(f"{row['table']} ({row['file']})"),
            *(f"{int(row[f'rows_{name}']):,}" for name in ("read", "used", "rejected")),
        )
    console.print(table)
    _print_findings(console, dataset, language)
    for notice in dataset.notices:
        console.print(harmless(f"! {notice.in_language(language)}"))
    console.print(USABLE.in_language(language))


def print_proposals(
    proposals: Sequence[Proposal], language: Language, *, is_offer: bool = True
) -> None:
    """Settings that would read more, each with its reason.

    Parameters
    ----------
    proposals : sequence of Proposal
        The settings.
    language : Language
        Of the dataset.
    is_offer : bool
        Whether they are not written yet.
    """
    if not proposals:
        return
    console = terminal()
    if is_offer:
        say(console, _WOULD_READ.in_language(language))
    for proposal in proposals:
        why = proposal.why.in_language(language)
        say(console, harmless(f"+ {setting_line(proposal.setting, proposal.value)}"))
        say(console, harmless(why), indent=2)


def _print_findings(console: Console, dataset: Dataset, language: Language) -> None:
    """Table of every kind of fault and gap; below it, by number, why and what to do."""
    if dataset.findings:
        table = Table()
        for text, justify in FINDING:
            table.add_column(text.in_language(language), justify=justify)  # type: ignore[arg-type]
        for number, found in enumerate(dataset.findings, start=1):
            value = f"{found.value[:_WIDEST]}{'…' * (len(found.value) > _WIDEST)}"
            told = (
                f"{number} {'~' if found.is_used else '✗'}", found.table, found.column, value,
                f"{found.row:,}", f"{found.rows:,}", f"{found.share:.1%}", share_of_jobs(found),
            )  # fmt: skip
            table.add_row(*map(harmless, told))
        console.print(table)
    for number, found in enumerate(dataset.findings, start=1):
        why, what = (text.in_language(language) for text in (found.why, found.advice))
        say(console, harmless(f"{number} {_TOLD.in_language(language).format(why, what)}"))
    for row in dataset.repairs.to_dict("records"):
        if row["code"] != "value_not_read":
            why = REPAIRS[row["code"]].in_language(language)
            say(console, f"✓ {row['table']}: {row['rows']:,} {ROWS.in_language(language)}: {why}")
