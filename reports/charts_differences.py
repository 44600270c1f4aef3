"""Scenarios compared as paired differences: dot, band, number and interval by row; zero is a dark rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from districts.text import month_name, number, rupiah_short, translator
from reports import palette
from reports.canvas import TEXT, TICK, Canvas, Chart, wrap
from reports.comparison_words import signed
from reports.fans import round_step
from reports.run import Run
from reports.wording import chance_words, ranged, scenario_title
from scenarios.comparison.differences import Difference, paired
from scenarios.need import held_status

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ROW, _HEAD = 0.56, 0.95  # inches
_NAMES, _STRIP, _FIGURE, _GAP = 2.95, 1.35, 1.3, 0.12


@dataclass(frozen=True)
class Column:
    """One compared figure: its name and unit, the scale from the store's unit, decimals, and the differences by
    scenario."""

    name: str
    unit: str
    scale: float
    decimals: int
    rows: dict[str, Difference]

    def figure(self, scenario: str, lang: str) -> str:
        """The middle of a scenario's difference, signed; 0 where no replicate differs."""
        if self.rows[scenario].equal:
            return "0"
        return _signed(self.rows[scenario].median * self.scale, self.decimals, lang)

    def interval(self, scenario: str, lang: str) -> str:
        """The range of 8 in 10, "" where the replicates are too few for one; or that no replicate differs."""
        row = self.rows[scenario]
        if row.equal:
            return translator(lang)("(no difference)")
        if not ranged(row.replicates):
            return ""
        low, high = (_signed(edge * self.scale, self.decimals, lang) for edge in (row.low, row.high))
        return f"({low} … {high})"


def _signed(value: float, decimals: int, lang: str) -> str:
    text = number(value, lang, decimals)
    return f"+{text}" if round(value, decimals) > 0 else text


def compared(run: Run, lang: str = "id") -> list[Column]:
    """What the rows show: the bill of the answer's year, and the active share at its end, scenario less reference."""
    _ = translator(lang)
    last = run.months[run.year.months[-1]]
    others = [name for name in run.main if name != run.reference]
    found = {name: {row.indicator: row for row in paired(run.store, name, run.reference, "year",
                                                         ("bill_jkn", "active_share"))
                    if row.period in (str(run.year.year), last)} for name in others}  # fmt: skip
    bills = {name: rows["bill_jkn"] for name, rows in found.items()}
    most = max((abs(edge) for row in bills.values() for edge in (row.low, row.median, row.high)), default=0.0)
    scale, unit = (1e-9, _("IDR billion")) if most >= 1e8 else (1e-6, _("IDR million"))
    return [
        Column(_("Bill of {year}").format(year=run.period(lang)), unit, scale, 2, bills),
        Column(_("Active share, {month}").format(month=month_name(last, lang, short=True)), _("percentage points"),
               100.0, 1, {name: rows["active_share"] for name, rows in found.items()}),
    ]  # fmt: skip


