"""The burn-down of a year: the bill added up month by month against the ceiling, and the month in which it runs out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from districts.text import month_name, number, rupiah_short, translator
from reports import palette
from reports.answer import certainty_words, worst_bound, yearly_need
from reports.canvas import TICK, Canvas, Chart
from reports.fans import (
    ceiling,
    decimals_for,
    end_label,
    fan,
    fan_key,
    reach,
    round_step,
    rupiah_unit,
    told,
    value_axis,
)
from reports.numbers import FloatArray, IntArray, middle, quantiles, spread
from reports.run import Run
from reports.wording import chance_told, ranged, scenario_title
from scenarios.comparison.runs import pairs
from scenarios.need import carried_in, paid_by_others, within

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DASHES = (0, (5, 3))


@dataclass(frozen=True)
class Burn:
    """What the burn-down draws, rupiah: ``total`` (R, M) the need of ``scenario`` added up to the end of each month of
    the year; ``ceilings``, one per replicate of those that ``bound`` has too, or the district's own line (``bound`` is
    None); empty without a ceiling; the ``proposal`` (None: no certainty). ``first`` is the place of the month in which
    the need of a replicate passes its ceiling, -1 where it never does; empty without a ceiling."""

    scenario: str
    months: tuple[str, ...]
    total: FloatArray
    ceilings: FloatArray
    bound: str | None
    proposal: int | None
    first: IntArray

    @property
    def ceiling(self) -> int | None:
        """The middle of the ceilings; None without any."""
        return round(middle(self.ceilings)) if self.ceilings.size else None

    @property
    def month(self) -> int | None:
        """The place of the month in which the need passes the ceiling most often; None where it mostly does not."""
        short = self.first[self.first >= 0]
        if not short.size or 2 * short.size < self.first.size:
            return None
        return int(np.bincount(short).argmax())


def burn_down(run: Run) -> Burn:
    """The figures of the burn-down of the answer's year.

    The scenario is the headline's; where every line binds, the one that the answer tells of. The ceiling is the
    district's own line of a full year, else that of the scenario with less money that the answer tells of. Need = bill
    + debt carried in less what others pay, as :func:`scenarios.need.need` defines it: December is the year's need.
    """
    store, year = run.store, run.year
    bound = worst_bound(run)
    scenario = run.headline or bound or run.reference
    calendar = within(store, year.year)
    before = carried_in(store.series(scenario, "debt_pemda"), calendar) - paid_by_others(store.manifest, year.year)
    bill = store.series(scenario, "bill_jkn")[:, year.months]
    total = np.maximum(np.cumsum(bill, axis=1) + before[:, None], 0)
    proposal = None if run.headline is None else yearly_need(run, run.headline, year.year).amount
    own = run.own_line if run.headline is not None else None
    ceilings, rows = np.array([] if own is None else [own], np.float64), np.arange(len(total))
    if bound is not None and own is None:
        rows, others = (np.array(found) for found in pairs(store, scenario, bound))
        ceilings = store.series(bound, "line")[others, year.months[-1]]
    else:
        bound = None
    if not np.isfinite(ceilings).all():  # a part-year at the start has no line
        ceilings, bound = ceilings[:0], None
    over = total[rows] > ceilings[:, None] if ceilings.size else np.zeros((0, 1), np.bool_)
    first = np.where(over.any(axis=1), over.argmax(axis=1), -1)
    months = tuple(run.months[at] for at in year.months)
    return Burn(scenario, months, total, ceilings, bound, proposal, first)


def burn_chart(run: Run, lang: str = "id") -> Chart:
    """The need of the answer's year added up by month as a fan, with the ceiling, the month in which the money runs
    out, and the proposal."""
    _ = translator(lang)
    burn = burn_down(run)
    highest = max(reach([burn.total], 0.9), burn.ceiling or 0, burn.proposal or 0)
    unit, unit_name = rupiah_unit(highest, lang)
    title, lead = _title(run, burn, lang), _lead(run, burn, unit_name, lang)
    top = ceiling(highest / unit or 1.0)
    step = round_step(top / 5)
    ends = quantiles(burn.total[:, -1], 0.1, 0.5, 0.9)

    def paint(canvas: Canvas) -> None:
        left, right = (0.62, 0.15) if canvas.narrow else (0.75, 2.15)
        axes = canvas.axes(left, 0.9, canvas.width - left - right, 2.75)
        at = np.arange(len(burn.months) + 1)
        total = np.concatenate([np.zeros((len(burn.total), 1)), burn.total], axis=1) / unit
        axes.set_xlim(0, len(burn.months))
        value_axis(axes, 0, top, lambda value: number(value, lang, decimals_for(step)))
        fan(axes, at, total)
        _limits(axes, burn, unit, lang)
        _run_out(axes, burn, unit, lang, canvas.narrow)
        _months(axes, burn.months, lang, canvas.narrow)
        if not canvas.narrow:
            _ends(axes, ends / unit, unit, len(burn.months), ranged(len(burn.total)), lang)
        for place, month in enumerate(burn.months):
            canvas.tip(axes, place, place + 1, _tip(burn, place, month, lang))
        fan_key(canvas, left, 0.12, len(burn.total), lang)

    middles = "; ".join(f"{month_name(month, lang, short=True)} {rupiah_short(value, lang)}"
                        for month, value in zip(burn.months, quantiles(burn.total, 0.5)[0], strict=True))  # fmt: skip
    description = _("Need of {year} added up by month, middle: {middles}.").format(year=run.period(lang),
                                                                                  middles=middles)  # fmt: skip
    if burn.month is not None:
        description += " " + _("The need passes the ceiling: {chance}.").format(
            chance=chance_told(burn.first >= 0, lang)
        )
    return Chart("pagu", title, lead, f"{title}. {description}", 3.9, paint, 3.9)


def _title(run: Run, burn: Burn, lang: str) -> str:
    _ = translator(lang)
    if burn.ceiling is None:
        return _("The bill of {year} adds up to about {need}; the year has no ceiling").format(
            year=run.period(lang), need=rupiah_short(middle(burn.total[:, -1]), lang)
        )
    limit = rupiah_short(burn.ceiling, lang)
    if burn.month is None:
        text = _("The ceiling of {limit} mostly suffices to {month}").format(
            limit=limit, month=month_name(burn.months[-1], lang)
        )
    else:
        text = _("The need passes the ceiling of {limit} in {month}").format(
            limit=limit, month=month_name(burn.months[burn.month], lang)
        )
    if burn.proposal is not None:
        text += _("; the proposal suffices in {certainty} cases").format(certainty=certainty_words(run.certainty, lang))
    return text


def _lead(run: Run, burn: Burn, unit: str, lang: str) -> str:
    _ = translator(lang)
    lead = _("Need added up by month of the bill, {first} to {last}, {unit}.").format(
        first=month_name(burn.months[0], lang, short=True), last=month_name(burn.months[-1], lang, short=True),
        unit=unit,
    )  # fmt: skip
    lead += " " + run.scenario_told(burn.scenario, lang)
    if burn.bound is not None:
        lead += " " + _("Ceiling: {scenario}.").format(scenario=scenario_title(run.manifest, burn.bound, lang))
        if np.ptp(burn.ceilings):
            lead += " " + _("It differs between replicates; its middle is drawn.")
        lead += " " + _("In that scenario {what}.").format(what=run.exhaustion_words(burn.bound, lang))
        if burn.month is not None and run.months[run.year.months[burn.month]] != _out_of_money(run, burn.bound):
            lead += " " + _("The need is drawn as if members and spending went on; that scenario reacts (no new "
                            "members, money added), so that its month differs.")  # fmt: skip
    elif burn.ceiling is not None:
        lead += " " + _("Ceiling: the district's own line.")
    return lead


def _out_of_money(run: Run, scenario: str) -> str | None:
    """The month in which the scenario's own money runs out most often; None where it lasts."""
    months = run.exhaustion_of(scenario, run.year.year).months
    return max(months, key=months.__getitem__, default=None)


