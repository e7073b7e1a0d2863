"""Every table's columns, types, meanings and checks: the one place where they are written.

Ingest, documentation, user-interface metadata and GeoPackage descriptions read them from here.
What goes in is `RAW_TABLES`, what comes out is `RESULT_TABLES`. How one verdict is worded does
not belong here (`geo.classification.text.reason_texts`), nor do the words for classes and kinds
(`geo.vocabulary`).
"""

from __future__ import annotations

from geo.schema.cell_tables import PATH_TABLES, PROFILE_TABLES
from geo.schema.column import Column, Table, Type
from geo.schema.distance_tables import DISTANCE_TABLES
from geo.schema.industry_tables import INDUSTRY_TABLES, INPUT_OUTPUT_TABLES
from geo.schema.network_tables import FUNCTIONAL_TABLES, STRUCTURE_TABLES
from geo.schema.raw_tables import RAW_TABLES
from geo.schema.region_tables import CHAIN_TABLES, REGION_TABLES
from geo.schema.resilience_tables import RESILIENCE_TABLES
from geo.schema.run_tables import RECORD_TABLES
from geo.schema.verdict_table import CELL_TABLES

__all__ = ["RAW_TABLES", "RESULT_TABLES", "Column", "Table", "Type"]

RESULT_TABLES: dict[str, Table] = {
    table.name: table
    for family in (
        CELL_TABLES,
        CHAIN_TABLES,
        REGION_TABLES,
        FUNCTIONAL_TABLES,
        INDUSTRY_TABLES,
        DISTANCE_TABLES,
        INPUT_OUTPUT_TABLES,
        PATH_TABLES,
        PROFILE_TABLES,
        STRUCTURE_TABLES,
        RESILIENCE_TABLES,
        RECORD_TABLES,
    )
    for table in family
}
"""Every result by the name of its file."""
