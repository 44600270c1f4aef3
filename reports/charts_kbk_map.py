"""The map of KBK: the paid share of every facility and month in digits, before the run too, and the rupiah lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from districts.text import month_name, number, rupiah_short, translator
from reports import palette
from reports.canvas import TICK, Canvas, Chart, wrap
from reports.numbers import BoolArray, FloatArray, IntArray, exempt, middle, most_frequent, spread
from reports.run import Run
from reports.wording import chance_told

if TYPE_CHECKING:
    from matplotlib.axes import Axes

UNSURE = 0.6  # a best guess under 6 of 10 gets a folded corner
_PAST = 4  # months before the run that are shown at most
_ROW, _NAME, _CELLS = 0.235, 0.25, 0.3  # inches: of a row; on a phone of a name and of the cells beneath it
_LEFT, _RIGHT = 2.5, 1.15  # inches for the names, at most, and for the rupiah
_LONGEST, _LETTER = 30, 0.0755  # letters of a name at most, and inches of one on average
_KEY = 0.6


@dataclass(frozen=True)
class Map:
    """What the map shows: ``months`` (C,), of which the first ``past`` are data; by month and facility the paid
    ``shares`` in percent (NaN: not known) and the share of replicates that have this value (``chances``); by facility
    rupiah ``lost`` in the answer's year (middle), whether it is exempt (``skip``), and the ``order`` of the rows."""

    months: tuple[str, ...]
    past: int
    shares: FloatArray
    chances: FloatArray
    lost: FloatArray
    total: float
    skip: BoolArray
    order: IntArray
    sample: FloatArray


def kbk_map(run: Run) -> Map:
    """The figures of the map in the scenario of the answer: the most frequent share over the replicates; before the run
    the shares of the last months of data, from the January of their last year on."""
    store, year = run.store, run.year.months
    sample = store.series(run.told, "share_permille", "facility") / 10
    shares, chances = most_frequent(sample)
    keys = ("capitation_full", "capitation_paid")
    full, paid = (store.series(run.told, key, "facility")[:, year] for key in keys)
    lost = (full - paid).sum(axis=1)
    skip = exempt(store)
    middles = spread(lost).middle
    order = np.lexsort((np.arange(len(middles)), -np.where(skip, -1.0, middles)))
    seen = np.stack([run.past.share(name) for name in run.facilities], axis=1)
    before = run.past.last(_PAST, *seen.T)
    months = run.past.months[before]
    since = sum(month < f"{months[-1][:4]}-01" for month in months) if months else 0
    known = seen[before][since:]
    return Map(
        (*months[since:], *run.months),
        len(known),
        np.concatenate([known, shares]),
        np.concatenate([np.ones_like(known), chances]),
        middles,
        middle(lost.sum(axis=1)),
        skip,
        order,
        sample,
    )


def share_map(run: Run, lang: str = "id") -> Chart:
    """Paid share of capitation by facility and month, in digits; rows sorted by the rupiah lost in the answer's
    year. A phone shows the months of that year, the cells beneath the name."""
    _ = translator(lang)
    drawn = kbk_map(run)
    title = _title(run, drawn, lang)
    lead = _(
        "Share of capitation paid, percent, written in every cell; the darker, the larger the cut. Rows are sorted by "
        "rupiah lost in {year}."
    ).format(year=run.period(lang))
    lead += " " + run.scenario_told(run.told, lang)
    lead += " " + _("Rupiah are middles; their sum is formed replicate by replicate and differs a little.")
    if not np.isfinite(drawn.shares[:, ~drawn.skip]).all():
        lead += " " + _("A point: no data of that month.")

    def paint(canvas: Canvas) -> None:
        (_paint_narrow if canvas.narrow else _paint)(canvas, run, drawn, lang)

    rows = len(drawn.order)
    told = "; ".join(f"{run.short_names[at]} {_lost(drawn, int(at), lang)}" for at in drawn.order)
    description = _("{title}. Rows, IDR million lost in {year}: {rows}.").format(
        title=title, year=run.period(lang), rows=told
    )
    return Chart("kbk-peta", title, lead, description, (rows + 1) * _ROW + 1.3, paint,
                 rows * (_NAME + _CELLS) + 0.6 + 1.55)  # fmt: skip


def _title(run: Run, drawn: Map, lang: str) -> str:
    _ = translator(lang)
    if drawn.total <= 0:
        return _("No facility loses capitation to its KBK score")
    most = [int(at) for at in drawn.order if not drawn.skip[at]][:3]
    keys = ("capitation_full", "capitation_paid")
    full, paid = (run.store.series(run.told, key, "facility")[:, run.year.months] for key in keys)
    part = middle((full - paid)[:, :, most].sum(axis=(1, 2)))
    return _("{names} lose {part} of the {total} that KBK scores cost in {year}").format(
        names=", ".join(run.short_names[at] for at in most), part=rupiah_short(part, lang),
        total=rupiah_short(drawn.total, lang), year=run.period(lang),
    )  # fmt: skip