def _limits(axes: Axes, burn: Burn, unit: float, lang: str) -> None:
    """The ceiling and the proposal as lines, named at the left above them, the lower of two close ones beneath."""
    _ = translator(lang)
    limit, amount = burn.ceiling, burn.proposal
    close = limit is not None and amount is not None and abs(limit - amount) < 0.09 * unit * axes.get_ylim()[1]
    if limit is not None:
        words = _("Ceiling {limit}").format(limit=rupiah_short(limit, lang))
        axes.axhline(limit / unit, color=palette.WARNING, linewidth=1.8)
        early = burn.month is not None and 2 * burn.month < len(burn.months)  # the fan is in the way on the left
        _name(axes, limit / unit, words, palette.WARNING, close and limit <= (amount or 0), early)
    if amount is not None:
        words = _("Proposal {amount}").format(amount=rupiah_short(amount, lang))
        axes.axhline(amount / unit, color=palette.ACCENT, linewidth=1.6, linestyle=_DASHES)
        _name(axes, amount / unit, words, palette.ACCENT, close and amount < (limit or 0))


def _name(axes: Axes, height: float, words: str, colour: str, beneath: bool, right: bool = False) -> None:
    place = (1, -6, "right") if right else (0, 6, "left")
    axes.annotate(words, (place[0], height), xycoords=axes.get_yaxis_transform(), ha=place[2],
                  xytext=(place[1], -5 if beneath else 4), textcoords="offset points",
                  va="top" if beneath else "bottom", fontsize=TICK + 0.5, fontweight="bold", color=colour)  # fmt: skip


