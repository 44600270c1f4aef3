"""RKAP: the accounts before and after the revision of the budget, and the same figure at every stage of the year."""

from __future__ import annotations

from collections.abc import Iterator

from districts.text import month_name, rupiah_short, translator
from reports.rkpd import names
from reports.rkpd.grid import Cell, Form, Row, Table, added, head
from reports.rkpd.lines import by_account
from reports.rkpd.wording import chance_of, change_words, reserve_words
from scenarios.rkpd import proposal as made

WIDTHS = (21, 64, 21, 21, 21, 12)  # characters: account, what, before, after, difference, percent


def revision_form(proposal: made.Proposal, lang: str = "id") -> Form:
    """The form RKAP – Rincian Belanja SKPD; without a line of the year it says that there is nothing to revise yet."""
    _ = translator(lang)
    tables = [] if proposal.revision is None else [_accounts(proposal, proposal.revision)]
    if proposal.restated:
        tables.append(_stages(proposal, lang))
    return Form(
        key="rkap",
        tab="RKAP",
        strap=_("Sheet 3 of 4 · form RKAP – Rincian Belanja (Perubahan APBD)"),
        title=f"Rencana Kerja dan Anggaran Perubahan SKPD Tahun Anggaran {proposal.year}",
        lead=f"{proposal.basis.title} · {names.OFFICE} · Sub Kegiatan {names.SUB_ACTIVITY[0]} {names.SUB_ACTIVITY[1]}",
        widths=WIDTHS,
        tables=tuple(tables),
        notes=_notes(proposal, lang),
    )


def _accounts(proposal: made.Proposal, revision: made.Revision) -> Table:
    here = {own.code for own in by_account(proposal)}
    rows = [head("Kode rekening", "Uraian", "Sebelum perubahan (Rp)", "Setelah perubahan (Rp)",
                 "Bertambah / (berkurang) (Rp)", "%")]  # fmt: skip
    for code, name in names.PARENTS:
        below = [own for own in revision.accounts if own.code.startswith(code) or len(code) <= len("5.1")]
        if below:
            keys = [f"account{own.code}" for own in below]
            before, after = sum(own.before for own in below), sum(own.after for own in below)
            formulas = tuple("=" + added(column, keys, "rkap") for column in "CD")
            rows.append(_row(code, name, before, after, formulas, "strong", f"account{code}"))
    for own in revision.accounts:
        live = f"=RKA!H{{rka[account{own.code}]}}" if own.code in here else ""
        rows.append(_row(own.code, names.account_name(own.code), own.before, own.after, ("", live), "account",
                         f"account{own.code}"))  # fmt: skip
    keys = [f"account{own.code}" for own in revision.accounts]
    formulas = tuple("=" + added(column, keys, "rkap") for column in "CD")
    rows.append(_row("", "Jumlah", revision.before, revision.after, formulas, "total", "total"))
    return Table(tuple(rows))


def _row(code: str, name: str, before: int, after: int, formulas: tuple[str, ...], look: str, key: str) -> Row:
    """Before, after, the difference, and what part of "before" it is (nothing where that is zero)."""
    share = Cell((after - before) / before, "share", formula="=E{row}/C{row}") if before else Cell("–", "share")
    cells = (
        Cell(code, "code"), Cell(name), Cell(before, "money", formula=formulas[0]),
        Cell(after, "money", formula=formulas[1]), Cell(after - before, "money", formula="=D{row}-C{row}"), share,
    )  # fmt: skip
    return Row(cells, look, key)  # type: ignore[arg-type]


def _stages(proposal: made.Proposal, lang: str) -> Table:
    """The figure as it would have been at each stage with what was known then, and why it moved."""
    _ = translator(lang)
    rows = [head(_("Stage"), _("Known by then, and what changed"), _("Central estimate (Rp)"), _("Proposal (Rp)"),
                 _("Change (Rp)"), "%")]  # fmt: skip
    rows += _stage_rows(proposal, lang)
    return Table(tuple(rows), heading=_("The same figure at every stage"))


def _stage_rows(proposal: made.Proposal, lang: str) -> Iterator[Row]:
    _ = translator(lang)
    before: made.Restated | None = None
    for at, found in enumerate(proposal.restated):
        told = _("data to {month}").format(month=month_name(found.stock, lang))
        told += f"; {change_words(found.changes, lang)}" if found.changes else ""
        moved: tuple[Cell, ...] = (Cell("–", "money"), Cell("–", "share"))
        if before is not None:
            moved = (
                Cell(found.amount - before.amount, "money", formula=f"=D{{row}}-D{{rkap[stage{at - 1}]}}"),
                Cell(found.amount / before.amount - 1, "share", formula=f"=E{{row}}/D{{rkap[stage{at - 1}]}}"),
            )
        stage = Cell(names.STAGES[found.stage.key])
        figures = Cell(found.median, "money"), Cell(found.amount, "money", strong=True)
        yield Row((stage, Cell(told), *figures, *moved), "plain", f"stage{at}")
        before = found


def _notes(proposal: made.Proposal, lang: str) -> tuple[str, ...]:
    _ = translator(lang)
    reserve, year = proposal.reserve, proposal.year
    notes = [reserve_words(proposal, lang)]
    if proposal.revision is None:
        text = _("No line is written for {year} yet, so there is nothing to revise; the form fills itself when one is.")
        notes.insert(0, text.format(year=year))
    if proposal.line is not None and reserve.over_line is not None and reserve.chance_line is not None:
        text = _("With the line of {line} it must be able to add {over}; it must add something: {chance}.")
        notes.append(text.format(line=rupiah_short(proposal.line, lang), over=rupiah_short(reserve.over_line, lang),
                                 chance=chance_of(reserve.chance_line, proposal.basis.replicates, lang)))  # fmt: skip
    return tuple(note for note in notes if note)
