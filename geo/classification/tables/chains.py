"""Value chains as units beside single industries, since a cluster is a chain.

What belongs here: which industries make a chain, and judging regions x chains by the very functions
that judge regions x industries. What does not: the mapping of keys
(`geo.classification.sensitivity.aggregation`), any measure or threshold.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pandas as pd

from geo.classification.life_stages import stages
from geo.classification.questions import crowded_cells
from geo.classification.sensitivity.aggregation import (
    regrouped_cells,
    regrouped_establishments,
    regrouped_margins,
)
from geo.classification.tables.classification_table import (
    CELL_KEY,
    as_schema,
    evidence,
    other_region,
)
from geo.classification.text.reason_texts import reasons
from geo.classification.truth_table import judgements
from geo.concentration.cells.cell_table import cell_concentration
from geo.dataset import all_cells
from geo.input_output.strength import input_output_strength

if TYPE_CHECKING:
    from geo.study import Study

    Lazy = nw.LazyFrame[Any]

__all__ = ["chain_classification", "chain_communities", "industry_chains"]


def industry_chains(industries: pd.DataFrame, io_table: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Chain of every industry: as the dataset says, else by communities of who buys from whom.

    Parameters
    ----------
    industries : DataFrame
        Indexed by industry_key from 0: industry and chain (null = none).
    io_table : DataFrame
        supplying_industry_key, using_industry_key, coefficient, flow, year; may be empty. Used
        only where no industry has a chain.
    seed : int
        Of the communities.

    Returns
    -------
    DataFrame
        On the index of `industries`: chain_key; chain, null for an industry in none, which keeps a
        key of its own; chain_source, 'industries' or 'input_output'; members, the codes of the
        chain's industries.
    """
    chain, source = industries["chain"], "industries"
    if chain.isna().all() and len(io_table):
        latest = io_table[(io_table["year"] == io_table["year"].max()) | io_table["year"].isna()]
        community = chain_communities(input_output_strength(latest), seed=seed)
        source = "input_output"
        # The code that sorts first and how many go with it, where there is more than one.
        codes = industries["industry"].groupby(industries.index.to_series().map(community))
        others = codes.transform("size") - 1
        label = codes.transform("min") + " +" + others.fillna(0).astype("int64").astype("str")
        chain = label.where(codes.transform("size") > 1)
    own = industries["industry"].radd("\0")
    key = pd.factorize(chain.astype("object").fillna(own), sort=True)[0]
    table = pd.DataFrame({"chain_key": key, "chain": chain}, index=industries.index)
    members = industries["industry"].groupby(key).agg(", ".join)
    return table.assign(chain_source=source, members=members.reindex(key).to_numpy())


def chain_communities(strength: pd.DataFrame, *, seed: int) -> pd.Series[int]:
    """Communities of industries that trade much with each other (Leiden, modularity).

    Parameters
    ----------
    strength : DataFrame
        Columns industry_key, other_industry_key, input_output, as
        `geo.input_output.strength.input_output_strength` returns it.
    seed : int
        The same seed gives the same communities.

    Returns
    -------
    Series of int
        Community by industry_key; industries without trade are left out.

    References
    ----------
    .. [1] Traag, V. A., Waltman, L. & van Eck, N. J. (2019). From Louvain to Leiden: guaranteeing
       well-connected communities. Scientific Reports 9, 5233. (As igraph implements it.)
    """
    import igraph

    ends = ["industry_key", "other_industry_key"]
    traded = strength[(strength["input_output"] > 0) & (strength[ends[0]] != strength[ends[1]])]
    keys, positions = np.unique(traded[ends].to_numpy(), return_inverse=True)
    graph = igraph.Graph(n=len(keys), edges=positions.reshape(-1, 2).tolist())
    # igraph has one generator for all; it gets its usual one back.
    igraph.set_random_number_generator(random.Random(seed))  # noqa: S311 - no secret
    found = graph.community_leiden(
        objective_function="modularity", weights=traded["input_output"].tolist(), n_iterations=20
    )
    igraph.set_random_number_generator(random)
    return pd.Series(found.membership, index=keys, dtype="int64")


