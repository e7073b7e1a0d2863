"""What a user may set in `dataset.yaml`, with the defaults that hold without it."""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from geo.errors import DatasetError
from geo.vocabulary import Language

__all__ = ["Nearby", "Settings", "Thresholds", "years_from_text"]


class Thresholds(BaseModel):
    """Floors of the three questions; all can be set, none is hidden elsewhere."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    significance: float = Field(0.05, gt=0, lt=1)
    """Largest false-discovery rate at which an effect is said to exist."""
    location_quotient: float = Field(1.25, gt=0)
    """Smallest location quotient of a concentration."""
    establishments: int = Field(5, ge=1)
    """Fewest establishments of a concentration."""
    effective_establishments: float = Field(3, ge=1)
    """Fewest effective establishments: below, it is one plant, not an agglomeration."""
    matching_degree: float = Field(0.25, ge=0, le=1)
    """Local ties beyond random matching, as a share of all that could be local."""
    locally_linked_share: float = Field(0.3, ge=0, le=1)
    """Share of a cell's firms with a stable local supply partner."""
    tie_persistence: float = Field(0.5, ge=0, le=1)
    """Share of local ties that must live on for a year."""
    tie_persistence_gain: float = Field(0.25, ge=0, le=1)
    """Where all ties last less: the way from their base rate to 1 that local ties must go."""
    institution_tied_share: float = Field(0.15, ge=0, le=1)
    """Share of a cell's firms tied to a local institution."""
    institution_kind_reach: float = Field(0.1, ge=0, le=1)
    """Share of a cell's firms that a kind of institution must reach to count."""

    asks_distance: bool = False
    """Whether local ties must also exceed what the usual distance of trade explains."""


class Nearby(BaseModel):
    """Which places are near each other, where local is not the region."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    radius_km: float | None = Field(None, gt=0)
    """Largest distance as the crow flies."""
    minutes: float | None = Field(None, gt=0)
    """Largest travel time."""
    speed_kmh: float | None = Field(None, gt=0)
    """Speed of travel, as the crow flies; where not given, a table tells the time."""

    @property
    def km(self) -> float | None:
        """Radius in kilometres; None where it is a table that tells what is near."""
        if self.minutes is not None and self.speed_kmh is not None:
            return self.minutes * self.speed_kmh / 60
        return self.radius_km


class Settings(BaseModel):
    """Settings of one dataset."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    columns: dict[str, dict[str, str]] = Field(default_factory=dict)
    """By table: our column name -> the name it has in the file."""
    datum: Literal["WGS84", "GCJ-02", "BD-09"] = "WGS84"
    """Datum of longitude and latitude columns."""
    crs: str | None = None
    """Coordinate system of the longitude and latitude columns, if not a datum above."""
    years: tuple[int, int] | None = None
    """First and last year to use; all where not set."""
    language: Language = Language.EN
    """Language of the `reason` column and of what is printed."""
    max_rejected_share: float = Field(0.1, ge=0, le=1)
    """Share of faulty rows of a table above which the run stops."""
    missing_values: tuple[float | str, ...] = ()
    """Values that mean 'withheld' or 'not known' in numeric columns, such as -9."""
    weights: str = Field(
        "contiguity", pattern=r"^(contiguity|knn:[1-9]\d*|distance:[1-9]\d*(\.\d+)?)$"
    )
    """Who are neighbours on the map: contiguity, knn:8 (nearest), distance:50 (km)."""
    industries_of_interest: tuple[str, ...] = ()
    """Codes of the industries that are looked at closely: distances, footprints, figures."""
    local: Literal["region"] | Nearby = "region"
    """Which supply ties are local: within a region, a radius, or a travel time (at a speed, or by
    the table travel_times)."""
    link_coverage: float = Field(1.0, ge=0, le=1)
    """Share of the firms that the source of the links covers, where the user knows it."""
    profile: Literal["default", "strict"] = "default"
    """strict: collaboration has to exceed both nulls, random matching and distance."""
    thresholds: Thresholds = Thresholds()

    @model_validator(mode="after")
    def _profile(self) -> Settings:
        if self.profile == "strict" and not self.thresholds.asks_distance:
            strict = self.thresholds.model_copy(update={"asks_distance": True})
            return self.model_copy(update={"thresholds": strict})
        return self

    @field_validator("years", mode="before")
    @classmethod
    def _years(cls, value: object) -> object:
        if isinstance(value, int):
            return (value, value)
        return years_from_text(value) if isinstance(value, str) else value

    @field_validator("industries_of_interest", mode="before")
    @classmethod
    def _codes(cls, value: object) -> object:
        # YAML reads a code such as 27 as a number.
        return [str(code) for code in value] if isinstance(value, (list, tuple)) else value

    @field_validator("local", mode="before")
    @classmethod
    def _local(cls, value: object) -> object:
        ways = [{"radius_km"}, {"minutes", "speed_kmh"}, {"minutes"}]
        if value == "region" or isinstance(value, Nearby):
            return value
        if not isinstance(value, dict) or {k for k in value if value[k] is not None} not in ways:
            message = (
                "local is `region`, `{radius_km: 40}`, `{minutes: 60, speed_kmh: 60}`, "
                "or `{minutes: 60}` beside a table travel_times"
            )
            raise ValueError(message)
        for name, number in value.items():
            is_number = isinstance(number, int | float) and not isinstance(number, bool)
            if number is not None and not (is_number and 0 < number < float("inf")):
                message = f"{name} must be a number above 0"
                raise ValueError(message)
        return Nearby(**value)

    @field_validator("crs")
    @classmethod
    def _crs(cls, value: str | None) -> str | None:
        import pyproj

        if value is not None:
            try:
                pyproj.CRS.from_user_input(value)
            except pyproj.exceptions.CRSError as error:
                message = f"there is no coordinate system {value!r}; give one such as EPSG:4547"
                raise ValueError(message) from error
        return value

    @classmethod
    def from_mapping(cls, values: dict[str, Any], *, file: str) -> Settings:
        """Settings from the content of `file`.

        Raises
        ------
        DatasetError
            If a key is unknown or a value is not allowed; names the first of them.
        """
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            if first["type"] == "extra_forbidden":
                fields = Thresholds if first["loc"][0] == "thresholds" else cls
                known = ", ".join(fields.model_fields)
                message = f"{file}: there is no setting `{where}`; the settings are {known}."
            else:
                rule = first["msg"][:1].lower() + first["msg"][1:]
                message = (
                    f"{file}: `{where}` is {first['input']!r}: {rule}; "
                    "correct it or take it out to use the default."
                )
            raise DatasetError(message) from error


def years_from_text(text: str) -> tuple[int, int]:
    """First and last year of a text such as `2019-2023` or `2021`.

    Raises
    ------
    ValueError
        If the text is neither, or the first year is after the last.

    Examples
    --------
    >>> years_from_text("2019-2023")
    (2019, 2023)
    """
    match = re.fullmatch(r"\s*(\d{4})\s*(?:[-\N{EN DASH}:]\s*(\d{4}))?\s*", text)
    if match is None:
        message = f"years must look like 2021 or 2019-2023, not {text!r}"
        raise ValueError(message)
    first, last = int(match[1]), int(match[2] or match[1])
    if first > last:
        message = f"the first year {first} is after the last {last}"
        raise ValueError(message)
    return first, last
