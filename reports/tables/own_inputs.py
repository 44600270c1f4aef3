"""The inputs of the sheet that a planner edits: which cells, what they start with, and what Excel lets into them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from districts.text import month_name, number, percent, translator
from reports import palette
from reports.book import Sheet, lines_of
from reports.run import Run
from reports.tables.own_count import Inputs, Tables
from reports.wording import scenario_title

VALUE, START, NOTE = 1, 2, 3  # columns of the sheet


@dataclass(frozen=True)
class _Input:
    """One cell to edit: key, label, number format, the value it starts with ("" empty), what it means, and the rule
    that Excel checks."""

    key: str
    text: str
    form: str
    value: str | float
    note: str
    rule: dict[str, Any]


def inputs_table(
    sheet: Sheet, run: Run, tables: Tables, inputs: Inputs, ranges: dict[str, str], lang: str
) -> dict[str, str]:
    """Writes the cells to edit and returns where each stands ("$B$7"), by key."""
    _ = translator(lang)
    sheet.heading(_("What you may change (yellow)"))
    explained_header(sheet, [_("what"), _("your value"), _("value of the answer"), _("what it means")])
    found = {}
    for entry in (*_of_need(run, tables, inputs, ranges, lang), *_of_heads(run, inputs, lang)):
        row = line(sheet, entry.text, entry.note)
        look = {"num_format": entry.form, "align": "right", "valign": "vcenter", "text_wrap": True}
        style = sheet.book.style("text", bg_color=palette.INPUT, border=1, border_color=palette.ACCENT, locked=False,
                                 bold=True, **look)  # fmt: skip
        for column, kind in ((VALUE, style), (START, sheet.book.style("text", **look))):
            if not isinstance(entry.value, str):
                sheet.sheet.write_number(row, column, entry.value, kind)
            elif entry.value:
                sheet.sheet.write_string(row, column, entry.value, kind)
            else:
                sheet.sheet.write_blank(row, column, None, kind)
        sheet.sheet.data_validation(row, VALUE, row, VALUE, entry.rule)
        found[entry.key] = f"$B${row + 1}"
    return found


def explained_header(sheet: Sheet, words: list[str]) -> None:
    """A header whose last column, which explains, begins at the left."""
    row = sheet.header([*words[:NOTE], "", ""])
    style = sheet.book.style("header", indent=1, align="left")
    sheet.sheet.merge_range(row, NOTE, row, len(sheet.widths) - 1, words[NOTE], style)


def line(sheet: Sheet, text: str, note: str) -> int:
    """Begins a line: its name, and what it means over the last two columns. Returns its row."""
    style = sheet.book.style("aside")
    lines = max(lines_of(text, sheet.widths[0], 0.85), lines_of(note, sum(sheet.widths[NOTE:]), 0.85))
    row = sheet.next
    sheet.sheet.write_string(row, 0, text, sheet.book.style("wrap", valign="vcenter"))
    sheet.next += 1
    sheet.sheet.set_row(row, 12.0 * lines + 4)
    sheet.sheet.merge_range(row, NOTE, row, len(sheet.widths) - 1, note, style)
    return row


def _of_need(run: Run, tables: Tables, inputs: Inputs, ranges: dict[str, str], lang: str) -> list[_Input]:
    """The inputs on the need of the district's line; none when every line binds."""
    _ = translator(lang)
    if not tables.choices:
        return [_share_input(inputs, lang)]
    found = [_Input(
        "choice", _("Scenario and year"), "@", tables.choices[inputs.choice].title,
        _("Choose from the list: scenarios in which no ceiling binds, in the full years of the run."),
        {"validate": "list", "source": f"={ranges['titles']}", "error_title": _("Choose from the list"),
         "error_message": _("Choose one of the scenarios of the list.")},
    )]  # fmt: skip
    low, high = tables.certainties[0], tables.certainties[-1]
    if tables.certain:
        told = _("From {low} to {high}. The choice is yours; between two stored figures the amount is interpolated.")
        found.append(_Input(
            "certainty", _("Certainty (how likely the amount is to last)"), "0%", inputs.certainty,
            told.format(low=percent(low, lang, 0), high=percent(high, lang, 0)),
            _between("decimal", low, high, lang, part=True),
        ))  # fmt: skip
    own = str(run.year.year) in run.manifest.get("own_lines", {})
    note = _("The line the district filled in.") if own else _("The district filled in no line: the amount itself.")
    ceiling = _Input("ceiling", _("Ceiling of the year"), rupiah_format(lang), inputs.ceiling, note,
                     _between("integer", 0, 10**14, lang))  # fmt: skip
    return [*found, _share_input(inputs, lang), ceiling]