def _lost(drawn: Map, place: int, lang: str) -> str:
    return translator(lang)("exempt") if drawn.skip[place] else number(float(drawn.lost[place]) / 1e6, lang, 1)


def _bare(axes: Axes, columns: int, tall: float) -> None:
    """Axes for cells: ``columns`` wide, counted from the top to ``tall``, without lines and ticks."""
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)
    axes.set_xlim(0, columns)
    axes.set_ylim(tall, 0)
    axes.set_yticks([])
    axes.set_xticks([])


def _cell(axes: Axes, left: float, top: float, tall: float, share: float, sure: float, size: float) -> None:
    """One cell with its digits; a folded corner where the share is not sure, a point where it is not known."""
    from matplotlib.patches import Polygon, Rectangle

    if not np.isfinite(share):
        axes.text(left + 0.5, top + 0.5 * tall, "·", ha="center", va="center", fontsize=size, color=palette.SOFT)
        return
    percent = round(share)
    ground, ink = palette.kbk_colours(percent)
    axes.add_patch(Rectangle((left, top), 1, tall, facecolor=ground, edgecolor=palette.PAPER, linewidth=0.8))
    axes.text(left + 0.46, top + 0.53 * tall, str(percent), ha="center", va="center", fontsize=size, color=ink)
    if sure < UNSURE:
        fold = [(left + 0.72, top), (left + 1, top), (left + 1, top + 0.34 * tall)]
        axes.add_patch(Polygon(fold, facecolor=ink, linewidth=0))


def _hatched(axes: Axes, left: float, top: float, wide: float, tall: float) -> None:
    from matplotlib.patches import Rectangle

    axes.add_patch(Rectangle((left, top), wide, tall, facecolor=palette.PAPER, edgecolor=palette.RULE, hatch="////",
                             linewidth=0))  # fmt: skip


def _paint(canvas: Canvas, run: Run, drawn: Map, lang: str) -> None:
    _ = translator(lang)
    rows, months = len(drawn.order), len(drawn.months)
    names = [_short(run.short_names[place], _LONGEST) for place in drawn.order]
    left = min(_LEFT, max(1.2, 0.4 + _LETTER * max(map(len, names))))  # short names leave the cells more room
    axes = canvas.axes(left, _KEY, canvas.width - left - _RIGHT, (rows + 1) * _ROW)
    _bare(axes, months, rows + 1)
    wide = 72 * (canvas.width - left - _RIGHT) / months  # points of a cell
    digits = min(8.8, 0.5 * wide)
    margin = (-72 * (left - 0.25), 0)
    beside: dict[str, Any] = {"textcoords": "offset points", "va": "center", "fontsize": 9, "color": palette.INK,
              "annotation_clip": False}  # fmt: skip
    for row, place in enumerate(drawn.order):
        axes.annotate(names[row], (0, row + 0.5), xytext=margin, **beside)
        axes.annotate(_lost(drawn, place, lang), (months, row + 0.5), xytext=(62, 0), ha="right", **beside)
        if drawn.skip[place]:
            _hatched(axes, 0, row, months, 1)
        for month in range(months):
            if not drawn.skip[place]:
                _cell(axes, month, row, 1, drawn.shares[month, place], drawn.chances[month, place], digits)
            canvas.tip(axes, month, month + 1, _tip(run, drawn, month, int(place), lang), row, row + 1)
    bold = beside | {"fontweight": "bold"}
    scored = _("All {count} scored facilities").format(count=int((~drawn.skip).sum()))
    axes.annotate(scored, (0, rows + 0.5), xytext=margin, **bold)
    axes.annotate(number(drawn.total / 1e6, lang, 1), (months, rows + 0.5), xytext=(62, 0), ha="right", **bold)
    _month_names(axes, drawn, min(8.8, 0.48 * wide), lang)
    head = "\n".join(wrap(_("Lost {year}, IDR million").format(year=run.period(lang)), 14))
    axes.annotate(head, (months, 0), xytext=(62, 5), textcoords="offset points", fontsize=8.5, color=palette.SOFT,
                  ha="right", annotation_clip=False)  # fmt: skip
    if drawn.past:
        axes.plot([drawn.past] * 2, [-1.9, rows], color=palette.INK, linewidth=1.6, clip_on=False, zorder=6)
    _key(canvas, lang)