def chain_classification(
    study: Study,
    *,
    reported: pd.DataFrame,
    margins: pd.DataFrame,
    chains: pd.DataFrame,
    regions: pd.DataFrame,
) -> pd.DataFrame:
    """One row per region, chain and year: the three tests and the verdict, for whole chains.

    Everything is what it is for industries, with the chain as the unit: the location quotient is
    that of all plants of the chain, the usual reach is that of trade between chains, and a tie
    between two industries of one chain is a tie of the chain with itself. What an input-output
    table makes possible is not asked: it is about industries.

    Parameters
    ----------
    study : Study
        The country.
    reported, margins : DataFrame
        Official statistics and published totals; may be empty.
    chains : DataFrame
        As `industry_chains` returns it.
    regions : DataFrame
        Indexed by region_key: region_id, name.

    Returns
    -------
    DataFrame
        Columns of the result `region_chain_classification`; empty where there are no chains.
    """
    from geo.linkage.collaboration.linkage_table import linkage_by_cell

    settings = study.settings
    named = chains.dropna(subset="chain").drop_duplicates("chain_key").set_index("chain_key")
    if named.empty:
        return as_schema(pd.DataFrame(), "region_chain_classification")
    keys = chains["chain_key"].to_numpy(dtype=np.int64)
    grouped = regrouped_establishments(study.establishments, industries=keys)
    of_chains = study.regrouped(grouped)
    cells = all_cells(grouped, regrouped_cells(reported, industries=keys))
    published = regrouped_margins(margins, industries=keys) if len(margins) else None
    concentration = cell_concentration(cells, published)
    concentrated = crowded_cells(evidence(cells, [concentration]), settings.thresholds)
    linkage = linkage_by_cell(of_chains, concentrated)
    joined = evidence(cells, [concentration, *linkage, _ties_within(of_chains.supply)])
    # A year with ties and none of them within is none; a year without any is not known.
    none_within = joined["local_supply_ties"].notna() & joined["local_ties_within"].isna()
    joined["local_ties_within"] = joined["local_ties_within"].mask(none_within, 0)
    unknown = pd.Series(pd.NA, index=joined.index, dtype="boolean")
    given = judgements(joined.assign(chain_partners_here=unknown), settings.thresholds)
    names = regions["name"].fillna(regions["region_id"]).astype("object")
    judged = joined.join(given)
    judged["other_region"] = other_region(judged, names)
    said = reasons(
        judged,
        settings.thresholds,
        has_ties=bool(joined["supply_ties"].notna().any()),
        has_institutions=len(study.institutions) > 0,
        local=settings.local,
    )
    judged = judged.join(said).assign(stage=stages(joined, settings.thresholds))
    chains_alone = judged[judged["industry_key"].isin(named.index)]
    told = chains_alone.assign(
        region_id=chains_alone["region_key"].map(regions["region_id"]),
        region_name=chains_alone["region_key"].map(regions["name"]),
        **{c: chains_alone["industry_key"].map(named[c]) for c in named.columns},
    )
    return as_schema(told, "region_chain_classification").sort_values(
        ["year", "region_id", "chain"], ignore_index=True
    )


def _ties_within(supply: Lazy) -> pd.DataFrame:
    """Local supply ties of every cell with both ends in one chain."""
    within = supply.filter(
        nw.col("is_local"), nw.col("supplier_industry") == nw.col("customer_industry")
    )
    crosses = nw.col("supplier_region") != nw.col("customer_region")
    keyed = nw.concat(
        [
            rows.select("year", region_key=region, industry_key="supplier_industry")
            for rows, region in (
                (within, "supplier_region"),
                (within.filter(crosses), "customer_region"),
            )
        ]
    )
    counts = keyed.group_by(*CELL_KEY).agg(nw.len().alias("local_ties_within"))
    table: pd.DataFrame = counts.sort(*CELL_KEY).collect().to_pandas()
    return table.astype(dict.fromkeys(table.columns, "int64"))
