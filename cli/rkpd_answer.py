"""A proposal on a terminal, 80 columns: the answer in three sentences, then the tables behind it."""

from __future__ import annotations

import textwrap
from itertools import pairwise
from typing import TYPE_CHECKING

from cli.answer import WIDTH, table
from districts.text import month_name, number, percent, rupiah, rupiah_short, signed_rupiah, translator
from reports.rkpd.wording import change_words, fund_words, regime_words, stage_words, whole_words

if TYPE_CHECKING:
    from scenarios.rkpd.proposal import LineOutcome, Proposal, Row

SUB_ACTIVITY = "1.02.02.2.02.26"


def answer(proposal: Proposal, lang: str) -> str:
    """The whole answer."""
    parts = (_heading, _sentences, _curve, _rows, _years, _cuts, _ladder, _stages, _variants, _basis)
    return "\n\n".join(text for part in parts if (text := part(proposal, lang)))


def _heading(proposal: Proposal, lang: str) -> str:
    _ = translator(lang)
    text = _("{district}, RKPD {year}: {stage}, data to {month}")
    stage = proposal.basis.stage
    return _filled(text.format(
        district=proposal.basis.title, year=proposal.year, stage=stage_words(stage.key, lang),
        month=month_name(proposal.basis.data_until, lang),
    ))  # fmt: skip


def _sentences(proposal: Proposal, lang: str) -> str:
    """How much, how sure, and what if less."""
    from reports.answer import certainty_words

    _ = translator(lang)
    need = proposal.need
    first = _("Propose {amount} for sub-activity {code} in {year}.").format(
        amount=rupiah(proposal.amount, lang), code=SUB_ACTIVITY, year=proposal.year
    )
    if proposal.certainty is None:
        second = _("This is the central estimate; how sure it is cannot be said with {found} replicates, it takes at "
                   "least 100.").format(found=proposal.basis.replicates)  # fmt: skip
    else:
        point = next(point for point in proposal.curve if point.chance == proposal.certainty)
        second = _("It is enough in {certainty} cases (calculation precision {low} to {high}); the central estimate is "
                   "{middle}.").format(
            certainty=certainty_words(proposal.certainty, lang), middle=rupiah_short(need.median, lang),
            low=_edge(point.low, lang), high=_edge(point.high, lang),
        )  # fmt: skip
    return _filled(" ".join((first, second, _less(proposal, lang))).strip())


def _edge(value: int | None, lang: str) -> str:
    return "–" if value is None else rupiah_short(value, lang)


def _less(proposal: Proposal, lang: str) -> str:
    """The third sentence: a cut of a fifth."""
    _ = translator(lang)
    owed = next((line for line in proposal.cuts() if line.cut == 0.2), None)
    dropped = next((line for line in proposal.cuts("drop") if line.cut == 0.2), None)
    if owed is None or dropped is None:
        return ""
    text = _("With a fifth less {empty}; {debt} would be owed to BPJS at the end of the year, or {people} people lose "
             "their cover where heads are dropped instead.")  # fmt: skip
    return text.format(empty=_empty(owed, lang), debt=rupiah_short(owed.debt, lang),
                       people=number(dropped.lose_cover, lang))  # fmt: skip


def _empty(line: LineOutcome, lang: str) -> str:
    _ = translator(lang)
    if line.first_empty is None:
        return _("the line lasts to December in most cases")
    return _("the line is empty in {month}").format(month=month_name(line.first_empty, lang))


def _curve(proposal: Proposal, lang: str) -> str:
    from reports.answer import certainty_words

    _ = translator(lang)
    rows = [[certainty_words(point.chance, lang), rupiah(point.amount, lang), _edge(point.low, lang),
             _edge(point.high, lang)] for point in proposal.curve]  # fmt: skip
    if not rows:
        return ""
    head = [_("enough in"), _("sum proposed"), _("precision from"), _("up to")]
    return f"{_('Amount and chance of getting through the year')}\n{table(head, rows)}"


def _rows(proposal: Proposal, lang: str) -> str:
    """The rows of the RKA: people × months × price."""
    _ = translator(lang)
    rows = [
        [_row_name(row, lang), row.account[-4:] or "–", *(
            ("", "", "") if row.lump else
            (number(row.heads, lang), number(row.months, lang), number(row.price, lang))
        ), number(row.amount, lang)]
        for row in proposal.rows
    ]  # fmt: skip
    rows += [[_("paid by others: {fund}").format(fund=fund_words(money.fund, lang)), "–", "", "", "",
              number(-money.amount, lang)] for money in proposal.deductions]  # fmt: skip
    rows.append([_("proposal"), "", "", "", "", number(proposal.amount, lang)])
    title = _("Rows by account 5.1.02.02.02 (heads × months × price = rupiah)")
    head = ["", _("account"), _("heads"), _("mo"), _("price"), _("rupiah")]
    sources = "; ".join(f"{fund_words(money.fund, lang)} {rupiah_short(money.amount, lang)}"
                        + (f" ({_('assumed')})" if money.assumed else "") for money in proposal.sources)  # fmt: skip
    told = _("Sources of funds: {sources}.").format(sources=sources)
    return f"{title}\n{table(head, rows)}\n{_filled(whole_words(lang))}\n{_filled(told)}"


