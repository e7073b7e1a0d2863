"""The command `jiqun check`: reads a dataset, tells what is wrong, writes what was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.dataset.files.settings_file import SETTINGS_FILE
from geo.errors import DatasetError
from geo.vocabulary import Text
from pipelines.commands.check.examined import Mended, examined, mended
from pipelines.commands.check.page import is_page, write_page
from pipelines.commands.check.printed import print_dataset, print_proposals
from pipelines.commands.printing import harmless, say, terminal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipelines.commands.check.examined import Examined

__all__ = ["check_dataset"]


def check_dataset(
    raw: Path,
    *,
    years: tuple[int, int] | None,
    settings_file: Path | None = None,
    page: Path | None = None,
    fix: Path | None = None,
    force: bool = False,
) -> None:
    """Tell what is in a dataset and what would be rejected; write a page or settings if asked to.

    Parameters
    ----------
    raw : Path
        The dataset.
    years : tuple of int, optional
        First and last year to read.
    settings_file : Path, optional
        File of settings in the place of its `dataset.yaml`.
    page : Path, optional
        Where to write what was found, as a page.
    fix : Path, optional
        Where to write settings with those that would read more: a file, or a folder for its
        `dataset.yaml`.
    force : bool
        Whether files that are there may be replaced.

    Raises
    ------
    DatasetError
        If the dataset cannot be used (with the new settings, where they were asked for), or a file
        would be replaced.
    """
    if fix is not None and fix.is_dir():
        fix /= SETTINGS_FILE
    if not force:
        _assert_free(page, is_ours=is_page)
        _assert_free(fix, is_ours=lambda _: False)
    if settings_file is not None and not settings_file.is_file():
        raise DatasetError(_no_settings(settings_file))
    found = examined(raw, years=years, settings_file=settings_file)
    if found.dataset is not None:
        print_dataset(found.dataset)
    # Of a dataset that reads, one reading tells all that a page says of it.
    again = fix is not None or (page is not None and found.error is not None)
    mend = (
        mended(found, years=years, settings_file=settings_file)
        if again
        else Mended("", found.proposals, found)
    )
    if page is not None:
        write_page(page, found, mend)
        _say(found, _written(page))
    if fix is not None:
        _fix(fix, found, mend)
    else:
        print_proposals(found.proposals, found.language)
    last = found if fix is None else mend.result
    if last.error is not None:
        raise last.error


def _fix(path: Path, found: Examined, mend: Mended) -> None:
    if not mend.proposals:
        _say(found, _NOTHING)
        return
    path.write_text(mend.text, encoding="utf-8")
    _say(found, _written(path))
    print_proposals(mend.proposals, found.language, is_offer=False)
    if mend.result.dataset is not None:
        before = None if found.dataset is None else len(found.dataset.findings)
        _say(found, _with_it(path, before, len(mend.result.dataset.findings)))


def _assert_free(path: Path | None, *, is_ours: Callable[[Path], bool]) -> None:
    if path is None or not path.exists() or is_ours(path):
        return
    raise DatasetError(
        Text(
            f"{path} is there already; name another file, or add --force to replace it.",
            f"{path} 已存在；請另取檔名，或加 --force 以取代。",
            f"{path} 已存在；请另取文件名，或加 --force 以替换。",
        )
    )


def _no_settings(path: Path) -> Text:
    return Text(
        f"{path}: there is no such file of settings; correct its name.",
        f"{path}：沒有這個設定檔；請改正檔名。",
        f"{path}：没有这个设置文件；请改正文件名。",
    )


_NOTHING = Text(
    "No setting would read more: nothing is written.",
    "沒有可讀入更多資料的設定，未寫出任何檔案。",
    "没有可读入更多数据的设置，未写出任何文件。",
)


def _written(path: Path) -> Text:
    return Text(f"Written: {path}", f"已寫出：{path}", f"已写出：{path}")


def _with_it(path: Path, before: int | None, after: int) -> Text:
    was = ("not usable", "無法使用", "无法使用") if before is None else (f"{before:,}",) * 3
    return Text(
        f"With {path.name}: kinds of faults and gaps: {was[0]} before, {after:,} now; look at each "
        "line of it before you use it.",
        f"採用 {path.name} 後：錯誤與缺口的種類由{was[1]}變為 {after:,}；使用前請逐行檢視。",
        f"采用 {path.name} 后：错误与缺口的种类由{was[2]}变为 {after:,}；使用前请逐行查看。",
    )


def _say(found: Examined, text: Text) -> None:
    say(terminal(), harmless(text.in_language(found.language)))
