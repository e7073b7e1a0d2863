"""What official rules would say of the same cells, beside our verdict and never blended into it.

What belongs here: testing every criterion of the rules in `geo.official_rules` on
every cell, in three values, and setting the outcome beside the class. What does not: the rules'
texts and numbers, and our own verdict. Ranks are among the cells of the same year; a share of 0.1
means that one in ten is as high or higher.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pandas as pd

from geo.classification.tables.classification_table import CELL_KEY, as_schema
from geo.concentration.cells.totals import sorted_cells, totals_of_cells
from geo.official_rules import PROFILES

if TYPE_CHECKING:
    from geo.official_rules import Profile
    from geo.vocabulary import Text

    Lazy = nw.LazyFrame[Any]

__all__ = [
    "cell_sizes",
    "concordance",
    "manufacturing_industries",
    "profile_numbers",
    "profile_rules",
    "profiles",
]

_SMALL, _SMALL_IN_CHINA = 250, 1000  # jobs of a plant from which on it is large
_KNOWN = 0.9  # share of a cell's plants whose size must be known
_GRID = 2.0**20  # sums of jobs and output on a binary grid are the same in any order of rows

_COMPARED = {"at least": operator.ge, "above": operator.gt, "at most": operator.le}


def cell_sizes(establishments: Lazy) -> pd.DataFrame:
    """Jobs and output of every cell by the size of its plants.

    Parameters
    ----------
    establishments : LazyFrame
        Columns year, region_key, industry_key, employment, output; one row per plant and year.

    Returns
    -------
    DataFrame
        One row per cell, sorted: sized_jobs, all jobs in plants of known size; small_jobs, those
        in plants below 250; sized_output, the output of plants whose jobs and output are known;
        sme_output, that of those below 1,000 jobs. NaN where under nine in ten plants are known.
    """
    jobs, output = nw.col("employment"), nw.col("output")
    is_sized, has_output = ~jobs.is_null(), ~jobs.is_null() & ~output.is_null()
    on_grid = {
        "sized_jobs": (is_sized, jobs),
        "small_jobs": (is_sized & (jobs < _SMALL), jobs),
        "sized_output": (has_output, output),
        "sme_output": (has_output & (jobs < _SMALL_IN_CHINA), output),
    }
    frame = establishments.select(
        *CELL_KEY,
        is_sized.cast(nw.Int64).alias("sized"),
        has_output.cast(nw.Int64).alias("valued"),
        *(
            nw.when(condition).then((value * _GRID).round() / _GRID).otherwise(0.0).alias(name)
            for name, (condition, value) in on_grid.items()
        ),
    )
    sums = nw.col("sized", "valued", *on_grid).sum()
    grouped = frame.group_by(*CELL_KEY).agg(nw.len().alias("plants"), sums)
    table: pd.DataFrame = grouped.sort(*CELL_KEY).collect().to_pandas()
    enough = {count: table[count] >= _KNOWN * table["plants"] for count in ("sized", "valued")}
    for name in on_grid:
        table[name] = table[name].where(enough["valued" if "output" in name else "sized"])
    return table[[*CELL_KEY, *on_grid]].astype(dict.fromkeys(CELL_KEY, "int64"))


def manufacturing_industries(industries: pd.DataFrame) -> pd.Series[bool]:
    """Whether each industry is manufacturing; <NA> where its code does not tell.

    A code that starts with a section letter, or whose parent does, tells: section C is
    manufacturing in ISIC Rev. 4, NACE Rev. 2 and GB/T 4754. Codes of digits alone are read one way
    in one classification and another way in the next, so they do not.

    Parameters
    ----------
    industries : DataFrame
        Columns industry and parent.

    Examples
    --------
    >>> codes = pd.DataFrame({"industry": ["C36", "I64", "3361"], "parent": [None, None, "336"]})
    >>> manufacturing_industries(codes).tolist()
    [True, False, <NA>]
    """
    sections = [
        industries[c].astype("object").astype("str").str.extract(r"^([A-U])(?:\d|$)")[0]
        for c in ("industry", "parent")
    ]
    section = sections[0].fillna(sections[1])
    return (section == "C").astype("boolean").mask(section.isna())


def profile_numbers(
    cells: pd.DataFrame,
    margins: pd.DataFrame | None = None,
    *,
    sizes: pd.DataFrame,
    regions: pd.DataFrame,
    is_manufacturing: pd.Series[bool],
) -> pd.DataFrame:
    """Every number that a criterion is tested on, for every cell.

    Parameters
    ----------
    cells : DataFrame
        Columns of the keys, establishments, employment, location_quotient_employment and
        cluster_index; NaN = not known.
    margins : DataFrame, optional
        Published totals.
    sizes : DataFrame
        As `cell_sizes` returns it.
    regions : DataFrame
        Indexed by region_key: population and area_km2.
    is_manufacturing : Series of boolean
        By industry_key, <NA> = not known.

    Returns
    -------
    DataFrame
        The keys, sorted, and one column per criterion that has a number; NaN = not known.
    """
    table = sorted_cells(cells).merge(sizes, on=CELL_KEY, how="left", validate="one_to_one")
    jobs = table["employment"].astype("float64")
    totals = totals_of_cells(table, margins, measure="employment")
    quotient = table["location_quotient_employment"].astype("float64")
    industry = [table["year"], table["industry_key"]]
    out = table[CELL_KEY].copy()
    out["size_rank"] = _rank_share(jobs, industry)
    out["location_quotient_employment"] = quotient
    out["focus_rank"] = _rank_share(jobs / totals.region, [table["year"]])
    out["quotient_rank"] = _rank_share(quotient, industry, among=len(regions))
    out["establishments_rank"] = _rank_share(table["establishments"].astype("float64"), industry)
    out["cluster_index"] = table["cluster_index"]
    for name, measure in (("industry_density", "area_km2"), ("industry_stock", "population")):
        whole = regions[measure].sum() if regions[measure].notna().all() else np.nan
        part = table["region_key"].map(regions[measure]).astype("float64") / whole
        out[name] = jobs / totals.industry / part
    out["area_km2"] = _only_if_small(table["region_key"].map(regions["area_km2"]))
    out["sme_output_share"] = table["sme_output"] / table["sized_output"]
    return out.join(_district(table, table["industry_key"].map(is_manufacturing)))


def _rank_share(
    values: pd.Series[float], by: list[pd.Series[int]], *, among: int | None = None
) -> pd.Series[float]:
    """Share of the group's known values that are as large or larger; of `among` where given."""
    groups = values.groupby(by)
    rank = groups.rank(method="max", ascending=False)
    return rank / (groups.transform("count") if among is None else among)


