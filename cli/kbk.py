"""``prakira kbk``: ratings, score, share and rupiah for a table of indicators, and what is missing to the next band."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer

from cli.kbk_plan import plan
from cli.tables import Lang, csv_text, one_output, print_json, print_table, wrapped, write_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.kbk_csv import Row
    from sim.kbk import Gap, Scheme

app = typer.Typer(
    help="KBK: rating, score, paid share and rupiah for a table of indicators; what is missing to the next band.",
    no_args_is_help=True,
)

app.command()(plan)

SCORE_COLUMNS = ("ak_rating", "rrns_rating", "rppt_rating", "score", "share_percent", "capitation_rupiah", "flag")
GAP_COLUMNS = (
    "facility",
    "type",
    "month",
    "step",
    "rating",
    "contacts_to_add",
    "referrals_to_avoid",
    "dm_controlled_to_add",
    "ht_controlled_to_add",
    "score",
    "share_percent",
    "rupiah_per_month",
    "flag",
)

File = Annotated[
    str,
    typer.Argument(
        metavar="FILE.csv",
        help="CSV with facility, type, month (YYYY-MM) and either ak_permille, rrns_percent, rppt_percent or the "
        "counts contacts, registered, nonspecialist_referrals, referrals, dm_controlled, dm_diagnosed, ht_controlled, "
        "ht_diagnosed; members (capitated) and tariff for the rupiah.",
    ),
]
On = Annotated[str | None, typer.Option("--on", help="Use the rule of this date instead of each row's month.")]
Out = Annotated[str | None, typer.Option("--out", help="Write CSV to this file; - prints CSV.")]
Language = Annotated[Lang, typer.Option("--lang", help="Language of the output: id or en.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def score(file: File, on: On = None, out: Out = None, lang: Language = Lang.id, as_json: Json = False) -> None:
    """Rate a table of indicators or counts and add rating, score, share and capitation (rounded down to the rupiah).

    AK is contacts over registered, as given. A zero denominator is flagged and not scored.
    """
    from cli.kbk_csv import read

    one_output(out, as_json)
    header, rows = read(file)
    schemes = _schemes(file, rows, on)
    scored = [(row, _score(row, schemes[row.month])) for row in rows]
    if out is not None:
        kept = [position for position, name in enumerate(header) if name not in SCORE_COLUMNS]
        table = [[*(row.cells[position] for position in kept), *cells] for row, cells in scored]
        write_out(csv_text([*(header[position] for position in kept), *SCORE_COLUMNS], table), out)
    if as_json:
        print_json([_record(("facility", "type", "month", *SCORE_COLUMNS), [row.facility, row.type, row.month, *cells])
                    for row, cells in scored])  # fmt: skip
    elif out != "-":
        _print_scores(scored, schemes, lang)


def _record(columns: Sequence[str], cells: Sequence[object]) -> dict[str, object]:
    """One row for JSON: figures as numbers, empty cells as null."""
    figures = {name: float(cell) if name in ("score", "share_percent") and isinstance(cell, str) else cell
               for name, cell in zip(columns, cells, strict=True)}  # fmt: skip
    return {name: None if cell == "" else cell for name, cell in figures.items()}


def _schemes(file: str, rows: list[Row], on: str | None, scoring: bool = True) -> dict[str, Scheme]:
    """The rule for each month of ``rows``; a month before KBK is a fault, and so are, when
    ``scoring``, counts without visits in 2016-2019."""
    from cli.kbk_csv import VISITS
    from districts.faults import Fault, InputError
    from sim.kbk import scheme
    from sim.rules import RuleDateError, load_rules

    rules = load_rules()
    if on is not None:
        fixed = scheme(rules, on)
        schemes = {row.month: fixed for row in rows}
    else:
        schemes, first = {}, rules.history("kbk.scheme")[0].effective_from.isoformat()[:7]
        faults: list[Fault] = []
        for row in rows:
            try:
                schemes[row.month] = schemes.get(row.month) or scheme(rules, row.month)
            except RuleDateError:
                params = (("month", row.month), ("first", first))
                faults.append(
                    Fault(file, "{month}, before KBK began", "{first} or later", "", row.number, "month", params=params)
                )
        if faults:
            raise InputError(faults)
    faults = [
        Fault(file, "counts of a zone scheme without visits", "the Prolanis visit ratio", "", row.number, VISITS)
        for row in rows
        if scoring and schemes[row.month].zone_payment and row.counts is not None and row.visits is None
    ]
    if faults:
        raise InputError(faults)
    return schemes


def _score(row: Row, scheme: Scheme) -> list[object]:
    """The cells of ``SCORE_COLUMNS`` for one row; what is undefined is an empty cell."""
    from sim.kbk import capitation_rupiah
    from sim.kbk_bands import ZONES

    found = scheme.evaluate(row.ratios, row.type, prolanis_visit_percent=row.visits)
    missing = found.zero_denominators
    ratings: list[object] = []
    for rating, names in zip(found[:3], (("ak",), ("rrns",), ("dm", "ht")), strict=True):
        known = ZONES[rating - 1] if scheme.zone_payment else rating
        ratings.append(None if any(name in missing for name in names) else known)
    if missing:
        return [*ratings, None, None, None, _flag(missing)]
    rupiah = None
    if row.members is not None and row.tariff is not None:
        rupiah = capitation_rupiah(row.members, row.tariff, found.share_permille)
    score_text = None if scheme.zone_payment else _tenths(found.score_tenths)
    return [*ratings, score_text, _share(found.share_permille), rupiah, ""]


def _tenths(tenths: int) -> str:
    return f"{tenths // 10}.{tenths % 10}"


def _share(permille: int) -> str:
    return _tenths(permille).removesuffix(".0")


def _flag(missing: tuple[str, ...]) -> str:
    return " ".join(("zero_denominator", *missing)) if missing else ""


def _print_scores(scored: list[tuple[Row, list[object]]], schemes: dict[str, Scheme], lang: str) -> None:
    from districts.text import number, translator

    _ = translator(lang)
    header = [_("facility"), _("month"), "AK ‰", "RRNS %", "RPPT %", _("AK rating"), _("RRNS rating")]
    header += [_("RPPT rating"), _("KBK score"), _("share paid %"), _("capitation")]
    table, notes = [], []
    for row, cells in scored:
        visits = row.visits if schemes[row.month].zone_payment else None
        third = row.ratios.rppt_percent if visits is None else visits
        shares = (row.ratios.ak_permille, row.ratios.rrns_percent, third)
        shown = ["—" if share is None else number(float(share), lang, 2) for share in shares]
        *told, note = (_cell(cell, lang) for cell in cells)
        table.append([row.facility, row.month, *shown, *told])
        notes += [f"{row.facility}, {row.month}: {note}"] if note else []
    print_table(header, table, left=2, keys=2)
    for text in notes:
        print(wrapped(text, "", "  "))


def _cell(cell: object, lang: str) -> str:
    """A cell of the CSV as it is printed: numbers in the locale's form, flags and zones in words."""
    from districts.text import number, translator

    text = "" if cell is None else str(cell)
    if text.startswith("zero_denominator"):
        names = ", ".join(text.split()[1:]).upper()
        return translator(lang)("not scored: no denominator for {names}").format(names=names)
    if text.replace(".", "", 1).isdigit():
        return number(float(text), lang, 1 if "." in text else 0)
    return translator(lang)(text) if text else ""


