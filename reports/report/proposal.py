"""The RKPD figure and its risk: what an amount is worth, what a cut does, what the figure is made of."""

from __future__ import annotations

import numpy as np

from districts.text import month_name, number, percent, rupiah, rupiah_short, translator
from reports import palette
from reports.answer import certainty_words, yearly_need
from reports.canvas import Chart
from reports.cuts import CUTS, Outcome, bills_of, outcome, parts_of
from reports.numbers import active_share, middle, spread
from reports.part_words import part_name, person_months, price_told
from reports.report.blocks import Block, Cell, Figure, Mark, Section, Table, Text
from reports.rkpd.curve import NamedAmount, amount_curve
from reports.run import SECOND_RUN, Run
from reports.wording import chance_told, chance_words, filled, scenario_title
from scenarios.need import Need
from scenarios.quantiles import chance, quantile
from scenarios.rkpd.proposal import Point

#: The chances at which the curve is drawn, and the one that the ladder adds to the certainty of the run.
_CURVE = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
_SURE = 0.95
_TENTH = CUTS[-1]


def proposal_section(run: Run, lang: str = "id") -> Section:
    """The amount and its risk; where every line binds, what the lines do, which the next section tells else."""
    _ = translator(lang)
    name = _("The RKPD figure and its risk")
    if run.headline is None:
        title = _("No need can be told: a ceiling binds in every scenario")
        advice = _("Spending under a ceiling is not a need. Add a scenario without a ceiling to this run.")
        return Section("usulan", _("The figure"), name, title, (Text(advice), *lines_table(run, lang)))
    found = yearly_need(run, run.headline, run.year.year)
    amount = found.median if found.amount is None else found.amount
    cut = outcome(bills_of(run, run.headline), round(amount * (1 - _TENTH)))
    words = {
        "amount": rupiah_short(amount, lang), "year": run.period(lang), "cut": percent(_TENTH, lang, 0),
        "chance": chance_words(cut.enough, lang), "certainty": certainty_words(run.certainty, lang),
    }  # fmt: skip
    if found.amount is None:
        title = _("The need of {year} is about {amount}; cut by {cut}, the money lasts in {chance}").format(**words)
    else:
        title = _("{amount} lasts the year in {certainty} cases; cut by {cut}, in {chance}").format(**words)
    blocks: list[Block] = [Text(_meaning(run, lang))]
    if (curve := curve_of(run, found, lang)) is not None:
        blocks.append(Figure(curve))
    blocks += [_ladder(run, found, lang), _parts(run, found, amount, lang)]
    return Section("usulan", _("The figure"), name, title, tuple(blocks))


def _meaning(run: Run, lang: str) -> str:
    """What is called need and what is called proposal, and which scenario they belong to."""
    _ = translator(lang)
    assert run.headline is not None
    text = _("Need is the bill when the target is held and no ceiling binds, plus debt carried in, less what others "
             "pay. The proposal is the amount that is enough in as many cases as you chose.")  # fmt: skip
    return f"{text} {run.scenario_told(run.headline, lang)}"


def curve_of(run: Run, found: Need, lang: str = "id") -> Chart | None:
    """The amount against the chance that it is enough; None with too few replicates for a chance."""
    if found.amount is None:
        return None
    _ = translator(lang)
    points = []
    for share in sorted({*_CURVE, run.certainty}):
        at = quantile(found.sample, share)
        low, high = (round(edge) if np.isfinite(edge) else None for edge in (at.low, at.high))
        points.append(Point(share, round(at.value), low, high))
    marks = [NamedAmount(found.amount, run.certainty, _("proposal"), palette.ACCENT)]
    if found.amount != found.median:
        marks.append(NamedAmount(found.median, 0.5, _("central estimate")))
    return amount_curve(points, marks, None, lang)


def _ladder(run: Run, found: Need, lang: str) -> Table:
    """What less and more money does, from the least amount to the most."""
    _ = translator(lang)
    year = bills_of(run, found.scenario)
    base = found.median if found.amount is None else found.amount
    steps = [(round(base * (1 - cut)), _("cut by {cut}").format(cut=percent(cut, lang, 0))) for cut in CUTS]
    steps.append((found.median, _("central estimate")))
    if run.own_line is not None:
        steps.append((run.own_line, _("line filled in")))
    if found.amount is not None:
        steps.append((found.amount, _("proposal")))
        steps.append((round(quantile(found.sample, _SURE).value), ""))
    rows, chosen = [], None
    names: dict[int, str] = {}
    for amount, name in steps:
        names[amount] = " · ".join(filter(None, (names.get(amount, ""), name)))
    for at, (amount, name) in enumerate(sorted(names.items())):
        result = outcome(year, amount)
        if amount == found.amount:
            chosen = at
        bold: Mark = "bold" if amount == base else ""
        squares = filled(float(result.enough.mean())) if found.amount is not None else None
        row = [Cell(rupiah_short(amount, lang), mark="bold"), Cell(name, mark=bold),
               Cell(chance_words(result.enough, lang), tenths=squares)]  # fmt: skip
        if found.amount is not None:
            edges = chance(result.enough)
            row.append(Cell(_("{low}–{high} in 100").format(low=round(edges.low * 100), high=round(edges.high * 100))))
        rows.append((*row, _consequence(run, result, lang)))
    heads = [_("amount"), _("what it is"), _("enough to {month}").format(month=_last(run, lang))]
    if found.amount is not None:
        heads.append(_("calculation precision"))
    note = _("Missing: middle of the replicates; person-months: at the premium and aid of a PBPU Pemda member. The "
             "bills are those of a year without a ceiling: what the district does when the money is gone, the "
             "scenarios with a ceiling tell.")  # fmt: skip
    return Table(_("What if it is less, or more?"), (*heads, _("what then")), tuple(rows), frozenset({0}), chosen,
                 note=note)  # fmt: skip


