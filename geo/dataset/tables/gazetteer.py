"""Places that firms and institutions name by a code, such as postcodes, and their coordinates."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import narwhals as nw

from geo.dataset.judging.checks import Check, required_checks, value_checks
from geo.dataset.judging.judged_tables import judged
from geo.dataset.judging.typed_values import is_wrong, shown, typed
from geo.dataset.values.ids import with_known_ids
from geo.errors import DatasetError
from geo.vocabulary import Text

if TYPE_CHECKING:
    from pathlib import Path

    from geo.dataset.files.formats import Source
    from geo.dataset.judging.ledger import Ledger
    from geo.settings import Settings

__all__ = ["names_places", "read_places", "with_coordinates"]

_POINT = ["longitude", "latitude"]


def names_places(source: Source) -> bool:
    """Whether the rows of a table say by a code where they are, and in no other way."""
    has_point = "geometry" in source.columns or set(_POINT) <= set(source.columns)
    return "place" in source.columns and not has_point


def read_places(
    source: Source, *, settings: Settings, ledger: Ledger, into: Path
) -> nw.LazyFrame[Any]:
    """Places: place, longitude, latitude, as given.

    Raises
    ------
    DatasetError
        If too many rows are faulty, or none is left.
    """
    del settings
    nowhere = [
        Check("coordinates_missing", name, nw.col(name).is_null() & ~nw.col(is_wrong(name)))
        for name in _POINT
    ]
    return judged(
        source,
        typed(source),
        [*required_checks(source), *nowhere, *value_checks(source)],
        keep=["place", *_POINT],
        key=[shown("place")],
        unique=["place"],
        ledger=ledger,
        into=into,
    ).select("place", *_POINT)


def with_coordinates(source: Source, places: nw.LazyFrame[Any] | None, ledger: Ledger) -> Source:
    """A table with the coordinates of the places that its rows name; none where none is known.

    Parameters
    ----------
    source : Source
        Firms or institutions that name places.
    places : LazyFrame, optional
        As `read_places` returns them.
    ledger : Ledger
        Where codes that are written otherwise are accounted for.

    Raises
    ------
    DatasetError
        If there is no table of places.
    """
    if places is None:
        raise DatasetError(
            Text(
                f"{source.name} has a column place and no coordinates, and there is no table "
                "places; put places.csv (place, longitude, latitude) there.",
                f"{source.name} 只有地點代碼而無座標，又沒有表 places；請放入 places.csv"
                "（place、longitude、latitude）。",
                f"{source.name} 只有地点代码而无坐标，又没有表 places；请放入 places.csv"
                "（place、longitude、latitude）。",
            )
        )
    known = places.select("place").collect().to_native()["place"]
    frame = source.frame.with_columns(nw.col("place").cast(nw.String).str.strip_chars())
    found = with_known_ids(frame, "place", known)
    ledger.found_ids(source, "place", found)
    return replace(source, frame=found.frame.join(places, on="place", how="left"))
