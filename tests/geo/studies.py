"""Studies of small countries that a test writes out as tables."""

import narwhals as nw
import pandas as pd
import polars as pl

from geo.settings import Settings
from geo.study import Study

NOBODY = pd.DataFrame(
    {
        "institution_key": pd.Series(dtype="int64"),
        "kind": pd.Series(dtype="str"),
        "region_key": pd.Series(dtype="int64"),
    }
)
"""No institutions."""

_TYPES = {"group_key": "float64", "longitude": "float64", "latitude": "float64"}


def lazy(table):
    """A pandas table as a lazy frame; a column without any value is of numbers."""
    known = {c: kind for c, kind in _TYPES.items() if c in table}
    return nw.from_native(pl.from_pandas(table.astype(known)).lazy())


def study_of(establishments, links, institutions=NOBODY, *, firms, adjoining=None,
             travel_times=None, **settings):  # fmt: skip
    """A study of pandas tables; places and groups that they lack are not known.

    Parameters
    ----------
    establishments, links, institutions : DataFrame
        As `Study` has them.
    firms : int
        Number of firms.
    adjoining, travel_times : DataFrame, optional
        As `Study` has them.
    **settings
        Of `geo.settings.Settings`.
    """
    lacking = {c: float("nan") for c in _TYPES if c not in establishments}
    return Study(
        establishments=lazy(establishments.assign(**lacking)),
        ties=lazy(links),
        institutions=institutions,
        firms=firms,
        settings=Settings(**settings),
        adjoining=adjoining,
        travel_times=travel_times,
    )
