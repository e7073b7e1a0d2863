"""The hard worlds: each tries one thing that misleads naive rules, with its truth.

`HARD_WORLDS` maps names to makers; `hard_world` makes one from a seed, with a new map each time.
What spoils data after the fact is in `geo.worlds.blemishes`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from geo.vocabulary import Class, Text
from geo.worlds import archetypes as kinds
from geo.worlds import blemishes
from geo.worlds.archetypes import INDUSTRIES, INPUTS
from geo.worlds.building import world
from geo.worlds.recipes import (
    Archetype,
    Geography,
    IndustrySpec,
    PlainTies,
    Planting,
    Recipe,
    World,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["HARD_WORLDS", "HardWorld", "hard_world", "ordinary_recipe"]

_CHAINS = (("C37", "C33"), ("C39", "C397"), ("C18", "C17"))
_TRADES = (("C30",), ("C26",), ("C29",))


class HardWorld(NamedTuple):
    """What a hard world tries, and how it is made."""

    tries: Text
    make: Callable[[int], World]


def hard_world(name: str, *, seed: int) -> World:
    """Hard world called `name`, drawn with `seed`.

    Raises
    ------
    KeyError
        If there is no such world; the keys of `HARD_WORLDS` are those there are.
    """
    return replace(HARD_WORLDS[name].make(seed), name=name)


_AS_IN_HUNGARY = {"decay_km": 3.5, "decay_power": 0.87}
"""Decay of supply ties between Hungarian firms in 2017: eleven times as likely under 5 km as at
100 km."""
_EVERYDAY = {"F51": 0.75, "G59": 0.75}
"""What everybody mostly buys in town: wholesale, freight."""
_TURNOVER = 0.15
"""Share of the firms that close in a year, and of those that open."""


def _ties(**changes: object) -> PlainTies:
    """How ordinary firms trade: near, and at times by way of a seat in the largest region."""
    ordinary = PlainTies(
        per_firm=2.5, bought=0.9, between_firms=True, headquarters=0.05, **_AS_IN_HUNGARY
    )
    return replace(ordinary, **changes)  # type: ignore[arg-type]


def _recipe(*plantings: Planting, **changes: object) -> Recipe:
    """An ordinary country with some plantings.

    Trade decays with the distance between firms as measured, freight and wholesale are bought in
    town, plants are of all sizes (Pareto), some are signed for in the capital, fifteen in a hundred
    firms close a year and as many open, and every planted chain has a twin elsewhere that merely
    sits together.
    """
    ordinary = Recipe(
        name="hard",
        geography=Geography(regions=40, width_km=500.0, shape="grid"),
        firms=5_000,
        years=(2018, 2021),
        industries=INDUSTRIES,
        inputs=INPUTS,
        ties=_ties(),
        plantings=(*(_near_besides(p) for p in plantings), *_twins(plantings)),
        size_tail=1.06,
        deaths=_TURNOVER,
    )
    recipe: Recipe = replace(ordinary, **changes)  # type: ignore[arg-type]
    industries = (replace(i, everyday=_EVERYDAY.get(i.code, 0.0)) for i in recipe.industries)
    later_years = recipe.years[1] - recipe.years[0]
    # Of all firms there ever are; as many open as close.
    births = _TURNOVER / (1 + _TURNOVER * later_years)
    return replace(recipe, industries=tuple(industries), births=births)


def _plain(recipe: Recipe) -> Recipe:
    """The recipe without any trait of an ordinary country but its twins."""
    return replace(
        recipe,
        industries=INDUSTRIES,
        ties=PlainTies(per_firm=2.5),
        size_tail=Recipe.size_tail,
        births=Recipe.births,
        deaths=Recipe.deaths,
    )


def ordinary_recipe() -> Recipe:
    """An ordinary country with three chains, and a twin of each that merely sits together."""
    return _recipe(*_each(kinds.CHAIN_WITH_INSTITUTIONS))


def _near_besides(planting: Planting) -> Planting:
    """The planting, with firms that trade near like everybody beside what is planted."""
    if not planting.archetype.local_share:
        return planting
    return replace(planting, archetype=replace(planting.archetype, like_plain=True))


def _twins(plantings: tuple[Planting, ...]) -> tuple[Planting, ...]:
    """A huddle of the same industries for every planted chain."""
    chains = dict.fromkeys(
        p.industries
        for p in plantings
        if any(c in {Class.CLUSTER, Class.EMERGING_CLUSTER} for _, c in p.archetype.truth)
    )
    twin = replace(kinds.HUDDLE_NEAR_TRADE, also_right=())
    return tuple(Planting(archetype=twin, industries=i) for i in chains)


def _each(
    kind: Archetype, where: tuple[tuple[str, ...], ...] = _CHAINS, **rest: object
) -> tuple[Planting, ...]:
    """`kind` planted once in each of some chains."""
    return tuple(
        Planting(archetype=kind, industries=industries, **rest)  # type: ignore[arg-type]
        for industries in where
    )


def _all_sorts() -> tuple[Planting, ...]:
    """One planting of each of the main kinds."""
    return (
        Planting(archetype=kinds.CHAIN_WITH_INSTITUTIONS, industries=("C37", "C33")),
        Planting(archetype=kinds.CHAIN_WITHOUT_INSTITUTIONS, industries=("C39", "C397")),
        Planting(archetype=kinds.HUDDLE_TIES_ANYWHERE, industries=("C17",)),
        Planting(archetype=kinds.HUDDLE_CHURNING, industries=("C24", "F51")),
        Planting(archetype=kinds.GIANT_PLANT, industries=("C31",)),
    )


def _drawn(recipe: Recipe) -> Callable[[int], World]:
    return lambda seed: world(recipe, seed=seed)


def _spoilt(
    spoil: Callable[[World, int], World], recipe: Recipe | None = None
) -> Callable[[int], World]:
    made = _recipe(*_all_sorts()) if recipe is None else recipe
    return lambda seed: spoil(world(made, seed=seed), seed)


def _with_rare_industries() -> Recipe:
    """Some industries with a handful of plants in the whole country, which nobody trades with."""
    rare = tuple(
        IndustrySpec(
            code=f"Z{k:02d}",
            name=f"Rare trade {k}",
            name_zh=f"稀有行業{k}",
            share=0.06 * k,
            jobs=30,
        )
        for k in range(1, 6)
    )
    inputs = (*INPUTS, *((r.code, "F51", 0.002) for r in rare))
    return _recipe(industries=(*INDUSTRIES, *rare), inputs=inputs)


def _paths() -> Recipe:
    """Ten years in which one chain forms, one unravels and one stays."""
    plantings = (
        Planting(archetype=kinds.CHAIN_THAT_FORMS, industries=("C37", "C33")),
        Planting(archetype=kinds.CHAIN_THAT_UNRAVELS, industries=("C39", "C397")),
        Planting(archetype=kinds.CHAIN_WITH_INSTITUTIONS, industries=("C18", "C17")),
    )
    return _recipe(*plantings, years=(2012, 2021))


HARD_WORLDS: dict[str, HardWorld] = {
    "nothing_planted": HardWorld(
        Text("nothing planted, nothing found", "無所植，無所得", "无所植，无所得"),
        _drawn(_recipe()),
    ),
    "big_city": HardWorld(
        Text("a quarter of all firms in one city", "四分之一企業在一城", "四分之一企业在一城"),
        _drawn(_recipe(geography=Geography(regions=40, metropolis_share=0.25))),
    ),
    "sparse_industry": HardWorld(
        Text("industries with a handful of plants", "僅有數家企業的行業", "仅有数家企业的行业"),
        _drawn(_with_rare_industries()),
    ),
    "tiny_regions": HardWorld(
        Text("many regions of a few firms", "眾多只有幾家企業的區域", "众多只有几家企业的区域"),
        _drawn(_recipe(geography=Geography(regions=300), firms=1_500)),
    ),
    "giant_plant": HardWorld(
        Text("one plant with most of the jobs", "一廠獨大", "一厂独大"),
        _drawn(_recipe(*_each(kinds.GIANT_PLANT, _TRADES))),
    ),
    "ties_go_far": HardWorld(
        Text("huddles whose ties go far away", "關聯皆在遠方的集聚", "关联皆在远方的集聚"),
        _drawn(_recipe(*_each(kinds.HUDDLE_ONE_FAR_REGION))),
    ),
    "ties_go_anywhere": HardWorld(
        Text("huddles whose ties go anywhere", "關聯遍及全國的集聚", "关联遍及全国的集聚"),
        _drawn(_recipe(*_each(kinds.HUDDLE_TIES_ANYWHERE))),
    ),
    "ties_follow_size": HardWorld(
        Text("ties follow size and nothing else", "關聯只隨規模", "关联只随规模"),
        _drawn(
            _recipe(*_each(kinds.HUDDLE_OF_LARGE_FIRMS), ties=_ties(size_exponent=1.0)),
        ),
    ),
    "distance_decay": HardWorld(
        Text("distance decay and nothing else", "只有距離衰減", "只有距离衰减"),
        _drawn(_recipe(ties=_ties(decay_km=60.0, decay_power=2.0))),
    ),
    "distance_decay_huddles": HardWorld(
        Text("huddles and distance decay", "集聚與距離衰減", "集聚与距离衰减"),
        _drawn(
            _recipe(
                *_each(kinds.HUDDLE_NEAR_TRADE, (*_CHAINS, *_TRADES)),
                ties=_ties(decay_km=60.0, decay_power=2.0),
            )
        ),
    ),
    "chains_and_distance_decay": HardWorld(
        Text("clusters where all trade decays", "距離衰減之中的集群", "距离衰减之中的集群"),
        _drawn(
            _recipe(
                *_each(kinds.CHAIN_WITH_INSTITUTIONS),
                ties=_ties(decay_km=60.0, decay_power=2.0),
            )
        ),
    ),
    "ties_churn": HardWorld(
        Text("local ties that churn", "本地關聯頻繁更替", "本地关联频繁更替"),
        _drawn(_recipe(*_each(kinds.HUDDLE_CHURNING))),
    ),
    "churn_everywhere_but_here": HardWorld(
        Text("a fickle country with faithful chains", "舉國善變，此地長情", "举国善变，此地长情"),
        _drawn(
            _recipe(
                *_each(kinds.CHAIN_WITH_INSTITUTIONS),
                *_each(kinds.HUDDLE_CHURNING_AS_ALL, _TRADES),
                ties=_ties(persistence=0.3),
            )
        ),
    ),
    "partners_drawn_anew": HardWorld(
        Text("partners drawn anew each year", "夥伴年年重新抽取", "伙伴年年重新抽取"),
        _drawn(
            _recipe(
                *_each(kinds.HUDDLE_TIES_ANYWHERE, (*_CHAINS, *_TRADES)),
                ties=_ties(size_exponent=1.0, persistence=0.0),
            )
        ),
    ),
    "chains": HardWorld(
        Text("plain chains, with and without institutions", "有無機構的產業鏈", "有无机构的产业链"),
        _drawn(
            _recipe(
                *_each(kinds.CHAIN_WITH_INSTITUTIONS),
                *_each(kinds.CHAIN_WITHOUT_INSTITUTIONS, (("C27", "M73"), ("I64", "I65"))),
            )
        ),
    ),
    "chains_in_a_plain_country": HardWorld(
        Text(
            "the same chains where nothing is ordinary",
            "無平常特性之國的產業鏈",
            "无平常特性之国的产业链",
        ),
        _drawn(_plain(_recipe(*_each(kinds.CHAIN_WITH_INSTITUTIONS)))),
    ),
    "industry_mostly_here": HardWorld(
        Text(
            "a chain that exists hardly elsewhere", "幾乎僅此一地的產業鏈", "几乎仅此一地的产业链"
        ),
        _drawn(_recipe(*_each(kinds.CHAIN_WITH_INSTITUTIONS, (("C36", "C38"),), firms=80))),
    ),
    "idle_institutions": HardWorld(
        Text("institutions without ties", "有機構而無往來", "有机构而无往来"),
        _drawn(
            _recipe(
                *_each(kinds.IDLE_INSTITUTIONS), *_each(kinds.IDLE_INSTITUTIONS_UNLINKED, _TRADES)
            )
        ),
    ),
    "hub_tied_institutions": HardWorld(
        Text("institutions tied to the hub alone", "機構只與龍頭往來", "机构只与龙头往来"),
        _drawn(_recipe(*_each(kinds.HUB_TIED_INSTITUTIONS))),
    ),
    "hub_and_spoke": HardWorld(
        Text("every local tie is with one firm", "本地關聯繫於一家", "本地关联系于一家"),
        _drawn(_recipe(*_each(kinds.HUB_AND_SPOKE))),
    ),
    "ownership_ties": HardWorld(
        Text("local ties inside one group only", "本地關聯皆屬一家集團", "本地关联皆属一家集团"),
        _drawn(_recipe(*_each(kinds.OWNERSHIP_TIES_ONLY))),
    ),
    "networks_without_concentration": HardWorld(
        Text("ties without concentration", "有關聯而無集聚", "有关联而无集聚"),
        _drawn(
            _recipe(
                *_each(kinds.LINKED_UNCONCENTRATED, (("C33", "C34"),), setting="metropolis"),
                *_each(kinds.LONG_DISTANCE_NETWORK, setting="large"),
            )
        ),
    ),
    "cut_by_border": HardWorld(
        Text("clusters cut by a border", "被邊界切開的集群", "被边界切开的集群"),
        _drawn(_recipe(*_each(kinds.CHAIN_WITH_INSTITUTIONS, firms=60, spread=2))),
    ),
    "shifted_borders": HardWorld(
        Text("the same data on shifted borders", "同一資料，邊界移位", "同一数据，边界移位"),
        _spoilt(
            lambda w, seed: blemishes.with_borders_redrawn(
                w, Geography(regions=40, width_km=500.0, shape="grid"), seed=seed + 1
            )
        ),
    ),
    **{
        f"coverage_{round(100 * share)}": HardWorld(
            Text(
                f"links for {share:.0%} of the firms",
                f"僅 {share:.0%} 企業有關聯資料",
                f"仅 {share:.0%} 企业有关联数据",
            ),
            _spoilt(
                lambda w, seed, share=share: blemishes.with_link_coverage(  # type: ignore[misc]
                    w, share, seed=seed, keep_io=share > 0
                )
            ),
        )
        for share in (0.0, 0.2, 0.6, 1.0)
    },
    "coverage_0_with_input_output": HardWorld(
        Text("no links, but an input-output table", "無關聯，有投入產出表", "无关联，有投入产出表"),
        _spoilt(lambda w, seed: blemishes.with_link_coverage(w, 0.0, seed=seed)),
    ),
    "coverage_of_large_firms": HardWorld(
        Text("links for the large firms only", "僅大企業有關聯資料", "仅大企业有关联数据"),
        _spoilt(lambda w, seed: blemishes.with_link_coverage(w, 0.4, seed=seed, by_size=True)),
    ),
    "suppressed_blank": HardWorld(
        Text("withheld cells left blank", "保密單元留空", "保密单元留空"),
        _spoilt(lambda w, _: blemishes.as_cells(w)),
    ),
    "suppressed_minus_9": HardWorld(
        Text("withheld cells coded as -9", "保密單元記作 -9", "保密单元记作 -9"),
        _spoilt(lambda w, _: blemishes.as_cells(w, withheld=-9)),
    ),
    "suppressed_zero": HardWorld(
        Text("withheld cells coded as 0", "保密單元記作 0", "保密单元记作 0"),
        _spoilt(lambda w, _: blemishes.as_cells(w, withheld=0)),
    ),
    "other_datum": HardWorld(
        Text(
            "coordinates in GCJ-02, declared", "座標為 GCJ-02（已聲明）", "坐标为 GCJ-02（已声明）"
        ),
        _spoilt(
            lambda w, seed: blemishes.with_firms_in_gcj02(w, 1.0, seed=seed),
            _recipe(
                *_all_sorts(), geography=Geography(regions=40, width_km=350.0, centre=(132, 21))
            ),
        ),
    ),
    "mixed_datum": HardWorld(
        Text(
            "half the firms in GCJ-02, unsaid",
            "半數企業為 GCJ-02（未聲明）",
            "半数企业为 GCJ-02（未声明）",
        ),
        _spoilt(
            lambda w, seed: blemishes.with_firms_in_gcj02(w, 0.5, seed=seed),
            _recipe(
                *_all_sorts(), geography=Geography(regions=40, width_km=350.0, centre=(132, 21))
            ),
        ),
    ),
    "swapped_coordinates": HardWorld(
        Text("three firms in a hundred swapped", "百分之三經緯度顛倒", "百分之三经纬度颠倒"),
        _spoilt(lambda w, seed: blemishes.with_swapped_coordinates(w, 0.03, seed=seed)),
    ),
    "stacked_geocodes": HardWorld(
        Text("a third of the geocodes stacked", "三分之一座標疊在一點", "三分之一坐标叠在一点"),
        _spoilt(lambda w, seed: blemishes.with_stacked_geocodes(w, 0.33, seed=seed)),
    ),
    "firms_die": HardWorld(
        Text("firms die, their ties do not churn", "企業消亡，關聯不散", "企业消亡，关联不散"),
        _drawn(_recipe(*_each(kinds.CHAIN_THAT_DIES))),
    ),
    "year_missing": HardWorld(
        Text("links of one year are lost", "缺一年關聯資料", "缺一年关联数据"),
        _spoilt(
            lambda w, _: blemishes.without_links_in(w, [2019]),
            _recipe(*_all_sorts(), years=(2018, 2022)),
        ),
    ),
    "stage_paths": HardWorld(
        Text("chains that form, unravel and stay", "成鏈、散鏈與守鏈", "成链、散链与守链"),
        _drawn(_paths()),
    ),
    "noisy_year": HardWorld(
        Text("one year with a third of its links", "某年僅存三分之一關聯", "某年仅存三分之一关联"),
        _spoilt(lambda w, seed: blemishes.with_thin_year(w, 2016, 0.33, seed=seed), _paths()),
    ),
    "rows_shuffled": HardWorld(
        Text("rows in another order", "行序打亂", "行序打乱"),
        _spoilt(lambda w, seed: blemishes.with_rows_shuffled(w, seed=seed)),
    ),
    "empty_far_region": HardWorld(
        Text("an empty region far away", "遠方一個空區域", "远方一个空区域"),
        _spoilt(lambda w, _: blemishes.with_empty_far_region(w)),
    ),
}
