"""``prakira budget``: the closed-form UHC budget of a district."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from cli.tables import Lang, csv_text, one_output, print_json, print_table, wrapped, write_out

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from sim.rules import Rules
    from sim.uhc_budget import Heads

app = typer.Typer(help="Closed-form budgets: heads x district share x months left.", no_args_is_help=True)


@app.callback()
def budget() -> None:
    """Closed-form budgets."""


@app.command()
def uhc(
    year: Annotated[int, typer.Option(help="Budget year; sets the share and the bars that are in force.")],
    members: Annotated[int | None, typer.Option(help="Heads to be taken in.")] = None,
    share: Annotated[int | None, typer.Option(help="Rupiah a head and month; default: the rule of the year.")] = None,
    existing: Annotated[int, typer.Option(help="Rupiah that the budget holds already for members paid for.")] = 0,
    population: Annotated[int | None, typer.Option(help="Residents; with --registered and --active.")] = None,
    registered: Annotated[int | None, typer.Option(help="Registered members.")] = None,
    active: Annotated[int | None, typer.Option(help="Active members.")] = None,
    bar: Annotated[
        str | None, typer.Option(help="Bars registered/active, such as 0.98/0.80; default: the rule.")
    ] = None,
    lapsed: Annotated[int | None, typer.Option(help="Registered, inactive, owing nothing; with --arrears.")] = None,
    arrears: Annotated[int | None, typer.Option(help="Registered, suspended for arrears; with --lapsed.")] = None,
    accounts: Annotated[
        bool, typer.Option("--accounts", help="Split the money into premium and aid accounts.")
    ] = False,
    out: Annotated[str | None, typer.Option("--out", help="Write CSV to this file; - prints CSV.")] = None,
    lang: Annotated[Lang, typer.Option("--lang", help="Language of the output: id or en.")] = Lang.id,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Money for each start month of a year, for given --members or for the heads that reach the UHC bars.

    With --population, --registered and --active the heads needed for each bar are found first. The lapsed and those in
    arrears raise only the active share; the never registered raise both. Both bars are shares of the population.
    """
    from districts.faults import UserError
    from districts.text import month_name, number, rupiah, translator
    from sim.rules import load_rules
    from sim.uhc_budget import budget_table

    one_output(out, as_json)
    if not 2000 <= year <= 2100:
        raise UserError("year {year}. Expected: a year such as 2027", year=year)
    rules = load_rules()
    counts = {"--population": population, "--registered": registered, "--active": active}
    extras = {"--bar": bar, "--lapsed": lapsed, "--arrears": arrears}
    heads = _heads(rules, year, members, counts, extras)
    month = f"{year:04d}-01"
    taken_in = heads.total if heads else int(members or 0)
    head_share = int(rules.value("premium.pbpu_pemda.district_cost", month)) if share is None else share
    rows = budget_table(taken_in, head_share, existing)
    table: list[list[object]] = [[row.start_month, row.months, row.additional, row.total] for row in rows]
    columns = ["start_month", "months", "additional_rupiah", "total_rupiah"]
    if accounts:
        premium, aid = (int(rules.value(f"premium.pbpu_pemda.{name}", month)) for name in ("premium", "aid"))
        if premium + aid != head_share:
            raise UserError(
                "a share of {share} cannot be split into accounts. Expected: {premium} + {aid}",
                share=head_share,
                premium=premium,
                aid=aid,
            )
        codes = [rules.value(f"apbd.account.{name}", month) for name in ("premium", "aid")]
        columns += ["premium_account", "premium_rupiah", "aid_account", "aid_rupiah"]
        for row, cells in zip(rows, table, strict=True):
            cells += [codes[0], taken_in * premium * row.months, codes[1], taken_in * aid * row.months]
    if out is not None:
        write_out(csv_text(columns, table), out)
    if as_json:
        rows_told = [dict(zip(columns, cells, strict=True)) for cells in table]
        needed = None if heads is None else asdict(heads)
        print_json({"heads": taken_in, "share": head_share, "existing": existing, "needed": needed,
                    "starts": rows_told})  # fmt: skip
    if as_json or out == "-":
        return
    _ = translator(lang)
    if heads:
        for line in _explained(heads, lang):
            print(wrapped(line, "", "  "))
    told = _("{heads} heads x {share} a month").format(heads=number(taken_in, lang), share=rupiah(head_share, lang))
    told += _("; {existing} budgeted already").format(existing=rupiah(existing, lang)) if existing else ""
    print(wrapped(told, "", "  "))
    header = [_("start"), _("months paid"), _("additional"), _("total")]
    header += [f"{_('premium')} {codes[0]}", f"{_('aid')} {codes[1]}"] if accounts else []
    shown = []
    for cells in table:
        money = [value for value in cells[2:] if isinstance(value, int)]
        name = month_name(f"{year:04d}-{cells[0]:02d}", lang)
        shown.append([name, str(cells[1]), *(rupiah(value, lang) for value in money)])
    print_table(header, shown)


