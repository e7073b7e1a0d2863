"""A stylised country as both tests of ties see it: its study, and its counts by cell."""

from dataclasses import replace
from typing import NamedTuple

import pandas as pd

from geo.classification.questions import answers, crowded_cells
from geo.classification.tables.classification_table import evidence
from geo.concentration.cells.cell_table import cell_concentration
from geo.concentration.map.neighbours import contiguity_graph
from geo.dataset import all_cells, read_dataset
from geo.linkage.cell_counts.between_cells import linkage_between_cells
from geo.linkage.collaboration.linkage_table import linkage_by_cell
from geo.study import Study
from geo.worlds import write_world
from tests.geo.linkage.counted import counts_of


class Judged(NamedTuple):
    """The same country by pairs of firms, and by counts between cells."""

    pairs: pd.DataFrame
    counts: pd.DataFrame
    """Evidence and answers, row for row the same cells."""


def judged(world, folder):
    """Evidence and answers of a world by pairs and by counts."""
    write_world(world, folder / "raw")
    dataset = read_dataset(folder / "raw", into=folder / "into")
    study = study_of_dataset(dataset)
    cells = all_cells(dataset)
    concentration = cell_concentration(cells)
    crowded = crowded_cells(evidence(cells, [concentration]), study.thresholds)
    by_pairs = linkage_by_cell(study, crowded)
    by_counts = linkage_between_cells(
        replace(study, ties=study.ties.head(0), stored={}),
        counts_of(study),
        (cells, cells.head(0)),
        crowded,
        dataset.regions.representative_point().get_coordinates(),
        industries=len(dataset.industries),
    )
    tables = []
    for found in (by_pairs, by_counts):
        joined = evidence(cells, [concentration, *found])
        tables.append(joined.join(answers(joined, study.thresholds)))
    return Judged(*tables)


def study_of_dataset(dataset):
    """The study of a dataset, as the job makes it."""
    tables = dataset.tables()
    return Study(
        establishments=tables["establishments"],
        ties=tables["ties"],
        institutions=dataset.institutions,
        firms=dataset.firms,
        settings=dataset.settings,
        adjoining=contiguity_graph(dataset.regions).adjacency.rename("weight").reset_index(),
    )
