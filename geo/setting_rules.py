"""What a setting may be, said in three languages where one is something else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo.errors import GeoError
from geo.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["rule_of"]

_NUMBER = Text("must be a number", "應為數字")
_WHOLE = Text("must be a whole number", "應為整數")
_YES_NO = Text("must be true or false", "應為 true 或 false")
_TEXT = Text("must be a text", "應為文字")
_TEXTS = Text("must be a list of texts", "應為文字清單")
_MAPPING = Text(
    "must be names with values, such as {{a: b}}",
    "應為名稱與值，如 {{a: b}}",
)
_WORDS = Text("must be one of {}", "應為 {} 之一")
_RULES: dict[str, Text] = {
    "greater_than": Text("must be above {gt}", "應大於 {gt}"),
    "greater_than_equal": Text("must be {ge} or more", "不得小於 {ge}"),
    "less_than": Text("must be below {lt}", "應小於 {lt}"),
    "less_than_equal": Text("must be {le} or less", "不得大於 {le}"),
    "float_parsing": _NUMBER,
    "float_type": _NUMBER,
    "finite_number": _NUMBER,
    "int_parsing": _WHOLE,
    "int_type": _WHOLE,
    "int_from_float": _WHOLE,
    "int_parsing_size": _WHOLE,
    "bool_parsing": _YES_NO,
    "bool_type": _YES_NO,
    "string_type": _TEXT,
    "tuple_type": _TEXTS,
    "list_type": _TEXTS,
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "missing": Text("lacks a value", "缺少一個值"),
    "too_long": Text("has too many values", "值過多"),
}
_PATTERNS = {
    "weights": "contiguity, knn:8, distance:50",
}


def rule_of(error: Mapping[str, Any]) -> Text:
    """The rule that a value breaks.

    Parameters
    ----------
    error : mapping
        One error of pydantic: type, loc, msg, ctx.

    Examples
    --------
    >>> rule_of({"type": "less_than_equal", "loc": ("x",), "msg": "", "ctx": {"le": 1.0}})
    Text(en='must be 1 or less', zh_hant='不得大於 1', zh_hans='不得大于 1')
    """
    context = dict(error.get("ctx") or {})
    kind = error["type"]
    if isinstance(context.get("error"), GeoError):
        return context["error"].sentence  # type: ignore[no-any-return]
    if kind in ("literal_error", "enum"):
        words = context["expected"].replace(" or ", ", ")
        return Text(*(text.format(words) for text in _WORDS))
    if kind == "string_pattern_mismatch":
        words = _PATTERNS.get(str(error["loc"][-1]), context["pattern"])
        return Text(*(text.format(words) for text in _WORDS))
    if kind in _RULES:
        shown = {n: f"{v:g}" if isinstance(v, int | float) else v for n, v in context.items()}
        return Text(*(text.format(**shown) for text in _RULES[kind]))
    told = error["msg"][:1].lower() + error["msg"][1:]
    return Text(told, told, told)
