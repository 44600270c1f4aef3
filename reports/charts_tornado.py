"""The tornado: where a figure lies on average when a parameter is low and when it is high, the widest bar first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from districts.text import translator
from reports import palette
from reports.canvas import TEXT, TICK, WIDTH, Canvas, Chart, wrap
from reports.origins import short_share
from reports.parameters import parameter_label
from reports.sensitivity import amount, figure_words, headline, plain, range_told, shown, unit_words
from scenarios.sensitivity.analysis import Finding, Influence

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ROW = 0.46  # inches per parameter
_LEFT, _RIGHT = 3.3, 1.0  # inches for the names, and for the shares
_ROWS = 10
_BAR = 0.56


def tornado_chart(finding: Finding, year: int, about: str, lang: str = "id") -> Chart | None:
    """A bar for each parameter worth a line, at most ten; None where there is none. ``about`` names district and
    scenario in the line beneath the title."""
    bars = shown(finding)[:_ROWS]
    if not bars:
        return None
    _ = translator(lang)
    bars.sort(key=lambda one: -abs(one.at_high - one.at_low))
    what, unit = figure_words(finding.figure, year, lang), unit_words(finding, lang)
    lead = _("{about}. Mean {what} ({unit}) when a parameter lies about its 10% point (light) and its 90% point "
             "(dark), all else as uncertain as before; its two values stand at the ends. Right: share of the "
             "uncertainty that is expected to go once it is known.").format(
                 about=about, what=what, unit=unit)  # fmt: skip
    height = _ROW * len(bars)

    def paint(canvas: Canvas) -> None:
        axes = canvas.axes(_LEFT, 0.55, WIDTH - _LEFT - _RIGHT, height)
        axes.grid(visible=False)
        axes.grid(axis="x", color=palette.HAIRLINE, linewidth=0.9)
        ends = [value for one in bars for value in (one.at_low, one.at_high)]
        room = 0.22 * (max(ends) - min(ends))
        limits = (min(ends) - room, max(ends) + room)
        for at, one in enumerate(bars):
            _bar(axes, -at, one, finding.mean, lang)
            middle = 0.55 + _ROW * (len(bars) - at - 0.5)
            name = "\n".join(wrap(parameter_label(one.name, lang), 36))
            canvas.text(_LEFT - 0.15, middle, name, fontsize=TICK, color=palette.INK, ha="right", va="center")
            share = short_share(one.share, lang)
            ends_told = f"{amount(finding.figure, one.at_low, lang)} – {amount(finding.figure, one.at_high, lang)}"
            canvas.tip(axes, *limits, f"{parameter_label(one.name, lang)}\n{ends_told}; {share}", -at - 0.5, -at + 0.5)
            canvas.text(WIDTH - 0.25, middle, share, fontsize=TEXT, color=palette.INK, ha="right", va="center")
        axes.axvline(finding.mean, color=palette.INK, linewidth=1.2)
        axes.set_ylim(-len(bars) + 0.5, 0.5)
        axes.set_yticks([])
        axes.set_xlim(*limits)
        axes.xaxis.set_major_locator(_ticks())
        axes.xaxis.set_major_formatter(lambda value, _place: plain(finding, value, lang))
        canvas.text(_LEFT, 0.08, f"{what}, {unit}", fontsize=TICK)

    told = "; ".join(
        f"{parameter_label(one.name, lang)}: {amount(finding.figure, one.at_low, lang)} – "
        f"{amount(finding.figure, one.at_high, lang)}, {short_share(one.share, lang)}"
        for one in bars
    )
    description = _("Bars: the {what} when a parameter is low and when it is high, and its share of the uncertainty. "
                    "{told}.").format(what=what, told=told)  # fmt: skip
    return Chart(f"tornado-{finding.figure}", headline(finding, year, lang), lead, description, height + 0.75, paint)


def _bar(axes: Axes, place: float, one: Influence, mean: float, lang: str) -> None:
    """The two halves of one bar, the longer one first, with the parameter's values at their ends; both values stand at
    the far end where low and high lie on the same side."""
    low, high = range_told(one, lang)
    halves = [(one.at_low, palette.FAN_8, low), (one.at_high, palette.FAN_EDGE, high)]
    halves.sort(key=lambda half: -abs(half[0] - mean))
    same_side = (one.at_low - mean) * (one.at_high - mean) > 0
    for at, (end, fill, text) in enumerate(halves):
        axes.barh(place, end - mean, height=_BAR, left=mean, color=fill, edgecolor=palette.ACCENT, linewidth=0.7)
        if same_side:
            text = "" if at else f"{low} … {high}"
        right = end > mean
        axes.annotate(text, (end, place), xytext=(4 if right else -4, 0), textcoords="offset points", va="center",
                      ha="left" if right else "right", fontsize=TICK - 1, color=palette.SOFT,
                      annotation_clip=False)  # fmt: skip


def _ticks():  # type: ignore[no-untyped-def]
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(5)
