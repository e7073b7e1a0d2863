"""The published tables in a PostgreSQL database with PostGIS.

What belongs here: the address and what can be wrong with it (`address`), which tables there are
and of what (`tables`), and how they replace those of an earlier export (`writing`). What does not:
files in other forms (`pipelines.export`), and Dagster's own storage.
"""

from __future__ import annotations

from pipelines.commands.database.writing import export_to_database

__all__ = ["export_to_database", "is_address"]


def is_address(to: str) -> bool:
    """Whether `to` names a database rather than a form of files."""
    return to.partition("://")[0].lower() in {"postgresql", "postgres"} and "://" in to