def _consequence(run: Run, result: Outcome, lang: str) -> Cell:
    """What an amount leaves to do: when it is used up and what is missing, or what is left."""
    _ = translator(lang)
    if result.missing and result.empty is not None:
        text = _("used up most often in {month}; {rupiah} missing").format(
            month=_month(run, result.empty, lang), rupiah=rupiah_short(result.missing, lang)
        )
        heads = person_months(result.person_months, lang) if result.person_months else ""
        return Cell(text, heads, "warn")
    left = _("left over at the central estimate: {rupiah}").format(rupiah=rupiah_short(result.left, lang))
    if result.empty is None:
        return Cell(left)
    words = _("if it falls short: about {rupiah}, from {month}")
    return Cell(left, words.format(rupiah=rupiah_short(result.if_short, lang),
                                   month=_month(run, result.empty, lang)))  # fmt: skip


def _month(run: Run, at: int, lang: str) -> str:
    """The name of a month of the answer's year, which the head of the table names."""
    return month_name(run.months[at], lang).rsplit(" ", 1)[0]


def _parts(run: Run, found: Need, amount: int, lang: str) -> Table:
    """The parts of the amount by account, which add up to it."""
    _ = translator(lang)
    rows = [
        (Cell(part_name(run, part, lang), price_told(part, lang)), Cell(part.account or "–"),
         Cell(rupiah(part.rupiah, lang)))
        for part in parts_of(run, found.scenario, amount)
    ]  # fmt: skip
    total = _("Proposal {year}") if found.amount is not None else _("Need {year}, central estimate")
    rows.append((Cell(total.format(year=run.period(lang))), Cell(""), Cell(rupiah(amount, lang))))
    note = _("The parts are those of the replicate whose need is the central estimate ({median}), so that they add up.")
    return Table(_("What the figure is made of"), (_("part"), _("account"), _("rupiah")), tuple(rows),
                 frozenset({2}), total=True, note=note.format(median=rupiah(found.median, lang)))  # fmt: skip


def lines_table(run: Run, lang: str = "id") -> list[Block]:
    """What the scenarios with a ceiling show in the year of the answer; nothing where no line binds."""
    _ = translator(lang)
    rows = []
    months, last = run.year.months, int(run.year.months[-1])
    for name in sorted(run.binding, key=lambda name: SECOND_RUN in name):
        found = run.exhaustion_of(name, run.year.year)
        if not found.has_line:
            continue
        store = run.store
        short = run.unfunded(name)
        off = middle(store.series(name, "dropped")[:, months].sum(axis=1))
        often = max(found.months, key=lambda month: found.months[month]) if found.months else None
        hit = found.first >= 0
        rows.append((
            Cell(scenario_title(run.manifest, name, lang)),
            Cell(rupiah_short(middle(store.series(name, "line")[:, last]), lang), run.carried_words(name, lang)),
            Cell(month_name(often, lang) if often else _("lasts"), chance_told(hit, lang) if hit.any() else "",
                 "warn" if hit.mean() > 0.5 else ""),
            Cell(rupiah_short(short, lang), mark="warn" if short else ""),
            Cell(number(off, lang), mark="warn" if off else ""),
            Cell(percent(float(spread(active_share(store, name)).middle[last]), lang)),
        ))  # fmt: skip
    if not rows:
        return []
    heads = (_("scenario"), _("ceiling"), _("money runs out"), _("bill without budget"),
             _("active members switched off (times)"), _("active share at year's end"))  # fmt: skip
    title = _("What a ceiling does, {year}").format(year=run.period(lang))
    note = _("Times: who comes back and is switched off again counts again; who is without cover at the year's end, "
             "the answer tells.")  # fmt: skip
    return [Table(title, heads, tuple(rows), frozenset({1, 3, 4, 5}), note=note)]


def _last(run: Run, lang: str) -> str:
    return month_name(run.months[run.year.months[-1]], lang)
