"""One country as every test asks it: its tables, its ties with the places of both ends, its floors.

A study is made once and handed around whole, so that nobody can forget to hand on a setting.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.settings import Settings
from geo.study.keys import Sizes, held, sizes_of
from geo.study.locality import locality_as_set
from geo.study.located import (
    KNOWLEDGE_KINDS,
    located_institution_ties,
    located_ties,
    next_years,
    tie_pairs,
    tie_years,
)
from geo.study.party_places import placed, placed_institutions, region_centres

if TYPE_CHECKING:
    import narwhals as nw
    import numpy.typing as npt

    from geo.settings import Thresholds
    from geo.study.locality import Locality

    Lazy = nw.LazyFrame[Any]

__all__ = ["LOCATED", "Study"]

LOCATED = ("supply", "knowledge", "institution_ties")
"""Properties of a study that are ties with the places of both ends, worth storing."""


def _no_institutions() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "institution_key": pd.Series(dtype="int64"),
            "kind": pd.Series(dtype="str"),
            "region_key": pd.Series(dtype="int64"),
        }
    )


@dataclass(frozen=True, kw_only=True)
class Study:
    """A country over some years."""

    establishments: Lazy
    """firm_key, year, region_key, industry_key, longitude, latitude, group_key (null = none); one
    row per firm and year."""
    ties: Lazy
    """source_key, target_key, year, kind; one row per distinct tie of living parties."""
    institutions: pd.DataFrame = field(default_factory=_no_institutions)
    """institution_key, kind, region_key and, where known, longitude and latitude."""
    firms: int
    """Number of firms; party keys from there on are institutions."""
    settings: Settings = field(default_factory=Settings)
    adjoining: pd.DataFrame | None = None
    """focal, neighbor: regions with a common border, both ways or one; None = not known."""
    travel_times: pd.DataFrame | None = None
    """from_region_key, to_region_key, minutes; None where there is no table."""
    stored: dict[str, Lazy] = field(default_factory=dict, repr=False)
    """Ties that were located before, by the name of the property that gives them."""

    @property
    def thresholds(self) -> Thresholds:
        """Floors of the three questions."""
        return self.settings.thresholds

    @cached_property
    def sizes(self) -> Sizes:
        """Sizes of the keys."""
        return sizes_of(self.establishments, firms=self.firms)

    @cached_property
    def centres(self) -> pd.DataFrame:
        """Middle of every region, as `party_places.region_centres` has it."""
        return region_centres(self.establishments, regions=self.sizes.regions)

    @cached_property
    def placed_firms(self) -> Lazy:
        """Establishments, those without coordinates at the middle of their region."""
        return placed(self.establishments, self.centres)

    @cached_property
    def placed_institutions(self) -> pd.DataFrame:
        """Institutions, those without coordinates at the middle of their region."""
        return placed_institutions(self.institutions, self.centres)

    @cached_property
    def locality(self) -> Locality | None:
        """Which places are near each other; None where local is the region."""
        return locality_as_set(
            self.establishments,
            self.institutions.reindex(
                columns=self.institutions.columns.union(["longitude", "latitude"])
            ),
            self.settings.local,
            travel_times=self.travel_times,
        )

    @cached_property
    def supply(self) -> Lazy:
        """Supply ties between firms, as `located.located_ties` returns them."""
        return self._located("supply", ("supply",))

    @cached_property
    def knowledge(self) -> Lazy:
        """Knowledge ties between firms, as `located.located_ties` returns them."""
        return self._located("knowledge", KNOWLEDGE_KINDS)

    @cached_property
    def institution_ties(self) -> Lazy:
        """Ties between firms and institutions, as `located.located_institution_ties` has them."""
        if "institution_ties" in self.stored:
            return self.stored["institution_ties"]
        return held(
            located_institution_ties(
                self.establishments,
                self.ties,
                self.institutions,
                firms=self.firms,
                locality=self.locality,
            )
        )

    @cached_property
    def supply_years(self) -> list[int]:
        """Years with a supply tie between firms, ascending."""
        return tie_years(self.supply)

    @cached_property
    def knowledge_years(self) -> list[int]:
        """Years with a knowledge tie between firms, ascending."""
        return tie_years(self.knowledge)

    @cached_property
    def adjoins(self) -> npt.NDArray[np.bool_]:
        """Whether two regions adjoin, shape (regions, regions), both ways."""
        regions = self.sizes.regions
        found = np.zeros((regions, regions), dtype=bool)
        if self.adjoining is not None:
            one, other = (self.adjoining[c].to_numpy(np.int64) for c in ("focal", "neighbor"))
            known = (one < regions) & (other < regions) & (one != other)
            found[one[known], other[known]] = found[other[known], one[known]] = True
        return found

    @cached_property
    def by_region(self) -> Study:
        """The same country where local is the region."""
        return self.with_settings(self.settings.model_copy(update={"local": "region"}))

    def compared(self, years: list[int]) -> set[int]:
        """Those of `years` whose ties can be compared with another's."""
        following = next_years(years)
        return {*following, *following.values()}

    def with_settings(self, settings: Settings) -> Study:
        """The same country under other settings."""
        if settings == self.settings:
            return self
        stored = self.stored if settings.local == self.settings.local else {}
        return replace(self, settings=settings, stored=stored)

    def regrouped(self, establishments: Lazy) -> Study:
        """The same country with other units as its industries.

        Parameters
        ----------
        establishments : LazyFrame
            As `establishments`, with the keys of the units as industry_key.
        """
        return replace(self, establishments=establishments, stored={})

    def _located(self, name: str, kinds: tuple[str, ...]) -> Lazy:
        if name in self.stored:
            return self.stored[name]
        pairs = tie_pairs(self.ties, firms=self.firms, kinds=kinds)
        return held(
            located_ties(
                self.establishments,
                pairs,
                tie_years(pairs),
                sizes=self.sizes,
                locality=self.locality,
            )
        )
