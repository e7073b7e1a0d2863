"""The grammar of invented countries: what a recipe says, and what comes out of it.

Here stand only the words, and the names of places and parties: a `Recipe` is data, so is an
`Archetype`, and one engine (`geo.worlds.building`) reads them all. Which archetypes there are
stands in `geo.worlds.archetypes`, which countries in `geo.worlds.country` and `geo.worlds.draws`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from geo.vocabulary import INSTITUTION_KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from geo.vocabulary import Class, Text

__all__ = [
    "Archetype",
    "Geography",
    "IndustrySpec",
    "PlainTies",
    "Planting",
    "Recipe",
    "Setting",
    "World",
    "firm_names",
    "institution_names",
    "place_names",
]


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


Setting = Literal["any", "small", "large", "metropolis", "coast", "inland"]


@dataclass(frozen=True, kw_only=True)
class Geography:
    """The map: how many regions, how they are cut, and how unequal they are."""

    regions: int = 60
    shape: Literal["voronoi", "grid"] = "voronoi"
    centre: tuple[float, float] = (-125.0, -45.0)
    """Longitude and latitude of the middle; by default open ocean, far from any land."""
    width_km: float = 700.0
    inequality: float = 0.5
    """Standard deviation of the logarithm of the regions' numbers of firms."""
    metropolis_share: float | None = None
    """Share of the plain firms that sit in the largest region; drawn like the rest if None."""
    names: tuple[str, ...] = ()
    """Names of the regions from the largest down; those without one are called by their id."""


@dataclass(frozen=True, kw_only=True)
class IndustrySpec:
    """One industry of the country."""

    code: str
    name: str
    name_zh: str
    parent: str | None = None
    chain: str | None = None
    share: float = 1.0
    """Weight in the plain economy (of establishments)."""
    jobs: float = 20.0
    """Median jobs of a plant."""
    everyday: float = 0.0
    """Share of its customers' purchases that are made in their own region, wherever they are."""


@dataclass(frozen=True, kw_only=True)
class PlainTies:
    """How firms that belong to no planting trade."""

    per_firm: float = 3.0
    """Mean number of supply ties that a firm begins; it is chosen for as many again."""
    size_exponent: float = 0.5
    """Partners are chosen in proportion to jobs to this power."""
    persistence: float = 0.75
    """Chance that a tie lives on for a year."""
    decay_km: float | None = None
    """Distance at which a partner is half as likely to be chosen; no decay if None."""
    decay_power: float = 1.0
    """Steepness: the likelihood falls as 1 / (1 + (distance / decay_km) ** power)."""
    bought: float = 0.5
    """Share of the ties of a firm for which it seeks a supplier; for the others, a customer."""
    between_firms: bool = False
    """Whether distance is that between firms, not between the middles of their regions."""
    headquarters: float = 0.0
    """Share of the plain firms whose purchases are signed at a seat in the largest region."""
    institutions_per_region: float = 0.5
    """Institutions that stand anywhere and have ties with anyone."""
    institution_share: float = 0.05
    """Share of plain firms with a tie to one of those."""


