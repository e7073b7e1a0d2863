"""The two families of ties by which firms can collaborate, and the columns that tell of each."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["FAMILIES", "KNOWLEDGE", "SPREAD_OF", "SUPPLY", "FamilyColumns", "SpreadColumns"]


class FamilyColumns(NamedTuple):
    """Names of the columns that question B looks at, of one family of ties."""

    ties: str
    local: str
    usual: str
    excess: str
    p: str
    q: str
    linked: str
    usual_linked: str
    persistence: str
    coverage: str

    def chance(self, suffix: str = "") -> str:
        """Column of the chances that are held against the significance level.

        They are adjusted over the cells of a year. Without the largest hub a cell is asked again
        what it has passed already; so no further adjustment is due.
        """
        return f"{self.p if suffix.startswith('_without_hub') else self.q}{suffix}"


class SpreadColumns(NamedTuple):
    """Names of the columns that tell how firmly what is usual stands."""

    unsure: str
    lack_of_fit: str
    dispersion: str


SUPPLY = FamilyColumns(
    "supply_ties",
    "local_supply_ties",
    "usual_local_supply_ties",
    "excess_local_share",
    "reach_p",
    "reach_q",
    "locally_linked_share",
    "usual_linked_share",
    "tie_persistence",
    "link_coverage",
)
KNOWLEDGE = FamilyColumns(
    "knowledge_ties",
    "local_knowledge_ties",
    "usual_local_knowledge_ties",
    "knowledge_excess_local_share",
    "knowledge_reach_p",
    "knowledge_reach_q",
    "knowledge_linked_share",
    "usual_knowledge_linked_share",
    "knowledge_persistence",
    "knowledge_coverage",
)
FAMILIES = {"supply": SUPPLY, "knowledge": KNOWLEDGE}
"""Families of ties, by which firms can collaborate."""

SPREAD_OF = {
    SUPPLY: SpreadColumns("usual_variance", "lack_of_fit", "tie_dispersion"),
    KNOWLEDGE: SpreadColumns(
        "usual_knowledge_variance", "knowledge_lack_of_fit", "knowledge_dispersion"
    ),
}
