"""Structure: tiers of firms and institutions, and the form of every cell's network."""

from typing import Any

import dagster as dg
import narwhals as nw
import pandas as pd

from geo.study import Study
from pipelines.metadata import preview
from pipelines.resources import Options


@dg.multi_asset(
    group_name="structure",
    outs={
        name: dg.AssetOut(description=text, kinds={"narwhals"}, dagster_type=dg.Any)
        for name, text in {
            "structures": "Tiers, form of the local network and homogeneity of every cell.",
            "party_tiers": "Core firms, supporting firms and supporting institutions.",
        }.items()
    },
)
def structure_tables(
    options: Options,
    facts: dict[str, Any],
    study: Study,
    parties: nw.LazyFrame,  # type: ignore[type-arg]
    regions: pd.DataFrame,
    industries: pd.DataFrame,
) -> tuple[dg.Output[pd.DataFrame], dg.Output[pd.DataFrame]]:
    """Who is core, who supports, and how the firms of a cell hang together."""
    from geo.classification.tables.tier_table import party_tier_table
    from geo.linkage.networks.structure import structure_by_cell
    from geo.vocabulary import Language

    found = structure_by_cell(study, seed=options.seed)
    tiers = party_tier_table(
        found.tiers,
        parties,
        regions=regions,
        industries=industries,
        language=Language(facts["language"]).column_suffix,
        years=facts["years"],
    )
    listed = {"years": str(sorted(set(tiers["year"])))}
    return (
        dg.Output(found.cells, metadata=preview(found.cells)),
        dg.Output(tiers, metadata=listed | preview(tiers)),
    )
