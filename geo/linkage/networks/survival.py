"""Survival of ties: how many of those that begin are still there after one year, two, three.

Here belong spells of ties (when they begin, end, or are lost from sight) and their survival
curves, local ties against others. The share of a cell's ties that last a year, which the verdict
asks for, is in `persistence`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw
import numpy as np
import pandas as pd

from geo.study.keys import grouped
from geo.study.located import next_years
from geo.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from geo.study import Study
    from geo.study.keys import Sizes

    Lazy = nw.LazyFrame[Any]
    Floats = npt.NDArray[np.float64]

__all__ = [
    "Spell",
    "local_tie_difference",
    "spells_of",
    "survival_curve",
    "tie_spells",
    "tie_survival",
]

_MOST_YEARS = 62  # bits of an integer that stays positive
_PAIR = ["source_key", "target_key"]
_NORMAL_95 = 1.959963984540054
ALL = -1
"""Key of all industries together."""


class Spell(NamedTuple):
    """A time in which a tie was watched, by its age in years."""

    entry: int
    exit: int
    ended: bool
    """Whether the tie ended at `exit`; otherwise it was lost from sight."""


def spells_of(seen: int, alive: int, years: Sequence[int]) -> list[Spell]:
    """Spells of one pair of firms, of those ties whose beginning was seen.

    A tie begins in the first year in which it is seen, where it was not there in the year before
    that it is compared with; it ends between two compared years in both of which both firms live.
    Where a firm dies, or the years are too far apart to be compared, it is lost from sight. If it
    is there again after such a gap it is watched on from the age that it then has, which is left
    truncation: those that ended in the gap are not counted as if they could not have ended.

    Parameters
    ----------
    seen : int
        Bit k is set where the tie is there in the k-th year.
    alive : int
        Bit k is set where it is, and both firms live in the year that the k-th is compared with.
    years : sequence of int
        Years of observation, ascending.

    Returns
    -------
    list of Spell
        In order of time; `exit` above `entry`.

    Examples
    --------
    Not there in 2019, there in 2020 and 2021, gone in 2022:

    >>> spells_of(0b0110, 0b0110, [2019, 2020, 2021, 2022])
    [Spell(entry=0, exit=2, ended=True)]
    """
    following = next_years(list(years))
    spells: list[Spell] = []
    born: int | None = None  # None where the beginning was not seen
    entry, was_there, compared = 0, False, False
    for k, year in enumerate(years):
        there = bool(seen >> k & 1)
        if there and not was_there:
            born, entry = (year if compared else None), 0
        elif there and not compared and born is not None:
            entry = year - born
        if there and born is not None:
            after = following.get(year)
            goes_on = after is not None and bool(alive >> k & 1)
            stays = goes_on and bool(seen >> (k + 1) & 1)
            until = after if goes_on and after is not None and not stays else year
            if not stays and until - born > entry:
                spells.append(Spell(entry, until - born, goes_on))
        was_there = there
        compared = year in following
    return spells


def tie_spells(study: Study) -> pd.DataFrame:
    """Spells of all supply ties between firms, counted.

    Ties that were there when observation began have no known age and are left out: to give them
    the age 0 would mistake those that had lasted for new ones.

    Parameters
    ----------
    study : Study
        The country.

    Returns
    -------
    DataFrame
        industry_key (-1 for all industries together), is_local, entry, exit, ended, ties: how many
        ties of the industry, as supplier or customer, were watched from age `entry` to `exit` in
        years. A tie is local where both ends were in one region, or near each other by the
        locality, in every year that it was seen. Sorted; no rows where no beginning was seen.
        `attrs["warnings"]` says which years were left out where there are more than 62.

    Examples
    --------
    Of two ties that begin in 2020, one is there in 2021:

    >>> import polars as pl
    >>> from geo.study import Study
    >>> plants = nw.from_native(pl.LazyFrame({"firm_key": [0, 1] * 3,
    ...     "year": [2019, 2019, 2020, 2020, 2021, 2021], "region_key": 0, "industry_key": 0,
    ...     "group_key": None}, schema_overrides={"group_key": pl.Float64}))
    >>> ties = nw.from_native(pl.LazyFrame({"source_key": [0, 0, 0, 1, 0],
    ...     "target_key": [0, 1, 1, 0, 0], "year": [2019, 2020, 2021, 2020, 2021],
    ...     "kind": "supply"}))
    >>> study = Study(establishments=plants, ties=ties, firms=2)
    >>> tie_spells(study).query("industry_key == -1")[["exit", "ended", "ties"]]
       exit  ended  ties
    0     1  False     1
    1     1   True     1
    """
    every = study.supply_years
    years = every[-_MOST_YEARS:]
    columns = ["industry_key", "is_local", *Spell._fields]
    nothing = pd.DataFrame(columns=[*columns, "ties"]).astype({"ties": "int64"})
    nothing.attrs["warnings"] = _left_out(every[:-_MOST_YEARS])
    if len(years) == 0:
        return nothing
    supply = study.supply.filter(nw.col("year") >= years[0])
    rows = []
    histories = _by_history(supply, years, study.sizes)
    for seen, alive in histories[["seen", "alive"]].drop_duplicates().to_numpy():
        same = histories[(histories["seen"] == seen) & (histories["alive"] == alive)]
        spells = spells_of(int(seen), int(alive), years)
        rows += [same.assign(**spell._asdict()) for spell in spells]
    if not rows:
        return nothing
    found = pd.concat(rows).groupby(columns)[["ties"]].sum().reset_index()
    ordered: pd.DataFrame = found.sort_values(columns, ignore_index=True)
    ordered.attrs["warnings"] = _left_out(every[:-_MOST_YEARS])
    return ordered


def _left_out(years: Sequence[int]) -> list[Text]:
    """What to tell of years of ties that are too many to be watched."""
    if not years:
        return []
    first, last, most = years[0], years[-1], _MOST_YEARS
    return [
        Text(
            f"The survival of ties is watched over the latest {most} years of ties: those from "
            f"{first} to {last} are left out of tie_survival.",
            f"關聯的存續只觀察最近 {most} 個年份：tie_survival 未計入 {first} 至 {last} 年。",
            f"关联的存续只观察最近 {most} 个年份：tie_survival 未计入 {first} 至 {last} 年。",
        )
    ]


def _by_history(supply: Lazy, years: Sequence[int], sizes: Sizes) -> pd.DataFrame:
    """Pairs counted by the years in which they are seen: industry_key, is_local, seen, alive."""
    bit: nw.Expr = nw.lit(0)
    for k, year in enumerate(years):
        bit = nw.when(nw.col("year") == year).then(nw.lit(1 << k)).otherwise(bit)
    bit = bit.cast(nw.Int64)
    histories = grouped(
        supply,
        _PAIR,
        sizes,
        bit.sum().alias("seen"),
        (bit * nw.col("lives_on").cast(nw.Int64)).sum().alias("alive"),
        nw.col("is_local").cast(nw.Int64).min(),
        nw.col("supplier_industry").min(),
        nw.col("customer_industry").min(),
    )
    one = nw.col("supplier_industry").cast(nw.Int64)
    other = nw.col("customer_industry").cast(nw.Int64)
    what = ["is_local", "seen", "alive"]
    by_pair = (
        histories.group_by("supplier_industry", "customer_industry", *what)
        .agg(nw.len().cast(nw.Int64).alias("ties"))
        .with_columns(one.alias("one"), other.alias("other"))
    )
    counted = by_pair.collect().to_pandas()
    parts = [
        counted.assign(industry_key=ALL),
        counted.assign(industry_key=counted["one"]),
        counted[counted["one"] != counted["other"]].assign(industry_key=lambda t: t["other"]),
    ]
    table = pd.concat(parts).groupby(["industry_key", *what])[["ties"]].sum().reset_index()
    return table.assign(is_local=table["is_local"] == 1)


def survival_curve(spells: pd.DataFrame) -> pd.DataFrame:
    r"""Share of ties that reach each age, by Kaplan and Meier, with late entry.

    .. math:: S(a) = \prod_{k \le a} \left(1 - \frac{d_k}{n_k}\right)

    where :math:`d_k` ties end at age k out of :math:`n_k` that were watched just before it.

    Parameters
    ----------
    spells : DataFrame
        Columns entry, exit, ended, ties, as `tie_spells` returns them.

    Returns
    -------
    DataFrame
        One row per age from 0 to the last at which a tie is at risk: age, at_risk (at age 0: ties
        that begin and are watched), ended, survival, and survival_low, survival_high: the 95 %
        interval of log(-log S), by Greenwood's variance. The interval takes ties as independent;
        it is NaN until the first tie ends, and once none is left.

    References
    ----------
    .. [1] Kaplan, E. L., Meier, P. (1958). Nonparametric estimation from incomplete observations.
       JASA 53, 457-481.
    .. [2] Kalbfleisch, J. D., Prentice, R. L. (2002). The Statistical Analysis of Failure Time
       Data, 2nd ed., Eq. 1.12 and p. 18. Wiley.

    Examples
    --------
    Four ties begin; one ends at age 1, one is lost from sight at 1, one of two ends at age 2:

    >>> spells = pd.DataFrame({"entry": 0, "exit": [1, 1, 2, 2],
    ...     "ended": [True, False, True, False], "ties": 1})
    >>> survival_curve(spells)["survival"].tolist()
    [1.0, 0.75, 0.375]
    """
    if spells.empty:
        names = ["age", "at_risk", "ended", "survival", "survival_low", "survival_high"]
        return pd.DataFrame(columns=names, dtype=float)
    entry, leave = spells["entry"].to_numpy(int), spells["exit"].to_numpy(int)
    ended, ties = spells["ended"].to_numpy(bool), spells["ties"].to_numpy(float)
    ages = np.arange(leave.max() + 1)
    watched = (entry < ages[:, None]) & (ages[:, None] <= leave)
    at_risk = watched @ ties
    deaths = ((leave == ages[:, None]) & ended) @ ties
    at_risk[0] = ties[entry == 0].sum()
    survival = np.ones(len(ages))
    if ended.any():
        from statsmodels.duration.survfunc import SurvfuncRight

        fitted = SurvfuncRight(leave, ended.astype(int), entry=entry, freq_weights=ties)
        step = np.searchsorted(fitted.surv_times, ages, side="right")
        survival = np.concatenate([[1.0], fitted.surv_prob])[step]
        # Once all have ended the curve stays down, whoever enters late.
        survival[np.logical_or.accumulate((deaths > 0) & (deaths == at_risk))] = 0.0
    low, high = _interval(survival, at_risk, deaths)
    return pd.DataFrame(
        {
            "age": ages,
            "at_risk": at_risk.astype(np.int64),
            "ended": deaths.astype(np.int64),
            "survival": survival,
            "survival_low": low,
            "survival_high": high,
        }
    )


def _interval(survival: Floats, at_risk: Floats, deaths: Floats) -> tuple[Floats, Floats]:
    """Bounds of log(-log S), with Greenwood's variance."""
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(deaths > 0, deaths / (at_risk * (at_risk - deaths)), 0.0)
        spread = np.sqrt(np.cumsum(terms)) / np.abs(np.log(survival))
        reach = np.exp(_NORMAL_95 * spread)
        low, high = survival**reach, survival ** (1 / reach)
    known = (survival > 0) & (survival < 1)
    return np.where(known, low, np.nan), np.where(known, high, np.nan)


