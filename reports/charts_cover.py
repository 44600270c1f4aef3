"""The chart of the active share: one fan per scenario against the UHC bar."""

from __future__ import annotations

import numpy as np

from districts.text import month_name, percent, translator
from reports import palette
from reports.canvas import WIDTH, Canvas, Chart
from reports.fans import end_label, fan, fan_key, months_beneath, panel_title, panels, reach, value_axis
from reports.law import uhc_bars
from reports.numbers import active_share, middle, spread
from reports.run import Run
from reports.wording import scenario_title

MOST_PANELS = 4
_BETWEEN = 1.0  # inches between two rows of panels: month names and the next panel's name


def active_share_chart(run: Run, lang: str = "id") -> Chart:
    """Active members over population by month for the main scenarios, with the bar of the rule in force."""
    _ = translator(lang)
    store, names = run.store, run.main[:MOST_PANELS]
    bars = np.array([bar.active for bar in uhc_bars(run.months, run.rules)])
    samples = [active_share(store, name) for name in names]
    ends = [float(spread(sample).middle[-1]) for sample in samples]
    month, bar = month_name(store.months[-1], lang), percent(bars[-1], lang, 0)
    everywhere = [middle(active_share(store, name)[:, -1]) for name in run.main]
    above = sum(end >= bars[-1] for end in everywhere)
    if len(run.main) == 1 and above:
        title = _("Active share ends at {end} in {month}, above the UHC bar of {bar}")
    elif len(run.main) == 1:
        title = _("Active share ends at {end} in {month}, below the UHC bar of {bar}")
    elif not above:
        title = _("None of the {count} scenarios reaches the UHC bar of {bar} active in {month}")
    else:
        title = _("{above} of {count} scenarios reach the UHC bar of {bar} active in {month}")
    title = title.format(above=above, count=len(run.main), end=percent(ends[0], lang), bar=bar, month=month)
    floor = np.floor((min(reach(samples, 0.1), bars.min()) - 0.005) * 20) / 20
    top = max(reach(samples, 0.9), float(bars.max())) + 0.02
    lead = _("Active members over the Dukcapil population, percent. The axis begins at {floor}.").format(
        floor=percent(floor, lang, 0)
    )
    if len(run.main) > len(names):
        lead += " " + _("Drawn: the first {count} scenarios; the others are in the table.").format(count=len(names))
    ends_told = "; ".join(
        f"{scenario_title(run.manifest, name, lang)}: {percent(end, lang)}"
        for name, end in zip(names, ends, strict=True)
    )

    columns = min(len(names), 2)
    rows = -(-len(names) // 2)
    height = 2.75 if rows == 1 else 1.75

    def paint(canvas: Canvas) -> None:
        for at, name in enumerate(names):
            left, width = panels(columns, 0.75, WIDTH - 1.15, 1.5)[at % 2]
            bottom = 1.0 + (rows - 1 - at // 2) * (height + _BETWEEN)
            axes = canvas.axes(left, bottom, width, height)
            positions = np.arange(len(run.months))
            fan(axes, positions, samples[at])
            axes.step(positions, bars, where="post", color=palette.WARNING, linewidth=1.8)
            axes.set_xlim(-0.3, len(positions) - 0.7)
            value_axis(axes, float(floor), float(top), lambda value: percent(value, lang, 0))
            months_beneath(axes, run.months, lang, width)
            end_label(axes, len(positions) - 1, ends[at], percent(ends[at], lang))
            close = abs(ends[at] - bars[-1]) < 0.13 * (top - floor)
            up = 0 if not close else -13 if ends[at] >= bars[-1] else 13
            end_label(axes, len(positions) - 1, bars[-1], _("bar {bar}").format(bar=bar), palette.WARNING, up)
            if len(names) > 1:
                panel_title(canvas, left, bottom + height + 0.12, scenario_title(run.manifest, name, lang), width + 0.9)
        fan_key(canvas, 0.75, 0.2, run.replicates(names[0]), lang)

    return Chart(
        "keaktifan",
        title,
        lead,
        _("Fan chart of the active share by month. At the end of the run: {ends}.").format(ends=ends_told),
        1.0 + rows * height + (rows - 1) * _BETWEEN + (0.25 if len(names) == 1 else 0.6),
        paint,
    )
