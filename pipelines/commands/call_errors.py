"""What is wrong with a call, or with the disk, in three languages.

What belongs here: the words of click and of the operating system. What does not: what is wrong
with a dataset, which says so itself.
"""

from __future__ import annotations

import errno
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from geo.vocabulary import Language, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["language_of_call", "text_of_call", "text_of_disk"]

_DISK = {
    errno.ENOENT: Text(
        "there is no such file or folder", "沒有這個檔案或資料夾", "没有这个文件或文件夹"
    ),
    errno.EACCES: Text("it may not be read or written", "沒有讀寫權限", "没有读写权限"),
    errno.EPERM: Text("it may not be read or written", "沒有讀寫權限", "没有读写权限"),
    errno.EISDIR: Text(
        "it is a folder, not a file", "它是資料夾，不是檔案", "它是文件夹，不是文件"
    ),
    errno.ENOTDIR: Text(
        "a part of its path is no folder", "路徑中有一段不是資料夾", "路径中有一段不是文件夹"
    ),
    errno.EEXIST: Text("it is there already", "它已存在", "它已存在"),
    errno.ENOTEMPTY: Text("the folder is not empty", "資料夾不是空的", "文件夹不是空的"),
    errno.ENOSPC: Text(
        "the disk is full; free some space", "磁碟已滿；請騰出空間", "磁盘已满；请腾出空间"
    ),
    errno.EDQUOT: Text(
        "the disk is full; free some space", "磁碟已滿；請騰出空間", "磁盘已满；请腾出空间"
    ),
    errno.EROFS: Text("the disk can only be read", "磁碟唯讀", "磁盘只读"),
    errno.ENAMETOOLONG: Text("its name is too long", "檔名過長", "文件名过长"),
    errno.EMFILE: Text("too many files are open", "開啟的檔案過多", "打开的文件过多"),
    errno.EIO: Text("the disk does not answer", "磁碟讀寫失敗", "磁盘读写失败"),
}
_OTHERWISE = Text("it cannot be read or written", "無法讀寫", "无法读写")
# Words of click, with the parts of its sentences that name what was given.
_CALLS: tuple[tuple[str, Text], ...] = (
    (r"No such option (?P<a>.+?)\.(?: .*)?", Text("", "沒有選項 {a}", "没有选项 {a}")),
    (r"No such command (?P<a>.+?)\.(?: .*)?", Text("", "沒有命令 {a}", "没有命令 {a}")),
    (r"Missing argument (?P<a>.+?)\.?", Text("", "缺少引數 {a}", "缺少参数 {a}")),
    (r"Missing option (?P<a>.+?)\.?", Text("", "缺少選項 {a}", "缺少选项 {a}")),
    (r"Missing command\.?", Text("", "缺少命令", "缺少命令")),
    (
        r"Got unexpected extra arguments? \((?P<a>.*)\)\.?",
        Text("", "多餘的引數 {a}", "多余的参数 {a}"),
    ),
    (
        r"Option (?P<a>.+?) requires (?:an|\d+) arguments?\.?",
        Text("", "選項 {a} 需要一個值", "选项 {a} 需要一个值"),
    ),
    (
        r"Option (?P<a>.+?) does not take a value\.?",
        Text("", "選項 {a} 不接受值", "选项 {a} 不接受值"),
    ),
    (
        r"(?P<a>'.*') is not one of (?P<b>.+?)\.?",
        Text("", "{a} 不在 {b} 之列", "{a} 不在 {b} 之列"),
    ),
    (
        r"(?P<a>'.*') is not a valid (?:integer|float|int)(?: range)?\.?",
        Text("", "{a} 不是數字", "{a} 不是数字"),
    ),
    (
        r"(?P<a>\S+) is not in the range (?P<b>.+?)\.?",
        Text("", "{a} 不在範圍 {b} 內", "{a} 不在范围 {b} 内"),
    ),
    (r"\w+ (?P<a>'.*') does not exist\.?", Text("", "{a} 不存在", "{a} 不存在")),
    (r"\w+ (?P<a>'.*') is a file\.?", Text("", "{a} 是檔案", "{a} 是文件")),
    (r"\w+ (?P<a>'.*') is a directory\.?", Text("", "{a} 是資料夾", "{a} 是文件夹")),
    (
        r"\w+ (?P<a>'.*') is not (?:readable|writable)\.?",
        Text("", "{a} 沒有讀寫權限", "{a} 没有读写权限"),
    ),
)
_HINT = Text("Try '{} --help' for help.", "用法請見「{} --help」。", "用法请见“{} --help”。")


def language_of_call(words: Sequence[str] | None = None) -> Language:
    """Language of a call: that of `--lang`, or of the first dataset that it names.

    Parameters
    ----------
    words : sequence of str, optional
        The call, without the program's name; that of this process otherwise.
    """
    from geo.dataset.files.settings_file import SETTINGS_FILE, language_of

    words = sys.argv[1:] if words is None else words
    known = {str(language): language for language in Language}
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if word == "--lang" and following in known:
            return known[following]
    for folder in (Path(word) for word in words if not word.startswith("-")):
        try:
            if (folder / SETTINGS_FILE).is_file():
                return language_of(folder)
        except (OSError, ValueError):
            continue
    return Language.EN


def text_of_disk(error: OSError) -> Text:
    """What the operating system could not do, and with which file."""
    if error.errno is None:
        return Text(*(str(error),) * 3)
    why = _DISK.get(error.errno, _OTHERWISE)
    name = error.filename if isinstance(error.filename, str) else str(error.filename or "")
    if not name:
        return Text(f"{why.en}.", f"{why.zh_hant}。", f"{why.zh_hans}。")
    return Text(f"{name}: {why.en}.", f"{name}：{why.zh_hant}。", f"{name}：{why.zh_hans}。")


def text_of_call(error: click.ClickException) -> Text:
    """What is wrong with a call; in English as click says it."""
    en = error.format_message()
    is_value = isinstance(error, click.BadParameter)
    told = error.message if is_value and error.message else en
    by_language = [_translated(told, place) for place in (1, 2)]
    if isinstance(error, click.BadParameter) and not isinstance(error, click.MissingParameter):
        hint = _hint(error)
        by_language = [f"{hint}：{one}" if hint else one for one in by_language]
    help_of = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else ""
    hints = [_HINT[place].format(help_of) if help_of else "" for place in (1, 2)]
    hant, hans = (f"{one}。{hint}" for one, hint in zip(by_language, hints, strict=True))
    return Text(en, hant, hans)


def _hint(error: click.BadParameter) -> str:
    given = error.param_hint
    if given is not None:
        return given if isinstance(given, str) else ", ".join(given)
    return error.param.get_error_hint(error.ctx) if error.param and error.ctx else ""


def _translated(sentence: str, place: int) -> str:
    """A sentence of click in another language; as it is where it is none that we know."""
    flat = " ".join(sentence.split())
    for pattern, text in _CALLS:
        match = re.fullmatch(pattern, flat)
        if match:
            return text[place].format(**match.groupdict())
    return flat.rstrip(".")
