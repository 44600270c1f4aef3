"""The answer of a run in at most three sentences: how much, how sure, and what if there is less.

The page and the workbook say the same sentences, from the same figures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from districts.text import month_name, number, percent, rupiah_short, translator
from reports.cuts import bills_of, outcome
from reports.law import uhc_bars
from reports.numbers import active_share, middle, years
from reports.run import SECOND_RUN, Run
from reports.wording import chance_told, ranged, scenario_title
from scenarios.comparison.runs import pairs
from scenarios.need import Need, need
from scenarios.quantiles import MIN_REPLICATES_FOR_CERTAINTY, Quantile


@dataclass(frozen=True)
class Answer:
    """``first``: how much; ``second``: how sure; ``third``: what if less, or what it buys. ``need`` is None when every
    line binds."""

    first: str
    second: str
    third: str
    need: Need | None

    @property
    def sentences(self) -> tuple[str, ...]:
        """The sentences that have something to say."""
        return tuple(text for text in (self.first, self.second, self.third) if text)


def yearly_need(run: Run, scenario: str, year: int) -> Need:
    """The need of one year, with an amount at the run's certainty only when there are replicates enough."""
    return need(run.store, scenario, year, run.certainty if run.certain else None)


def precision(value: float, interval: Quantile | Need, lang: str = "id") -> str:
    """``±Rp0,12 miliar``: how far the figure would move if computed anew with other replicates; "–" if unbounded."""
    found = movement(value, interval)
    return "–" if found is None else f"±{rupiah_short(found, lang)}"


def movement(value: float, interval: Quantile | Need) -> float | None:
    """How far a figure would move if computed anew with other replicates, rupiah; None if unbounded."""
    low, high = interval.low, interval.high
    if low is None or high is None or not np.isfinite([low, high]).all():
        return None
    return float(max(value - low, high - value))


def certainty_words(certainty: float, lang: str = "id") -> str:
    """0.8 as "8 dari 10"; shares that are no tenths as twentieths or hundredths."""
    _ = translator(lang)
    for whole in (10, 20, 100):
        if abs(certainty * whole - round(certainty * whole)) < 1e-9:
            return _("{part} in {whole}").format(part=round(certainty * whole), whole=whole)
    return _("{part} in {whole}").format(part=number(certainty * 100, lang, 1), whole=100)


def answer(run: Run, lang: str = "id") -> Answer:
    """The three sentences of the run."""
    _ = translator(lang)
    if run.headline is None:
        first = _("A ceiling binds in every scenario of this run, so no need can be told; add a scenario without one.")
        return Answer(first, "", _less(run, lang), None)
    found = yearly_need(run, run.headline, run.year.year)
    if found.amount is not None:
        first = _("Propose {amount} so that the district's JKN premiums of {year} are paid to {month}.").format(
            amount=rupiah_short(found.amount, lang), year=run.period(lang), month=_last_month(run, lang)
        )
        second = _("That is enough in {certainty} cases (calculation precision {precision}); the central estimate is "
                   "{middle}.").format(certainty=certainty_words(run.certainty, lang),
                                       precision=precision(found.amount, found, lang),
                                       middle=rupiah_short(found.median, lang))  # fmt: skip
    else:
        if ranged(found.replicates):
            first = _("The district's JKN need of {year} is about {middle}, range {low} to {high}.")
        else:
            first = _("The district's JKN need of {year} is about {middle} (too few replicates for a range).")
        first = first.format(
            year=run.period(lang),
            middle=rupiah_short(found.median, lang),
            low=rupiah_short(found.interval_low, lang),
            high=rupiah_short(found.interval_high, lang),
        )
        second = too_few(run, lang)
    return Answer(first, second + _ahead(run, lang), _less(run, lang), found)


def _ahead(run: Run, lang: str) -> str:
    """The need of the full year after, which a plan tells as its forward estimate; "" where the run has none."""
    following = [year.year for year in years(run.months) if year.full and year.year > run.year.year]
    if run.headline is None or not following:
        return ""
    _ = translator(lang)
    found = yearly_need(run, run.headline, following[0])
    if found.amount is None:
        text, amount = _("For {year} it is about {amount}."), found.median
    else:
        text, amount = _("For {year} {amount} is as sure."), found.amount
    return " " + text.format(year=following[0], amount=rupiah_short(amount, lang))


def short_answer(run: Run, lang: str = "id") -> str:
    """The figure of the answer in a few words, for lists of runs; "" where none can be told."""
    if run.headline is None:
        return ""
    found = yearly_need(run, run.headline, run.year.year)
    if found.amount is not None:
        return proposed(run.period(lang), found.amount, lang)
    return translator(lang)("need of {year} about {amount}").format(
        year=run.period(lang), amount=rupiah_short(found.median, lang)
    )


def proposed(year: str, amount: int, lang: str = "id") -> str:
    """The amount that is proposed for a year, in a few words."""
    return translator(lang)("{amount} for {year}").format(year=year, amount=rupiah_short(amount, lang))


