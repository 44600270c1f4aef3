"""The row of the RKPD: indicator, target, indicative ceiling, sources, notes and the forward estimate; and how the row
becomes rows of the RKA."""

from __future__ import annotations

from collections.abc import Sequence

from districts.text import month_name, number, percent, rupiah, rupiah_short, translator
from reports.answer import certainty_words
from reports.rkpd import names
from reports.rkpd.grid import Cell, Form, Kind, Row, Table, added, head
from reports.rkpd.lines import Line, by_price
from reports.rkpd.wording import spread_words
from scenarios.rkpd import proposal as made

WIDTHS = (19, 17, 22, 14, 17, 17, 17, 22, 16, 17)  # characters, in the order of the columns of the form


def plan_form(proposal: made.Proposal, lang: str = "id") -> Form:
    """The row of the work plan, ready to be copied into SIPD."""
    _ = translator(lang)
    year = proposal.year
    return Form(
        key="rkpd",
        tab="RKPD",
        strap=_("Sheet 1 of 4 · row of the RKPD · ready to be copied into SIPD"),
        title=f"Rencana Program dan Kegiatan RKPD Tahun {year} dan Prakiraan Maju Tahun {year + 1}",
        lead=f"{proposal.basis.title} · Perangkat Daerah: {names.OFFICE}",
        widths=WIDTHS,
        tables=(_plan(proposal), _becomes(proposal, _("How this row becomes rows of the RKA"))),
        notes=_notes(proposal, lang),
    )


def _plan(proposal: made.Proposal) -> Table:
    year, all_columns = proposal.year, len(WIDTHS)
    heads = (
        head(Cell("Kode", down=2), Cell("Urusan / Program / Kegiatan / Sub Kegiatan", down=2),
             Cell("Indikator kinerja", down=2), Cell(f"Rencana tahun {year}", span=4), Cell("Catatan penting", down=2),
             Cell(f"Prakiraan maju tahun {year + 1}", span=2)),
        head("Lokasi", "Target capaian", "Pagu indikatif (Rp)", "Sumber dana", "Target capaian", "Kebutuhan dana (Rp)"),
    )  # fmt: skip
    above = (names.FIELD, names.PROGRAMME, names.ACTIVITY)
    levels = [Row((Cell(code, "code"), Cell(name, span=all_columns - 1)), "plain") for code, name in above]
    code, name = names.SUB_ACTIVITY
    bars = " / ".join(
        f"≥ {percent(bar, 'id', 0)}" for bar in (proposal.status.bar_registered, proposal.status.bar_active)
    )
    cells = (
        Cell(code, "code"), Cell(name, strong=True),
        Cell("Jumlah orang-bulan peserta PBPU Pemda yang dibayar iurannya\n\nPersentase penduduk terdaftar / aktif"),
        Cell(f"{proposal.basis.kecamatan} kecamatan" if proposal.basis.kecamatan else proposal.basis.title),
        Cell(f"{number(proposal.person_months)}\norang-bulan\n\n{bars}"),
        Cell(proposal.amount, "money", strong=True),
        Cell(", ".join(dict.fromkeys(names.FUNDS.get(money.fund, money.fund) for money in proposal.sources))),
        Cell(_important(proposal)),
        Cell(f"{number(proposal.forward.person_months)}\norang-bulan\n\n{bars}"),
        Cell(proposal.forward.amount, "money", formula="=I{rkpd[total]}", strong=True),
    )  # fmt: skip
    return Table((*heads, *levels, Row(cells, "plain", "sub")))


def _important(proposal: made.Proposal) -> str:
    """How sure the ceiling is, and what less does, in the words of the form."""
    if proposal.certainty is None:
        told = ["Perkiraan tengah; ulangan belum cukup untuk menyebut kepastian."]
    else:
        told = [f"Cukup pada {certainty_words(proposal.certainty)} kemungkinan."]
    if proposal.line is not None and proposal.reserve.over_line:
        told.append(f"Pagu tertulis {rupiah_short(proposal.line)} kurang {rupiah_short(proposal.reserve.over_line)}.")
    short = [line for line in proposal.cuts() if line.first_empty]
    if short and short[0].first_empty and short[0].cut:
        told.append(
            f"Bila dipotong {percent(short[0].cut, 'id', 0)}, uang habis pada {month_name(short[0].first_empty)}."
        )
    return " ".join(told)


