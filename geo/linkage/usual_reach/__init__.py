"""The null of test B: how many ties of such firms are local by the usual reach of such trade."""

from geo.linkage.usual_reach.excess import Excess, excess_of, lack_of_fit, usual_by_cell
from geo.linkage.usual_reach.family import Family, concentrated_matrix, family_of, stands_out
from geo.linkage.usual_reach.fit import fit_reach
from geo.linkage.usual_reach.flows import cell_flows, regions_within_reach, usual_flows
from geo.linkage.usual_reach.model import Reach
from geo.linkage.usual_reach.usual import UsualTies, usual_ties
from geo.linkage.usual_reach.without_hub import usual_without_hub

__all__ = [
    "Excess",
    "Family",
    "Reach",
    "UsualTies",
    "cell_flows",
    "concentrated_matrix",
    "excess_of",
    "family_of",
    "fit_reach",
    "lack_of_fit",
    "regions_within_reach",
    "stands_out",
    "usual_by_cell",
    "usual_flows",
    "usual_ties",
    "usual_without_hub",
]
