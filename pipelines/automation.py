"""When things run: the job, its monthly schedule, and the sensor on the raw folder."""

import hashlib
from pathlib import Path

import dagster as dg

from geo.errors import GeoError
from pipelines.partitions import range_tags
from pipelines.resources import Places

__all__ = ["classify", "monthly", "raw_folder_changed"]

classify = dg.define_asset_job(
    "classify",
    selection="*",
    description="From the raw folder to tables, map and report, for a range of years.",
    executor_def=dg.in_process_executor,
)


@dg.schedule(job=classify, cron_schedule="0 3 1 * *", execution_timezone="UTC")
def monthly(places: dg.ResourceParam[Places]) -> dg.RunRequest:
    """On the first of every month, classify all years of the raw folder anew."""
    return dg.RunRequest(tags=dict(range_tags(places.years())))


@dg.sensor(job=classify, minimum_interval_seconds=60)
def raw_folder_changed(
    context: dg.SensorEvaluationContext, places: dg.ResourceParam[Places]
) -> dg.RunRequest | dg.SkipReason:
    """When a file of the raw folder changes, classify all its years anew."""
    seen = _fingerprint(Path(places.raw))
    if seen == context.cursor:
        return dg.SkipReason(f"{places.raw} is as it was.")
    context.update_cursor(seen)
    try:
        return dg.RunRequest(run_key=seen, tags=dict(range_tags(places.years())))
    except GeoError as error:
        return dg.SkipReason(f"{places.raw} cannot be used: {error}")


def _fingerprint(folder: Path) -> str:
    """Names, sizes and times of the files below `folder`, as one short text."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    stats = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    return hashlib.sha256(repr(stats).encode()).hexdigest()