def _becomes(proposal: made.Proposal, heading: str) -> Table:
    """Each line of one price with its person-months of both years; sums are what the row above says."""
    year = proposal.year
    now, then = by_price(proposal.rows), by_price(proposal.forward_rows)
    rows = [
        head(Cell("Rekening", down=2), Cell("Uraian", span=3, down=2), Cell("Harga satuan (Rp)", down=2),
             Cell(f"Tahun {year}", span=2), Cell(f"Tahun {year + 1}", span=3)),
        head("Orang-bulan", "Jumlah (Rp)", "Orang-bulan", Cell("Jumlah (Rp)", span=2)),
    ]  # fmt: skip
    count = 0
    for account, group, price in dict.fromkeys((line.account, line.group, line.price) for line in (*now, *then)):
        known, coming = (_find(lines, account, group, price) for lines in (now, then))
        words = Cell(account or "–", "code"), Cell(names.SHORT_GROUPS[group], span=3), Cell(price, "money")
        cells = *words, *_products(known, "F", _rows_of(known, proposal)), *_products(coming, "H", "")
        rows.append(Row(cells, "plain", f"line{count}"))
        count += 1
    taken = sum(money.amount for money in proposal.deductions), proposal.forward.deductions
    if any(taken):
        cells = (Cell("–", "code"), Cell("Dibayar pihak lain, tidak melalui pagu ini", span=3), Cell(""), Cell(""),
                 Cell(-taken[0], "money"), Cell(""), Cell(-taken[1], "money", 2))  # fmt: skip
        rows.append(Row(cells, "plain", f"line{count}"))
        count += 1
    sums = [
        Cell(sum(line.amount for line in lines) - less, "money", span,
             formula=f"=SUM({column}{{rkpd[line0]}}:{column}{{rkpd[line{count - 1}]}})" if count else "")
        for lines, less, span, column in ((now, taken[0], 1, "G"), (then, taken[1], 2, "I"))
    ]  # fmt: skip
    rows.append(Row((Cell(""), Cell("Jumlah", span=4), Cell(""), sums[0], Cell(""), sums[1]), "total", "total"))
    return Table(tuple(rows), heading=heading)


def _find(lines: Sequence[Line], account: str, group: str, price: int) -> Line | None:
    return next((line for line in lines if (line.account, line.group, line.price) == (account, group, price)), None)


def _rows_of(line: Line | None, proposal: made.Proposal) -> str:
    """The person-months of a line as the sum of its rows in the RKA."""
    return "" if line is None else "=" + added("RKA!F", [f"row{proposal.rows.index(row)}" for row in line.rows], "rka")


def _products(line: Line | None, column: str, volume: str) -> tuple[Cell, Cell]:
    """Person-months, in ``column``, and their product with the price in column E; nothing where the year has no such
    line."""
    span = 1 if column == "F" else 2
    if line is None:
        return Cell("–", "count"), Cell("–", "money", span)
    kind: Kind = "lump" if line.rows[0].lump else "count"
    amount = Cell(line.amount, "money", span, formula=f"={column}{{row}}*E{{row}}")
    return Cell(line.volume, kind, formula=volume), amount


def _notes(proposal: made.Proposal, lang: str) -> tuple[str, ...]:
    _ = translator(lang)
    forward = proposal.forward
    products = [f"{number(line.volume, lang)} × {rupiah(line.price, lang)}" for line in by_price(proposal.forward_rows)]
    others = f" − {rupiah(forward.deductions, lang)}" if forward.deductions else ""
    product = _("Forward estimate {year} (person-months × price): {products} = {amount}.").format(
        year=forward.year, products=" + ".join(products) + others, amount=rupiah(forward.amount, lang)
    )
    told = [spread_words(forward, proposal.basis.replicates, lang), _("It is computed anew with the next RKPD.")]
    if proposal.certainty is not None:
        sure = _("As sure as the ceiling: enough in {certainty} cases.")
        told.insert(0, sure.format(certainty=certainty_words(proposal.certainty, lang)))
    return product, " ".join(told)
