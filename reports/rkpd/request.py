"""RKA – Rincian Belanja: who asks for what, for which result, and the rows that multiply and add up to the amount."""

from __future__ import annotations

from collections.abc import Iterator

from districts.text import month_name, number, percent, rupiah, translator
from reports.answer import certainty_words
from reports.rkpd import names
from reports.rkpd.cash import TAB as CASH
from reports.rkpd.cash import withdrawal_column
from reports.rkpd.grid import Cell, Form, Row, Table, added, head
from reports.rkpd.lines import AccountRows, Group, by_account
from scenarios.rkpd import proposal as made

WIDTHS = (23, 50, 14, 9, 12, 11, 13, 20)  # characters: account, what, people, months, unit, volume, price, amount
_ALL = len(WIDTHS)


def request_form(proposal: made.Proposal, lang: str = "id") -> Form:
    """The form RKA – Rincian Belanja SKPD of the sub-activity."""
    _ = translator(lang)
    return Form(
        key="rka",
        tab="RKA",
        strap=_("Sheet 2 of 4 · form RKA – Rincian Belanja"),
        title="",
        lead="",
        widths=WIDTHS,
        checks=_checks(proposal),
        tables=(_title(proposal), _identity(proposal), _indicators(proposal), _details(proposal)),
        notes=_notes(proposal, lang),
    )


def _checks(proposal: made.Proposal) -> tuple[Row, ...]:
    """The form's own arithmetic: what the rows come to, and how far every other figure is from it."""
    rows = sum(row.heads * row.months * row.price for row in proposal.rows)
    rows -= sum(money.amount for money in proposal.deductions)
    sources = sum(money.amount for money in proposal.sources)
    cash = sum(month.withdrawal for month in proposal.cash)
    funds = added("H", [f"fund{at}" for at in range(len(proposal.sources))], "rka")
    asked = [
        ("selisih RKPD", proposal.amount, "RKPD!F{rkpd[sub]}"),
        ("selisih sumber dana", sources, f"({funds})"),
        ("selisih anggaran kas", cash, f"'{CASH}'!{withdrawal_column(proposal)}{{kas[total]}}"),
    ]
    if proposal.revision is not None:
        asked.append(("selisih RKAP", proposal.revision.after, "RKAP!D{rkap[total]}"))
    count = len(proposal.rows) + len(proposal.deductions)
    found = [("Pemeriksaan hitung: " + f"{count} baris koefisien × harga =", rows, "=H{rka[total]}")]
    found += [(words, value - rows, f"={formula}-H{{rka[total]}}") for words, value, formula in asked]
    return tuple(
        Row((Cell(words, span=_ALL - 1), Cell(value, "rupiah", formula=formula)), "check")
        for words, value, formula in found
    )


def _title(proposal: made.Proposal) -> Table:
    government = f"Pemerintah {proposal.basis.title} · Tahun Anggaran {proposal.year}"
    form = Cell("Formulir\nRKA – RINCIAN BELANJA\nSKPD", span=2, down=2, strong=True)
    name = Cell("RENCANA KERJA DAN ANGGARAN\nSATUAN KERJA PERANGKAT DAERAH", span=_ALL - 2, strong=True)
    return Table((Row((name, form), "title"), Row((Cell(government, span=_ALL - 2),), "title")))


