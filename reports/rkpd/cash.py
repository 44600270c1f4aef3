"""The cash plan (anggaran kas): what is billed and what is withdrawn in each month, and the signature."""

from __future__ import annotations

from districts.text import month_name, translator
from reports.rkpd import names
from reports.rkpd.grid import Cell, Form, Row, Table, head
from scenarios.rkpd import proposal as made

TAB = "Anggaran kas"


def cash_form(proposal: made.Proposal, lang: str = "id") -> Form:
    """The withdrawals by month; columns of spending that does not occur are left out."""
    _ = translator(lang)
    basis = proposal.basis
    columns = _columns(proposal)
    first = next((month for month in proposal.cash if month.withdrawal), None)
    lead = ""
    if first is not None:
        lead = _("The first payment of the year is made in {month}.").format(month=month_name(first.month, lang))
    return Form(
        key="kas",
        tab=TAB,
        strap=_("Sheet 4 of 4 · cash plan (anggaran kas)"),
        title=f"Rencana Penarikan Dana per Bulan Tahun {proposal.year}",
        lead=lead,
        widths=(18, *[19] * (len(columns) + 2)),
        tables=(_months(proposal),),
        notes=(
            _("Month of the bill and month of the money differ: a bill that is not paid in its month is paid later."),
            _("Made from the forecast with data to {data} (stage: {stage}). {assumed} of {inputs} inputs are assumed.")
            .format(data=month_name(proposal.basis.data_until, lang), stage=names.STAGES[basis.stage.key],
                    assumed=basis.assumed, inputs=basis.inputs),
        ),
        signed=(f"……………………, ……………………… {basis.stage.known_until[:4]}", f"Kepala {names.OFFICE}", "", "", "",
                "(nama jelas)", "NIP ………………………………"),
    )  # fmt: skip


def withdrawal_column(proposal: made.Proposal) -> str:
    """The letter of the column of withdrawals."""
    return "BCDEFGH"[len(_columns(proposal))]


def _columns(proposal: made.Proposal) -> list[tuple[str, str]]:
    """(field, label) of the columns between the month and the withdrawal."""
    accounts = {names.group_of(row): row.account for row in proposal.rows}
    found = [("bill", "Tagihan bulan itu (Rp)")]
    if any(month.others for month in proposal.cash):
        found.append(("others", "Dibayar pihak lain (Rp)"))
    found.append(("premium", f"{accounts.get('premium', 'Iuran')}\ndibayar (Rp)"))
    found.append(("aid", f"{accounts.get('aid', accounts.get('aid_self', 'Bantuan iuran'))}\ndibayar (Rp)"))
    if any(month.other for month in proposal.cash):
        found.append(("other", "Utang dan program\ndibayar (Rp)"))
    return found


def _months(proposal: made.Proposal) -> Table:
    columns = _columns(proposal)
    paid = [at for at, (field, _label) in enumerate(columns) if field in ("premium", "aid", "other")]
    letters = "BCDEFGHI"
    span = f"{letters[paid[0]]}{{row}}:{letters[paid[-1]]}{{row}}"
    withdrawn, running = letters[len(columns)], letters[len(columns) + 1]
    rows = [head("Bulan", *(label for _field, label in columns), "Penarikan (Rp)", "Kumulatif (Rp)")]
    total = 0
    for at, month in enumerate(proposal.cash):
        total += month.withdrawal
        up = f"={running}{{kas[month{at - 1}]}}+{withdrawn}{{row}}" if at else f"={withdrawn}{{row}}"
        rows.append(
            Row((Cell(names.MONTHS[int(month.month[5:]) - 1], "label"),
                 *(Cell(getattr(month, field), "money") for field, _label in columns),
                 Cell(month.withdrawal, "money", formula=f"=SUM({span})"), Cell(total, "money", formula=up)),
                "plain", f"month{at}")
        )  # fmt: skip
    last = len(proposal.cash) - 1
    sums = [sum(getattr(month, field) for month in proposal.cash) for field, _label in columns]
    formulas = [f"=SUM({letter}{{kas[month0]}}:{letter}{{kas[month{last}]}})" for letter in letters[: len(columns) + 1]]
    cells = [Cell(value, "money", formula=formula) for value, formula in zip([*sums, total], formulas, strict=True)]
    rows.append(Row((Cell("Jumlah"), *cells, Cell("")), "total", "total"))
    return Table(tuple(rows))
