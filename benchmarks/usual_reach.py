"""The usual reach fitted to a nation's supply ties: seconds, peak memory, and how work grows.

    python -m benchmarks.usual_reach [--firms 3e5] [--ties 3e6] [--regions 3142] [--industries 305]
    python -m benchmarks.usual_reach --growth [--scale 0.1]

The first line tells of the country, the others of the fit and of what is counted with it: strata,
regions with a party in each of them, region pairs that are held one by one, and what dense matrices
of regions by regions would hold. `--growth` does the same in countries of an eighth, a quarter, a
half and the whole of the size, that have as much land for each region: entries for each region
with a party grow no more than the near regions do.
"""

import argparse
import resource
import time
from typing import NamedTuple

from benchmarks.nation import nation, sized, sizes_of, study_of_nation


class Work(NamedTuple):
    """What a fit takes."""

    seconds: float
    of_processor: float
    """Seconds that the processor was at it, which a busy machine does not lengthen."""
    strata: int
    regions: int
    """With a supplier, or a customer, stratum by stratum."""
    entries: int
    """Region pairs held one by one, by class of distance."""
    dense: int
    """Entries of dense matrices for the same."""


def work_of(study, concentrated):
    """What it takes to fit the usual reach of supply, the ties being located before."""
    from geo.linkage.usual_reach.family import concentrated_matrix, family_of
    from geo.linkage.usual_reach.trade.distance_classes import CLASSES

    ties = study.supply
    matrix = concentrated_matrix(study, concentrated)
    start, before = time.perf_counter(), time.process_time()
    reach = family_of(study, ties, matrix, given_activity=True).reach
    seconds, of_processor = time.perf_counter() - start, time.process_time() - before
    sides = [(trade.sellers, trade.buyers) for trade in reach.trades]
    return Work(
        seconds,
        of_processor,
        int(reach.first[-1]),
        sum(len(side.region) for both in sides for side in both),
        sum(len(trade.pairs.column) for trade in reach.trades),
        sum(int((_sizes(sellers) * _sizes(buyers)).sum()) * CLASSES for sellers, buyers in sides),
    )


def _sizes(side):
    """Regions of every stratum."""
    return side.start[1:] - side.start[:-1]


def told(work):
    """The counts as a line."""
    return (
        f"{work.seconds:7.1f} s, {work.of_processor:.1f} s of processor; {work.strata:,} strata, "
        f"{work.regions:,} regions in them, {work.entries:,} entries "
        f"({work.entries / work.regions:.1f} a region), dense {work.dense:,}"
    )


def main():
    """Print what the fit takes."""
    parser = sized(argparse.ArgumentParser(description=__doc__.splitlines()[0]))
    parser.add_argument("--growth", action="store_true")
    options = parser.parse_args()
    whole = sizes_of(options)
    # The compiler's time is no part of it.
    small = nation(500, 3_000, 20, 5)
    work_of(study_of_nation(small[0], small[1], small[3], 500), small[2])
    for share in (1 / 8, 1 / 4, 1 / 2, 1) if options.growth else (1,):
        firms, ties, regions = (max(int(n * share), 1) for n in whole[:3])
        living, trades, concentrated, adjoining = nation(firms, ties, regions, whole[3], land=share)
        study = study_of_nation(living, trades, adjoining, firms)
        work = work_of(study, concentrated)
        print(f"{firms:,} firms, {len(trades):,} ties, {regions:,} regions, {whole[3]} industries")
        print(told(work))
    gigabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{gigabytes:7.2f} GB at the most, with the country itself")


if __name__ == "__main__":
    main()