def _month_names(axes: Axes, drawn: Map, size: float, lang: str) -> None:
    """Short names above the columns, the year where it begins, and on which side of the rule the data are."""
    _ = translator(lang)
    step = 1 if len(drawn.months) <= 32 else 2
    style: dict[str, Any] = {"textcoords": "offset points", "annotation_clip": False}
    for place in range(0, len(drawn.months), step):
        name = month_name(drawn.months[place], lang, short=True).split(" ")[0]
        axes.annotate(name, (place + 0.5, 0), xytext=(0, 4), ha="center", fontsize=size,
                      color=palette.SOFT, **style)  # fmt: skip
    starts = [place for place, month in enumerate(drawn.months) if place in (0, drawn.past) or month.endswith("-01")]
    for place in starts:
        # a January that the rule follows closely leaves no room for two words
        if any(0 < other - place < 3 for other in (*starts, len(drawn.months))) and place:
            continue
        side = ""
        if drawn.past and place in (0, drawn.past):
            side = f" ({_('data')})" if place == 0 else f" ({_('forecast')})"
        axes.annotate(f"{drawn.months[place][:4]}{side}", (place, 0), xytext=(3, 18), fontsize=9.5, fontweight="bold",
                      color=palette.INK, **style)  # fmt: skip


def _paint_narrow(canvas: Canvas, run: Run, drawn: Map, lang: str) -> None:
    """The months of the answer's year, twelve to a row; above each row the name and the rupiah lost."""
    _ = translator(lang)
    columns = [drawn.past + int(at) for at in run.year.months]
    pitch, rows = _NAME + _CELLS, len(drawn.order)
    tall = (rows * pitch + 0.2) / pitch
    axes = canvas.axes(0.05, 1.5, canvas.width - 0.1, tall * pitch)
    _bare(axes, 12, tall)
    top_of = 0.2 / pitch
    for row, place in enumerate(drawn.order):
        top = top_of + row + _NAME / pitch
        words: dict[str, Any] = {"va": "center", "fontsize": 12, "color": palette.INK}
        axes.text(0.05, top - 0.5 * _NAME / pitch, _short(run.short_names[place], _LONGEST), **words)
        axes.text(11.95, top - 0.5 * _NAME / pitch, _lost(drawn, place, lang), ha="right", **words)
        if drawn.skip[place]:
            _hatched(axes, 0, top, len(columns), _CELLS / pitch)
        for at, column in enumerate(columns):
            if not drawn.skip[place]:
                _cell(axes, at, top, _CELLS / pitch, drawn.shares[column, place], drawn.chances[column, place], 12)
            canvas.tip(axes, at, at + 1, _tip(run, drawn, column, int(place), lang), top, top + _CELLS / pitch)
    above = 1.5 + rows * pitch + 0.2
    for at, column in enumerate(columns):
        name = month_name(drawn.months[column], lang, short=True).split(" ")[0]
        axes.text(at + 0.5, 0.1 / pitch, name, ha="center", va="center", fontsize=12, color=palette.SOFT)
    canvas.text(0.07, above + 0.12, run.period(lang), fontweight="bold", color=palette.INK, fontsize=12)
    canvas.text(canvas.width - 0.07, above + 0.12, _("lost, IDR million"), ha="right", fontsize=12)
    _key(canvas, lang)


def _tip(run: Run, drawn: Map, month: int, place: int, lang: str) -> str:
    """A cell in words: whose, when, the share, how sure; or that it is data, or exempt."""
    _ = translator(lang)
    head = f"{run.short_names[place]}, {month_name(drawn.months[month], lang)}\n"
    if drawn.skip[place]:
        return head + _("exempt")
    share = drawn.shares[month, place]
    if not np.isfinite(share):
        return head + _("not known")
    paid = _("{percent}% of capitation paid").format(percent=round(share))
    if month < drawn.past:
        return head + f"{paid} ({_('data')})"
    hits = drawn.sample[:, month - drawn.past, place] == share
    return head + f"{paid} ({chance_told(hits, lang)})"


def _key(canvas: Canvas, lang: str) -> None:
    """What the grounds, the folded corner and the hatching mean; in one row, on a phone in two columns."""
    from matplotlib.patches import Rectangle

    _ = translator(lang)
    words: dict[int | str, str] = {100: _("full"), 95: _("cut by 5%"), 90: _("cut by 10%"), 85: _("cut by 15%"),
                                   "unsure": _("uncertain (under 6 of 10)"), "exempt": _("exempt")}  # fmt: skip
    left = 0.3
    for at, (kind, text) in enumerate(words.items()):
        up = 0.17
        if canvas.narrow:
            left, up = (0.07 if at < 3 else 1.88), 0.95 - 0.38 * (at % 3)
        box = canvas.axes(left, up, 0.4 if canvas.narrow else 0.33, 0.27 if canvas.narrow else 0.22)
        _bare(box, 1, 1)
        if kind == "exempt":
            _hatched(box, 0, 0, 1, 1)
        else:
            _cell(box, 0, 0, 1, kind if isinstance(kind, int) else 95, 0.0 if kind == "unsure" else 1.0,
                  canvas.size(8.5))  # fmt: skip
        box.add_patch(Rectangle((0, 0), 1, 1, fill=False, edgecolor=palette.RULE))
        wide = 0.48 if canvas.narrow else 0.4
        told = "\n".join(wrap(text, 22)) if canvas.narrow else text
        left += wide + canvas.text(left + wide, up + 0.12, told, fontsize=TICK - 1, va="center") + 0.2


def _short(name: str, most: int) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"
