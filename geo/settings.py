"""What a user may set in `dataset.yaml`, with the defaults that hold without it."""

from __future__ import annotations

import re
from typing import Any, Literal, TypeAlias

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from geo.errors import DatasetError, GeoError, brief
from geo.setting_rules import rule_of
from geo.vocabulary import Calendar, Language, Text

__all__ = ["Nearby", "Settings", "Thresholds", "years_from_text"]

Datum: TypeAlias = Literal["WGS84", "GCJ-02", "BD-09"]
Mark: TypeAlias = Literal[".", ","]
PlacedTable: TypeAlias = Literal["regions", "firms", "institutions", "drivers"]


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
    excess_local_share: float = Field(0.05, ge=0, le=1)
    """Local ties beyond the usual reach of such trade, as a share of all ties."""
    excess_ruled_out: float = Field(0.25, ge=0, le=1)
    """Excess that the upper bound must exclude for ties to be called no more than usual."""
    locally_linked_share: float = Field(0.3, ge=0, le=1)
    """Share of a cell's firms with a lasting local partner."""
    tie_persistence: float = Field(0.5, ge=0, le=1)
    """Share of local ties that must live on for a year."""
    tie_persistence_gain: float = Field(0.25, ge=0, le=1)
    """Where all ties last less: the way from their base rate to 1 that local ties must go."""
    chain_completeness: float = Field(0.5, gt=0, le=1)
    """Share of distinctive inputs or sales with industries strong here of a potential cluster."""
    institution_tied_share: float = Field(0.15, ge=0, le=1)
    """Share of a cell's firms tied to a local institution."""
    institution_kind_reach: float = Field(0.1, ge=0, le=1)
    """Share of a cell's firms that a kind of institution must reach to count."""


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


_LOCAL = Text(
    "local is `region`, `{radius_km: 40}`, `{minutes: 60, speed_kmh: 60}`, or `{minutes: 60}` "
    "beside a table travel_times",
    "local 可為 `region`、`{radius_km: 40}`、`{minutes: 60, speed_kmh: 60}`，"
    "或有表 travel_times 時的 `{minutes: 60}`",
)


