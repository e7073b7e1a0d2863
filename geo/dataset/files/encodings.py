"""Text files in any of the encodings that are read, brought to UTF-8.

UTF-8 (with or without byte order mark), UTF-16 and GB18030 are told apart strictly; a file in
none of them is refused rather than read wrongly. What the text says belongs to
`geo.dataset.files.formats`.
"""

from __future__ import annotations

import codecs
import gzip
import re
import zlib
from typing import TYPE_CHECKING, BinaryIO, cast

from geo.errors import DatasetError
from geo.vocabulary import Text

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["encoding_of", "guessed_encoding", "known_encoding", "open_bytes", "utf8_copy"]

_CHUNK = 1 << 24


def open_bytes(path: Path) -> BinaryIO:
    """Content of `path`, unpacked where its name ends in .gz."""
    if path.name.lower().endswith(".gz"):
        return cast("BinaryIO", gzip.open(path, "rb"))
    return path.open("rb")


def encoding_of(path: Path) -> str:
    """Python's name of the encoding of a text file: utf-8-sig, utf-16 (le, be) or gb18030.

    Raises
    ------
    DatasetError
        If it is empty, is not text, or is in no encoding that is read.
    """
    with open_bytes(path) as stream:
        head = _read(stream, path)
    if not head.lstrip(b"\xef\xbb\xbf\xff\xfe").strip(b"\0 \t\r\n"):
        raise DatasetError(
            Text(
                f"{path.name} is empty; put a header and rows there, or take it out.",
                f"{path.name} 是空的；請加入標題列與資料，或移除該檔。",
                f"{path.name} 是空的；请加入标题行与数据，或移除该文件。",
            )
        )
    for candidate in _candidates(head):
        if _decodes(path, candidate):
            if candidate == "gb18030" and (_looks_western(head) or _looks_rival(head)):
                break
            return candidate
    line = _first_line_not_utf8(path)
    raise DatasetError(
        Text(
            f"{path.name} is not text in UTF-8, UTF-16 or GB18030"
            f"{f' (first seen in line {line})' if line else ''}; save it as CSV in UTF-8, "
            "or name its `encoding` in dataset.yaml.",
            f"{path.name} 不是 UTF-8、UTF-16 或 GB18030 的文字"
            f"{f'（首見於第 {line} 行）' if line else ''}；請另存為 UTF-8 的 CSV，"
            "或在 dataset.yaml 中註明 `encoding`。",
            f"{path.name} 不是 UTF-8、UTF-16 或 GB18030 的文本"
            f"{f'（首见于第 {line} 行）' if line else ''}；请另存为 UTF-8 的 CSV，"
            "或在 dataset.yaml 中注明 `encoding`。",
        )
    )


def guessed_encoding(content: bytes) -> str | None:
    """Encoding of text that nothing names: utf-8-sig or gb18030; None where it is neither."""
    for candidate in ("utf-8-sig", "gb18030"):
        try:
            content.decode(candidate)
        except UnicodeDecodeError:
            continue
        if candidate == "gb18030" and (_looks_western(content) or _looks_rival(content)):
            return None
        return candidate
    return None


def known_encoding(name: str) -> str | None:
    """Python's name of an encoding as a .cpg file writes it; None where it is none.

    Examples
    --------
    >>> [known_encoding(n) for n in ("UTF-8", "65001", "88591", "ANSI 1252", "OEM 936", "Klingon")]
    ['utf-8', 'utf-8', 'iso8859-1', 'cp1252', 'gbk', None]
    """
    text = re.sub(r"^(?:ansi|oem|cp|windows|ibm|ms)[ _-]?(?=\d)", "", name.strip().casefold())
    special = {"65001": "utf-8", "88591": "iso8859-1", "54936": "gb18030", "20936": "gb2312"}
    iso = re.fullmatch(r"8859-?(\d{1,2})", text)
    text = (
        f"iso8859-{iso[1]}" if iso else special.get(text, f"cp{text}" if text.isdigit() else text)
    )
    try:
        return codecs.lookup(text).name
    except LookupError:
        return None


