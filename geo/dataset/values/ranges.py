"""A text that is a range of a count, such as a class of size, and the number that stands for it."""

from __future__ import annotations

import re

from geo.dataset.values.numerals import folded

__all__ = ["middle_of"]

_NUMBER = r"(\d{1,3}(?:[, .']\d{3})+|\d+)"
_TO = r"\s*(?:-|~|〜|～|至|到|to|a|à|bis|et|and|y|until|hasta)\s*"
_WORDS = r"(?:\D{0,40})"
_BETWEEN = re.compile(rf"{_WORDS}{_NUMBER}{_TO}{_NUMBER}{_WORDS}", re.IGNORECASE)
_MORE = (
    r"(?:\+|-|y m[aá]s|ou plus|et plus|or more|and more|and over|or over|plus|und mehr|以上|及以上|"
    r"或以上|o m[aá]s)"
)
_AT_LEAST = re.compile(
    rf"(?:(?:>=|≥|at least|min\.?)\s*{_NUMBER}{_WORDS}|{_NUMBER}\s*\D{{0,12}}?{_MORE}{_WORDS})",
    re.IGNORECASE,
)
_ABOVE = re.compile(rf"(?:>|more than|over|m[aá]s de|plus de)\s*{_NUMBER}{_WORDS}", re.IGNORECASE)
_UP_TO = re.compile(
    rf"(?:(?:<=|≤|up to|at most|hasta|max\.?)\s*{_NUMBER}{_WORDS}"
    rf"|{_NUMBER}\s*人?(?:及?以下|或以下))",
    re.IGNORECASE,
)
_BELOW = re.compile(
    rf"(?:<|less than|fewer than|under|menos de|moins de)\s*{_NUMBER}{_WORDS}", re.IGNORECASE
)


def middle_of(text: str) -> float | None:
    """The middle of a range; its least where it has no end; None of what is no range.

    Examples
    --------
    >>> [middle_of(t) for t in ("0 a 5 personas", "100-199", "1,000 to 2,499", "<5")]
    [2.5, 149.5, 1749.5, 2.0]
    >>> [middle_of(t) for t in ("251 y más personas", "10000+", "≥ 500", "300人以上")]
    [251.0, 10000.0, 500.0, 300.0]
    >>> [middle_of(t) for t in ("12", "-9", "9-5", "n.k.", "2023-01-05")]
    [None, None, None, None, None]
    """
    text = folded(text)
    between = _BETWEEN.fullmatch(text)
    if between:
        low, high = (_count(between[k]) for k in (1, 2))
        return (low + high) / 2 if low <= high else None
    for pattern, step in ((_AT_LEAST, 0), (_ABOVE, 1)):
        match = pattern.fullmatch(text)
        if match:
            return float(_count(next(filter(None, match.groups()))) + step)
    for pattern, step in ((_UP_TO, 0), (_BELOW, 1)):
        match = pattern.fullmatch(text)
        if match:
            return max(_count(next(filter(None, match.groups()))) - step, 0) / 2
    return None


def _count(text: str) -> int:
    return int(re.sub(r"\D", "", text))
