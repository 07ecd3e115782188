"""The widgets of the window. None knows another's business, none evaluates anything; signals fire for hands only."""

from explorer.app.widgets.compare_table import CompareTable
from explorer.app.widgets.knob_panel import KnobPanel
from explorer.app.widgets.knob_row import KnobRow, KnobState
from explorer.app.widgets.knob_slider import KnobSlider
from explorer.app.widgets.notice import NoticeBar
from explorer.app.widgets.number_field import NumberField
from explorer.app.widgets.scenario_bar import ScenarioBar
from explorer.app.widgets.verdict_panel import VerdictPanel

__all__ = ["CompareTable", "KnobPanel", "KnobRow", "KnobSlider", "KnobState", "NoticeBar", "NumberField", "ScenarioBar", "VerdictPanel"]