def _row_name(row: Row, lang: str) -> str:
    _ = translator(lang)
    names = {
        "premium": _("premium, Pemda heads"),
        "premium_extra": _("premium, extra heads"),
        "aid": _("aid, Pemda heads"),
        "aid_extra": _("aid, extra heads"),
        "aid_self": _("aid, self-payers III"),
        "debt": _("debt of years before"),
        "levers": _("programmes"),
    }
    if row.lump:
        return names[row.kind]
    first, last = (month_name(f"2000-{month:02d}", lang, short=True).split()[0] for month in (row.first, row.last))
    return f"{names[row.kind]}, {first}–{last}"


def _years(proposal: Proposal, lang: str) -> str:
    """The year before and after, what P-APBD must add, and the indicators."""
    _ = translator(lang)
    year, reserve, status = proposal.year, proposal.reserve, proposal.status
    before = _("not filled in") if proposal.before is None else rupiah_short(proposal.before, lang)
    texts = [
        _("{before}: {line}; {year}: {amount}; forward estimate {after}: {forward}.").format(
            before=year - 1, line=before, year=year, amount=rupiah_short(proposal.amount, lang), after=year + 1,
            forward=rupiah_short(proposal.forward.amount, lang),
        ),
        _("Paid for: {months} person-months of Pemda heads. Registered {registered}, active {active} of the population "
          "at the end of the year; UHC status in {held} months of it.").format(
            months=number(proposal.person_months, lang), registered=percent(status.registered, lang),
            active=percent(status.active, lang), held=number(status.months, lang, 1),
        ),
    ]  # fmt: skip
    if proposal.certainty is not None:
        texts.append(_("If only the central estimate is budgeted, P-APBD must add {amount} for the same certainty.")
                     .format(amount=rupiah_short(reserve.over_median, lang)))  # fmt: skip
    if reserve.over_line is not None:
        told = (_("The line written for {year} is {line}: P-APBD must add {amount}.") if reserve.over_line else
                _("The line written for {year}, {line}, is enough at this certainty."))  # fmt: skip
        texts.append(told.format(
            year=year, line=rupiah_short(proposal.line or 0, lang), amount=rupiah_short(reserve.over_line, lang),
        ))  # fmt: skip
    if proposal.before_short:
        texts.append(_("The line of {before} lacks about {amount}: unless its P-APBD adds that, it becomes debt to "
                       "BPJS and comes on top of the proposal.").format(
            before=year - 1, amount=rupiah_short(proposal.before_short, lang),
        ))  # fmt: skip
    if outside := {name: rupiah for name, rupiah in proposal.outside.items() if rupiah}:
        names = {"village": _("4% of village officials"), "aid_outside": _("aid of self-payers from another line")}
        told = "; ".join(f"{names[name]} {rupiah_short(amount, lang)}" for name, amount in outside.items())
        texts.append(_("Not in this line: {told}.").format(told=told))
    return "\n".join(map(_filled, texts))


def _cuts(proposal: Proposal, lang: str) -> str:
    """What cuts do, under the scenario's regime and where heads are dropped at once."""
    _ = translator(lang)
    parts = []
    for title, lines in ((_("What a cut does ({regime})"), proposal.cuts()),
                         (_("The same where heads are dropped"), proposal.cuts("drop"))):  # fmt: skip
        rows = [[percent(line.cut or 0, lang, 0), rupiah_short(line.line, lang), _first(line, lang),
                 number(line.lose_cover, lang), rupiah_short(line.debt, lang), number(line.status_months, lang, 1)]
                for line in lines]  # fmt: skip
        if rows:
            head = [_("cut"), _("line"), _("empty"), _("lose cover"), _("owed"), _("UHC months")]
            told = _filled(title.format(regime=regime_words(proposal.basis.regime, lang)))
            parts.append(f"{told}\n{table(head, rows)}")
    if parts:
        note = _("UHC status is judged at its dated reviews only: cover that is lost late in the year shows in the "
                 "status of the next.")  # fmt: skip
        parts.append(_filled(note))
    return "\n\n".join(parts)


