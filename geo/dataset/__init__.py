"""A raw folder to typed tables, with every row that could not be used.

`read_dataset` is the door; `cells_of` and `all_cells` count what was read. What columns there are
stands in `geo.schema`, where points lie in `geo.places`; nothing here measures anything.
"""

from __future__ import annotations

from geo.dataset.dataset import Dataset, all_cells, cells_of
from geo.dataset.reading import read_dataset

__all__ = ["Dataset", "all_cells", "cells_of", "read_dataset"]
