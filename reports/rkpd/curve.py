"""The curve of a proposal: what chance an amount has to last to December."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from districts.text import number, rupiah_short, translator
from reports import palette
from reports.canvas import TICK, Canvas, Chart
from reports.fans import decimals_for, round_step
from reports.rkpd.wording import tenths
from scenarios.rkpd.proposal import Point, Proposal

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LEFT, _BOTTOM, _HEIGHT = 1.35, 0.58, 1.5  # inches of the axes
_TALL = 2.2  # inches of the axes on a phone
_TENTHS = (0.0, 0.5, 0.8, 1.0)


@dataclass(frozen=True)
class NamedAmount:
    """A point that is named on the curve: rupiah, the chance that they are enough, and what the amount is."""

    amount: int
    chance: float
    name: str
    colour: str = palette.INK


def curve_chart(proposal: Proposal, lang: str = "id") -> Chart | None:
    """The curve of a proposal, with marks at the central estimate, the proposal and the line that is written. None
    without points."""
    if not proposal.curve:
        return None
    _ = translator(lang)
    marks = [NamedAmount(proposal.amount, _chance(proposal), _("proposal"), palette.ACCENT)]
    if proposal.amount != proposal.need.median:
        marks.append(NamedAmount(proposal.need.median, 0.5, _("central estimate")))
    return amount_curve(proposal.curve, marks, proposal.line, lang)


def amount_curve(curve: Sequence[Point], marks: Sequence[NamedAmount], line: int | None, lang: str = "id") -> Chart:
    """Amount (IDR billion, or million) against the chance that it is enough, with the bounds that the replicates allow,
    the ``marks``, and the ``line`` that is written (rupiah) where there is one."""
    _ = translator(lang)
    title = _("What an amount is worth: the chance that it lasts to December")
    lead = _("Band: how far the curve could move if it were computed anew (19 in 20).")
    unit = 1e9 if marks[0].amount >= 1e9 else 1e6
    axis = _("Amount, IDR billion") if unit == 1e9 else _("Amount, IDR million")
    points = sorted(curve, key=lambda point: point.amount)

    def paint(canvas: Canvas) -> None:
        left, right, height = (1.25, 0.1, _TALL) if canvas.narrow else (_LEFT, 0.6, _HEIGHT)
        axes = canvas.axes(left, _BOTTOM, canvas.width - left - right, height)
        amounts = [point.amount / unit for point in points]
        chances = [point.chance for point in points]
        bounds = [(point.chance, point.low / unit, point.high / unit) for point in points
                  if point.low is not None and point.high is not None]  # fmt: skip
        if bounds:
            sure, low, high = zip(*bounds, strict=True)
            axes.fill_betweenx(sure, low, high, color=palette.FAN_8, linewidth=0)
        axes.plot(amounts, chances, color=palette.ACCENT, linewidth=2.2)
        lowest, highest = (amount / unit for amount in _reach(points, marks, line))
        joint = "\n" if canvas.narrow else " "
        for mark in marks:
            axes.plot([mark.amount / unit], [mark.chance], "o", color=mark.colour, markersize=7)
            words = f"{mark.name}{joint}{rupiah_short(mark.amount, lang)}"
            _label(axes, words, mark.amount / unit, mark.chance, mark.colour, (lowest + highest) / 2)
        axes.set_ylim(0.0, 1.02)
        axes.set_yticks(_TENTHS, [tenths(chance, lang) for chance in _TENTHS])
        if line is not None:
            axes.axvline(line / unit, color=palette.WARNING, linewidth=1.4)
            words = _("line as written {line}").format(line=rupiah_short(line, lang))
            _label(axes, words, line / unit, 0.2, palette.WARNING, (lowest + highest) / 2)
        step = round_step((highest - lowest) / (4 if canvas.narrow else 8))
        axes.set_xlim(lowest, highest)
        ticks = [step * at for at in range(int(lowest / step) + 1, int(highest / step) + 1)]
        axes.set_xticks(ticks, [number(tick, lang, decimals_for(step)) for tick in ticks])
        canvas.text(left, 0.1, axis, fontsize=TICK)
        edges = [lowest, *((before + after) / 2 for before, after in pairwise(amounts)), highest]
        for point, (start, end) in zip(points, pairwise(edges), strict=True):
            canvas.tip(axes, start, end, f"{rupiah_short(point.amount, lang)}\n{tenths(point.chance, lang)}")

    told = "; ".join(f"{rupiah_short(point.amount, lang)}: {tenths(point.chance, lang)}" for point in points)
    return Chart("kurva", title, lead, f"{title}. {told}.", _BOTTOM + _HEIGHT + 0.1, paint, _BOTTOM + _TALL + 0.1)


def _label(axes: Axes, words: str, amount: float, chance: float, colour: str, middle: float) -> None:
    """Words beside a point of the rising curve: below to the right, or above to the left in the right half."""
    side: dict[str, Any] = {"xytext": (8, -4), "ha": "left", "va": "top"}
    if amount > middle:
        side = {"xytext": (-8, 4), "ha": "right", "va": "bottom"}
    axes.annotate(words, (amount, chance), textcoords="offset points", fontsize=TICK + 1, fontweight="bold",
                  color=colour, **side)  # fmt: skip


def _chance(proposal: Proposal) -> float:
    return 0.5 if proposal.certainty is None else proposal.certainty


def _reach(points: Sequence[Point], marks: Sequence[NamedAmount], line: int | None) -> tuple[float, float]:
    """The ends of the axis in rupiah: all points, their bounds and the line, with some room."""
    amounts = [mark.amount for mark in marks]
    for point in points:
        amounts += [amount for amount in (point.amount, point.low, point.high) if amount is not None]
    if line is not None:
        amounts.append(line)
    low, high = min(amounts), max(amounts)
    room = max(0.06 * (high - low), 0.01 * high)
    return low - room, high + 2 * room
