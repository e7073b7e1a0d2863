"""Invented countries with known truth, to try the verdict on.

A `Recipe` is data; `world` draws it with a seed; `write_world` puts it on disk in the shape that
`jiqun` reads. Nothing here measures anything.
"""

from __future__ import annotations

from geo.worlds.building import world
from geo.worlds.country import DEFAULT_SEED, default_recipe, sized_recipe
from geo.worlds.draws import borderline_recipe, null_recipe, random_recipe
from geo.worlds.hard import HARD_WORLDS, HardWorld, hard_world, ordinary_recipe
from geo.worlds.recipes import (
    Archetype,
    Geography,
    IndustrySpec,
    PlainTies,
    Planting,
    Recipe,
    World,
)
from geo.worlds.writing import write_world

__all__ = [
    "DEFAULT_SEED",
    "HARD_WORLDS",
    "Archetype",
    "Geography",
    "HardWorld",
    "IndustrySpec",
    "PlainTies",
    "Planting",
    "Recipe",
    "World",
    "borderline_recipe",
    "default_recipe",
    "hard_world",
    "null_recipe",
    "ordinary_recipe",
    "random_recipe",
    "sized_recipe",
    "world",
    "write_world",
]
