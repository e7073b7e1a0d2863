"""Invented names of places, firms and institutions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.vocabulary import INSTITUTION_KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

__all__ = ["firm_names", "institution_names", "place_names"]

_FIRST = (
    ("雲", "Yun"), ("青", "Qing"), ("白", "Bai"), ("石", "Shi"), ("松", "Song"), ("竹", "Zhu"),
    ("梅", "Mei"), ("柳", "Liu"), ("荷", "He"), ("雁", "Yan"), ("月", "Yue"), ("星", "Xing"),
    ("楓", "Feng"), ("泉", "Quan"), ("鷺", "Lu"), ("谷", "Gu"), ("霞", "Xia"), ("棠", "Tang"),
)  # fmt: skip
_SECOND = (
    ("浦", "pu"), ("嶺", "ling"), ("渡", "du"), ("坪", "ping"), ("澤", "ze"), ("埠", "bu"),
    ("塬", "yuan"), ("汀", "ting"), ("磯", "ji"), ("崗", "gang"), ("洲", "zhou"), ("灘", "tan"),
    ("塢", "wu"), ("堡", "bao"), ("隘", "ai"), ("墟", "xu"), ("壩", "ba"), ("甸", "dian"),
)  # fmt: skip
_BRAND = "恒達興華瑞豐宏遠德昌盛隆泰安永利佳美新光正和天誠信源順通寶鼎"
_FORM = ("有限公司", "廠", "製造廠", "股份公司", "實業", "集團")


def place_names(n: int, *, rng: np.random.Generator | None = None) -> tuple[str, ...]:
    """`n` names such as `雲浦 Yunpu`, at most 324; in a fixed order unless `rng` shuffles them.

    Examples
    --------
    >>> place_names(2)
    ('雲浦 Yunpu', '青嶺 Qingling')
    """
    size = len(_FIRST)
    pairs = [(k % size, (k + k // size) % size) for k in range(size * size)]
    names = [f"{_FIRST[a][0]}{_SECOND[b][0]} {_FIRST[a][1]}{_SECOND[b][1]}" for a, b in pairs]
    if rng is not None:
        names = [names[k] for k in rng.permutation(len(names))]
    return tuple(names[:n])


def firm_names(
    places: npt.NDArray[np.object_], trades: Sequence[str], *, rng: np.random.Generator
) -> list[str]:
    """A name for each firm: place, brand, trade, form; two firms may share one."""
    brand = rng.integers(len(_BRAND), size=(len(trades), 2))
    form = rng.choice(len(_FORM), len(trades), p=[0.5, 0.2, 0.12, 0.08, 0.07, 0.03])
    return [
        f"{str(place).split(' ')[0]}{_BRAND[a]}{_BRAND[b]}{trade}{_FORM[f]}"
        for place, trade, (a, b), f in zip(places, trades, brand, form, strict=True)
    ]


def institution_names(places: npt.NDArray[np.object_], kinds: npt.NDArray[np.str_]) -> list[str]:
    """A name for each institution: place and kind, in Chinese and English."""
    names = []
    for place, kind in zip(places, kinds, strict=True):
        text = INSTITUTION_KINDS[str(kind)]
        chinese, _, latin = str(place).partition(" ")
        names.append(f"{chinese}{text.zh_hant} {latin} {text.en}".replace("  ", " ").strip())
    return names
