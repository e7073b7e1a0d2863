import dagster as dg
import pandas as pd

from geo.settings import Settings
from pipelines.resources import Options
from pipelines.run_record import run_record

TOLD = ["few permutations", "置換太少", "置换太少"]
BEFORE = ["a gap", "缺口", "缺口"]


@dg.asset
def telling():
    return dg.MaterializeResult(metadata={"notices": dg.MetadataValue.json([TOLD])})


@dg.asset
def silent():
    return dg.MaterializeResult(metadata={"rows": 3})


@dg.asset(deps=[telling, silent])
def record(context: dg.AssetExecutionContext):
    facts = {
        "settings": Settings().model_dump(mode="json"),
        "years": [2020],
        "input_hashes": {},
        "notices": [BEFORE],
    }
    content = run_record(context, facts, pd.DataFrame(columns=["table"]), Options())
    return dg.MaterializeResult(metadata={"content": dg.MetadataValue.json(content)})


def test_what_assets_tell_stands_in_the_record_after_what_ingest_told():
    result = dg.materialize([telling, silent, record])
    (event,) = result.asset_materializations_for_node("record")
    assert event.metadata["content"].value["notices"] == [BEFORE, TOLD]