def differences_chart(run: Run, lang: str = "id") -> Chart | None:
    """A row per scenario against the reference under the same luck; None for a run of one scenario."""
    names = [name for name in run.main if name != run.reference]
    if not names:
        return None
    _ = translator(lang)
    columns = compared(run, lang)
    reference = scenario_title(run.manifest, run.reference, lang)
    paid = [name for name in names if not run.unfunded(name)]
    best = max(paid or names, key=lambda name: columns[1].rows[name].median)
    gain = columns[1].rows[best].median
    title = _("No scenario raises the active share above that of “{reference}”").format(reference=reference)
    if gain > 0:
        title = _("“{name}” raises the active share most: {points} points for {money}").format(
            name=scenario_title(run.manifest, best, lang), points=columns[1].figure(best, lang),
            money=signed(columns[0].rows[best].median, lang, money=True),
        )  # fmt: skip
        if best not in paid:
            title += _(", but {money} of its bills has no money").format(money=rupiah_short(run.unfunded(best), lang))
    elif len(paid) < len(names):
        title = _("No scenario whose bills are all paid raises the active share above that of “{reference}”").format(
            reference=reference
        )
    lead = _("Each scenario less “{reference}” under exactly the same luck, so that the difference is the policy's "
             "alone. Dot: middle.").format(reference=reference)  # fmt: skip
    if ranged(min(row.replicates for row in columns[0].rows.values())):
        lead += " " + _("Band and brackets: 8 in 10.")
    if any(name in run.binding for name in names):
        lead += " " + _("Under a ceiling a lower bill is money that is not there, not money saved.")
    titles = {name: scenario_title(run.manifest, name, lang) for name in run.main}
    held = {name: chance_words(held_status(run.store, name)[run.year.year], lang) for name in run.main}
    told = "; ".join(f"{titles[name]}: {_row_told(columns, name, lang)}, {_('UHC status held')}: {held[name]}"
                     for name in names)  # fmt: skip
    lines = {name: len(wrap(titles[name], 42)) for name in names}

    def paint(canvas: Canvas) -> None:
        if canvas.narrow:
            _paint_narrow(canvas, run, names, columns, titles, held, lang)
        else:
            _paint(canvas, run, names, columns, titles, held, lang)

    narrow = 0.3 + sum(1.55 + 0.19 * lines[name] for name in names)
    description = _("Differences from “{reference}”: {rows}.").format(reference=reference, rows=told)
    return Chart("perbandingan", title, lead, description, _HEAD + _ROW * (len(names) + 1) + 0.15, paint, narrow)


def _row_told(columns: list[Column], name: str, lang: str) -> str:
    return ", ".join(f"{column.name} {column.figure(name, lang)} {column.interval(name, lang)} {column.unit}"
                     for column in columns)  # fmt: skip


def _limits(column: Column) -> tuple[float, float, float]:
    """(left, right, step) of a strip's axis: zero and every interval within, round steps."""
    edges = [edge * column.scale for row in column.rows.values() for edge in (row.low, row.median, row.high)]
    low, high = min(0.0, *edges), max(0.0, *edges)
    room = 0.12 * (high - low) or 1.0
    return low - room, high + room, round_step((high - low + 2 * room) / 3)


def _strip(axes: Axes, column: Column, rows: list[tuple[float, str]], tall: float, figures: bool, lang: str) -> None:
    """The dots and bands of one figure at heights ``rows``; zero a dark rule, round values pale ones."""
    low, high, step = _limits(column)
    axes.grid(visible=False)
    axes.patch.set_visible(False)
    axes.spines["bottom"].set_visible(False)
    axes.set_xlim(low, high)
    ticks = list(np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step)
    axes.set_yticks([])
    labels = [_signed(tick, 0 if step >= 1 else 1 if step >= 0.1 else 2, lang) for tick in ticks]
    axes.set_xticks(ticks, labels if figures else [""] * len(ticks))
    axes.tick_params(axis="x", labeltop=True, labelbottom=False, pad=1)
    for height, name in rows:
        for tick in ticks:
            zero = abs(tick) < 1e-12
            axes.vlines(tick, height - tall, height + tall, color=palette.INK if zero else palette.RULE,
                        linewidth=1.6 if zero else 0.9, zorder=1)  # fmt: skip
        row = column.rows[name]
        left, middle, right = (edge * column.scale for edge in (row.low, row.median, row.high))
        if ranged(row.replicates):
            axes.barh(height, right - left, left=left, height=0.62 * tall, color=palette.FAN_5,
                      edgecolor=palette.FAN_EDGE, linewidth=0.8, zorder=2)  # fmt: skip
        axes.plot([middle], [height], "o", color=palette.ACCENT, markersize=6.5, zorder=3, clip_on=False)


