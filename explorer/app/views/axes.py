"""The ticks and ranges of `explorer.charts.axes`, under the name by which the views know them."""

from explorer.charts.axes import FloatArray, Tick, axis_title, columns, fitted, ticks, to_view

__all__ = ["FloatArray", "Tick", "axis_title", "columns", "fitted", "ticks", "to_view"]
