"""Command ``rkpd``: the amount to propose for a budget year, its risk, and what a smaller line does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from cli import completion
from cli.run import Json, Lang, language


def register(app: typer.Typer) -> None:
    """Adds the command to ``app``."""
    app.command()(rkpd)


def rkpd(
    district: completion.District,
    year: Annotated[int | None, typer.Option(help="Budget year; default: that of the next stage.")] = None,
    certainty: Annotated[float | None, typer.Option(help="Chance that the amount suffices; default 0.8.")] = None,
    known_until: Annotated[
        str | None, typer.Option(help="Use no data after this month, YYYY-MM; default: the next stage's month.")
    ] = None,
    scenario: Annotated[
        str,
        typer.Option(help="Scenario whose need is proposed, by name or file.", autocompletion=completion.scenarios),
    ] = "uhc-non-cut-off",
    possible: Annotated[
        list[str] | None,
        typer.Option(help="A rule that may come, NAME=PREMIUM@CHANCE, as in premium=48000@0.3; repeat it."),
    ] = None,
    replicates: Annotated[int, typer.Option(help="Replicates; a certainty needs 100.")] = 100,
    side_replicates: Annotated[
        int, typer.Option(help="Replicates of each side question, on the same luck; 0: the figure alone.")
    ] = 10,
    stages: Annotated[
        bool,
        typer.Option("--stages/--no-stages", help="Restate the figure at the stages before, each a run of its own."),
    ] = True,
    seed: Annotated[int, typer.Option(help="Seed; same seed, same results.")] = 1,
    posterior: Annotated[
        Path | None, typer.Option(help="Folder of a posterior; default: the one beside the district, if there is one.")
    ] = None,
    prior: Annotated[bool, typer.Option("--prior", help="Use no posterior, as if never calibrated.")] = False,
    out: Annotated[Path | None, typer.Option(help="Folder for the proposal: its forms, note, workbook, JSON.")] = None,
    jobs: Annotated[int | None, typer.Option(help="Processes; default: one per core.")] = None,
    lang: Lang = "id",
    as_json: Json = False,
) -> None:
    """Propose the JKN amount of a budget year (RKPD), with its certainty, its rows and what less money does."""
    from cli.progress import compile_first, shown
    from cli.rkpd_answer import answer
    from districts.faults import UserError
    from districts.read import read_district
    from districts.whole import write_whole
    from reports.rkpd import write
    from scenarios.posterior import found_posterior
    from scenarios.quantiles import MIN_REPLICATES_FOR_CERTAINTY
    from scenarios.rkpd.propose import propose
    from scenarios.rkpd.stages import chosen_stage, last_data
    from scenarios.rkpd.variants import read_possible
    from scenarios.track_record import found_record
    from scenarios.workers import cores
    from sim.rules import load_rules

    language(lang)
    found = read_district(district)
    rules = load_rules(Path(found.rules_file) if found.rules_file else None)
    stage = chosen_stage(rules, last_data(found), year, known_until)
    given = None if posterior is None else str(posterior)
    made = found_posterior(district, found, given, prior)
    recorded = made is not None and found_record(district, given) is not None
    wanted = None if possible is None else tuple(read_possible(text, rules, stage.year) for text in possible)
    if certainty is None and replicates >= MIN_REPLICATES_FOR_CERTAINTY:
        certainty = 0.8
    if out is not None and out.exists() and not out.is_dir():
        raise UserError("{folder} is not a folder; choose another --out", folder=out)
    compile_first(lang, as_json)
    with shown(lang, as_json) as progress:
        proposal = propose(
            found, rules, made, year, certainty, known_until=known_until, scenario=scenario, replicates=replicates,
            side_replicates=min(side_replicates, replicates), stages=stages, seed=seed,
            jobs=cores() if jobs is None else jobs, possible=wanted, track_record=recorded,
            progress=progress,
        )  # fmt: skip
    record = json.dumps(proposal.record(), ensure_ascii=False, indent=1)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        write_whole(out / "proposal.json", record + "\n")
        write(proposal, out, lang)
    typer.echo(record if as_json else answer(proposal, lang))
