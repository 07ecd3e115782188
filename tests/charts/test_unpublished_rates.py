"""What charts and tables show where nobody has published a number."""

from __future__ import annotations

import numpy as np

from explorer.charts import comparison, roofline, scene
from explorer.library import Library, make_scenario
from explorer.specs import Scenario, Study


def _scenario(library: Library, chip: str) -> Scenario:
    return make_scenario(library, chip=chip, workload="llama3-8b", phase="decode", batch=16, context=2048, chips=4)


def test_the_roofline_draws_no_slope_that_is_not_known(library: Library) -> None:
    study = Study(scenarios=(_scenario(library, "maia100"), _scenario(library, "b200")))
    chart = roofline(scene(study), "sram")
    roofs = [s for s in chart.series if s.role == "roof"]
    assert len(set(roofs[0].y)) == 1
    assert "not published" in roofs[0].tips[0]
    assert len(set(roofs[1].y)) == 2
    assert all(np.all(np.isfinite(s.x)) and np.all(s.x > 0) and np.all(np.isfinite(s.y)) for s in chart.series)
    assert chart.x.range[0] > 0


def test_a_missing_power_is_said_in_the_table(library: Library) -> None:
    table = comparison(scene(Study(scenarios=(_scenario(library, "trainium1"), _scenario(library, "b200")))))
    column = [c.key for c in table.columns].index("joules_per_token")
    assert table.rows[0][column].text == "no power"
    assert table.rows[1][column].value is not None
