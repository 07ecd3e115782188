"""Other words for a chart or a table: title, labels and footer as somebody wants them, or none."""

from __future__ import annotations

from dataclasses import dataclass, replace

from explorer.charts.model import Axis, Chart, Table


@dataclass(frozen=True)
class Wording:
    """What is said instead of the program's own words: None keeps them, and an empty text leaves them out.

    ``footer`` stands for the load that is shown and the sources together.
    """

    title: str | None = None
    subtitle: str | None = None
    x_label: str | None = None
    y_label: str | None = None
    footer: str | None = None


AS_IT_IS = Wording()


def worded(chart: Chart, wording: Wording) -> Chart:
    """The chart in these words."""
    if wording == AS_IT_IS:
        return chart
    return replace(
        chart,
        title=_or(wording.title, chart.title),
        subtitle=_or(wording.subtitle, chart.subtitle),
        x=_labelled(chart.x, wording.x_label),
        y=chart.y and _labelled(chart.y, wording.y_label),
        context=chart.context if wording.footer is None else "",
        note=_or(wording.footer, chart.note),
    )


def worded_table(table: Table, wording: Wording) -> Table:
    """The table in these words; it has no axes and no subtitle of its own."""
    context = table.context if wording.footer is None else ""
    return replace(table, title=_or(wording.title, table.title), context=context, note=_or(wording.footer, table.note))


def footer_of(shown: Chart | Table) -> str:
    """The footer as the program says it, for somebody to change."""
    return "\n".join(filter(None, (shown.context, shown.note)))


def _or(given: str | None, own: str) -> str:
    return own if given is None else given


def _labelled(axis: Axis, label: str | None) -> Axis:
    return axis if label is None else replace(axis, label=label)