def _run_out(axes: Axes, burn: Burn, unit: float, lang: str, narrow: bool) -> None:
    """A ring where the middle passes the ceiling, with the month and how often the need passes it at all."""
    if burn.month is None or burn.ceiling is None:
        return
    _ = translator(lang)
    path = np.concatenate([[0.0], quantiles(burn.total, 0.5)[0]])
    at = float(np.interp(burn.ceiling, path, np.arange(len(path))))
    at = at if burn.month <= at <= burn.month + 1 else burn.month + 0.5
    height, top, months = burn.ceiling / unit, axes.get_ylim()[1], len(burn.months)
    foot = max(height - 0.36 * top, 0.2 * top)
    style: dict[str, Any] = {"textcoords": "offset points", "color": palette.WARNING, "annotation_clip": False}
    if height - foot > 0.05 * top:
        style["ha"] = "right" if at > 0.8 * months else "center"
        places = [(0, -12), (0, -26)]
    else:  # a low ceiling, passed early: the words stand to the right of the ring, under the fan
        foot, places = height, [(12, -10), (12, -24)]
    axes.plot([at, at], [foot, height], color=palette.WARNING, linewidth=1.2)
    axes.plot([at], [height], "o", markersize=9, markerfacecolor=palette.PAPER, markeredgecolor=palette.WARNING,
              markeredgewidth=2.0, zorder=5)  # fmt: skip
    month = month_name(burn.months[burn.month], lang).split(" ")[0]
    lines = [_("Ceiling passed in {month}").format(month=month), chance_told(burn.first >= 0, lang)]
    if narrow:  # how often is in the tips and the description
        lines = [_("Ceiling passed"), month]
    for line, place, weight in zip(lines, places, ("bold", "normal"), strict=True):
        axes.annotate(line, (at, foot), xytext=place, va="baseline", fontsize=TICK + 0.5, fontweight=weight, **style)


def _months(axes: Axes, months: tuple[str, ...], lang: str, narrow: bool) -> None:
    """The names of the months in the middle of their stretch of the axis, every second one on a phone."""
    step = 2 if narrow and len(months) > 6 else 1
    places = range(0, len(months), step)
    names = [month_name(months[place], lang, short=True).split(" ")[0] for place in places]
    axes.set_xticks([place + 0.5 for place in places], names)
    axes.set_xticks(range(len(months) + 1), minor=True)
    axes.tick_params(axis="x", which="minor", length=4, color=palette.RULE)


def _ends(axes: Axes, ends: FloatArray, unit: float, last: int, spread_told: bool, lang: str) -> None:
    """The range and the middle at the end of the months, to the right of the fan, kept a line apart."""
    _ = translator(lang)
    low, central, high = (float(end) for end in ends)
    end_label(axes, last, central, _("middle: {amount}").format(amount=rupiah_short(central * unit, lang)))
    if not spread_told:
        return
    points = axes.bbox.height / axes.figure.dpi * 72 / float(np.ptp(axes.get_ylim()))  # to one unit of the axis
    for value, words, side in ((high, _("high: {amount}"), 1), (low, _("low: {amount}"), -1)):
        up = side * max(15.0 - side * (value - central) * points, 0.0)
        axes.annotate(words.format(amount=rupiah_short(value * unit, lang)), (last, value), xytext=(6, up),
                      textcoords="offset points", va="center", fontsize=TICK, color=palette.SOFT,
                      annotation_clip=False)  # fmt: skip


def _tip(burn: Burn, place: int, month: str, lang: str) -> str:
    """The need up to the end of a month, and what is left of the ceiling."""
    _ = translator(lang)
    lines = [month_name(month, lang), _("needed so far: {amount}").format(
        amount=told(burn.total[:, place], lambda value: rupiah_short(value, lang), lang))]  # fmt: skip
    if burn.ceiling is not None:
        left = burn.ceiling - spread(burn.total[:, place]).middle
        lines.append(_("left of the ceiling: {amount}").format(amount=rupiah_short(float(left), lang)))
    return "\n".join(lines)