def _candidates(head: bytes) -> tuple[str, ...]:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    # Without a mark, every second byte of a header in Latin letters is zero.
    start = head[:8]
    if start[1::2].strip(b"\0") == b"" and b"\0" not in start[::2]:
        return ("utf-16-le",)
    if start[::2].strip(b"\0") == b"" and b"\0" not in start[1::2]:
        return ("utf-16-be",)
    return ("utf-8-sig", "gb18030")


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with open_bytes(path) as stream:
        try:
            while chunk := _read(stream, path):
                # Text has no NUL; UTF-16 read from an odd place, or a picture, has.
                if "\0" in decoder.decode(chunk):
                    return False
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _looks_western(head: bytes) -> bool:
    """Whether bytes that pass for GB18030 are rather Latin letters with accents.

    An accented letter of Latin-1 and the plain letter after it pass for one rare Chinese
    character, which then stands alone beside Latin letters: Montr + ea + l. Chinese seldom does.
    """
    runs = re.findall(rb"(?:[\x81-\xfe](?:[\x40-\x7e\x80-\xfe]|[0-9][\x81-\xfe][0-9]))+", head)
    alone = re.findall(
        rb"(?:(?<=[A-Za-z])[\x81-\xfe][A-Za-z](?![\x81-\xfe])"
        rb"|(?<![\x81-\xfeA-Za-z])[\x81-\xfe][A-Za-z](?=[A-Za-z]))",
        head,
    )
    return len(alone) * 2 > len(runs)


def _looks_rival(head: bytes) -> bool:
    """Whether Big5 or Shift-JIS makes a good deal more common characters of the bytes."""
    own = _common_share(head, "gb18030")
    return any(_common_share(head, rival) > own + 0.2 for rival in ("cp950", "cp932"))


def _common_share(head: bytes, encoding: str) -> float:
    """Share of common characters among those beyond ASCII; 0 where the bytes do not decode."""
    try:
        # The last character may be cut in two.
        text = codecs.getincrementaldecoder(encoding)().decode(head[:65536])
    except UnicodeDecodeError:
        return 0.0
    beyond = [c for c in text if ord(c) > 127]
    return sum(map(_is_common, beyond)) / max(len(beyond), 1)


def _is_common(character: str) -> bool:
    """Whether a character is of the frequent level of GB 2312 or Big5, or kana."""
    if "\u3040" <= character <= "\u30ff":
        return True
    for encoding, first, last in (("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6)):
        try:
            if first <= character.encode(encoding)[0] <= last:
                return True
        except UnicodeEncodeError:
            continue
    return False


def _first_line_not_utf8(path: Path) -> int:
    """Number of the first line that is not UTF-8, 0 where all are."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    lines = 0
    with open_bytes(path) as stream:
        while chunk := _read(stream, path):
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                return lines + error.object[: error.start].count(b"\n") + 1
            lines += chunk.count(b"\n")
    return 0


def utf8_copy(path: Path, target: Path, *, encoding: str) -> None:
    """Write the text of `path` to `target` in UTF-8 without byte order mark."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with open_bytes(path) as stream, target.open("wb") as out:
        while chunk := _read(stream, path):
            out.write(decoder.decode(chunk).encode("utf-8"))
        out.write(decoder.decode(b"", final=True).encode("utf-8"))


def _read(stream: BinaryIO, path: Path) -> bytes:
    try:
        return stream.read(_CHUNK)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DatasetError(
            Text(
                f"{path.name} is not a whole gzip file ({error}); write it again.",
                f"{path.name} 不是完整的 gzip 檔（{error}）；請重新輸出。",
                f"{path.name} 不是完整的 gzip 文件（{error}）；请重新输出。",
            )
        ) from error
