"""The chart of the blocks: which part of the model carries how much of the variance of the need and of capitation."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from districts.text import percent, translator
from reports import palette
from reports.canvas import TEXT, TICK, WIDTH, Canvas, Chart, wrap
from reports.fans import panel_title, panels
from reports.origins import NEARLY_ALL, block_words, bounded, share_told, short_share
from reports.run import Run
from scenarios.blocks import ASSUMED
from scenarios.shares import Share

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ROW, _ROW_NARROW = 0.3, 0.44  # inches per block
_LEFT, _LEFT_NARROW = 3.45, 2.1  # inches for the names of the blocks
_MOST = 1.5  # where an axis ends at the latest; longer intervals are cut there
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


def blocks_chart(run: Run, lang: str = "id") -> Chart | None:
    """One bar per block and figure, the heaviest for the need first, with its interval; None without shares."""
    shares = run.shares
    if shares is None or not (ranking := shares.ranking("need")):
        return None
    _ = translator(lang)
    rows, heaviest = [*ranking, ASSUMED], ranking[0]
    title = _("The need's uncertainty comes first of all from {block}: {share} of it")
    if shares.need[heaviest].value >= NEARLY_ALL:
        title = _("The need's uncertainty comes nearly all from {block}")
    title = title.format(block=block_words(heaviest, lang).name,
                         share=short_share(shares.need[heaviest].value, lang))  # fmt: skip
    lead = _("Share of the uncertainty that goes when a part of the model is held at its centre, {year}. Line: where "
             "the share lies in about 95 of 100 cases. Parts overlap, so that bars need not add up to 100%.").format(
                 year=shares.year)  # fmt: skip
    lead += " " + run.scenario_told(shares.scenario, lang)
    figures = ((_("need of the year"), shares.need), (_("capitation of the year"), shares.capitation))
    highs = [share.high for _name, found in figures for share in found.values() if math.isfinite(share.high)]
    top = min(max([1.0, *highs]), _MOST)
    height, height_narrow = (row * (len(rows) + 0.5) for row in (_ROW, _ROW_NARROW))
    places = [-at - (0.5 if block == ASSUMED else 0.0) for at, block in enumerate(rows)]

    def paint(canvas: Canvas) -> None:
        places_of = panels(2, _LEFT, WIDTH - 0.75, 0.75)
        tall, row = (height_narrow, _ROW_NARROW) if canvas.narrow else (height, _ROW)
        for at, (name, found) in enumerate(figures):
            (left, width), bottom = places_of[at], 0.5
            if canvas.narrow:
                left, width, bottom = _LEFT_NARROW, canvas.width - _LEFT_NARROW - 0.8, 0.5 + (1 - at) * (tall + 0.85)
            axes = canvas.axes(left, bottom, width, tall)
            axes.grid(visible=False)
            axes.grid(axis="x", color=palette.HAIRLINE, linewidth=0.9)
            for place, block in zip(places, rows, strict=True):
                _bar(axes, place, found[block], block == ASSUMED, top, lang)
                tip = f"{block_words(block, lang).name}\n{name}: {share_told(found[block], lang)}"
                canvas.tip(axes, 0, top, tip, place - 0.5, place + 0.5)
                if at == 0 or canvas.narrow:
                    label = block_words(block, lang).name
                    from_below = bottom + row * (place - places[-1] + 0.5)
                    canvas.text(left - 0.1, from_below, "\n".join(wrap(label, 20)) if canvas.narrow else label,
                                fontsize=TEXT, color=palette.INK, ha="right", va="center")  # fmt: skip
            axes.set_ylim(places[-1] - 0.5, 0.5)
            axes.set_yticks([])
            axes.set_xlim(0, top)
            ticks = _TICKS[::2] if canvas.narrow else _TICKS
            axes.set_xticks(ticks, [percent(tick, lang, 0) for tick in ticks])
            panel_title(canvas, left, bottom + tall + 0.12, name, width)

    told = "; ".join(
        f"{block_words(block, lang).name}: {share_told(shares.need[block], lang)}, "
        f"{share_told(shares.capitation[block], lang)}"
        for block in rows
    )
    description = _(
        "Bars: share of the uncertainty of the need and of capitation by part of the model. {told}."
    ).format(told=told)
    return Chart("ketidakpastian", title, lead, description, height + 1.0, paint, 2 * height_narrow + 1.85)


def _bar(axes: Axes, place: float, share: Share, hatched: bool, top: float, lang: str) -> None:
    """One bar with its interval and its figure; what is assumed as a whole is hatched, since it is no block."""
    end = 0.0
    if math.isfinite(share.value):
        fill, hatch = (palette.PAPER, "////") if hatched else (palette.FAN_5, "")
        axes.barh(place, bounded(share.value), height=0.62, color=fill, hatch=hatch, edgecolor=palette.ACCENT,
                  linewidth=0.8)  # fmt: skip
        end = min(max(bounded(share.value), share.high), top)
        axes.plot([share.low, end], [place, place], color=palette.INK, linewidth=1.6, solid_capstyle="butt")
    axes.annotate(
        short_share(share.value, lang),
        (end, place),
        xytext=(5, 0),
        textcoords="offset points",
        va="center",
        fontsize=TICK,
        color=palette.INK,
        annotation_clip=False,
    )
