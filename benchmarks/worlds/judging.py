"""One world drawn and judged, in a process of its own."""

import warnings


def judged_outcomes(task):
    """Outcomes of one world drawn with one seed, and its number of years."""
    warnings.simplefilter("ignore")
    world, seed = task
    from benchmarks.worlds.scores import outcomes
    from benchmarks.worlds.verdicts import verdicts
    from geo.worlds import hard_world

    truth = verdicts(hard_world(world, seed=seed))
    return outcomes(truth, world=world, seed=seed).assign(years=truth["year"].nunique())