@app.command()
def gap(file: File, on: On = None, out: Out = None, lang: Language = Lang.id, as_json: Json = False) -> None:
    """Say what is missing to the next band, in people and in rupiah a month (rounded down).

    Needs the counts. Each step is the fewest people for one indicator alone; `together` takes AK, RRNS and the disease
    that needs fewer patients. A non-specialist referral that is avoided leaves both referral counts.
    """
    from cli.kbk_csv import read
    from sim.kbk import gap as find_gap

    one_output(out, as_json)
    rows = read(file, needs_counts=True)[1]
    schemes = _schemes(file, rows, on, scoring=False)
    table: list[list[object]] = []
    for row in rows:
        counts, scheme = row.counts, schemes[row.month]
        if counts is None:
            continue
        missing = scheme.evaluate(row.ratios, row.type).zero_denominators
        head = [row.facility, row.type, row.month]
        if missing:
            table.append([*head, "now", *[None] * 8, _flag(missing)])
        else:
            found = find_gap(counts, row.type, scheme, row.tariff or 0, row.members)
            table += [[*head, *cells, ""] for cells in _gap_rows(found, row.tariff is not None)]
    if out is not None:
        write_out(csv_text(GAP_COLUMNS, table), out)
    if as_json:
        print_json([_record(GAP_COLUMNS, cells) for cells in table])
    elif out != "-":
        _print_gaps(table, lang)


def _print_gaps(table: list[list[object]], lang: str) -> None:
    """For each facility and month its steps; of one without a score, why."""
    from districts.text import translator

    _ = translator(lang)
    words = (_("contacts to add"), _("referrals to avoid"), _("DM controlled to add"), _("HT controlled to add"))
    header = [_("step"), _("rating"), _("missing"), _("KBK score"), _("share paid %"), _("rupiah a month")]
    for position, (place, steps) in enumerate(groupby(table, key=lambda cells: (str(cells[0]), str(cells[2])))):
        if position:
            print()
        rows, note = [], ""
        for _facility, _type, _month, step, rating, *people, score, share, rupiah, flag in steps:
            missing = [f"{_cell(count, lang)} {word}" for count, word in zip(people, words, strict=True) if count]
            told = (_cell(cell, lang) for cell in (score, share, rupiah))
            rows.append([_cell(step, lang), _cell(rating, lang), "".join(missing), *told])
            note = _cell(flag, lang)
        print(wrapped(", ".join(place) + (f": {note}" if note else ""), "", "  "))
        if not note:
            print_table(header, rows)


def _gap_rows(found: Gap, with_rupiah: bool) -> list[list[object]]:
    """The cells from ``step`` to ``rupiah_per_month``: now, each step there is, and all of them together."""
    rows: list[list[object]] = [
        ["now", None, *[None] * 4, _tenths(found.now.score_tenths), _share(found.now.share_permille), None]
    ]
    for position, (name, step) in enumerate(
        (("ak", found.ak), ("rrns", found.rrns), ("dm", found.dm), ("ht", found.ht))
    ):
        if step is None:
            continue
        people: list[object] = [None] * 4
        people[position] = step.people
        rupiah = step.rupiah if with_rupiah else None
        rows.append([name, step.rating, *people, _tenths(step.score_tenths), _share(step.share_permille), rupiah])
    score_tenths, share_permille, rupiah = found.together
    if len(rows) > 1:
        paid = rupiah if with_rupiah else None
        rows.append(["together", None, *[None] * 4, _tenths(score_tenths), _share(share_permille), paid])
    return rows
