import pandas as pd
import pytest

from geo.schema.run_tables import SENSITIVITY
from geo.vocabulary import Language
from geo.worlds import sized_recipe, world, write_world
from pipelines.commands.sensitivity import print_sensitivity, sensitivity_of


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_verdicts_of_the_latest_year_are_asked_again_in_other_units(tmp_path, capsys):
    write_world(world(sized_recipe("small"), seed=3), tmp_path / "raw")
    result, stands, _ = sensitivity_of(tmp_path / "raw", tmp_path / "out", years=None)
    written = pd.read_parquet(tmp_path / "out" / "sensitivity.parquet")
    assert tuple(written.columns) == SENSITIVITY.names
    assert set(written["year"]) == {result["year"].max()}
    assert stands
    assert written["variants"].max() == len(stands)
    # A plain cell is dispersed however the industries are cut; a planted one need not stand.
    plain = written[written["class"] == "dispersed"]
    assert plain["standing"].mean() > 0.8
    assert (written["agreeing"] <= written["variants"]).all()
    print_sensitivity(result, stands, Language.ZH_HANS, tmp_path / "out")
    assert "其他划分下成立的比例" in capsys.readouterr().out
