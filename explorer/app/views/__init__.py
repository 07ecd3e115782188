"""Charts on the screen: `ChartView` for lines and points, `BarView` for stacked bars, `DrawingView` without axes, `Pane` the card around each."""

from explorer.app.views.bar_view import BarView
from explorer.app.views.chart_view import ChartView
from explorer.app.views.drawing_view import DrawingView
from explorer.app.views.pane import Pane

__all__ = ["BarView", "ChartView", "DrawingView", "Pane"]
