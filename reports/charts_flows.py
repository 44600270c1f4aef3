"""Where members came from and went in a year: by segment the heads at both ends and every movement between as a bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from districts.text import month_name, number, translator
from reports import palette
from reports.canvas import TICK, Canvas, Chart
from reports.numbers import label as indicator_label
from reports.parts import Account, flow_months, flows
from reports.run import Run
from reports.wording import segment_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ROW, _GAP = 0.25, 0.14  # inches of a line, and between two segments
_ROW_NARROW = 0.46  # a movement on a phone: its words, and its bar beneath
_LABELS, _FIGURES = 3.9, 1.0


def flows_chart(run: Run, lang: str = "id", scenario: str | None = None) -> Chart | None:
    """The movements of the answer's year in ``scenario`` (the headline, else the reference); None where the run has no
    month after the one at whose end the stocks begin."""
    name = scenario or run.told
    before, months = flow_months(run)
    if not months:
        return None
    _ = translator(lang)
    accounts = [account for account in flows(run, name) if account.start or account.end or account.parts]
    first, last = (month_name(run.months[at], lang, short=True) for at in (before, months[-1]))
    title = _title(run, accounts, lang)
    lead = _("Heads with cover by segment from the end of {first} to the end of {last}, persons: means over the "
             "replicates, since only means add up. What a run does not count by segment stands as the rest "
             "(hatched).").format(first=first, last=last)  # fmt: skip
    lead += " " + run.scenario_told(name, lang)
    lines = sum(len(account.parts) for account in accounts)

    def height(narrow: bool) -> float:
        pitch = _ROW_NARROW if narrow else _ROW
        return lines * pitch + len(accounts) * (0.3 + _GAP) + 0.1

    def paint(canvas: Canvas) -> None:
        _draw(canvas, accounts, height(canvas.narrow), lang)

    told = "; ".join(_account_told(account, lang) for account in accounts)
    description = _("Movements of members. {accounts}.").format(accounts=told)
    return Chart("arus-peserta", title, lead, description, height(False), paint, height(True))


def _title(run: Run, accounts: list[Account], lang: str) -> str:
    _ = translator(lang)
    changed = [account for account in accounts if account.name != "residents"]
    most = max(changed, key=lambda account: abs(account.end - account.start), default=None)
    before, months = flow_months(run)
    when = _("in {year}").format(year=run.period(lang))
    if before == run.year.months[0]:  # the year's first month is not among the movements
        first, last = (month_name(run.months[at], lang) for at in (before, months[-1]))
        when = _("from the end of {first} to the end of {last}").format(first=first, last=last)
    if most is None or most.end == most.start:
        return _("No segment grows or shrinks {when}").format(when=when)
    words = _("{segment} grows by {heads} members {when}")
    if most.end < most.start:
        words = _("{segment} shrinks by {heads} members {when}")
    title = words.format(segment=_name(most.name, lang), heads=number(abs(most.end - most.start), lang), when=when)
    named = [part for part in most.parts if part.key != "rest" and (part.value > 0) == (most.end > most.start)]
    if not named:
        return title
    part = max(named, key=lambda part: abs(part.value))
    return title + _("; most: “{movement}” ({heads})").format(movement=_movement(part.key, lang),
                                                            heads=_signed(part.value, lang))  # fmt: skip


def _name(account: str, lang: str) -> str:
    return translator(lang)("residents") if account == "residents" else segment_label(account, lang)


def _movement(key: str, lang: str) -> str:
    if key == "rest":
        return translator(lang)("rest: births, deaths, moves, other segments")
    return indicator_label(key, lang)


def _signed(value: int, lang: str) -> str:
    return ("+" if value > 0 else "") + number(value, lang)


def _head(account: Account, lang: str) -> str:
    """ "41.144 → 58.765 (+17.621)"."""
    change = _signed(account.end - account.start, lang)
    return f"{number(account.start, lang)} → {number(account.end, lang)} ({change})"


def _account_told(account: Account, lang: str) -> str:
    parts = ", ".join(f"{_movement(part.key, lang)} {_signed(part.value, lang)}" for part in account.parts)
    return f"{_name(account.name, lang)} {_head(account, lang)}" + (f": {parts}" if parts else "")


def _draw(canvas: Canvas, accounts: list[Account], height: float, lang: str) -> None:
    reach = max((abs(part.value) for account in accounts for part in account.parts), default=1)
    at = height
    left = 0.08 if canvas.narrow else 0.25
    for account in accounts:
        at -= 0.3
        canvas.text(left, at + 0.08, _name(account.name, lang), color=palette.INK, fontweight="bold", fontsize=TICK + 1)
        canvas.text(canvas.width - left, at + 0.08, _head(account, lang), color=palette.INK, fontweight="bold",
                    ha="right", fontsize=TICK + 1)  # fmt: skip
        rule = canvas.axes(left, at, canvas.width - 2 * left, 0.01)
        rule.set_axis_off()
        rule.axhline(0, color=palette.INK, linewidth=1.2, clip_on=False)
        if account.parts:
            tall = len(account.parts) * (_ROW_NARROW if canvas.narrow else _ROW)
            at -= tall
            _block(canvas, account, at, tall, reach, lang)
        at -= _GAP


def _block(canvas: Canvas, account: Account, bottom: float, tall: float, reach: int, lang: str) -> None:
    """The movements of one segment: gains to the right of the dark rule, losses to its left, the rest hatched."""
    count = len(account.parts)
    pitch = tall / count
    left = 0.08 if canvas.narrow else 0.25 + _LABELS
    right = canvas.width - (0.08 if canvas.narrow else 0.25)
    axes = canvas.axes(left, bottom, right - left - (0.0 if canvas.narrow else _FIGURES), tall)
    axes.set_xlim(-1.02 * reach, 1.02 * reach)
    axes.set_ylim(count, 0)
    axes.set_axis_off()
    for row, part in enumerate(account.parts):
        middle, bar = (row + 0.74, 0.34) if canvas.narrow else (row + 0.5, 0.66)
        _bar(axes, middle, part.value, bar, part.key == "rest")
        over = 0.1 if canvas.narrow else 0.5 - bar / 2  # of the rule beyond its bar; on a phone words stand between
        axes.vlines(0, middle - bar / 2 - over, middle + bar / 2 + over, color=palette.INK, linewidth=1.1, zorder=3)
        words, value = _movement(part.key, lang), _signed(part.value, lang)
        from_below = bottom + tall - pitch * (row + (0.36 if canvas.narrow else 0.66))
        canvas.text(0.08 if canvas.narrow else 0.25, from_below, _cut(words, 44 if canvas.narrow else 46),
                    color=palette.INK, fontsize=TICK)  # fmt: skip
        canvas.text(right, from_below, value, color=palette.INK, ha="right", fontsize=TICK)
        canvas.tip(axes, *axes.get_xlim(), f"{_name(account.name, lang)}\n{words}: {value}", row, row + 1)


def _bar(axes: Axes, middle: float, value: int, tall: float, rest: bool) -> None:
    if rest:
        axes.barh(middle, value, height=tall, color=palette.PAPER, hatch="////", edgecolor=palette.FAN_EDGE,
                  linewidth=0.9)  # fmt: skip
        return
    axes.barh(middle, value, height=tall, color=palette.FAN_5 if value > 0 else palette.PAST,
              edgecolor=palette.ACCENT if value > 0 else palette.INK, linewidth=0.7)  # fmt: skip


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 1]}…"
