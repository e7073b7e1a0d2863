"""What can be wrong with what a user or a caller hands in."""

from __future__ import annotations

__all__ = ["DatasetError", "GeoError", "InputOutputError", "InvalidCountsError"]


class GeoError(ValueError):
    """Root of every error that `geo` raises on purpose; its text is one sentence for a user."""


class DatasetError(GeoError):
    """A dataset that cannot be used: names the file, the column, the value, and what to do."""


class InvalidCountsError(GeoError):
    """Counts, shares or sizes outside their allowed range."""


class InputOutputError(GeoError):
    """An input-output table that cannot be read or inverted; says which entry, and what to do."""
