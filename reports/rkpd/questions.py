"""The questions a council (DPRD) asks of a proposal, answered from its own figures."""

from __future__ import annotations

from dataclasses import dataclass

from districts.text import month_name, number, rupiah, rupiah_short, signed_rupiah, translator
from reports.answer import certainty_words
from reports.rkpd import names
from reports.rkpd.lines import by_price
from reports.rkpd.wording import fund_words, group_words, reserve_words, tenths, variant_words
from scenarios.rkpd.proposal import LineOutcome, Proposal


@dataclass(frozen=True)
class Question:
    """A question and its answer, in sentences."""

    asked: str
    answer: str


def questions(proposal: Proposal, lang: str = "id") -> tuple[Question, ...]:
    """The questions in the order in which they are asked."""
    _ = translator(lang)
    asked = (
        (_("Why this much?"), _why(proposal, lang)),
        (_("How sure is it?"), _sure(proposal, lang)),
        (_("What if there is less, or more?"), _ladder(proposal, lang)),
        (_("What if the premium changes?"), _premium(proposal, lang)),
        (_("What if paying families move to the district?"), _crowd_out(proposal, lang)),
        (_("Who pays?"), _who(proposal, lang)),
        (_("How good were past forecasts?"), _record(proposal, lang)),
        (_("What is assumed?"), _assumed(proposal, lang)),
    )
    return tuple(Question(question, answer) for question, answer in asked if answer)


def _why(proposal: Proposal, lang: str) -> str:
    """The parts of the amount, as products that add up to it."""
    _ = translator(lang)
    parts = []
    for line in by_price(proposal.rows):
        product = "" if line.rows[0].lump else f"{number(line.volume, lang)} × {rupiah(line.price, lang)} = "
        parts.append(f"{group_words(line.group, lang)} {product}{rupiah(line.amount, lang)}")
    taken = sum(money.amount for money in proposal.deductions)
    if taken:
        parts.append(_("less {others} that others pay").format(others=rupiah(taken, lang)))
    text = _("Person-months × price: {parts}; together {amount}.").format(
        parts="; ".join(parts), amount=rupiah(proposal.amount, lang)
    )
    if proposal.extra_heads and proposal.certainty is not None:
        text += " " + _("{heads} of the people lift the central estimate to {certainty}.").format(
            heads=number(proposal.extra_heads, lang), certainty=certainty_words(proposal.certainty, lang)
        )
    return text


def _sure(proposal: Proposal, lang: str) -> str:
    """How the chance was counted, and how far the amount would move if it were computed anew."""
    _ = translator(lang)
    text = _("{replicates} possible years were computed.").format(replicates=proposal.basis.replicates)
    point = next((point for point in proposal.curve if point.chance == proposal.certainty), None)
    if proposal.certainty is not None and point is not None and point.low is not None and point.high is not None:
        text += " " + _("Computed anew, the amount would lie between {low} and {high}.").format(
            low=rupiah_short(point.low, lang), high=rupiah_short(point.high, lang)
        )
    return f"{text} {reserve_words(proposal, lang)}".strip()


def _ladder(proposal: Proposal, lang: str) -> str:
    """What a step down and a step up buy or cost."""
    _ = translator(lang)
    steps = [line for line in proposal.ladder() if line.change]
    if not steps:
        return ""
    told = [_step(line, lang) for line in steps]
    return "; ".join(told) + "."


def _step(line: LineOutcome, lang: str) -> str:
    _ = translator(lang)
    change = signed_rupiah(line.change, lang)
    if line.first_empty is None:
        return _("{change}: on average {months} months paid in full; most often it is enough to December").format(
            change=change, months=number(line.months_covered, lang, 1)
        )
    return _("{change}: money runs out in {month}, {people} people without cover, status {status} months").format(
        change=change, month=month_name(line.first_empty, lang), people=number(line.lose_cover, lang),
        status=number(line.status_months, lang, 1),
    )  # fmt: skip


def _premium(proposal: Proposal, lang: str) -> str:
    """Rules that may come, each with its chance and the amount it would take."""
    _ = translator(lang)
    if not proposal.possible:
        return ""
    told = [
        _("If {rule}: {amount} (chance assumed: {chance})").format(
            rule=variant_words(rule, lang), amount=rupiah_short(rule.amount, lang),
            chance=tenths(rule.chance, lang) if rule.chance is not None else "–",
        )
        for rule in proposal.possible
    ]  # fmt: skip
    return _("The proposal holds today's premium.") + " " + ". ".join(told) + "."


def _crowd_out(proposal: Proposal, lang: str) -> str:
    told = [f"{variant_words(level, lang)}: {rupiah_short(level.amount, lang)}" for level in proposal.crowd_out]
    text = "; ".join(told)
    return f"{text[0].upper()}{text[1:]}." if told else ""


def _who(proposal: Proposal, lang: str) -> str:
    """The sources of the amount, what others pay, and what stands outside this line."""
    _ = translator(lang)
    sources = "; ".join(f"{fund_words(money.fund, lang)} {rupiah(money.amount, lang)}" for money in proposal.sources)
    text = _("The district: {sources}.").format(sources=sources)
    if proposal.deductions:
        others = "; ".join(
            f"{fund_words(money.fund, lang)} {rupiah(money.amount, lang)}" for money in proposal.deductions
        )
        text += " " + _("Paid by others, not in the proposal: {others}.").format(others=others)
    if outside := sum(proposal.outside.values()):
        text += " " + _("Beside this line the district owes {outside} (4 % for village officials and others).").format(
            outside=rupiah_short(outside, lang)
        )
    if proposal.before_short:
        text += " " + _("The line of {before} lacks about {amount}: unless its P-APBD adds that, it becomes debt to "
                        "BPJS and comes on top of the proposal.").format(
            before=proposal.year - 1, amount=rupiah_short(proposal.before_short, lang))  # fmt: skip
    return text


def _record(proposal: Proposal, lang: str) -> str:
    """Whether forecasts were compared with what happened, and how this figure moved from stage to stage."""
    _ = translator(lang)
    if proposal.basis.track_record:
        text = _("Past forecasts were compared with what happened; the report shows how far they were off.")
    else:
        text = _("There is no track record of forecasts yet.")
    if len(proposal.restated) > 1:
        stages = "; ".join(f"{names.STAGES[found.stage.key]} {rupiah_short(found.amount, lang)}"
                           for found in proposal.restated)  # fmt: skip
        text += " " + _("This figure by stage: {stages}.").format(stages=stages)
    return text


def _assumed(proposal: Proposal, lang: str) -> str:
    _ = translator(lang)
    basis = proposal.basis
    text = _("{assumed} of {inputs} inputs are assumed.").format(assumed=basis.assumed, inputs=basis.inputs)
    if basis.posterior is None and basis.posterior_later:
        text += " " + _("The calibration was left out: its history ends after {month}.").format(
            month=month_name(basis.stage.known_until, lang)
        )
    elif basis.posterior is None:
        text += " " + _("Behaviour is not calibrated to this district: published and assumed rates.")
    else:
        first, last = (month_name(month, lang) for month in basis.posterior)
        text += " " + _("Behaviour is calibrated to the district's history from {first} to {last}.").format(
            first=first, last=last
        )
    funds = [fund_words(money.fund, lang) for money in proposal.sources if money.assumed]
    if funds:
        text += " " + _("Not written for {year} yet: {funds}.").format(year=proposal.year, funds=", ".join(funds))
    scenario = basis.scenario_title.get(lang, basis.scenario)
    return text + " " + _("Policy: {scenario}.").format(scenario=scenario)
