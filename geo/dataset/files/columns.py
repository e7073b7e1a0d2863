"""Which column of a file is which column of ours, by our name or by what offices call it.

A guess is never acted upon: it becomes a proposal that a person reads.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from typing import TYPE_CHECKING

from geo.errors import DatasetError, Proposal, brief
from geo.schema import RAW_TABLES
from geo.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from geo.dataset.files.folder import TableFile
    from geo.dataset.files.formats import Source

__all__ = [
    "assert_required",
    "bare_name",
    "has_required",
    "likely_renames",
    "matched_columns",
    "proposals_of_names",
    "rename",
    "used_columns",
]


_INDUSTRY = (
    "naics naics_code naics2012 naics2017 naics2022 industry_code industry_id sic sic_code nace "
    "nace_code isic isic_code gics scian codigo_act activity activity_code ind ind_code sector "
    "sector_code branch cnae ateco wz naf ape 行業 行业 行業代碼 行业代码 行業別 行业门类 "
    "行业小类 國民經濟行業代碼 国民经济行业代码 產業 产业 産業分類"
)
_REGION = (
    "region region_code region_no reg_id fips fipstxt fips_code area_fips geoid geo_id geocode "
    "county county_code district district_code area area_code code lad lad_code nuts nuts_id "
    "nuts_code ags lga lga_code cve_mun municipality municipality_code adcode 區域 区域 區域編號 "
    "区域编号 行政區代碼 行政区划代码 區劃代碼 区划代码 地區 地区 縣市代碼"
)
_YEAR = "yr date period time time_period anio ano jahr annee 年 年份 年度 年別 統計年份 统计年份"
_JOBS = (
    "employees emp jobs workers staff employed employment_total persons_employed num_employees "
    "number_of_employees headcount annual_avg_emplvl personal effectif 員工 员工 員工數 员工数 "
    "員工人數 员工人数 就業人數 就业人数 從業人數 从业人数 從業人員 从业人员"
)
_NAMES: dict[str, str] = {
    "firm_id": "id firm firmid firm_no firm_number company_id company_no company_number "
    "companynumber crn enterprise_id establishment_id plant_id estab_id business_id siret siren "
    "uen abn uscc duns lei 企業編號 企业编号 企業代碼 企业代码 統一編號 统一编号 "
    "統一社會信用代碼 统一社会信用代码 註冊號 注册号 公司編號 公司编号",
    "institution_id": "id institution institution_no inst_id 機構編號 机构编号 機構代碼 机构代码",
    "region_id": _REGION,
    "parent_id": "parent parent_code state state_code province province_code 上級 上级",
    "industry": _INDUSTRY,
    "supplying_industry": "from_industry source_industry supplier seller input row from 供應行業 "
    "供应行业 投入部門 投入部门",
    "using_industry": "to_industry target_industry user buyer output column to 使用行業 使用行业 "
    "產出部門 产出部门",
    "year": _YEAR,
    "longitude": "lon lng long x longitud xcoord x_coord point_x 經度 经度",
    "latitude": "lat y latitud ycoord y_coord point_y 緯度 纬度",
    "employment": _JOBS,
    "establishments": "estab estabs est firms plants units establishment_count "
    "number_of_establishments annual_avg_estabs qtrly_estabs 企業數 企业数 單位數 单位数 家數 家数",
    "output": "turnover sales revenue production gross_output 產值 产值 營業收入 营业收入",
    "population": "pop inhabitants residents 人口 常住人口",
    "opened": "founded established start start_date opening_date incorporation_date "
    "incorporationdate fecha_alta 開業日期 开业日期 成立日期 設立日期 成立年份",
    "closed": "ended end end_date closing_date dissolution_date dissolutiondate 關閉日期 关闭日期 "
    "註銷日期 注销日期 歇業日期",
    "group_id": "group owner owner_id parent_company ultimate_owner 集團 集团 集團編號 集团编号",
    "source_id": "source supplier supplier_id seller seller_id from from_id 供應商 供应商 供應方 "
    "供应方 銷方 销方",
    "target_id": "target customer customer_id buyer buyer_id to to_id 客戶 客户 需求方 購方 购方",
    "kind": "type category 類別 类别 類型 类型",
    "value": "amount turnover sales 金額 金额",
    "flow": "amount transaction value 流量 金額 金额",
    "coefficient": "coef a 係數 系数 投入係數 投入系数",
    "name": "title label 名稱 名称 企業名稱 企业名称 公司名稱 公司名称",
    "from_region": "from origin origin_id from_id 起點 起点",
    "to_region": "to destination destination_id to_id 終點 终点",
    "minutes": "time duration travel_time min 分鐘 分钟",
    "source_region_id": "source_region from_region supplying_region origin 供應區域 供应区域",
    "source_industry": "from_industry supplying_industry 供應行業 供应行业",
    "target_region_id": "target_region to_region using_region destination 使用區域 使用区域",
    "target_industry": "to_industry using_industry 使用行業 使用行业",
}
_CLOSE = 0.85


def likely_renames(table: str, ours: Collection[str], others: Iterable[str]) -> dict[str, str]:
    """Columns of a file that seem to be columns of ours, by our name.

    Parameters
    ----------
    table : str
        Which table it is.
    ours : collection of str
        Our columns that are found already.
    others : iterable of str
        The other columns of the file.

    Examples
    --------
    >>> likely_renames("firms", ["firm_id"], ["NAICS Code", "Lng", "lattitude", "remark"])
    {'industry': 'NAICS Code', 'longitude': 'Lng', 'latitude': 'lattitude'}
    """
    rest = {name: _bare(name) for name in others}
    found: dict[str, str] = {}
    for column in RAW_TABLES[table].columns:
        name = column.name
        if name in ours:
            continue
        known = {_bare(text) for text in _NAMES.get(name, "").split()} | {name}
        same = [theirs for theirs, bare in rest.items() if bare in known]
        if not same and column.required:
            near = difflib.get_close_matches(name, rest.values(), n=1, cutoff=_CLOSE)
            same = [theirs for theirs, bare in rest.items() if bare in near]
        # Of two that could be meant, only a person knows which.
        if len(same) == 1:
            found[name] = same[0]
            del rest[same[0]]
    return found


def proposals_of_names(source: Source) -> list[Proposal]:
    """Renames of columns that a table has under other names, and that are not read so far."""
    if source.was_wide:
        return []
    found = likely_renames(source.table, source.columns, source.others)
    if "geometry" in source.columns:
        found = {o: t for o, t in found.items() if o not in ("longitude", "latitude")}
    return [rename(source.table, source.name, found)] if found else []


def rename(table: str, file: str, names: Mapping[str, str]) -> Proposal:
    """That columns of a file are columns of ours."""
    pairs = ", ".join(f"{brief(theirs)} = {ours}" for ours, theirs in names.items())
    return Proposal(
        "columns",
        {table: dict(names)},
        Text(
            f"{file}: columns that seem to be ours under other names: {pairs}",
            f"{file}：有些欄似為本程式所用的欄：{pairs}",
            f"{file}：有些列似为本程序所用的列：{pairs}",
        ),
    )


def _bare(name: str) -> str:
    text = unicodedata.normalize("NFKC", name).strip("\ufeff \t\r\n").casefold()
    return re.sub(r"[\s.\-/]+", "_", text)


def matched_columns(
    file: TableFile, found: Sequence[str], *, renames: Mapping[str, str], ten_letters: bool = False
) -> dict[str, str]:
    """Column of the file for each column of ours that it has.

    White space, a byte order mark and upper case do not matter. What `dataset.yaml` renames comes
    first.

    Parameters
    ----------
    file : TableFile
        Where the columns are, for the message.
    found : sequence of str
        Names in the file.
    renames : mapping of str to str
        Our name to the name in the file.
    ten_letters : bool
        Whether the format cuts names after ten letters, as Shapefile does.

    Raises
    ------
    DatasetError
        If a renamed column is not there, or two columns have the name of one of ours.
    """
    matched: dict[str, str] = {}
    for column in RAW_TABLES[file.table].columns:
        wanted = renames.get(column.name, column.name)
        exact = [name for name in found if name == wanted]
        same = exact or [name for name in found if bare_name(name) == bare_name(wanted)]
        if not same and ten_letters:
            same = [name for name in found if bare_name(name) == bare_name(wanted)[:10]]
        twice = [name for name in found if name.startswith(f"{wanted}_duplicated_")]
        if len(same) + len(twice) > 1:
            raise DatasetError(
                Text(
                    f"{file.name}: two columns are called {wanted}; rename or remove one of them.",
                    f"{file.name}：有兩欄都叫 {wanted}；請改名或刪去其一。",
                    f"{file.name}：有两列都叫 {wanted}；请改名或删去其一。",
                )
            )
        if same:
            matched[column.name] = same[0]
        elif column.name in renames:
            raise DatasetError(
                Text(
                    f"{file.name}: there is no column {wanted}, which dataset.yaml names for "
                    f"{column.name}; the file has {_listed(found)}; correct the name there.",
                    f"{file.name}：沒有 dataset.yaml 為 {column.name} 指定的欄 {wanted}；"
                    f"該檔有 {_listed(found)}；請在設定中改正。",
                    f"{file.name}：没有 dataset.yaml 为 {column.name} 指定的列 {wanted}；"
                    f"该文件有 {_listed(found)}；请在设置中改正。",
                )
            )
    return matched


def has_required(table: str, found: Sequence[str], renames: Mapping[str, str]) -> bool:
    """Whether names of columns are the heading of a table: all that it needs are there."""
    wanted = {bare_name(renames.get(c.name, c.name)): c.name for c in RAW_TABLES[table].columns}
    return not _missing(table, [wanted[bare_name(n)] for n in found if bare_name(n) in wanted])


def used_columns(table: str, found: Sequence[str | None], renames: Mapping[str, str]) -> set[int]:
    """Places of the columns of a heading that are columns of ours."""
    wanted = {bare_name(renames.get(c.name, c.name)) for c in RAW_TABLES[table].columns}
    return {place for place, name in enumerate(found) if name and bare_name(name) in wanted}


def assert_required(file: TableFile, ours: Sequence[str], *, found: Sequence[str]) -> None:
    """Check that every required column is there.

    Raises
    ------
    DatasetError
        If one is not; longitude and latitude may be given as geometry, and of coefficient and
        flow, or establishments and employment, one is enough.
    """
    missing = _missing(file.table, ours)
    if missing:
        one, *others = _EITHER.get(file.table, ("",))
        also = "geometry" if missing[0] in ("longitude", "latitude") else ""
        also = ", ".join(others) if missing[0] == one else also
        either = f" (or {also})" if also else ""
        raise DatasetError(
            Text(
                f"{file.name}: the column {missing[0]}{either} is missing; the file has "
                f"{_listed(found)}; add it, or say under `columns` in dataset.yaml which one it "
                "is.",
                f"{file.name}：缺少欄 {missing[0]}{f'（或 {also}）' if also else ''}；該檔有 "
                f"{_listed(found)}；請補上，或在 dataset.yaml 的 `columns` 中註明是哪一欄。",
                f"{file.name}：缺少列 {missing[0]}{f'（或 {also}）' if also else ''}；该文件有 "
                f"{_listed(found)}；请补上，或在 dataset.yaml 的 `columns` 中注明是哪一列。",
            ),
            *_proposed(file, ours, found),
        )


def _proposed(file: TableFile, ours: Sequence[str], found: Sequence[str]) -> list[Proposal]:
    """Renames that would find what is missing."""
    others = [name for name in found if bare_name(name) not in ours]
    names = likely_renames(file.table, ours, others)
    if _missing(file.table, [*ours, *names]):
        return []  # it helps nobody to find a part of it
    return [rename(file.table, file.name, names)]


def _missing(table: str, ours: Sequence[str]) -> list[str]:
    """Required columns that are not among ours."""
    required = [c.name for c in RAW_TABLES[table].columns if c.required]
    if "geometry" in ours or "place" in ours:
        required = [name for name in required if name not in ("longitude", "latitude")]
    missing = [name for name in required if name not in ours]
    either = _EITHER.get(table, ())
    return missing + ([either[0]] if either and not set(either) & set(ours) else [])


_EITHER: dict[str, tuple[str, ...]] = {
    "cell_links": ("ties", "value"),
    "io_table": ("coefficient", "flow"),
    "cells": ("establishments", "employment", "output"),
    "margins": ("establishments", "employment"),
}


def bare_name(name: str) -> str:
    """Name of a column without what does not tell it from another: case, width, outer space."""
    text = unicodedata.normalize("NFKC", name)
    return text.strip("\ufeff \t\r\n").casefold()


def _plain(name: str) -> str:
    return "".join(c for c in name.strip("\ufeff \t\r\n\u3000\u00a0") if c.isprintable())


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(repr(_plain(name)[:30]) for name in names[:12])
    return shown + (", ..." if len(names) > 12 else "") if names else "no columns"