def _only_if_small(area: pd.Series[float]) -> pd.Series[float]:
    """Area of the region where that is small enough; a larger one says nothing of the cluster's."""
    limit = _number("china_sme_cluster", "area_km2")
    return area.astype("float64").where(area <= limit)


def _district(table: pd.DataFrame, is_manufacturing: pd.Series[bool]) -> pd.DataFrame:
    """Numbers of the Italian rule."""
    told = is_manufacturing.astype("boolean")
    jobs = table["employment"].astype("float64")
    made = jobs.where(told.fillna(value=False), 0.0).mask(told.isna() | jobs.isna())
    sized, small = (
        table[c].where(told.fillna(value=False), 0.0).mask(told.isna())
        for c in ("sized_jobs", "small_jobs")
    )
    region = [table["year"], table["region_key"]]

    def sums(values: pd.Series[float], by: list[pd.Series[int]]) -> pd.Series[float]:
        # Kinds of industry that are not told leave the sum open.
        return values.groupby(by).transform("sum").mask(told.isna().groupby(by).transform("any"))

    def relative(part: pd.Series[float], whole: pd.Series[float]) -> pd.Series[float]:
        here = sums(part, region) / sums(whole, region)
        return here / (sums(part, region[:1]) / sums(whole, region[:1]))

    quotient = (made / sums(made, region)) / (
        sums(made, [table["year"], table["industry_key"]]) / sums(made, region[:1])
    )
    special = made.where((quotient > 1) & told.fillna(value=False))
    largest = special.groupby(region).transform("max")
    main = (special == largest).astype("float64").mask(told.isna() | jobs.isna())
    return pd.DataFrame(
        {
            "manufacturing_quotient": relative(made, jobs),
            "small_plant_quotient": relative(small, sized),
            "main_industry": main,
            "small_plant_share": table["small_jobs"] / table["sized_jobs"],
        }
    )


def _number(profile: str, code: str) -> float:
    found = next(c.number for c in PROFILES[profile].criteria if c.code == code)
    return float(found or np.nan)