def local_tie_difference(local: pd.DataFrame, other: pd.DataFrame) -> float:
    """Chance that two curves differ as much if ties ended alike at every age (logrank).

    The logrank test is that of Mantel and Haenszel over the ages, each a table of ended or not by
    local or not. It takes ties as independent, so that it finds differences too easily where few
    firms have most ties.

    Parameters
    ----------
    local, other : DataFrame
        As `survival_curve` returns them.

    Returns
    -------
    float
        Two-sided p; NaN where at no age both are watched and a tie ends and another does not.

    References
    ----------
    .. [1] Mantel, N. (1966). Evaluation of survival data and two new rank order statistics
       arising in its consideration. Cancer Chemotherapy Reports 50, 163-170.

    Examples
    --------
    >>> curve = survival_curve(pd.DataFrame({"entry": 0, "exit": 1, "ended": [True, False],
    ...                                      "ties": [5, 5]}))
    >>> local_tie_difference(curve, curve)
    1.0
    """
    both = local.merge(other, on="age", suffixes=("", "_other")).query("age > 0")
    columns = ["ended", "at_risk", "ended_other", "at_risk_other"]
    d1, n1, d2, n2 = (both[c].to_numpy(float) for c in columns)
    tells = (n1 > 0) & (n2 > 0) & (d1 + d2 > 0) & (d1 + d2 < n1 + n2)
    if not tells.any():
        return float("nan")
    from statsmodels.stats.contingency_tables import StratifiedTable

    tables = np.array([[d1, n1 - d1], [d2, n2 - d2]])[:, :, tells]
    return float(StratifiedTable(tables).test_null_odds(correction=False).pvalue)


