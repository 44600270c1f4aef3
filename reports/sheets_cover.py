"""Sheets on people: membership by month and segment, movements by year, and where new PBPU Pemda heads came from."""

from __future__ import annotations

import numpy as np

from districts.text import month_name, translator
from reports.book import Book, Cell, Sheet, label, share, total, whole
from reports.numbers import (
    HEADS,
    INTAKE,
    OTHERS,
    Spread,
    Year,
    active_share,
    indicator,
    middle,
    registered_share,
    spread,
    years,
)
from reports.numbers import label as indicator_label
from reports.run import Run
from reports.wording import scenario_title, segment_label, unit_label
from sim.indicators import SEGMENT, SEGMENTS


def membership_sheet(book: Book, run: Run, lang: str = "id") -> None:
    """The four head counts and the shares of the population by scenario and month, each with its range."""
    _ = translator(lang)
    sheet = book.sheet(_("Membership"), [42, 10, *[9.5] * 18], keys=2)
    sheet.title(_("Who is registered, active, capitated and billed, month by month"), _how(run, lang))
    shares = [(_("registered share"), registered_share), (_("active share"), active_share)]
    names = [*(indicator_label(key, lang) for key in HEADS), *(name for name, _function in shares)]
    header = _ranged_header(sheet, lang, names)
    for scenario in run.scenarios:
        ranges = [spread(run.store.series(scenario, key)) for key in HEADS]
        parts = [spread(function(run.store, scenario)) for _name, function in shares]
        for at, month in enumerate(run.months):
            cells = [cell for entry in ranges for cell in _three(entry, whole, at)]
            cells += [cell for entry in parts for cell in _three(entry, share, at)]
            sheet.row([*_place(run, scenario, month, lang), *cells])
    sheet.filter(header)


def status_sheet(book: Book, run: Run, lang: str = "id") -> None:
    """Who is not active and why, and who is on the register without living here, by scenario and month."""
    _ = translator(lang)
    sheet = book.sheet(_("Not active"), [42, 10, *[9.5] * 18], keys=2)
    sheet.title(_("Not active, or on the register without living here"), _how(run, lang))
    header = _ranged_header(sheet, lang, [indicator_label(key, lang) for key in OTHERS])
    for scenario in run.scenarios:
        ranges = [spread(run.store.series(scenario, key)) for key in OTHERS]
        for at, month in enumerate(run.months):
            cells = [cell for entry in ranges for cell in _three(entry, whole, at)]
            sheet.row([*_place(run, scenario, month, lang), *cells])
    sheet.filter(header)


def segment_sheet(book: Book, run: Run, lang: str = "id") -> None:
    """Members by segment, scenario and month: registered and active with their range, the rest as middle."""
    _ = translator(lang)
    sheet = book.sheet(_("Segments"), [42, 10, 24, *[11] * 10])
    sheet.title(_("By segment: registered and active with their range, the rest as middle"), _how(run, lang))
    middles = [entry for entry in SEGMENT if entry.key not in ("registered", "active")]
    ranged = _ranged([indicator_label(key, lang) for key in ("registered", "active")], lang)
    names = [entry.label_id if lang == "id" else entry.label_en for entry in middles]
    header = sheet.header([_("scenario"), _("month"), _("segment"), *ranged, *names], numbers_from=3, freeze=True)
    for scenario in run.scenarios:
        table = {entry.key: spread(run.store.series(scenario, entry.key, "segment")) for entry in SEGMENT}
        for at, month in enumerate(run.months):
            for place, segment in enumerate(SEGMENTS):
                if segment == "never":
                    continue
                cells = [cell for key in ("registered", "active") for cell in _three(table[key], whole, at, place)]
                cells += [whole(float(table[entry.key].middle[at, place])) for entry in middles]
                sheet.row([*_place(run, scenario, month, lang), label(segment_label(segment, lang)), *cells])
    sheet.filter(header)