def too_few(run: Run, lang: str = "id") -> str:
    """Why no amount with a stated certainty is told."""
    return translator(lang)(
        "How sure this is cannot be said yet: it takes at least {least} replicates and this run has {found}."
    ).format(least=MIN_REPLICATES_FOR_CERTAINTY, found=min(run.replicates(name) for name in run.scenarios))


def _last_month(run: Run, lang: str) -> str:
    return month_name(run.months[run.year.months[-1]], lang)


def _less(run: Run, lang: str) -> str:
    """What happens when there is less money, the district's line first, or else what the headline scenario keeps."""
    _ = translator(lang)
    last = int(run.year.months[-1])
    bar = percent(uhc_bars(run.months, run.rules)[last].active, lang, 0)
    own, short = _own_line(run, lang)
    if (name := worst_bound(run)) is not None:
        title = scenario_title(run.manifest, name, lang)
        if own and _line(run, name) == run.own_line:
            text = f"{own}; {_lower(_('With “{scenario}”').format(scenario=title))}"
        else:  # of another line in a sentence of its own
            text = f"{own}. " if own else ""
            text += _("With “{scenario}” (ceiling {ceiling}, {carried})").format(
                scenario=title, ceiling=rupiah_short(_line(run, name), lang), carried=run.carried_words(name, lang)
            )
            text += "" if own else f" {run.exhaustion_words(name, lang)}"
        lost = _switched_off(run, name, last)
        if lost > 0:
            words = _(", {heads} members have lost their cover by the end of the year")
            if run.headline is None:
                words = _(", up to {heads} active members are switched off in one month")
            text += words.format(heads=number(lost, lang))
        elif unpaid := run.unfunded(name):
            text += _(", {money} of its bills has no money").format(money=rupiah_short(unpaid, lang))
        return text + _(", and the active share ends {year} at {share} (UHC bar {bar}).").format(
            year=run.period(lang), share=percent(middle(active_share(run.store, name)[:, last]), lang), bar=bar
        )
    if own and short:
        return own + _("; what that does to members, only a scenario with a ceiling tells.")
    assert run.headline is not None  # without a headline every line binds
    text = _("With “{scenario}” the active share is about {share} in {month} (UHC bar {bar}).").format(
        scenario=scenario_title(run.manifest, run.headline, lang),
        share=percent(middle(active_share(run.store, run.headline)[:, last]), lang),
        month=_last_month(run, lang),
        bar=bar,
    )
    return f"{own}; {_lower(text)}" if own else text


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]


def _switched_off(run: Run, name: str, last: int) -> float:
    """How many fewer members are active at the end of the year than without the ceiling, where heads are switched off;
    without a scenario to compare with, the most that are in one month. 0 where nobody is."""
    most = middle(run.store.series(name, "dropped")[:, run.year.months].max(axis=1))
    if most <= 0 or run.headline is None:
        return most
    ours, theirs = (np.array(found) for found in pairs(run.store, name, run.headline))
    active = [run.store.series(which, "active")[rows, last] for which, rows in ((name, ours), (run.headline, theirs))]
    return middle(active[1] - active[0])


def _own_line(run: Run, lang: str) -> tuple[str, bool]:
    """What the line that the district filled in does to the need of the year, and whether it falls short in the middle;
    empty without one or without a need."""
    if run.own_line is None or run.headline is None:
        return "", False
    _ = translator(lang)
    found = outcome(bills_of(run, run.headline), run.own_line)
    words = {"line": rupiah_short(run.own_line, lang), "year": run.period(lang)}
    if found.empty is None:
        return _("With the line filled in, {line}, the money of {year} lasts in every replicate").format(**words), False
    words |= {"chance": chance_told(~found.enough, lang), "month": month_name(run.months[found.empty], lang)}
    text = _("With the line filled in, {line}, the money of {year} runs out ({chance}), most often in {month}")
    if found.missing:
        words["missing"] = rupiah_short(found.missing, lang)
        if found.person_months:
            words["missing"] += " " + _("({count} person-months)").format(count=number(found.person_months, lang))
        text = _("With the line filled in, {line}, the money of {year} runs out ({chance}), most often in {month}, and "
                 "{missing} is missing")  # fmt: skip
    return text.format(**words), found.missing > 0


def worst_bound(run: Run) -> str | None:
    """Of the scenarios with a line in the year of the answer, second runs aside, the one that ends the year with the
    fewest active members; None where there is none. Where the answer tells of the district's own line, scenarios with
    that very line come first."""
    last = int(run.year.months[-1])
    names = [name for name in run.binding
             if SECOND_RUN not in name and run.exhaustion_of(name, run.year.year).has_line]  # fmt: skip
    if run.own_line is not None and run.headline is not None:
        names = [name for name in names if _line(run, name) == run.own_line] or names
    return min(names, key=lambda name: middle(run.store.series(name, "active")[:, last]), default=None)


def _line(run: Run, scenario: str) -> float:
    """The line of the answer's year, rupiah, the middle of the replicates."""
    return middle(run.store.series(scenario, "line")[:, int(run.year.months[-1])])
