"""``prakira init`` and ``prakira check``: a district to start from, and every fault in a district's files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from cli import completion
from cli.tables import print_json, wrapped

if TYPE_CHECKING:
    from districts.faults import Fault
    from districts.model import District, Stock
    from sim.people.margins import Change

Language = Literal["id", "en"]


def register(app: typer.Typer) -> None:
    """Add the commands ``init`` and ``check`` to ``app``."""
    app.command("init")(init)
    app.command("check")(check)


def init(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="New or empty folder.")],
    example: Annotated[
        str, typer.Option(help="Shipped example to copy.", autocompletion=completion.districts)
    ] = "bengkulu-utara",
    minimal: Annotated[bool, typer.Option("--minimal", help="Only the one-sheet workbook minimal.xlsx.")] = False,
    lang: Annotated[Language, typer.Option(help="Language of the templates: id or en.")] = "id",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write a district folder and an Excel template to start from."""
    import shutil

    from districts.read import example_folder, read_district
    from districts.template import write_minimal, write_workbook
    from districts.text import translator
    from districts.write import fill_new_folder

    source = example_folder(example)
    district = read_district(example)

    def fill(inside: Path) -> None:
        if minimal:
            write_minimal(district, inside / "minimal.xlsx", lang, example=True)
            return
        for path in sorted(source.iterdir()):
            if path.is_file():
                shutil.copyfile(path, inside / path.name)
        write_workbook(district, inside / f"{district.name}.xlsx", lang)

    fill_new_folder(directory, fill)
    if as_json:
        print_json({"folder": str(directory), "files": sorted(path.name for path in directory.iterdir())})
        return
    _ = translator(lang)
    typer.echo(_("Written to {folder}:").format(folder=directory))
    for path in sorted(directory.iterdir()):
        typer.echo(f"  {path.name}")
    ready = directory / "minimal.xlsx" if minimal else directory
    typer.echo(_("Change the figures, then run: prakira check {path}").format(path=ready))