def movements_sheet(book: Book, run: Run, lang: str = "id") -> None:
    """What moved people and families in each calendar year, scenario by scenario: one row per flow, summed over the
    months of the year in each replicate, years side by side."""
    _ = translator(lang)
    calendar = years(run.months)
    sheet = book.sheet(_("Movements"), [46, 10, *[11] * (3 * len(calendar))])
    sheet.title(
        _("Births, deaths and moves, changes of segment, premiums and ways back, by year"),
        _("Sums over the months of the year, persons or families. A year that the run covers in part says in its "
          "heading how many months. Middle: half of the replicates lie below. Lower and upper: {range}. One person may "
          "stand in several rows, and several times in one.").format(range=run.range_words(run.reference, lang)),
    )  # fmt: skip
    names = _ranged([_year_words(year, lang) for year in calendar], lang)
    sheet.header([_("movement"), _("unit"), *names], numbers_from=2, freeze=True)
    for scenario in run.scenarios:
        title = scenario_title(run.manifest, scenario, lang)
        for group, keys in _movements(lang):
            sheet.heading(_("{scenario}: {what}").format(scenario=title, what=group))  # on every page, whose it is
            for key in keys:
                series = run.store.series(scenario, key)
                sums = [spread(series[:, year.months].sum(axis=1)) for year in calendar]
                unit = unit_label(indicator(key).unit, lang)
                cells = [cell for entry in sums for cell in _three(entry, whole)]
                sheet.row([label(indicator_label(key, lang)), label(unit), *cells])


def _movements(lang: str) -> list[tuple[str, tuple[str, ...]]]:
    """The flows that the sheet of movements shows, under their headings."""
    _ = translator(lang)
    return [
        (_("people"), ("births", "deaths", "moved_in", "moved_out", "cleansed")),
        (_("changes of segment"), ("pbi_out", "pbi_in", "job_loss", "job_gain", "pbpu_joined", "aged_out")),
        (_("premiums of self-payers"), ("suspended", "reactivated", "joined_rehab", "class_down", "stopped_to_wait")),
        (_("ways back when sick, and requests to the Pemda"), ("intake_point_of_care", "pbi_returned", "asked_pemda")),
    ]  # fmt: skip


def _year_words(year: Year, lang: str) -> str:
    """The year; with the count of its months when the run does not cover all."""
    words = translator(lang)("{year} ({months} of 12 months)")
    return str(year.year) if year.full else words.format(year=year.year, months=len(year.months))


def intake_sheet(book: Book, run: Run, lang: str = "id") -> None:
    """Heads that came onto the Pemda's bill by year and scenario, by where they stood before."""
    _ = translator(lang)
    sheet = book.sheet(_("New Pemda members"), [42, 9, 13, 13, 13, 13, 13, 13, 15, 13, 13, 13])
    sheet.title(
        _("Where new PBPU Pemda members came from"),
        _("Persons taken in during the year, middle of the replicates. Those who paid themselves or worked were "
          "covered before: taking them in raises the bill and not the active share."),
    )  # fmt: skip
    names = [_("never registered"), _("lapsed"), _("in arrears"), _("independent members who paid"), _("PPU")]
    sheet.header(
        [_("scenario"), _("year"), *names, _("sum"), _("of them enrolled when sick"), *(
            _("all, by replicate: {part}").format(part=part) for part in _parts(lang))],
        numbers_from=1, freeze=True,
    )  # fmt: skip
    for scenario in run.scenarios:
        for year in years(run.months):
            yearly = {key: run.store.series(scenario, key)[:, year.months].sum(axis=1) for key in INTAKE}
            sick = run.store.series(scenario, "intake_point_of_care")[:, year.months].sum(axis=1)
            middles = [float(round(middle(sample))) for sample in yearly.values()]
            everyone = spread(np.sum(list(yearly.values()), axis=0))
            at = sheet.next + 1
            place = [label(scenario_title(run.manifest, scenario, lang), "wrap"), label(str(year.year), "right")]
            sheet.row([*place, *map(whole, middles),
                       total(f"=SUM(C{at}:G{at})", sum(middles), "money"), whole(middle(sick)),
                       *_three(everyone, whole)])  # fmt: skip


def _place(run: Run, scenario: str, month: str, lang: str) -> list[Cell]:
    return [label(scenario_title(run.manifest, scenario, lang), "wrap"), label(month_name(month, lang, True))]


def _parts(lang: str) -> tuple[str, str, str]:
    _ = translator(lang)
    return _("middle"), _("lower"), _("upper")


def _three(entry: Spread, kind: object, *index: int) -> list[Cell]:
    return [kind(value) for value in entry.at(*index)]  # type: ignore[operator]


def _ranged(names: list[str], lang: str) -> list[str]:
    _ = translator(lang)
    return [_("{name}: {part}").format(name=name, part=part) for name in names for part in _parts(lang)]


def _ranged_header(sheet: Sheet, lang: str, names: list[str]) -> int:
    _ = translator(lang)
    return sheet.header([_("scenario"), _("month"), *_ranged(names, lang)], numbers_from=2, freeze=True)


def _how(run: Run, lang: str) -> str:
    return translator(lang)(
        "Persons at the end of the month. Middle: half of the replicates lie below. Lower and upper: {range}."
    ).format(range=run.range_words(run.reference, lang))