def _heads(
    rules: Rules, year: int, members: int | None, counts: Mapping[str, int | None], extras: Mapping[str, object]
) -> Heads | None:
    """The heads needed from the counts, or None when ``members`` are given. Raises ``UserError`` for a mixture."""
    from districts.faults import UserError
    from sim.uhc_budget import heads_needed

    given = [name for name, value in {**counts, **extras}.items() if value is not None]
    if members is not None:
        if given:
            raise UserError("--members contradicts {given}: give one or the other", given=", ".join(given))
        return None
    missing = [name for name, value in counts.items() if value is None]
    if missing:
        if not given:
            raise UserError("--members is missing (or --population, --registered and --active)")
        raise UserError("{missing} is missing", missing=", ".join(missing))
    population, registered, active = (int(value or 0) for value in counts.values())
    lapsed, arrears = extras["--lapsed"], extras["--arrears"]
    if (lapsed is None) != (arrears is None):
        raise UserError("--lapsed and --arrears are given together or not at all")
    inactive = None
    if isinstance(lapsed, int) and isinstance(arrears, int):
        if lapsed < 0 or arrears < 0:
            raise UserError("--lapsed and --arrears must be zero or more")
        inactive = lapsed + arrears
    bar_registered, bar_active = _bars(rules, year, extras["--bar"])
    return heads_needed(population, registered, active, bar_registered, bar_active, inactive)


def _bars(rules: Rules, year: int, bar: object) -> tuple[Fraction, Fraction]:
    """The two bars as exact shares, from text such as "0.98/0.80" or from the rule of the year."""
    import re
    from fractions import Fraction

    from districts.faults import UserError

    if bar is None:
        found = (str(rules.value(f"uhc.bar.{name}", f"{year:04d}-01")) for name in ("registered", "active"))
    else:
        match = re.fullmatch(r"([01]\.?[0-9]{0,6})/([01]\.?[0-9]{0,6})", str(bar))
        if not match:
            raise UserError("a bar of {bar}. Expected: shares between 0 and 1, such as 0.98/0.80", bar=bar)
        found = (text for text in match.groups())
    registered, active = (Fraction(text) for text in found)
    return registered, active


def _explained(heads: Heads, lang: str) -> list[str]:
    """Lines that say how many heads each bar needs, which binds, and where they can come from."""
    from districts.text import number, translator

    _ = translator(lang)

    def count(value: int) -> str:
        return number(value, lang)

    binding = {"registered": _("registered bar"), "active": _("active bar"), "none": _("none")}[heads.binding]
    lines = [
        _("Heads missing to the registered bar: {count}").format(count=count(heads.for_registered)),
        _("Heads missing to the active bar: {count}").format(count=count(heads.for_active)),
        _("Heads needed: {count} (binding: {binding})").format(count=count(heads.total), binding=binding),
        _("of these from the never registered, at least (raises both shares): {count}").format(
            count=count(heads.from_never)
        ),
        _("of these from the lapsed and in arrears, at most (raises only the active share): {count}").format(
            count=count(heads.from_inactive)
        ),
    ]
    if heads.beyond_residents:
        lines.append(_("Not to be found among these groups: {count}").format(count=count(heads.beyond_residents)))
    return lines


@app.command()
def readings(
    year: Annotated[int, typer.Option(help="Budget year; sets the share that is in force.")],
    existing: Annotated[int, typer.Option(help="Rupiah that the budget held for members already paid for.")],
    members: Annotated[int, typer.Option(help="Heads that were added.")],
    start: Annotated[int, typer.Option(help="Month (1-12) from which they were paid for.")],
    out: Annotated[str | None, typer.Option("--out", help="Write CSV to this file; - prints CSV.")] = None,
    lang: Annotated[Lang, typer.Option("--lang", help="Language of the output: id or en.")] = Lang.id,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """A published budget month by month, whether its money was meant for the full year or for January to May."""
    from districts.text import month_name, number, rupiah, translator
    from sim.rules import load_rules
    from sim.uhc_budget import READINGS, reading_table

    one_output(out, as_json)
    _ = translator(lang)
    share = int(load_rules().value("premium.pbpu_pemda.district_cost", f"{year:04d}-01"))
    tables = {name: reading_table(name, existing, members, start, share) for name in READINGS}
    if out is not None:
        columns = ["reading", "month", "existing_heads", "added_heads", "rupiah"]
        rows = [
            [name, *(getattr(row, column) for column in columns[1:])] for name, table in tables.items() for row in table
        ]
        write_out(csv_text(columns, rows), out)
    if as_json:
        print_json({name: [asdict(row) for row in table] for name, table in tables.items()})
    if as_json or out == "-":
        return
    titles = {"full_year": _("the money was meant for the full year"),
              "january_to_may": _("the money was meant for January to May")}  # fmt: skip
    for name, table in tables.items():
        print(f"{titles[name]} ({name})")
        shown = [
            [month_name(f"{year:04d}-{row.month:02d}", lang), number(row.existing_heads + row.added_heads, lang),
             rupiah(row.rupiah, lang)]
            for row in table
        ]  # fmt: skip
        total = rupiah(sum(row.rupiah for row in table), lang)
        effective = sum(row.rupiah > 0 for row in table)
        print_table([_("month"), _("heads"), _("amount")], [*shown, [_("total"), "", total]])
        print(_("{months} effective months").format(months=effective) + "\n")
    print(wrapped(_("Both readings add up to the same sum; the sum alone does not decide between them."), ""))