def check(
    district: Annotated[
        str,
        typer.Argument(
            metavar="DISTRICT",
            help="A folder, an .xlsx file or the name of a shipped example.",
            autocompletion=completion.districts,
        ),
    ],
    lang: Annotated[Language, typer.Option(help="Language of the output: id or en.")] = "id",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List every fault of a district, or a summary with what is assumed. Exit code 2 if there is an error."""
    import json

    from scenarios.usable import checked

    found, faults, changes = checked(district)
    if as_json:
        typer.echo(json.dumps(_as_json(found, faults, changes, lang), ensure_ascii=False, indent=2))
    else:
        _print_faults(faults, lang)
        if found is not None:
            _print_summary(found, changes, lang)
    if found is None:
        raise typer.Exit(2)


def _bars(month: str) -> tuple[float | None, float | None]:
    """The UHC bars (registered, active) that hold at the end of ``month``, as shares; None before the first rule."""
    from calendar import monthrange

    from sim.rules import RuleDateError, load_rules

    year, number = (int(part) for part in month.split("-"))
    day = f"{month}-{monthrange(year, number)[1]:02d}"
    rules = load_rules()
    try:
        return float(rules.value("uhc.bar.registered", day)), float(rules.value("uhc.bar.active", day))
    except RuleDateError:
        return None, None


def _print_faults(faults: list[Fault], lang: Language) -> None:
    from districts.text import translator

    _ = translator(lang)
    for severity, title in (("error", "Errors ({count}):"), ("warning", "Warnings ({count}):")):
        own = [fault for fault in faults if fault.severity == severity]
        if own:
            typer.echo(_(title).format(count=len(own)))
            for fault in own:
                typer.echo(wrapped(fault.describe(lang), "  ", "    "))


def _print_summary(found: District, changes: dict[str, tuple[Change, ...]], lang: Language) -> None:
    from cli.staffing import staffing_lines
    from districts.text import number, translator

    _ = translator(lang)
    typer.echo(f"{found.title} ({found.province})")
    for stock in found.stocks:
        for line in _stock_lines(stock, lang).splitlines():
            typer.echo(_hanging(line))
    heads = number(sum(facility.registered for facility in found.facilities), lang)
    typer.echo(
        _("{facilities} facilities with {heads} members, {hospitals} hospitals").format(
            facilities=len(found.facilities), heads=heads, hospitals=len(found.hospitals)
        )
    )
    typer.echo("\n".join(staffing_lines(found, lang)))
    for line in _change_lines(changes, lang):
        typer.echo(_hanging(line))
    assumed, total = found.assumed_count()
    typer.echo(_("{assumed} of {total} inputs are assumed").format(assumed=assumed, total=total) + ":")
    for status in found.inputs:
        if status.assumed:
            label = status.label_id if lang == "id" else status.label_en
            typer.echo(_hanging(f"  - {label}: {_shown(status.value, lang)} ({_(status.source)})"))


def _hanging(line: str) -> str:
    """A line in lines of at most 80 signs, those after the first four signs further in."""
    indent = line[: len(line) - len(line.lstrip())]
    return wrapped(line.lstrip(), indent, f"{indent}    ")


def _shown(value: str, lang: Language) -> str:
    """The value of an input in the language: switches as yes or no, numbers with the locale's separators."""
    import re

    from districts.sheet_words import spoken
    from districts.text import number, translator

    _ = translator(lang)
    if value in ("True", "False"):
        return _("yes") if value == "True" else _("no")

    def localised(match: re.Match[str]) -> str:
        return number(float(match[0]), lang, len(match[0].partition(".")[2]))

    return re.sub(r"(?<![\w.])\d+(\.\d+)?(?![\w.])", localised, spoken(value, lang))


def _change_lines(changes: dict[str, tuple[Change, ...]], lang: Language) -> list[str]:
    """The figures of each stock that had to give way, as given and as used; rows that moved with their sum left out."""
    from districts.text import month_name, number, percent, translator
    from sim.people.margins import TOTAL, told

    _ = translator(lang)
    lines = []
    for month, found in changes.items():
        for change in told(found):
            label, row = str(change.record()[f"label_{lang}"]), change.row
            lines.append(
                _("  {month}, {name}: {given} given, {used} used ({change})").format(
                    month=month_name(month, lang),
                    name=label if row == TOTAL else f"{label} [{row}]",
                    given=number(change.given, lang),
                    used=number(change.used, lang),
                    change=percent(change.relative, lang) if change.given else _("nothing was given"),
                )
            )
    if not lines:
        return [_("No figure had to be changed by more than 1 % so that all agree")]
    return [_("Figures changed by more than 1 % so that all agree:"), *lines]


def _stock_lines(stock: Stock, lang: Language) -> str:
    """Registered and active share of one stock against the bars of its date."""
    from districts.text import month_name, number, percent, translator

    _ = translator(lang)
    lines = [
        _("{month}: population {population}").format(
            month=month_name(stock.month, lang), population=number(stock.population, lang)
        )
    ]
    names = ((_("registered"), stock.registered), (_("active"), stock.active))
    for (name, heads), bar in zip(names, _bars(stock.month), strict=True):
        share = heads / stock.population
        if bar is None:
            text = _("  {name}: {heads} = {share} of the population; no UHC bar is known for this date")
            lines.append(text.format(name=name, heads=number(heads, lang), share=percent(share, lang, 2)))
            continue
        lines.append(
            _("  {name}: {heads} = {share} of the population; UHC bar {bar}: {verdict}").format(
                name=name,
                heads=number(heads, lang),
                share=percent(share, lang, 2),
                bar=percent(bar, lang, 0),
                verdict=_("met") if share >= bar else _("not met"),
            )
        )
    return "\n".join(lines)


def _as_json(
    found: District | None, faults: list[Fault], changes: dict[str, tuple[Change, ...]], lang: Language
) -> dict[str, Any]:
    """The faults, and for a usable district its stocks, changed figures and inputs; shares are of the population."""
    from dataclasses import asdict

    from cli.staffing import staffing_record

    result: dict[str, Any] = {"usable": found is not None}
    for severity in ("error", "warning"):
        result[f"{severity}s"] = [
            {
                **{key: asdict(fault)[key] for key in ("file", "sheet", "row", "column")},
                "message": fault.describe(lang),
            }
            for fault in faults
            if fault.severity == severity
        ]
    if found is None:
        return result
    result["name"], result["stocks"] = found.name, []
    for stock in found.stocks:
        registered_bar, active_bar = _bars(stock.month)
        result["stocks"].append(
            {
                "month": stock.month,
                "population": stock.population,
                "registered": stock.registered,
                "active": stock.active,
                "registered_share": stock.registered / stock.population,
                "active_share": stock.active / stock.population,
                "registered_bar": registered_bar,
                "active_bar": active_bar,
                "changed": [change.record() for change in changes[stock.month]],
            }
        )
    result["staffing"] = staffing_record(found)
    result["assumed"], result["inputs_total"] = found.assumed_count()
    result["inputs"] = [status.model_dump() for status in found.inputs]
    return result