def _identity(proposal: made.Proposal) -> Table:
    basis, year = proposal.basis, proposal.year
    wide = _ALL - 1
    rows = [
        _named("Urusan Pemerintahan", *names.AFFAIRS),
        _named("Bidang Urusan", *names.FIELD),
        _named("Unit Organisasi", "", names.OFFICE),
        _named("Program", *names.PROGRAMME),
        _named("Kegiatan", *names.ACTIVITY),
        Row(_named("Sub Kegiatan", *names.SUB_ACTIVITY).cells, "account"),
    ]
    for at, money in enumerate(proposal.sources):
        label = [Cell("Sumber pendanaan", "label", down=len(proposal.sources))] if at == 0 else []
        cells = (*label, Cell(names.fund_name(money), span=wide - 1), Cell(money.amount, "rupiah"))
        rows.append(Row(cells, "plain", f"fund{at}"))
    place = f"{basis.title}, {basis.kecamatan} kecamatan" if basis.kecamatan else basis.title
    months = names.period(min((row.first for row in proposal.rows), default=1), 12)
    rows.append(_named("Lokasi · waktu", "", f"{place} · {months} {year}"))
    before = Cell("belum tertulis" if proposal.before is None else proposal.before, "rupiah", wide)
    now = Cell(proposal.amount, "rupiah", wide, formula="=H{rka[total]}", strong=True)
    after = Cell(proposal.forward.amount, "rupiah", wide, formula="=RKPD!J{rkpd[sub]}")
    for which, cell in ((f"{year - 1} (n−1)", before), (f"{year} (n)", now), (f"{year + 1} (n+1)", after)):
        rows.append(Row((Cell(f"Alokasi tahun {which}", "label"), cell), "plain"))
    target = "Penduduk yang didaftarkan Pemerintah Daerah dan peserta mandiri kelas III yang aktif"
    rows.append(_named("Kelompok sasaran", "", target))
    return Table(tuple(rows), joined=True)


def _named(label: str, code: str, words: str) -> Row:
    return Row((Cell(label, "label"), Cell(f"{code}\u2002{words}" if code else words, span=_ALL - 1)), "plain")


def _indicators(proposal: made.Proposal) -> Table:
    status = proposal.status
    registered, active = (percent(bar, "id", 0) for bar in (status.bar_registered, status.bar_active))
    premium = [f"row{at}" for at, row in enumerate(proposal.rows) if names.group_of(row) == "premium"]
    volume = added("F", premium, "rka")
    rows = (
        head("Indikator", Cell("Tolok ukur kinerja", span=4), Cell("Target kinerja", span=3)),
        _indicator("Capaian program", "Persentase penduduk terdaftar dan aktif JKN",
                   Cell(f"≥ {registered} terdaftar; ≥ {active} aktif", span=3)),
        _indicator("Masukan", "Dana yang dibutuhkan", Cell(proposal.amount, "rupiah", 3, formula="=H{rka[total]}")),
        _indicator("Keluaran", "Orang-bulan peserta PBPU Pemda yang dibayar iurannya",
                   Cell(proposal.person_months, "person_months", 3, formula=f"={volume}" if premium else "")),
        _indicator("Hasil", "Bulan status UHC dengan aktivasi langsung (non cut-off) bertahan",
                   Cell(12, "months", 3)),
    )  # fmt: skip
    return Table(rows, joined=True)


def _indicator(label: str, measure: str, target: Cell) -> Row:
    return Row((Cell(label, "label"), Cell(measure, span=4), target), "plain")


def _details(proposal: made.Proposal) -> Table:
    """The rows by account and group, every sum a sum of what stands beneath it."""
    accounts = by_account(proposal)
    rows = [head("Kode rekening", "Uraian", Cell("Koefisien", span=2), "Satuan", "Volume", "Harga satuan (Rp)",
                 "Jumlah (Rp)"), *_parents(accounts)]  # fmt: skip
    for account in accounts:
        rows += _account(account, proposal)
    total = Cell(sum(account.amount for account in accounts), "rupiah", formula="=" + _accounts_sum(accounts))
    rows.append(Row((Cell(""), Cell("Jumlah Anggaran Sub Kegiatan", span=_ALL - 2), total), "total", "total"))
    return Table(tuple(rows), heading="Rincian Anggaran Belanja Sub Kegiatan", fresh=True)


def _accounts_sum(accounts: tuple[AccountRows, ...]) -> str:
    return added("H", [f"account{account.code}" for account in accounts], "rka")