def tie_survival(spells: pd.DataFrame, industries: pd.DataFrame) -> pd.DataFrame:
    """Survival curves of local and of other ties, for every industry and all together.

    Parameters
    ----------
    spells : DataFrame
        As `tie_spells` returns it.
    industries : DataFrame
        Index industry_key; industry, name.

    Returns
    -------
    DataFrame
        industry (`all` for all together), industry_name, is_local, and the columns of
        `survival_curve`; difference_p, by `local_tie_difference`. Sorted by industry (all first),
        local ties first, and age.

    Examples
    --------
    >>> spells = pd.DataFrame({"industry_key": -1, "is_local": [True, False], "entry": 0,
    ...                        "exit": 1, "ended": [False, True], "ties": 8})
    >>> names = pd.DataFrame({"industry": [], "name": []})
    >>> tie_survival(spells, names)[["industry", "is_local", "age", "survival"]]
      industry  is_local  age  survival
    0      all      True    0       1.0
    1      all      True    1       1.0
    2      all     False    0       1.0
    3      all     False    1       0.0
    """
    codes = {ALL: "all"} | industries["industry"].to_dict()
    names = industries["name"].to_dict()
    tables = []
    for key, mine in spells.groupby("industry_key"):
        curves = {local: survival_curve(mine[mine["is_local"] == local]) for local in (True, False)}
        chance = local_tie_difference(curves[True], curves[False])
        for local, curve in curves.items():
            head = {"industry": codes[key], "industry_name": names.get(key), "is_local": local}
            tables.append(curve.assign(**head, difference_p=chance))
    columns = ["industry", "industry_name", "is_local", "age", "at_risk", "ended"]
    columns += ["survival", "survival_low", "survival_high", "difference_p"]
    if not tables:
        return pd.DataFrame(columns=columns)
    filled = [t for t in tables if len(t)]
    table = pd.concat(filled, ignore_index=True)[columns]
    whole = dict.fromkeys(["age", "at_risk", "ended"], "int64")
    return table.astype(whole | {"industry": "str", "industry_name": "str"})