def _paint(
    canvas: Canvas, run: Run, names: list[str], columns: list[Column], titles: dict[str, str], held: dict[str, str],
    lang: str,
) -> None:  # fmt: skip
    _ = translator(lang)
    rows, whole = [run.reference, *names], _ROW * (len(names) + 1)
    top = whole + 0.1
    line = canvas.axes(0.25, 0.1, canvas.width - 0.5, whole)
    line.set_axis_off()
    line.set_xlim(0, 1)
    line.set_ylim(len(rows), 0)
    line.axhline(0, color=palette.INK, linewidth=1.4, clip_on=False)
    for row, name in enumerate(rows):
        line.axhline(row + 1, color=palette.HAIRLINE, linewidth=0.9, clip_on=False)
        words = wrap(titles[name], 34)
        if len(words) > 2:
            words = [words[0], f"{words[1][:32]}…"]
        middle = top - _ROW * (row + 0.5)
        if name == run.reference:
            canvas.text(0.25, middle + 0.05, words[0], color=palette.INK, fontweight="bold", va="center", fontsize=TICK)
            canvas.text(0.25, middle - 0.13, _("reference"), va="center", fontsize=TICK - 0.5)
        else:
            canvas.text(0.25, middle, "\n".join(words), color=palette.INK, fontweight="bold", va="center",
                        fontsize=TICK)  # fmt: skip
        canvas.text(canvas.width - 0.25, middle, "\n".join(wrap(held[name], 12)), color=palette.INK, va="center",
                    ha="right", fontsize=TICK)  # fmt: skip
    left = 0.25 + _NAMES
    for column in columns:
        canvas.text(left, top + 0.62, column.name, color=palette.INK, fontweight="bold", fontsize=TICK)
        canvas.text(left, top + 0.44, column.unit, fontsize=TICK - 0.5)
        axes = canvas.axes(left, 0.1, _STRIP, whole)
        axes.set_ylim(len(rows), 0)
        _strip(axes, column, [(row + 1.5, name) for row, name in enumerate(names)], 0.28, True, lang)
        for row, name in enumerate(rows):
            middle, at = top - _ROW * (row + 0.5), left + _STRIP + _GAP
            if name == run.reference:
                canvas.text(at, middle, "–", va="center", fontsize=TICK)
                continue
            interval = column.interval(name, lang)
            canvas.text(at, middle + (0.09 if interval else 0), column.figure(name, lang), color=palette.INK,
                        fontweight="bold", va="center", fontsize=TEXT)  # fmt: skip
            canvas.text(at, middle - 0.1, interval, va="center", fontsize=TICK - 1)
            tip = f"{titles[name]}\n{column.name}: {column.figure(name, lang)} {interval} {column.unit}"
            canvas.tip(axes, *axes.get_xlim(), tip, row, row + 1)
        left += _STRIP + _GAP + _FIGURE + 0.1
    head = "\n".join(wrap(_("UHC status held {year}").format(year=run.period(lang)), 15))
    canvas.text(canvas.width - 0.25, top + 0.44, head, color=palette.INK, fontweight="bold", ha="right", fontsize=TICK)


def _paint_narrow(
    canvas: Canvas, run: Run, names: list[str], columns: list[Column], titles: dict[str, str], held: dict[str, str],
    lang: str,
) -> None:  # fmt: skip
    """One block per scenario: its name, then each figure with its strip beneath, then the status."""
    _ = translator(lang)
    right, at = canvas.width - 0.08, canvas.height - 0.1
    for name in names:
        for line in wrap(titles[name], 42):
            at -= 0.19
            canvas.text(0.08, at, line, color=palette.INK, fontweight="bold", fontsize=12)
        for column in columns:
            at -= 0.25
            canvas.text(0.08, at, f"{column.name}, {column.unit}", fontsize=12)
            at -= 0.2
            figure = f"{column.figure(name, lang)} {column.interval(name, lang)}".strip()
            canvas.text(right, at, figure, color=palette.INK, ha="right", fontsize=12)
            axes = canvas.axes(0.08, at - 0.06, 1.9, 0.24)
            axes.set_ylim(1, -1)
            _strip(axes, column, [(0.0, name)], 0.9, False, lang)
            canvas.tip(axes, *axes.get_xlim(), f"{titles[name]}\n{column.name}: {figure} {column.unit}")
        at -= 0.25
        canvas.text(0.08, at, _("UHC status held {year}").format(year=run.year.year), fontsize=12)
        canvas.text(right, at, held[name], color=palette.INK, ha="right", fontsize=12)
        at -= 0.4
