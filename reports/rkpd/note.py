"""The note (nota): the need, what a cut does, and the questions a council (DPRD) asks, each with its answer."""

from __future__ import annotations

from dataclasses import dataclass

from districts.text import month_name, number, percent, rupiah, rupiah_short, translator
from reports.answer import certainty_words
from reports.rkpd import names
from reports.rkpd.questions import Question, questions
from reports.rkpd.wording import chance_of, chance_short, regime_words, spread_words, whole_words
from scenarios.rkpd.proposal import LineOutcome, Proposal


@dataclass(frozen=True)
class Note:
    """All words of the page: ``answer`` and the sentences beneath it, the table of cuts (a header and rows of cells,
    the first row the proposal itself), what stands under the table, and the questions."""

    title: str
    answer: str
    sentences: tuple[str, ...]
    cuts_title: str
    heads: tuple[str, ...]
    cuts: tuple[tuple[str, ...], ...]
    beneath: str
    questions: tuple[Question, ...]


def note(proposal: Proposal, lang: str = "id") -> Note:
    """The note in ``lang``."""
    _ = translator(lang)
    cuts = proposal.cuts()
    return Note(
        title=_("Note on the JKN budget of {year} · {code} {name}").format(
            year=proposal.year, code=names.SUB_ACTIVITY[0], name=names.SUB_ACTIVITY[1]
        ),
        answer=_("Propose {amount} so that the district's JKN premiums of {year} are paid to {month}.").format(
            amount=rupiah_short(proposal.amount, lang), year=proposal.year,
            month=month_name(f"{proposal.year}-12", lang),
        ),
        sentences=tuple(text for text in (_sure(proposal, lang), _less(proposal, lang)) if text),
        cuts_title=_cuts_title(cuts, lang),
        heads=(_("cut"), _("amount (rupiah)"), _("lasts all year"), _("money runs out"), _("people without cover"),
               _("the same if switched off at once"), _("debt to BPJS"), _("UHC status")) if cuts else (),
        cuts=tuple(_cut(line, proposal, lang) for line in cuts),
        beneath=_beneath(proposal, lang) if cuts else "",
        questions=questions(proposal, lang),
    )  # fmt: skip


def _sure(proposal: Proposal, lang: str) -> str:
    _ = translator(lang)
    told = _("This is the central estimate; there are too few replicates to say how sure it is.")
    if proposal.certainty is not None:
        sure = _("That is enough in {certainty} cases.")
        told = sure.format(certainty=certainty_words(proposal.certainty, lang))
    return f"{told} {spread_words(proposal.need, proposal.basis.replicates, lang)}"


def _less(proposal: Proposal, lang: str) -> str:
    """The first cut under which money runs out, in one sentence."""
    _ = translator(lang)
    line = next((line for line in proposal.cuts() if line.cut and line.first_empty), None)
    if line is None or line.cut is None or line.first_empty is None:
        return ""
    text = _("If it is cut by {cut}, money runs out in {month}; at the end of the year {debt} is owed to BPJS, or "
             "{people} people are without cover if members are switched off at once.")  # fmt: skip
    return text.format(
        cut=percent(line.cut, lang, 0), month=month_name(line.first_empty, lang), debt=rupiah_short(line.debt, lang),
        people=number(_at_once(line, proposal).lose_cover, lang),
    )  # fmt: skip


def _at_once(line: LineOutcome, proposal: Proposal) -> LineOutcome:
    """The same cut where members are switched off as soon as the line is empty; itself where there is no such run."""
    return next((other for other in proposal.cuts("drop") if other.cut == line.cut), line)


def _cuts_title(cuts: tuple[LineOutcome, ...], lang: str) -> str:
    """The finding: what the deepest cut does."""
    _ = translator(lang)
    if not cuts:
        return _("What a cut does was not computed")
    deepest = cuts[-1]
    if deepest.cut and deepest.first_empty:
        return _("What a cut does: at {cut} the money is gone in {month}").format(
            cut=percent(deepest.cut, lang, 0), month=month_name(deepest.first_empty, lang)
        )
    return _("What a cut does: the money lasts in at least half of the cases")


def _cut(line: LineOutcome, proposal: Proposal, lang: str) -> tuple[str, ...]:
    _ = translator(lang)
    return (
        percent(line.cut, lang, 0) if line.cut else _("proposal"),
        rupiah(line.line, lang),
        chance_short(line.enough, line.replicates, lang),
        month_name(line.first_empty, lang) if line.first_empty else _("not by December"),
        number(line.lose_cover, lang),
        number(_at_once(line, proposal).lose_cover, lang),
        rupiah_short(line.debt, lang) if line.debt else rupiah(0, lang),
        _("{months} of 12 months").format(months=number(line.status_months, lang, 1)),
    )


def _beneath(proposal: Proposal, lang: str) -> str:
    """What the district does without money, how the table was counted, and how often the status holds."""
    _ = translator(lang)
    told = _("Without money: {regime}. When it runs out: of {all} replicates; what follows: the middle of the first "
             "{replicates} of them; people: worst month, against no ceiling. UHC status is judged at its dated reviews:"
             " what is lost late shows in the next year. UHC status all year if the need is paid: {chance}.").format(
        regime=regime_words(proposal.basis.regime, lang), all=proposal.basis.replicates,
        replicates=proposal.basis.side_replicates,
        chance=chance_of(proposal.status.chance_all_year, proposal.basis.replicates, lang),
    )  # fmt: skip
    return f"{told} {whole_words(lang)}"