def _first(line: LineOutcome, lang: str) -> str:
    return "–" if line.first_empty is None else month_name(line.first_empty, lang, short=True)


def _ladder(proposal: Proposal, lang: str) -> str:
    """What each further step of rupiah buys: people for a year more than the line below."""
    _ = translator(lang)
    ladder = proposal.ladder()
    if not ladder:
        return ""
    more = ["–", *(f"+{number((after.person_months - before.person_months) / 12, lang)}"
                   for before, after in pairwise(ladder))]  # fmt: skip
    rows = [[rupiah_short(line.line, lang), number(line.person_months, lang), people,
             number(line.months_covered, lang, 1), _first(line, lang),
             f"{round(line.enough * line.replicates)}/{line.replicates}",
             number(line.status_months, lang, 1)] for line, people in zip(ladder, more, strict=True)]  # fmt: skip
    head = [_("line"), _("person-months"), _("heads/yr"), _("mo paid"), _("empty"), _("lasts in"), _("UHC months")]
    title = _("What each further {step} buys").format(step=rupiah_short(proposal.step, lang))
    return f"{title}\n{table(head, rows)}"


def _stages(proposal: Proposal, lang: str) -> str:
    """The same figure at each stage, and why it moved."""
    _ = translator(lang)
    if len(proposal.restated) < 2:
        return ""
    rows: list[list[str]] = []
    moved: list[str] = []
    for entry in proposal.restated:
        why = change_words(entry.changes, lang)
        name = stage_words(entry.stage.key, lang)
        rows.append([name, entry.stage.known_until, entry.stock, rupiah_short(entry.amount, lang)])
        if why:
            moved.append(_filled(f"{name}: {why}"))
    head = [_("stage"), _("known to"), _("members of"), _("sum proposed")]
    return "\n".join([_("The same figure at each stage"), table(head, rows), *moved])


def _variants(proposal: Proposal, lang: str) -> str:
    """Rules that may come, and crowd-out."""
    _ = translator(lang)
    names = {
        "premium_rise": _("premium {value} (class III)"),
        "kris": _("one class (KRIS), premium {value}"),
        "off": _("crowd-out off"),
        "default": _("crowd-out at its middle"),
        "high": _("crowd-out high"),
    }
    rows = [
        [names.get(entry.name, f"{entry.name} {{value}}").format(value=number(entry.value, lang)),
         "–" if entry.chance is None else percent(entry.chance, lang, 0), rupiah_short(entry.amount, lang),
         signed_rupiah(entry.amount - proposal.amount, lang)]
        for entry in (*proposal.possible, *proposal.crowd_out)
    ]  # fmt: skip
    if not rows:
        return ""
    head = [_("if so"), _("its chance"), _("sum proposed"), _("change")]
    title = _("Under other rules and other behaviour, on the same luck (sizes and chances assumed)")
    return f"{_filled(title)}\n{table(head, rows)}"


def _basis(proposal: Proposal, lang: str) -> str:
    """What was computed from what."""
    _ = translator(lang)
    basis = proposal.basis
    texts = [
        _("Scenario {scenario}: {title}.").format(scenario=basis.scenario, title=basis.scenario_title[lang]),
        (_("Simulated from {first} to {last}, from the members of {stock} (rebuilt from the history); {replicates} "
           "replicates for the figure, {side} for each side question, on the same luck.") if basis.rebuilt else
         _("Simulated from {first} to {last}, from the members of {stock}; {replicates} replicates for the figure, "
           "{side} for each side question, on the same luck.")).format(
            first=month_name(basis.first_month, lang), last=month_name(basis.last_month, lang),
            stock=month_name(basis.stock, lang), replicates=basis.replicates, side=basis.side_replicates,
        ),
        _("{assumed} of {total} inputs are assumed.").format(assumed=basis.assumed, total=basis.inputs),
    ]  # fmt: skip
    if basis.known_months:
        texts.append(_("The first {months} months of the year are bills that are known.").format(
            months=basis.known_months))  # fmt: skip
    if basis.posterior:
        texts.append(_("Parameters calibrated to the history of {first} to {last}.").format(
            first=month_name(basis.posterior[0], lang), last=month_name(basis.posterior[1], lang)))  # fmt: skip
    elif basis.posterior_later:
        texts.append(_("The calibration was left out: its history ends after {month}.").format(
            month=month_name(basis.stage.known_until, lang)))  # fmt: skip
    else:
        texts.append(_("Not calibrated to the district's own history."))
    if not basis.track_record:
        texts.append(_("No track record of forecasts yet."))
    return _filled(" ".join(texts))


def _filled(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_long_words=False)
