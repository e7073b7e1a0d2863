"""A sentence of a reason, when it is said, and what 'local' is called where no region is meant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from geo.vocabulary import Language, Text

if TYPE_CHECKING:
    import polars as pl

    from geo.settings import Nearby

__all__ = ["Sentence", "says_what_is_local"]


_ENGLISH = (
    (r"\ba local institution\b", "an institution {here}"),
    (r"local (institutions|\{institutions[^}]*\}) of", r"\1 {here}, of"),
    (r"with local instead of distant partners", "with partners {here} instead of beyond"),
    (r"[Ll]ocal (supply ties|ties|partners?|institutions?|\{institutions[^}]*\})", r"\1 {here}"),
    (r"(\bare|\bis|is\|are\}) local\b", r"\1 {here}"),
)


def says_what_is_local(text: str, local: Literal["region"] | Nearby, *, language: Language) -> str:
    """`text` with the radius or the travel time in the place of the word 'local'.

    Parameters
    ----------
    text : str
        A sentence about ties, partners or institutions.
    local : 'region' or Nearby
        The setting `local`; the text stays as it is where it is the region.
    language : Language
        Of the text.

    Examples
    --------
    >>> from geo.settings import Nearby
    >>> says_what_is_local("3 supply ties are local, 2 of local ties last.",
    ...                    Nearby(radius_km=30), language=Language.EN)
    '3 supply ties are within 30 km, 2 of ties within 30 km last.'
    >>> says_what_is_local("3 條在本地。", Nearby(minutes=60), language=Language.ZH_HANT)
    '3 條在 60 分鐘內。'
    """
    if isinstance(local, str):
        return text
    here = _here(local).in_language(language)
    if language is not Language.EN:
        # A number is set apart from the words around it by a space, but not from a stop.
        spaced = re.sub(r"(?<=\w)本地", f" {here}", text)
        return spaced.replace("本地", here)
    for pattern, words in _ENGLISH:
        text = re.sub(pattern, words.format(here=here), text)
    return text


def _here(local: Nearby) -> Text:
    if local.minutes is not None:
        n = f"{local.minutes:g}"
        return Text(f"within {n} minutes", f"{n} 分鐘內", f"{n} 分钟内")
    n = f"{local.radius_km:g}"
    return Text(f"within {n} km", f"{n} 公里內", f"{n} 公里内")


class Sentence(NamedTuple):
    """A text with `{placeholders}` and the condition under which it is said."""

    when: pl.Expr
    text: Text