class Settings(BaseModel):
    """Settings of one dataset."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    columns: dict[str, dict[str, str | tuple[str, ...]]] = Field(default_factory=dict)
    """By table: our column name -> the name it has in the file, or the names of several that are
    put together."""
    constants: dict[str, dict[str, str]] = Field(default_factory=dict)
    """By table: a column that the file lacks -> its value in every row."""
    filters: dict[str, dict[str, tuple[str, ...]]] = Field(default_factory=dict)
    """By table: a column of the file -> the values of the rows to read."""
    missing_where: dict[str, dict[str, dict[str, tuple[str, ...]]]] = Field(default_factory=dict)
    """By table and column of ours: a column of the file -> the values where ours is not known."""
    patterns: dict[str, dict[str, str]] = Field(default_factory=dict)
    """By table: our column -> a regular expression whose first group is the value."""
    values: dict[str, dict[str, dict[str, str]]] = Field(default_factory=dict)
    """By table and column of ours: a text of the file -> the text that it stands for."""
    encoding: str | dict[str, str] | None = None
    """Encoding of CSV files that are in none of those that are told apart, such as latin-1; of all
    tables, or by table."""
    ranges: tuple[str, ...] = ()
    """Columns of numbers (`firms.employment`) that hold ranges such as 10-19: read as their
    middle."""
    datum: Datum | dict[PlacedTable, Datum] = "WGS84"
    """Datum of firms and institutions, as columns or as geometry; or of each table by name."""
    crs: str | dict[PlacedTable, str] | None = None
    """Coordinate system, if not a datum above, where the file itself names none."""
    years: tuple[int, int] | None = None
    """First and last year to use; all where not set."""
    language: Language = Language.EN
    """Language of the `reason` column and of what is printed."""
    max_rejected_share: float = Field(0.1, ge=0, le=1)
    """Share of faulty rows of a table above which the run stops."""
    missing_values: tuple[str, ...] = ()
    """Words and numbers that mean 'withheld' or 'not known', such as -9."""
    not_missing: tuple[str, ...] = ()
    """Words that are values here, though elsewhere they mean 'not known', such as NA for Naples."""
    decimal: Mark | dict[str, Mark] | None = None
    """Mark before the decimals, where texts leave it open; of all tables, or by table or column
    (`firms`, `firms.employment`)."""
    calendar: Calendar | None = None
    """How years count where texts leave it open: common, republic (112 is 2023), or serial (days
    of Excel)."""
    level: int | None = Field(None, ge=0, le=12)
    """Digits of the industry codes to keep, where firms, cells or margins mix levels."""
    sum_repeated: tuple[Literal["cells", "margins", "io_table", "cell_links"], ...] = ()
    """Tables of which rows with the same key are parts, to be added up."""
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
    thresholds: Thresholds = Thresholds()

    @field_validator("years", mode="before")
    @classmethod
    def _years(cls, value: object) -> object:
        if isinstance(value, int):
            return (value, value)
        return years_from_text(value) if isinstance(value, str) else value

    @field_validator(
        "industries_of_interest", "missing_values", "not_missing", "ranges", mode="before"
    )
    @classmethod
    def _texts(cls, value: object) -> object:
        # Codes and marks are texts, also where a caller hands in numbers; a single one needs no
        # list.
        if isinstance(value, list | tuple):
            return ["" if item is None else _as_text(item) for item in value]
        return [_as_text(value)] if isinstance(value, str | int | float) else value

    @field_validator("filters", "missing_where", "constants", "values", mode="before")
    @classmethod
    def _mappings(cls, value: object, info: ValidationInfo) -> object:
        return _with_texts(value, lists=info.field_name in ("filters", "missing_where"))

    @field_validator("encoding")
    @classmethod
    def _encoding(cls, value: str | dict[str, str] | None) -> str | dict[str, str] | None:
        for name in value.values() if isinstance(value, dict) else [value] if value else []:
            try:
                "a".encode(name)
            except (LookupError, ValueError) as error:
                raise GeoError(
                    Text(
                        f"there is no encoding {brief(name)}; give one such as latin-1 or cp950",
                        f"沒有編碼 {brief(name)}；請寫成 latin-1、cp950 之類",
                        f"没有编码 {brief(name)}；请写成 latin-1、cp950 之类",
                    )
                ) from error
        return value

    @field_validator("patterns")
    @classmethod
    def _patterns(cls, value: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
        import polars as pl

        for pattern in (p for patterns in value.values() for p in patterns.values()):
            try:
                pl.Series([""], dtype=pl.String).str.extract(pattern, 1)
                has_group = re.compile(pattern).groups >= 1
            except (pl.exceptions.PolarsError, re.error) as error:
                raise GeoError(_no_pattern(pattern)) from error
            if not has_group:
                raise GeoError(_no_pattern(pattern))
        return value

    @field_validator("sum_repeated", mode="before")
    @classmethod
    def _tables(cls, value: object) -> object:
        return [value] if isinstance(value, str) else value

    @field_validator("local", mode="before")
    @classmethod
    def _local(cls, value: object) -> object:
        ways = [{"radius_km"}, {"minutes", "speed_kmh"}, {"minutes"}]
        if value == "region" or isinstance(value, Nearby):
            return value
        if not isinstance(value, dict) or {k for k in value if value[k] is not None} not in ways:
            raise GeoError(_LOCAL)
        ways_given: dict[str, Any] = {name: _as_number(number) for name, number in value.items()}
        for name, number in ways_given.items():
            is_number = isinstance(number, int | float) and not isinstance(number, bool)
            if number is not None and not (is_number and 0 < number < float("inf")):
                raise GeoError(
                    Text(
                        f"{name} must be a number above 0",
                        f"{name} 應為大於 0 的數字",
                        f"{name} 应为大于 0 的数字",
                    )
                )
        return Nearby(**ways_given)

    @field_validator("crs")
    @classmethod
    def _crs(cls, value: str | dict[str, str] | None) -> str | dict[str, str] | None:
        import pyproj

        for named in value.values() if isinstance(value, dict) else [value] if value else []:
            try:
                pyproj.CRS.from_user_input(named)
            except pyproj.exceptions.CRSError as error:
                raise GeoError(
                    Text(
                        f"there is no coordinate system {brief(named)}; give one as EPSG:4547",
                        f"沒有座標系 {brief(named)}；請寫成 EPSG:4547 之類",
                        f"没有坐标系 {brief(named)}；请写成 EPSG:4547 之类",
                    )
                ) from error
        return value

    def datum_of(self, table: str) -> Datum:
        """Datum that is declared for the places of a table.

        Examples
        --------
        >>> Settings(datum="GCJ-02").datum_of("firms"), Settings(datum="GCJ-02").datum_of("regions")
        ('GCJ-02', 'WGS84')
        """
        if isinstance(self.datum, str):
            return self.datum if table in ("firms", "institutions") else "WGS84"
        return self.datum.get(table, "WGS84")  # type: ignore[call-overload, no-any-return]

    def crs_of(self, table: str) -> str | None:
        """Coordinate system that is declared for the places of a table."""
        if self.crs is None or isinstance(self.crs, str):
            return self.crs
        return self.crs.get(table)  # type: ignore[call-overload, no-any-return]

    def encoding_of(self, table: str) -> str | None:
        """Encoding that is declared for the text of a table."""
        if self.encoding is None or isinstance(self.encoding, str):
            return self.encoding
        return self.encoding.get(table)

    def decimal_of(self, table: str, column: str) -> str | None:
        """Mark before the decimals that is declared for a column.

        Examples
        --------
        >>> Settings(decimal={"firms": ","}).decimal_of("firms", "employment")
        ','
        """
        if self.decimal is None or isinstance(self.decimal, str):
            return self.decimal
        return self.decimal.get(f"{table}.{column}", self.decimal.get(table))

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
            # Of a setting that has several forms, the one that was meant got furthest.
            first = max(error.errors(), key=lambda e: len(e["loc"]))
            # Which form of a setting that has several was tried says nothing to a user.
            parts = [str(part)[:30] for part in first["loc"] if "[" not in str(part)]
            where = ".".join(part for part in parts if part != "str")
            if first["type"] == "extra_forbidden":
                fields = Thresholds if first["loc"][0] == "thresholds" else cls
                known = ", ".join(fields.model_fields)
                raise DatasetError(
                    Text(
                        f"{file}: there is no setting `{where}`; the settings are {known}.",
                        f"{file}：沒有設定 `{where}`；可用的設定為 {known}。",
                        f"{file}：没有设置 `{where}`；可用的设置为 {known}。",
                    )
                ) from error
            rule = rule_of(first)
            found = brief(first["input"])
            raise DatasetError(
                Text(
                    f"{file}: `{where}` is {found}: {rule.en}; "
                    "correct it or take it out to use the default.",
                    f"{file}：`{where}` 為 {found}，不符規則（{rule.zh_hant}）；請改正，"
                    "或刪去該行以用預設值。",
                    f"{file}：`{where}` 为 {found}，不符规则（{rule.zh_hans}）；请改正，"
                    "或删去该行以用默认值。",
                )
            ) from error


def _no_pattern(pattern: str) -> Text:
    return Text(
        f"{brief(pattern)} is no regular expression with a group in brackets, such as '^(\\d+)'",
        f"{brief(pattern)} 不是帶括號分組的正則表達式，如 '^(\\d+)'",
        f"{brief(pattern)} 不是带括号分组的正则表达式，如 '^(\\d+)'",
    )


def _with_texts(value: object, *, lists: bool) -> object:
    """Mappings whose values are texts, or lists of texts: one of them needs no list."""
    if isinstance(value, dict):
        return {_as_text(key): _with_texts(inner, lists=lists) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return ["" if item is None else _as_text(item) for item in value]
    text = "" if value is None else _as_text(value)
    return [text] if lists else text


def _as_number(value: object) -> object:
    """Number of a text, since the file's values are texts; what is none stays as it is."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _as_text(value: object) -> str:
    """Text of a value as it would be typed: -9, not -9.0."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def years_from_text(text: str) -> tuple[int, int]:
    """First and last year of a text such as `2019-2023` or `2021`.

    Raises
    ------
    GeoError
        If the text is neither, or the first year is after the last.

    Examples
    --------
    >>> years_from_text("2019-2023")
    (2019, 2023)
    """
    match = re.fullmatch(r"\s*(\d{4})\s*(?:[-\N{EN DASH}:]\s*(\d{4}))?\s*", text)
    if match is None:
        raise GeoError(
            Text(
                f"years must look like 2021 or 2019-2023, not {brief(text)}",
                f"年份應寫成 2021 或 2019-2023，而非 {brief(text)}",
                f"年份应写成 2021 或 2019-2023，而非 {brief(text)}",
            )
        )
    first, last = int(match[1]), int(match[2] or match[1])
    if first > last:
        raise GeoError(
            Text(
                f"the first year {first} is after the last {last}",
                f"首年 {first} 晚於末年 {last}",
                f"首年 {first} 晚于末年 {last}",
            )
        )
    return first, last
