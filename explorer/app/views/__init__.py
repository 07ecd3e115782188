"""Charts on the screen: `ChartView` for lines and points, `BarView` for stacked bars, `Pane` the card around either."""

from explorer.app.views.bar_view import BarView
from explorer.app.views.chart_view import ChartView
from explorer.app.views.pane import Pane

__all__ = ["BarView", "ChartView", "Pane"]
