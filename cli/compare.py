"""Command ``compare``: what scenarios differ in, what that costs, and which are worth their money."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import completion
from cli.run import Json, Lang

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scenarios.comparison.runs import Source


_EFFECTS = ("active_months", "contacts", "averted_referrals", "controlled_months")


def register(app: typer.Typer) -> None:
    """Adds the command to ``app``."""
    app.command()(compare)


def compare(
    folders: Annotated[list[Path], typer.Argument(metavar="RUN…", help="Folder of a run; several runs of one district "
                                                  "and seed are compared like one.", autocompletion=completion.runs)],
    reference: Annotated[str, typer.Option(help="Scenario that the others are compared with.",
                                           autocompletion=completion.scenarios)] = "baseline",
    scenario: Annotated[list[str] | None, typer.Option(help="Scenario to compare; default: all others. The frontier "
                                                       "leaves out what no district decides, unless named.",
                                                       autocompletion=completion.scenarios)] = None,
    by: Annotated[str | None, typer.Option(help="Only the differences, by year, month or facility.",
                                           autocompletion=completion.words("year", "month", "facility"))] = None,
    indicator: Annotated[list[str] | None, typer.Option(help="Key of an indicator; repeat it.")] = None,
    effect: Annotated[
        str,
        typer.Option(help="What the frontier buys: active_months, contacts, averted_referrals or controlled_months.",
                     autocompletion=completion.words(*_EFFECTS)),
    ] = "active_months",
    payer: Annotated[str, typer.Option(help="Whose money the frontier spends: pemda or bpjs.",
                                       autocompletion=completion.words("pemda", "bpjs"))] = "pemda",
    worth: Annotated[float | None, typer.Option(min=0, help="Worth of a unit of the effect in rupiah, for the value of "
                                                "information.")] = None,
    lang: Lang = "id",
    as_json: Json = False,
) -> None:  # fmt: skip
    """Print paired differences between scenarios (the same luck, replicate by replicate), what a unit of effect costs
    whom, which scenarios are efficient, and what knowing more before choosing would be worth."""
    from cli.run import language
    from scenarios.comparison.costs import EFFECTS, PAYERS
    from scenarios.comparison.differences import paired
    from scenarios.comparison.runs import opened

    language(lang)
    _known("--by", by, ("year", "month", "facility"))
    _known("--effect", effect, EFFECTS)
    _known("--payer", payer, PAYERS)
    with opened(folders) as source:
        names = scenario or [name for name in source.scenarios if name != reference]
        found = {name: paired(source, name, reference, by, indicator) for name in names}  # type: ignore[arg-type]
        whole = by is None and indicator is None
        record: dict[str, Any] = {"differences": [asdict(one) for differences in found.values() for one in differences]}
        texts = []
        if not as_json:
            from cli.answer import titles
            from cli.comparison_answer import difference_table

            texts = [titles(source, list(dict.fromkeys([reference, *names])), lang)]
            texts += [difference_table(name, reference, one, lang) for name, one in found.items()]
        if whole:
            more, told = _choice(source, names, scenario, reference, effect, payer, worth, lang)
            record |= more
            texts += told
    typer.echo(json.dumps(record, ensure_ascii=False, indent=1) if as_json else "\n\n".join(texts))


def _choice(
    source: Source, names: list[str], asked: list[str] | None, reference: str, effect: str, payer: str,
    worth: float | None, lang: str,
) -> tuple[dict[str, Any], list[str]]:  # fmt: skip
    """Costs, frontier and information, as a record and as texts."""
    from cli.comparison_answer import cost_lines, frontier_lines, information_lines
    from scenarios.comparison.costs import changes, unit_costs
    from scenarios.comparison.frontier import options
    from scenarios.comparison.information import information
    from scenarios.comparison.runs import decisions

    everything = [reference, *(name for name in names if name != reference)]
    made = changes(source, everything, reference)
    costs = unit_costs(made)
    choice = [name for name in everything if asked or name in decisions(source)]
    at = [everything.index(name) for name in choice]
    money, effects = made.cost[payer][:, at], made.effect[effect][:, at]
    line = options(choice, money, effects)
    known = None if worth is None else information(choice, money, effects, worth)
    record = {
        "costs": [asdict(one) for one in costs],
        "frontier": {"payer": payer, "effect": effect, "replicates": len(money), "options": list(map(asdict, line))},
        "information": None if known is None else asdict(known),
    }
    texts = [cost_lines(source, name, mine, lang) for name in everything
             if (mine := [one for one in costs if one.scenario == name])]  # fmt: skip
    if len(choice) > 1:
        texts += [
            frontier_lines(line, effect, payer, len(money), lang),
            information_lines(known, effect, payer, lang),
        ]
    return record, texts


def _known(option: str, value: str | None, known: Iterable[str]) -> None:
    """Raises ``UserError`` where ``value`` is given and not among ``known``."""
    from districts.faults import UserError
    from districts.names import suggested

    if value is not None and value not in known:
        message, more = suggested(value, known, "{option} {value} is not known; nearest known: {near}",
                                  "{option} {value} is not known; known: {known}")  # fmt: skip
        raise UserError(message, option=option, value=value, **more)