def _share_input(inputs: Inputs, lang: str) -> _Input:
    _ = translator(lang)
    return _Input("share", _("District's share of that money"), "0.0%", inputs.share,
                  _("100% when the district pays alone; less where the province or others take over a part."),
                  _between("decimal", 0.01, 1, lang, part=True))  # fmt: skip


def _of_heads(run: Run, inputs: Inputs, lang: str) -> list[_Input]:
    """The inputs of the UHC budget."""
    _ = translator(lang)
    people, when = "#,##0", month_name(run.months[0], lang)
    counted = _("Middle of the scenario compared with, end of {month}.").format(month=when)
    count, bar = _between("integer", 0, 10**8, lang), _between("decimal", 0.01, 1, lang, part=True)
    optional = {**count, "ignore_blank": True}
    return [
        _Input("population", _("Residents (Dukcapil)"), people, inputs.population, counted,
               _between("integer", 1, 10**8, lang)),
        _Input("registered", _("Registered members"), people, inputs.registered, counted, count),
        _Input("active", _("Active members"), people, inputs.active, counted, count),
        _Input("bar_registered", _("UHC bar: registered"), "0.0%", inputs.bar_registered,
               _("As in force in {year}.").format(year=run.year.year), bar),
        _Input("bar_active", _("UHC bar: active"), "0.0%", inputs.bar_active,
               _("As in force in {year}.").format(year=run.year.year), bar),
        _Input("heads", _("Heads to take in (empty: as many as the bars ask for)"), people, "",
               _("Leave it empty to follow the counts above."), optional),
        _Input("premium", _("Premium and aid a head and month"), rupiah_format(lang), inputs.premium,
               _("What the district pays for one PBPU Pemda member, by the rule of the year."), count),
        _Input("existing", _("Budgeted already for members paid for"), rupiah_format(lang), inputs.existing,
               _("Central estimate of “{scenario}”; write what the DPA holds. It is added to the money for the new "
                 "heads.").format(scenario=scenario_title(run.manifest, run.reference, lang)),
               _between("integer", 0, 10**14, lang)),
        _Input("start", _("First month that is paid (1 to 12)"), "0", inputs.start_month,
               _("1 is January; it is paid to December."), _between("integer", 1, 12, lang)),
    ]  # fmt: skip


def _between(kind: str, low: float, high: float, lang: str, part: bool = False) -> dict[str, Any]:
    """A rule of Excel's data validation, with the message it shows."""
    _ = translator(lang)
    shown = [percent(edge, lang, 0) if part else number(edge, lang) for edge in (low, high)]
    return {
        "validate": kind, "criteria": "between", "minimum": low, "maximum": high, "ignore_blank": False,
        "error_title": _("Not a possible value"),
        "error_message": _("Expected: from {low} to {high}.").format(low=shown[0], high=shown[1]),
    }  # fmt: skip


def rupiah_format(lang: str) -> str:
    """The number format of rupiah, with a true minus."""
    mark = "Rp" if lang == "id" else "IDR "
    return f'"{mark}"#,##0;"−{mark}"#,##0'
