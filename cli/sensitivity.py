"""Command ``sensitivity``: which assumption moves the answer, and what is worth measuring next."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import completion
from cli.run import Json, Lang, language

if TYPE_CHECKING:
    from scenarios.plan import Prepared
    from scenarios.sensitivity.analysis import Finding, Sensitivity
    from scenarios.sensitivity.question import DistrictQuestion

_NAME, _SHARE, _TOGETHER, _VALUE = 28, 15, 9, 9


def register(app: typer.Typer) -> None:
    """Adds the command to ``app``."""
    app.command()(sensitivity)


def sensitivity(
    district: completion.District,
    scenario: Annotated[
        str | None,
        typer.Option(
            help="Scenario whose line does not bind; default: uhc-non-cut-off.", autocompletion=completion.scenarios
        ),
    ] = None,
    year: Annotated[int | None, typer.Option(help="Calendar year; default: the first whole one.")] = None,
    runs: Annotated[int, typer.Option(help="Joint draws of the parameters that are simulated.")] = 600,
    ways: Annotated[int, typer.Option(help="Ways through all parameters that choose the ones to look at.")] = 4,
    stock: Annotated[str | None, typer.Option(help="Month of the membership stock, YYYY-MM.")] = None,
    seed: Annotated[int, typer.Option(help="Seed; same seed, same results.")] = 1,
    posterior: Annotated[
        Path | None, typer.Option(help="Folder of a posterior; default: the one beside the district, if there is one.")
    ] = None,
    prior: Annotated[bool, typer.Option("--prior", help="Use no posterior, as if never calibrated.")] = False,
    out: Annotated[Path | None, typer.Option(help="Folder; default outputs/DISTRICT-sensitivity.")] = None,
    jobs: Annotated[int | None, typer.Option(help="Processes; default: one per core.")] = None,
    lang: Lang = "id",
    quiet: Annotated[bool, typer.Option("--quiet", help="Print only where the files are.")] = False,
    as_json: Json = False,
) -> None:
    """Tell which parameters the uncertainty of need, capitation and cover comes from, and what to measure next.

    Simulations are kept as they end: the same command goes on where it was stopped, and more --runs add to them.
    """
    from cli.progress import compile_first, shown
    from districts.faults import UserError
    from districts.text import translator
    from reports.sensitivity import record
    from scenarios.sensitivity.analysis import LEAST, analyse
    from scenarios.sensitivity.question import SCENARIO, SensitivityPlan, prepare_question
    from scenarios.sensitivity.runs import Kept
    from scenarios.workers import cores

    _ = translator(language(lang))
    bounds = (("runs", runs, LEAST, 5_000), ("ways", ways, 1, 100), ("seed", seed, 0, 2**32 - 1),
              ("jobs", 1 if jobs is None else jobs, 1, 1024))  # fmt: skip
    for name, value, least, most in bounds:
        if not least <= value <= most:
            raise UserError("{name} is {value}; it lies between {least} and {most}",
                            name=name, value=value, least=least, most=most)  # fmt: skip
    plan = SensitivityPlan(district, scenario or SCENARIO, year, seed, stock,
                           None if posterior is None else str(posterior), prior)  # fmt: skip
    question, ready = prepare_question(plan)
    folder = out or Path("outputs") / f"{question.district.name}-sensitivity"
    silent = quiet or as_json
    if not silent and out is None:
        typer.echo(_("Simulations are kept in {folder}").format(folder=folder))
    compile_first(lang, silent)
    about, made_of = _about(question, ready), _made_of(question, ready, ways)
    with shown(lang, silent, "{done} of {total} simulations") as progress, Kept.open(folder, made_of) as kept:
        found = analyse(question, kept, runs, ways, seed, cores() if jobs is None else jobs, progress)
    told = record(found, about)
    written = _write(found, question, ready, folder, told, lang)
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
    elif quiet:
        typer.echo(str(folder))
    else:
        for line in printed(found, about, lang):
            typer.echo(line)
        typer.echo("")
        names = ", ".join(str(path.relative_to(folder)) for path in written)
        _say(_("In {folder}: {files}").format(folder=folder, files=names))


def _about(question: DistrictQuestion, ready: Prepared) -> dict[str, Any]:
    """What was asked, as the record says it."""
    from scenarios.posterior import told_of

    scenario = ready.scenarios[0]
    return {
        "district": {"name": question.district.name, "title": question.district.title},
        "scenario": {"name": scenario.name, "title": scenario.title},
        "year": question.year,
        "stock": question.stock,
        "seed": question.seed,
        "posterior": told_of(question.posterior, question.district),
        "prior": ready.plan.prior,
    }


def _made_of(question: DistrictQuestion, ready: Prepared, ways: int) -> dict[str, Any]:
    """What decides an outcome: simulations that agree in it are the same."""
    from scenarios.plan import asked, manifest_of

    parts = asked(manifest_of(ready))
    kept = ("stock", "months", "seed", "scenarios", "district", "rules", "behaviour", "program", "posterior")
    whole: dict[str, Any] = json.loads(json.dumps({key: parts[key] for key in kept}))
    return {**whole, "year": question.year, "ways": ways}


def _write(
    found: Sensitivity, question: DistrictQuestion, ready: Prepared, folder: Path, told: dict[str, Any], lang: str
) -> list[Path]:
    """The record and the charts, each written whole or not at all."""
    from districts.whole import write_whole
    from reports.charts_tornado import tornado_chart
    from reports.write import put

    about = f"{question.district.title}, {ready.scenarios[0].title[lang]}"
    written = [write_whole(folder / "sensitivity.json", json.dumps(told, ensure_ascii=False, indent=1) + "\n")]
    for finding in found.findings:
        if chart := tornado_chart(finding, question.year, about, lang):
            written += [put(folder / f"{chart.name}.png", chart.png()),
                        put(folder / f"{chart.name}.svg", chart.svg().encode())]  # fmt: skip
    return written


def printed(found: Sensitivity, about: dict[str, Any], lang: str = "id") -> Iterator[str]:
    """The whole answer, at most 80 columns wide."""
    from districts.text import translator
    from reports.origins import calibration_told
    from reports.sensitivity import error_told, headline, method_told, next_told, others_told

    _ = translator(lang)
    year = about["year"]
    yield from _wrapped(f"{about['district']['title']}, {about['scenario']['title'][lang]}, {year}")
    yield from _wrapped(calibration_told(about, lang, commands=True))
    for finding in found.findings:
        yield ""
        yield from _wrapped(f"{headline(finding, year, lang)}.")
        yield ""
        if finding.influences:
            yield from _table(finding, year, found.independent, lang)
            yield ""
        for text in (error_told(finding, lang), next_told(finding, lang), others_told(finding, lang)):
            yield from _wrapped(text) if text else ()
    yield ""
    yield from _wrapped(method_told(found, lang))
    yield from _wrapped(_("`prakira run` tells the same by whole parts of the model, luck and shocks among them."))


def _table(finding: Finding, year: int, independent: bool, lang: str) -> Iterator[str]:
    """The table of one figure."""
    from districts.text import translator
    from reports.origins import short_share
    from reports.parameters import parameter_label
    from reports.sensitivity import figure_words, interval_told, plain, shown, unit_words

    _ = translator(lang)

    def row(name: str, share: str, together: str = "", *values: str) -> str:
        cells = f"{share:>{_SHARE}}" + (f"{together:>{_TOGETHER}}" if independent else "")
        return (f"{name:<{_NAME}}{cells}" + "".join(f"{value:>{_VALUE}}" for value in values)).rstrip()

    now = _("{what}, {unit}: {mean}, 8 in 10 from {low} to {high}").format(
        what=figure_words(finding.figure, year, lang), unit=unit_words(finding, lang),
        **{name: plain(finding, getattr(finding, name), lang) for name in ("mean", "low", "high")},
    )  # fmt: skip
    yield from _wrapped(now)
    yield row("", _("share of the"), "", _("mean"), _("mean"), _("width"))
    yield row(_("parameter"), _("variance"), _("together"), _("if low"), _("if high"), _("known"))
    yield "─" * 80
    for one in shown(finding):
        *before, last = textwrap.wrap(parameter_label(one.name, lang), _NAME - 1)
        yield from before
        values = [plain(finding, value, lang) for value in (one.at_low, one.at_high, one.width)]
        yield row(last, interval_told(one, lang), "" if one.total is None else short_share(one.total, lang), *values)
    yield row(_("luck and shocks"), short_share(finding.luck, lang))
    yield row(_("told by nothing here"), short_share(finding.untold, lang))
    yield row(_("width now"), "", "", "", "", plain(finding, finding.width, lang))


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, 80, break_long_words=False, break_on_hyphens=False)


def _say(text: str) -> None:
    typer.echo("\n".join(_wrapped(text)))
