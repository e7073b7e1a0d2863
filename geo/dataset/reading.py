"""The order in which the tables of a folder are read, since each needs what went before.

What is done to one table stands in its own module.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import narwhals as nw
import polars as pl

from geo.dataset.dataset import Dataset
from geo.dataset.files.columns import proposals_of_names
from geo.dataset.files.folder import TableFile, fingerprints, table_files
from geo.dataset.files.formats import FAILURES, assert_disk, cannot_be_read, open_source
from geo.dataset.files.settings_file import language_of, read_settings
from geo.dataset.judging.ledger import Ledger, findings_of
from geo.dataset.likely_places import proposals_of_places
from geo.dataset.notices import (
    notices_of_codes,
    notices_of_empty_regions,
    notices_of_local,
    notices_of_names,
    notices_of_owners,
    notices_of_rows,
    notices_of_years,
)
from geo.dataset.panics import without_panics
from geo.dataset.table_diagnosis import notices_of_coefficients
from geo.dataset.tables.cell_links import read_cell_links, write_cells_of_flows
from geo.dataset.tables.gazetteer import names_places, read_places, with_coordinates
from geo.dataset.tables.links import read_links, with_life_masks, years_lived
from geo.dataset.tables.parties import (
    numbered_firms,
    numbered_institutions,
    read_firms,
    read_institutions,
    write_establishments,
)
from geo.dataset.tables.regions import read_drivers, read_regions
from geo.dataset.tables.statistics import (
    industry_table,
    read_cells,
    read_industries,
    read_io_table,
    read_margins,
    with_industry_keys,
)
from geo.dataset.tables.travel_times import (
    assert_time_is_known,
    notices_of_travel_times,
    read_travel_times,
)
from geo.dataset.tables.years import years_of_dataset
from geo.dataset.values.jobs import notices_of_jobs, with_jobs_known
from geo.dataset.values.levels import assert_one_level, notices_of_levels, proposals_of_levels
from geo.engine import scan, sink
from geo.errors import DatasetError, GeoError
from geo.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from geo.dataset.files.formats import Source
    from geo.errors import Proposal
    from geo.settings import Settings

__all__ = ["read_dataset"]


def read_dataset(
    folder: Path,
    *,
    into: Path,
    years: tuple[int, int] | None = None,
    settings_file: Path | None = None,
    on_progress: Callable[[str], None] | None = None,
) -> Dataset:
    """Read, check and type every table of a folder.

    Parameters
    ----------
    folder : Path
        The dataset.
    into : Path
        Working folder, made where it is missing; firm- and tie-sized tables are kept there.
    years : tuple of int, optional
        First and last year to analyse; those of `dataset.yaml`, or all, where not given.
    settings_file : Path, optional
        File of settings in the place of the folder's `dataset.yaml`.
    on_progress : callable, optional
        Called with a few words after each step.

    Returns
    -------
    Dataset
        Typed tables, rejected rows, and the account of all rows.

    Raises
    ------
    DatasetError
        If the dataset cannot be used: one sentence says where, why, and what to do; the settings
        that would read it are its `proposals`.
    """
    reading = None
    try:
        files, strange = table_files(folder)
        settings = read_settings(folder, settings_file)
        into.mkdir(parents=True, exist_ok=True)
        reading = _Reading(folder, files, settings, into, on_progress or (lambda _: None))
        reading.notices += [_not_read(name) for name in strange]
        # What we wrote ourselves is whole.
        is_theirs = any(file.format == "parquet" for file in files.values())
        with without_panics() if is_theirs else nullcontext():
            return reading.dataset(years or settings.years)
    except GeoError as error:
        error.language = language_of(folder, settings_file)
        if reading is not None:
            found = reading.proposals()
            error.proposals = (*(p for p in error.proposals if p not in found), *found)
        raise


@dataclass
class _Reading:
    """One dataset while it is read."""

    folder: Path
    files: dict[str, TableFile]
    settings: Settings
    into: Path
    tell: Callable[[str], None]
    sources: dict[str, Source] = field(default_factory=dict)
    notices: list[Text] = field(default_factory=list)
    regions: gpd.GeoDataFrame | None = None

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.settings.max_rejected_share)

    def proposals(self) -> list[Proposal]:
        """Settings that would read more of the tables read so far."""
        places = [] if self.regions is None else proposals_of_places(
            self.ledger, self.regions, self.settings
        )  # fmt: skip
        names = [p for source in self.sources.values() for p in proposals_of_names(source)]
        found: list[Proposal] = []
        for proposal in (*self.ledger.proposals, *places, *names):
            found += [] if proposal in found else [proposal]
        return found

    def dataset(self, wanted: tuple[int, int] | None) -> Dataset:
        self._open()
        assert_time_is_known(self.settings.local, self.folder, self.sources)
        self.shared: dict[str, Any] = {
            "settings": self.settings, "ledger": self.ledger, "into": self.into,
        }  # fmt: skip
        regions = self.regions = self._map("regions", read_regions)
        self._look_up_places()
        self.years, notices = self._guarded(
            "firms" if "firms" in self.sources else "cells",
            lambda: years_of_dataset(self.sources, wanted=wanted),
        )
        self.notices += notices
        firm_rows = self._table("firms", read_firms, regions, years=self.years)
        if firm_rows is not None and not self._used("firms"):
            firm_rows = None
        # Codes are written as in firms, or else as in cells: what the results are read beside.
        tables = {"cells": self._table(
            "cells", read_cells, regions, years=self.years, codes=_codes(firm_rows, {})
        )}  # fmt: skip
        codes = _codes(firm_rows, tables)
        tables |= {
            "margins": self._table("margins", read_margins, regions, years=self.years, codes=codes),
            "io_table": self._table("io_table", read_io_table, codes=codes),
        }
        listed = self._table("industries", read_industries, codes=codes)
        if firm_rows is None and not self._used("cells"):
            raise DatasetError(_no_cell(self.folder))
        for name in ("cells", "margins"):
            if tables[name] is not None:
                tables[name], jobless = with_jobs_known(tables[name])
                self.notices += notices_of_jobs(self.sources[name].name, jobless)
        self._compare_codes(firm_rows, tables, listed, codes)
        industries = industry_table(listed, codes | _codes(None, tables))
        keyed = {
            name: None if table is None else with_industry_keys(table, industries)
            for name, table in tables.items()
        }
        firms, establishments = self._establishments(firm_rows, industries)
        institutions, parties = self._parties(regions, firms)
        ties = self._ties(establishments, institutions, parties)
        cell_links = self._table(
            "cell_links", read_cell_links, regions, industries, years=self.years
        )
        self._look_at_owners(firm_rows, establishments, ties)
        drivers = self._map("drivers", read_drivers)
        travel_times = self._travel_times(regions, establishments)
        self._take_notice(regions, establishments, keyed["cells"])
        hashes = fingerprints(self.folder, self.files.values())
        self.tell("input fingerprints")
        return Dataset(
            folder=self.folder,
            settings=self.settings,
            years=self.years,
            regions=regions,
            industries=industries,
            firms=0 if firms is None else int(firms.select(nw.len()).collect().item()),
            parties=parties,
            establishments=establishments,
            ties=ties,
            cell_links=cell_links if self._used("cell_links") else None,
            institutions=institutions,
            has_institutions_table="institutions" in self.sources,
            drivers=drivers,
            travel_times=travel_times,
            rejected=self.ledger.write_rejected(
                self.into / "rejected.parquet", language=self.settings.language
            ),
            reconciliation=self.ledger.reconciliation(),
            repairs=self.ledger.repair_table(),
            findings=findings_of(self.ledger),
            proposals=tuple(self.proposals()),
            notices=self.notices,
            input_hashes=hashes,
            **keyed,
        )

    def _open(self) -> None:
        # The map tells regions from industries in tables that are headed by both.
        names = sorted(
            self.files, key=lambda name: (name != "regions", list(self.files).index(name))
        )
        known: list[str] = []
        for name in names:
            source = open_source(
                self.files[name], into=self.into, settings=self.settings, regions=known
            )
            known = _named_regions(source) if name == "regions" else known
            self.tell(f"{source.name}: {source.rows:,} rows")
            self.notices += [*source.notices, *source.survey.notices]
            if source.was_wide:
                self.notices.append(_read_wide(source))
            if source.rows:
                self.sources[name] = source
            elif name in ("regions", "firms", "cells"):
                raise DatasetError(
                    Text(
                        f"{source.name} holds no rows; put rows there, or take it out.",
                        f"{source.name} 沒有任何資料行；請加入資料，或移除該檔。",
                        f"{source.name} 没有任何数据行；请加入数据，或移除该文件。",
                    )
                )
            else:
                self.notices.append(_no_rows(source))

        if not {"firms", "cells"} & set(self.sources):
            self._take_cells_from_flows()

    def _take_cells_from_flows(self) -> None:
        """Cells with what each sells as their output, where an inter-regional table is all."""
        flows = self.sources.get("cell_links")
        if flows is None or "value" not in flows.columns:
            raise DatasetError(_no_sizes(self.folder))
        path = write_cells_of_flows(flows, into=self.into)
        file = TableFile("cells", path, "parquet")
        self.sources["cells"] = open_source(file, into=self.into, settings=self.settings)
        self.notices.append(_cells_by_flows(flows))

    def _guarded(self, name: str, step: Callable[[], Any]) -> Any:  # noqa: ANN401
        """Result of `step`; where the file behind it turns out to be broken, a sentence."""
        try:
            return step()
        except DatasetError:
            raise
        except FAILURES as failure:
            # Lazy frames fail wherever they are first computed: any table may be the broken one.
            names = [name, *(other for other in self.sources if other != name)]
            for source in (self.sources[n] for n in names if n in self.sources):
                try:
                    source.frame.collect()
                except FAILURES as error:
                    cannot_be_read(source.file, error)
            assert_disk(failure)
            raise

    def _table(self, name: str, read: Callable[..., Any], *before: Any, **options: Any) -> Any:  # noqa: ANN401
        if name not in self.sources:
            return None
        source = self.sources[name]
        table = self._guarded(name, lambda: read(source, *before, **options, **self.shared))
        self.tell(f"{name} checked")
        return table

    def _map(self, name: str, read: Callable[..., Any]) -> Any:  # noqa: ANN401
        result = self._table(name, read)
        if result is None:
            return None
        self.notices += result[1]
        layer: gpd.GeoDataFrame = result[0]
        return layer

    def _look_up_places(self) -> None:
        """Coordinates of the firms and institutions that name a place instead."""
        places = self._table("places", read_places)
        for name in ("firms", "institutions"):
            if name in self.sources and names_places(self.sources[name]):
                self.sources[name] = with_coordinates(self.sources[name], places, self.ledger)

    def _establishments(
        self, rows: nw.LazyFrame[Any] | None, industries: pd.DataFrame
    ) -> tuple[nw.LazyFrame[Any] | None, nw.LazyFrame[Any] | None]:
        if rows is None:
            return None, None
        firms = numbered_firms(rows, into=self.into)
        table, jobless = write_establishments(
            rows, firms, industries, years=self.years, into=self.into
        )
        self.notices += notices_of_jobs(self.sources["firms"].name, jobless)
        self.tell("establishments written")
        return firms, table

    def _travel_times(
        self, regions: gpd.GeoDataFrame, establishments: nw.LazyFrame[Any] | None
    ) -> pd.DataFrame | None:
        table: pd.DataFrame | None = self._table("travel_times", read_travel_times, regions)
        if table is not None and establishments is not None:
            rows = establishments.select("region_key").unique().collect()
            self.notices += notices_of_travel_times(table, regions, rows["region_key"].to_list())
        return table

    def _compare_codes(
        self,
        firms: nw.LazyFrame[Any] | None,
        tables: dict[str, Any],
        listed: pd.DataFrame | None,
        codes: set[str],
    ) -> None:
        """Whether all tables speak of the same industries, at one level."""
        if tables["io_table"] is not None:
            file = self.sources["io_table"].name
            self.notices += notices_of_coefficients(tables["io_table"])
            self.notices += notices_of_codes(file, tables["io_table"], codes)
        if listed is not None:
            file = self.sources["industries"].name
            self.notices += notices_of_names(file, set(listed["industry"]), codes)
        if tables["margins"] is not None:
            totals = set(tables["margins"]["industry"].dropna())
            self.notices += notices_of_names(self.sources["margins"].name, totals, codes)
        if tables["cells"] is not None and self.settings.level is None:
            assert_one_level(tables["cells"], self.sources["cells"].name)
        if firms is not None and self.settings.level is None:
            counted = firms.group_by("industry").agg(nw.len().alias("rows")).collect()
            rows = dict(zip(counted["industry"].to_list(), counted["rows"].to_list(), strict=True))
            self.notices += notices_of_levels(rows, self.sources["firms"].name)
            self.ledger.proposals += proposals_of_levels(rows, self.sources["firms"].name)
        strange = sorted(set(self.settings.industries_of_interest) - codes)
        if strange:
            self.notices.append(_not_there(strange))

    def _look_at_owners(
        self,
        firms: nw.LazyFrame[Any] | None,
        establishments: nw.LazyFrame[Any] | None,
        ties: nw.LazyFrame[Any] | None,
    ) -> None:
        """Ties inside one owner, and an owner of very many firms."""
        if (
            firms is None
            or establishments is None
            or "group_id" not in self.sources["firms"].columns
        ):
            return
        ids = firms.select("firm_id", "group_id").unique()
        sizes = ids.filter(~nw.col("group_id").is_null()).group_by("group_id")
        largest = sizes.agg(nw.len().alias("firms")).sort("firms", "group_id").tail(1).collect()
        if not len(largest):
            return
        total = int(ids.select(nw.len()).collect().item())
        owner = (str(largest["group_id"][0]), int(largest["firms"][0]) / max(total, 1))
        inside = number = 0
        if ties is not None:
            groups = establishments.select("firm_key", "group_key").unique(subset=["firm_key"])
            supply = ties.filter(nw.col("kind") == "supply")
            for end in ("source", "target"):
                there = groups.rename({"firm_key": f"{end}_key", "group_key": f"_{end}_group"})
                supply = supply.join(there, on=f"{end}_key", how="left")
            same = (nw.col("_source_group") == nw.col("_target_group")).fill_null(value=False)
            sums = supply.select(nw.len().alias("ties"), same.cast(nw.Int64).sum().alias("inside"))
            counted = sums.to_native().collect(engine="streaming")
            number, inside = int(counted["ties"][0]), int(counted["inside"][0] or 0)
            self.ledger.note(self.sources["links"], "tie_inside_owner", inside)
        self.notices += notices_of_owners(
            self.sources["links"].name if ties is not None else "",
            ties=number, inside=inside, owner=owner,
        )  # fmt: skip

    def _used(self, table: str) -> int:
        """Rows of a table that are used."""
        return sum(e["rows_used"] for e in self.ledger.entries if e["table"] == table)

    def _take_notice(
        self,
        regions: gpd.GeoDataFrame,
        establishments: nw.LazyFrame[Any] | None,
        cells: pd.DataFrame | None,
    ) -> None:
        largest, counted = 0, set()
        filled = set() if cells is None else set(cells["region_key"].astype(int))
        if establishments is not None:
            by = ["longitude", "latitude", "year"]
            stacks = establishments.group_by(*by).agg(nw.len().alias("firms"))
            largest = int(stacks.select(nw.col("firms").max()).collect().item() or 0)
            counted = set(establishments.select("year").unique().collect()["year"].to_list())
            filled |= set(
                establishments.select("region_key").unique().collect()["region_key"].to_list()
            )
        self.notices += notices_of_rows(self.ledger, largest_stack=largest)
        self.notices += notices_of_empty_regions(self.ledger, regions, filled)
        self.notices += notices_of_years(counted, cells, self.years)
        if "links" in self.sources:
            self.notices += notices_of_local(self.settings)

    def _rejected_ids(self, table: str) -> list[nw.LazyFrame[Any]]:
        return [
            rows.select(nw.col("_id").alias("party_id"))
            for source, frames in self.ledger.rejected
            if source.table == table
            for rows in frames
        ]

    def _parties(
        self, regions: gpd.GeoDataFrame, firms: nw.LazyFrame[Any] | None
    ) -> tuple[pd.DataFrame, nw.LazyFrame[Any]]:
        taken = None
        number = 0
        if firms is not None:
            number = int(firms.select(nw.len()).collect().item())
            names = {"party_id": "firm_id"}
            refused = [ids.rename(names) for ids in self._rejected_ids("firms")]
            taken = nw.concat([firms.select("firm_id"), *refused])
        rows = self._table("institutions", read_institutions, regions, taken, years=self.years)
        institutions = numbered_institutions(rows, first_key=number)
        listed = pl.from_pandas(institutions[["institution_key", "institution_id", "name"]])
        schema = {"party_key": pl.Int64, "party_id": pl.String, "name": pl.String}
        listed = listed.rename({"institution_key": "party_key", "institution_id": "party_id"})
        frames = [nw.from_native(listed.cast(schema).lazy())]  # type: ignore[arg-type]
        if firms is not None:
            renamed = firms.rename({"firm_key": "party_key", "firm_id": "party_id"})
            frames.insert(0, renamed.select(*schema))
        path = self.into / "parties.parquet"
        sink({path: nw.concat(frames)})
        return institutions, scan(path)

    def _ties(
        self,
        establishments: nw.LazyFrame[Any] | None,
        institutions: pd.DataFrame,
        parties: nw.LazyFrame[Any],
    ) -> nw.LazyFrame[Any] | None:
        if "links" not in self.sources:
            return None
        columns = ["institution_key", "opened", "closed"]
        spans = nw.from_native(pl.from_pandas(institutions[columns], nan_to_null=True).lazy())
        spans = spans.rename({"institution_key": "party_key"}).with_columns(
            nw.col("party_key").cast(nw.Int64)
        )
        lives = [with_life_masks(spans, years=self.years).drop("opened", "closed")]
        if establishments is not None:
            firms = years_lived(establishments, years=self.years)
            lives.insert(0, firms.rename({"firm_key": "party_key"}))
        known = parties.select("party_id", "party_key").join(
            nw.concat(lives), on="party_key", how="left"
        )
        path = self.into / "lives.parquet"
        sink({path: known})
        rejected = self._rejected_ids("firms") + self._rejected_ids("institutions")
        ties: nw.LazyFrame[Any] = self._table(
            "links",
            read_links,
            scan(path),
            rejected,
            years=self.years,
            has_institutions="institutions" in self.sources,
        )
        return ties if self._used("links") else None


def _codes(firms: nw.LazyFrame[Any] | None, tables: dict[str, Any]) -> set[str]:
    """Industry codes that occur in any table."""
    codes: set[str] = set()
    if firms is not None:
        codes |= set(firms.select("industry").unique().collect()["industry"].to_list())
    for table in (t for t in tables.values() if t is not None):
        for name in ("industry", "supplying_industry", "using_industry"):
            if name in table:
                codes |= set(table[name].dropna())
    return codes


def _no_cell(folder: Path) -> Text:
    return Text(
        f"{folder}: no firm and no cell falls in the years of this run; choose other years.",
        f"{folder}：本次運行的年份內沒有企業也沒有單元；請另選年份。",
        f"{folder}：本次运行的年份内没有企业也没有单元；请另选年份。",
    )


def _no_sizes(folder: Path) -> Text:
    return Text(
        f"{folder}: there is neither a table firms nor a table cells, and no flows whose totals "
        "could stand for cells; put firms.parquet, cells.csv or the like there.",
        f"{folder}：沒有表 firms 或 cells，亦無可據以推得單元的流量；"
        "請放入 firms.parquet、cells.csv 等。",
        f"{folder}：没有表 firms 或 cells，亦无可据以推得单元的流量；"
        "请放入 firms.parquet、cells.csv 等。",
    )


def _cells_by_flows(flows: Source) -> Text:
    return Text(
        f"there is neither a table firms nor a table cells: what a cell sells by {flows.name} "
        "stands for its output.",
        f"沒有表 firms 或 cells：以 {flows.name} 中各單元的銷售額作為其產值。",
        f"没有表 firms 或 cells：以 {flows.name} 中各单元的销售额作为其产值。",
    )


def _not_there(codes: list[str]) -> Text:
    named = ", ".join(codes[:5])
    return Text(
        f"dataset.yaml: `industries_of_interest` names {named}, which no firm and no cell has.",
        f"dataset.yaml：`industries_of_interest` 所列的 {named} 不見於任何企業或單元。",
        f"dataset.yaml：`industries_of_interest` 所列的 {named} 不见于任何企业或单元。",
    )


def _not_read(name: str) -> Text:
    if name == "dataset.yml":
        return Text(
            "dataset.yml is not read: settings are in dataset.yaml.",
            "dataset.yml 未讀取：設定檔名為 dataset.yaml。",
            "dataset.yml 未读取：设置文件名为 dataset.yaml。",
        )
    return Text(
        f"{name} has the name of a table, but is in no format that is read; it was not used.",
        f"{name} 與某表同名，但格式無法讀取，未使用。",
        f"{name} 与某表同名，但格式无法读取，未使用。",
    )


def _named_regions(source: Source) -> list[str]:
    """Ids and names of the regions, as the file has them."""
    columns = [name for name in ("region_id", "name") if name in source.columns]
    table = source.frame.select(*columns).collect()
    return [
        text.strip()
        for column in columns
        for value in table[column].to_list()
        if value is not None and (text := str(value)).strip()
    ]


def _read_wide(source: Source) -> Text:
    if source.table == "cell_links":
        return Text(
            f"{source.name} is a wide table: read as {source.rows:,} flows between the cells that "
            "head both a row and a column; totals, value added and final uses were left out.",
            f"{source.name} 為寬表：按同時列為行與欄的單元讀成 {source.rows:,} 筆流量；"
            "合計、增加值與最終使用未計入。",
            f"{source.name} 为宽表：按同时列为行与列的单元读成 {source.rows:,} 笔流量；"
            "合计、增加值与最终使用未计入。",
        )
    return Text(
        f"{source.name} is a wide table: read as {source.rows:,} flows between the industries that "
        "name both a row and a column; totals, value added and final uses were left out.",
        f"{source.name} 為寬表：按同時列為行與欄的行業讀成 {source.rows:,} 筆流量；"
        "合計、增加值與最終使用未計入。",
        f"{source.name} 为宽表：按同时列为行与列的行业读成 {source.rows:,} 笔流量；"
        "合计、增加值与最终使用未计入。",
    )


def _no_rows(source: Source) -> Text:
    return Text(
        f"{source.name} holds no rows; it is as if it were not there.",
        f"{source.name} 沒有任何資料行，視同不存在。",
        f"{source.name} 没有任何数据行，视同不存在。",
    )