def profiles(
    numbers: pd.DataFrame,
    classification: pd.DataFrame,
    *,
    regions: pd.DataFrame,
    industries: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What every profile says of every cell, and how that agrees with our classes.

    Parameters
    ----------
    numbers : DataFrame
        As `profile_numbers` returns it.
    classification : DataFrame
        Columns region_id, region_name, industry, industry_name, year, class, establishments,
        location_quotient, local_knowledge_ties.
    regions, industries : DataFrame
        Indexed by region_key and industry_key: region_id and industry.

    Returns
    -------
    DataFrame
        The result `profiles`: cells that a profile calls a cluster or our verdict anything but
        dispersed.
    DataFrame
        The result `profile_concordance`: all cells, counted by year, class and profile.
    """
    keyed = numbers.assign(
        region_id=numbers["region_key"].map(regions["region_id"]),
        industry=numbers["industry_key"].map(industries["industry"]),
    )
    names = ["region_name", "industry_name", "class"]
    keys = ["region_id", "industry", "year"]
    cells = classification[[*keys, *names, *_PUBLISHED]].merge(keyed, on=keys, how="left")
    cells = cells.astype(dict.fromkeys(_PUBLISHED, "float64"))
    told, counts = [], []
    for name, profile in PROFILES.items():
        outcome = _outcome(cells, profile)
        counts.append(concordance(cells, outcome["met"]).assign(profile=name))
        spoken = (cells["class"] != "dispersed") | outcome["met"].fillna(value=False)
        chosen = cells.loc[spoken, [*keys, *names]].assign(profile=name)
        told.append(chosen.join(outcome[spoken]).join(_texts(cells[spoken], profile)))
    order = [*keys, "profile"]
    table = pd.concat(told).sort_values(["year", "region_id", "industry", "profile"])
    counted = pd.concat(counts).sort_values(["year", "profile", "class"])
    return (
        as_schema(table[[*order, *table.columns.difference(order)]], "profiles").reset_index(
            drop=True
        ),
        as_schema(counted, "profile_concordance").reset_index(drop=True),
    )


_PUBLISHED = ("establishments", "location_quotient", "local_knowledge_ties")
"""Numbers of criteria that are columns of the classification."""


def _answers(cells: pd.DataFrame, profile: Profile) -> dict[str, pd.Series[bool]]:
    """Each criterion as a nullable boolean."""
    answers = {}
    for criterion in profile.criteria:
        if criterion.number is None:
            answers[criterion.code] = pd.Series(pd.NA, index=cells.index, dtype="boolean")
            continue
        value = cells[criterion.code]
        met = _COMPARED[criterion.sense](value, criterion.number)
        answers[criterion.code] = met.astype("boolean").mask(value.isna())
    return answers


def _outcome(cells: pd.DataFrame, profile: Profile) -> pd.DataFrame:
    """Whether the profile is met, and how many of its criteria are."""
    answers = pd.concat(_answers(cells, profile), axis=1)
    met = answers.fillna(value=False).sum(axis=1)
    open_ones = answers.isna().sum(axis=1)
    fewest = profile.fewest or len(profile.criteria)
    is_met = (met >= fewest).astype("boolean").mask((met < fewest) & (met + open_ones >= fewest))
    return pd.DataFrame(
        {
            "met": is_met,
            "criteria": len(profile.criteria),
            "criteria_testable": len(profile.criteria) - open_ones,
            "criteria_met": met,
        }
    )


def _texts(cells: pd.DataFrame, profile: Profile) -> pd.DataFrame:
    """Numbers behind the outcome, and the codes of criteria that fail or cannot be tested."""
    import polars as pl

    answers = _answers(cells, profile)
    frame = pl.DataFrame(
        {f"is_{code}": pl.from_pandas(answer) for code, answer in answers.items()}
        | {
            code: pl.Series(cells[code].to_numpy(dtype=np.float64), nan_to_null=True)
            for code in answers
            if code in cells
        }
    )
    separator = "; "
    numbers = [
        pl.when(pl.col(code).is_not_null()).then(
            pl.format(f"{code} {{}}", pl.col(code).round_sig_figs(3))
        )
        for code in answers
        if code in cells
    ]
    failed = [pl.when(~pl.col(f"is_{code}")).then(pl.lit(code)) for code in answers]
    untold = [pl.when(pl.col(f"is_{code}").is_null()).then(pl.lit(code)) for code in answers]
    texts = frame.select(
        pl.concat_str(parts, separator=separator, ignore_nulls=True).alias(name)
        for name, parts in (("numbers", numbers), ("failed", failed), ("not_testable", untold))
    )
    return texts.to_pandas().set_index(cells.index)


def concordance(cells: pd.DataFrame, met: pd.Series[bool]) -> pd.DataFrame:
    """Cells counted by year, class and what a profile says.

    Parameters
    ----------
    cells : DataFrame
        Columns year and class.
    met : Series of boolean
        On the same index; <NA> = not known.

    Returns
    -------
    DataFrame
        Columns year, class, cells_met, cells_not_met, cells_not_known.
    """
    counted = cells[["year", "class"]].assign(
        cells_met=met.fillna(value=False).astype("int64"),
        cells_not_met=(~met).fillna(value=False).astype("int64"),
        cells_not_known=met.isna().astype("int64"),
    )
    return counted.groupby(["year", "class"], as_index=False).sum()


def profile_rules() -> pd.DataFrame:
    """The rules themselves: one row per profile and criterion, with source and doubt."""
    rows = [
        {
            "profile": name,
            **_in_languages("profile_name", profile.name),
            "criterion": criterion.code,
            **_in_languages("rule", criterion.rule),
            "sense": criterion.sense if criterion.number is not None else None,
            "number": criterion.number,
            "fewest": profile.fewest or len(profile.criteria),
            "source": profile.source,
            **_in_languages("doubt", profile.doubt),
        }
        for name, profile in PROFILES.items()
        for criterion in profile.criteria
    ]
    return as_schema(pd.DataFrame(rows), "profile_rules")


def _in_languages(name: str, text: Text) -> dict[str, str]:
    return {f"{name}_{suffix}": value for suffix, value in text._asdict().items()}