def _parents(accounts: tuple[AccountRows, ...]) -> Iterator[Row]:
    """The accounts above. Spending whose account is still to be chosen counts for the two widest only."""
    for code, name in names.PARENTS:
        below = tuple(own for own in accounts if own.code.startswith(code) or len(code) <= len("5.1"))
        if below:
            yield _sum_row(
                code, name, sum(own.amount for own in below), _accounts_sum(below), "strong", f"account{code}"
            )


def _sum_row(code: str, name: str, value: int, formula: str, look: str, key: str) -> Row:
    cells = (Cell(code, "code"), Cell(name, span=_ALL - 2), Cell(value, "money", formula=f"={formula}"))
    return Row(cells, look, key)  # type: ignore[arg-type]


def _account(account: AccountRows, proposal: made.Proposal) -> Iterator[Row]:
    own = [f"group{account.code}{group.name}" for group in account.groups]
    taken = [f"deduction{account.code}{at}" for at in range(len(account.deductions))]
    yield _sum_row(account.code, names.account_name(account.code), account.amount, added("H", [*own, *taken], "rka"),
                   "account", f"account{account.code}")  # fmt: skip
    for key, group in zip(own, account.groups, strict=True):
        inside = [f"row{proposal.rows.index(row)}" for row in group.rows]
        yield _sum_row("", f"[#] {_group_name(group)}", group.amount, added("H", inside, "rka"), "group", key)
        for name, row in zip(inside, group.rows, strict=True):
            yield _item(names.row_name(row), row.heads, row.months, row.price, row.lump, name)
    if account.deductions:
        yield Row((Cell(""), Cell("[−] Dibayar pihak lain, tidak melalui pagu ini", span=_ALL - 2), Cell("")), "group")
    for name, money in zip(taken, account.deductions, strict=True):
        yield _item(names.fund_name(money), 1, 1, -money.amount, True, name)


def _group_name(group: Group) -> str:
    if group.rows[0].lump:
        return names.GROUPS[group.name]
    return f"{names.GROUPS[group.name]} ({'; '.join(rupiah(price) for price in group.prices)})"


def _item(name: str, heads: int, months: int, price: int, lump: bool, key: str) -> Row:
    """People × months = volume, volume × price = amount."""
    cells = (
        Cell(""), Cell(name),
        Cell(heads, "packages" if lump else "people"), Cell(months, "times" if lump else "months"),
        Cell("paket" if lump else "orang-bulan", "unit"), Cell(heads * months, "count", formula="=C{row}*D{row}"),
        Cell(price, "money"), Cell(heads * months * price, "money", formula="=F{row}*G{row}"),
    )  # fmt: skip
    return Row(cells, "item", key)


def _notes(proposal: made.Proposal, lang: str) -> tuple[str, ...]:
    _ = translator(lang)
    notes = []
    extra = [row for row in proposal.rows if row.kind == "premium_extra"]
    if extra and proposal.certainty is not None:
        notes.append(
            _("¹ The central estimate of people comes to {central}. {heads} more people for {months} months raise the "
              "chance that it is enough from 5 to {certainty}. What is not used is left over.").format(
                central=rupiah(proposal.central, lang), heads=number(extra[0].heads, lang), months=extra[0].months,
                certainty=certainty_words(proposal.certainty, lang))
        )  # fmt: skip
    empty = [account.code for account in proposal.accounts if account.code and not account.amount]
    if empty:
        notes.append(
            _("Not used by the rules of {year}: {accounts}. Check every code in the latest SIPD list; some lists give "
              "the sub-activity four digits (1.02.02.2.02.0026).").format(
                year=proposal.year,
                accounts="; ".join(f"{code} {names.account_name(code)}" for code in empty))
        )  # fmt: skip
    if proposal.basis.known_months:
        last = month_name(proposal.basis.data_until, lang)
        notes.append(
            _("{months} months of {year} are billed already (data to {last}); their rows are what was billed.").format(
                months=proposal.basis.known_months, year=proposal.year, last=last
            )
        )
    return tuple(notes)