@dataclass(frozen=True, kw_only=True)
class Archetype:
    """A way in which a place can come about: mechanism parameters, and the class they make."""

    name: str
    note: Text
    """What happens here and why it has its class."""
    truth: tuple[tuple[int, Class], ...]
    """Class from the n-th year (0 is the first) on."""
    also_right: tuple[Class, ...] = ()
    """Other verdicts that the same mechanism bears out."""
    firms: int = 40
    """Firms added per industry."""
    least_quotient: float = 2.5
    """More firms are added where the location quotient would fall short of this; 0 for never."""
    joins: float = 0.0
    """Share of the firms that were there already which take part."""
    late: float = 0.0
    """Share of the added firms that arrive after the first year, evenly."""
    closures: float = 0.03
    """Chance that a member closes in a year."""
    giant_share: float | None = None
    """Share of the cell's jobs in one plant of the first industry."""
    jobs: float = 1.0
    """Jobs of a member, as a multiple of what its industry has elsewhere."""
    scatter_km: float = 6.0
    """Spread of the members around their town."""
    ties: float = 4.0
    """Mean number of supply ties that a member begins."""
    size_exponent: float | None = None
    """Elsewhere, members choose partners by jobs to this power; as plain firms do if None."""
    reachable: bool = True
    """Whether firms outside the planting ever choose a member."""
    local_share: float = 0.0
    """Share of the begun ties that go to chain partners in the place itself."""
    one_region_share: float = 0.0
    """Share that go to one and the same far region."""
    away_share: float = 0.0
    """Share that go anywhere but here and near here; what remains goes anywhere."""
    like_plain: bool = False
    """Whether what remains is sought as plain firms seek it, closer to home where they do."""
    linking_begins: int = 0
    """Year (0 is the first) in which local ties begin; until then these go anywhere."""
    linking_ends: int | None = None
    """Year from which local ties are given up; never if None."""
    local_persistence: float = 0.85
    other_persistence: float | None = None
    """Chance that other ties live on for a year; as plain ties if None."""
    rerouting_year: int | None = None
    """Year in which nearly all ties to elsewhere are placed anew."""
    local_size_exponent: float = 0.3
    """Local partners are chosen in proportion to jobs to this power."""
    through_hub: bool = False
    """Whether every local tie is with the largest member of the first industry."""
    talent_ties: float = 0.0
    """Mean number of talent ties that a member has to other members."""
    institutions: tuple[str, ...] = ()
    """Kinds of institution placed here, one each."""
    tied_share: float = 0.0
    """Share of the members with ties to them."""
    tied_begins: int = 0
    """Year (0 is the first) in which those ties begin."""
    hub_only: bool = False
    """Whether only the largest member is tied to them."""
    groups: float = 0.0
    """Share of the members that belong to one ownership group."""
    driver: str | None = None
    """What drew the firms from outside: `park`, `resource` or `port`."""


@dataclass(frozen=True, kw_only=True)
class Planting:
    """An archetype put somewhere, in some industries, at some size."""

    archetype: Archetype
    industries: tuple[str, ...]
    firms: int | None = None
    """Firms added per industry; the archetype's number if None."""
    setting: Setting = "any"
    place: str | None = None
    """Name of the region; plantings of one place share a region."""
    spread: int = 1
    """Number of adjoining regions that the place lies across."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Everything that makes a country, but for the seed."""

    name: str
    geography: Geography
    firms: int
    years: tuple[int, int]
    """First and last year."""
    industries: tuple[IndustrySpec, ...]
    inputs: tuple[tuple[str, str, float], ...]
    """Supplying industry, using industry, input per unit of output."""
    ties: PlainTies = field(default_factory=PlainTies)
    size_spread: float = 1.0
    """Standard deviation of the logarithm of jobs within an industry."""
    size_tail: float | None = None
    """Exponent of a Pareto distribution of jobs, up to forty times the median, in its place."""
    births: float = 0.03
    """Share of the plain firms that open in each later year."""
    deaths: float = 0.03
    """Chance that a plain firm closes in a year."""
    plantings: tuple[Planting, ...] = ()


@dataclass(frozen=True, kw_only=True)
class World:
    """A dataset in the shape that `jiqun` reads, and the truth about it.

    A table that is None is not part of the dataset. `truth` has one row per region, industry
    and year with an establishment: `region_id`, `industry`, `year`, `class`, `planted` (name of
    the archetype, or `plain`), `acceptable` (every verdict that is right given what the dataset
    shows, joined by `|`) and the notes. A cell that is not in it is not judged. `members` tells
    which firm belongs to which planting.
    """

    name: str
    seed: int
    regions: gpd.GeoDataFrame
    truth: pd.DataFrame
    members: pd.DataFrame
    firms: pd.DataFrame | None = None
    cells: pd.DataFrame | None = None
    margins: pd.DataFrame | None = None
    links: pd.DataFrame | None = None
    institutions: pd.DataFrame | None = None
    io_table: pd.DataFrame | None = None
    industries: pd.DataFrame | None = None
    drivers: gpd.GeoDataFrame | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Content of `dataset.yaml`."""
