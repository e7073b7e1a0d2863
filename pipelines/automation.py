"""When things run: the job, its monthly schedule, and the sensor on the raw folder."""

import hashlib
import json
from pathlib import Path

import dagster as dg

from geo.errors import GeoError
from pipelines.resources import Places

__all__ = ["classify", "monthly", "raw_folder_changed"]

classify = dg.define_asset_job(
    "classify",
    selection="*",
    description="From the raw folder to tables, map and report; years are chosen in the launchpad.",
    executor_def=dg.in_process_executor,
    # Tables between assets are those of the last run, which another may have written meanwhile.
    tags={"dagster/retry_strategy": "ALL_STEPS"},
)


@dg.schedule(job=classify, cron_schedule="0 3 1 * *", execution_timezone="UTC")
def monthly() -> dg.RunRequest:
    """On the first of every month, classify all years of the raw folder anew."""
    return dg.RunRequest()


@dg.sensor(job=classify, minimum_interval_seconds=60)
def raw_folder_changed(
    context: dg.SensorEvaluationContext, places: dg.ResourceParam[Places]
) -> dg.RunRequest | dg.SkipReason:
    """When tables of the raw folder have changed and lie still again, classify its years anew.

    The cursor holds what was classified last and what was seen last: a folder that is being copied
    looks different from tick to tick, and is left alone until two ticks see the same.
    """
    done, before = json.loads(context.cursor or "[null, null]")
    try:
        seen = _fingerprint(Path(places.raw))
        if seen == done:
            return dg.SkipReason(f"{places.raw} is as it was.")
        if seen != before:
            context.update_cursor(json.dumps([done, seen]))
            return dg.SkipReason(f"{places.raw} has changed; it is used once it lies still.")
        context.update_cursor(json.dumps([seen, seen]))
        # No run key: data that go back to what they were are classified again, too.
        return dg.RunRequest()
    except GeoError as error:
        return dg.SkipReason(f"{places.raw} cannot be used: {error}")


def _fingerprint(folder: Path) -> str:
    """Names, sizes and times of the tables of a dataset and of its settings, as one short text."""
    from geo.dataset.files.folder import table_files

    tables, _ = table_files(folder)
    files = [part for table in tables.values() for part in table.parts]
    files += [path for path in (folder / "dataset.yaml",) if path.exists()]
    stats = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    return hashlib.sha256(repr(stats).encode()).hexdigest()
